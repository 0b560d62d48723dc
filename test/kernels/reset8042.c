// SPDX-License-Identifier: GPL-2.0-or-later
/* A reset by the keyboard controller: command FEh pulses its line 0. Rules: IBM PS/2 technical reference, keyboard controller. */
#include "reset.h"

static void reset(void)
{
	while (inb(0x64) & 2)
		;
	outb(0x64, 0xfe);
}

void test_main(void)
{
	expect_reset("keyboard controller", reset);
}
