/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes: programs in ring 3, each with an address space and a kernel stack of its own; one paragraph a file. */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

#include "host.h"

#define PROCESS_MAX		130	/* a daemon for each of 64 guests, the clock, and 65 that serve serial lines */
#define PROCESS_FILES		4
#define PROCESS_NAME_SIZE	16
#define KERNEL_STACK_SIZE	0x2000

/*
 * files.c: what a process can open. Calls return 0 or more, or a negative error of syscalls.h. A device does without
 * those that mean nothing for it.
 */
struct file;

struct device {
	const char *name;
	bool numbered;			/* there are several: a number follows the name */
	int32_t (*open)(struct file *file, unsigned number);
	int32_t (*read)(struct file *file, char *bytes, uint32_t size);		/* sleeps until there is something */
	bool (*readable)(const struct file *file);				/* would read() return at once? */
	int32_t (*write)(struct file *file, const char *text, uint32_t size);
	int32_t (*ioctl)(struct file *file, uint32_t number, uint32_t argument);
	void (*close)(struct file *file);
};

struct file {
	const struct device *device;	/* NULL: not open */
	void *data;			/* the device's own */
};

void files_init(struct file *files);	/* of a new process */
int32_t file_open(const char *name);
int32_t file_read(uint32_t number, char *bytes, uint32_t size);
int32_t file_write(uint32_t number, const char *text, uint32_t size);
int32_t file_poll(uint32_t numbers);
int32_t file_ioctl(uint32_t number, uint32_t request, uint32_t argument);
int32_t file_close(uint32_t number);
void files_close_all(void);
void files_changed(void);		/* one that could not be read can be now */

/* process.c: how they begin and end */
enum process_state { PROCESS_FREE, PROCESS_READY, PROCESS_SLEEPING };

struct process {
	unsigned pid;
	char name[PROCESS_NAME_SIZE];
	enum process_state state;
	uint32_t directory;		/* physical */
	uint8_t *stack;			/* KERNEL_STACK_SIZE bytes; stays with the slot when the process ends */
	uint32_t esp;			/* on that stack, while another one runs */
	const void *event;		/* what it sleeps for besides the time */
	uint32_t wake_tick;
	bool wakes_by_time;
	uint32_t usage, usage_epoch;	/* see scheduler.c */
	uint32_t turn;
	bool has_slept;			/* when it last lost the processor */
	struct file files[PROCESS_FILES];
	void (*ended)(uint32_t code);
};

/* Starts a program of the image with an argument; `ended` is told how it ends. */
void process_spawn(const char *program, const char *name, uint32_t argument, void (*ended)(uint32_t code));
int32_t process_spawn_helper(const char *program, const char *name, uint32_t argument);	/* by the current process */
unsigned process_count(void (*ended)(uint32_t code));			/* those with this end that live */
void process_exit(uint32_t code) __attribute__((noreturn));
struct process *process_at(unsigned index);	/* 0 to process_slots() - 1, whatever their state */
unsigned process_slots(void);			/* so many have ever been there at once */

/* scheduler.c: who runs */
extern struct process *current;		/* NULL: nobody, the processor waits */

void scheduler_init(void);
void scheduler_welcome(struct process *process);
bool scheduler_wants_switch(void);
void schedule(void);
void process_sleep(const void *event, uint32_t ticks);
void process_wake(const void *event);
void process_give_way(void);

/* switch.S */
void context_switch(uint32_t *from_esp, uint32_t to_esp);

/* space.c: the lower 3 GiB of a process */
#define USER_END	0xc0000000u

uint32_t space_create(void);		/* physical address of its page directory, 0 if there is no memory */
uint32_t space_add_page(uint32_t directory, uint32_t va, bool writable);	/* its frame, 0 likewise */
void space_destroy(uint32_t directory);
bool user_may(uint32_t address, uint32_t size, bool write);
bool user_string(uint32_t address, char *copy, size_t size);

/* program.c: ELF executables that are part of the host's image */
bool program_exists(const char *name);
uint32_t program_load(const char *name, uint32_t directory, uint32_t *stack_top);	/* its entry point */

/* syscalls.c */
void system_call(struct trap_frame *frame);

#endif /* HOST_PROCESS_H */
