/*
 * A small kernel that loads modules: object files that come with it as boot modules. It places their sections, resolves what they
 * need of it, applies their relocations, calls them, frees what only the beginning needs, and unloads them again. Debuggers
 * find the modules by the convention of docs/awareness.md: `modules` and `modules_changed`.
 */
#include "module.h"

__asm__(
	".section .text.head, \"ax\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".text\n"
	".globl _start\n"
	"_start: movl $boot_stack + 8192, %esp\n"
	"	pushl %ebx\n"
	"	call kmain\n"
	"	cli\n"
	"1:	hlt\n"
	"	jmp 1b\n"
	".bss\n"
	".align 16\n"
	"boot_stack: .skip 8192\n"
	".text\n");

struct file_header {
	unsigned char ident[16];
	unsigned short type, machine;
	u32 version, entry, phoff, shoff, flags;
	unsigned short ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct section_header {
	u32 name, type, flags, addr, offset, size, link, info, align, entsize;
};

struct symbol {
	u32 name, value, size;
	unsigned char info, other;
	unsigned short section;
};

struct relocation {
	u32 offset, info;
};

struct boot_module {
	u32 start, end, string, reserved;
};

struct module_section {
	const char *name;
	u32 address;
};

struct module {
	struct module *next;
	const char *name;
	u32 section_count;
	struct module_section sections[32];
	void (*init)(void);
	void (*work)(void);
};

#define SECTIONS 32
#define ALLOC 2
#define NOBITS 8
#define SYMTAB 2
#define REL 9

struct module *modules;
volatile u32 kernel_total;
static struct module pool[2];
static u32 heap = 0x400000;

/* The debugger looks at the list whenever this is called. */
__attribute__((noinline)) void modules_changed(void)
{
	__asm__ volatile("" : : : "memory");
}

/* What modules may call. */
__attribute__((noinline)) void kernel_add(u32 n)
{
	kernel_total += n; /* called by a module */
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static u32 exported(const char *name)
{
	if (same(name, "kernel_add"))
		return (u32)kernel_add;
	return same(name, "kernel_total") ? (u32)&kernel_total : 0;
}

static void place(struct module *module, const struct file_header *file, struct section_header *headers)
{
	const char *names = (const char *)file + headers[file->shstrndx].offset;

	for (u32 n = 0; n < file->shnum && n < SECTIONS; n++) {
		struct section_header *header = &headers[n];

		if (!(header->flags & ALLOC) || header->size == 0)
			continue;
		heap = (heap + 0xfff) & ~0xfffu;
		header->addr = heap;
		for (u32 i = 0; i < header->size; i++)
			((char *)heap)[i] = header->type == NOBITS ? 0 : ((const char *)file)[header->offset + i];
		heap += header->size;
		module->sections[module->section_count].name = names + header->name;
		module->sections[module->section_count++].address = header->addr;
	}
}

static void relocate(struct module *module, const struct file_header *file, struct section_header *headers)
{
	for (u32 n = 0; n < file->shnum; n++) {
		const struct section_header *table = &headers[n], *target = &headers[table->info];

		if (table->type != REL || !target->addr)
			continue;
		const struct symbol *symbols = (const void *)((const char *)file + headers[table->link].offset);
		const char *names = (const char *)file + headers[headers[table->link].link].offset;
		const struct relocation *list = (const void *)((const char *)file + table->offset);

		for (u32 i = 0; i < table->size / sizeof *list; i++) {
			const struct symbol *symbol = &symbols[list[i].info >> 8];
			u32 *field = (u32 *)(target->addr + list[i].offset);
			u32 value = symbol->section ? headers[symbol->section].addr + symbol->value
						    : exported(names + symbol->name);

			*field += (list[i].info & 0xff) == 1 ? value : value - (u32)field;
		}
	}
	for (u32 n = 0; n < file->shnum; n++) {
		if (headers[n].type != SYMTAB)
			continue;
		const struct symbol *symbols = (const void *)((const char *)file + headers[n].offset);
		const char *names = (const char *)file + headers[headers[n].link].offset;

		for (u32 i = 0; i < headers[n].size / sizeof *symbols; i++) {
			u32 value = headers[symbols[i].section & 31].addr + symbols[i].value;

			if (same(names + symbols[i].name, "module_init"))
				module->init = (void (*)(void))value;
			if (same(names + symbols[i].name, "module_work"))
				module->work = (void (*)(void))value;
		}
	}
}

static struct module *load(struct module *module, const struct boot_module *boot)
{
	const struct file_header *file = (const void *)boot->start;
	struct section_header *headers = (void *)(boot->start + file->shoff);

	module->section_count = 0;
	module->name = (const char *)boot->string;
	place(module, file, headers);
	relocate(module, file, headers);
	module->next = modules;
	modules = module;
	modules_changed();
	module->init();
	for (u32 n = 0; n < module->section_count; n++)
		if (same(module->sections[n].name, ".init.text"))
			module->sections[n].address = 0;
	modules_changed();
	return module;
}

static void unload(struct module *module)
{
	for (struct module **at = &modules; *at; at = &(*at)->next) {
		if (*at != module)
			continue;
		*at = module->next;
		break;
	}
	modules_changed();
}

void kmain(const u32 *information)
{
	const struct boot_module *boot = (const void *)information[6];

	for (u32 round = 0; round < 3; round++) {
		struct module *first = load(&pool[0], &boot[0]); /* before the first */
		struct module *second = load(&pool[1], &boot[1]);

		first->work();
		second->work();
		unload(first); /* before it is unloaded */
		second->work();
		unload(second);
	}
	kernel_total = 0; /* the end */
}
