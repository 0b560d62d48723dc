// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Open files and the numbers by which a process calls them. dup() and fork() share one struct file, so its offset too.
 * A file of a file system works on its vnode; a device, a pipe and a socket bring operations of their own.
 */
#include "fs.h"

static int read(struct file *file, void *buffer, uint32_t length)
{
	int count = vnode_read(file->vnode, file->offset, buffer, length);

	if (count > 0)
		file->offset += (uint32_t)count;
	return count;
}

static int write(struct file *file, const void *buffer, uint32_t length)
{
	int count;

	if (file->flags & O_APPEND)
		file->offset = file->vnode->size;
	count = vnode_write(file->vnode, file->offset, buffer, length);
	if (count > 0)
		file->offset += (uint32_t)count;
	return count;
}

static const struct file_ops vnode_file_ops = { .read = read, .write = write };

struct file *file_create(const struct file_ops *ops, uint32_t flags, void *object)
{
	struct file *file = kmalloc(sizeof(*file));

	if (file)
		*file = (struct file){ .ops = ops, .references = 1, .flags = flags, .object = object };
	return file;
}

struct file *file_hold(struct file *file)
{
	file->references++;
	return file;
}

void file_close(struct file *file)
{
	if (--file->references)
		return;
	if (file->ops->close)
		file->ops->close(file);
	if (file->vnode)
		vnode_put(file->vnode);
	kfree(file);
}

int fd_install(struct file *file)
{
	for (int fd = 0; fd < FILES; fd++)
		if (!current->files[fd]) {
			current->files[fd] = file;
			return fd;
		}
	file_close(file);
	return -EMFILE;
}

struct file *fd_get(uint32_t fd)
{
	return fd < FILES ? current->files[fd] : NULL;
}

static int check_access(const struct vnode *vnode, uint32_t flags)
{
	if ((flags & O_ACCESS) == O_RDONLY || vnode->device)
		return 0;
	if (S_ISDIR(vnode->mode))
		return -EISDIR;
	return vnode->mount->read_only ? -EROFS : 0;
}

static int find(const char *path, uint32_t flags, uint32_t mode, struct vnode **vnode)
{
	int error = path_lookup(path, true, vnode);

	if (error == -ENOENT && flags & O_CREAT)
		return path_create(path, S_IFREG | (mode & 07777), vnode);
	if (!error && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
		vnode_put(*vnode);
		return -EEXIST;
	}
	return error;
}

int file_open(const char *path, uint32_t flags, uint32_t mode)
{
	struct vnode *vnode;
	struct file *file = NULL;
	int error = find(path, flags, mode, &vnode);

	if (error)
		return error;
	error = check_access(vnode, flags);
	if (!error && flags & O_TRUNC && S_ISREG(vnode->mode) && vnode->size)
		error = vnode_resize(vnode, 0);
	if (!error) {
		file = file_create(vnode->device ? vnode->device : &vnode_file_ops, flags, NULL);
		error = file ? 0 : -ENOMEM;
	}
	if (error) {
		vnode_put(vnode);
		return error;
	}
	file->vnode = vnode;
	error = file->ops->open ? file->ops->open(file) : 0;
	if (error) {
		file_close(file);
		return error;
	}
	return fd_install(file);
}
