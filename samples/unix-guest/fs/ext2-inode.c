// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ext2: inodes and the contents of files. A vnode keeps a copy of its inode; ext2_store() puts it into the inode table
 * after each change.
 */
#include "ext2.h"

#define READ_AHEAD	CLUSTER_BLOCKS
#define SHORT_LINK	60		/* a shorter symbolic link is in the inode itself */

static struct buffer *inode_buffer(const struct vnode *vnode, uint8_t **place)
{
	const struct ext2 *fs = ext2_of(vnode);
	uint32_t group = (vnode->number - 1) / fs->super->inodes_per_group;
	uint32_t at = (vnode->number - 1) % fs->super->inodes_per_group * fs->inode_size;
	struct buffer *buffer;

	if (!vnode->number || vnode->number > fs->super->inodes)
		return NULL;
	buffer = buffer_read(fs->unit, ext2_group(fs, group)->inode_table + (at >> fs->block_shift));
	if (buffer)
		*place = buffer->data + (at & (fs->block_size - 1));
	return buffer;
}

/* What the rest of the kernel knows of it. */
static void copy_attributes(struct vnode *vnode)
{
	const struct ext2_inode *inode = inode_of(vnode);

	vnode->mode = inode->mode;
	vnode->links = inode->links;
	vnode->uid = inode->uid;
	vnode->gid = inode->gid;
	vnode->atime = inode->atime;
	vnode->mtime = inode->mtime;
	vnode->ctime = inode->ctime;
	vnode->blocks = inode->blocks;
	vnode->size = inode->size;
	if (S_ISREG(inode->mode))
		vnode->size |= (uint64_t)inode->size_high << 32;
}

int ext2_load(struct vnode *vnode)
{
	uint8_t *place;
	struct buffer *buffer = inode_buffer(vnode, &place);

	if (!buffer)
		return -EIO;
	vnode->data = kmalloc(sizeof(struct ext2_inode));
	if (vnode->data)
		memcpy(vnode->data, place, sizeof(struct ext2_inode));
	buffer_release(buffer);
	if (!vnode->data)
		return -ENOMEM;
	copy_attributes(vnode);
	return 0;
}

void ext2_store(struct vnode *vnode)
{
	uint8_t *place;
	struct buffer *buffer = inode_buffer(vnode, &place);

	copy_attributes(vnode);
	if (!buffer) {
		printk("ext2: inode %u of %s cannot be written\n", vnode->number, vnode->mount->source);
		return;
	}
	memcpy(place, vnode->data, sizeof(struct ext2_inode));
	buffer_dirty(buffer, WAVE_INODES);
	buffer_release(buffer);
}

static bool is_short_link(const struct vnode *vnode)
{
	return S_ISLNK(vnode->mode) && !inode_of(vnode)->blocks;
}

/* Nobody uses it any more: if it has no name either, it goes. */
void ext2_release(struct vnode *vnode)
{
	struct ext2 *fs = ext2_of(vnode);
	struct ext2_inode *inode = inode_of(vnode);

	if (!inode->links && !vnode->mount->read_only) {
		if (!is_short_link(vnode))
			ext2_truncate(vnode, 0);
		inode->size = inode->size_high = 0;
		inode->dtime = cooperative_time();
		ext2_store(vnode);
		if (S_ISDIR(inode->mode)) {
			uint32_t group = (vnode->number - 1) / fs->super->inodes_per_group;

			ext2_group(fs, group)->directories--;
			ext2_group_dirty(fs, group);
		}
		ext2_free_inode(fs, vnode->number);
	}
	kfree(inode);
}

/* With one reference; links are for the caller to count. */
int ext2_new_inode(struct vnode *directory, uint32_t mode, struct vnode **result)
{
	struct ext2 *fs = ext2_of(directory);
	uint32_t number, now = cooperative_time();
	struct buffer *buffer;
	uint8_t *place;
	int error = ext2_allocate_inode(directory->mount, directory->number, S_ISDIR(mode), &number);

	if (error)
		return error;
	error = vnode_get(directory->mount, number, result);
	if (error) {
		ext2_free_inode(fs, number);
		return error;
	}
	buffer = inode_buffer(*result, &place);
	if (buffer) {
		memset(place, 0, fs->inode_size);
		buffer_release(buffer);
	}
	*inode_of(*result) = (struct ext2_inode){ .mode = (uint16_t)mode, .atime = now, .ctime = now, .mtime = now };
	ext2_store(*result);
	return 0;
}

/* Blocks that follow each other on the disk are read together. */
static void read_ahead(struct vnode *vnode, uint32_t index)
{
	uint32_t last = (uint32_t)((vnode->size - 1) >> ext2_of(vnode)->block_shift), unit = ext2_of(vnode)->unit;
	uint32_t begin = 0, count = 0, block;

	for (uint32_t i = index; i < index + READ_AHEAD && i <= last; i++) {
		if (ext2_map(vnode, i, &block, NULL))
			return;
		if (count && block == begin + count && count < cluster_limit(unit)) {
			count++;
			continue;
		}
		if (count)
			buffer_prefetch(unit, begin, count);
		begin = block;
		count = block != 0;
	}
	if (count)
		buffer_prefetch(unit, begin, count);
}

