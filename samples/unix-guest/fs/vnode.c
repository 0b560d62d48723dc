// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Vnodes in use: a list for each mount, so that a file has one vnode however often it is open. References are counted;
 * the last one lets the file system do what it has put off until then (ext2: give back the blocks of a file without a
 * name).
 */
#include "fs.h"

struct vnode *vnode_hold(struct vnode *vnode)
{
	vnode->references++;
	return vnode;
}

void vnode_drop(struct vnode *vnode)
{
	struct mount *mount = vnode->mount;
	struct vnode **link = &mount->vnodes;

	if (--vnode->references)
		return;
	if (mount->type->ops->release)
		mount->type->ops->release(vnode);
	while (*link != vnode)
		link = &(*link)->next;
	*link = vnode->next;
	kfree(vnode);
}

void vnode_put(struct vnode *vnode)
{
	struct mount *mount = vnode->mount;

	lock_take(&mount->lock, mount->type->name);
	vnode_drop(vnode);
	lock_drop(&mount->lock);
}

int vnode_get(struct mount *mount, uint32_t number, struct vnode **result)
{
	struct vnode *vnode;
	int error;

	for (vnode = mount->vnodes; vnode; vnode = vnode->next)
		if (vnode->number == number) {
			*result = vnode_hold(vnode);
			return 0;
		}
	vnode = kmalloc(sizeof(*vnode));
	if (!vnode)
		return -ENOMEM;
	vnode->mount = mount;
	vnode->number = number;
	vnode->references = 1;
	error = mount->type->ops->load(vnode);
	if (error) {
		kfree(vnode);
		return error;
	}
	vnode->next = mount->vnodes;
	mount->vnodes = vnode;
	*result = vnode;
	return 0;
}

int vnode_lookup(struct vnode *directory, const char *name, struct vnode **found)
{
	struct mount *mount = directory->mount;
	uint32_t number;
	int error;

	lock_take(&mount->lock, mount->type->name);
	error = mount->type->ops->lookup(directory, name, &number);
	if (!error)
		error = vnode_get(mount, number, found);
	lock_drop(&mount->lock);
	return error;
}

int vnode_read(struct vnode *vnode, uint64_t offset, void *buffer, uint32_t length)
{
	struct mount *mount = vnode->mount;
	int result;

	if (S_ISDIR(vnode->mode))
		return -EISDIR;
	lock_take(&mount->lock, mount->type->name);
	result = mount->type->ops->read ? mount->type->ops->read(vnode, offset, buffer, length) : -EINVAL;
	lock_drop(&mount->lock);
	return result;
}

int vnode_write(struct vnode *vnode, uint64_t offset, const void *buffer, uint32_t length)
{
	struct mount *mount = vnode->mount;
	int result;

	if (!mount->type->ops->write || mount->read_only)
		return -EROFS;
	lock_take(&mount->lock, mount->type->name);
	result = mount->type->ops->write(vnode, offset, buffer, length);
	lock_drop(&mount->lock);
	return result;
}

int vnode_resize(struct vnode *vnode, uint64_t size)
{
	struct mount *mount = vnode->mount;
	int result;

	if (!mount->type->ops->resize || mount->read_only)
		return -EROFS;
	lock_take(&mount->lock, mount->type->name);
	result = mount->type->ops->resize(vnode, size);
	lock_drop(&mount->lock);
	return result;
}

void vnode_stat(const struct vnode *vnode, struct stat64 *stat)
{
	uint32_t device = (uint32_t)(vnode->mount - mounts) + 1;

	*stat = (struct stat64){
		.st_dev = device, .short_ino = vnode->number, .st_ino = vnode->number, .st_mode = vnode->mode,
		.st_nlink = vnode->links, .st_uid = vnode->uid, .st_gid = vnode->gid, .st_rdev = vnode->unit,
		.st_size = vnode->size, .st_blksize = PAGE_SIZE, .st_blocks = vnode->blocks,
		.st_atime = vnode->atime, .st_mtime = vnode->mtime, .st_ctime = vnode->ctime,
	};
}
