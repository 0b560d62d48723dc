// SPDX-License-Identifier: GPL-2.0-or-later
/* A reset by bit 0 of port 92h. Rules: IBM PS/2 technical reference, system control port A. */
#include "reset.h"

static void reset(void)
{
	outb(0x92, inb(0x92) & ~1);
	outb(0x92, inb(0x92) | 1);
}

void test_main(void)
{
	expect_reset("port 92h", reset);
}
