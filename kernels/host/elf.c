// SPDX-License-Identifier: GPL-2.0-or-later
/* What the two loaders, of guests and of programs, have in common: an ELF header that can be believed. */
#include "host.h"
#include "elf.h"

/* Do [offset, offset + length) lie inside something of `size` bytes? */
bool elf_inside(uint32_t offset, uint32_t length, uint32_t size)
{
	return offset <= size && length <= size - offset;
}

const char *elf_check(const void *image, uint32_t size)
{
	const struct elf_header *header = image;

	if (size < 20 || memcmp(header->magic, "\177ELF", 4) != 0)
		return "it is not an ELF file";
	if (header->class != ELF_CLASS_32)
		return "it is a 64-bit ELF file; a guest is built for 32 bits (gcc -m32, ld -m elf_i386)";
	if (size < sizeof(*header) || header->type != ELF_TYPE_EXEC || header->machine != ELF_MACHINE_386)
		return "it is not an executable for i386";
	if (header->phentsize != sizeof(struct elf_segment) ||
	    !elf_inside(header->phoff, header->phnum * (uint32_t)sizeof(struct elf_segment), size))
		return "its program headers are damaged";
	return NULL;
}

/* How many there are, of an image that has passed the check. */
unsigned elf_segments(const void *image, const struct elf_segment **first)
{
	const struct elf_header *header = image;

	*first = (const void *)((const uint8_t *)image + header->phoff);
	return header->phnum;
}
