// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cofs, on unit 0 (colinux/filesystem.h). The folder is empty but for `many`, with 1100 files, and `locked`, not to
 * be written.
 */
#include <colinux/filesystem.h>
#include "tests.h"

#define UID		1000
#define GID		100
#define FILE_SIZE	200001
#define SEED		5
#define LIST_SIZE	0x4000

static struct {
	struct co_fs_request request;
	uint8_t gap[(CO_FS_NAMES_INDEX - 1) * 4 - sizeof(struct co_fs_request)];
	char names[CO_FS_NAMES_SIZE];
} CO_PACKED call;

static struct co_fs_request *const answer = &call.request;
static uint8_t list_buffer[LIST_SIZE];

/* --- Requests -------------------------------------------------------------------------------------------- */

static void prepare(enum co_fs_opcode opcode, uint32_t inode)
{
	memset(&call, 0, sizeof(call));
	call.request.opcode = opcode;
	call.request.inode = inode;
}

static int32_t ask(void)
{
	if (!host_device(CO_DEVICE_FILESYSTEM, 1, &call, sizeof(call)))
		return 1;
	return call.request.result;
}

static int32_t ask_named(enum co_fs_opcode opcode, uint32_t inode, const char *name)
{
	prepare(opcode, inode);
	format(call.names, sizeof(call.names), "%s", name);
	return ask();
}

static int32_t mount(const char *folder, uint32_t flags)
{
	prepare(CO_FS_MOUNT, 0);
	call.request.mount.uid = UID;
	call.request.mount.gid = GID;
	call.request.mount.directory_mode = 0750;
	call.request.mount.file_mode = 0640;
	call.request.mount.flags = flags;
	format(call.names, sizeof(call.names), "%s", folder);
	return ask();
}

/* An inode's number, or the error. */
static int32_t inode_of(int32_t result)
{
	return result ? result : (int32_t)answer->inode;
}

static int32_t lookup(uint32_t folder, const char *name)
{
	return inode_of(ask_named(CO_FS_LOOKUP, folder, name));
}

static int32_t make_file(uint32_t folder, const char *name)
{
	prepare(CO_FS_MKNOD, folder);
	call.request.make.mode = CO_FS_MODE_FILE | 0644;
	format(call.names, sizeof(call.names), "%s", name);
	return inode_of(ask());
}

/* A handle's number, or the error. */
static int32_t open(enum co_fs_opcode opcode, uint32_t inode, uint32_t flags)
{
	int32_t result;

	prepare(opcode, inode);
	call.request.open.flags = flags;
	result = ask();
	return result ? result : (int32_t)answer->open.handle;
}

static int32_t with_handle(enum co_fs_opcode opcode, uint32_t inode, uint32_t handle)
{
	prepare(opcode, inode);
	call.request.open.handle = handle;
	return ask();
}

/* How many bytes, or the error. */
static int32_t io(enum co_fs_opcode opcode, uint32_t inode, uint32_t handle, uint64_t offset, const void *buffer,
		  uint32_t size)
{
	int32_t result;

	prepare(opcode, inode);
	call.request.io.handle = handle;
	call.request.io.offset = offset;
	call.request.io.size = size;
	call.request.io.address = (uint32_t)buffer;
	result = ask();
	return result ? result : (int32_t)answer->io.size;
}

static int32_t set(uint32_t inode, uint32_t valid, uint32_t mode, uint64_t size)
{
	prepare(CO_FS_SETATTR, inode);
	call.request.setattr.valid = valid;
	call.request.attr.mode = mode;
	call.request.attr.size = size;
	return ask();
}

static int32_t rename(uint32_t folder, const char *name, uint32_t to, const char *new_name)
{
	prepare(CO_FS_RENAME, folder);
	call.request.rename.directory = to;
	format(call.names, sizeof(call.names), "%s", name);
	format(call.names + strlen(name) + 1, sizeof(call.names) - strlen(name) - 1, "%s", new_name);
	return ask();
}

static void forget(uint32_t inode, uint32_t count)
{
	prepare(CO_FS_FORGET, inode);
	call.request.forget.count = count;
	ask();
}

static void tell_attr(const char *what)
{
	print("folder: %s: inode %u, mode 0x%x, %u bytes, owner %u:%u", what, answer->inode, answer->attr.mode,
	      (uint32_t)answer->attr.size, answer->attr.uid, answer->attr.gid);
}

/* --- Tests ------------------------------------------------------------------------------------------------ */

