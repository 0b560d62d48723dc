/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The driver `colinux` as a process sees it: requests of ioctl() and their records. As in coLinux there are those to the
 * manager (the driver as a whole) and those to a monitor (one guest). Who has created a monitor owns it, and only the
 * owner may drive it; it is closed with the file.
 *
 *	EMPTY -CREATE-> INITIALIZED -LOAD, START-> STARTED -RUN-> RUNNING -RUN-> TERMINATED -RESET-> INITIALIZED
 *
 * A request that fails is answered with an error of syscalls.h; CREATE, LOAD and START say in `problem` what is wrong.
 */
#ifndef HOST_IOCTL_H
#define HOST_IOCTL_H

#include <colinux/abi.h>

#define CO_PROBLEM_SIZE		128
#define CO_WORDS_SIZE		256	/* of any command line */

enum co_ioctl {
	CO_MANAGER_CREATE = 0x10,	/* struct co_create */
	CO_MANAGER_INFO = 0x16,		/* struct co_info */
	CO_MANAGER_MODULE = 0x17,	/* struct co_module_info */
	CO_MANAGER_MONITOR_LIST = 0x18,	/* struct co_monitor_list */
	CO_MANAGER_STATUS = 0x19,	/* struct co_status of any monitor */

	CO_MONITOR_CLOSE = 0x20,	/* no record */
	CO_MONITOR_LOAD = 0x21,		/* struct co_load */
	CO_MONITOR_START = 0x22,	/* struct co_start */
	CO_MONITOR_RUN = 0x23,		/* no record; the result is an enum co_run_result */
	CO_MONITOR_GET_STATE = 0x24,	/* struct co_end_state */
	CO_MONITOR_RESET = 0x25,	/* no record: the monitor can be loaded again */
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

struct co_load {
	uint32_t module;		/* the boot module with the guest's image */
	char problem[CO_PROBLEM_SIZE];
};

struct co_start {
	char command_line[CO_COMMAND_LINE_SIZE];
	char problem[CO_PROBLEM_SIZE];
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
