/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this kernel know of each other, one paragraph a file. File systems are in fs/fs.h, the network in
 * net/net.h.
 *
 * The rule that keeps everything simple: ring 0 runs with interrupts off. Nothing interrupts the kernel; it gives the
 * processor away only where it sleeps (scheduler.c) and asks the host (cooperative.c). So there is no lock but those
 * that are held while sleeping (struct lock).
 */
#ifndef KERNEL_H
#define KERNEL_H

#include <colinux/abi.h>
#include <colinux/console.h>
#include <unix.h>
#include <lib.h>

#define PAGE_SIZE	0x1000u
#define EFLAGS_IF	0x200u
#define HZ		100

static inline uint32_t round_up(uint32_t value, uint32_t unit) { return (value + unit - 1) / unit * unit; }
static inline uint32_t minimum(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* string.c, format.c: what lib.h (hello-guest's) says, faster and with wider fields; and */
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t length);
char *strchr(const char *text, int c);
void strcopy(char *to, const char *from, size_t size);

/* descriptors.c, traps.S (both hello-guest's), traps.c */
#define SELECTOR_USER_CODE	0x2b
#define SELECTOR_USER_DATA	0x33
#define VECTOR_SYSTEM_CALL	0x80

struct trap_frame {
	uint32_t es, ds;
	uint32_t edi, esi, ebp, esp_ignored, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags;
	uint32_t user_esp, user_ss;
};

void descriptors_init(const struct co_passage_page *page);
uint32_t *ring0_stack(void);		/* where the TSS keeps ESP0 */
void trap_handler(struct trap_frame *frame);

/* cooperative.c: everything that crosses the passage page */
void cooperative_init(struct co_passage_page *page, struct co_boot_params *boot);
void cooperative_address_space(uint32_t cr3);
void cooperative_idle(void);
void cooperative_forward_interrupt(uint32_t vector);
void cooperative_send(enum co_module to, enum co_message_type type, const void *data, uint32_t size);
void *cooperative_request(void);
uint32_t cooperative_device(enum co_device device);
uint32_t cooperative_time(void);
uint64_t cooperative_time_ns(void);
void terminate(enum co_terminate_reason reason, uint32_t code, uint32_t line, const char *text)
	__attribute__((noreturn));
#define BUG()	terminate(CO_TERMINATE_BUG, 0, __LINE__, __FILE__)

/* frames.c, heap.c: physical pages; pieces of them */
void frames_init(const struct co_boot_params *boot);
uint32_t frame_allocate(void);		/* physical address of zeroes, or 0 */
void frame_free(uint32_t frame);
uint32_t frames_total(void);
uint32_t frames_available(void);
uint32_t physical_address(const void *address);
void *virtual_address(uint32_t physical);
void *kmalloc(uint32_t size);		/* zeroes, at most a page; or NULL */
void kfree(void *block);

/* space.c, user-memory.c: address spaces. A space is the physical address of its page directory. */
#define USER_TOP	0xbffff000u
#define USER_BOTTOM	0x00010000u

void space_init(const struct co_boot_params *boot);
uint32_t space_kernel(void);
uint32_t space_create(void);		/* or 0 */
uint32_t space_copy(uint32_t space);	/* or 0 */
void space_destroy(uint32_t space);
void *space_add_page(uint32_t space, uint32_t va);	/* the page in the direct map, or NULL */
void space_remove_page(uint32_t space, uint32_t va);
void *space_page(uint32_t space, uint32_t va);		/* likewise, of a page that is there */
void space_switch(uint32_t space);
bool space_map_stack(uint32_t va);
int user_check(const void *address, uint32_t length);
int user_string(const char *text, uint32_t size);

/* process.c, scheduler.c, switch.S, exec.c */
#define PROCESSES	32
#define FILES		16
#define KERNEL_STACK	0x3000u
#define KERNEL_STACKS	0xf0000000u	/* one slot of four pages for each process, the lowest unmapped */

enum process_state { PROCESS_FREE, PROCESS_READY, PROCESS_SLEEPING, PROCESS_ZOMBIE };

struct fpu_state { uint8_t bytes[512]; } __attribute__((aligned(16)));

struct process {
	enum process_state state;
	int pid;
	char name[16];
	const char *waits_for;		/* to read in the debugger, and for ps */
	const void *channel;		/* what wakes it */
	bool killable;			/* a signal wakes it too */
	uint32_t wake_tick;		/* so does the timer, unless 0 */
	struct process *parent;
	uint32_t stack;			/* top of its kernel stack */
	uint32_t esp;			/* of the kernel, while another process runs */
	uint32_t space;
	uint32_t break_start, break_end;
	struct file *files[FILES];
	struct vnode *directory;
	int signal;			/* it has to die of this one */
	uint32_t ignored;		/* bit n: signal n means nothing */
	int exit_code;
	uint32_t ticks;			/* it has had the processor for so many */
	bool uses_fpu;
	struct fpu_state fpu;
};

extern struct process processes[PROCESSES];
extern struct process *current;

struct process *process_create_kernel(const char *name, void (*entry)(void));
struct trap_frame *process_frame(struct process *process);
int process_fork(void);
int process_wait(int pid, int *status, int options);
int process_set_break(uint32_t end);
void process_exit(int status) __attribute__((noreturn));
int process_signal(int pid, int signal);
void signal_all(int signal);
int process_execute(const char *path, char *const argv[], char *const envp[]);

void schedule(void);
int sleep_on(const void *channel, const char *what);		/* -EINTR if a signal came */
int sleep_ticks(const void *channel, const char *what, uint32_t ticks);	/* also -EAGAIN: time is over */
void sleep_surely(const void *channel, const char *what);	/* only for what is certain to come */
void wake_up(const void *channel);
void wake_process(struct process *process);
void preempt(void);
void scheduler_tick(void);

struct lock { const struct process *holder; };
void lock_take(struct lock *lock, const char *what);
void lock_drop(struct lock *lock);

void switch_stacks(uint32_t *save_esp, uint32_t load_esp);
void return_to_user(void);
void thread_start(void);
void resume_user(struct trap_frame *frame) __attribute__((noreturn));

/* fpu.c */
void fpu_init(void);
void fpu_switch(void);
void fpu_take(void);
void fpu_copy(struct process *to);
void fpu_forget(struct process *process);

/* timer.c */
void timer_elapsed(uint64_t nanoseconds);
uint32_t timer_ticks(void);

/* printk.c (hello-guest's) */
void printk(const char *text, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *text, ...) __attribute__((format(printf, 1, 2), noreturn));

/* syscalls.c: the table. What is behind it is in syscalls.h. */
typedef int (*system_call)();
extern const system_call system_calls[SYS_LAST + 1];

/* power.c */
void power_event(const void *data, uint32_t size);
int power_reboot(uint32_t command);

/* main.c */
extern struct co_boot_params boot_params;
bool boot_word(const char *word, char *value, size_t size);
void kernel_start(struct co_passage_page *page);
void kmain(void);

/* drivers/: what each does with a message of its device */
void console_init(void);
void console_attribute(uint8_t attribute);
void console_write(const char *text, size_t length);
void console_resized(const void *data, uint32_t size);
void keyboard_event(const void *data, uint32_t size);
void block_done(const void *data, uint32_t size);
void serial_receive(uint32_t unit, const uint8_t *data, uint32_t size);
void conet_receive(uint32_t unit, enum co_message_type type, const void *data, uint32_t size);

#endif /* KERNEL_H */
