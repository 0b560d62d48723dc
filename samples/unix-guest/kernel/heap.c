// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's heap. Sizes are rounded up to a class; a page is cut into blocks of one class and begins with a header
 * that says which, so kfree() needs no size. What is larger than the largest class gets a page of its own: such a
 * block, and no other, begins where a page does.
 *
 * All of it is in the direct map, so the host's devices can reach it.
 */
#include "kernel.h"

#define HEADER		16u
#define CLASSES		7
static const uint16_t class_sizes[CLASSES] = { 32, 64, 128, 256, 512, 1024, 2032 };

struct heap_page {
	uint32_t class;
	uint32_t used;			/* blocks */
};

struct free_block {
	struct free_block *next, **link;	/* link: what points to this one */
};

static struct free_block *free_blocks[CLASSES];

static struct heap_page *page_of(const void *block)
{
	return (struct heap_page *)((uint32_t)block & ~(PAGE_SIZE - 1));
}

static void add_block(struct free_block *block, uint32_t class)
{
	block->next = free_blocks[class];
	block->link = &free_blocks[class];
	if (block->next)
		block->next->link = &block->next;
	free_blocks[class] = block;
}

static void take_block(struct free_block *block)
{
	*block->link = block->next;
	if (block->next)
		block->next->link = block->link;
}

static bool cut_page(uint32_t class)
{
	uint32_t frame = frame_allocate();
	struct heap_page *page;

	if (!frame)
		return false;
	page = virtual_address(frame);
	page->class = class;
	for (uint32_t at = HEADER; at + class_sizes[class] <= PAGE_SIZE; at += class_sizes[class])
		add_block((void *)((uint8_t *)page + at), class);
	return true;
}

void *kmalloc(uint32_t size)
{
	struct free_block *block;
	uint32_t class = 0;

	if (size > PAGE_SIZE)
		BUG();
	while (class < CLASSES && class_sizes[class] < size)
		class++;
	if (class == CLASSES) {
		uint32_t frame = frame_allocate();

		return frame ? virtual_address(frame) : NULL;
	}
	if (!free_blocks[class] && !cut_page(class))
		return NULL;
	block = free_blocks[class];
	take_block(block);
	page_of(block)->used++;
	return memset(block, 0, class_sizes[class]);
}

/* The last block of a page takes the page with it. */
void kfree(void *block)
{
	struct heap_page *page = page_of(block);

	if (!block)
		return;
	if (block == page) {
		frame_free(physical_address(page));
		return;
	}
	add_block(block, page->class);
	if (--page->used)
		return;
	for (uint32_t at = HEADER; at + class_sizes[page->class] <= PAGE_SIZE; at += class_sizes[page->class])
		take_block((void *)((uint8_t *)page + at));
	frame_free(physical_address(page));
}
