// SPDX-License-Identifier: GPL-2.0-or-later
#include "runtime.h"

static int system_call(enum system_call_number number, uint32_t first, uint32_t second, uint32_t third)
{
	int result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory");
	return result;
}

void exit(uint32_t code)
{
	system_call(SYS_EXIT, code, 0, 0);
	__builtin_unreachable();
}

int open(const char *device)
{
	return system_call(SYS_OPEN, (uint32_t)device, 0, 0);
}

int read(int file, void *bytes, size_t size)
{
	return system_call(SYS_READ, (uint32_t)file, (uint32_t)bytes, size);
}

int write(int file, const void *bytes, size_t size)
{
	return system_call(SYS_WRITE, (uint32_t)file, (uint32_t)bytes, size);
}

int poll(uint32_t files)
{
	return system_call(SYS_POLL, files, 0, 0);
}

int spawn(const char *program, const char *name, uint32_t argument)
{
	return system_call(SYS_SPAWN, (uint32_t)program, (uint32_t)name, argument);
}

int ioctl(int file, enum co_ioctl request, void *record)
{
	return system_call(SYS_IOCTL, (uint32_t)file, request, (uint32_t)record);
}

void sleep_ms(uint32_t milliseconds)
{
	system_call(SYS_SLEEP, milliseconds, 0, 0);
}

uint32_t unix_time(void)
{
	return (uint32_t)system_call(SYS_TIME, 0, 0, 0);
}

uint32_t ticks(void)
{
	return (uint32_t)system_call(SYS_TIMES, 0, 0, 0);
}

void print(const char *text, ...)
{
	char line[512];
	va_list arguments;
	size_t length;

	va_start(arguments, text);
	length = format_list(line, sizeof(line), text, arguments);
	va_end(arguments);
	write(FILE_CONSOLE, line, length);
}
