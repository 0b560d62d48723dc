/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client of 9P2000.L: one function for each request, which sleeps until the answer is there. Results below 0
 * are errors, negative numbers of Linux. A fid is the client's name for a file, from fid_take().
 */
#ifndef HOST_NINEP_H
#define HOST_NINEP_H

#include "virtio/virtio.h"

enum ninep_error {
	EPERM = 1, ENOENT = 2, EIO = 5, ENXIO = 6, EBADF = 9, EACCES = 13, EFAULT = 14, ENOTDIR = 20, EISDIR = 21,
	EINVAL = 22, ENFILE = 23, EROFS = 30, ENAMETOOLONG = 36, ENOSYS = 38,
};

#define NINEP_NAME_MAX		255

#define NINEP_OPEN_TRUNCATE	01000
#define NINEP_SET_MODE		0x1
#define NINEP_SET_SIZE		0x8
#define NINEP_REMOVE_FOLDER	0x200
#define NINEP_DT_UNKNOWN	0
#define NINEP_DT_FOLDER		4
#define NINEP_DT_FILE		8

#define NINEP_NO_FID		0xffffffffu

struct ninep_attr {
	uint64_t path;			/* what tells files apart */
	uint32_t mode;
	uint64_t size, blocks, links;
	uint32_t atime, mtime, ctime;
};

struct ninep_space {
	uint32_t block_size, name_max;
	uint64_t blocks, blocks_free, blocks_available, files, files_free;
};

struct ninep_entry {
	uint64_t next;			/* offset to go on with behind this one */
	uint8_t type;			/* Linux's, NINEP_DT_... */
	uint16_t length;
	const char *name;
};

typedef bool (*ninep_take_t)(void *to, const struct ninep_entry *entry);

uint32_t fid_take(struct p9 *p9);	/* NINEP_NO_FID: there are too many */
void fid_drop(struct p9 *p9, uint32_t fid);	/* for one that the server knows */
void fid_return(struct p9 *p9, uint32_t fid);	/* for one that it does not */

int32_t ninep_attach(struct p9 *p9, uint32_t fid);
int32_t ninep_walk(struct p9 *p9, uint32_t from, uint32_t fid, const char *name);	/* NULL: the same file again */
int32_t ninep_getattr(struct p9 *p9, uint32_t fid, struct ninep_attr *attr);
int32_t ninep_setattr(struct p9 *p9, uint32_t fid, uint32_t valid, uint32_t mode, uint64_t size);
int32_t ninep_open(struct p9 *p9, uint32_t fid, uint32_t flags);
int32_t ninep_create(struct p9 *p9, uint32_t fid, const char *name, uint32_t mode);	/* then fid is the file, open */
int32_t ninep_mkdir(struct p9 *p9, uint32_t fid, const char *name, uint32_t mode);
int32_t ninep_unlink(struct p9 *p9, uint32_t fid, const char *name, uint32_t flags);
int32_t ninep_rename(struct p9 *p9, uint32_t from, const char *name, uint32_t to, const char *new_name);
int32_t ninep_fsync(struct p9 *p9, uint32_t fid);
int32_t ninep_statfs(struct p9 *p9, uint32_t fid, struct ninep_space *space);
int32_t ninep_read(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size);	/* bytes */
int32_t ninep_write(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size);	/* bytes */
/* Calls `take` for each entry while it says yes. The result is the number of entries that the server has sent. */
int32_t ninep_readdir(struct p9 *p9, uint32_t fid, uint64_t offset, ninep_take_t take, void *to);

#endif /* HOST_NINEP_H */
