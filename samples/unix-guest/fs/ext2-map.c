// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ext2: where the blocks of a file are. An inode holds 12 block numbers itself, then those of an indirect block (full
 * of block numbers), a doubly and a triply indirect one. 0 is a hole, which reads as zeroes.
 */
#include "ext2.h"

#define LEVELS	4

/*
 * The way to block `index` of a file: a place in the inode, then one in each indirect block. Returns how many steps
 * that are, or 0 if no file is so large.
 */
static uint32_t way_to(const struct ext2 *fs, uint32_t index, uint32_t way[LEVELS])
{
	uint32_t bits = fs->block_shift - 2;		/* of a place in an indirect block */

	if (index < EXT2_DIRECT) {
		way[0] = index;
		return 1;
	}
	index -= EXT2_DIRECT;
	for (uint32_t depth = 1; depth < LEVELS; depth++) {
		uint64_t span = 1ull << bits * depth;

		if (index < span) {
			way[0] = EXT2_DIRECT + depth - 1;
			for (uint32_t i = 1; i <= depth; i++)
				way[i] = index >> bits * (depth - i) & ((1u << bits) - 1);
			return depth + 1;
		}
		index -= (uint32_t)span;
	}
	return 0;
}

/* Behind its predecessor, if it has one; else in the group of the inode. */
static uint32_t good_place(const struct vnode *vnode, const uint32_t *slots, uint32_t slot)
{
	const struct ext2 *fs = ext2_of(vnode);

	if (slot && slots[slot - 1])
		return slots[slot - 1] + 1;
	return fs->super->first_block +
	       (vnode->number - 1) / fs->super->inodes_per_group * fs->super->blocks_per_group;
}

/* Puts a new block into a slot. An indirect one begins with zeroes. */
static int fill_slot(struct vnode *vnode, uint32_t *slots, uint32_t slot, bool indirect)
{
	struct ext2 *fs = ext2_of(vnode);
	struct buffer *buffer;
	uint32_t block;
	int error = ext2_allocate_block(vnode->mount, good_place(vnode, slots, slot), &block);

	if (error)
		return error;
	if (indirect) {
		buffer = buffer_zero(fs->unit, block);
		if (!buffer) {
			ext2_free_block(fs, block);
			return -EIO;
		}
		buffer_dirty(buffer, WAVE_CONTENTS);
		buffer_release(buffer);
	}
	slots[slot] = block;
	inode_of(vnode)->blocks += fs->block_size / CO_BLOCK_SECTOR;
	return 0;
}

/* If `fresh` is not NULL, holes are filled, and *fresh says whether this was one: the block has no contents then. */
int ext2_map(struct vnode *vnode, uint32_t index, uint32_t *block, bool *fresh)
{
	struct ext2 *fs = ext2_of(vnode);
	uint32_t way[LEVELS], steps = way_to(fs, index, way);
	uint32_t *slots = inode_of(vnode)->block;
	struct buffer *buffer = NULL;
	int error = steps ? 0 : -EFBIG;

	*block = 0;
	if (fresh)
		*fresh = false;
	for (uint32_t i = 0; !error && i < steps; i++) {
		struct buffer *holder = buffer;
		bool last = i == steps - 1, hole = !slots[way[i]];

		if (hole && !fresh)
			break;
		if (hole) {
			error = fill_slot(vnode, slots, way[i], !last);
			if (!error && holder)
				buffer_dirty(holder, WAVE_CONTENTS);
		}
		if (!error && (slots[way[i]] < fs->super->first_block || slots[way[i]] >= fs->super->blocks))
			error = -EIO;
		if (error)
			break;
		if (last) {
			*block = slots[way[i]];
			if (fresh)
				*fresh = hole;
			break;
		}
		buffer = buffer_read(fs->unit, slots[way[i]]);
		if (holder)
			buffer_release(holder);
		if (!buffer)
			return -EIO;
		slots = (uint32_t *)buffer->data;
	}
	if (buffer)
		buffer_release(buffer);
	return error;
}

/* Frees what is in a slot but for its first `keep` blocks of data. */
static void cut(struct vnode *vnode, uint32_t *slot, uint32_t depth, uint64_t keep)
{
	struct ext2 *fs = ext2_of(vnode);
	uint32_t bits = fs->block_shift - 2, slots = 1u << bits;
	uint64_t span = depth ? 1ull << bits * (depth - 1) : 1;	/* blocks of data behind one slot of the next level */
	struct buffer *buffer;

	if (!*slot || keep >= span << (depth ? bits : 0))
		return;
	if (depth && (buffer = buffer_read(fs->unit, *slot))) {
		for (uint32_t i = (uint32_t)(keep >> bits * (depth - 1)); i < slots; i++) {
			uint64_t before = i * span;

			cut(vnode, (uint32_t *)buffer->data + i, depth - 1, keep > before ? keep - before : 0);
		}
		if (keep)
			buffer_dirty(buffer, WAVE_CONTENTS);
		buffer_release(buffer);
	}
	if (keep)
		return;
	ext2_free_block(fs, *slot);
	inode_of(vnode)->blocks -= fs->block_size / CO_BLOCK_SECTOR;
	*slot = 0;
}

/* Frees all but the first `blocks` blocks of a file. */
void ext2_truncate(struct vnode *vnode, uint32_t blocks)
{
	uint32_t *slots = inode_of(vnode)->block, bits = ext2_of(vnode)->block_shift - 2;
	uint64_t before = EXT2_DIRECT;

	for (uint32_t i = blocks; i < EXT2_DIRECT; i++)
		cut(vnode, &slots[i], 0, 0);
	for (uint32_t depth = 1; depth < LEVELS; depth++) {
		cut(vnode, &slots[EXT2_DIRECT + depth - 1], depth, blocks > before ? blocks - before : 0);
		before += 1ull << bits * depth;
	}
}
