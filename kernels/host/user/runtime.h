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
int read(int file, void *bytes, size_t size);
int write(int file, const void *bytes, size_t size);
int poll(uint32_t files);
int spawn(const char *program, const char *name, uint32_t argument);
int ioctl(int file, enum co_ioctl request, void *record);
void sleep_ms(uint32_t milliseconds);
uint32_t unix_time(void);
uint32_t ticks(void);

/* A line of the log. */
void print(const char *text, ...) __attribute__((format(printf, 1, 2)));

#endif /* RUNTIME_H */
