// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ext2: mount, unmount and sync.
 *
 * While it is mounted for writing, the disk says "not clean". Sync has two halves. The first writes everything in the
 * waves of the buffer cache; the bitmaps still hold what was freed. Then nothing on the disk points to it any more, it
 * is given back, and the second half writes the bitmaps. So no block can belong to two files, whenever the power fails.
 */
#include "ext2.h"

struct ext2_group *ext2_group(const struct ext2 *fs, uint32_t number)
{
	uint32_t per_block = fs->block_size / sizeof(struct ext2_group);

	return (struct ext2_group *)fs->group_buffers[number / per_block]->data + number % per_block;
}

void ext2_group_dirty(struct ext2 *fs, uint32_t number)
{
	buffer_dirty(fs->group_buffers[number / (fs->block_size / sizeof(struct ext2_group))], WAVE_INODES);
	buffer_dirty(fs->super_buffer, WAVE_INODES);
}

int ext2_sync(struct mount *mount)
{
	struct ext2 *fs = mount->data;
	int error = buffer_sync(fs->unit);

	if (error || (!fs->freed_blocks && !fs->freed_inodes))
		return error;
	ext2_give_back(fs);
	return buffer_sync(fs->unit);
}

static uint32_t group_count(const struct ext2_super *super)
{
	return (super->blocks - super->first_block + super->blocks_per_group - 1) / super->blocks_per_group;
}

/* A bitmap is one block, every inode is in a group, and all that is on the disk. */
static bool makes_sense(const struct ext2_super *super, uint64_t disk_size)
{
	uint32_t block_size = 1024u << super->log_block_size;

	return super->blocks_per_group && super->blocks_per_group <= block_size * 8 && super->inodes_per_group &&
	       super->inodes_per_group <= block_size * 8 && super->first_block < super->blocks &&
	       (uint64_t)super->blocks * block_size <= disk_size &&
	       super->inodes <= (uint64_t)group_count(super) * super->inodes_per_group;
}

static int check(struct mount *mount, const struct ext2_super *super)
{
	uint32_t incompat = super->revision ? super->incompat & ~EXT2_INCOMPAT_FILETYPE : 0;
	uint32_t ro_compat = super->revision ? super->ro_compat & ~(EXT2_RO_SPARSE_SUPER | EXT2_RO_LARGE_FILE) : 0;

	if (super->magic != EXT2_MAGIC) {
		printk("ext2: there is no ext2 file system on %s\n", mount->source);
		return -EINVAL;
	}
	if (incompat || super->log_block_size > 2) {
		printk("ext2: %s has features this kernel does not know (incompat 0x%x); make it with mke2fs -O none\n",
		       mount->source, incompat);
		return -EINVAL;
	}
	if (!makes_sense(super, disks[mount->unit].size)) {
		printk("ext2: the superblock of %s makes no sense; run e2fsck\n", mount->source);
		return -EINVAL;
	}
	if (!mount->read_only && ro_compat)
		printk("ext2: %s is mounted read-only for features this kernel cannot write (0x%x)\n", mount->source,
		       ro_compat);
	if (ro_compat || disks[mount->unit].read_only)
		mount->read_only = true;
	if (!(super->state & EXT2_CLEAN))
		printk("ext2: %s was not unmounted; e2fsck may find something\n", mount->source);
	return 0;
}

/* The superblock is 1 KiB into the disk: block 1, or in block 0 if blocks are larger. */
static int read_super(struct ext2 *fs)
{
	fs->super_buffer = buffer_read(fs->unit, EXT2_SUPER_OFFSET / fs->block_size);
	if (!fs->super_buffer)
		return -EIO;
	fs->super = (void *)(fs->super_buffer->data + EXT2_SUPER_OFFSET % fs->block_size);
	return 0;
}

static int read_groups(struct ext2 *fs)
{
	uint32_t count = (fs->groups * sizeof(struct ext2_group) + fs->block_size - 1) / fs->block_size;

	if (count * sizeof(*fs->group_buffers) > PAGE_SIZE)
		return -EFBIG;
	fs->group_buffers = kmalloc(count * sizeof(*fs->group_buffers));
	if (!fs->group_buffers)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		fs->group_buffers[i] = buffer_read(fs->unit, fs->super->first_block + 1 + i);
		if (!fs->group_buffers[i])
			return -EIO;
	}
	return 0;
}

