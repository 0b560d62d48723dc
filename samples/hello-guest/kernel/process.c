// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one process of this kernel: a program linked into the same image at 0x08048000, run in ring 3 with a stack of its
 * own. It comes back by the exit system call or by a fault.
 */
#include "kernel.h"

#define STACK_TOP	0xbffff000u
#define STACK_PAGES	2

extern uint8_t user_load[], user_begin[], user_end[];	/* linker.ld */

static void map_program(void)
{
	uint32_t size = (uint32_t)(user_end - user_begin);

	for (uint32_t at = 0; at < size; at += PAGE_SIZE)
		memory_map((uint32_t)user_begin + at, physical_address(user_load + at), true);
	for (uint32_t page = 1; page <= STACK_PAGES; page++)
		memory_map(STACK_TOP - page * PAGE_SIZE, memory_frame(), true);
}

/* Does [address, address + length) belong to the program? */
bool process_owns(uint32_t address, uint32_t length)
{
	uint32_t begin = (uint32_t)user_begin, end = (uint32_t)user_end;

	if (address >= STACK_TOP - STACK_PAGES * PAGE_SIZE) {
		begin = STACK_TOP - STACK_PAGES * PAGE_SIZE;
		end = STACK_TOP;
	}
	return address >= begin && address <= end && length <= end - address;
}

/* Runs the program to its end and returns its exit code. */
uint32_t process_run(uint32_t argument)
{
	uint32_t *esp0 = ring0_stack();
	uint32_t before = *esp0, code;

	map_program();
	interrupts_off();
	code = enter_user((uint32_t)user_begin, STACK_TOP, argument, esp0);
	*esp0 = before;
	interrupts_on();
	return code;
}

void process_exit(uint32_t code)
{
	leave_user(code, *ring0_stack());
}
