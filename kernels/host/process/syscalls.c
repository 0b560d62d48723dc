// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System calls: what a process may ask of the kernel. They run with interrupts on, on the kernel stack of the process.
 * Addresses are looked at before they are followed.
 */
#include "process.h"
#include "syscalls.h"

#define NAME_MAX	32

static int32_t sys_read(uint32_t file, uint32_t buffer, uint32_t size)
{
	if (!user_may(buffer, size, true))
		return -ERROR_BAD_ADDRESS;
	return file_read(file, (char *)buffer, size);
}

static int32_t sys_write(uint32_t file, uint32_t text, uint32_t size)
{
	if (!user_may(text, size, false))
		return -ERROR_BAD_ADDRESS;
	return file_write(file, (const char *)text, size);
}

static int32_t sys_open(uint32_t address)
{
	char name[NAME_MAX];

	return user_string(address, name, sizeof(name)) ? file_open(name) : -ERROR_BAD_ADDRESS;
}

static int32_t sys_spawn(uint32_t program_address, uint32_t name_address, uint32_t argument)
{
	char program[NAME_MAX], name[NAME_MAX];

	if (!user_string(program_address, program, sizeof(program)) || !user_string(name_address, name, sizeof(name)))
		return -ERROR_BAD_ADDRESS;
	return process_spawn_helper(program, name, argument);
}

static int32_t sys_yield(void)
{
	schedule();
	return 0;
}

static int32_t sys_sleep(uint32_t milliseconds)
{
	uint32_t ticks = milliseconds / MS_PER_TICK + (milliseconds % MS_PER_TICK != 0);

	interrupts_off();
	process_sleep(NULL, ticks ? ticks : 1);
	interrupts_on();
	return 0;
}

static int32_t call(uint32_t number, uint32_t first, uint32_t second, uint32_t third)
{
	switch (number) {
	case SYS_EXIT:
		process_exit(first);
	case SYS_READ:
		return sys_read(first, second, third);
	case SYS_WRITE:
		return sys_write(first, second, third);
	case SYS_OPEN:
		return sys_open(first);
	case SYS_CLOSE:
		return file_close(first);
	case SYS_TIME:
		return (int32_t)clock_unix_seconds();
	case SYS_GETPID:
		return (int32_t)current->pid;
	case SYS_TIMES:
		return (int32_t)clock_ticks();
	case SYS_IOCTL:
		return file_ioctl(first, second, third);
	case SYS_YIELD:
		return sys_yield();
	case SYS_SLEEP:
		return sys_sleep(first);
	case SYS_POLL:
		return file_poll(first);
	case SYS_SPAWN:
		return sys_spawn(first, second, third);
	default:
		return -ERROR_NO_SYSTEM_CALL;
	}
}

void system_call(struct trap_frame *frame)
{
	interrupts_on();
	frame->eax = (uint32_t)call(frame->eax, frame->ebx, frame->ecx, frame->edx);
	interrupts_off();
}
