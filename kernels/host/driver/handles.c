// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cofs, the part about open files and folders: contents go straight between the server and the guest's memory, the
 * entries of a folder are written there in the shape of the ABI.
 */
#include "filesystem.h"

#define OPEN_ACCESS		3
#define ENTRY_ALIGN		8

static int32_t open_handle(struct fs_call *call, uint32_t flags)
{
	int32_t handle = handle_open(call->volume, call->request->inode, flags);

	if (handle < 0)
		return handle;
	call->request->open.handle = (uint32_t)handle;
	return 0;
}

int32_t fs_open(struct fs_call *call)
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
	result = writes ? fs_check_writable(call, &attr) : 0;
	return result ? result : open_handle(call, flags);
}

int32_t fs_open_folder(struct fs_call *call)
{
	return call->inode->folder ? open_handle(call, CO_FS_OPEN_READ) : -ENOTDIR;
}

int32_t fs_release(struct fs_call *call)
{
	struct handle *handle = handle_numbered(call->volume, call->request->open.handle, call->request->inode);

	if (!handle)
		return -EBADF;
	handle_close(call->volume, handle);
	return 0;
}

int32_t fs_fsync(struct fs_call *call)
{
	struct handle *handle = handle_numbered(call->volume, call->request->open.handle, call->request->inode);

	return handle ? ninep_fsync(call->volume->p9, handle->fid) : -EBADF;
}

/* Where the buffer is, physically. */
static int32_t find_buffer(const struct fs_call *call, uint32_t *address)
{
	if (call->request->io.size > CO_FS_TRANSFER_MAX)
		return -EINVAL;
	*address = guest_range(call->monitor, call->request->io.address, call->request->io.size);
	return *address ? 0 : -EFAULT;
}

static int32_t transfer(struct fs_call *call,
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

int32_t fs_read(struct fs_call *call)
{
	return transfer(call, ninep_read);
}

int32_t fs_write(struct fs_call *call)
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

	return dots || (entry->type != NINEP_DT_FOLDER && entry->type != NINEP_DT_FILE &&
			entry->type != NINEP_DT_UNKNOWN);
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
		record->type = entry->type == NINEP_DT_FOLDER ? CO_FS_MODE_DIRECTORY : CO_FS_MODE_FILE;
		record->length = entry->length;
		memcpy(record + 1, entry->name, entry->length);
		listing->used += size;
	}
	listing->next = entry->next;
	return true;
}

/* Messages until something has come that is not hidden, or the end. */
static int32_t read_folder(struct fs_call *call, uint32_t fid)
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

int32_t fs_dir_read(struct fs_call *call)
{
	struct handle *handle = handle_numbered(call->volume, call->request->io.handle, call->request->inode);

	if (!handle)
		return -EBADF;
	return call->inode->folder ? read_folder(call, handle->fid) : -ENOTDIR;
}

int32_t fs_getdir(struct fs_call *call)
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
