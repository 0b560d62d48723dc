/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ELF note by which a guest image says what it is (System V ABI, "Note Section").
 *
 * coLinux looked up nine symbols of vmlinux by name. A note survives `strip`, needs no symbol table and carries the
 * version: owner "coLinux", type 1, and the descriptor below. The loader looks for it in the PT_NOTE segments.
 * In assembly: see samples/hello-guest/kernel/entry.S.
 */
#ifndef COLINUX_NOTE_H
#define COLINUX_NOTE_H

#define CO_NOTE_OWNER		"coLinux"
#define CO_NOTE_TYPE		1

/* Flags. Bit 0: enter with paging on, at `entry` in the direct map. (Linux will use another way in: leave room.) */
#define CO_NOTE_PAGED_ENTRY	0x1

#ifndef __ASSEMBLER__
#include <stdint.h>

struct co_note {
	uint32_t abi_version;		/* CO_ABI_VERSION */
	uint32_t flags;			/* CO_NOTE_... */
	uint32_t entry;			/* VA */
	uint32_t passage_va;		/* where the passage page shall be mapped; 0 = CO_VPTR_PASSAGE_PAGE */
	uint32_t io_area_va;		/* where the I/O area shall be mapped; 0 = CO_VPTR_IO_AREA_START */
} __attribute__((packed));
#endif

#endif /* COLINUX_NOTE_H */
