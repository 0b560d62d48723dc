/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel and programs of the host agree on. int 0x80, number in EAX, arguments in EBX, ECX, EDX; the result
 * comes in EAX, and from -1 to -4095 it is an error. Numbers are Linux's where it has such a call.
 */
#ifndef HOST_SYSCALLS_H
#define HOST_SYSCALLS_H

enum system_call_number {
	SYS_EXIT = 1,		/* code */
	SYS_READ = 3,		/* file, buffer, size: sleeps until there is something */
	SYS_WRITE = 4,		/* file, text, size */
	SYS_OPEN = 5,		/* name */
	SYS_CLOSE = 6,		/* file */
	SYS_TIME = 13,		/* UNIX seconds */
	SYS_GETPID = 20,
	SYS_TIMES = 43,		/* ticks since the host was started */
	SYS_IOCTL = 54,		/* file, request, address of its record */
	SYS_YIELD = 158,
	SYS_SLEEP = 162,	/* milliseconds; ends with the tick in which they are over */
	SYS_POLL = 168,		/* files, a bit for each: sleeps until one can be read, and says which */
	SYS_SPAWN = 0x1000,	/* program, name for the log, argument: its end counts as its parent's; not in Linux */
};

enum system_call_error {
	ERROR_NOT_PERMITTED = 1,
	ERROR_NO_ENTRY = 2,
	ERROR_BAD_FILE = 9,
	ERROR_NO_MEMORY = 12,
	ERROR_BAD_ADDRESS = 14,
	ERROR_BUSY = 16,
	ERROR_INVALID = 22,
	ERROR_TOO_MANY_FILES = 24,
	ERROR_NO_SYSTEM_CALL = 38,
};

#define FILE_CONSOLE	0	/* open from the beginning */
#define MS_PER_TICK	10

#endif /* HOST_SYSCALLS_H */
