// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's first address space, built in the guest's own RAM behind its image:
 *
 *	page directory | page tables | boot page (first descriptor tables at the bottom, first stack at the top)
 *
 * The tables let a guest fail from its first instruction on: a fault that it cannot handle yet is a double fault,
 * and that one and NMI start the emergency task. It maps the direct map (0xc0000000 -> base), the passage page and
 * the I/O area, each with 4 KiB pages. The guest may replace it as soon as it has its own, and copy the two windows
 * from here.
 */
#include "driver.h"

#define PTE_GUEST	(PTE_PRESENT | PTE_WRITABLE)

struct builder {
	uint32_t next, end;		/* physical: free frames of the guest */
	uint32_t *directory;
	bool full;
};

static uint32_t take_frame(struct builder *builder)
{
	uint32_t frame = builder->next;

	if (builder->end - frame < PAGE_SIZE) {
		builder->full = true;
		return builder->end - PAGE_SIZE;
	}
	builder->next += PAGE_SIZE;
	return frame;
}

static void map(struct builder *builder, uint32_t va, uint32_t physical)
{
	uint32_t *entry = &builder->directory[va >> 22];
	uint32_t *table;

	if (!(*entry & PTE_PRESENT))
		*entry = take_frame(builder) | PTE_GUEST;
	table = virtual_address(*entry & ~0xfffu);
	table[va >> 12 & 0x3ff] = physical | PTE_GUEST;
}

/* Base and limit of a TSS are in pieces (Intel SDM vol. 3, 7.2.2); it is present, for ring 0, not busy. */
static uint64_t tss_descriptor(uint32_t va)
{
	return (uint64_t)(va >> 24) << 56 | (uint64_t)0x89 << 40 | (uint64_t)(va & 0xffffff) << 16 |
	       (sizeof(struct co_tss) - 1);
}

static void fill_boot_page(struct boot_page *page, uint32_t va, uint32_t passage_va)
{
	const struct gate emergency = { .selector = SELECTOR_BOOT_EMERGENCY, .type = GATE_TASK };

	page->gdt[SELECTOR_CODE / 8] = 0x00cf9a000000ffff;
	page->gdt[SELECTOR_DATA / 8] = 0x00cf92000000ffff;
	page->gdt[SELECTOR_BOOT_TSS / 8] = tss_descriptor(va + offsetof(struct boot_page, tss));
	page->gdt[SELECTOR_BOOT_EMERGENCY / 8] =
		tss_descriptor(passage_va + offsetof(struct co_passage_page, emergency_tss));
	page->idt[VECTOR_NMI] = page->idt[VECTOR_DOUBLE_FAULT] = emergency;
	page->tss.ss0 = SELECTOR_DATA;
	page->tss.esp0 = va + PAGE_SIZE;
	page->tss.io_map_base = sizeof(page->tss);
}

/* At most so many bytes: the tables of the direct map, of the two windows, the directory and the boot page. */
uint32_t guest_space_size(uint32_t memory_size)
{
	return (memory_size / (PAGE_SIZE * 1024) + 1 + 2 + 2) * PAGE_SIZE + PAGE_SIZE;
}

/* On success `directory` is physical and `boot_page` a VA of the guest. */
const char *guest_space_build(struct monitor *monitor, uint32_t *directory, uint32_t *boot_page)
{
	uint32_t image_end = monitor->kernel_end - CO_ARCH_KERNEL_OFFSET;
	uint32_t direct_end = CO_ARCH_KERNEL_OFFSET + monitor->size;
	const struct co_note *note = &monitor->note;
	struct builder builder = { .end = monitor->base + monitor->size };
	uint32_t boot_frame;

	if ((note->passage_va | note->io_area_va) % PAGE_SIZE || note->passage_va < direct_end ||
	    note->io_area_va < direct_end || note->io_area_va > 0u - CO_VPTR_IO_AREA_SIZE)
		return "it wants its passage page or I/O area at a place that is not free";
	builder.next = monitor->base + ((image_end + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1u));
	*directory = take_frame(&builder);
	builder.directory = virtual_address(*directory);
	for (uint32_t at = 0; at < monitor->size; at += PAGE_SIZE) {
		map(&builder, CO_ARCH_KERNEL_OFFSET + at, monitor->base + at);
		process_give_way();
	}
	map(&builder, note->passage_va, physical_address(monitor->page));
	for (uint32_t at = 0; at < CO_VPTR_IO_AREA_SIZE; at += PAGE_SIZE)
		map(&builder, note->io_area_va + at, physical_address(monitor->io_area) + at);
	boot_frame = take_frame(&builder);
	if (builder.full)
		return "the guest's memory has no room for its page tables (give it more with mem=)";
	*boot_page = boot_frame - monitor->base + CO_ARCH_KERNEL_OFFSET;
	fill_boot_page(virtual_address(boot_frame), *boot_page, note->passage_va);
	monitor->kernel_end = builder.next - monitor->base + CO_ARCH_KERNEL_OFFSET;
	return NULL;
}
