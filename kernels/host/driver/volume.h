/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One volume of one guest: the files it knows of and those it has open. See volume.c. */
#ifndef HOST_VOLUME_H
#define HOST_VOLUME_H

#include <colinux/filesystem.h>
#include "ninep.h"

#define INODES_MAX	1024
#define HANDLES_MAX	64

struct inode {
	uint64_t path;			/* what tells files apart on the server */
	uint32_t fid;
	uint32_t lookups;		/* answers of which the guest has not given back any; 0: free */
	bool folder;
};

struct handle {
	uint32_t fid;
	uint32_t inode;			/* its number; 0: free */
};

struct volume {
	struct p9 *p9;
	bool mounted, read_only;
	uint32_t uid, gid;
	uint32_t directory_mode, file_mode;
	struct inode inodes[INODES_MAX];	/* number n is the n - 1st */
	struct handle handles[HANDLES_MAX];	/* likewise */
};

struct volume *volume_create(struct p9 *p9);	/* NULL: no memory */
void volume_destroy(struct volume *volume);	/* sleeps */
void volume_forget_all(struct volume *volume);	/* as before the first MOUNT; sleeps */
int32_t volume_set_root(struct volume *volume, const char *folder);

struct inode *inode_numbered(struct volume *volume, uint32_t number);	/* NULL if there is none */
int32_t inode_enter(struct volume *volume, const struct inode *folder, const char *name, struct ninep_attr *attr);
void inode_forget(struct volume *volume, uint32_t number, uint32_t lookups);

/* The number of a new handle, whose fid is a second one of that file, or an error. */
int32_t handle_open(struct volume *volume, uint32_t inode, uint32_t flags);
struct handle *handle_numbered(struct volume *volume, uint32_t number, uint32_t inode);
void handle_close(struct volume *volume, struct handle *handle);

#endif /* HOST_VOLUME_H */
