// SPDX-License-Identifier: GPL-2.0-or-later
/* System calls that work on names. Each looks at the texts it was given before anything else. */
#include "syscalls.h"
#include "../fs/fs.h"

static int check_path(const char *path)
{
	int length = user_string(path, PATH_MAX);

	return length < 0 ? length : 0;
}

static int check_paths(const char *first, const char *second)
{
	int error = check_path(first);

	return error ? error : check_path(second);
}

int sys_open(const char *path, uint32_t flags, uint32_t mode)
{
	int error = check_path(path);

	return error ? error : file_open(path, flags, mode);
}

int sys_link(const char *path, const char *new_path)
{
	int error = check_paths(path, new_path);

	return error ? error : path_link(path, new_path);
}

int sys_unlink(const char *path)
{
	int error = check_path(path);

	return error ? error : path_remove(path, false);
}

int sys_rmdir(const char *path)
{
	int error = check_path(path);

	return error ? error : path_remove(path, true);
}

int sys_rename(const char *path, const char *new_path)
{
	int error = check_paths(path, new_path);

	return error ? error : path_rename(path, new_path);
}

int sys_mkdir(const char *path, uint32_t mode)
{
	int error = check_path(path);

	return error ? error : path_create(path, S_IFDIR | (mode & 07777), NULL);
}

int sys_chdir(const char *path)
{
	struct vnode *directory;
	int error = check_path(path);

	if (!error)
		error = path_lookup(path, true, &directory);
	if (error)
		return error;
	if (!S_ISDIR(directory->mode)) {
		vnode_put(directory);
		return -ENOTDIR;
	}
	vnode_put(current->directory);
	current->directory = directory;
	return 0;
}

int sys_mount(const char *source, const char *path, const char *type, uint32_t flags)
{
	int error = check_paths(source, path);

	if (!error)
		error = check_path(type);
	return error ? error : mount_create(source, path, type, flags);
}

int sys_umount(const char *path)
{
	int error = check_path(path);

	return error ? error : mount_remove(path);
}

int sys_sync(void)
{
	return sync_all();
}

int sys_symlink(const char *target, const char *path)
{
	struct vnode *link;
	int error = check_paths(target, path);

	if (!error)
		error = path_create(path, S_IFLNK | 0777, &link);
	if (error)
		return error;
	error = vnode_write(link, 0, target, strlen(target));
	vnode_put(link);
	return error < 0 ? error : 0;
}

int sys_readlink(const char *path, char *buffer, uint32_t length)
{
	struct vnode *link;
	int result = check_path(path);

	if (!result)
		result = user_check(buffer, length);
	if (!result)
		result = path_lookup(path, false, &link);
	if (result)
		return result;
	result = S_ISLNK(link->mode) ? vnode_read(link, 0, buffer, length) : -EINVAL;
	vnode_put(link);
	return result;
}

static int stat_path(const char *path, bool follow, struct stat64 *stat)
{
	struct vnode *vnode;
	int error = check_path(path);

	if (!error)
		error = user_check(stat, sizeof(*stat));
	if (!error)
		error = path_lookup(path, follow, &vnode);
	if (error)
		return error;
	vnode_stat(vnode, stat);
	vnode_put(vnode);
	return 0;
}

int sys_stat64(const char *path, struct stat64 *stat)
{
	return stat_path(path, true, stat);
}

int sys_lstat64(const char *path, struct stat64 *stat)
{
	return stat_path(path, false, stat);
}

int sys_statfs64(const char *path, uint32_t size, struct statfs64 *stat)
{
	struct vnode *vnode;
	int error = check_path(path);

	if (!error && size != sizeof(*stat))
		error = -EINVAL;
	if (!error)
		error = user_check(stat, sizeof(*stat));
	if (!error)
		error = path_lookup(path, true, &vnode);
	if (error)
		return error;
	*stat = (struct statfs64){ .f_bsize = PAGE_SIZE, .f_namelen = NAME_MAX };
	if (vnode->mount->type->stat)
		vnode->mount->type->stat(vnode->mount, stat);
	vnode_put(vnode);
	return 0;
}
