// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ext2: which blocks and inodes are in use. The search begins in the group of who asks, so that a file lies near its
 * directory, and goes round. What is freed waits in a list until the next sync (ext2-super.c); if nothing
 * else is free, that sync is now.
 */
#include "ext2.h"

/* The first free bit from `from` on, or `bits`. */
static uint32_t find_free(const uint8_t *bitmap, uint32_t from, uint32_t bits)
{
	for (uint32_t bit = from; bit < bits; bit++) {
		if (bit % 8 == 0 && bitmap[bit / 8] == 0xff)
			bit += 7;
		else if (!(bitmap[bit / 8] >> bit % 8 & 1))
			return bit;
	}
	return bits;
}

/* Takes a free bit of a bitmap, `*bit` or behind it if possible; -ENOSPC if there is none. */
static int take_bit(struct ext2 *fs, uint32_t bitmap_block, uint32_t bits, uint32_t *bit)
{
	struct buffer *bitmap = buffer_read(fs->unit, bitmap_block);
	uint32_t found;

	if (!bitmap)
		return -EIO;
	found = find_free(bitmap->data, *bit, bits);
	if (found >= bits)
		found = find_free(bitmap->data, 0, bits);
	if (found < bits) {
		bitmap->data[found / 8] |= (uint8_t)(1 << found % 8);
		buffer_dirty(bitmap, WAVE_INODES);
		*bit = found;
	}
	buffer_release(bitmap);
	return found < bits ? 0 : -ENOSPC;
}

static void clear_bit(struct ext2 *fs, uint32_t bitmap_block, uint32_t bit)
{
	struct buffer *bitmap = buffer_read(fs->unit, bitmap_block);

	if (!bitmap)
		return;			/* it stays marked as used: harmless, and e2fsck will find it */
	bitmap->data[bit / 8] &= (uint8_t)~(1 << bit % 8);
	buffer_dirty(bitmap, WAVE_INODES);
	buffer_release(bitmap);
}

static uint32_t blocks_in(const struct ext2 *fs, uint32_t group)
{
	uint32_t before = fs->super->first_block + group * fs->super->blocks_per_group;

	return minimum(fs->super->blocks_per_group, fs->super->blocks - before);
}

static int search_block(struct ext2 *fs, uint32_t near, uint32_t *block)
{
	uint32_t per_group = fs->super->blocks_per_group, first = fs->super->first_block;
	uint32_t home = (near - first) / per_group, bit = (near - first) % per_group;

	for (uint32_t i = 0; i < fs->groups; i++, bit = 0) {
		uint32_t number = (home + i) % fs->groups;
		struct ext2_group *group = ext2_group(fs, number);
		int error;

		if (!group->free_blocks)
			continue;
		error = take_bit(fs, group->block_bitmap, blocks_in(fs, number), &bit);
		if (error == -ENOSPC)
			continue;
		if (error)
			return error;
		group->free_blocks--;
		fs->super->free_blocks--;
		ext2_group_dirty(fs, number);
		*block = first + number * per_group + bit;
		return 0;
	}
	return -ENOSPC;
}

int ext2_allocate_block(struct mount *mount, uint32_t near, uint32_t *block)
{
	struct ext2 *fs = mount->data;
	int error;

	if (near < fs->super->first_block || near >= fs->super->blocks)
		near = fs->super->first_block;
	error = search_block(fs, near, block);
	if (error == -ENOSPC && fs->freed_blocks && !ext2_sync(mount))
		error = search_block(fs, near, block);
	return error;
}

/* Files stay in the group of their directory. Directories go where there are most free inodes. */
static uint32_t home_group(const struct ext2 *fs, uint32_t parent, bool directory)
{
	uint32_t best = (parent - 1) / fs->super->inodes_per_group;

	for (uint32_t i = 0; directory && i < fs->groups; i++)
		if (ext2_group(fs, i)->free_inodes > ext2_group(fs, best)->free_inodes)
			best = i;
	return best;
}

static int search_inode(struct ext2 *fs, uint32_t home, bool directory, uint32_t *number)
{
	for (uint32_t i = 0; i < fs->groups; i++) {
		uint32_t group_number = (home + i) % fs->groups, bit = 0;
		struct ext2_group *group = ext2_group(fs, group_number);
		int error;

		if (!group->free_inodes)
			continue;
		error = take_bit(fs, group->inode_bitmap, fs->super->inodes_per_group, &bit);
		if (error == -ENOSPC)
			continue;
		if (error)
			return error;
		group->free_inodes--;
		group->directories += directory;
		fs->super->free_inodes--;
		ext2_group_dirty(fs, group_number);
		*number = group_number * fs->super->inodes_per_group + bit + 1;
		return 0;
	}
	return -ENOSPC;
}

int ext2_allocate_inode(struct mount *mount, uint32_t parent, bool directory, uint32_t *number)
{
	struct ext2 *fs = mount->data;
	uint32_t home = home_group(fs, parent, directory);
	int error = search_inode(fs, home, directory, number);

	if (error == -ENOSPC && fs->freed_inodes && !ext2_sync(mount))
		error = search_inode(fs, home, directory, number);
	return error;
}

static void remember(struct freed **list, uint32_t number)
{
	const uint32_t room = sizeof((*list)->numbers) / sizeof(*(*list)->numbers);

	if (!*list || (*list)->count == room) {
		struct freed *more = kmalloc(sizeof(*more));

		if (!more)
			return;		/* it stays marked as used: harmless, and e2fsck will find it */
		more->next = *list;
		*list = more;
	}
	(*list)->numbers[(*list)->count++] = number;
}

void ext2_free_block(struct ext2 *fs, uint32_t block)
{
	if (block >= fs->super->first_block && block < fs->super->blocks)
		remember(&fs->freed_blocks, block);
}

void ext2_free_inode(struct ext2 *fs, uint32_t number)
{
	remember(&fs->freed_inodes, number);
}

static void give_back_block(struct ext2 *fs, uint32_t block)
{
	uint32_t at = block - fs->super->first_block, number = at / fs->super->blocks_per_group;
	struct ext2_group *group = ext2_group(fs, number);

	clear_bit(fs, group->block_bitmap, at % fs->super->blocks_per_group);
	group->free_blocks++;
	fs->super->free_blocks++;
	ext2_group_dirty(fs, number);
}

static void give_back_inode(struct ext2 *fs, uint32_t inode)
{
	uint32_t number = (inode - 1) / fs->super->inodes_per_group;
	struct ext2_group *group = ext2_group(fs, number);

	clear_bit(fs, group->inode_bitmap, (inode - 1) % fs->super->inodes_per_group);
	group->free_inodes++;
	fs->super->free_inodes++;
	ext2_group_dirty(fs, number);
}

static void empty(struct ext2 *fs, struct freed **list, void (*give_back)(struct ext2 *fs, uint32_t number))
{
	while (*list) {
		struct freed *piece = *list;

		*list = piece->next;
		for (uint32_t i = 0; i < piece->count; i++)
			give_back(fs, piece->numbers[i]);
		kfree(piece);
	}
}

void ext2_give_back(struct ext2 *fs)
{
	empty(fs, &fs->freed_blocks, give_back_block);
	empty(fs, &fs->freed_inodes, give_back_inode);
}