static int read_block(struct vnode *vnode, uint32_t index, uint32_t at, void *data, uint32_t length)
{
	struct ext2 *fs = ext2_of(vnode);
	struct buffer *buffer;
	uint32_t block;
	int error;

	if (index % (READ_AHEAD / 2) == 0)
		read_ahead(vnode, index);
	error = ext2_map(vnode, index, &block, NULL);
	if (error)
		return error;
	if (!block) {
		memset(data, 0, length);
		return 0;
	}
	buffer = buffer_read(fs->unit, block);
	if (!buffer)
		return -EIO;
	memcpy(data, buffer->data + at, length);
	buffer_release(buffer);
	return 0;
}

int ext2_read(struct vnode *vnode, uint64_t offset, void *data, uint32_t length)
{
	struct ext2 *fs = ext2_of(vnode);
	uint32_t done = 0;
	int error = 0;

	if (offset >= vnode->size)
		return 0;
	if (length > vnode->size - offset)
		length = (uint32_t)(vnode->size - offset);
	if (is_short_link(vnode)) {
		length = minimum(length, SHORT_LINK);
		memcpy(data, (const uint8_t *)inode_of(vnode)->block + offset, length);
		return (int)length;
	}
	while (!error && done < length) {
		uint32_t at = (uint32_t)(offset + done) & (fs->block_size - 1);
		uint32_t count = minimum(length - done, fs->block_size - at);

		error = read_block(vnode, (uint32_t)((offset + done) >> fs->block_shift), at, (uint8_t *)data + done,
				   count);
		if (!error)
			done += count;
	}
	return done ? (int)done : error;
}

void ext2_set_size(struct vnode *vnode, uint64_t size)
{
	struct ext2 *fs = ext2_of(vnode);

	inode_of(vnode)->size = (uint32_t)size;
	if (!S_ISREG(vnode->mode))
		return;
	inode_of(vnode)->size_high = (uint32_t)(size >> 32);
	if (size >> 31 && fs->super->revision) {
		fs->super->ro_compat |= EXT2_RO_LARGE_FILE;
		buffer_dirty(fs->super_buffer, WAVE_INODES);
	}
}

static int write_block(struct vnode *vnode, uint32_t index, uint32_t at, const void *data, uint32_t length)
{
	struct ext2 *fs = ext2_of(vnode);
	struct buffer *buffer;
	uint32_t block;
	bool fresh;
	int error = ext2_map(vnode, index, &block, &fresh);

	if (error)
		return error;
	if (fresh || length == fs->block_size)
		buffer = buffer_zero(fs->unit, block);
	else
		buffer = buffer_read(fs->unit, block);
	if (!buffer)
		return -EIO;
	memcpy(buffer->data + at, data, length);
	buffer_dirty(buffer, WAVE_CONTENTS);
	buffer_release(buffer);
	return 0;
}

static int write_blocks(struct vnode *vnode, uint64_t offset, const void *data, uint32_t length)
{
	struct ext2 *fs = ext2_of(vnode);
	uint32_t done = 0;
	int error = 0;

	while (!error && done < length) {
		uint32_t at = (uint32_t)(offset + done) & (fs->block_size - 1);
		uint32_t count = minimum(length - done, fs->block_size - at);

		error = write_block(vnode, (uint32_t)((offset + done) >> fs->block_shift), at,
				    (const uint8_t *)data + done, count);
		if (!error)
			done += count;
	}
	return done ? (int)done : error;
}

int ext2_write(struct vnode *vnode, uint64_t offset, const void *data, uint32_t length)
{
	struct ext2_inode *inode = inode_of(vnode);
	int count = (int)length;

	if (S_ISLNK(vnode->mode) && length < SHORT_LINK)
		memcpy(inode->block, data, length);
	else if ((offset + length) >> (ext2_of(vnode)->block_shift + 32))
		return -EFBIG;
	else
		count = write_blocks(vnode, offset, data, length);
	if (count > 0 && offset + (uint32_t)count > vnode->size)
		ext2_set_size(vnode, offset + (uint32_t)count);
	inode->mtime = inode->ctime = cooperative_time();
	ext2_store(vnode);
	return count;
}

int ext2_resize(struct vnode *vnode, uint64_t size)
{
	struct ext2 *fs = ext2_of(vnode);
	uint32_t tail = (uint32_t)size & (fs->block_size - 1), block;
	struct buffer *buffer;

	if (size >> (fs->block_shift + 32))
		return -EFBIG;
	if (size < vnode->size) {
		ext2_truncate(vnode, (uint32_t)((size + fs->block_size - 1) >> fs->block_shift));
		if (tail && !ext2_map(vnode, (uint32_t)(size >> fs->block_shift), &block, NULL) && block &&
		    (buffer = buffer_read(fs->unit, block))) {
			memset(buffer->data + tail, 0, fs->block_size - tail);
			buffer_dirty(buffer, WAVE_CONTENTS);
			buffer_release(buffer);
		}
	}
	ext2_set_size(vnode, size);
	inode_of(vnode)->mtime = inode_of(vnode)->ctime = cooperative_time();
	ext2_store(vnode);
	return 0;
}
