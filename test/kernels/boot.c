// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a boot loader hands over: the state of the processor, the A20 gate, and the boot information with memory sizes, memory map,
 * command line, modules and the loader's name. `boot-input.ts` says with what command line and modules this program is started.
 *
 * Rules: Multiboot Specification 0.6.96, 3.2 (machine state) and 3.3 (boot information format).
 */
#include "test.h"

#define MAGIC		0x2badb002
#define HEADER_MAGIC	0x1badb002
#define MIB		0x100000u

/* Bits of info.flags; one group of fields each. */
#define HAS_MEMORY	0x001
#define HAS_DEVICE	0x002
#define HAS_CMDLINE	0x004
#define HAS_MODULES	0x008
#define HAS_AOUT	0x010
#define HAS_ELF		0x020
#define HAS_MMAP	0x040
#define HAS_DRIVES	0x080
#define HAS_CONFIG	0x100
#define HAS_NAME	0x200
#define HAS_APM		0x400
#define HAS_VBE		0x800
#define HAS_FRAMEBUFFER	0x1000

/* As in boot-input.ts */
#define ARGUMENTS	" --answer=42 'two words' last"
#define MODULES		2
static const char *const module_arguments[MODULES] = { " first module", " second" };
static const u32 module_sizes[MODULES] = { 5000, 13195 };

struct info {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr, drives_length, drives_addr, config_table, boot_loader_name, apm_table;
	u32 vbe_control_info, vbe_mode_info;
};

struct module {
	u32 start, end, string, reserved;
};

struct area {
	u32 size;		/* of what follows */
	u64 base, length;
	u32 type;
} __attribute__((packed));

extern u32 entry_eflags, entry_cr0, entry_words[6];
extern u8 image_end[];

static const struct info *info;

static u32 length_of(const char *text)
{
	u32 length = 0;

	while (text[length])
		length++;
	return length;
}

static void test_state(void)
{
	static const char *const segments[] = { "ES", "CS", "SS", "DS", "FS", "GS" };
	u32 low = (u32)entry_words & ~MIB, before = *(volatile u32 *)low;

	begin("EAX holds the magic number");
	expect("EAX", MAGIC, multiboot_magic);
	begin("CR0");
	expect("PE and PG", CR0_PE, entry_cr0 & (CR0_PE | CR0_PG));
	begin("EFLAGS");
	expect("VM and IF", 0, entry_eflags & (FLAG_VM | FLAG_IF));
	for (u32 i = 0; i < 6; i++) {
		begin("%s is flat", segments[i]);
		expect("word", HEADER_MAGIC, entry_words[i]);
	}
	/* Words at the same place of the first and the second MiB are two. */
	begin("A20 is on");
	*(volatile u32 *)low = 0x600df00d;
	expect("high word", HEADER_MAGIC, *(volatile u32 *)entry_words);
	*(volatile u32 *)low = before;
}

static const struct area *area_at(u32 i)
{
	const u8 *at = (const u8 *)info->mmap_addr;

	while (i--)
		at += ((const struct area *)at)->size + 4;
	return (const struct area *)at;
}

static u32 areas;

/* All of this range is memory that may be used. */
static bool is_available(u32 start, u32 end)
{
	for (u32 i = 0; i < areas; i++) {
		const struct area *a = area_at(i);

		if (a->type == 1 && start >= a->base && end <= a->base + a->length)
			return true;
	}
	return false;
}

static void test_memory(void)
{
	u32 used = 0;

	begin("memory sizes and a memory map are there, as the header asks for");
	expect("flags", HAS_MEMORY | HAS_MMAP, info->flags & (HAS_MEMORY | HAS_MMAP));

	begin("the memory map has whole entries");
	for (areas = 0; used < info->mmap_length; areas++) {
		const struct area *a = (const void *)(info->mmap_addr + used);

		expect("at least 20 bytes", 1, a->size >= 20 && a->size < 256);
		used += a->size + 4;
		if (a->size < 20 || a->size >= 256)
			break;
	}
	expect("length", info->mmap_length, used);
	for (u32 i = 0; i < areas; i++) {
		const struct area *a = area_at(i);

		begin("entry %u of the memory map", i);
		expect("type of 1 to 5", 1, a->type >= 1 && a->type <= 5);
		expect("some length", 1, a->length > 0);
		expect("no wrap", 1, a->base + a->length > a->base);
		for (u32 j = 0; j < i; j++) {
			const struct area *b = area_at(j);

			expect("no overlap", 1, a->base >= b->base + b->length || b->base >= a->base + a->length);
		}
	}

	begin("lower memory");
	expect("640 KiB at most", 1, info->mem_lower > 0 && info->mem_lower <= 640);
	expect("in the map", 1, is_available(0, info->mem_lower * 1024));
	begin("the map has nothing usable between lower memory and 1 MiB");
	for (u32 at = 640 * 1024; at < MIB; at += 4096)
		expect("usable", 0, is_available(at, at + 1));
	begin("upper memory");
	expect("some", 1, info->mem_upper >= 1024);
	expect("in the map", 1, is_available(MIB, MIB + info->mem_upper * 1024));
	begin("upper memory is all up to the first hole");
	for (u32 i = 0; i < areas; i++)
		if (area_at(i)->type == 1 && area_at(i)->base == MIB)
			expect("KiB", area_at(i)->length / 1024, info->mem_upper);

	for (u32 step = 0; step < 16; step++) {
		volatile u32 *at = (u32 *)(MIB + info->mem_upper * 64 * (step + 1) - 4);
		u32 before = *at;

		begin("there is memory at %x", (u32)at);
		*at = 0x12345678 + step;
		expect("word", 0x12345678 + step, *at);
		*at = before;
	}
	begin("the program itself lies in usable memory");
	expect("available", 1, is_available(MIB, (u32)image_end));
}

