// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cofs: folders of the user's machine (colinux/filesystem.h), over 9P. The process of the guest sleeps until the server has
 * answered; other guests go on. File contents go straight between the server and the guest's memory.
 *
 * Nothing but the folder can be reached: a name is one step down and is looked at before it is passed on, and what
 * is no file and no folder does not exist.
 */
#include "driver.h"
#include "volume.h"

#define MODE_WRITABLE		0222
#define PERMISSIONS		0777
#define NEW_FOLDER		0755
#define NEW_FILE		0644
#define OPEN_ACCESS		3
#define ENTRY_ALIGN		8

/* One request: what every opcode needs. */
struct call {
	struct monitor *monitor;
	struct volume *volume;
	struct inode *inode;			/* the one it is about */
	struct co_fs_request *request;
	const char *names;
};

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

static void tell_attr(const struct call *call, const struct ninep_attr *attr)
{
	const struct volume *volume = call->volume;
	bool folder = (attr->mode & ~PERMISSIONS & CO_FS_MODE_DIRECTORY) != 0;
	uint32_t mode = folder ? CO_FS_MODE_DIRECTORY | volume->directory_mode : CO_FS_MODE_FILE | volume->file_mode;

	if (volume->read_only || !(attr->mode & MODE_WRITABLE))
		mode &= ~MODE_WRITABLE;
	call->request->attr = (struct co_fs_attr){
		.size = attr->size, .blocks = attr->blocks, .mode = mode, .links = (uint32_t)attr->links,
		.uid = volume->uid, .gid = volume->gid, .atime = attr->atime, .mtime = attr->mtime, .ctime = attr->ctime,
	};
}

static int32_t lookup_named(struct call *call, const char *name)
{
	struct ninep_attr attr;
	int32_t number = inode_enter(call->volume, call->inode, name, &attr);

	if (number < 0)
		return number;
	call->request->inode = (uint32_t)number;
	tell_attr(call, &attr);
	return 0;
}

static int32_t lookup(struct call *call)
{
	return lookup_named(call, call->names);
}

static int32_t forget(struct call *call)
{
	inode_forget(call->volume, call->request->inode, call->request->forget.count);
	return 0;
}

static int32_t getattr(struct call *call)
{
	struct ninep_attr attr;
	int32_t result = ninep_getattr(call->volume->p9, call->inode->fid, &attr);

	if (!result)
		tell_attr(call, &attr);
	return result;
}

/* May it be written? Root of the user's machine may write everything, so the permission is looked at here. */
static int32_t check_writable(const struct call *call, struct ninep_attr *attr)
{
	int32_t result = ninep_getattr(call->volume->p9, call->inode->fid, attr);

	return result ? result : attr->mode & MODE_WRITABLE ? 0 : -EACCES;
}

/* Owner and times are the host's: whoever sets them is told that all is well, as in coLinux. */
static int32_t setattr(struct call *call)
{
	uint32_t valid = call->request->setattr.valid & (CO_FS_SET_MODE | CO_FS_SET_SIZE);
	uint32_t mode = call->request->attr.mode;
	uint64_t size = call->request->attr.size;
	struct ninep_attr attr;
	int32_t result = valid & CO_FS_SET_SIZE ? check_writable(call, &attr) :
						  ninep_getattr(call->volume->p9, call->inode->fid, &attr);

	if (!result && valid & CO_FS_SET_SIZE && call->inode->folder)
		result = -EISDIR;
	if (result)
		return result;
	mode = (mode & MODE_WRITABLE ? attr.mode | 0200 : attr.mode & ~MODE_WRITABLE) & PERMISSIONS;
	if (valid)
		result = ninep_setattr(call->volume->p9, call->inode->fid, valid, mode, size);
	return result ? result : getattr(call);
}

/* --- Names that come and go ----------------------------------------------------------------------------- */

static int32_t mknod(struct call *call)
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
	result = ninep_create(p9, fid, call->names, mode & MODE_WRITABLE ? NEW_FILE : NEW_FILE & ~MODE_WRITABLE);
	fid_drop(p9, fid);
	return result ? result : lookup(call);
}

