// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's GDT, TSS and IDT (Intel SDM vol. 3, 3.4.5, 7.2, 6.11).
 *
 * Segments are flat. The one TSS says on which stack ring 3 enters ring 0, that of the process that runs; and the
 * passage stores and reloads TR: without a TSS a guest would have nothing to come back from. All 256 IDT entries are
 * interrupt gates to the stubs of entry.S; ring 3 may call the one of int 0x80.
 */
#include <colinux/abi.h>
#include "host.h"

static uint64_t gdt[] = {
	0,
	0,
	0x00cf9a000000ffff,	/* SELECTOR_CODE: ring 0, 4 GiB, execute/read */
	0x00cf92000000ffff,	/* SELECTOR_DATA: ring 0, 4 GiB, read/write */
	0,			/* SELECTOR_TSS: filled below, for the base is split in three */
	0x00cffa000000ffff,	/* SELECTOR_USER_CODE: the same for ring 3 */
	0x00cff2000000ffff,	/* SELECTOR_USER_DATA */
};

static struct {
	uint32_t link, esp0, ss0, rest[22];
	uint16_t trap, io_map_base;
} tss;

static struct gate idt[256];

extern const uint8_t interrupt_stubs[];	/* entry.S: 16 bytes for each vector */

static void load_segments(void)
{
	asm volatile("ljmp %0, $1f\n"
		     "1: movw %w1, %%ds; movw %w1, %%es; movw %w1, %%ss; movw %w2, %%fs; movw %w2, %%gs"
		     : : "i"(SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0) : "memory");
}

void descriptors_init(void)
{
	uint32_t base = (uint32_t)&tss;
	struct co_descriptor_table table;

	tss.ss0 = SELECTOR_DATA;
	tss.io_map_base = sizeof(tss);
	gdt[SELECTOR_TSS / 8] = (uint64_t)(base >> 24) << 56 | (uint64_t)0x89 << 40 |
				(uint64_t)(base & 0xffffff) << 16 | (sizeof(tss) - 1);
	table = (struct co_descriptor_table){ sizeof(gdt) - 1, (uint32_t)gdt };
	asm volatile("lgdt %0" : : "m"(table));
	load_segments();
	asm volatile("lldt %w0; ltr %w1" : : "r"(0), "r"(SELECTOR_TSS));

	for (unsigned vector = 0; vector < 256; vector++) {
		uint32_t offset = (uint32_t)interrupt_stubs + 16 * vector;

		idt[vector] = (struct gate){ (uint16_t)offset, SELECTOR_CODE, GATE_INTERRUPT, (uint16_t)(offset >> 16) };
	}
	idt[VECTOR_SYSTEM_CALL].type = GATE_INTERRUPT_USER;
	table = (struct co_descriptor_table){ sizeof(idt) - 1, (uint32_t)idt };
	asm volatile("lidt %0" : : "m"(table));
}

void descriptors_set_kernel_stack(uint32_t top)
{
	tss.esp0 = top;
}
