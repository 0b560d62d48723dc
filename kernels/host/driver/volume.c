// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables of a volume: which file of the server an inode number means, and which are open. An inode has a fid
 * that stands on its file, a handle a fid that is open. Two names of one file are one inode; it is reached by the
 * name that was looked up last, for the older one may be gone and its place on the disk may be another file's now.
 *
 * The tables are bounded, so a guest can fill its own and nobody else's.
 */
#include "volume.h"

#define MODE_KIND	0170000
#define VOLUME_FRAMES	((sizeof(struct volume) + PAGE_SIZE - 1) / PAGE_SIZE)

struct inode *inode_numbered(struct volume *volume, uint32_t number)
{
	struct inode *inode = number - 1 < INODES_MAX ? &volume->inodes[number - 1] : NULL;

	return inode && inode->lookups ? inode : NULL;
}

static struct inode *find(struct volume *volume, uint64_t path)
{
	struct inode *free = NULL;

	for (struct inode *inode = volume->inodes; inode < volume->inodes + INODES_MAX; inode++) {
		if (inode->lookups && inode->path == path)
			return inode;
		if (!inode->lookups && !free)
			free = inode;
	}
	return free;
}

/* A fid for a file in a folder, or for `from` itself if there is no name; and what kind of file it is. */
static int32_t walk(struct p9 *p9, uint32_t from, const char *name, uint32_t *fid, struct ninep_attr *attr)
{
	uint32_t taken = fid_take(p9);
	int32_t result;

	if (taken == NINEP_NO_FID)
		return -ENFILE;
	result = ninep_walk(p9, from, taken, name);
	if (result) {
		fid_return(p9, taken);
		return result;
	}
	result = attr ? ninep_getattr(p9, taken, attr) : 0;
	/* What is neither file nor folder is not there. */
	if (attr && !result && (attr->mode & MODE_KIND) != CO_FS_MODE_FILE &&
	    (attr->mode & MODE_KIND) != CO_FS_MODE_DIRECTORY)
		result = -ENOENT;
	if (result)
		fid_drop(p9, taken);
	else
		*fid = taken;
	return result;
}

/* The inode's number. */
static int32_t place(struct volume *volume, uint32_t fid, const struct ninep_attr *attr)
{
	struct inode *inode = find(volume, attr->path);

	if (!inode) {
		fid_drop(volume->p9, fid);
		return -ENFILE;
	}
	if (inode->lookups)
		fid_drop(volume->p9, inode->fid);
	inode->path = attr->path;
	inode->fid = fid;
	inode->folder = (attr->mode & MODE_KIND) == CO_FS_MODE_DIRECTORY;
	inode->lookups++;
	return (int32_t)(inode - volume->inodes) + 1;
}

/* The number of the file with this name; the guest knows of it once more. */
int32_t inode_enter(struct volume *volume, const struct inode *folder, const char *name, struct ninep_attr *attr)
{
	uint32_t fid;
	int32_t result = walk(volume->p9, folder->fid, name, &fid, attr);

	return result ? result : place(volume, fid, attr);
}

void inode_forget(struct volume *volume, uint32_t number, uint32_t lookups)
{
	struct inode *inode = inode_numbered(volume, number);

	if (!inode || number == CO_FS_ROOT)
		return;
	inode->lookups -= lookups < inode->lookups ? lookups : inode->lookups;
	if (inode->lookups)
		return;
	/* Its number will be another file's: nothing must be open by it. */
	for (struct handle *handle = volume->handles; handle < volume->handles + HANDLES_MAX; handle++)
		if (handle->inode == number)
			handle_close(volume, handle);
	fid_drop(volume->p9, inode->fid);
}

int32_t handle_open(struct volume *volume, uint32_t inode, uint32_t flags)
{
	struct handle *handle = volume->handles;
	uint32_t fid;
	int32_t result;

	while (handle < volume->handles + HANDLES_MAX && handle->inode)
		handle++;
	if (handle == volume->handles + HANDLES_MAX)
		return -ENFILE;
	result = walk(volume->p9, inode_numbered(volume, inode)->fid, NULL, &fid, NULL);
	if (result)
		return result;
	result = ninep_open(volume->p9, fid, flags);
	if (result) {
		fid_drop(volume->p9, fid);
		return result;
	}
	*handle = (struct handle){ fid, inode };
	return (int32_t)(handle - volume->handles) + 1;
}

struct handle *handle_numbered(struct volume *volume, uint32_t number, uint32_t inode)
{
	struct handle *handle = number - 1 < HANDLES_MAX ? &volume->handles[number - 1] : NULL;

	return handle && handle->inode && handle->inode == inode ? handle : NULL;
}

void handle_close(struct volume *volume, struct handle *handle)
{
	handle->inode = 0;
	fid_drop(volume->p9, handle->fid);
}

void volume_forget_all(struct volume *volume)
{
	for (struct handle *handle = volume->handles; handle < volume->handles + HANDLES_MAX; handle++)
		if (handle->inode)
			handle_close(volume, handle);
	for (struct inode *inode = volume->inodes; inode < volume->inodes + INODES_MAX; inode++) {
		if (inode->lookups)
			fid_drop(volume->p9, inode->fid);
		inode->lookups = 0;
	}
	volume->mounted = false;
}

/*
 * From the root of the server down the names in `folder`, which has been checked; its slashes become ends of names.
 */
static int32_t walk_down(struct p9 *p9, char *folder, uint32_t *fid, struct ninep_attr *attr)
{
	uint32_t root = fid_take(p9), next;
	int32_t result;

	if (root == NINEP_NO_FID)
		return -ENFILE;
	result = ninep_attach(p9, root);
	if (result) {
		fid_return(p9, root);
		return result;
	}
	*fid = root;
	result = ninep_getattr(p9, root, attr);
	for (char *name = folder; !result && *name;) {
		size_t length = 0;
		bool last;

		while (name[length] && name[length] != '/')
			length++;
		last = !name[length];
		name[length] = '\0';
		result = walk(p9, *fid, name, &next, attr);
		if (!result) {
			fid_drop(p9, *fid);
			*fid = next;
		}
		name += last ? length : length + 1;
	}
	if (!result && (attr->mode & MODE_KIND) != CO_FS_MODE_DIRECTORY)
		result = -ENOTDIR;
	if (result)
		fid_drop(p9, *fid);
	return result;
}

/* If it is the root already, the guest keeps what it knows. */
int32_t volume_set_root(struct volume *volume, const char *folder)
{
	struct inode *root = &volume->inodes[CO_FS_ROOT - 1];
	char names[NINEP_NAME_MAX + 1];
	struct ninep_attr attr;
	uint32_t fid;
	int32_t result;

	format(names, sizeof(names), "%s", folder);
	result = walk_down(volume->p9, names, &fid, &attr);
	if (result)
		return result;
	if (volume->mounted && root->path == attr.path) {
		fid_drop(volume->p9, fid);
		return 0;
	}
	volume_forget_all(volume);
	*root = (struct inode){ attr.path, fid, 1, true };
	volume->mounted = true;
	return 0;
}

struct volume *volume_create(struct p9 *p9)
{
	uint32_t frames = frames_allocate(VOLUME_FRAMES);
	struct volume *volume = frames ? virtual_address(frames) : NULL;

	if (volume)
		volume->p9 = p9;
	return volume;
}

void volume_destroy(struct volume *volume)
{
	volume_forget_all(volume);
	frames_free(physical_address(volume), VOLUME_FRAMES);
}
