// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System calls: int 0x80, number in EAX, arguments in EBX, ECX, EDX, result in EAX. Pointers of the program are
 * believed only after a look at whose memory they show.
 */
#include "kernel.h"
#include "syscalls.h"

#define FAILED	0xffffffffu

static uint32_t sys_write(const char *text, uint32_t length)
{
	if (!process_owns((uint32_t)text, length))
		return FAILED;
	console_write(text, length);
	return length;
}

static uint32_t sys_read(char *buffer, uint32_t length)
{
	if (!length || !process_owns((uint32_t)buffer, length))
		return FAILED;
	*buffer = keyboard_read();
	return 1;
}

static uint32_t sys_sleep(uint32_t milliseconds)
{
	timer_wait((milliseconds * HZ + 999) / 1000);
	return 0;
}

uint32_t system_call(uint32_t number, uint32_t first, uint32_t second, uint32_t third)
{
	(void)third;
	switch (number) {
	case SYS_EXIT:
		process_exit(first);
	case SYS_WRITE:
		return sys_write((const char *)first, second);
	case SYS_READ:
		return sys_read((char *)first, second);
	case SYS_GETTIME:
		return cooperative_time();
	case SYS_SLEEP:
		return sys_sleep(first);
	default:
		return FAILED;
	}
}
