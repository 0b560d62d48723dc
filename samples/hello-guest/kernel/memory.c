// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's memory: a frame allocator that only hands out, and page tables of our own (Intel SDM vol. 3, 4.3).
 *
 * Guest RAM is [base, base + size) of the machine's physical memory. The direct map shows it at 0xc0000000. The windows
 * to the host, passage page and I/O area, are taken over from the directory the host has built. The page below the
 * kernel's stack is not mapped: who runs out of stack gets a page fault that cannot be delivered, so a double fault.
 */
#include "kernel.h"

#define PTE_PRESENT	0x001
#define PTE_WRITABLE	0x002
#define PTE_USER	0x004

extern uint8_t kernel_stack_guard[];	/* entry.S */

static uint32_t ram_base, ram_end, next_frame;
static uint32_t *directory;

uint32_t physical_address(const void *address)
{
	return (uint32_t)address - CO_ARCH_KERNEL_OFFSET + ram_base;
}

void *virtual_address(uint32_t physical)
{
	return (void *)(physical - ram_base + CO_ARCH_KERNEL_OFFSET);
}

uint32_t memory_frame(void)
{
	uint32_t frame = next_frame;

	if (frame >= ram_end)
		panic("out of memory");
	next_frame += PAGE_SIZE;
	memset(virtual_address(frame), 0, PAGE_SIZE);
	return frame;
}

void memory_map(uint32_t va, uint32_t physical, bool user)
{
	uint32_t flags = PTE_PRESENT | PTE_WRITABLE | (user ? PTE_USER : 0);
	uint32_t *entry = &directory[va >> 22];
	uint32_t *table;

	if (!(*entry & PTE_PRESENT))
		*entry = memory_frame() | flags;
	table = virtual_address(*entry & ~0xfffu);
	table[va >> 12 & 0x3ff] = physical | flags;
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

static void unmap(uint32_t va)
{
	uint32_t *table = virtual_address(directory[va >> 22] & ~0xfffu);

	table[va >> 12 & 0x3ff] = 0;
}

void memory_init(const struct co_boot_params *boot)
{
	const uint32_t *boot_directory;
	uint32_t cr3;

	ram_base = boot->memory_base;
	ram_end = ram_base + boot->memory_size;
	next_frame = physical_address((const void *)boot->kernel_end);
	asm("movl %%cr3, %0" : "=r"(cr3));
	boot_directory = virtual_address(cr3);
	directory = virtual_address(memory_frame());
	for (uint32_t at = ram_base; at < ram_end; at += PAGE_SIZE)
		memory_map((uint32_t)virtual_address(at), at, false);
	unmap((uint32_t)kernel_stack_guard);
	directory[CO_VPTR_PASSAGE_PAGE >> 22] = boot_directory[CO_VPTR_PASSAGE_PAGE >> 22];
	directory[CO_VPTR_IO_AREA_START >> 22] = boot_directory[CO_VPTR_IO_AREA_START >> 22];
	asm volatile("movl %0, %%cr3" : : "r"(physical_address(directory)) : "memory");
	cooperative_address_space(physical_address(directory));
}
