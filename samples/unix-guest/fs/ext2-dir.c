// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ext2: the entries of directories. A directory is a file of entries, each with the length to the next; the lengths
 * fill each block exactly, so an entry never crosses into the next block, and room is slack in a length.
 */
#include "ext2.h"

#define TYPE_FILE	1
#define TYPE_DIRECTORY	2
#define TYPE_LINK	7

/* Where an entry is. The buffer is held. */
struct place {
	struct buffer *buffer;
	uint32_t at, previous;			/* in the block; previous == at: it is the first */
	bool fresh;
};

static struct ext2_entry *entry_at(const struct place *place)
{
	return (struct ext2_entry *)(place->buffer->data + place->at);
}

static uint32_t size_of_entry(uint32_t name_length)
{
	return round_up(sizeof(struct ext2_entry) + name_length, 4);
}

static uint32_t block_count(const struct vnode *directory)
{
	return (uint32_t)(directory->size >> ext2_of(directory)->block_shift);
}

static int open_block(struct vnode *directory, uint32_t index, struct place *place)
{
	uint32_t block;
	int error = ext2_map(directory, index, &block, NULL);

	*place = (struct place){ 0 };
	if (error)
		return error;
	place->buffer = block ? buffer_read(ext2_of(directory)->unit, block) : NULL;
	return place->buffer ? 0 : -EIO;
}

/* Is there an entry at the place, and does it make sense? -ENOENT at the end of the block. */
static int check_entry(const struct vnode *directory, const struct place *place)
{
	uint32_t size = ext2_of(directory)->block_size;
	const struct ext2_entry *entry = entry_at(place);

	if (place->at >= size)
		return -ENOENT;
	if (entry->length < sizeof(*entry) || entry->length % 4 || place->at + entry->length > size ||
	    (entry->inode && size_of_entry(entry->name_length) > entry->length)) {
		printk("ext2: directory %u of %s is damaged; run e2fsck\n", directory->number,
		       directory->mount->source);
		return -EIO;
	}
	return 0;
}

static void next_entry(struct place *place)
{
	place->previous = place->at;
	place->at += entry_at(place)->length;
}

static bool has_name(const struct ext2_entry *entry, const char *name)
{
	return entry->inode && entry->name_length == strlen(name) && !memcmp(entry->name, name, entry->name_length);
}

static int find(struct vnode *directory, const char *name, struct place *place)
{
	for (uint32_t index = 0; index < block_count(directory); index++) {
		int error = open_block(directory, index, place);

		if (error)
			return error;
		for (; !(error = check_entry(directory, place)); next_entry(place))
			if (has_name(entry_at(place), name))
				return 0;
		buffer_release(place->buffer);
		if (error != -ENOENT)
			return error;
	}
	return -ENOENT;
}

int ext2_lookup(struct vnode *directory, const char *name, uint32_t *number)
{
	struct place place;
	int error = find(directory, name, &place);

	if (error)
		return error;
	*number = entry_at(&place)->inode;
	buffer_release(place.buffer);
	return 0;
}

static uint32_t mode_of_type(uint8_t type)
{
	return type == TYPE_DIRECTORY ? S_IFDIR : type == TYPE_LINK ? S_IFLNK : S_IFREG;
}

static uint8_t type_of_mode(uint32_t mode)
{
	return S_ISDIR(mode) ? TYPE_DIRECTORY : S_ISLNK(mode) ? TYPE_LINK : TYPE_FILE;
}

/*
 * An offset is a position in the file; the entry there may be gone, so it is looked for from the beginning of the
 * block.
 */
int ext2_list(struct vnode *directory, uint64_t *offset, struct dirent64 *result)
{
	uint32_t shift = ext2_of(directory)->block_shift;

	for (uint32_t index = (uint32_t)(*offset >> shift); index < block_count(directory); index++) {
		struct place place;
		int error = open_block(directory, index, &place);

		if (error)
			return error;
		for (; !(error = check_entry(directory, &place)); next_entry(&place)) {
			const struct ext2_entry *entry = entry_at(&place);
			uint64_t position = (uint64_t)index << shift | place.at;

			if (position < *offset || !entry->inode)
				continue;
			result->d_ino = entry->inode;
			result->d_type = mode_of_type(entry->type) >> 12;
			memcpy(result->d_name, entry->name, entry->name_length);
			result->d_name[entry->name_length] = '\0';
			*offset = position + entry->length;
			buffer_release(place.buffer);
			return 1;
		}
		buffer_release(place.buffer);
		if (error != -ENOENT)
			return error;
	}
	return 0;
}

