/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The buffer cache: blocks of disks in memory. Writing is put off until sync, which writes in three waves and flushes
 * the disk after each, so that after a power cut nothing on the disk points to what is not there yet:
 *
 *	1. contents: data, indirect blocks, and blocks of new directories
 *	2. inodes, bitmaps, counters
 *	3. names: blocks of directories that were there before
 *
 * So what is new has its name last. What is removed may leave its name for a moment, which e2fsck clears.
 *
 * Buffers travel in clusters: a run of blocks that follow each other on the disk is one transfer (cluster.c).
 */
#ifndef BUFFER_H
#define BUFFER_H

#include "../drivers/drivers.h"

#define CLUSTER_BLOCKS	32

enum wave { WAVE_CONTENTS = 1, WAVE_INODES, WAVE_NAMES, WAVES = WAVE_NAMES };

struct buffer {
	struct buffer *next;			/* of the same hash */
	uint32_t unit, block;
	uint32_t references;
	bool valid;				/* `data` is what the disk has, or newer */
	bool recent;				/* used since the hand passed */
	uint32_t dirty;				/* enum wave, or 0 */
	struct cluster *cluster;		/* it is under way in this one */
	uint8_t *data;				/* disks[unit].block_size bytes */
};

/* buffer.c */
struct buffer *buffer_read(uint32_t unit, uint32_t block);	/* NULL: error of the disk, or no memory */
struct buffer *buffer_zero(uint32_t unit, uint32_t block);	/* likewise, without reading */
void buffer_prefetch(uint32_t unit, uint32_t block, uint32_t count);	/* begins to read, does not wait */
void buffer_dirty(struct buffer *buffer, enum wave wave);
void buffer_release(struct buffer *buffer);
int buffer_sync(uint32_t unit);
void buffer_forget(uint32_t unit);				/* all blocks of the disk; they must be clean */
struct buffer *buffer_find(uint32_t unit, uint32_t block);	/* NULL: it is not in the cache */

/* cluster.c */
uint32_t cluster_limit(uint32_t unit);				/* blocks of one */
void cluster_read(struct buffer *const buffers[], uint32_t count);	/* a run; some may be there */
void cluster_write(struct buffer *buffer);			/* and its dirty neighbours of the same wave */
void cluster_wait(struct buffer *buffer);			/* until it is not under way */

#endif /* BUFFER_H */
