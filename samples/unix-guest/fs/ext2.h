/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ext2 on the disk (Dave Poirier, "The Second Extended File System: Internal Layout") and in memory. Everything is
 * little endian. The disk is cut into groups of blocks, each with two bitmaps (blocks, inodes) and a piece of the inode
 * table.
 */
#ifndef EXT2_H
#define EXT2_H

#include "buffer.h"
#include "fs.h"

#define EXT2_MAGIC		0xef53
#define EXT2_SUPER_OFFSET	1024
#define EXT2_ROOT		2
#define EXT2_CLEAN		1		/* state: was unmounted */

/* Incompatible features must be known to read, read-only compatible ones to write. Others do not matter. */
#define EXT2_INCOMPAT_FILETYPE		0x2
#define EXT2_RO_SPARSE_SUPER		0x1
#define EXT2_RO_LARGE_FILE		0x2

struct ext2_super {
	uint32_t inodes, blocks, reserved_blocks, free_blocks, free_inodes, first_block;
	uint32_t log_block_size, log_fragment_size, blocks_per_group, fragments_per_group, inodes_per_group;
	uint32_t mount_time, write_time;
	uint16_t mounts, max_mounts, magic, state, errors, minor;
	uint32_t last_check, check_interval, creator, revision;
	uint16_t reserved_uid, reserved_gid;
	uint32_t first_inode;			/* from here on only if revision > 0 */
	uint16_t inode_size, group;
	uint32_t compat, incompat, ro_compat;
} CO_PACKED;

struct ext2_group {
	uint32_t block_bitmap, inode_bitmap, inode_table;
	uint16_t free_blocks, free_inodes, directories, pad;
	uint32_t reserved[3];
} CO_PACKED;

#define EXT2_DIRECT	12			/* block[12] is indirect, 13 doubly, 14 triply */
#define EXT2_POINTERS	15
#define EXT2_INDEXED	0x1000			/* flags: an index of the directory, which we do not keep */

struct ext2_inode {
	uint16_t mode, uid;
	uint32_t size, atime, ctime, mtime, dtime;
	uint16_t gid, links;
	uint32_t blocks;			/* of 512 bytes, indirect ones included */
	uint32_t flags, version;
	uint32_t block[EXT2_POINTERS];		/* or a short symbolic link itself */
	uint32_t generation, attributes, size_high, fragment;
	uint8_t os_dependent[12];
} CO_PACKED;

struct ext2_entry {
	uint32_t inode;				/* 0: room */
	uint16_t length;			/* to the next one; the last ends with the block */
	uint8_t name_length, type;		/* type: only with INCOMPAT_FILETYPE */
	char name[];
} CO_PACKED;

/*
 * A mounted one. What was freed is marked as free on the disk only when nothing there points to it any more
 * (ext2-super.c).
 */
struct freed { struct freed *next; uint32_t count, numbers[250]; };

struct ext2 {
	uint32_t unit, block_size, block_shift, groups, inode_size, first_inode;
	bool has_types;
	struct buffer *super_buffer;		/* held while mounted */
	struct ext2_super *super;
	struct buffer **group_buffers;
	struct freed *freed_blocks, *freed_inodes;
};

static inline struct ext2 *ext2_of(const struct vnode *vnode) { return vnode->mount->data; }
static inline struct ext2_inode *inode_of(const struct vnode *vnode) { return vnode->data; }

/* ext2-super.c */
struct ext2_group *ext2_group(const struct ext2 *fs, uint32_t number);
void ext2_group_dirty(struct ext2 *fs, uint32_t number);
int ext2_sync(struct mount *mount);

/* ext2-alloc.c */
int ext2_allocate_block(struct mount *mount, uint32_t near, uint32_t *block);
void ext2_free_block(struct ext2 *fs, uint32_t block);
int ext2_allocate_inode(struct mount *mount, uint32_t parent, bool directory, uint32_t *number);
void ext2_free_inode(struct ext2 *fs, uint32_t number);
void ext2_give_back(struct ext2 *fs);		/* what was freed */

/* ext2-map.c: from blocks of a file to blocks of the disk */
int ext2_map(struct vnode *vnode, uint32_t index, uint32_t *block, bool *fresh);	/* block 0: a hole */
void ext2_truncate(struct vnode *vnode, uint32_t blocks);

/* ext2-inode.c */
int ext2_load(struct vnode *vnode);
void ext2_release(struct vnode *vnode);
void ext2_store(struct vnode *vnode);
int ext2_read(struct vnode *vnode, uint64_t offset, void *data, uint32_t length);
int ext2_write(struct vnode *vnode, uint64_t offset, const void *data, uint32_t length);
int ext2_resize(struct vnode *vnode, uint64_t size);
void ext2_set_size(struct vnode *vnode, uint64_t size);
int ext2_new_inode(struct vnode *directory, uint32_t mode, struct vnode **vnode);

/* ext2-dir.c: entries of directories */
int ext2_lookup(struct vnode *directory, const char *name, uint32_t *number);
int ext2_list(struct vnode *directory, uint64_t *offset, struct dirent64 *entry);
int ext2_add_entry(struct vnode *directory, const char *name, const struct vnode *target);
int ext2_remove_entry(struct vnode *directory, const char *name, uint32_t number);
int ext2_change_entry(struct vnode *directory, const char *name, const struct vnode *target);
int ext2_begin_directory(struct vnode *directory, uint32_t parent);
int ext2_is_empty(struct vnode *directory);

/* ext2-names.c: what changes names */
extern const struct vnode_ops ext2_ops;

#endif /* EXT2_H */