static void test_contents(void)
{
	uint32_t inode = (uint32_t)make_file(CO_FS_ROOT, "data.bin");
	uint32_t handle = (uint32_t)open(CO_FS_OPEN, inode, CO_FS_OPEN_BOTH);
	uint8_t *buffer = scratch();
	int32_t written = 0, got = 0, step;

	fill(buffer, SEED, 0, FILE_SIZE);
	for (; written < FILE_SIZE; written += step) {
		uint32_t size = FILE_SIZE - written < CO_FS_TRANSFER_MAX ? FILE_SIZE - written : CO_FS_TRANSFER_MAX;

		step = io(CO_FS_WRITE, inode, handle, (uint32_t)written, buffer + written, size);
		if (step <= 0)
			break;
	}
	memset(buffer, 0, FILE_SIZE);
	while ((step = io(CO_FS_READ, inode, handle, (uint32_t)got, buffer + got, CO_FS_TRANSFER_MAX)) > 0)
		got += step;
	print("folder: %d bytes written, %d read, then %d; %u differ", written, got, step,
	      differences(buffer, SEED, 0, FILE_SIZE));
	tell("fsync", with_handle(CO_FS_FSYNC, inode, handle));
	prepare(CO_FS_GETATTR, inode);
	ask();
	tell_attr("data.bin");
	tell("cut", set(inode, CO_FS_SET_SIZE, 0, 100000));
	tell("close", with_handle(CO_FS_RELEASE, inode, handle));
	tell("close again", with_handle(CO_FS_RELEASE, inode, handle));
	inode = (uint32_t)make_file(CO_FS_ROOT, "empty.bin");
	tell("open and empty", open(CO_FS_OPEN, inode, CO_FS_OPEN_WRITE | CO_FS_OPEN_TRUNCATE) > 0);
}

/* Counts the entries of a folder, and adds up the bytes of their names: the order is the server's. */
static void list(uint32_t inode, enum co_fs_opcode opcode, uint32_t handle, uint32_t room)
{
	uint32_t count = 0, folders = 0, sum = 0;
	uint64_t next = 0;
	int32_t size;

	while ((size = io(opcode, inode, handle, next, list_buffer, room)) > 0) {
		for (int32_t at = 0; at < size;) {
			const struct co_fs_entry *entry = (const void *)&list_buffer[at];
			const uint8_t *name = (const void *)(entry + 1);

			for (uint32_t i = 0; i < entry->length; i++)
				sum += name[i];
			count++;
			folders += entry->type == CO_FS_MODE_DIRECTORY;
			next = entry->next;
			at += (int32_t)((sizeof(*entry) + entry->length + 7) & ~7u);
		}
	}
	print("folder: list: %u entries, %u folders, names %u, result %d", count, folders, sum, size);
}

static void test_names(void)
{
	uint32_t folder = (uint32_t)inode_of(ask_named(CO_FS_MKDIR, CO_FS_ROOT, "sub")), handle;
	int32_t file;

	answer->attr.size = 0;				/* of a folder, the server's business */
	tell_attr("sub");
	file = make_file(folder, "one");
	make_file(folder, "two");
	tell("one again is the same", lookup(folder, "one") == file);
	tell("one a second time", make_file(folder, "one"));
	handle = (uint32_t)open(CO_FS_DIR_OPEN, folder, 0);
	list(folder, CO_FS_DIR_READ, handle, LIST_SIZE);
	with_handle(CO_FS_DIR_RELEASE, folder, handle);
	tell("rename", rename(folder, "one", CO_FS_ROOT, "three"));
	tell("the old name", lookup(folder, "one"));
	tell("the new name is the same file", lookup(CO_FS_ROOT, "three") == file);
	tell("rmdir of a full folder", ask_named(CO_FS_RMDIR, CO_FS_ROOT, "sub"));
	tell("unlink", ask_named(CO_FS_UNLINK, folder, "two"));
	tell("unlink again", ask_named(CO_FS_UNLINK, folder, "two"));
	tell("unlink of a folder fails", ask_named(CO_FS_UNLINK, CO_FS_ROOT, "sub") < 0);
	tell("rmdir", ask_named(CO_FS_RMDIR, CO_FS_ROOT, "sub"));
	list(CO_FS_ROOT, CO_FS_GETDIR, 0, LIST_SIZE);
}

