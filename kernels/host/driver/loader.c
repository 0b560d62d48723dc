// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest image: a 32-bit ELF executable with a coLinux note. It is bytes from outside, so every offset is checked
 * against the size of the file before it is followed. Segments are loaded by their physical addresses, counted from
 * the base of the guest's RAM.
 */
#include "driver.h"
#include "elf.h"

#define CLEAR_STEP	0x10000u	/* between two looks whether others want to run */
#define INITRD_GAP	0x100000u	/* from the kernel's end, page tables included, at least */

static uint32_t padded(uint32_t size)
{
	return (size + 3) & ~3u;
}

/* Looks through the notes of one segment. */
static bool find_note(const uint8_t *at, uint32_t size, struct co_note *result)
{
	while (size >= sizeof(struct elf_note)) {
		const struct elf_note *note = (const void *)at;
		uint32_t name, descriptor;

		at += sizeof(*note);
		size -= sizeof(*note);
		if (note->namesz > size || note->descsz > size)
			return false;
		name = padded(note->namesz);
		descriptor = padded(note->descsz);
		if (!elf_inside(name, descriptor, size))
			return false;
		if (note->type == CO_NOTE_TYPE && note->namesz == sizeof(CO_NOTE_OWNER) &&
		    memcmp(at, CO_NOTE_OWNER, sizeof(CO_NOTE_OWNER)) == 0 && note->descsz >= sizeof(*result)) {
			memcpy(result, at + name, sizeof(*result));
			return true;
		}
		at += name + descriptor;
		size -= name + descriptor;
	}
	return false;
}

const char *loader_check(const void *image, uint32_t size, struct co_note *note)
{
	const char *problem = elf_check(image, size);
	const struct elf_segment *segment;
	static char text[96];
	bool found = false;

	if (problem)
		return problem;
	for (unsigned left = elf_segments(image, &segment); left && !found; left--, segment++)
		if (segment->type == ELF_PT_NOTE && elf_inside(segment->offset, segment->filesz, size))
			found = find_note((const uint8_t *)image + segment->offset, segment->filesz, note);
	if (!found)
		return "it has no coLinux note, so it is not a cooperative guest";
	if (note->abi_version != CO_ABI_VERSION) {
		format(text, sizeof(text), "it is built for version %u of the cooperative ABI, this host speaks %u",
		       note->abi_version, CO_ABI_VERSION);
		return text;
	}
	if (note->flags != CO_NOTE_PAGED_ENTRY)
		return "its note has flags this host does not know";
	if (!note->passage_va)
		note->passage_va = CO_VPTR_PASSAGE_PAGE;
	if (!note->io_area_va)
		note->io_area_va = CO_VPTR_IO_AREA_START;
	return NULL;
}

/* A guest may have lived here before: the next one finds nothing of it. */
static void clear(uint8_t *ram, uint32_t size)
{
	for (uint32_t at = 0; at < size; at += CLEAR_STEP) {
		memset(ram + at, 0, CLEAR_STEP);
		process_give_way();
	}
}

static void copy(uint8_t *to, const uint8_t *from, uint32_t size)
{
	for (uint32_t at = 0; at < size; at += CLEAR_STEP) {
		memcpy(to + at, from + at, size - at < CLEAR_STEP ? size - at : CLEAR_STEP);
		process_give_way();
	}
}

/*
 * The initial RAM disk lies at the end of the guest's RAM, from the beginning of a page on. The kernel needs room
 * behind its image: for its first page tables, and to begin.
 */
const char *loader_load_initrd(struct monitor *monitor)
{
	const struct module *initrd = monitor->initrd;
	uint32_t kernel_end = monitor->kernel_end - CO_ARCH_KERNEL_OFFSET;
	uint32_t pages = initrd->size / PAGE_SIZE + (initrd->size % PAGE_SIZE != 0);

	if (pages > monitor->size / PAGE_SIZE ||
	    monitor->size - pages * PAGE_SIZE < kernel_end + guest_space_size(monitor->size) + INITRD_GAP)
		return "the initial RAM disk does not fit behind its kernel (give it more memory with mem=)";
	monitor->initrd_offset = monitor->size - pages * PAGE_SIZE;
	copy((uint8_t *)virtual_address(monitor->base) + monitor->initrd_offset, initrd->image, initrd->size);
	return NULL;
}

const char *loader_load(struct monitor *monitor, const void *image, uint32_t size)
{
	uint8_t *ram = virtual_address(monitor->base);
	const struct elf_segment *segment;
	uint32_t end = 0;

	clear(ram, monitor->size);
	for (unsigned left = elf_segments(image, &segment); left; left--, segment++) {
		if (segment->type != ELF_PT_LOAD || !segment->memsz)
			continue;
		if (!elf_inside(segment->offset, segment->filesz, size) || segment->filesz > segment->memsz)
			return "a segment lies outside of the file";
		if (!elf_inside(segment->paddr, segment->memsz, monitor->size))
			return "it does not fit in the guest's memory (give it more with mem=)";
		memcpy(ram + segment->paddr, (const uint8_t *)image + segment->offset, segment->filesz);
		if (end < segment->paddr + segment->memsz)
			end = segment->paddr + segment->memsz;
	}
	if (!end)
		return "it has nothing to load";
	monitor->kernel_end = CO_ARCH_KERNEL_OFFSET + end;
	if (monitor->note.entry - CO_ARCH_KERNEL_OFFSET >= end)
		return "its entry point lies outside of the image";
	return NULL;
}
