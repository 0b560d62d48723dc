/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of cofs know of each other: one request, and the opcodes about open files. See filesystem.c. */
#ifndef HOST_FILESYSTEM_H
#define HOST_FILESYSTEM_H

#include "driver.h"
#include "volume.h"

/* One request: what every opcode needs. */
struct fs_call {
	struct monitor *monitor;
	struct volume *volume;
	struct inode *inode;			/* the one it is about */
	struct co_fs_request *request;
	const char *names;
};

#define FS_MODE_WRITABLE	0222

/* filesystem.c: may it be written? */
int32_t fs_check_writable(const struct fs_call *call, struct ninep_attr *attr);

/* handles.c: each serves one opcode */
int32_t fs_open(struct fs_call *call);
int32_t fs_open_folder(struct fs_call *call);
int32_t fs_release(struct fs_call *call);
int32_t fs_fsync(struct fs_call *call);
int32_t fs_read(struct fs_call *call);
int32_t fs_write(struct fs_call *call);
int32_t fs_dir_read(struct fs_call *call);
int32_t fs_getdir(struct fs_call *call);

#endif /* HOST_FILESYSTEM_H */
