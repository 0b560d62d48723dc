// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From paths to vnodes, step by step: "." and "..", mount points in both directions, symbolic links.
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
