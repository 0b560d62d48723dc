// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frame allocator: which 4 KiB frames of physical memory are free, as one bit each for the first 768 MiB (what the
 * direct map covers). The multiboot memory map says what is RAM; the first MiB stays untouched.
 */
#include "host.h"
#include "multiboot.h"

#define FRAMES		(0x30000000 / PAGE_SIZE)
#define FIRST_USABLE	0x100000

static uint32_t used[FRAMES / 32];
static uint32_t total, free_count;
static uint32_t lowest_free;		/* all frames below are used */

extern uint8_t host_end[];

static bool is_used(uint32_t frame) { return used[frame / 32] & 1u << frame % 32; }

static void mark_used(uint32_t frame)
{
	free_count -= !is_used(frame);
	used[frame / 32] |= 1u << frame % 32;
}

static void mark_free(uint32_t frame)
{
	free_count += is_used(frame);
	used[frame / 32] &= ~(1u << frame % 32);
	if (frame < lowest_free)
		lowest_free = frame;
}

void frames_reserve(uint32_t from, uint32_t to)
{
	uint32_t end = to / PAGE_SIZE + (to % PAGE_SIZE != 0);

	for (uint32_t frame = from / PAGE_SIZE; frame < end && frame < FRAMES; frame++)
		mark_used(frame);
}

static void add_range(uint64_t base, uint64_t length)
{
	uint64_t end = base + length;

	if (base < FIRST_USABLE)
		base = FIRST_USABLE;
	for (uint64_t at = (base + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1); at + PAGE_SIZE <= end; at += PAGE_SIZE) {
		uint32_t frame = (uint32_t)(at >> 12);

		if (frame >= FRAMES)
			break;
		mark_free(frame);
		total++;
	}
}

void frames_init(const struct multiboot *info)
{
	memset(used, 0xff, sizeof(used));
	if (info->flags & MULTIBOOT_MEMORY_MAP) {
		for (uint32_t at = info->map; at < info->map + info->map_length;) {
			const struct multiboot_range *range = virtual_address(at);

			if (range->type == MULTIBOOT_USABLE)
				add_range(range->base, range->length);
			at += range->size + sizeof(range->size);
		}
	} else {
		add_range(FIRST_USABLE, (uint64_t)info->memory_upper * 1024);
	}
	frames_reserve(FIRST_USABLE, physical_address(host_end));
}

/* How many of `count` frames from `first` on are free, up to the first that is not. */
static uint32_t free_run(uint32_t first, uint32_t count)
{
	uint32_t length = 0;

	while (length < count && !is_used(first + length))
		length += (first + length) % 32 == 0 && !used[(first + length) / 32] ? 32 : 1;
	return length < count ? length : count;
}

/* Large regions go by whole words of the map: they are far too many frames to go one by one. */
static void mark_range(uint32_t first, uint32_t count, bool in_use)
{
	uint32_t end = first + count;

	for (uint32_t frame = first; frame < end;) {
		uint32_t word = in_use ? 0 : 0xffffffff;

		if (frame % 32 == 0 && end - frame >= 32 && used[frame / 32] == word) {
			used[frame / 32] = ~word;
			free_count += in_use ? -32u : 32;
			frame += 32;
		} else if (in_use) {
			mark_used(frame++);
		} else {
			mark_free(frame++);
		}
	}
	if (!in_use && first < lowest_free)
		lowest_free = first;
}

/* `size` bytes of adjacent frames at or above `minimum`; 0 if there are none. */
uint32_t frames_allocate_region(uint32_t size, uint32_t alignment, uint32_t minimum)
{
	uint32_t count = size / PAGE_SIZE;
	uint32_t step = alignment / PAGE_SIZE;

	for (uint32_t first = minimum / PAGE_SIZE; first < FRAMES && count <= FRAMES - first; first += step) {
		if (free_run(first, count) < count)
			continue;
		mark_range(first, count, true);
		return first * PAGE_SIZE;
	}
	return 0;
}

/* `count` adjacent frames, zeroed, as a physical address; 0 if there are none. */
uint32_t frames_allocate(uint32_t count)
{
	uint32_t region;

	while (lowest_free < FRAMES && is_used(lowest_free))
		lowest_free++;
	region = frames_allocate_region(count * PAGE_SIZE, PAGE_SIZE, lowest_free * PAGE_SIZE);
	if (region)
		memset(virtual_address(region), 0, count * PAGE_SIZE);
	return region;
}

void frames_free(uint32_t physical, uint32_t count)
{
	mark_range(physical / PAGE_SIZE, count, false);
}

uint32_t frames_total_mib(void)
{
	return (total * (PAGE_SIZE / 1024) + 1023) / 1024;
}

uint32_t frames_free_mib(void)
{
	return free_count * (PAGE_SIZE / 1024) / 1024;
}
