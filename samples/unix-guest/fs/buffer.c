// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The buffer cache (buffer.h). A buffer is found by a hash of disk and block; when all are in use, a hand goes round
 * and takes the first that is clean, that nobody holds and that has not been used since it passed last.
 */
#include "buffer.h"

#define BUFFERS		1024
#define BUCKETS		256

static struct buffer buffers[BUFFERS];
static struct buffer *buckets[BUCKETS];
static uint32_t hand;

static struct buffer **bucket_of(uint32_t unit, uint32_t block)
{
	return &buckets[(block + unit * 37) % BUCKETS];
}

struct buffer *buffer_find(uint32_t unit, uint32_t block)
{
	struct buffer *buffer = *bucket_of(unit, block);

	while (buffer && (buffer->unit != unit || buffer->block != block))
		buffer = buffer->next;
	return buffer;
}

static void drop(struct buffer *buffer)
{
	struct buffer **link = bucket_of(buffer->unit, buffer->block);

	while (*link != buffer)
		link = &(*link)->next;
	*link = buffer->next;
	kfree(buffer->data);
	*buffer = (struct buffer){ 0 };
}

/* At most a quarter of the memory is for the cache. */
static uint32_t limit(void)
{
	return minimum(BUFFERS, frames_total() / 4);
}

/* NULL: all are dirty, held, or under way. */
static struct buffer *victim(void)
{
	for (uint32_t i = 0; i < 2 * limit(); i++) {
		struct buffer *buffer = &buffers[hand++ % limit()];

		if (!buffer->data)
			return buffer;
		if (buffer->references || buffer->dirty || buffer->cluster)
			continue;
		if (!buffer->recent) {
			drop(buffer);
			return buffer;
		}
		buffer->recent = false;
	}
	return NULL;
}

/* When nothing is clean, one disk is written. */
static struct buffer *make_room(void)
{
	struct buffer *buffer;

	while (!(buffer = victim())) {
		uint32_t i = 0;

		while (i < limit() && !buffers[i].dirty)
			i++;
		if (i == limit() || buffer_sync(buffers[i].unit))
			return NULL;
	}
	return buffer;
}

/* Gives a reference. */
static struct buffer *get(uint32_t unit, uint32_t block)
{
	struct buffer *buffer = buffer_find(unit, block), **bucket = bucket_of(unit, block);

	if (!buffer) {
		buffer = make_room();
		if (!buffer)
			return NULL;
		if (buffer_find(unit, block))			/* somebody was faster while we slept */
			return get(unit, block);
		buffer->data = kmalloc(disks[unit].block_size);
		if (!buffer->data)
			return NULL;
		buffer->unit = unit;
		buffer->block = block;
		buffer->next = *bucket;
		*bucket = buffer;
	}
	buffer->references++;
	buffer->recent = true;
	return buffer;
}

struct buffer *buffer_read(uint32_t unit, uint32_t block)
{
	struct buffer *buffer = get(unit, block);

	if (!buffer)
		return NULL;
	cluster_wait(buffer);			/* of somebody else, or one that was begun ahead */
	if (!buffer->valid) {
		cluster_read(&buffer, 1);
		cluster_wait(buffer);
	}
	if (buffer->valid)
		return buffer;
	buffer_release(buffer);
	return NULL;
}

struct buffer *buffer_zero(uint32_t unit, uint32_t block)
{
	struct buffer *buffer = get(unit, block);

	if (!buffer)
		return NULL;
	cluster_wait(buffer);
	memset(buffer->data, 0, disks[unit].block_size);
	buffer->valid = true;
	return buffer;
}

/* Those that are there already at the beginning and the end cost nothing. */
void buffer_prefetch(uint32_t unit, uint32_t block, uint32_t count)
{
	struct buffer *buffers[CLUSTER_BLOCKS];
	uint32_t held = 0;

	for (; count && buffer_find(unit, block); count--)
		block++;
	count = minimum(count, cluster_limit(unit));
	while (held < count && (buffers[held] = get(unit, block + held)))
		held++;
	if (held)
		cluster_read(buffers, held);
	while (held)
		buffer_release(buffers[--held]);
}

/* What is in an early wave stays there. */
void buffer_dirty(struct buffer *buffer, enum wave wave)
{
	if (!buffer->dirty || wave < buffer->dirty)
		buffer->dirty = wave;
}

void buffer_release(struct buffer *buffer)
{
	buffer->references--;
}

static int flush(uint32_t unit)
{
	struct transfer transfer = { .unit = unit, .type = CO_BLOCK_FLUSH };

	block_submit(&transfer);
	return block_wait(&transfer);
}

static int write_wave(uint32_t unit, enum wave wave)
{
	bool any = false;

	disks[unit].write_failed = false;
	for (struct buffer *buffer = buffers; buffer < buffers + BUFFERS; buffer++)
		while (buffer->unit == unit && buffer->dirty == wave && !disks[unit].write_failed) {
			cluster_wait(buffer);
			cluster_write(buffer);
			any = true;
		}
	for (struct buffer *buffer = buffers; buffer < buffers + BUFFERS; buffer++)
		if (buffer->unit == unit)
			cluster_wait(buffer);
	if (disks[unit].write_failed)
		return -EIO;
	return any ? flush(unit) : 0;
}

/* Ends when all that was dirty will survive a power cut. */
int buffer_sync(uint32_t unit)
{
	int error = 0;

	for (enum wave wave = WAVE_CONTENTS; !error && wave <= WAVES; wave++)
		error = write_wave(unit, wave);
	return error;
}

void buffer_forget(uint32_t unit)
{
	for (struct buffer *buffer = buffers; buffer < buffers + BUFFERS; buffer++)
		if (buffer->data && buffer->unit == unit) {
			cluster_wait(buffer);
			drop(buffer);
		}
}
