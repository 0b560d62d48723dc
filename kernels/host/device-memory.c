// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that belongs to a device, for drivers whose registers are not ports. It lies above all RAM, and the kernel sees it
 * at the same linear address, in large pages that no cache may keep (Intel SDM vol. 3, 4.9 and 12.5.2).
 */
#include "host.h"

#define LARGE_PAGE_SHIFT	22
#define DIRECT_MAP_END		0xf0000000u	/* linear: what is above is free for devices */

/* Before there are processes, whose address spaces copy the kernel's entries. NULL if it cannot be reached. */
volatile void *device_memory(uint32_t physical)
{
	uint32_t entry = physical >> LARGE_PAGE_SHIFT;

	if (physical < DIRECT_MAP_END)
		return NULL;
	host_page_directory[entry] = entry << LARGE_PAGE_SHIFT | PTE_PRESENT | PTE_WRITABLE | PTE_UNCACHED | PDE_LARGE;
	asm volatile("invlpg (%0)" : : "r"(physical) : "memory");
	return (volatile void *)physical;
}
