// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The passage page of one monitor: four adjacent frames, of which only the first is visible to both sides. The other
 * three are the temporary address space: a page directory and up to two page tables that map the first frame at its
 * host VA and at its guest VA, and nothing else.
 */
#include "driver.h"

#define PASSAGE_FRAMES	4
#define PTE_PASSAGE	(PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY)

extern const uint8_t co_passage_sep[], co_passage_sep_end[];
extern const uint8_t co_passage_nosep[], co_passage_nosep_end[];
extern const uint8_t co_emergency[], co_emergency_end[];

/* Both VAs may share one 4 MiB range: then they share one table, and the second is not used. */
static void build_temporary_space(uint32_t physical, uint32_t host_va, uint32_t guest_va)
{
	const uint32_t addresses[2] = { host_va, guest_va };
	uint32_t *directory = virtual_address(physical + PAGE_SIZE);

	for (unsigned i = 0; i < 2; i++) {
		uint32_t table = physical + (2 + i) * PAGE_SIZE;
		uint32_t *entry = &directory[addresses[i] >> 22];

		if (!(*entry & PTE_PRESENT))
			*entry = table | PTE_PASSAGE;
		((uint32_t *)virtual_address(*entry & ~0xfffu))[addresses[i] >> 12 & 0x3ff] = physical | PTE_PASSAGE;
	}
}

static void copy_code(struct co_passage_page *page)
{
	bool sep = cpu_has(CPUID_SEP);
	const uint8_t *code = sep ? co_passage_sep : co_passage_nosep;
	uint32_t size = (uint32_t)((sep ? co_passage_sep_end : co_passage_nosep_end) - code);

	if (size > sizeof(page->code))
		panic("the passage code has %u bytes, the passage page has room for %u", size, sizeof(page->code));
	memcpy(page->code, code, size);
}

static void fill_emergency_task(struct co_passage_page *page, uint32_t guest_va)
{
	struct co_tss *tss = &page->emergency_tss;
	uint32_t size = (uint32_t)(co_emergency_end - co_emergency);

	if (size > sizeof(page->emergency_code))
		panic("the emergency code has %u bytes, the passage page has room for %u", size,
		      sizeof(page->emergency_code));
	memcpy(page->emergency_code, co_emergency, size);
	tss->eip = guest_va + offsetof(struct co_passage_page, emergency_code);
	tss->esp = guest_va + offsetof(struct co_passage_page, emergency_stack) + CO_EMERGENCY_STACK_SIZE;
	tss->eflags = 2;			/* the bit that is always set */
	tss->cs = SELECTOR_CODE;
	tss->ds = tss->es = tss->ss = SELECTOR_DATA;
	tss->io_map_base = sizeof(*tss);
}

struct co_passage_page *passage_create(unsigned monitor, uint32_t guest_va)
{
	uint32_t physical = frames_allocate(PASSAGE_FRAMES);
	struct co_passage_page *page = virtual_address(physical);
	uint32_t host_va = (uint32_t)page;

	if (!physical)
		return NULL;
	build_temporary_space(physical, host_va, guest_va);
	page->temp_pgd = physical + PAGE_SIZE;
	page->host.va = host_va + offsetof(struct co_passage_page, host);
	page->host.other_map = guest_va - host_va;
	page->guest.va = guest_va + offsetof(struct co_passage_page, guest);
	page->guest.other_map = host_va - guest_va;
	copy_code(page);
	fill_emergency_task(page, guest_va);
	outl(CO_ANNOUNCE_PORT, physical | monitor << 4 | CO_ANNOUNCE_CREATED);
	return page;
}

void passage_destroy(struct co_passage_page *page, unsigned monitor)
{
	outl(CO_ANNOUNCE_PORT, physical_address(page) | monitor << 4 | CO_ANNOUNCE_WITHDRAWN);
	frames_free(physical_address(page), PASSAGE_FRAMES);
}

/* Gives the CPU to the guest; returns when the guest gives it back. Interrupts must be off and stay off. */
void passage_switch(struct co_passage_page *page)
{
	co_switch_t code = (co_switch_t)(void *)page->code;

	code(page, &page->host, &page->guest);
}

/*
 * Is what the passage code and we rely on still as it was? The guest can write to the whole page, by mistake too.
 * What it does to the saved CPU of the host cannot be mended, but most accidents hit more than one place.
 */
bool passage_is_intact(const struct co_passage_page *page)
{
	uint32_t host_va = (uint32_t)page;
	uint32_t guest_va = host_va + page->host.other_map;

	return page->temp_pgd == physical_address(page) + PAGE_SIZE &&
	       page->host.va == host_va + offsetof(struct co_passage_page, host) &&
	       page->guest.va == guest_va + offsetof(struct co_passage_page, guest) &&
	       page->guest.other_map == 0u - page->host.other_map && page->host.other_map % PAGE_SIZE == 0;
}
