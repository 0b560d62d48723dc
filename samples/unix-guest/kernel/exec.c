// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * execve(): a new program in the same process. The file is a static ELF executable (System V ABI, "Program Loading").
 * Everything is built in a new address space, so that what goes wrong leaves the caller as it was. Nothing is loaded on
 * demand.
 *
 * The first stack of a program: argc, argv[0..], NULL, envp[0..], NULL; the texts lie above.
 */
#include "kernel.h"
#include "../fs/fs.h"

#define STACK_PAGES	16
#define SEGMENTS	8
#define ARGUMENTS	64

struct elf_header {
	uint8_t magic[4], class, data, pad[10];
	uint16_t type, machine;
	uint32_t version, entry, segments_offset, sections_offset, flags;
	uint16_t size, segment_size, segments;
} CO_PACKED;

struct elf_segment {
	uint32_t type, offset, va, pa, file_size, memory_size, flags, align;
};

#define ELF_EXECUTABLE	2
#define ELF_386		3
#define ELF_LOAD	1

/* The texts of argv and envp, packed; lives in a page of its own. */
struct texts {
	uint32_t argc, envc, size;
	char bytes[PAGE_SIZE - 12];
};

static int collect(struct texts *texts, char *const list[], uint32_t *count)
{
	for (*count = 0; list; (*count)++) {
		int length;

		if (user_check(&list[*count], sizeof(*list)))
			return -EFAULT;
		if (!list[*count])
			return 0;
		length = user_string(list[*count], sizeof(texts->bytes) - texts->size);
		if (length < 0)
			return length == -ENAMETOOLONG ? -E2BIG : length;
		if (*count == ARGUMENTS)
			return -E2BIG;
		memcpy(texts->bytes + texts->size, list[*count], (uint32_t)length);
		texts->size += (uint32_t)length;
	}
	return 0;
}

static int read_all(struct vnode *file, uint32_t offset, void *buffer, uint32_t size)
{
	int count = vnode_read(file, offset, buffer, size);

	if (count < 0)
		return count;
	return (uint32_t)count == size ? 0 : -ENOEXEC;
}

static int load_segment(struct vnode *file, const struct elf_segment *segment, uint32_t space)
{
	uint32_t begin = segment->va, end = begin + segment->memory_size, file_end = begin + segment->file_size;

	if (end < begin || begin < USER_BOTTOM || end > USER_TOP - STACK_PAGES * PAGE_SIZE ||
	    segment->file_size > segment->memory_size)
		return -ENOEXEC;
	for (uint32_t at = begin; at < end;) {
		uint32_t next = minimum((at & ~(PAGE_SIZE - 1)) + PAGE_SIZE, end);
		uint8_t *page = space_add_page(space, at);
		int error = 0;

		if (!page)
			return -ENOMEM;
		if (at < file_end)
			error = read_all(file, segment->offset + at - begin, page + at % PAGE_SIZE,
					 minimum(next, file_end) - at);
		if (error)
			return error;
		at = next;
	}
	return 0;
}

/* Fills in where the program begins and where its heap does. */
static int load(struct vnode *file, uint32_t space, uint32_t *entry, uint32_t *heap)
{
	struct elf_header header;
	struct elf_segment segments[SEGMENTS];
	int error = read_all(file, 0, &header, sizeof(header));

	if (error)
		return error;
	if (memcmp(header.magic, "\177ELF", 4) || header.class != 1 || header.type != ELF_EXECUTABLE ||
	    header.machine != ELF_386 || header.segment_size != sizeof(*segments) || header.segments > SEGMENTS)
		return -ENOEXEC;
	error = read_all(file, header.segments_offset, segments, header.segments * sizeof(*segments));
	*entry = header.entry;
	*heap = USER_BOTTOM;
	for (uint32_t i = 0; !error && i < header.segments; i++) {
		uint32_t end = segments[i].va + segments[i].memory_size;

		if (segments[i].type != ELF_LOAD)
			continue;
		error = load_segment(file, &segments[i], space);
		if (end > *heap)
			*heap = end;
	}
	*heap = round_up(*heap, PAGE_SIZE);
	return error;
}

/* One page at the top holds texts and pointers, which is why texts are limited. Returns ESP, or 0. */
static uint32_t build_stack(const struct texts *texts, uint32_t space)
{
	uint32_t pointers = texts->argc + texts->envc + 3;
	uint32_t text_va = USER_TOP - texts->size, esp = (text_va & ~15u) - round_up(pointers * 4, 16), *slot;
	const char *text = texts->bytes;
	uint8_t *page, *below;

	for (uint32_t i = STACK_PAGES; i > 0; i--)
		if (!space_add_page(space, USER_TOP - i * PAGE_SIZE))
			return 0;
	page = space_page(space, USER_TOP - PAGE_SIZE);
	below = space_page(space, USER_TOP - 2 * PAGE_SIZE);
	memcpy(page + PAGE_SIZE - texts->size, texts->bytes, texts->size);
	for (uint32_t i = 0, va = esp; i < pointers; i++, va += 4) {
		slot = (uint32_t *)((va < USER_TOP - PAGE_SIZE ? below : page) + va % PAGE_SIZE);
		if (i == 0) {
			*slot = texts->argc;
		} else if (i == texts->argc + 1 || i == pointers - 1) {
			*slot = 0;
		} else {
			*slot = text_va + (uint32_t)(text - texts->bytes);
			text += strlen(text) + 1;
		}
	}
	return esp;
}

static void start(const char *path, uint32_t space, uint32_t entry, uint32_t esp, uint32_t heap)
{
	uint32_t old = current->space;
	const char *name = path;

	for (; *path; path++)
		if (*path == '/')
			name = path + 1;
	strcopy(current->name, name, sizeof(current->name));
	current->space = space;
	current->break_start = current->break_end = heap;
	*process_frame(current) = (struct trap_frame){
		.ds = SELECTOR_USER_DATA, .es = SELECTOR_USER_DATA, .eip = entry, .cs = SELECTOR_USER_CODE,
		.eflags = EFLAGS_IF | 2, .user_esp = esp, .user_ss = SELECTOR_USER_DATA,
	};
	space_switch(space);
	if (old != space_kernel())
		space_destroy(old);
	fpu_forget(current);
}

static int execute(struct vnode *file, const char *path, const struct texts *texts)
{
	uint32_t entry, heap, esp = 0, space = space_create();
	int error = space ? load(file, space, &entry, &heap) : -ENOMEM;

	if (!error) {
		esp = build_stack(texts, space);
		error = esp ? 0 : -ENOMEM;
	}
	if (!error)
		start(path, space, entry, esp, heap);
	else if (space)
		space_destroy(space);
	return error;
}

/* Of a process of the kernel, `argv` and `envp` are NULL: the program gets its path as its name, and no more. */
int process_execute(const char *path, char *const argv[], char *const envp[])
{
	struct texts *texts = kmalloc(sizeof(*texts));
	struct vnode *file = NULL;
	int error = texts ? 0 : -ENOMEM;

	if (!error)
		error = collect(texts, argv, &texts->argc);
	if (!error)
		error = collect(texts, envp, &texts->envc);
	if (!error && !argv) {
		texts->argc = 1;
		texts->size = strlen(path) + 1;
		memcpy(texts->bytes, path, texts->size);
	}
	if (!error)
		error = path_lookup(path, true, &file);
	if (!error && !S_ISREG(file->mode))
		error = -EACCES;
	if (!error)
		error = execute(file, path, texts);
	if (file)
		vnode_put(file);
	kfree(texts);
	return error;
}
