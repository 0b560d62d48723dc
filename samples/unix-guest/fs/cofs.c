// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cofs: a folder of the user's machine. The host answers in place, so nothing here sleeps. It knows files by numbers,
 * which it hands out by LOOKUP and takes back by FORGET: a vnode in use owns exactly one such answer. A number stands
 * on the folder it was looked up in, so a vnode holds its directory, and ".." is that.
 */
#include "fs.h"
#include <colinux/filesystem.h>

#define NONE	0		/* no handle */

struct node {
	struct vnode *directory;		/* NULL: the root */
	uint32_t reader, writer;		/* handles of the host, opened when they are needed */
};

static struct node *node_of(const struct vnode *vnode) { return vnode->data; }

/* A request with up to two names; what else it needs is set between this and call(). */
static struct co_fs_request *request(const struct mount *mount, uint32_t opcode, uint32_t inode, const char *name,
				     const char *second)
{
	struct co_fs_request *request = cooperative_request();
	char *names = (char *)request + (CO_FS_NAMES_INDEX - 1) * sizeof(uint32_t);

	*request = (struct co_fs_request){ .unit = mount->unit, .opcode = opcode, .inode = inode };
	strcopy(names, name ? name : "", NAME_MAX + 1);
	strcopy(names + strlen(names) + 1, second ? second : "", NAME_MAX + 1);
	return request;
}

static int call(const struct co_fs_request *request)
{
	return cooperative_device(CO_DEVICE_FILESYSTEM) == CO_UNSUPPORTED ? -ENXIO : request->result;
}

static int call_simply(const struct vnode *vnode, uint32_t opcode, const char *name)
{
	return call(request(vnode->mount, opcode, vnode->number, name, NULL));
}

static void copy_attributes(struct vnode *vnode, const struct co_fs_attr *attr)
{
	vnode->mode = attr->mode;
	vnode->links = attr->links;
	vnode->uid = attr->uid;
	vnode->gid = attr->gid;
	vnode->atime = attr->atime;
	vnode->mtime = attr->mtime;
	vnode->ctime = attr->ctime;
	vnode->size = attr->size;
	vnode->blocks = attr->blocks;
}

static void forget(struct mount *mount, uint32_t number)
{
	struct co_fs_request *forgotten = request(mount, CO_FS_FORGET, number, NULL, NULL);

	forgotten->forget.count = 1;
	call(forgotten);
}

/* An answer with a number: if its vnode is in use already, that has one, and this is given back. */
static int take_answer(struct vnode *directory, const struct co_fs_request *answer, uint32_t *number)
{
	struct co_fs_attr attr = answer->attr;

	*number = answer->inode;
	directory->mount->data = directory;		/* for load() */
	for (struct vnode *vnode = directory->mount->vnodes; vnode; vnode = vnode->next)
		if (vnode->number == *number) {
			copy_attributes(vnode, &attr);
			forget(directory->mount, *number);
			break;
		}
	return 0;
}

static int lookup(struct vnode *directory, const char *name, uint32_t *number)
{
	struct co_fs_request *answer;
	int error;

	if (!strcmp(name, "..")) {
		*number = node_of(directory)->directory ? node_of(directory)->directory->number : directory->number;
		return 0;
	}
	answer = request(directory->mount, CO_FS_LOOKUP, directory->number, name, NULL);
	error = call(answer);
	return error ? error : take_answer(directory, answer, number);
}

static int load(struct vnode *vnode)
{
	struct co_fs_request *answer = request(vnode->mount, CO_FS_GETATTR, vnode->number, NULL, NULL);
	struct node *node;
	int error = call(answer);

	if (error)
		return error;
	copy_attributes(vnode, &answer->attr);
	vnode->data = node = kmalloc(sizeof(*node));
	if (!node)
		return -ENOMEM;
	if (vnode->number != CO_FS_ROOT)
		node->directory = vnode_hold(vnode->mount->data);
	return 0;
}

static void close_handle(const struct vnode *vnode, uint32_t *handle)
{
	struct co_fs_request *closed = request(vnode->mount, CO_FS_RELEASE, vnode->number, NULL, NULL);

	closed->open.handle = *handle;
	if (*handle != NONE)
		call(closed);
	*handle = NONE;
}

static void release(struct vnode *vnode)
{
	struct node *node = node_of(vnode);

	close_handle(vnode, &node->reader);
	close_handle(vnode, &node->writer);
	if (vnode->number != CO_FS_ROOT)
		forget(vnode->mount, vnode->number);
	if (node->directory)
		vnode_drop(node->directory);
	kfree(node);
}

static int create(struct vnode *directory, const char *name, uint32_t mode, uint32_t *number)
{
	struct co_fs_request *answer;
	int error;

	if (!S_ISDIR(mode) && !S_ISREG(mode))
		return -EPERM;
	answer = request(directory->mount, S_ISDIR(mode) ? CO_FS_MKDIR : CO_FS_MKNOD, directory->number, name, NULL);
	answer->make.mode = mode;
	error = call(answer);
	return error ? error : take_answer(directory, answer, number);
}

static int remove(struct vnode *directory, const char *name, struct vnode *target)
{
	return call_simply(directory, S_ISDIR(target->mode) ? CO_FS_RMDIR : CO_FS_UNLINK, name);
}

