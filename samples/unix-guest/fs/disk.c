// SPDX-License-Identifier: GPL-2.0-or-later
/* /dev/cobdN: the bytes of a disk, through the buffer cache. A disk with a mounted file system is for reading only. */
#include "buffer.h"
#include "fs.h"

static int open(struct file *file)
{
	uint32_t unit = file->vnode->unit;

	if ((file->flags & O_ACCESS) == O_RDONLY)
		return 0;
	if (disks[unit].read_only)
		return -EROFS;
	return disk_is_mounted(unit) ? -EBUSY : 0;
}

/* Disks of up to 2 TiB. A rest at the end that is no whole block cannot be reached. */
static uint32_t block_count(uint32_t unit)
{
	return (uint32_t)(disks[unit].size / CO_BLOCK_SECTOR) / (disks[unit].block_size / CO_BLOCK_SECTOR);
}

/* The block at the file's offset, and how much of `length` is in it. *error is 0 at the end of the disk. */
static struct buffer *block_at(const struct file *file, uint32_t *at, uint32_t *length, int *error)
{
	uint32_t unit = file->vnode->unit, size = disks[unit].block_size;
	uint64_t sector = file->offset / CO_BLOCK_SECTOR;
	uint32_t block = (uint32_t)sector / (size / CO_BLOCK_SECTOR), count = block_count(unit);
	struct buffer *buffer;

	*error = 0;
	if (sector >> 32 || block >= count)
		return NULL;
	if (block % (CLUSTER_BLOCKS / 2) == 0)
		buffer_prefetch(unit, block, minimum(CLUSTER_BLOCKS, count - block));
	*at = (uint32_t)file->offset & (size - 1);
	*length = minimum(*length, size - *at);
	buffer = buffer_read(unit, block);
	if (!buffer)
		*error = -EIO;
	return buffer;
}

static int read(struct file *file, void *data, uint32_t length)
{
	uint32_t done = 0;
	int error = 0;

	while (done < length) {
		uint32_t at, count = length - done;
		struct buffer *buffer = block_at(file, &at, &count, &error);

		if (!buffer)
			break;
		memcpy((uint8_t *)data + done, buffer->data + at, count);
		buffer_release(buffer);
		file->offset += count;
		done += count;
	}
	return done ? (int)done : error;
}

static int write(struct file *file, const void *data, uint32_t length)
{
	uint32_t done = 0;
	int error = 0;

	while (done < length) {
		uint32_t at, count = length - done;
		struct buffer *buffer = block_at(file, &at, &count, &error);

		if (!buffer)
			break;
		memcpy(buffer->data + at, (const uint8_t *)data + done, count);
		buffer_dirty(buffer, WAVE_CONTENTS);
		buffer_release(buffer);
		file->offset += count;
		done += count;
	}
	return done ? (int)done : error ? error : -ENOSPC;
}

static void close(struct file *file)
{
	if ((file->flags & O_ACCESS) != O_RDONLY)
		buffer_sync(file->vnode->unit);
}

const struct file_ops disk_ops = { .open = open, .read = read, .write = write, .close = close };
