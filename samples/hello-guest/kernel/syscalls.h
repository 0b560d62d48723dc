/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of the system calls, shared by the kernel and the program. */
#ifndef SYSCALLS_H
#define SYSCALLS_H

enum system_call {
	SYS_EXIT = 1,		/* code */
	SYS_READ = 3,		/* buffer, length: waits for one byte */
	SYS_WRITE = 4,		/* text, length */
	SYS_GETTIME = 13,	/* UNIX seconds */
	SYS_SLEEP = 162,	/* milliseconds */
};

#endif /* SYSCALLS_H */
