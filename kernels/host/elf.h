/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF, as far as a loader of 32-bit executables needs it (System V ABI, chapters 4 and 5). */
#ifndef HOST_ELF_H
#define HOST_ELF_H

#include <stdint.h>

#define ELF_CLASS_32	1
#define ELF_TYPE_EXEC	2
#define ELF_MACHINE_386	3
#define ELF_PT_LOAD	1
#define ELF_PT_NOTE	4
#define ELF_PF_W	2

struct elf_header {
	uint8_t magic[4], class, data, ident_version, padding[9];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct elf_note {
	uint32_t namesz, descsz, type;	/* then name and descriptor, each padded to 4 bytes */
};

#endif /* HOST_ELF_H */
