/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all the system-level test programs share.
 *
 * A program works through generated cases. A case is a context to enter (`struct frame`), a snippet that runs there, and
 * what must come of it by the manual: the vector that ended it, error code, CR2, registers. Names of cases are made of
 * their parameters, so that a failure can be found again by its name.
 *
 * All section numbers are those of the Intel 64 and IA-32 Architectures Software Developer's Manual ("SDM").
 */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdint.h>
#include "selectors.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* Exceptions (SDM vol. 3A, table 6-1) */
enum { DE, DB, NMI, BP, OF, BR, UD, NM, DF, TS = 10, NP, SS, GP, PF, MF = 16, AC, MC, XM };

/* EFLAGS (SDM vol. 1, 3.4.3) */
#define FLAG_FIXED	0x000002
#define FLAG_ZF		0x000040
#define FLAG_TF		0x000100
#define FLAG_IF		0x000200
#define FLAG_IOPL(n)	((n) << 12)
#define FLAG_NT		0x004000
#define FLAG_RF		0x010000
#define FLAG_VM		0x020000
#define FLAG_AC		0x040000
#define FLAG_VIF	0x080000
#define FLAG_VIP	0x100000
#define FLAG_ID		0x200000

#define CR0_PE		0x00000001
#define CR0_MP		0x00000002
#define CR0_EM		0x00000004
#define CR0_TS		0x00000008
#define CR0_NE		0x00000020
#define CR0_WP		0x00010000
#define CR0_AM		0x00040000
#define CR0_NW		0x20000000
#define CR0_CD		0x40000000
#define CR0_PG		0x80000000
#define CR4_VME		0x001
#define CR4_PVI		0x002
#define CR4_TSD		0x004
#define CR4_PSE		0x010
#define CR4_PAE		0x020
#define CR4_PGE		0x080
#define CR4_PCE		0x100

/* In the order in which entry.S pushes and pops it; `error` is 0 for vectors without an error code. */
struct frame {
	u32 gs, fs, es, ds;
	u32 edi, esi, ebp, unused, ebx, edx, ecx, eax;
	u32 vector, error;
	u32 eip, cs, eflags, esp, ss;
	u32 v86_es, v86_ds, v86_fs, v86_gs;
};

/* Task state segment of the 80386 (SDM vol. 3A, figure 7-2) */
struct tss {
	u32 link, esp0, ss0, esp1, ss1, esp2, ss2;
	u32 cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trap, io_map;
};

struct descriptor {
	u32 low, high;
};

/* Access byte of a descriptor (SDM vol. 3A, 3.4.5) */
#define ACCESS_P	0x80
#define ACCESS_DPL(n)	((n) << 5)
#define ACCESS_S	0x10
#define TYPE_DATA	0x12	/* writable; 13h: also accessed */
#define TYPE_CODE	0x1a	/* readable */
#define TYPE_CONFORMING	0x1e
#define TYPE_TSS16	0x01
#define TYPE_LDT	0x02
#define TYPE_CALL16	0x04
#define TYPE_TASK_GATE	0x05
#define TYPE_INT16	0x06
#define TYPE_TRAP16	0x07
#define TYPE_TSS32	0x09
#define TYPE_CALL32	0x0c
#define TYPE_INT32	0x0e
#define TYPE_TRAP32	0x0f
#define BIG		0x40	/* of the flags nibble: default size 32 bits */
#define PAGES		0x80	/* limit in pages */

extern struct descriptor gdt[512], idt[256];
extern struct tss main_tss;
extern u8 trap_stack_top[], ring_stacks[], user_stack[], user_stack_top[], kernel_stack_top[], stubs[];
extern u32 multiboot_magic, *multiboot_info;

struct descriptor segment(u32 base, u32 limit, u32 access, u32 flags);
struct descriptor gate(u32 selector, u32 offset, u32 access, u32 parameters);
void set_gdt(u32 selector, struct descriptor value);
void set_idt(u32 vector, struct descriptor value);
/* IDT entries as they are when a program starts: ring-0 interrupt gates, DPL 3 from END on. */
void default_idt(u32 vector);

/* Cases. */
struct result {
	struct frame f;
	u32 cr2;
};
/* Flat segments of that ring, its stack, interrupts off, IOPL 0. */
struct frame ring_frame(u32 ring, const void *code);
struct result run(const struct frame *context);
void run_frame(const struct frame *context);
extern u32 stack_base;	/* of SS when a case ends in ring 0 on another stack than the flat one */

void begin(const char *format, ...) __attribute__((format(printf, 1, 2)));
void expect(const char *what, u32 expected, u32 got);
/* What every fault tells. */
void expect_fault(const struct result *result, u32 vector, u32 error);
/* Reports the group that ends here and names the next. */
void group(const char *name);
/* Reports a group that cannot run on this machine. Ours may have none such. */
void skip(const char *name, const char *why);
void finish(void);

void test_main(void);

void *memset(void *to, int value, u32 size);
void *memcpy(void *to, const void *from, u32 size);
int memcmp(const void *a, const void *b, u32 size);

static inline void outb(u16 port, u8 value) { asm volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }
static inline u8 inb(u16 port)
{
	u8 value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
#define READ_CR(n) ({ u32 value_; asm volatile("mov %%cr" #n ", %0" : "=r"(value_)); value_; })
#define WRITE_CR(n, value) asm volatile("mov %0, %%cr" #n : : "r"((u32)(value)) : "memory")

static inline void wrmsr(u32 msr, u32 low)
{
	asm volatile("wrmsr" : : "c"(msr), "a"(low), "d"(0));
}

/* Features in EDX of CPUID leaf 1 (SDM vol. 2A, table 3-11) */
#define FEATURE_VME	0x0000002
#define FEATURE_PSE	0x0000008
#define FEATURE_PAE	0x0000040
#define FEATURE_PAT	0x0010000
#define FEATURE_PSE36	0x0020000
/* EDX of leaf 80000001h */
#define FEATURE_NX	0x0100000

static inline u32 cpuid_edx(u32 leaf)
{
	u32 eax = leaf, ebx, ecx = 0, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return edx;
}

static inline void wrmsr64(u32 msr, u32 low, u32 high)
{
	asm volatile("wrmsr" : : "c"(msr), "a"(low), "d"(high));
}

static inline u32 rdmsr(u32 msr, u32 *high)
{
	u32 low;

	asm volatile("rdmsr" : "=a"(low), "=d"(*high) : "c"(msr));
	return low;
}

/* A snippet of code that ends with INT END, as the symbol `name`. */
#define CODE(name, text) \
	asm(".pushsection .near, \"ax\"\n.globl " #name "\n" #name ":\n" text "\nint $0x20\n.popsection"); \
	extern const u8 name[]

/* A snippet of 16-bit code that ends with UD2, which no mode or IOPL allows, at the symbol `name_end`. */
#define CODE16(name, text) \
	asm(".pushsection .near, \"ax\"\n.globl " #name ", " #name "_end\n.code16\n" #name ":\n" text \
	    "\n" #name "_end:\nud2\n.code32\n.popsection"); \
	extern const u8 name[], name##_end[]

#endif
