/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the machine ends: a byte to port F4h. QEMU's isa-debug-exit turns value v into process status 2v + 1; where
 * there is no such device the host just halts.
 */
#ifndef HOST_EXIT_H
#define HOST_EXIT_H

#include "exit-code.h"
#include "x86.h"

#define EXIT_PORT		0xf4

static inline void __attribute__((noreturn)) machine_exit(uint8_t value)
{
	outb(EXIT_PORT, value);
	for (;;)
		asm volatile("cli; hlt");
}

#endif /* HOST_EXIT_H */
