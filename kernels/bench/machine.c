// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of the processor, paging, and the serial port that prints. */
#include "machine.h"
#include "lib.h"

#define COM1		0x3f8
#define LINE_STATUS	5
#define THR_EMPTY	0x20
#define ALL_SENT	0x40
#define DEBUG_EXIT	0xf4

#define MSR_SYSENTER_CS		0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176

#define CR0_MP	0x00000002u
#define CR0_EM	0x00000004u
#define CR0_TS	0x00000008u
#define CR0_NE	0x00000020u
#define CR0_WP	0x00010000u
#define CR0_PG	0x80000000u
#define CR4_OSFXSR	0x200u
#define CR4_OSXMMEXCPT	0x400u

extern u8 system_call_entry[], page_fault_entry[], sysenter_entry[], exception_entries[], trap_stack_top[];

#define MAPPED	(HIGH_START + HIGH_SIZE)

u32 page_directory[1024] __attribute__((aligned(4096)));
static u32 page_tables[MAPPED / PAGE] __attribute__((aligned(4096)));
static u64 gdt[6] __attribute__((aligned(8)));
static u64 idt[256] __attribute__((aligned(8)));
static struct {
	u32 link, esp0, ss0, rest[22];
	u16 trap, io_map;
} task_state;

handler *system_call, *page_fault;
u32 (*fast_system_call)(u32);

static inline void outb(u16 port, u8 value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 inb(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void wait_for(u8 status)
{
	while (!(inb(COM1 + LINE_STATUS) & status))
		;
}

static void print_list(const char *text, va_list arguments)
{
	char line[128];

	format_list(line, sizeof line, text, arguments);
	for (const char *c = line; *c; c++) {
		wait_for(THR_EMPTY);
		outb(COM1, (u8)*c);
	}
	/* Whoever measures is to see the line now. */
	wait_for(ALL_SENT);
}

void print(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	print_list(text, arguments);
	va_end(arguments);
}

void end_machine(void)
{
	outb(DEBUG_EXIT, 0);
	for (;;)
		asm volatile("cli; hlt");
}

void fail(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	print("@fail ");
	print_list(text, arguments);
	va_end(arguments);
	outb(DEBUG_EXIT, 1);
	for (;;)
		asm volatile("cli; hlt");
}

static void unexpected_exception_in(struct frame *frame)
{
	fail("exception %u, error code %x, at %x, CR2 %x\n", frame->vector, frame->error, frame->eip, read_cr2());
}
handler *unexpected_exception = unexpected_exception_in;

/* SDM vol. 3A, figure 3-8 */
static u64 segment(u32 base, u32 limit, u32 access, u32 flags)
{
	u32 low = base << 16 | (limit & 0xffff);
	u32 high = (base & 0xff000000) | flags << 20 | (limit & 0xf0000) | access << 8 | (base >> 16 & 0xff);

	return (u64)high << 32 | low;
}

/* SDM vol. 3A, figure 6-2: a 32-bit interrupt gate */
static u64 gate(const void *entry, u32 ring)
{
	u32 offset = (u32)entry;

	return (u64)((offset & 0xffff0000) | 0x8e00 | ring << 13) << 32 | KERNEL_CODE << 16 | (offset & 0xffff);
}

static void load_tables(void)
{
	struct {
		u16 limit;
		const void *base;
	} __attribute__((packed)) gdtr = { sizeof gdt - 1, gdt }, idtr = { sizeof idt - 1, idt };

	gdt[KERNEL_CODE / 8] = segment(0, 0xfffff, 0x9b, 0xc);
	gdt[KERNEL_DATA / 8] = segment(0, 0xfffff, 0x93, 0xc);
	gdt[USER_CODE / 8] = segment(0, 0xfffff, 0xfb, 0xc);
	gdt[USER_DATA / 8] = segment(0, 0xfffff, 0xf3, 0xc);
	gdt[TASK_STATE / 8] = segment((u32)&task_state, sizeof task_state - 1, 0x89, 0);
	task_state.esp0 = (u32)trap_stack_top;
	task_state.ss0 = KERNEL_DATA;
	task_state.io_map = sizeof task_state;
	for (u32 vector = 0; vector < 32; vector++)
		idt[vector] = gate(exception_entries + 16 * vector, 0);
	idt[SYSTEM_VECTOR] = gate(system_call_entry, 3);
	asm volatile("lgdt %0\n\t"
		     "ljmp %2, $1f\n1:\t"
		     "movl %3, %%ds\n\tmovl %3, %%es\n\tmovl %3, %%ss\n\tmovl %3, %%fs\n\tmovl %3, %%gs\n\t"
		     "lidt %1\n\t"
		     "ltr %w4"
		     : : "m"(gdtr), "m"(idtr), "i"(KERNEL_CODE), "r"(KERNEL_DATA), "r"(TASK_STATE) : "memory");
}

void catch_page_faults(handler *caught)
{
	page_fault = caught;
	idt[14] = caught ? gate(page_fault_entry, 0) : gate(exception_entries + 16 * 14, 0);
}

static void start_paging(void)
{
	for (u32 n = 0; n < MAPPED / PAGE; n++)
		page_tables[n] = n * PAGE | PRESENT | WRITABLE | USER;
	for (u32 n = 0; n < MAPPED / PAGE / 1024; n++)
		page_directory[n] = (u32)(page_tables + n * 1024) | PRESENT | WRITABLE | USER;
	load_cr3((u32)page_directory);
}

static void write_msr(u32 number, u32 value)
{
	asm volatile("wrmsr" : : "c"(number), "a"(value), "d"(0));
}

void start_machine(void)
{
	u32 cr0, cr4;

	load_tables();
	start_paging();
	asm volatile("movl %%cr0, %0" : "=r"(cr0));
	cr0 = (cr0 & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE | CR0_WP | CR0_PG;
	asm volatile("movl %%cr4, %0" : "=r"(cr4));
	asm volatile("movl %0, %%cr4" : : "r"(cr4 | CR4_OSFXSR | CR4_OSXMMEXCPT));
	asm volatile("movl %0, %%cr0\n\tjmp 1f\n1:\tfninit" : : "r"(cr0) : "memory");
	write_msr(MSR_SYSENTER_CS, KERNEL_CODE);
	write_msr(MSR_SYSENTER_ESP, (u32)trap_stack_top);
	write_msr(MSR_SYSENTER_EIP, (u32)sysenter_entry);
}