static void set_state(struct mount *mount, bool clean)
{
	struct ext2 *fs = mount->data;

	if (mount->read_only)
		return;
	fs->super->state = clean ? fs->super->state | EXT2_CLEAN : fs->super->state & ~EXT2_CLEAN;
	fs->super->write_time = cooperative_time();
	buffer_dirty(fs->super_buffer, WAVE_INODES);
	buffer_sync(fs->unit);
}

static void free(struct ext2 *fs)
{
	uint32_t count = (fs->groups * sizeof(struct ext2_group) + fs->block_size - 1) / fs->block_size;

	for (uint32_t i = 0; fs->group_buffers && i < count; i++)
		if (fs->group_buffers[i])
			buffer_release(fs->group_buffers[i]);
	if (fs->super_buffer)
		buffer_release(fs->super_buffer);
	buffer_forget(fs->unit);
	kfree(fs->group_buffers);
	kfree(fs);
}

/* Reads the superblock twice: until its first 1 KiB is known, so is no block size. */
static int open(struct mount *mount, struct ext2 *fs)
{
	int error = read_super(fs);

	if (!error)
		error = check(mount, fs->super);
	if (error)
		return error;
	fs->block_shift = 10 + fs->super->log_block_size;
	fs->block_size = 1u << fs->block_shift;
	buffer_release(fs->super_buffer);
	fs->super_buffer = NULL;
	buffer_forget(fs->unit);
	disks[fs->unit].block_size = fs->block_size;
	error = read_super(fs);
	if (error)
		return error;
	fs->groups = group_count(fs->super);
	fs->inode_size = fs->super->revision ? fs->super->inode_size : sizeof(struct ext2_inode);
	fs->first_inode = fs->super->revision ? fs->super->first_inode : 11;
	fs->has_types = fs->super->revision && fs->super->incompat & EXT2_INCOMPAT_FILETYPE;
	if (fs->inode_size < sizeof(struct ext2_inode) || fs->inode_size > fs->block_size ||
	    fs->block_size % fs->inode_size)
		return -EINVAL;
	return read_groups(fs);
}

static int mount_ext2(struct mount *mount)
{
	struct ext2 *fs;
	int error;

	if (mount->unit >= CO_BLOCK_UNITS || !disks[mount->unit].size)
		return -ENXIO;
	fs = kmalloc(sizeof(*fs));
	if (!fs)
		return -ENOMEM;
	buffer_sync(mount->unit);
	disks[mount->unit].block_size = EXT2_SUPER_OFFSET;
	buffer_forget(mount->unit);
	*fs = (struct ext2){ .unit = mount->unit, .block_size = EXT2_SUPER_OFFSET };
	mount->data = fs;
	error = open(mount, fs);
	if (error) {
		free(fs);
		return error;
	}
	fs->super->mounts++;
	fs->super->mount_time = cooperative_time();
	set_state(mount, false);
	return 0;
}

static void unmount(struct mount *mount)
{
	set_state(mount, true);
	free(mount->data);
}

static uint32_t count(const struct freed *list)
{
	uint32_t sum = 0;

	for (; list; list = list->next)
		sum += list->count;
	return sum;
}

/* What waits to be given back counts as free: who needs it gets it. */
static void stat(struct mount *mount, struct statfs64 *stat)
{
	const struct ext2 *fs = mount->data;
	uint32_t free_blocks = fs->super->free_blocks + count(fs->freed_blocks), reserved = fs->super->reserved_blocks;

	stat->f_bsize = stat->f_frsize = fs->block_size;
	stat->f_blocks = fs->super->blocks;
	stat->f_bfree = free_blocks;
	stat->f_bavail = free_blocks > reserved ? free_blocks - reserved : 0;
	stat->f_files = fs->super->inodes;
	stat->f_ffree = fs->super->free_inodes + count(fs->freed_inodes);
}

const struct fs_type ext2 = { "ext2", EXT2_ROOT, &ext2_ops, mount_ext2, unmount, ext2_sync, stat };
