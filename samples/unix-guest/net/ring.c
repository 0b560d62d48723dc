// SPDX-License-Identifier: GPL-2.0-or-later
/* A ring of bytes in pages, for both directions of a TCP connection. */
#include "tcp.h"

bool ring_create(struct ring *ring)
{
	for (uint32_t i = 0; i < RING_PAGES; i++) {
		ring->pages[i] = kmalloc(PAGE_SIZE);
		if (!ring->pages[i])
			return false;
	}
	return true;
}

void ring_destroy(struct ring *ring)
{
	for (uint32_t i = 0; i < RING_PAGES; i++)
		kfree(ring->pages[i]);
	*ring = (struct ring){ 0 };
}

/* The longest piece at `at` (counted from the beginning of time) that is in one page. */
static uint8_t *piece(const struct ring *ring, uint32_t at, uint32_t *length)
{
	*length = minimum(*length, PAGE_SIZE - at % PAGE_SIZE);
	return ring->pages[at / PAGE_SIZE % RING_PAGES] + at % PAGE_SIZE;
}

uint32_t ring_put(struct ring *ring, const void *data, uint32_t length)
{
	length = minimum(length, RING_SIZE - ring->used);
	ring_place(ring, ring->used, data, length);
	ring->used += length;
	return length;
}

/* Writes without making it part of the contents; [at, at + length) must have room. */
void ring_place(struct ring *ring, uint32_t at, const void *data, uint32_t length)
{
	for (uint32_t done = 0; done < length;) {
		uint32_t count = length - done;
		uint8_t *to = piece(ring, ring->begin + at + done, &count);

		memcpy(to, (const uint8_t *)data + done, count);
		done += count;
	}
}

/* [at, at + length) must be inside. */
void ring_peek(const struct ring *ring, uint32_t at, void *data, uint32_t length)
{
	for (uint32_t done = 0; done < length;) {
		uint32_t count = length - done;
		const uint8_t *from = piece(ring, ring->begin + at + done, &count);

		memcpy((uint8_t *)data + done, from, count);
		done += count;
	}
}

void ring_drop(struct ring *ring, uint32_t length)
{
	ring->begin += length;
	ring->used -= length;
}
