// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address spaces: page directories and tables (Intel SDM vol. 3, 4.3). Below 0xc0000000 each process has its own;
 * above, all share the kernel's page tables, which are therefore all made at the start: the direct map, the kernel
 * stacks, and the two windows to the host, taken over from the directory that the host has built.
 */
#include "kernel.h"

#define PTE_PRESENT	0x001u
#define PTE_WRITABLE	0x002u
#define PTE_USER	0x004u
#define PTE_FRAME	0xfffff000u
#define USER_ENTRY	(PTE_PRESENT | PTE_WRITABLE | PTE_USER)
#define KERNEL_ENTRY	(PTE_PRESENT | PTE_WRITABLE)
#define ENTRIES		1024
#define FIRST_KERNEL	(CO_ARCH_KERNEL_OFFSET >> 22)

extern uint8_t kernel_stack_guard[];	/* entry.S: below the stack of the start */

static uint32_t kernel_space;

uint32_t space_kernel(void)
{
	return kernel_space;
}

/* The entry for `va`; makes the table if `make` is not 0. NULL: there is no table, or no memory for one. */
static uint32_t *entry_of(uint32_t space, uint32_t va, uint32_t make)
{
	uint32_t *directory = virtual_address(space);
	uint32_t *slot = &directory[va >> 22], frame;

	if (!(*slot & PTE_PRESENT)) {
		if (!make)
			return NULL;
		frame = frame_allocate();
		if (!frame)
			return NULL;
		*slot = frame | make;
	}
	return (uint32_t *)virtual_address(*slot & PTE_FRAME) + (va >> 12 & 0x3ff);
}

static void map_kernel(uint32_t va, uint32_t frame)
{
	uint32_t *entry = entry_of(kernel_space, va, KERNEL_ENTRY);

	if (!entry)
		panic("no memory for the kernel's page tables: give the guest more (mem=)");
	*entry = frame ? frame | KERNEL_ENTRY : 0;
}

void space_init(const struct co_boot_params *boot)
{
	uint32_t boot_space;
	const uint32_t *theirs;
	uint32_t *ours;

	asm("movl %%cr3, %0" : "=r"(boot_space));
	kernel_space = frame_allocate();
	theirs = virtual_address(boot_space);
	ours = virtual_address(kernel_space);
	for (uint32_t at = 0; at < boot->memory_size; at += PAGE_SIZE)
		map_kernel(CO_ARCH_KERNEL_OFFSET + at, boot->memory_base + at);
	map_kernel((uint32_t)kernel_stack_guard, 0);
	map_kernel(KERNEL_STACKS, 0);
	ours[CO_VPTR_PASSAGE_PAGE >> 22] = theirs[CO_VPTR_PASSAGE_PAGE >> 22];
	ours[CO_VPTR_IO_AREA_START >> 22] = theirs[CO_VPTR_IO_AREA_START >> 22];
	space_switch(kernel_space);
	cooperative_address_space(kernel_space);
}

/* A page for a kernel stack stays mapped once it is: the next process of the slot will use it. */
bool space_map_stack(uint32_t va)
{
	uint32_t *entry = entry_of(kernel_space, va, 0);

	if (!*entry)
		*entry = frame_allocate();
	if (*entry)
		*entry |= KERNEL_ENTRY;
	return *entry != 0;
}

void space_switch(uint32_t space)
{
	asm volatile("movl %0, %%cr3" : : "r"(space) : "memory");
}

uint32_t space_create(void)
{
	uint32_t space = frame_allocate();
	const uint32_t *kernel = virtual_address(kernel_space);

	if (space)
		memcpy((uint32_t *)virtual_address(space) + FIRST_KERNEL, kernel + FIRST_KERNEL,
		       (ENTRIES - FIRST_KERNEL) * sizeof(*kernel));
	return space;
}

void *space_page(uint32_t space, uint32_t va)
{
	const uint32_t *entry = entry_of(space, va, 0);

	return entry && *entry ? virtual_address(*entry & PTE_FRAME) : NULL;
}

void *space_add_page(uint32_t space, uint32_t va)
{
	uint32_t *entry = entry_of(space, va, USER_ENTRY);

	if (!entry)
		return NULL;
	if (!*entry) {
		*entry = frame_allocate();
		if (!*entry)
			return NULL;
		*entry |= USER_ENTRY;
	}
	return virtual_address(*entry & PTE_FRAME);
}

void space_remove_page(uint32_t space, uint32_t va)
{
	uint32_t *entry = entry_of(space, va, 0);

	if (!entry || !*entry)
		return;
	frame_free(*entry & PTE_FRAME);
	*entry = 0;
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

uint32_t space_copy(uint32_t from)
{
	const uint32_t *directory = virtual_address(from);
	uint32_t space = space_create();

	for (uint32_t slot = 0; space && slot < FIRST_KERNEL; slot++) {
		const uint32_t *table = virtual_address(directory[slot] & PTE_FRAME);

		for (uint32_t i = 0; directory[slot] && i < ENTRIES; i++) {
			void *page;

			if (!table[i])
				continue;
			page = space_add_page(space, slot << 22 | i << 12);
			if (!page) {
				space_destroy(space);
				return 0;
			}
			memcpy(page, virtual_address(table[i] & PTE_FRAME), PAGE_SIZE);
		}
	}
	return space;
}

/* Must not be the space the processor is in. */
void space_destroy(uint32_t space)
{
	const uint32_t *directory = virtual_address(space);

	for (uint32_t slot = 0; slot < FIRST_KERNEL; slot++) {
		const uint32_t *table = virtual_address(directory[slot] & PTE_FRAME);

		if (!directory[slot])
			continue;
		for (uint32_t i = 0; i < ENTRIES; i++)
			if (table[i])
				frame_free(table[i] & PTE_FRAME);
		frame_free(directory[slot] & PTE_FRAME);
	}
	frame_free(space);
}
