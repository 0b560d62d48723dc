/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C runtime of the host's programs: system calls by name, and printing. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include "ioctl.h"
#include "lib.h"
#include "syscalls.h"

int main(uint32_t argument);

/* Results below 0 are errors of syscalls.h. */
void exit(uint32_t code) __attribute__((noreturn));
int open(const char *device);
int write(int file, const char *text, size_t size);
int ioctl(int file, enum co_ioctl request, void *record);
void sleep_ms(uint32_t milliseconds);
uint32_t unix_time(void);
uint32_t ticks(void);

/* A line of the log. */
void print(const char *text, ...) __attribute__((format(printf, 1, 2)));

#endif /* RUNTIME_H */