static void test_bad_names(void)
{
	static char name[300];

	memset(name, 'n', sizeof(name) - 1);
	tell("lookup of ..", lookup(CO_FS_ROOT, ".."));
	tell("lookup of .", lookup(CO_FS_ROOT, "."));
	tell("lookup of no name", lookup(CO_FS_ROOT, ""));
	tell("lookup of many/file1", lookup(CO_FS_ROOT, "many/file1"));
	tell("lookup of /etc", lookup(CO_FS_ROOT, "/etc"));
	tell("lookup of 299 bytes", lookup(CO_FS_ROOT, name));
	prepare(CO_FS_LOOKUP, CO_FS_ROOT);
	memset(call.names, 'n', sizeof(call.names));
	tell("lookup of a name without end", ask());
	tell("rename to ..", rename(CO_FS_ROOT, "data.bin", CO_FS_ROOT, ".."));
	tell("mkdir of ../x", ask_named(CO_FS_MKDIR, CO_FS_ROOT, "../x"));
	tell("mount of ..", mount("..", 0));
	tell("mount of many/../..", mount("many/../..", 0));
	tell("mount of /", mount("/", 0));
}

static void test_errors(void)
{
	uint32_t data = (uint32_t)lookup(CO_FS_ROOT, "data.bin");
	uint32_t handle = (uint32_t)open(CO_FS_OPEN, data, CO_FS_OPEN_READ);
	uint32_t end = CO_ARCH_KERNEL_OFFSET + boot.memory_size;

	tell("what is not there", lookup(CO_FS_ROOT, "nothing"));
	tell("inode 77", lookup(77, "x"));
	tell("inode 5000", lookup(5000, "x"));
	tell("inode 0", lookup(0, "x"));
	tell("below a file", lookup(data, "x"));
	tell("a link of the host", lookup(CO_FS_ROOT, "link"));
	tell("open of a folder", open(CO_FS_OPEN, CO_FS_ROOT, 0));
	tell("list of a file", open(CO_FS_DIR_OPEN, data, 0));
	tell("access 3", open(CO_FS_OPEN, data, 3));
	tell("handle 60", io(CO_FS_READ, data, 60, 0, scratch(), 1));
	tell("handle 0", io(CO_FS_READ, data, 0, 0, scratch(), 1));
	tell("handle of another file", io(CO_FS_READ, CO_FS_ROOT, handle, 0, scratch(), 1));
	tell("buffer at 0", io(CO_FS_READ, data, handle, 0, NULL, 1));
	tell("buffer across the end of RAM", io(CO_FS_READ, data, handle, 0, (void *)(end - 1), 2));
	tell("64 KiB and 1", io(CO_FS_READ, data, handle, 0, scratch(), CO_FS_TRANSFER_MAX + 1));
	tell("no bytes", io(CO_FS_READ, data, handle, 0, scratch(), 0));
	tell("write to what is open to read fails", io(CO_FS_WRITE, data, handle, 0, scratch(), 1) < 0);
	with_handle(CO_FS_RELEASE, data, handle);
	tell("symlink", ask_named(CO_FS_SYMLINK, CO_FS_ROOT, "l"));
	tell("readlink", ask_named(CO_FS_READLINK, data, ""));
	tell("link", ask_named(CO_FS_LINK, CO_FS_ROOT, "l"));
	tell("opcode 0", ask_named(0, CO_FS_ROOT, ""));
	tell("opcode 99", ask_named(99, CO_FS_ROOT, ""));
	tell("invalidate", ask_named(CO_FS_INVALIDATE, CO_FS_ROOT, ""));
	prepare(CO_FS_MKNOD, CO_FS_ROOT);
	call.request.make.mode = 0020644;
	format(call.names, sizeof(call.names), "null");
	tell("a character device", ask());
	prepare(CO_FS_GETATTR, CO_FS_ROOT);
	call.request.unit = 5;
	tell("unit 5", ask());
	call.request.unit = ~0u;
	tell("unit 2^32 - 1", ask());
}

