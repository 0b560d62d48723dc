// SPDX-License-Identifier: GPL-2.0-or-later
/* What changes names: create, remove, link, rename. Here is what holds for all file systems; the rest is theirs. */
#include "fs.h"

/* For operations that change a directory: its parent, the lock taken. */
static int begin_change(const char *path, char name[NAME_MAX + 1], struct vnode **directory)
{
	int error = path_parent(path, name, directory);

	if (error)
		return error;
	if ((*directory)->mount->read_only || !(*directory)->mount->type->ops->create) {
		vnode_put(*directory);
		return -EROFS;
	}
	lock_take(&(*directory)->mount->lock, "change of a directory");
	return 0;
}

static int end_change(struct vnode *directory, int error)
{
	lock_drop(&directory->mount->lock);
	vnode_put(directory);
	return error;
}

/* The file system counts every answer to a lookup (cofs), so each becomes a vnode. */
static int check_absent(struct vnode *directory, const char *name)
{
	struct vnode *there;
	uint32_t number;
	int error = directory->mount->type->ops->lookup(directory, name, &number);

	if (!error)
		error = vnode_get(directory->mount, number, &there);
	if (error)
		return error == -ENOENT ? 0 : error;
	vnode_drop(there);
	return -EEXIST;
}

int path_create(const char *path, uint32_t mode, struct vnode **vnode)
{
	const struct vnode_ops *ops;
	struct vnode *directory, *created;
	char name[NAME_MAX + 1];
	uint32_t number;
	int error = begin_change(path, name, &directory);

	if (error)
		return error;
	ops = directory->mount->type->ops;
	error = check_absent(directory, name);
	if (!error)
		error = ops->create(directory, name, mode, &number);
	if (!error)
		error = vnode_get(directory->mount, number, &created);
	if (!error && vnode)
		*vnode = created;
	else if (!error)
		vnode_drop(created);
	return end_change(directory, error);
}

int path_remove(const char *path, bool directory)
{
	struct vnode *target, *parent;
	char name[NAME_MAX + 1];
	int error = path_lookup(path, false, &target);

	if (error)
		return error;
	if (target == target->mount->root)
		error = -EBUSY;
	else if (directory != S_ISDIR(target->mode))
		error = directory ? -ENOTDIR : -EISDIR;
	else
		error = begin_change(path, name, &parent);
	if (!error)
		error = end_change(parent, target->mounted ? -EBUSY
							   : parent->mount->type->ops->remove(parent, name, target));
	vnode_put(target);
	return error;
}

int path_link(const char *path, const char *new_path)
{
	struct vnode *target, *directory;
	char name[NAME_MAX + 1];
	int error = path_lookup(path, false, &target);

	if (error)
		return error;
	error = S_ISDIR(target->mode) ? -EPERM : begin_change(new_path, name, &directory);
	if (!error) {
		const struct vnode_ops *ops = directory->mount->type->ops;

		if (directory->mount != target->mount)
			error = -EXDEV;
		else if (!ops->link)
			error = -EPERM;
		else if (!(error = check_absent(directory, name)))
			error = ops->link(directory, name, target);
		end_change(directory, error);
	}
	vnode_put(target);
	return error;
}

/* Is `inner` the directory `outer`, or somewhere below? */
static bool is_below(struct vnode *inner, const struct vnode *outer)
{
	bool found;

	vnode_hold(inner);
	while (inner != outer && inner != inner->mount->root) {
		struct vnode *parent;

		if (vnode_lookup(inner, "..", &parent))
			break;
		vnode_put(inner);
		inner = parent;
	}
	found = inner == outer;
	vnode_put(inner);
	return found;
}

static int check_rename(const struct rename *rename)
{
	const struct vnode *moved = rename->moved, *replaced = rename->replaced;

	if (rename->from->mount != rename->to->mount || moved->mount != rename->to->mount)
		return -EXDEV;
	if (moved->mount->read_only || !moved->mount->type->ops->rename)
		return -EROFS;
	if (S_ISDIR(moved->mode) && is_below(rename->to, moved))
		return -EINVAL;
	if (!replaced)
		return 0;
	if (S_ISDIR(moved->mode) != S_ISDIR(replaced->mode))
		return S_ISDIR(moved->mode) ? -ENOTDIR : -EISDIR;
	return replaced->mounted || replaced->mount != moved->mount ? -EBUSY : 0;
}

int path_rename(const char *path, const char *new_path)
{
	struct rename rename = { 0 };
	char name[NAME_MAX + 1], new_name[NAME_MAX + 1];
	int error = path_parent(new_path, new_name, &rename.to);

	if (error)
		return error;
	rename.name = name;
	rename.new_name = new_name;
	error = path_lookup(path, false, &rename.moved);
	if (!error && path_lookup(new_path, false, &rename.replaced))
		rename.replaced = NULL;
	if (!error)
		error = path_parent(path, name, &rename.from);
	if (!error)
		error = check_rename(&rename);
	if (!error && rename.replaced != rename.moved) {
		struct mount *mount = rename.to->mount;

		lock_take(&mount->lock, "rename");
		error = mount->type->ops->rename(&rename);
		lock_drop(&mount->lock);
	}
	if (rename.from)
		vnode_put(rename.from);
	if (rename.replaced)
		vnode_put(rename.replaced);
	if (rename.moved)
		vnode_put(rename.moved);
	vnode_put(rename.to);
	return error;
}