static void test_strings(void)
{
	const char *text = (const char *)info->cmdline;
	u32 length;

	begin("the command line ends with the arguments");
	expect("flag", HAS_CMDLINE, info->flags & HAS_CMDLINE);
	length = length_of(text);
	expect("a name before", 1, length > sizeof(ARGUMENTS) - 1);
	expect("arguments differ", 0, memcmp(text + length - (sizeof(ARGUMENTS) - 1), ARGUMENTS, sizeof(ARGUMENTS)));

	begin("the loader has a name");
	expect("flag", HAS_NAME, info->flags & HAS_NAME);
	text = (const char *)info->boot_loader_name;
	expect("some", 1, *text != 0);
	for (; *text; text++)
		expect("a printable character", 1, *text >= ' ' && *text < 0x7f);
}

static bool overlap(u32 start, u32 end, u32 other, u32 other_end)
{
	return start < other_end && other < end;
}

static void test_modules(void)
{
	const struct module *modules = (const void *)info->mods_addr;

	begin("modules");
	expect("flag", HAS_MODULES, info->flags & HAS_MODULES);
	expect("count", MODULES, info->mods_count);
	if (!(info->flags & HAS_MODULES) || info->mods_count != MODULES)
		return;
	for (u32 i = 0; i < MODULES; i++) {
		const struct module *m = &modules[i];
		const char *text = (const char *)m->string;
		u32 size = m->end - m->start, length = length_of(text), tail = length_of(module_arguments[i]);

		begin("module %u", i);
		expect("size", module_sizes[i], size);
		expect("offset in its page", 0, m->start & 0xfff);
		for (u32 at = 0; at < size; at++)
			expect("byte", (at * (7 + i) + 13 * i + (at >> 8)) & 0xff, *(const u8 *)(m->start + at));
		begin("the string of module %u", i);
		expect("a name before", 1, length > tail);
		expect("arguments differ", 0, memcmp(text + length - tail, module_arguments[i], tail + 1));
		begin("module %u has its memory for itself", i);
		expect("usable", 1, is_available(m->start, m->end));
		expect("on the program", 0, overlap(m->start, m->end, MIB, (u32)image_end));
		expect("on the information", 0, overlap(m->start, m->end, (u32)info, (u32)(info + 1)));
		expect("on the map", 0, overlap(m->start, m->end, info->mmap_addr, info->mmap_addr + info->mmap_length));
		expect("on the list", 0, overlap(m->start, m->end, info->mods_addr, (u32)&modules[MODULES]));
		expect("on the command line", 0, overlap(m->start, m->end, info->cmdline, info->cmdline + 1));
		for (u32 j = 0; j < i; j++)
			expect("on another", 0, overlap(m->start, m->end, modules[j].start, modules[j].end));
	}
}

/* What a loader need not give, but if it does it must be right. */
static void test_options(void)
{
	u32 flags = info->flags;

	begin("no flags that the specification does not know");
	expect("flags", 0, flags & ~0x1fff);
	begin("symbols of one kind at most");
	expect("both", 0, (flags & HAS_AOUT) && (flags & HAS_ELF));
	if (flags & HAS_ELF) {
		begin("ELF section headers");
		expect("size", 40, info->syms[1]);
		expect("string table among them", 1, info->syms[3] < info->syms[0]);
	}
	if (flags & HAS_DEVICE) {
		begin("the boot device is a BIOS drive");
		expect("floppy or disk", 0, info->boot_device >> 24 & 0x70);
	}
	if (flags & HAS_DRIVES) {
		u32 used = 0;

		begin("drives are whole");
		while (used < info->drives_length) {
			u32 size = *(u32 *)(info->drives_addr + used);

			expect("at least 10 bytes", 1, size >= 10);
			if (size < 10)
				break;
			used += size;
		}
		expect("length", info->drives_length, used);
	}
	if (flags & HAS_CONFIG) {
		begin("the configuration table is the BIOS's");
		expect("its length", 1, *(u16 *)info->config_table >= 8);
	}
	if (flags & HAS_APM) {
		begin("the APM table");
		expect("somewhere", 1, info->apm_table != 0);
	}
	if (flags & HAS_VBE) {
		begin("the VBE information");
		expect("signature", 0x41534556, *(u32 *)info->vbe_control_info);
		expect("mode", 1, info->vbe_mode_info != 0);
	}
}

void test_main(void)
{
	info = (const struct info *)multiboot_info;
	group("state at entry");
	test_state();
	if (!info->flags) {
		skip("boot information", "the loader has none");
		return;
	}
	group("memory");
	test_memory();
	group("command line and name");
	test_strings();
	group("modules");
	test_modules();
	group("options");
	test_options();
}
