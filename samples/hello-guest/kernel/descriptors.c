// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's own GDT, TSS and IDT (Intel SDM vol. 3, 3.4.5, 7.2, 6.11). They must be loaded before the first switch
 * back to the host: the passage stores TR and expects it to be ours.
 *
 * Double faults and NMIs go through task gates to the emergency task of the passage page: it brings a stack of its own,
 * for the usual one may be what is broken, and tells the host.
 */
#include "kernel.h"

#define GATE_INTERRUPT		0x8e00	/* present, ring 0 */
#define GATE_INTERRUPT_USER	0xee00	/* present, ring 3 may call it */
#define GATE_TASK		0x8500
#define TSS_AVAILABLE		0x89
#define VECTOR_NMI		2
#define VECTOR_DOUBLE_FAULT	8

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

static uint64_t gdt[] = {
	0,
	0,
	0x00cf9a000000ffff,	/* SELECTOR_KERNEL_CODE */
	0x00cf92000000ffff,	/* SELECTOR_KERNEL_DATA */
	0,			/* SELECTOR_TSS */
	0x00cffa000000ffff,	/* SELECTOR_USER_CODE */
	0x00cff2000000ffff,	/* SELECTOR_USER_DATA */
	0,			/* SELECTOR_EMERGENCY */
};

static struct co_tss tss;
static struct gate idt[256];

extern const uint8_t trap_stubs[];	/* traps.S: 16 bytes for each vector */

static uint64_t tss_descriptor(const struct co_tss *segment)
{
	uint32_t base = (uint32_t)segment;

	return (uint64_t)(base >> 24) << 56 | (uint64_t)TSS_AVAILABLE << 40 | (uint64_t)(base & 0xffffff) << 16 |
	       (sizeof(*segment) - 1);
}

static void fill_tss(const struct co_passage_page *page)
{
	extern uint8_t kernel_stack_top[];

	tss.esp0 = (uint32_t)kernel_stack_top;
	tss.ss0 = SELECTOR_KERNEL_DATA;
	tss.io_map_base = sizeof(tss);		/* no I/O bitmap: ring 3 may touch no port */
	gdt[SELECTOR_TSS / 8] = tss_descriptor(&tss);
	gdt[SELECTOR_EMERGENCY / 8] = tss_descriptor(&page->emergency_tss);
}

static void fill_idt(void)
{
	for (unsigned vector = 0; vector < 256; vector++) {
		uint32_t offset = (uint32_t)trap_stubs + 16 * vector;

		idt[vector] = (struct gate){ (uint16_t)offset, SELECTOR_KERNEL_CODE, GATE_INTERRUPT,
					     (uint16_t)(offset >> 16) };
	}
	idt[VECTOR_SYSTEM_CALL].type = GATE_INTERRUPT_USER;
	idt[VECTOR_NMI] = (struct gate){ 0, SELECTOR_EMERGENCY, GATE_TASK, 0 };
	idt[VECTOR_DOUBLE_FAULT] = idt[VECTOR_NMI];
}

void descriptors_init(const struct co_passage_page *page)
{
	struct co_descriptor_table table = { sizeof(gdt) - 1, (uint32_t)gdt };

	fill_tss(page);
	fill_idt();
	asm volatile("lgdt %0" : : "m"(table));
	asm volatile("ljmp %0, $1f\n"
		     "1: movw %w1, %%ds; movw %w1, %%es; movw %w1, %%ss; movw %w2, %%fs; movw %w2, %%gs"
		     : : "i"(SELECTOR_KERNEL_CODE), "r"(SELECTOR_KERNEL_DATA), "r"(0) : "memory");
	asm volatile("lldt %w0; ltr %w1" : : "r"(0), "r"(SELECTOR_TSS));
	table = (struct co_descriptor_table){ sizeof(idt) - 1, (uint32_t)idt };
	asm volatile("lidt %0" : : "m"(table));
}

uint32_t *ring0_stack(void)
{
	return &tss.esp0;
}
