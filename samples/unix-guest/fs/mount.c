// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * File systems in use. The first is the image's own; each other one covers a directory of those before it. Even the
 * root can be covered: that is how a disk becomes the root.
 */
#include "fs.h"

struct mount mounts[MOUNTS];

static const struct fs_type *const types[] = { &imagefs, &programfs, &devfs, &ext2, &cofs };

static const struct fs_type *type_named(const char *name)
{
	for (uint32_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcmp(types[i]->name, name))
			return types[i];
	return NULL;
}

/* cobd3 -> 3 */
static uint32_t unit_of(const char *source)
{
	uint32_t unit = 0;

	for (; *source; source++)
		unit = *source >= '0' && *source <= '9' ? unit * 10 + (uint32_t)(*source - '0') : 0;
	return unit;
}

static struct mount *free_mount(void)
{
	for (struct mount *mount = mounts; mount < mounts + MOUNTS; mount++)
		if (!mount->type)
			return mount;
	return NULL;
}

bool disk_is_mounted(uint32_t unit)
{
	for (struct mount *mount = mounts; mount < mounts + MOUNTS; mount++)
		if (mount->type == &ext2 && mount->unit == unit)
			return true;
	return false;
}

/* Takes over the reference of `covered`, unless it fails. */
static int attach(struct mount *mount, struct vnode *covered)
{
	int error = mount->type->mount ? mount->type->mount(mount) : 0;

	if (error)
		return error;
	lock_take(&mount->lock, mount->type->name);
	error = vnode_get(mount, mount->type->root, &mount->root);
	lock_drop(&mount->lock);
	if (error) {
		if (mount->type->unmount)
			mount->type->unmount(mount);
		return error;
	}
	mount->covered = covered;
	if (covered)
		covered->mounted = mount;
	return 0;
}

int mount_root(void)
{
	struct mount *mount = &mounts[0];
	int error;

	*mount = (struct mount){ .type = &imagefs, .source = "image", .path = "/", .read_only = true };
	error = attach(mount, NULL);
	if (!error)
		current->directory = vnode_hold(mount->root);
	return error;
}

int mount_create(const char *source, const char *path, const char *type_name, uint32_t flags)
{
	const struct fs_type *type = type_named(type_name);
	struct mount *mount = free_mount();
	struct vnode *covered;
	int error;

	if (!type)
		return -ENODEV;
	if (!mount)
		return -ENFILE;
	if (type == &ext2 && disk_is_mounted(unit_of(source)))
		return -EBUSY;
	error = path_lookup(path, true, &covered);
	if (error)
		return error;
	*mount = (struct mount){ .type = type, .unit = unit_of(source), .read_only = flags & MS_RDONLY };
	strcopy(mount->source, source, sizeof(mount->source));
	strcopy(mount->path, path, sizeof(mount->path));
	error = S_ISDIR(covered->mode) ? attach(mount, covered) : -ENOTDIR;
	if (error) {
		mount->type = NULL;
		vnode_put(covered);
	}
	return error;
}

static int sync_mount(struct mount *mount)
{
	int error = 0;

	lock_take(&mount->lock, "sync");
	if (mount->type && mount->type->sync)
		error = mount->type->sync(mount);
	lock_drop(&mount->lock);
	return error;
}

/* Whoever stands on the root of the mount falls to what it covers. */
static void step_off(struct mount *mount)
{
	if (current->directory != mount->root)
		return;
	vnode_put(mount->root);
	current->directory = vnode_hold(mount->covered);
}

int mount_remove(const char *path)
{
	struct vnode *root;
	struct mount *mount;
	int error = path_lookup(path, true, &root);

	if (error)
		return error;
	mount = root->mount;
	vnode_put(root);
	if (root != mount->root || !mount->covered)
		return -EINVAL;
	step_off(mount);
	error = sync_mount(mount);
	if (error)
		return error;
	if (mount->root != root || mount->vnodes != root || root->next || root->references > 1)
		return -EBUSY;			/* it is in use, or somebody was faster */
	mount->covered->mounted = NULL;		/* from here on nobody finds it */
	mount->root = NULL;
	vnode_put(root);
	vnode_put(mount->covered);
	if (mount->type->unmount)
		mount->type->unmount(mount);
	mount->type = NULL;
	return 0;
}

/* Ends when all that was written before is safe. Returns the last error. */
int sync_all(void)
{
	int result = 0;

	for (struct mount *mount = mounts; mount < mounts + MOUNTS; mount++) {
		int error = mount->type && mount->root ? sync_mount(mount) : 0;

		if (error)
			result = error;
	}
	return result;
}
