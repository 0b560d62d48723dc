// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs: ELF executables for ring 3, built from user/ and carried in the host's own image (programs.S). They are the
 * host's own, so one that cannot be loaded is a bug of the build.
 */
#include "process.h"
#include "elf.h"

#define STACK_TOP	0xbffff000u
#define STACK_PAGES	4

struct program {
	const char *name;
	const uint8_t *begin, *end;
};

extern const struct program programs[];	/* programs.S: the last one has no name */

static const struct program *find(const char *name)
{
	const struct program *program = programs;

	while (program->name && strcmp(program->name, name) != 0)
		program++;
	return program->name ? program : NULL;
}

bool program_exists(const char *name)
{
	return find(name) != NULL;
}

static uint8_t *add_page(uint32_t directory, uint32_t va, bool writable)
{
	uint32_t frame = space_add_page(directory, va, writable);

	if (!frame)
		panic("no memory for a program");
	return virtual_address(frame);
}

static void load_segment(uint32_t directory, const uint8_t *image, const struct elf_segment *segment)
{
	bool writable = segment->flags & ELF_PF_W;

	for (uint32_t at = 0; at < segment->memsz;) {
		uint32_t offset = (segment->vaddr + at) % PAGE_SIZE;
		uint8_t *page = add_page(directory, segment->vaddr + at, writable);
		uint32_t length = PAGE_SIZE - offset;

		if (at < segment->filesz)
			memcpy(page + offset, image + segment->offset + at,
			       length < segment->filesz - at ? length : segment->filesz - at);
		at += length;
	}
}

uint32_t program_load(const char *name, uint32_t directory, uint32_t *stack_top)
{
	const struct program *program = find(name);
	const struct elf_segment *segment;
	const char *problem;
	uint32_t size;

	if (!program)
		panic("there is no program %s", name);
	size = (uint32_t)(program->end - program->begin);
	problem = elf_check(program->begin, size);
	if (problem)
		panic("the program %s cannot be loaded: %s", name, problem);
	for (unsigned left = elf_segments(program->begin, &segment); left; left--, segment++) {
		if (segment->type != ELF_PT_LOAD)
			continue;
		if (!elf_inside(segment->offset, segment->filesz, size) || segment->filesz > segment->memsz ||
		    !elf_inside(segment->vaddr, segment->memsz, STACK_TOP - STACK_PAGES * PAGE_SIZE))
			panic("the program %s has a segment that does not fit", name);
		load_segment(directory, program->begin, segment);
	}
	for (uint32_t page = 1; page <= STACK_PAGES; page++)
		add_page(directory, STACK_TOP - page * PAGE_SIZE, true);
	*stack_top = STACK_TOP;
	return ((const struct elf_header *)program->begin)->entry;
}
