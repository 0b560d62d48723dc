/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver `colinux` as a process sees it: requests of ioctl() and their records. As in coLinux there are those
 * to the manager (the driver as a whole) and those to a monitor (one guest). Who has created a monitor owns it, and
 * only the owner may drive it; it is closed with the file.
 *
 *	EMPTY -CREATE-> INITIALIZED -LOAD, START-> STARTED -RUN-> RUNNING -RUN-> TERMINATED -RESET-> INITIALIZED
 *
 * A request that fails is answered with an error of syscalls.h; CREATE, LOAD and START say in `problem` what is
 * wrong.
 */
#ifndef HOST_IOCTL_H
#define HOST_IOCTL_H

#include <colinux/abi.h>

#define CO_PROBLEM_SIZE		128
#define CO_WORDS_SIZE		1024	/* of any command line: a word for each device, and what is the guest's */

enum co_ioctl {
	CO_MANAGER_CREATE = 0x10,	/* struct co_create */
	CO_MANAGER_INFO = 0x16,		/* struct co_info */
	CO_MANAGER_MODULE = 0x17,	/* struct co_module_info */
	CO_MANAGER_MONITOR_LIST = 0x18,	/* struct co_monitor_list */
	CO_MANAGER_STATUS = 0x19,	/* struct co_status of any monitor */
	CO_MANAGER_ATTACH = 0x1a,	/* struct co_attach: makes this file a back-end of a monitor */

	CO_MONITOR_CLOSE = 0x20,	/* no record */
	CO_MONITOR_LOAD = 0x21,		/* struct co_load */
	CO_MONITOR_START = 0x22,	/* struct co_start */
	CO_MONITOR_RUN = 0x23,		/* no record; the result is an enum co_run_result */
	CO_MONITOR_GET_STATE = 0x24,	/* struct co_end_state */
	CO_MONITOR_RESET = 0x25,	/* no record: the monitor can be loaded again */
	CO_MONITOR_BIND = 0x26,		/* struct co_bind: gives it a device of the machine, before START */
	CO_MONITOR_CONSOLE = 0x27,	/* struct co_console_shape: what STARTUP answers */
};

struct co_create {
	uint32_t id;			/* which number the monitor shall have, below CO_MAX_MONITORS */
	uint32_t memory_mib;
	uint32_t memory_base;		/* answer: where the guest's RAM is, physical */
	char problem[CO_PROBLEM_SIZE];
};

struct co_info {
	uint32_t abi_version;
	uint32_t memory_mib, free_mib;
	uint32_t modules;
	char command_line[CO_WORDS_SIZE];	/* of the host */
};

struct co_module_info {
	uint32_t index;			/* which boot module */
	uint32_t size;
	char command_line[CO_WORDS_SIZE];
};

struct co_monitor_list {
	uint32_t count;
	struct {
		uint32_t id, state;
	} monitors[CO_MAX_MONITORS];
};

#define CO_OPERATIONS	16		/* and one more count for those that do not exist */

struct co_status {
	uint32_t id;			/* which monitor */
	uint32_t state;			/* enum co_monitor_state */
	uint32_t switches[CO_OPERATIONS + 1];	/* to the host, by operation */
};

#define CO_NO_MODULE	0xffffffffu

struct co_load {
	uint32_t module;		/* the boot module with the guest's image */
	uint32_t initrd;		/* the one with its initial RAM disk, or CO_NO_MODULE */
	char problem[CO_PROBLEM_SIZE];
};

struct co_start {
	char command_line[CO_COMMAND_LINE_SIZE];
	char problem[CO_PROBLEM_SIZE];
};

enum co_binding {
	CO_BIND_BLOCK = 0,		/* cobd: a disk */
	CO_BIND_NETWORK = 1,		/* conet: a network card */
	CO_BIND_FILESYSTEM = 2,		/* cofs: a folder */
	CO_BIND_SERIAL = 3,		/* ttys: a serial port. A process must serve it, colinux-serial-daemon */
};

#define CO_BIND_READ_ONLY	0x1	/* a disk */
#define CO_BIND_SYNC		0x2	/* a disk: the guest waits for each request */
#define CO_BIND_MAC		0x4	/* a network: not the address of the card */
#define CO_BIND_ALIAS_ONLY	0x8	/* a disk: names one that is bound already */

struct co_bind {
	uint32_t kind;			/* enum co_binding */
	uint32_t unit;			/* of the guest */
	uint32_t device;		/* of the machine: its number among those of its kind */
	uint32_t flags;			/* CO_BIND_... */
	uint8_t mac[6];
	char alias[20];			/* of a disk, "" if it has none */
	char problem[CO_PROBLEM_SIZE];
};

struct co_console_shape {
	uint32_t rows, columns, scrollback;
	uint32_t attribute;		/* of an empty cell */
};

/*
 * After ATTACH, read() brings the messages that the guest sends to these modules (whole ones, as many as fit; 0:
 * the monitor is gone), and write() takes messages to the guest from one of them.
 */
#define CO_ATTACH_MODULES	16
#define CO_ATTACH_MESSAGE_MAX	0x1000	/* bytes with the header; a guest's longer message is lost */

struct co_attach {
	uint32_t monitor;
	uint32_t count;
	uint32_t modules[CO_ATTACH_MODULES];	/* enum co_module; nobody else may have attached to them */
};

enum co_run_result {
	CO_RUN_AGAIN = 0,		/* the host has other things to do: run it again when you are next */
	CO_RUN_IDLE = 1,		/* the guest had nothing to do, and now something may have come */
	CO_RUN_TERMINATED = 2,
};

struct co_end_state {
	uint32_t state;			/* enum co_monitor_state */
	struct co_terminate termination;	/* in state TERMINATED; the text ends with a NUL */
};

#endif /* HOST_IOCTL_H */
