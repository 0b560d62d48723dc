// SPDX-License-Identifier: GPL-2.0-or-later
/* System calls and page faults: ways from ring 3 into the kernel and back. */
#include "machine.h"

/* What a system call does here: little, so that the way counts. */
static u32 accumulated;

static void add_register(struct frame *frame)
{
	accumulated = mix(accumulated, frame->ebx);
	frame->eax = accumulated;
}

static inline u32 int80(u32 number, u32 argument)
{
	u32 result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(argument) : "memory");
	return result;
}

static u32 call_by_int80(u32 rounds)
{
	u32 sum = 0;

	while (rounds--)
		sum ^= int80(1, rounds);
	return sum;
}

u32 sys_int80(u32 rounds)
{
	accumulated = 0;
	system_call = add_register;
	return run_in_ring3(call_by_int80, rounds);
}

static u32 add_word(u32 word)
{
	return accumulated = mix(accumulated, word);
}

static u32 call_by_sysenter(u32 rounds)
{
	u32 sum = 0;

	while (rounds--)
		sum ^= call_sysenter(rounds);
	return sum;
}

u32 sys_sysenter(u32 rounds)
{
	accumulated = 0;
	fast_system_call = add_word;
	return run_in_ring3(call_by_sysenter, rounds);
}

/* A mapping that is filled page by page as ring 3 touches it, and unmapped as a whole by a system call. */
#define WINDOW		0x40000000u
#define WINDOW_PAGES	512u

static u32 window_table[1024] __attribute__((aligned(4096)));
static u32 faults;

static void give_page(struct frame *frame)
{
	u32 page = (read_cr2() - WINDOW) / PAGE;

	if (page >= WINDOW_PAGES || frame->error & PRESENT)
		fail("page fault at %x, error code %x\n", read_cr2(), frame->error);
	faults++;
	window_table[page] = (HIGH_START + page * PAGE) | PRESENT | WRITABLE | USER;
}

static void unmap_window(struct frame *frame)
{
	for (u32 page = 0; page < WINDOW_PAGES; page++)
		window_table[page] = 0;
	load_cr3((u32)page_directory);
	frame->eax = faults;
}

static u32 touch_pages(u32 rounds)
{
	u32 sum = 0;

	for (u32 round = 0; round < rounds; round++) {
		for (u32 page = 0; page < WINDOW_PAGES; page++)
			*(volatile u32 *)(WINDOW + page * PAGE + page * 4 % PAGE) = page * round;
		for (u32 page = 0; page < WINDOW_PAGES; page++)
			sum = mix(sum, *(volatile u32 *)(WINDOW + page * PAGE + page * 4 % PAGE));
		sum = mix(sum, int80(2, 0));
	}
	return sum;
}

u32 sys_fault(u32 rounds)
{
	u32 sum;

	faults = 0;
	for (u32 page = 0; page < WINDOW_PAGES; page++)
		window_table[page] = 0;
	page_directory[WINDOW >> 22] = (u32)window_table | PRESENT | WRITABLE | USER;
	system_call = unmap_window;
	catch_page_faults(give_page);
	sum = run_in_ring3(touch_pages, rounds);
	catch_page_faults(NULL);
	page_directory[WINDOW >> 22] = 0;
	load_cr3((u32)page_directory);
	return sum;
}
