// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's own GDT, TSS and IDT (Intel SDM vol. 3, 3.4.5, 7.2, 6.11). They must be loaded before the first switch
 * back to the host: the passage stores TR and expects it to be ours.
 *
 * A double fault goes through a task gate: it brings its own stack, for the usual one may be what is broken.
 */
#include "kernel.h"

#define GATE_INTERRUPT		0x8e00	/* present, ring 0 */
#define GATE_INTERRUPT_USER	0xee00	/* present, ring 3 may call it */
#define GATE_TASK		0x8500
#define TSS_AVAILABLE		0x89
#define VECTOR_DOUBLE_FAULT	8

struct tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2;
	uint32_t cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_map_base;
};

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
	0,			/* SELECTOR_FAULT_TSS */
};

static struct tss tss, fault_tss;
static struct gate idt[256];
static uint8_t fault_stack[0x1000] __attribute__((aligned(16)));

extern const uint8_t trap_stubs[];	/* traps.S: 16 bytes for each vector */

static void double_fault(void)
{
	terminate(CO_TERMINATE_BUG, tss.eip, "double fault");
}

static uint64_t tss_descriptor(const struct tss *segment)
{
	uint32_t base = (uint32_t)segment;

	return (uint64_t)(base >> 24) << 56 | (uint64_t)TSS_AVAILABLE << 40 | (uint64_t)(base & 0xffffff) << 16 |
	       (sizeof(*segment) - 1);
}

static void fill_tss(void)
{
	extern uint8_t kernel_stack_top[];

	tss.esp0 = (uint32_t)kernel_stack_top;
	tss.ss0 = SELECTOR_KERNEL_DATA;
	tss.io_map_base = sizeof(tss);		/* no I/O bitmap: ring 3 may touch no port */
	fault_tss = tss;
	fault_tss.eip = (uint32_t)double_fault;
	fault_tss.esp = (uint32_t)(fault_stack + sizeof(fault_stack));
	fault_tss.eflags = 2;
	fault_tss.cs = SELECTOR_KERNEL_CODE;
	fault_tss.ds = fault_tss.es = fault_tss.ss = SELECTOR_KERNEL_DATA;
	asm("movl %%cr3, %0" : "=r"(fault_tss.cr3));
	gdt[SELECTOR_TSS / 8] = tss_descriptor(&tss);
	gdt[SELECTOR_FAULT_TSS / 8] = tss_descriptor(&fault_tss);
}

static void fill_idt(void)
{
	for (unsigned vector = 0; vector < 256; vector++) {
		uint32_t offset = (uint32_t)trap_stubs + 16 * vector;

		idt[vector] = (struct gate){ (uint16_t)offset, SELECTOR_KERNEL_CODE, GATE_INTERRUPT,
					     (uint16_t)(offset >> 16) };
	}
	idt[VECTOR_SYSTEM_CALL].type = GATE_INTERRUPT_USER;
	idt[VECTOR_DOUBLE_FAULT] = (struct gate){ 0, SELECTOR_FAULT_TSS, GATE_TASK, 0 };
}

void descriptors_init(void)
{
	struct co_descriptor_table table = { sizeof(gdt) - 1, (uint32_t)gdt };

	fill_tss();
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
