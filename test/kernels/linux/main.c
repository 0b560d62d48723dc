// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel that boots as Linux does and tells on COM1 what it was given: by boot_params (Linux, Documentation/arch/x86/zero-page.rst)
 * and in registers. The test knows what must be there.
 */
#include <stdint.h>

struct e820_entry {
	uint64_t address, size;
	uint32_t type;
} __attribute__((packed));

/* What of `struct boot_params` is looked at. */
struct boot_params {
	uint8_t screen[0x40];
	uint8_t unused1[0x1e8 - 0x40];
	uint8_t e820_entries;
	uint8_t unused2[0x210 - 0x1e9];
	uint8_t type_of_loader;
	uint8_t loadflags;
	uint8_t unused3[0x218 - 0x212];
	uint32_t ramdisk_image, ramdisk_size;
	uint8_t unused4[0x228 - 0x220];
	uint32_t command_line;
	uint8_t unused5[0x2d0 - 0x22c];
	struct e820_entry e820[128];
} __attribute__((packed));

extern uint32_t entry_eflags, entry_zeros[3];
extern uint16_t entry_selectors[4];

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void put_text(const char *text)
{
	while (*text)
		outb(0x3f8, (uint8_t)*text++);
}

static void put_number(const char *name, uint32_t value)
{
	put_text(name);
	for (int shift = 28; shift >= 0; shift -= 4)
		outb(0x3f8, (uint8_t)"0123456789abcdef"[value >> shift & 15]);
	put_text("\n");
}

void kernel_main(const struct boot_params *params)
{
	const uint8_t *initrd = (const uint8_t *)params->ramdisk_image;
	uint32_t sum = 0;

	put_number("eflags ", entry_eflags & 0x200);
	put_number("zeros ", entry_zeros[0] | entry_zeros[1] | entry_zeros[2]);
	put_number("cs ds ", (uint32_t)entry_selectors[0] << 16 | entry_selectors[1]);
	put_number("es ss ", (uint32_t)entry_selectors[2] << 16 | entry_selectors[3]);
	put_number("loader ", params->type_of_loader);
	put_text("words ");
	put_text((const char *)params->command_line);
	put_text("\n");
	for (uint32_t n = 0; n < params->ramdisk_size; n++)
		sum = sum * 31 + initrd[n];
	put_number("initrd ends at ", params->ramdisk_image + params->ramdisk_size);
	put_number("initrd sum ", sum);
	for (int n = 0; n < params->e820_entries; n++)
		if (params->e820[n].type == 1)
			put_number("ram to ", (uint32_t)(params->e820[n].address + params->e820[n].size));
	outb(0xf4, 0);
}