static void test_permissions(void)
{
	uint32_t locked = (uint32_t)lookup(CO_FS_ROOT, "locked"), data;

	tell_attr("locked");
	tell("locked: read", open(CO_FS_OPEN, locked, CO_FS_OPEN_READ) > 0);
	tell("locked: write", open(CO_FS_OPEN, locked, CO_FS_OPEN_WRITE));
	tell("locked: cut", set(locked, CO_FS_SET_SIZE, 0, 0));
	tell("unlock", set(locked, CO_FS_SET_MODE, 0666, 0));
	tell("unlocked: write", open(CO_FS_OPEN, locked, CO_FS_OPEN_WRITE) > 0);
	tell("lock", set(locked, CO_FS_SET_MODE, 0444, 0));
	data = (uint32_t)lookup(CO_FS_ROOT, "data.bin");
	tell("mount read-only", mount("", CO_FS_MOUNT_READ_ONLY));
	answer->attr.size = 0;
	tell_attr("the root");
	tell("read-only: write", open(CO_FS_OPEN, data, CO_FS_OPEN_WRITE));
	tell("read-only: empty", open(CO_FS_OPEN, data, CO_FS_OPEN_TRUNCATE));
	tell("read-only: make", make_file(CO_FS_ROOT, "new"));
	tell("read-only: mkdir", ask_named(CO_FS_MKDIR, CO_FS_ROOT, "new"));
	tell("read-only: unlink", ask_named(CO_FS_UNLINK, CO_FS_ROOT, "data.bin"));
	tell("read-only: rename", rename(CO_FS_ROOT, "data.bin", CO_FS_ROOT, "new"));
	tell("read-only: cut", set(data, CO_FS_SET_SIZE, 0, 0));
	tell("read-only: lock", set(data, CO_FS_SET_MODE, 0444, 0));
	tell("read-only: read", open(CO_FS_OPEN, data, CO_FS_OPEN_READ) > 0);
	mount("", 0);
}

/* As many files as the table of inodes has room for; their number, and the answer to one more. */
static uint32_t fill_table(uint32_t folder, int32_t *first, int32_t *refused, char *name, uint32_t size)
{
	uint32_t known = 0;

	for (;; known++) {
		format(name, size, "file%u", known);
		*refused = lookup(folder, name);
		if (*refused <= 0)
			return known;
		if (!known)
			*first = *refused;
	}
}

/* The tables are finite, and what is given back can be had again. */
static void test_limits(void)
{
	uint32_t folder = (uint32_t)lookup(CO_FS_ROOT, "many"), data = (uint32_t)lookup(CO_FS_ROOT, "data.bin");
	int32_t result, first = 0;
	uint32_t known, handles = 0;
	char name[16];

	known = fill_table(folder, &first, &result, name, sizeof(name));
	print("limits: more than 1000 inodes %d, then %d", known > 1000, result);
	forget((uint32_t)first, 1);
	tell("limits: a forgotten one", ask_named(CO_FS_GETATTR, (uint32_t)first, ""));
	tell("limits: its place is free", lookup(folder, name) == first);
	while ((result = open(CO_FS_OPEN, data, CO_FS_OPEN_READ)) > 0)
		handles++;
	print("limits: more than 50 handles %d, then %d", handles > 50, result);
	tell("mount of many", mount("many", 0));
	list(CO_FS_ROOT, CO_FS_DIR_READ, (uint32_t)open(CO_FS_DIR_OPEN, CO_FS_ROOT, 0), 0x400);
	tell("in many: file7", lookup(CO_FS_ROOT, "file7") > 0);
	tell("in many: data.bin", lookup(CO_FS_ROOT, "data.bin"));
	tell("in many: an old handle", io(CO_FS_READ, data, 1, 0, scratch(), 1));
}

static void test_statfs(void)
{
	prepare(CO_FS_STATFS, CO_FS_ROOT);
	tell("statfs", ask());
	print("statfs: sizes make sense %d, names have %u bytes",
	      answer->statfs.block_size >= 512 && answer->statfs.blocks_free &&
		      answer->statfs.blocks >= answer->statfs.blocks_free, answer->statfs.name_max);
}

void test_folder(void)
{
	tell("before mount", lookup(CO_FS_ROOT, "data.bin"));
	tell("mount", mount("", 0));
	answer->attr.size = 0;
	tell_attr("the root");
	tell("mount of what is not there", mount("nowhere", 0));
	test_contents();
	test_names();
	test_bad_names();
	test_errors();
	test_permissions();
	test_statfs();
	test_limits();
}

/*
 * Four lives, each of which leaves all it can behind: more than the server has room for if anything of it stayed.
 * The files in the folder count them.
 */
void test_folder_reboot(void)
{
	int32_t first, refused;
	uint32_t boots = 1, known;
	char name[16];

	mount("", 0);
	for (;; boots++) {
		format(name, sizeof(name), "boot%u", boots);
		if (lookup(CO_FS_ROOT, name) < 0)
			break;
	}
	make_file(CO_FS_ROOT, name);
	open(CO_FS_DIR_OPEN, CO_FS_ROOT, 0);
	known = fill_table((uint32_t)lookup(CO_FS_ROOT, "many"), &first, &refused, name, sizeof(name));
	print("folder: boot %u: more than 1000 inodes %d", boots, known > 1000);
	if (boots < 4)
		terminate(CO_TERMINATE_REBOOT, 0, 0, "");
}
