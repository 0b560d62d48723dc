// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Descriptor tables of a test program, running a case, and the report on COM1: a line for each failure and each group of
 * cases, last "N passed, M failed". Ends the machine through port F4h (QEMU's isa-debug-exit) with 0 or 1, and on Bochs
 * by the word that its port 8900h waits for.
 */
#include <stdarg.h>
#include "test.h"

extern struct frame outcome;
extern u32 outcome_ss, outcome_esp, outcome_cr2;

struct descriptor gdt[512] __attribute__((aligned(8)));
struct descriptor idt[256] __attribute__((aligned(8)));
struct tss main_tss __attribute__((aligned(128)));

void *memset(void *to, int value, u32 size)
{
	void *p = to;

	asm volatile("rep stosb" : "+D"(p), "+c"(size) : "a"(value) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, u32 size)
{
	u8 *p = to;
	const u8 *q = from;

	while (size--)
		*p++ = *q++;
	return to;
}

int memcmp(const void *a, const void *b, u32 size)
{
	const u8 *p = a, *q = b;

	for (; size--; p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

/* SDM vol. 3A, figure 3-8 */
struct descriptor segment(u32 base, u32 limit, u32 access, u32 flags)
{
	struct descriptor d = {
		.low = base << 16 | (limit & 0xffff),
		.high = (base & 0xff000000) | flags << 16 | (limit & 0xf0000) | access << 8 | (base >> 16 & 0xff),
	};

	return d;
}

/* SDM vol. 3A, figures 5-8 and 6-2 */
struct descriptor gate(u32 selector, u32 offset, u32 access, u32 parameters)
{
	struct descriptor d = {
		.low = selector << 16 | (offset & 0xffff),
		.high = (offset & 0xffff0000) | access << 8 | parameters,
	};

	return d;
}

void set_gdt(u32 selector, struct descriptor value)
{
	gdt[selector >> 3] = value;
	asm volatile("" : : : "memory");
}

void set_idt(u32 vector, struct descriptor value)
{
	idt[vector] = value;
	asm volatile("" : : : "memory");
}

void default_idt(u32 vector)
{
	u32 dpl = vector >= END ? 3 : 0;

	set_idt(vector, gate(KERNEL_CODE, (u32)stubs + vector * 16, ACCESS_P | ACCESS_DPL(dpl) | TYPE_INT32, 0));
}

void init_tables(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) table;

	for (u32 ring = 0; ring < 4; ring++) {
		u32 access = ACCESS_P | ACCESS_DPL(ring) | 1;

		set_gdt(RING_CODE(ring), segment(0, 0xfffff, access | TYPE_CODE, PAGES | BIG));
		set_gdt(RING_DATA(ring), segment(0, 0xfffff, access | TYPE_DATA, PAGES | BIG));
	}
	set_gdt(MAIN_TSS, segment((u32)&main_tss, sizeof(main_tss) - 1, ACCESS_P | TYPE_TSS32, 0));
	main_tss.ss0 = KERNEL_DATA;
	main_tss.esp0 = (u32)trap_stack_top;
	main_tss.ss1 = RING_DATA(1);
	main_tss.esp1 = (u32)ring_stacks + 2 * 4096;
	main_tss.ss2 = RING_DATA(2);
	main_tss.esp2 = (u32)ring_stacks + 3 * 4096;
	main_tss.io_map = sizeof(main_tss);
	for (u32 vector = 0; vector < 256; vector++)
		default_idt(vector);
	table.limit = sizeof(gdt) - 1;
	table.base = (u32)gdt;
	asm volatile("lgdt %0" : : "m"(table));
	table.limit = sizeof(idt) - 1;
	table.base = (u32)idt;
	asm volatile("lidt %0" : : "m"(table));
	outb(0x3fb, 0x83);		/* COM1: 115200 baud, 8 bits, no parity */
	outb(0x3f8, 1);
	outb(0x3f9, 0);
	outb(0x3fb, 3);
	outb(0x21, 0xff);
	outb(0xa1, 0xff);
}

struct frame ring_frame(u32 ring, const void *code)
{
	struct frame f = {
		.gs = USER_DATA,
		.fs = USER_DATA,
		.es = USER_DATA,
		.ds = USER_DATA,
		.eip = (u32)code,
		.cs = RING_CODE(ring),
		.eflags = FLAG_FIXED,
		.esp = (u32)user_stack_top,
		.ss = RING_DATA(ring),
	};

	return f;
}

struct result run(const struct frame *context)
{
	struct result result;

	run_frame(context);
	asm volatile("" : : : "memory");
	result.f = outcome;
	result.cr2 = outcome_cr2;
	if (!(outcome.eflags & FLAG_VM) && (outcome.cs & 3) == 0) {
		/* The frame of a case that ended in ring 0 has no stack pointer: it lies on that very stack. */
		result.f.esp = outcome_esp + __builtin_offsetof(struct frame, esp);
		result.f.ss = outcome_ss;
	}
	return result;
}

static char name[120], difference[120];
static const char *group_name;
static u32 passed, failed, group_cases, group_failed;
static bool open;

static void put(char c)
{
	while (!(inb(0x3fd) & 0x20))
		;
	outb(0x3f8, c);
}

static void print(const char *text)
{
	while (*text)
		put(*text++);
}

/* %s, %u, %x */
static void format_list(char *to, const char *end, const char *format, va_list list)
{
	for (; *format && to < end; format++) {
		char digits[12], *d = digits + sizeof(digits) - 1;
		const char *text = d;

		if (*format != '%') {
			*to++ = *format;
			continue;
		}
		*d = 0;
		if (*++format == 's') {
			text = va_arg(list, const char *);
		} else {
			u32 value = va_arg(list, u32), radix = *format == 'x' ? 16 : 10;

			do
				*--d = "0123456789abcdef"[value % radix];
			while (value /= radix);
			text = d;
		}
		while (*text && to < end)
			*to++ = *text++;
	}
	*to = 0;
}

static void format_text(char *to, const char *end, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	format_list(to, end, format, list);
	va_end(list);
}

static void close_case(void)
{
	if (!open)
		return;
	open = false;
	group_cases++;
	if (!difference[0]) {
		passed++;
		return;
	}
	failed++;
	group_failed++;
	print("FAIL ");
	print(group_name);
	print(": ");
	print(name);
	print(": ");
	print(difference);
	put('\n');
}

void begin(const char *format, ...)
{
	va_list list;

	close_case();
	open = true;
	difference[0] = 0;
	va_start(list, format);
	format_list(name, name + sizeof(name) - 1, format, list);
	va_end(list);
}

void expect(const char *what, u32 expected, u32 got)
{
	if (expected != got && !difference[0])
		format_text(difference, difference + sizeof(difference) - 1, "expected %s %x, got %x", what, expected, got);
}

void expect_fault(const struct result *result, u32 vector, u32 error)
{
	if ((result->f.vector != vector || result->f.error != error) && !difference[0])
		format_text(difference, difference + sizeof(difference) - 1, "expected vector %u(%x), got %u(%x)", vector,
			    error, result->f.vector, result->f.error);
}

void group(const char *next)
{
	char text[100];

	close_case();
	if (group_name && !group_failed) {
		format_text(text, text + sizeof(text) - 1, "PASS %s (%u cases)\n", group_name, group_cases);
		print(text);
	}
	group_name = next;
	group_cases = group_failed = 0;
}

void skip(const char *skipped, const char *why)
{
	char text[120];

	group(0);
	format_text(text, text + sizeof(text) - 1, "SKIP %s: %s\n", skipped, why);
	print(text);
}

void finish(void)
{
	char text[60];

	group(0);
	format_text(text, text + sizeof(text) - 1, "%u passed, %u failed\n", passed, failed);
	print(text);
	while (!(inb(0x3fd) & 0x40))
		;
	outb(0xf4, failed != 0);
	for (const char *word = "Shutdown"; *word; word++)
		outb(0x8900, *word);
}

/* An exception outside of a case. */
void unexpected(void)
{
	begin("exception outside of a case");
	expect("vector", END, outcome.vector);
	expect("EIP", 0, outcome.eip);
	finish();
	for (;;)
		asm volatile("cli; hlt");
}
