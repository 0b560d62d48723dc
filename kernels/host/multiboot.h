/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the boot loader tells (Multiboot Specification 0.6.96, 3.3). All addresses are physical. */
#ifndef HOST_MULTIBOOT_H
#define HOST_MULTIBOOT_H

#include <stdint.h>

#define MULTIBOOT_LOADER_MAGIC	0x2badb002
#define MULTIBOOT_COMMAND_LINE	(1 << 2)
#define MULTIBOOT_MODULES	(1 << 3)
#define MULTIBOOT_MEMORY_MAP	(1 << 6)
#define MULTIBOOT_USABLE	1

struct multiboot {
	uint32_t flags;
	uint32_t memory_lower, memory_upper;
	uint32_t boot_device;
	uint32_t command_line;
	uint32_t modules_count, modules;
	uint32_t symbols[4];
	uint32_t map_length, map;
};

struct multiboot_module {
	uint32_t begin, end, command_line, reserved;
};

struct multiboot_range {
	uint32_t size;			/* of the rest of this record */
	uint64_t base, length;
	uint32_t type;
} __attribute__((packed));

#endif /* HOST_MULTIBOOT_H */