static int32_t mkdir(struct call *call)
{
	int32_t result = ninep_mkdir(call->volume->p9, call->inode->fid, call->names, NEW_FOLDER);

	return result ? result : lookup(call);
}

static int32_t unlink(struct call *call)
{
	return ninep_unlink(call->volume->p9, call->inode->fid, call->names, 0);
}

static int32_t rmdir(struct call *call)
{
	return ninep_unlink(call->volume->p9, call->inode->fid, call->names, NINEP_REMOVE_FOLDER);
}

static int32_t rename(struct call *call)
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

static int32_t not_permitted(struct call *call)
{
	(void)call;
	return -EPERM;
}

/* --- Contents ------------------------------------------------------------------------------------------- */

static int32_t open_handle(struct call *call, uint32_t flags)
{
	int32_t handle = handle_open(call->volume, call->request->inode, flags);

	if (handle < 0)
		return handle;
	call->request->open.handle = (uint32_t)handle;
	return 0;
}

static int32_t open_file(struct call *call)
{
	uint32_t flags = call->request->open.flags & (OPEN_ACCESS | CO_FS_OPEN_TRUNCATE);
	bool writes = flags != CO_FS_OPEN_READ;
	struct ninep_attr attr;
	int32_t result;

	if (call->inode->folder)
		return -EISDIR;
	if ((flags & OPEN_ACCESS) == OPEN_ACCESS)
		return -EINVAL;
	if (writes && call->volume->read_only)
		return -EROFS;
	result = writes ? check_writable(call, &attr) : 0;
	return result ? result : open_handle(call, flags);
}

static int32_t open_folder(struct call *call)
{
	return call->inode->folder ? open_handle(call, CO_FS_OPEN_READ) : -ENOTDIR;
}

static int32_t release(struct call *call)
{
	struct handle *handle = handle_numbered(call->volume, call->request->open.handle, call->request->inode);

	if (!handle)
		return -EBADF;
	handle_close(call->volume, handle);
	return 0;
}

static int32_t fsync(struct call *call)
{
	struct handle *handle = handle_numbered(call->volume, call->request->open.handle, call->request->inode);

	return handle ? ninep_fsync(call->volume->p9, handle->fid) : -EBADF;
}

/* Where the buffer is, physically. */
static int32_t find_buffer(const struct call *call, uint32_t *address)
{
	if (call->request->io.size > CO_FS_TRANSFER_MAX)
		return -EINVAL;
	*address = guest_range(call->monitor, call->request->io.address, call->request->io.size);
	return *address ? 0 : -EFAULT;
}

static int32_t transfer(struct call *call,
			int32_t (*move)(struct p9 *, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size))
{
	struct handle *handle = handle_numbered(call->volume, call->request->io.handle, call->request->inode);
	uint32_t address;
	int32_t result = find_buffer(call, &address);

	if (result || !handle)
		return result ? result : -EBADF;
	if (call->inode->folder)
		return -EISDIR;
	result = move(call->volume->p9, handle->fid, call->request->io.offset, address, call->request->io.size);
	if (result < 0)
		return result;
	call->request->io.size = (uint32_t)result;
	return 0;
}

static int32_t read_file(struct call *call)
{
	return transfer(call, ninep_read);
}

static int32_t write_file(struct call *call)
{
	return transfer(call, ninep_write);
}

/* --- Folders -------------------------------------------------------------------------------------------- */

struct listing {
	uint8_t *buffer;
	uint32_t size, used;
	uint64_t next;			/* where to go on */
	bool full;
};

static bool is_hidden(const struct ninep_entry *entry)
{
	bool dots = entry->name[0] == '.' && (entry->length == 1 || (entry->length == 2 && entry->name[1] == '.'));

	return dots || entry->type & NINEP_LINK;
}

