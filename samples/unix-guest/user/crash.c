// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crash WHAT: does what a process may not do, to show what happens to it: `null`, `kernel` (reads what is not its own),
 * `stack` (too deep), `divide`, `port` (I/O), `pointer` (gives the kernel's own memory to a system call).
 */
#include "libc.h"

static int deeper(int depth)
{
	volatile char room[1024];

	room[0] = (char)depth;
	return depth < 0 ? 0 : deeper(depth + 1) + room[0];
}

int crash_main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	volatile int zero = 0;

	if (!strcmp(what, "null"))
		return *(volatile int *)4;
	if (!strcmp(what, "kernel"))
		return *(volatile int *)0xc0100000;
	if (!strcmp(what, "stack"))
		return deeper(0);
	if (!strcmp(what, "divide"))
		return 100 / zero;
	if (!strcmp(what, "port"))
		asm volatile("outb %%al, $0xf4" : : "a"(0));
	if (!strcmp(what, "pointer"))
		print_error("write()", write(1, (const void *)0xc0100000, 16));
	else
		usage("null|kernel|stack|divide|port|pointer");
	return 0;
}
