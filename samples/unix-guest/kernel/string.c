// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory and strings, for the kernel and for programs. Memory moves by dwords: files and network packets are copied
 * here.
 */
#include "kernel.h"

void *memcpy(void *to, const void *from, size_t size)
{
	void *result = to;
	size_t words = size / 4, rest = size % 4;

	asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
	return result;
}

void *memset(void *to, int value, size_t size)
{
	void *result = to;
	size_t words = size / 4, rest = size % 4;
	uint32_t pattern = (uint8_t)value * 0x01010101u;

	asm volatile("rep stosl" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
	asm volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(pattern) : "memory");
	return result;
}

void *memmove(void *to, const void *from, size_t size)
{
	const uint8_t *source = from;
	uint8_t *target = to;

	if (target <= source || target >= source + size)
		return memcpy(to, from, size);
	while (size--)
		target[size] = source[size];
	return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const uint8_t *a = left, *b = right;

	for (; size; size--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int strcmp(const char *left, const char *right)
{
	return strncmp(left, right, ~0u);
}

int strncmp(const char *left, const char *right, size_t length)
{
	for (; length && *left && *left == *right; length--) {
		left++;
		right++;
	}
	return length ? (uint8_t)*left - (uint8_t)*right : 0;
}

char *strchr(const char *text, int c)
{
	for (; *text != (char)c; text++)
		if (!*text)
			return NULL;
	return (char *)text;
}

/* Cut to fit, and always with a NUL. */
void strcopy(char *to, const char *from, size_t size)
{
	size_t length = minimum(strlen(from), size - 1);

	memmove(to, from, length);
	to[length] = '\0';
}
