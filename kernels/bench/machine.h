/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine under the benchmarks: flat segments for ring 0 and 3, a TSS, handlers, and paging with small pages, which map all
 * of memory where it is, open to ring 3. Benchmarks of the system add address spaces and system calls of their own.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "selectors.h"

#ifndef __ASSEMBLER__
#include "bench.h"

#define PAGE		4096u
#define PRESENT		1u
#define WRITABLE	2u
#define USER		4u

/* What an entry of `traps.S` pushes, in the order of memory. */
struct frame {
	u32 edi, esi, ebp, unused, ebx, edx, ecx, eax;
	u32 es, ds;
	u32 vector, error;
	u32 eip, cs, eflags, esp, ss;
};

/* The page directory that maps all of memory, and pages of such size. */
extern u32 page_directory[1024];

void start_machine(void);
void end_machine(void) __attribute__((noreturn));
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says what is wrong and ends the machine. */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Runs code in ring 3, interrupts off, on a stack of its own; returns what it returns. */
u32 run_in_ring3(u32 (*code)(u32 argument), u32 argument);

/* What the handlers of traps.S call: change the frame to change what the code finds that is returned to. */
typedef void handler(struct frame *);
extern handler *system_call;	/* INT 80h; but for SYSTEM_EXIT */
void catch_page_faults(handler *);	/* NULL: they are mistakes again */
/* SYSENTER, as traps.S has it: only EAX goes in and comes out. */
extern u32 (*fast_system_call)(u32);
u32 call_sysenter(u32);

static inline void load_cr3(u32 value)
{
	asm volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}

static inline u32 read_cr2(void)
{
	u32 value;

	asm volatile("movl %%cr2, %0" : "=r"(value));
	return value;
}

#endif /* __ASSEMBLER__ */
#endif
