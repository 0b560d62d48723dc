// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address spaces of processes (Intel SDM vol. 3, 4.3): the upper quarter is the host kernel's and the same in all of
 * them, the lower three are the process's own, in pages of 4 KiB. And the checks of what a process hands to the kernel.
 */
#include "process.h"

#define ENTRIES		1024
#define KERNEL_ENTRY	(HOST_OFFSET >> 22)
#define FRAME(entry)	((entry) & ~0xfffu)

uint32_t space_create(void)
{
	uint32_t directory = frames_allocate(1);

	if (directory)
		memcpy((uint32_t *)virtual_address(directory) + KERNEL_ENTRY, host_page_directory + KERNEL_ENTRY,
		       (ENTRIES - KERNEL_ENTRY) * sizeof(uint32_t));
	return directory;
}

/* The entry of a page, or NULL if there is no table for it. */
static uint32_t *page_entry(uint32_t directory, uint32_t va)
{
	uint32_t table = ((const uint32_t *)virtual_address(directory))[va >> 22];

	if (!(table & PTE_PRESENT))
		return NULL;
	return (uint32_t *)virtual_address(FRAME(table)) + (va >> 12 & (ENTRIES - 1));
}

uint32_t space_add_page(uint32_t directory, uint32_t va, bool writable)
{
	uint32_t *table = (uint32_t *)virtual_address(directory) + (va >> 22);
	uint32_t *entry;

	if (!*table) {
		uint32_t frame = frames_allocate(1);

		if (!frame)
			return 0;
		*table = frame | PTE_PRESENT | PTE_WRITABLE | PTE_USER;
	}
	entry = page_entry(directory, va);
	if (!*entry) {
		uint32_t frame = frames_allocate(1);

		if (!frame)
			return 0;
		*entry = frame | PTE_PRESENT | PTE_USER;
	}
	if (writable)
		*entry |= PTE_WRITABLE;
	return FRAME(*entry);
}

void space_destroy(uint32_t directory)
{
	const uint32_t *tables = virtual_address(directory);

	for (unsigned i = 0; i < KERNEL_ENTRY; i++) {
		const uint32_t *entries = virtual_address(FRAME(tables[i]));

		if (!tables[i])
			continue;
		for (unsigned j = 0; j < ENTRIES; j++)
			if (entries[j])
				frames_free(FRAME(entries[j]), 1);
		frames_free(FRAME(tables[i]), 1);
	}
	frames_free(directory, 1);
}

/* Do [address, address + size) belong to the current process, to read or to write? */
bool user_may(uint32_t address, uint32_t size, bool write)
{
	if (address >= USER_END || size > USER_END - address)
		return false;
	for (uint32_t page = address & ~0xfffu; page < address + size; page += PAGE_SIZE) {
		const uint32_t *entry = page_entry(current->directory, page);

		if (!entry || !(*entry & PTE_PRESENT) || (write && !(*entry & PTE_WRITABLE)))
			return false;
	}
	return true;
}

/* A text of the current process that ends with a NUL and fits in `size` bytes with it. */
bool user_string(uint32_t address, char *copy, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!user_may(address + i, 1, false))
			return false;
		copy[i] = ((const char *)address)[i];
		if (!copy[i])
			return true;
	}
	return false;
}
