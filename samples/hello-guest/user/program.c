// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program that runs in ring 3. It knows nothing of the host, nor of being a guest: all it has is int 0x80.
 */
#include <stddef.h>
#include <stdint.h>
#include "../kernel/syscalls.h"

#define EXIT_CODE	7
#define END_OF_INPUT	4	/* Ctrl-D */

int user_main(int interactive);

static int system_call(enum system_call number, uint32_t first, uint32_t second)
{
	int result;

	asm volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second) : "memory");
	return result;
}

static void write(const char *text, size_t length)
{
	system_call(SYS_WRITE, (uint32_t)text, length);
}

static void print(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	write(text, length);
}

/* Long enough that the timer interrupts it in ring 3. */
static uint32_t compute(uint32_t rounds)
{
	uint32_t value = 1;

	for (uint32_t i = 0; i < rounds; i++)
		value = value * 1664525 + 1013904223;
	return value;
}

static void echo_until_end(void)
{
	char c;

	print("type something, Ctrl-D ends\n");
	while (system_call(SYS_READ, (uint32_t)&c, 1) == 1 && c != END_OF_INPUT)
		write(&c, 1);
	print("\nend of input\n");
}

int user_main(int interactive)
{
	uint32_t before = (uint32_t)system_call(SYS_GETTIME, 0, 0);
	uint32_t after;

	print("  ring 3: hello from the process\n");
	print(compute(3000000) == 0xd93ea4c1 ? "  ring 3: the sum is right\n" : "  ring 3: the sum is wrong\n");
	system_call(SYS_SLEEP, 30, 0);
	after = (uint32_t)system_call(SYS_GETTIME, 0, 0);
	print(after >= before ? "  ring 3: time went forward\n" : "  ring 3: time went backwards\n");
	if (interactive)
		echo_until_end();
	return EXIT_CODE;
}
