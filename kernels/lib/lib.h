/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The little C library of the kernels: memory, and printf-style formatting into a buffer. */
#ifndef LIB_H
#define LIB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
void *memmove(void *to, const void *from, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);

/* Knows %s %c %d %u %x %08x %p %%; returns the length written, which is always below `size`. */
size_t format_list(char *buffer, size_t size, const char *format, va_list arguments);
size_t format(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif /* LIB_H */
