// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cofs: folders of the user's machine (colinux/filesystem.h), over 9P. The process of the guest sleeps until the
 * server has answered; other guests go on. File contents go straight between the server and the guest's memory.
 *
 * Nothing but the folder can be reached: a name is one step down and is looked at before it is passed on, and what
 * is no file and no folder does not exist.
 */
#include "filesystem.h"

#define PERMISSIONS		0777
#define NEW_FOLDER		0755
#define NEW_FILE		0644

/* --- Names ------------------------------------------------------------------------------------------------ */

/* The length of the text at names[at], or -1 if it does not end. */
static int32_t text_length(const char *names, uint32_t at)
{
	for (uint32_t end = at; end < CO_FS_NAMES_SIZE; end++)
		if (!names[end])
			return (int32_t)(end - at);
	return -1;
}

static int32_t check_name(const char *name, int32_t length)
{
	if (length > CO_FS_NAME_MAX)
		return -ENAMETOOLONG;
	if (length <= 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	for (int32_t i = 0; i < length; i++)
		if (name[i] == '/')
			return -EINVAL;
	return 0;
}

/* --- What a file is ------------------------------------------------------------------------------------- */

static void tell_attr(const struct fs_call *call, const struct ninep_attr *attr)
{
	const struct volume *volume = call->volume;
	bool folder = (attr->mode & ~PERMISSIONS & CO_FS_MODE_DIRECTORY) != 0;
	uint32_t mode = folder ? CO_FS_MODE_DIRECTORY | volume->directory_mode : CO_FS_MODE_FILE | volume->file_mode;

	if (volume->read_only || !(attr->mode & FS_MODE_WRITABLE))
		mode &= ~FS_MODE_WRITABLE;
	call->request->attr = (struct co_fs_attr){
		.size = attr->size, .blocks = attr->blocks, .mode = mode, .links = (uint32_t)attr->links,
		.uid = volume->uid, .gid = volume->gid, .atime = attr->atime, .mtime = attr->mtime,
		.ctime = attr->ctime,
	};
}

static int32_t lookup_named(struct fs_call *call, const char *name)
{
	struct ninep_attr attr;
	int32_t number = inode_enter(call->volume, call->inode, name, &attr);

	if (number < 0)
		return number;
	call->request->inode = (uint32_t)number;
	tell_attr(call, &attr);
	return 0;
}

static int32_t lookup(struct fs_call *call)
{
	return lookup_named(call, call->names);
}

static int32_t forget(struct fs_call *call)
{
	inode_forget(call->volume, call->request->inode, call->request->forget.count);
	return 0;
}

static int32_t getattr(struct fs_call *call)
{
	struct ninep_attr attr;
	int32_t result = ninep_getattr(call->volume->p9, call->inode->fid, &attr);

	if (!result)
		tell_attr(call, &attr);
	return result;
}

/* May it be written? Root of the user's machine may write everything, so the permission is looked at here. */
int32_t fs_check_writable(const struct fs_call *call, struct ninep_attr *attr)
{
	int32_t result = ninep_getattr(call->volume->p9, call->inode->fid, attr);

	return result ? result : attr->mode & FS_MODE_WRITABLE ? 0 : -EACCES;
}

/* Owner and times are the host's: whoever sets them is told that all is well, as in coLinux. */
static int32_t setattr(struct fs_call *call)
{
	uint32_t valid = call->request->setattr.valid & (CO_FS_SET_MODE | CO_FS_SET_SIZE);
	uint32_t mode = call->request->attr.mode;
	uint64_t size = call->request->attr.size;
	struct ninep_attr attr;
	int32_t result = valid & CO_FS_SET_SIZE ? fs_check_writable(call, &attr) :
						  ninep_getattr(call->volume->p9, call->inode->fid, &attr);

	if (!result && valid & CO_FS_SET_SIZE && call->inode->folder)
		result = -EISDIR;
	if (result)
		return result;
	mode = (mode & FS_MODE_WRITABLE ? attr.mode | 0200 : attr.mode & ~FS_MODE_WRITABLE) & PERMISSIONS;
	if (valid)
		result = ninep_setattr(call->volume->p9, call->inode->fid, valid, mode, size);
	return result ? result : getattr(call);
}

/* --- Names that come and go ----------------------------------------------------------------------------- */

static int32_t mknod(struct fs_call *call)
{
	uint32_t mode = call->request->make.mode, kind = mode & ~07777u, fid;
	struct p9 *p9 = call->volume->p9;
	int32_t result;

	if (kind && kind != CO_FS_MODE_FILE)
		return -EPERM;
	fid = fid_take(p9);
	if (fid == NINEP_NO_FID)
		return -ENFILE;
	result = ninep_walk(p9, call->inode->fid, fid, NULL);
	if (result) {
		fid_return(p9, fid);
		return result;
	}
	result = ninep_create(p9, fid, call->names, mode & FS_MODE_WRITABLE ? NEW_FILE : NEW_FILE & ~FS_MODE_WRITABLE);
	fid_drop(p9, fid);
	return result ? result : lookup(call);
}

static int32_t mkdir(struct fs_call *call)
{
	int32_t result = ninep_mkdir(call->volume->p9, call->inode->fid, call->names, NEW_FOLDER);

	return result ? result : lookup(call);
}

static int32_t unlink(struct fs_call *call)
{
	return ninep_unlink(call->volume->p9, call->inode->fid, call->names, 0);
}

static int32_t rmdir(struct fs_call *call)
{
	return ninep_unlink(call->volume->p9, call->inode->fid, call->names, NINEP_REMOVE_FOLDER);
}

static int32_t rename(struct fs_call *call)
{
	const struct inode *target = inode_numbered(call->volume, call->request->rename.directory);
	uint32_t second = (uint32_t)text_length(call->names, 0) + 1;
	int32_t length = text_length(call->names, second);
	int32_t result = check_name(call->names + second, length);

	if (result)
		return result;
	if (!target)
		return -ENOENT;
	return ninep_rename(call->volume->p9, call->inode->fid, call->names, target->fid, call->names + second);
}

static int32_t not_permitted(struct fs_call *call)
{
	(void)call;
	return -EPERM;
}

/* --- The volume ----------------------------------------------------------------------------------------- */

static int32_t statfs(struct fs_call *call)
{
	struct ninep_space space;
	int32_t result = ninep_statfs(call->volume->p9, call->inode->fid, &space);

	if (!result)
		call->request->statfs = (struct co_fs_statfs){
			.blocks = space.blocks, .blocks_free = space.blocks_free,
			.blocks_available = space.blocks_available, .files = space.files,
			.files_free = space.files_free, .block_size = space.block_size, .name_max = CO_FS_NAME_MAX,
		};
	return result;
}

static int32_t no_effect(struct fs_call *call)
{
	(void)call;
	return 0;
}

/* The folder may be several steps down: each must be a name. */
static int32_t check_path(const char *path, int32_t length)
{
	char name[CO_FS_NAME_MAX + 1];
	int32_t used = 0, result = 0;

	if (length < 0 || length > CO_FS_NAME_MAX)
		return length < 0 ? -EINVAL : -ENAMETOOLONG;
	for (int32_t i = 0; length && i <= length && !result; i++) {
		if (i < length && path[i] != '/') {
			name[used++] = path[i];
			continue;
		}
		name[used] = '\0';
		result = check_name(name, used);
		used = 0;
	}
	return result;
}

static int32_t mount(struct fs_call *call)
{
	struct volume *volume = call->volume;
	struct co_fs_request options = *call->request;	/* the answer lies over them */
	int32_t result = check_path(call->names, text_length(call->names, 0));

	if (!result)
		result = volume_set_root(volume, call->names);
	if (result)
		return result;
	volume->uid = options.mount.uid;
	volume->gid = options.mount.gid;
	volume->directory_mode = options.mount.directory_mode & PERMISSIONS;
	volume->file_mode = options.mount.file_mode & PERMISSIONS;
	volume->read_only = options.mount.flags & CO_FS_MOUNT_READ_ONLY;
	call->request->inode = CO_FS_ROOT;
	call->inode = inode_numbered(volume, CO_FS_ROOT);
	return getattr(call);
}

/* --- Opcodes ---------------------------------------------------------------------------------------------- */

#define NAME	0x1		/* there is one, and it can be one */
#define CHANGES	0x2		/* not on a volume that is read-only */

static const struct {
	int32_t (*serve)(struct fs_call *call);
	unsigned flags;
} opcodes[] = {
	[CO_FS_LOOKUP] = { lookup, NAME },
	[CO_FS_FORGET] = { forget, 0 },
	[CO_FS_GETATTR] = { getattr, 0 },
	[CO_FS_SETATTR] = { setattr, CHANGES },
	[CO_FS_READLINK] = { not_permitted, 0 },
	[CO_FS_SYMLINK] = { not_permitted, 0 },
	[CO_FS_GETDIR] = { fs_getdir, 0 },
	[CO_FS_MKNOD] = { mknod, NAME | CHANGES },
	[CO_FS_MKDIR] = { mkdir, NAME | CHANGES },
	[CO_FS_UNLINK] = { unlink, NAME | CHANGES },
	[CO_FS_RMDIR] = { rmdir, NAME | CHANGES },
	[CO_FS_RENAME] = { rename, NAME | CHANGES },
	[CO_FS_LINK] = { not_permitted, 0 },
	[CO_FS_OPEN] = { fs_open, 0 },
	[CO_FS_READ] = { fs_read, 0 },
	[CO_FS_WRITE] = { fs_write, CHANGES },
	[CO_FS_STATFS] = { statfs, 0 },
	[CO_FS_RELEASE] = { fs_release, 0 },
	[CO_FS_INVALIDATE] = { no_effect, 0 },
	[CO_FS_FSYNC] = { fs_fsync, 0 },
	[CO_FS_RELEASE2] = { fs_release, 0 },
	[CO_FS_DIR_OPEN] = { fs_open_folder, 0 },
	[CO_FS_DIR_READ] = { fs_dir_read, 0 },
	[CO_FS_DIR_RELEASE] = { fs_release, 0 },
	[CO_FS_MOUNT] = { mount, 0 },
};

static int32_t serve(struct fs_call *call)
{
	uint32_t opcode = call->request->opcode;
	unsigned flags;

	if (opcode >= sizeof(opcodes) / sizeof(*opcodes) || !opcodes[opcode].serve)
		return -ENOSYS;
	if (opcode == CO_FS_MOUNT)
		return mount(call);
	call->inode = inode_numbered(call->volume, call->request->inode);
	if (!call->inode)
		return -ENOENT;			/* also before the first MOUNT */
	flags = opcodes[opcode].flags;
	if (flags & CHANGES && call->volume->read_only)
		return -EROFS;
	if (flags & NAME) {
		int32_t result = check_name(call->names, text_length(call->names, 0));

		if (result || !call->inode->folder)
			return result ? result : -ENOTDIR;
	}
	return opcodes[opcode].serve(call);
}

void filesystem_request(struct monitor *monitor)
{
	struct co_fs_request *request = (void *)&monitor->page->params[1];
	struct fs_call call = {
		.monitor = monitor,
		.volume = request->unit < CO_FS_UNITS ? monitor->volumes[request->unit] : NULL,
		.request = request,
		.names = (const char *)&monitor->page->params[CO_FS_NAMES_INDEX],
	};

	request->result = call.volume ? serve(&call) : -ENXIO;
}

/* The guest starts anew. Sleeps. */
void filesystem_reset(struct monitor *monitor)
{
	for (unsigned unit = 0; unit < CO_FS_UNITS; unit++)
		if (monitor->volumes[unit])
			volume_forget_all(monitor->volumes[unit]);
}

void filesystem_close(struct monitor *monitor)
{
	for (unsigned unit = 0; unit < CO_FS_UNITS; unit++)
		if (monitor->volumes[unit])
			volume_destroy(monitor->volumes[unit]);
}
