// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A third exception while a double fault is delivered: the processor shuts down, and a PC then resets it. Never comes back: the
 * tests look at how the machine ends.
 *
 * Rules: SDM vol. 3A, 6.15, interrupt 8.
 */
#include "test.h"

void test_main(void)
{
	static const struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) nothing;

	group("before the end");
	begin("still here");
	group(0);
	/* #BP finds no gate: #GP; that finds none: #DF; nor does that. */
	asm volatile("lidt %0; int3" : : "m"(nothing));
	begin("the processor goes on");
	expect("shutdown", 1, 0);
}
