/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cofs: folders of the user's machine, the file part of the cooperative ABI (see abi.h).
 *
 * A request is a DEVICE operation for CO_DEVICE_FILESYSTEM with struct co_fs_request at params[1]; names begin at
 * params[30]. The host answers in place, so the guest waits while the host looks (other guests do not). Opcodes and
 * shapes come from FUSE 1.3.
 *
 * An inode number is the host's name for a file the guest knows of. The root is CO_FS_ROOT and always known;
 * LOOKUP, MKNOD, MKDIR and LINK give others, and FORGET gives as many of these answers back as it says. MOUNT comes
 * first, and again to change its options. Volumes are flat: a folder's files have the owner and mode that MOUNT has
 * said, and of the mode only "may be written" is real. There are no symbolic links, device nodes and pipes: what
 * would make or read one is answered with EPERM.
 *
 * Whatever a guest says, nothing outside of the folder can be reached. A name has no '/', is not "." nor "..", and
 * ends with a NUL. Only MOUNT's may be several names with slashes between them, each of which is looked at.
 */
#ifndef COLINUX_FILESYSTEM_H
#define COLINUX_FILESYSTEM_H

#include <colinux/abi.h>

#define CO_FS_UNITS		32
#define CO_FS_ROOT		1
#define CO_FS_NAMES_INDEX	30		/* params[30]: one name, or two back to back, each with its NUL */
#define CO_FS_NAMES_SIZE	((CO_PASSAGE_PARAMS - CO_FS_NAMES_INDEX) * 4)
#define CO_FS_NAME_MAX		255
#define CO_FS_TRANSFER_MAX	0x10000		/* bytes of one READ, WRITE or DIR_READ */

enum co_fs_opcode {
	CO_FS_LOOKUP = 1,		/* name -> inode (in the field inode), attr */
	CO_FS_FORGET = 2,		/* forget.count */
	CO_FS_GETATTR = 3,		/* -> attr */
	CO_FS_SETATTR = 4,		/* setattr.valid, attr -> attr */
	CO_FS_READLINK = 5,		/* EPERM */
	CO_FS_SYMLINK = 6,		/* EPERM */
	CO_FS_GETDIR = 7,		/* like DIR_READ, of a directory that is not open */
	CO_FS_MKNOD = 8,		/* name, make.mode: a regular file -> inode, attr */
	CO_FS_MKDIR = 9,		/* name -> inode, attr */
	CO_FS_UNLINK = 10,		/* name */
	CO_FS_RMDIR = 11,		/* name */
	CO_FS_RENAME = 12,		/* name, new name, rename.directory */
	CO_FS_LINK = 13,		/* EPERM */
	CO_FS_OPEN = 14,		/* open.flags -> open.handle */
	CO_FS_READ = 15,		/* io -> io.size */
	CO_FS_WRITE = 16,		/* io -> io.size */
	CO_FS_STATFS = 17,		/* -> statfs */
	CO_FS_RELEASE = 18,		/* open.handle */
	CO_FS_INVALIDATE = 19,		/* nothing is cached: no effect */
	CO_FS_FSYNC = 20,		/* open.handle */
	CO_FS_RELEASE2 = 21,		/* as RELEASE */
	CO_FS_DIR_OPEN = 22,		/* -> open.handle */
	CO_FS_DIR_READ = 23,		/* io -> io.size bytes of co_fs_entry in the buffer, 0 at the end */
	CO_FS_DIR_RELEASE = 24,		/* open.handle */
	CO_FS_MOUNT = 25,		/* mount, name: a folder below the volume's, "" for all of it -> attr */
};

/* OPEN's flags: how a file is going to be used. */
#define CO_FS_OPEN_READ		0x0
#define CO_FS_OPEN_WRITE	0x1
#define CO_FS_OPEN_BOTH		0x2
#define CO_FS_OPEN_TRUNCATE	0x200

/* SETATTR's mask: what of attr is to be set. Owner and times are the host's. */
#define CO_FS_SET_MODE		0x1
#define CO_FS_SET_SIZE		0x8

/* Of co_fs_attr.mode and co_fs_entry.type, Linux's. */
#define CO_FS_MODE_DIRECTORY	0040000
#define CO_FS_MODE_FILE		0100000

#ifndef __ASSEMBLER__
struct co_fs_attr {
	uint64_t size;			/* bytes */
	uint64_t blocks;		/* of 512 bytes */
	uint32_t mode;			/* kind and permissions */
	uint32_t links;
	uint32_t uid, gid;
	uint32_t atime, mtime, ctime;	/* UNIX seconds */
} CO_PACKED;

struct co_fs_statfs {
	uint64_t blocks, blocks_free, blocks_available, files, files_free;
	uint32_t block_size, name_max;
} CO_PACKED;

struct co_fs_request {
	uint32_t unit;
	uint32_t opcode;		/* enum co_fs_opcode */
	uint32_t inode;
	int32_t result;			/* 0, or one of Linux's error numbers, negative */
	union {
		struct co_fs_attr attr;
		struct {
			struct co_fs_attr attr;
			uint32_t valid;		/* CO_FS_SET_... */
		} CO_PACKED setattr;
		struct { uint32_t count; } CO_PACKED forget;
		struct { uint32_t mode; } CO_PACKED make;
		struct { uint32_t directory; } CO_PACKED rename;	/* where the new name is: an inode */
		struct { uint32_t flags, handle; } CO_PACKED open;
		struct {
			uint64_t offset;	/* bytes; for directories 0, or the `next` of an entry */
			uint32_t size;
			uint32_t address;	/* VA of the buffer, in the direct map */
			uint32_t handle;
		} CO_PACKED io;
		struct co_fs_statfs statfs;
		struct {
			uint32_t uid, gid;
			uint32_t directory_mode, file_mode;	/* permissions: 0777 and so on */
			uint32_t flags;				/* CO_FS_MOUNT_... */
		} CO_PACKED mount;
	};
} CO_PACKED;

#define CO_FS_MOUNT_READ_ONLY	0x1

/* Entries in the buffer of GETDIR and DIR_READ, back to back, each padded to 8 bytes. */
struct co_fs_entry {
	uint64_t next;			/* offset to go on with behind this one */
	uint32_t type;			/* CO_FS_MODE_DIRECTORY or CO_FS_MODE_FILE */
	uint32_t length;		/* of the name, which follows, without a NUL */
} CO_PACKED;
#endif

#endif /* COLINUX_FILESYSTEM_H */