static int rename(const struct rename *rename)
{
	struct co_fs_request *asked = request(rename->from->mount, CO_FS_RENAME, rename->from->number, rename->name,
					      rename->new_name);
	struct node *node = node_of(rename->moved);
	struct vnode *before = node->directory;
	int error;

	asked->rename.directory = rename->to->number;
	error = call(asked);
	if (error)
		return error;
	node->directory = vnode_hold(rename->to);
	vnode_drop(before);
	return 0;
}

static int open_handle(struct vnode *vnode, uint32_t flags, uint32_t *handle)
{
	struct co_fs_request *answer = request(vnode->mount, CO_FS_OPEN, vnode->number, NULL, NULL);
	int error = 0;

	if (*handle != NONE)
		return 0;
	answer->open.flags = flags;
	error = call(answer);
	if (!error)
		*handle = answer->open.handle;
	return error;
}

/* `data` may be in a process: a page of the kernel's is between it and the host. Returns the bytes that were moved. */
static int transfer(struct vnode *vnode, uint32_t opcode, uint32_t handle, uint64_t offset, uint8_t *data,
		    uint32_t length)
{
	uint8_t *page = kmalloc(PAGE_SIZE);
	uint32_t done = 0;
	int error = page ? 0 : -ENOMEM;

	while (!error && done < length) {
		uint32_t size = minimum(length - done, PAGE_SIZE);
		struct co_fs_request *answer;

		if (opcode == CO_FS_WRITE)
			memcpy(page, data + done, size);
		answer = request(vnode->mount, opcode, vnode->number, NULL, NULL);
		answer->io.offset = offset + done;
		answer->io.size = size;
		answer->io.address = (uint32_t)page;
		answer->io.handle = handle;
		error = call(answer);
		if (error || !answer->io.size)
			break;
		size = minimum(answer->io.size, size);
		if (opcode == CO_FS_READ)
			memcpy(data + done, page, size);
		done += size;
	}
	kfree(page);
	return done ? (int)done : error;
}

static int read(struct vnode *vnode, uint64_t offset, void *data, uint32_t length)
{
	int error = open_handle(vnode, CO_FS_OPEN_READ, &node_of(vnode)->reader);

	return error ? error : transfer(vnode, CO_FS_READ, node_of(vnode)->reader, offset, data, length);
}

static int write(struct vnode *vnode, uint64_t offset, const void *data, uint32_t length)
{
	int result = open_handle(vnode, CO_FS_OPEN_WRITE, &node_of(vnode)->writer);

	if (!result)
		result = transfer(vnode, CO_FS_WRITE, node_of(vnode)->writer, offset, (uint8_t *)data, length);
	if (result > 0 && offset + (uint32_t)result > vnode->size)
		vnode->size = offset + (uint32_t)result;
	return result;
}

static int resize(struct vnode *vnode, uint64_t size)
{
	struct co_fs_request *answer = request(vnode->mount, CO_FS_SETATTR, vnode->number, NULL, NULL);
	int error;

	answer->setattr.attr.size = size;
	answer->setattr.valid = CO_FS_SET_SIZE;
	error = call(answer);
	if (!error)
		copy_attributes(vnode, &answer->attr);
	return error;
}

/* One entry at a time, by GETDIR: the offset is the host's. */
static int list(struct vnode *directory, uint64_t *offset, struct dirent64 *entry)
{
	const struct co_fs_entry *record = kmalloc(PAGE_SIZE);
	struct co_fs_request *answer;
	int result;

	if (!record)
		return -ENOMEM;
	answer = request(directory->mount, CO_FS_GETDIR, directory->number, NULL, NULL);
	answer->io.offset = *offset;
	answer->io.size = PAGE_SIZE;
	answer->io.address = (uint32_t)record;
	result = call(answer);
	if (!result && answer->io.size) {
		entry->d_ino = *offset + 2;		/* it has none until it is looked up */
		entry->d_type = record->type >> 12;
		strcopy(entry->d_name, (const char *)(record + 1), minimum(record->length, NAME_MAX) + 1);
		*offset = record->next;
		result = 1;
	}
	kfree((void *)record);
	return result;
}

static int mount_cofs(struct mount *mount)
{
	struct co_fs_request *asked = request(mount, CO_FS_MOUNT, CO_FS_ROOT, NULL, NULL);

	asked->mount.directory_mode = 0755;
	asked->mount.file_mode = 0755;		/* programs may lie there */
	asked->mount.flags = mount->read_only ? CO_FS_MOUNT_READ_ONLY : 0;
	return call(asked);
}

static void stat(struct mount *mount, struct statfs64 *stat)
{
	struct co_fs_request *answer = request(mount, CO_FS_STATFS, CO_FS_ROOT, NULL, NULL);

	if (call(answer))
		return;
	stat->f_bsize = stat->f_frsize = answer->statfs.block_size;
	stat->f_blocks = answer->statfs.blocks;
	stat->f_bfree = answer->statfs.blocks_free;
	stat->f_bavail = answer->statfs.blocks_available;
	stat->f_files = answer->statfs.files;
	stat->f_ffree = answer->statfs.files_free;
}

static const struct vnode_ops ops = {
	.load = load, .release = release, .lookup = lookup, .create = create, .remove = remove, .rename = rename,
	.list = list, .read = read, .write = write, .resize = resize,
};
const struct fs_type cofs = { .name = "cofs", .root = CO_FS_ROOT, .ops = &ops, .mount = mount_cofs, .stat = stat };