/* A place with room for `needed` bytes; in a new block if there is none. */
static int find_room(struct vnode *directory, uint32_t needed, struct place *place)
{
	struct ext2 *fs = ext2_of(directory);
	uint32_t index, block;
	int error;

	for (index = 0; index < block_count(directory); index++) {
		error = open_block(directory, index, place);
		if (error)
			return error;
		for (; !(error = check_entry(directory, place)); next_entry(place)) {
			const struct ext2_entry *entry = entry_at(place);
			uint32_t used = entry->inode ? size_of_entry(entry->name_length) : 0;

			if (entry->length - used >= needed)
				return 0;
		}
		buffer_release(place->buffer);
		if (error != -ENOENT)
			return error;
	}
	*place = (struct place){ 0 };
	error = ext2_map(directory, index, &block, &place->fresh);
	if (error)
		return error;
	place->buffer = buffer_zero(fs->unit, block);
	if (!place->buffer)
		return -EIO;
	place->fresh = true;
	entry_at(place)->length = (uint16_t)fs->block_size;
	ext2_set_size(directory, (uint64_t)(index + 1) << fs->block_shift);
	return 0;
}

static void point_to(const struct vnode *directory, struct ext2_entry *entry, const struct vnode *target)
{
	entry->inode = target->number;
	entry->type = ext2_of(directory)->has_types ? type_of_mode(target->mode) : 0;
}

static void touch(struct vnode *directory)
{
	inode_of(directory)->mtime = inode_of(directory)->ctime = cooperative_time();
	ext2_store(directory);
}

int ext2_add_entry(struct vnode *directory, const char *name, const struct vnode *target)
{
	uint32_t name_length = strlen(name);
	struct ext2_entry *entry;
	struct place place;
	int error = find_room(directory, size_of_entry(name_length), &place);

	if (error)
		return error;
	entry = entry_at(&place);
	if (entry->inode) {			/* split it */
		uint32_t used = size_of_entry(entry->name_length), rest = entry->length - used;

		entry->length = (uint16_t)used;
		place.at += used;
		entry = entry_at(&place);
		entry->length = (uint16_t)rest;
	}
	entry->name_length = (uint8_t)name_length;
	memcpy(entry->name, name, name_length);
	point_to(directory, entry, target);
	buffer_dirty(place.buffer, place.fresh ? WAVE_CONTENTS : WAVE_NAMES);
	buffer_release(place.buffer);
	inode_of(directory)->flags &= ~EXT2_INDEXED;
	touch(directory);
	return 0;
}

/* Its room goes to the entry before it. */
int ext2_remove_entry(struct vnode *directory, const char *name, uint32_t number)
{
	struct place place;
	int error = find(directory, name, &place);
	struct ext2_entry *entry;

	if (error)
		return error;
	entry = entry_at(&place);
	if (entry->inode != number) {
		buffer_release(place.buffer);
		return -ENOENT;
	}
	if (place.previous != place.at)
		((struct ext2_entry *)(place.buffer->data + place.previous))->length += entry->length;
	entry->inode = 0;
	buffer_dirty(place.buffer, WAVE_NAMES);
	buffer_release(place.buffer);
	touch(directory);
	return 0;
}

int ext2_change_entry(struct vnode *directory, const char *name, const struct vnode *target)
{
	struct place place;
	int error = find(directory, name, &place);

	if (error)
		return error;
	point_to(directory, entry_at(&place), target);
	buffer_dirty(place.buffer, WAVE_NAMES);
	buffer_release(place.buffer);
	touch(directory);
	return 0;
}

/* "." and "..": a new directory has no block yet. The type of both is that of a directory. */
int ext2_begin_directory(struct vnode *directory, uint32_t parent)
{
	struct vnode as_parent = { .number = parent, .mode = S_IFDIR };
	int error = ext2_add_entry(directory, ".", directory);

	return error ? error : ext2_add_entry(directory, "..", &as_parent);
}

int ext2_is_empty(struct vnode *directory)
{
	for (uint32_t index = 0; index < block_count(directory); index++) {
		struct place place;
		int error = open_block(directory, index, &place);

		if (error)
			return error;
		for (; !(error = check_entry(directory, &place)); next_entry(&place))
			if (entry_at(&place)->inode && !has_name(entry_at(&place), ".") &&
			    !has_name(entry_at(&place), ".."))
				break;
		buffer_release(place.buffer);
		if (error != -ENOENT)
			return error ? error : -ENOTEMPTY;
	}
	return 0;
}
