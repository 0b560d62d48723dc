// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From paths to vnodes, step by step: "." and "..", mount points in both directions, symbolic links. And what is
 * done to names.
 */
#include "fs.h"

#define LINKS_MAX	8		/* of symbolic links in one path: they may form a circle */

static int walk(struct vnode *start, const char *path, bool follow, uint32_t links, struct vnode **result);

/* What is mounted there, at last. Takes and gives a reference. */
static struct vnode *down(struct vnode *vnode)
{
	while (vnode->mounted) {
		struct vnode *root = vnode_hold(vnode->mounted->root);

		vnode_put(vnode);
		vnode = root;
	}
	return vnode;
}

/* Out of the roots of mounts, for "..". Takes and gives a reference. */
static struct vnode *up(struct vnode *vnode)
{
	while (vnode == vnode->mount->root && vnode->mount->covered) {
		struct vnode *covered = vnode_hold(vnode->mount->covered);

		vnode_put(vnode);
		vnode = covered;
	}
	return vnode;
}

static struct vnode *root(void)
{
	return down(vnode_hold(mounts[0].root));
}

static int follow_link(struct vnode *directory, struct vnode *link, bool follow, uint32_t links, struct vnode **result)
{
	char *target;
	int length;

	if (links >= LINKS_MAX)
		return -ELOOP;
	target = kmalloc(PATH_MAX);
	if (!target)
		return -ENOMEM;
	length = vnode_read(link, 0, target, PATH_MAX - 1);
	if (length >= 0)
		length = walk(directory, target, follow, links + 1, result);
	kfree(target);
	return length;
}

/* One name further. Takes the reference of *at and gives one of the next, unless it fails. */
static int step(struct vnode **at, const char *name, bool follow, uint32_t links)
{
	struct vnode *directory = *at, *next;
	int error = 0;

	if (!strcmp(name, "."))
		return 0;
	if (!strcmp(name, ".."))
		*at = directory = up(directory);
	if (!S_ISDIR(directory->mode))
		error = -ENOTDIR;
	if (!error)
		error = vnode_lookup(directory, name, &next);
	if (error)
		return error;
	next = down(next);
	if (S_ISLNK(next->mode) && follow) {
		struct vnode *link = next;

		error = follow_link(directory, link, true, links, &next);
		vnode_put(link);
		if (error)
			return error;
	}
	vnode_put(directory);
	*at = next;
	return 0;
}

static int walk(struct vnode *start, const char *path, bool follow, uint32_t links, struct vnode **result)
{
	struct vnode *at = *path == '/' ? root() : vnode_hold(start);
	char *name = kmalloc(NAME_MAX + 1);
	int error = name ? 0 : -ENOMEM;

	while (!error) {
		uint32_t length = 0;

		while (*path == '/')
			path++;
		if (!*path)
			break;
		while (path[length] && path[length] != '/')
			length++;
		if (length > NAME_MAX) {
			error = -ENAMETOOLONG;
			break;
		}
		strcopy(name, path, length + 1);
		path += length;
		error = step(&at, name, follow || *path, links);
	}
	kfree(name);
	if (error)
		vnode_put(at);
	else
		*result = at;
	return error;
}

/* `follow`: if the last name is a symbolic link, what it points to. */
int path_lookup(const char *path, bool follow, struct vnode **vnode)
{
	return *path ? walk(current->directory, path, follow, 0, vnode) : -ENOENT;
}

/* The directory of the last name, and that name. */
int path_parent(const char *path, char name[NAME_MAX + 1], struct vnode **directory)
{
	uint32_t end = strlen(path), begin;
	char *head;
	int error;

	while (end > 1 && path[end - 1] == '/')
		end--;
	for (begin = end; begin && path[begin - 1] != '/';)
		begin--;
	if (end - begin > NAME_MAX)
		return -ENAMETOOLONG;
	strcopy(name, path + begin, end - begin + 1);
	if (!*name)
		return -EEXIST;			/* the root */
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return -EINVAL;
	head = kmalloc(PATH_MAX);
	if (!head)
		return -ENOMEM;
	strcopy(head, begin ? path : ".", begin ? minimum(begin + 1, PATH_MAX) : 2);
	error = path_lookup(head, true, directory);
	kfree(head);
	if (!error && !S_ISDIR((*directory)->mode)) {
		vnode_put(*directory);
		error = -ENOTDIR;
	}
	return error;
}

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
