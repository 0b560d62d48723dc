/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files: what a file system provides (vnode_ops), what a process holds (struct file), and what lies between.
 *
 * A vnode is a file that somebody uses; a mount is a file system that is in use. All operations of one mount are done
 * under its lock, one at a time: an operation that sleeps for the disk is never overtaken by another that would see
 * half of its work. Operations return 0 or a count, or a negative error number.
 */
#ifndef FS_H
#define FS_H

#include "../kernel/kernel.h"

struct vnode;
struct file;
struct mount;

/* `replaced` is what has the new name until now, or NULL. */
struct rename {
	struct vnode *from, *moved;
	const char *name;
	struct vnode *to, *replaced;
	const char *new_name;
};

struct vnode_ops {
	int (*load)(struct vnode *vnode);		/* fill in what is below `number` in struct vnode */
	void (*release)(struct vnode *vnode);		/* nobody uses it any more */
	int (*lookup)(struct vnode *directory, const char *name, uint32_t *number);
	int (*create)(struct vnode *directory, const char *name, uint32_t mode, uint32_t *number);
	int (*link)(struct vnode *directory, const char *name, struct vnode *target);
	int (*remove)(struct vnode *directory, const char *name, struct vnode *target);
	int (*rename)(const struct rename *rename);
	int (*list)(struct vnode *directory, uint64_t *offset, struct dirent64 *entry);	/* 1, or 0 at the end */
	int (*read)(struct vnode *vnode, uint64_t offset, void *buffer, uint32_t length);
	int (*write)(struct vnode *vnode, uint64_t offset, const void *buffer, uint32_t length);
	int (*resize)(struct vnode *vnode, uint64_t size);
};

struct vnode {
	struct vnode *next;			/* of the mount */
	struct mount *mount;
	uint32_t references;
	struct mount *mounted;			/* here, or NULL */
	uint32_t number;
	uint32_t mode, links, uid, gid;
	uint32_t atime, mtime, ctime;
	uint64_t size;				/* bytes */
	uint64_t blocks;			/* of 512 bytes */
	const struct file_ops *device;		/* opening it gives these in place of the vnode's own */
	uint32_t unit;
	void *data;				/* of the file system */
};

struct fs_type {
	const char *name;
	uint32_t root;				/* number of the root */
	const struct vnode_ops *ops;
	int (*mount)(struct mount *mount);
	void (*unmount)(struct mount *mount);
	int (*sync)(struct mount *mount);
	void (*stat)(struct mount *mount, struct statfs64 *stat);
};

struct mount {
	const struct fs_type *type;		/* NULL: free */
	char source[32], path[64];		/* as they were said to mount() */
	uint32_t unit;				/* the number at the end of the source */
	bool read_only;
	struct lock lock;
	struct vnode *vnodes;
	struct vnode *root, *covered;
	void *data;				/* of the file system */
};

/* vnode.c: vnodes in use */
struct vnode *vnode_hold(struct vnode *vnode);
void vnode_put(struct vnode *vnode);
void vnode_drop(struct vnode *vnode);							/* with the lock held */
int vnode_get(struct mount *mount, uint32_t number, struct vnode **vnode);		/* likewise */
int vnode_read(struct vnode *vnode, uint64_t offset, void *buffer, uint32_t length);
int vnode_write(struct vnode *vnode, uint64_t offset, const void *buffer, uint32_t length);
int vnode_resize(struct vnode *vnode, uint64_t size);
int vnode_lookup(struct vnode *directory, const char *name, struct vnode **found);
void vnode_stat(const struct vnode *vnode, struct stat64 *stat);

/* mount.c */
#define MOUNTS	8
extern struct mount mounts[MOUNTS];
int mount_root(void);
int mount_create(const char *source, const char *path, const char *type, uint32_t flags);
int mount_remove(const char *path);
int sync_all(void);
bool disk_is_mounted(uint32_t unit);

/* path.c */
int path_lookup(const char *path, bool follow, struct vnode **vnode);
int path_parent(const char *path, char name[NAME_MAX + 1], struct vnode **directory);

/* names.c */
int path_create(const char *path, uint32_t mode, struct vnode **vnode);	/* vnode may be NULL */
int path_remove(const char *path, bool directory);
int path_rename(const char *path, const char *new_path);
int path_link(const char *path, const char *new_path);

/* file.c: open files */
struct file_ops {
	int (*open)(struct file *file);		/* of a device; may be NULL, and so may all others */
	int (*read)(struct file *file, void *buffer, uint32_t length);
	int (*write)(struct file *file, const void *buffer, uint32_t length);
	void (*close)(struct file *file);
};

struct file {
	const struct file_ops *ops;
	uint32_t references;
	uint32_t flags;				/* O_… */
	uint64_t offset;
	struct vnode *vnode;			/* or NULL: a pipe, a socket */
	void *object;				/* what it is otherwise */
};

struct file *file_create(const struct file_ops *ops, uint32_t flags, void *object);
struct file *file_hold(struct file *file);
void file_close(struct file *file);
int file_open(const char *path, uint32_t flags, uint32_t mode);
int fd_install(struct file *file);
struct file *fd_get(uint32_t fd);

/* pipe.c */
int pipe_create(uint32_t fds[2]);

/* devfs.c: /dev */
struct text { char *buffer; uint32_t size, length; };
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void device_add(const char *name, uint32_t mode, const struct file_ops *ops, uint32_t unit, uint64_t size);
void device_add_text(const char *name, void (*show)(struct text *text), int (*store)(const char *line));
void devices_init(void);
extern const struct file_ops power_ops, console_ops, serial_ops, disk_ops;	/* power.c, drivers/ */

/* The file systems */
extern const struct fs_type imagefs, programfs, devfs, cofs, ext2;

#endif /* FS_H */
