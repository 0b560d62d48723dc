// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Physical memory by pages. The guest's RAM is [base, base + size) of the machine's; the direct map shows it at
 * 0xc0000000. What has never been used lies behind `fresh`; what came back is a list, whose links are in the free pages
 * themselves.
 */
#include "kernel.h"

static uint32_t ram_base, ram_end, fresh;
static uint32_t freed, freed_count;		/* the first of the list */

uint32_t physical_address(const void *address)
{
	return (uint32_t)address - CO_ARCH_KERNEL_OFFSET + ram_base;
}

void *virtual_address(uint32_t physical)
{
	return (void *)(physical - ram_base + CO_ARCH_KERNEL_OFFSET);
}

void frames_init(const struct co_boot_params *boot)
{
	ram_base = boot->memory_base;
	ram_end = ram_base + boot->memory_size;
	fresh = round_up(physical_address((const void *)boot->kernel_end), PAGE_SIZE);
}

uint32_t frame_allocate(void)
{
	uint32_t frame = freed;

	if (frame) {
		freed = *(const uint32_t *)virtual_address(frame);
		freed_count--;
	} else if (fresh < ram_end) {
		frame = fresh;
		fresh += PAGE_SIZE;
	} else {
		return 0;
	}
	memset(virtual_address(frame), 0, PAGE_SIZE);
	return frame;
}

void frame_free(uint32_t frame)
{
	*(uint32_t *)virtual_address(frame) = freed;
	freed = frame;
	freed_count++;
}

uint32_t frames_total(void)
{
	return (ram_end - ram_base) / PAGE_SIZE;
}

uint32_t frames_available(void)
{
	return (ram_end - fresh) / PAGE_SIZE + freed_count;
}
