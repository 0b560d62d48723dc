/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The descriptor table of a test program, for C and assembly: flat code and data for each ring, the TSS, and from
 * FREE_SELECTOR on what a test fills in for itself.
 */
#ifndef SELECTORS_H
#define SELECTORS_H

#define KERNEL_CODE	0x08
#define KERNEL_DATA	0x10
#define RING_CODE(ring)	(0x08 + (ring) * 0x10 + (ring))
#define RING_DATA(ring)	(0x10 + (ring) * 0x10 + (ring))
#define USER_CODE	0x3b
#define USER_DATA	0x43
#define MAIN_TSS	0x48
#define MAIN_LDT	0x50
#define FREE_SELECTOR	0x80

/* Software interrupts that end a case. Tests choose one of them to tell where the CPU came to. */
#define END		0x20

#endif
