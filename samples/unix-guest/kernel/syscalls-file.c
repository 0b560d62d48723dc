// SPDX-License-Identifier: GPL-2.0-or-later
/* System calls that work on an open file, by its number. */
#include "syscalls.h"
#include "../fs/fs.h"

int sys_read(uint32_t fd, void *buffer, uint32_t length)
{
	struct file *file = fd_get(fd);

	if (!file || !file->ops->read || (file->flags & O_ACCESS) == O_WRONLY)
		return -EBADF;
	return user_check(buffer, length) ? -EFAULT : file->ops->read(file, buffer, length);
}

int sys_write(uint32_t fd, const void *buffer, uint32_t length)
{
	struct file *file = fd_get(fd);

	if (!file || !file->ops->write || (file->flags & O_ACCESS) == O_RDONLY)
		return -EBADF;
	return user_check(buffer, length) ? -EFAULT : file->ops->write(file, buffer, length);
}

int sys_close(uint32_t fd)
{
	struct file *file = fd_get(fd);

	if (!file)
		return -EBADF;
	current->files[fd] = NULL;
	file_close(file);
	return 0;
}

int sys_dup(uint32_t fd)
{
	struct file *file = fd_get(fd);

	return file ? fd_install(file_hold(file)) : -EBADF;
}

int sys_dup2(uint32_t fd, uint32_t wanted)
{
	struct file *file = fd_get(fd), *before;

	if (!file || wanted >= FILES)
		return -EBADF;
	before = current->files[wanted];
	current->files[wanted] = file_hold(file);
	if (before)
		file_close(before);
	return (int)wanted;
}

int sys_pipe(uint32_t *fds)
{
	return user_check(fds, 2 * sizeof(*fds)) ? -EFAULT : pipe_create(fds);
}

int sys_ftruncate(uint32_t fd, uint32_t size)
{
	struct file *file = fd_get(fd);

	if (!file || (file->flags & O_ACCESS) == O_RDONLY)
		return -EBADF;
	return file->vnode && S_ISREG(file->vnode->mode) ? vnode_resize(file->vnode, size) : -EINVAL;
}

int sys_fsync(uint32_t fd)
{
	struct file *file = fd_get(fd);
	struct mount *mount;
	int error = 0;

	if (!file)
		return -EBADF;
	if (!file->vnode)
		return -EINVAL;
	mount = file->vnode->mount;
	lock_take(&mount->lock, "fsync");
	if (mount->type->sync)
		error = mount->type->sync(mount);
	lock_drop(&mount->lock);
	return error;
}

int sys_llseek(uint32_t fd, uint32_t high, uint32_t low, uint64_t *result, uint32_t whence)
{
	struct file *file = fd_get(fd);
	int64_t offset = (int64_t)((uint64_t)high << 32 | low);

	if (!file)
		return -EBADF;
	if (!file->vnode)
		return -ESPIPE;
	if (user_check(result, sizeof(*result)))
		return -EFAULT;
	if (whence == SEEK_CUR)
		offset += (int64_t)file->offset;
	else if (whence == SEEK_END)
		offset += (int64_t)file->vnode->size;
	if (whence > SEEK_END || offset < 0)
		return -EINVAL;
	*result = file->offset = (uint64_t)offset;
	return 0;
}

int sys_fstat64(uint32_t fd, struct stat64 *stat)
{
	struct file *file = fd_get(fd);

	if (!file)
		return -EBADF;
	if (user_check(stat, sizeof(*stat)))
		return -EFAULT;
	if (file->vnode)
		vnode_stat(file->vnode, stat);
	else
		*stat = (struct stat64){ .st_mode = S_IFIFO | 0600, .st_nlink = 1 };
	return 0;
}

/* Entries are packed one behind the other until the next does not fit. */
int sys_getdents64(uint32_t fd, uint8_t *buffer, uint32_t length)
{
	struct file *file = fd_get(fd);
	struct mount *mount = file && file->vnode ? file->vnode->mount : NULL;
	struct dirent64 *entry;
	uint32_t used = 0;
	int more = 1;

	if (!mount)
		return -EBADF;
	if (!S_ISDIR(file->vnode->mode))
		return -ENOTDIR;
	if (user_check(buffer, length))
		return -EFAULT;
	entry = kmalloc(sizeof(*entry) + NAME_MAX + 1);
	if (!entry)
		return -ENOMEM;
	lock_take(&mount->lock, "directory");
	for (;;) {
		uint64_t next = file->offset;
		uint32_t size;

		more = mount->type->ops->list(file->vnode, &next, entry);
		if (more <= 0)
			break;
		size = round_up(sizeof(*entry) + strlen(entry->d_name) + 1, 8);
		if (used + size > length)
			break;
		entry->d_off = file->offset = next;
		entry->d_reclen = (uint16_t)size;
		memcpy(buffer + used, entry, sizeof(*entry) + strlen(entry->d_name) + 1);
		used += size;
	}
	lock_drop(&mount->lock);
	kfree(entry);
	if (used)
		return (int)used;
	return more > 0 ? -EINVAL : more;
}