static bool list(void *to, const struct ninep_entry *entry)
{
	struct listing *listing = to;
	struct co_fs_entry *record = (void *)(listing->buffer + listing->used);
	uint32_t size = (sizeof(*record) + entry->length + ENTRY_ALIGN - 1) & ~(ENTRY_ALIGN - 1u);

	if (!is_hidden(entry)) {
		if (size > listing->size - listing->used) {
			listing->full = true;
			return false;
		}
		memset(record, 0, size);
		record->next = entry->next;
		record->type = entry->type & NINEP_FOLDER ? CO_FS_MODE_DIRECTORY : CO_FS_MODE_FILE;
		record->length = entry->length;
		memcpy(record + 1, entry->name, entry->length);
		listing->used += size;
	}
	listing->next = entry->next;
	return true;
}

/* Messages until something has come that is not hidden, or the end. */
static int32_t read_folder(struct call *call, uint32_t fid)
{
	struct listing listing = { .size = call->request->io.size, .next = call->request->io.offset };
	uint32_t address;
	int32_t result = find_buffer(call, &address);

	if (result)
		return result;
	listing.buffer = virtual_address(address);
	do
		result = ninep_readdir(call->volume->p9, fid, listing.next, list, &listing);
	while (result > 0 && !listing.used && !listing.full);
	if (result < 0)
		return result;
	if (listing.full && !listing.used)
		return -EINVAL;			/* not even one entry fits */
	call->request->io.size = listing.used;
	return 0;
}

static int32_t dir_read(struct call *call)
{
	struct handle *handle = handle_numbered(call->volume, call->request->io.handle, call->request->inode);

	if (!handle)
		return -EBADF;
	return call->inode->folder ? read_folder(call, handle->fid) : -ENOTDIR;
}

static int32_t getdir(struct call *call)
{
	int32_t number, result;
	struct handle *handle;

	if (!call->inode->folder)
		return -ENOTDIR;
	number = handle_open(call->volume, call->request->inode, CO_FS_OPEN_READ);
	if (number < 0)
		return number;
	handle = handle_numbered(call->volume, (uint32_t)number, call->request->inode);
	result = read_folder(call, handle->fid);
	handle_close(call->volume, handle);
	return result;
}

/* --- The volume ----------------------------------------------------------------------------------------- */

static int32_t statfs(struct call *call)
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

static int32_t no_effect(struct call *call)
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

static int32_t mount(struct call *call)
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
	int32_t (*serve)(struct call *call);
	unsigned flags;
} opcodes[] = {
	[CO_FS_LOOKUP] = { lookup, NAME },
	[CO_FS_FORGET] = { forget, 0 },
	[CO_FS_GETATTR] = { getattr, 0 },
	[CO_FS_SETATTR] = { setattr, CHANGES },
	[CO_FS_READLINK] = { not_permitted, 0 },
	[CO_FS_SYMLINK] = { not_permitted, 0 },
	[CO_FS_GETDIR] = { getdir, 0 },
	[CO_FS_MKNOD] = { mknod, NAME | CHANGES },
	[CO_FS_MKDIR] = { mkdir, NAME | CHANGES },
	[CO_FS_UNLINK] = { unlink, NAME | CHANGES },
	[CO_FS_RMDIR] = { rmdir, NAME | CHANGES },
	[CO_FS_RENAME] = { rename, NAME | CHANGES },
	[CO_FS_LINK] = { not_permitted, 0 },
	[CO_FS_OPEN] = { open_file, 0 },
	[CO_FS_READ] = { read_file, 0 },
	[CO_FS_WRITE] = { write_file, CHANGES },
	[CO_FS_STATFS] = { statfs, 0 },
	[CO_FS_RELEASE] = { release, 0 },
	[CO_FS_INVALIDATE] = { no_effect, 0 },
	[CO_FS_FSYNC] = { fsync, 0 },
	[CO_FS_RELEASE2] = { release, 0 },
	[CO_FS_DIR_OPEN] = { open_folder, 0 },
	[CO_FS_DIR_READ] = { dir_read, 0 },
	[CO_FS_DIR_RELEASE] = { release, 0 },
	[CO_FS_MOUNT] = { mount, 0 },
};

static int32_t serve(struct call *call)
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
	struct call call = {
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
