/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For programs that reset the machine. Where that ends the run, the tests look at how it ended; where the machine starts again,
 * a byte of the clock's RAM, which a reset leaves alone, tells the second run that it is the second, and that one reports.
 */
#ifndef RESET_H
#define RESET_H

#include "test.h"

#define RESET_RAM	0x70	/* index of the byte */
#define RESET_MARK	0xa5

static inline void expect_reset(const char *how, void (*reset)(void))
{
	bool again;

	group("resets");
	outb(0x70, RESET_RAM);
	again = inb(0x71) == RESET_MARK;
	outb(0x70, RESET_RAM);
	outb(0x71, again ? 0 : RESET_MARK);
	if (!again) {
		reset();
		/* It may take its time. */
		for (volatile u32 n = 0; n < 10000000; n++)
			;
	}
	begin("%s", how);
	expect("second run", 1, again);
}

#endif
