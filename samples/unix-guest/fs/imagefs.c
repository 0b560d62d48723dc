// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file system that lives in the kernel's image: the programs, and empty directories to mount at. Read-only. All
 * programs are one file that has many names (user/programs.c).
 */
#include "fs.h"

#define ROOT	1
#define BIN	2
#define FIRST	100u		/* and up: one number for each program */

extern const uint8_t programs_begin[], programs_end[];	/* image.S */

static const struct entry {
	uint32_t number;
	const char *name;
} root_entries[] = { { BIN, "bin" }, { 3, "dev" }, { 4, "etc" }, { 5, "mnt" }, { 6, "tmp" } };
#define ROOT_ENTRIES	(sizeof(root_entries) / sizeof(*root_entries))

static const char *const program_names[] = {
#define PROGRAM(name) #name,
#include "../user/programs.inc.h"
#undef PROGRAM
};
#define PROGRAMS	(sizeof(program_names) / sizeof(*program_names))

static int load(struct vnode *vnode)
{
	vnode->links = 1;
	if (vnode->number < FIRST) {
		vnode->mode = S_IFDIR | 0755;
		vnode->links = 2;
		return 0;
	}
	vnode->mode = S_IFREG | 0555;
	vnode->size = (uint64_t)(programs_end - programs_begin);
	return 0;
}

/* The entry number `index` of a directory. */
static bool entry_at(const struct vnode *directory, uint64_t index, struct entry *entry)
{
	if (directory->number == ROOT && index < ROOT_ENTRIES)
		*entry = root_entries[index];
	else if (directory->number == BIN && index < PROGRAMS)
		*entry = (struct entry){ FIRST + (uint32_t)index, program_names[index] };
	else
		return false;
	return true;
}

static int lookup(struct vnode *directory, const char *name, uint32_t *number)
{
	struct entry entry;

	*number = ROOT;
	if (!strcmp(name, ".."))
		return 0;
	for (uint32_t i = 0; entry_at(directory, i, &entry); i++)
		if (!strcmp(entry.name, name)) {
			*number = entry.number;
			return 0;
		}
	return -ENOENT;
}

static int list(struct vnode *directory, uint64_t *offset, struct dirent64 *dirent)
{
	struct entry entry;

	if (!entry_at(directory, *offset, &entry))
		return 0;
	dirent->d_ino = entry.number;
	dirent->d_type = (entry.number < FIRST ? S_IFDIR : S_IFREG) >> 12;
	strcopy(dirent->d_name, entry.name, NAME_MAX);
	++*offset;
	return 1;
}

static int read(struct vnode *vnode, uint64_t offset, void *buffer, uint32_t length)
{
	if (offset >= vnode->size)
		return 0;
	length = minimum(length, (uint32_t)(vnode->size - offset));
	memcpy(buffer, programs_begin + offset, length);
	return (int)length;
}

static const struct vnode_ops ops = { .load = load, .lookup = lookup, .list = list, .read = read };
const struct fs_type imagefs = { .name = "image", .root = ROOT, .ops = &ops };
const struct fs_type programfs = { .name = "programs", .root = BIN, .ops = &ops };	/* to mount at /bin of a disk */
