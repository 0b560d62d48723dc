// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ext2: what changes names. An inode counts its names (links); a directory's own "." and the ".." of its directories
 * count, too.
 */
#include "ext2.h"

#define LINKS_MAX	32000

static void add_links(struct vnode *vnode, int count)
{
	inode_of(vnode)->links += (uint16_t)count;
	inode_of(vnode)->ctime = cooperative_time();
	ext2_store(vnode);
}

static int create(struct vnode *directory, const char *name, uint32_t mode, uint32_t *number)
{
	struct vnode *vnode;
	int error;

	if (!directory->links || directory->links >= LINKS_MAX)
		return directory->links ? -EMLINK : -ENOENT;
	error = ext2_new_inode(directory, mode, &vnode);
	if (error)
		return error;
	if (S_ISDIR(mode))
		error = ext2_begin_directory(vnode, directory->number);
	if (!error) {
		add_links(vnode, S_ISDIR(mode) ? 2 : 1);
		error = ext2_add_entry(directory, name, vnode);
	}
	if (error)
		inode_of(vnode)->links = 0;		/* vnode_drop() gives it back */
	else if (S_ISDIR(mode))
		add_links(directory, 1);
	*number = vnode->number;
	vnode_drop(vnode);
	return error;
}

static int link(struct vnode *directory, const char *name, struct vnode *target)
{
	int error;

	if (!directory->links || !target->links)
		return -ENOENT;
	if (target->links >= LINKS_MAX)
		return -EMLINK;
	add_links(target, 1);
	error = ext2_add_entry(directory, name, target);
	if (error)
		add_links(target, -1);
	return error;
}

/* A directory loses its name, its ".", and its parent a "..". */
static void unlink(struct vnode *parent, struct vnode *target)
{
	if (S_ISDIR(target->mode)) {
		add_links(target, -2);
		add_links(parent, -1);
	} else {
		add_links(target, -1);
	}
}

static int remove(struct vnode *directory, const char *name, struct vnode *target)
{
	int error = S_ISDIR(target->mode) ? ext2_is_empty(target) : 0;

	if (!error)
		error = ext2_remove_entry(directory, name, target->number);
	if (!error)
		unlink(directory, target);
	return error;
}

static int put_new_name(const struct rename *rename)
{
	int error = rename->to->links ? 0 : -ENOENT;

	if (!error && rename->replaced && S_ISDIR(rename->replaced->mode))
		error = ext2_is_empty(rename->replaced);
	if (error)
		return error;
	return rename->replaced ? ext2_change_entry(rename->to, rename->new_name, rename->moved)
				: ext2_add_entry(rename->to, rename->new_name, rename->moved);
}

/*
 * The new name is safe before the old one goes: a power cut may leave both, but never none. Only a directory may not
 * have two for a moment; both its names change in one wave, and if the power fails just then, e2fsck will ask.
 */
static int rename(const struct rename *rename)
{
	bool directory = S_ISDIR(rename->moved->mode);
	int error = put_new_name(rename);

	if (!error && !directory)
		error = ext2_sync(rename->to->mount);
	if (error)
		return error;
	if (rename->replaced)
		unlink(rename->to, rename->replaced);
	error = ext2_remove_entry(rename->from, rename->name, rename->moved->number);
	if (!error && directory && rename->from != rename->to) {
		error = ext2_change_entry(rename->moved, "..", rename->to);
		add_links(rename->to, 1);
		add_links(rename->from, -1);
	}
	return error;
}

const struct vnode_ops ext2_ops = {
	.load = ext2_load, .release = ext2_release, .lookup = ext2_lookup, .create = create, .link = link,
	.remove = remove, .rename = rename, .list = ext2_list, .read = ext2_read, .write = ext2_write,
	.resize = ext2_resize,
};
