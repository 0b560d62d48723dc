// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a process: fork, exit, wait, and the signals that end it. All processes are in one table, so the debugger
 * shows them by the name `processes`. A process of the kernel has no memory below 0xc0000000; process 0 is the start
 * (main.c), and 1 becomes init.
 */
#include "kernel.h"
#include "../fs/fs.h"

struct process processes[PROCESSES];

static int last_pid;

static struct process *find(int pid)
{
	for (struct process *process = processes; process < processes + PROCESSES; process++)
		if (process->state != PROCESS_FREE && process->pid == pid)
			return process;
	return NULL;
}

static struct process *create(const char *name)
{
	struct process *process = processes + 1;
	uint32_t slot;

	while (process < processes + PROCESSES && process->state != PROCESS_FREE)
		process++;
	if (process == processes + PROCESSES)
		return NULL;
	slot = KERNEL_STACKS + (uint32_t)(process - processes) * (KERNEL_STACK + PAGE_SIZE);
	for (uint32_t page = PAGE_SIZE; page <= KERNEL_STACK; page += PAGE_SIZE)
		if (!space_map_stack(slot + page))
			return NULL;
	memset(process, 0, sizeof(*process));
	process->pid = ++last_pid;
	process->parent = current;
	process->stack = slot + PAGE_SIZE + KERNEL_STACK;
	strcopy(process->name, name, sizeof(process->name));
	return process;
}

/* Where the CPU has put the registers of ring 3. */
struct trap_frame *process_frame(struct process *process)
{
	return (struct trap_frame *)process->stack - 1;
}

/* What switch_stacks() takes off a stack at rest. */
static void prepare_stack(struct process *process, uint32_t *top, void (*go_on)(void), uint32_t ebx)
{
	*--top = (uint32_t)go_on;
	*--top = 0;		/* EBP */
	*--top = ebx;
	*--top = 0;		/* ESI */
	*--top = 0;		/* EDI */
	process->esp = (uint32_t)top;
}

struct process *process_create_kernel(const char *name, void (*entry)(void))
{
	struct process *process = create(name);

	if (!process)
		panic("no memory for the process %s", name);
	process->space = space_kernel();
	prepare_stack(process, (uint32_t *)process_frame(process), thread_start, (uint32_t)entry);
	process->state = PROCESS_READY;
	return process;
}

int process_fork(void)
{
	struct process *child = create(current->name);

	if (!child)
		return -EAGAIN;
	child->space = space_copy(current->space);
	if (!child->space)
		return -ENOMEM;
	child->break_start = current->break_start;
	child->break_end = current->break_end;
	child->ignored = current->ignored;
	child->directory = vnode_hold(current->directory);
	for (int fd = 0; fd < FILES; fd++)
		if (current->files[fd])
			child->files[fd] = file_hold(current->files[fd]);
	fpu_copy(child);
	*process_frame(child) = *process_frame(current);
	process_frame(child)->eax = 0;
	prepare_stack(child, (uint32_t *)process_frame(child), return_to_user, 0);
	child->state = PROCESS_READY;
	return child->pid;
}

static void leave_memory(void)
{
	uint32_t space = current->space;

	current->space = space_kernel();
	space_switch(current->space);
	space_destroy(space);
	fpu_forget(current);
}

/* `status` as waitpid() tells it: exit code << 8, or a signal. */
void process_exit(int status)
{
	if (current->pid == 1)
		panic("init has ended with status 0x%x", status);
	for (int fd = 0; fd < FILES; fd++)
		if (current->files[fd])
			file_close(current->files[fd]);
	vnode_put(current->directory);
	leave_memory();
	for (struct process *child = processes; child < processes + PROCESSES; child++)
		if (child->state != PROCESS_FREE && child->parent == current) {
			child->parent = find(1);
			wake_up(child->parent);
		}
	current->exit_code = status;
	current->state = PROCESS_ZOMBIE;
	wake_up(current->parent);
	schedule();
	BUG();
}

/* A parent sleeps on itself until a child ends. Returns the child's number, or 0 with WNOHANG if none has ended. */
int process_wait(int pid, int *status, int options)
{
	for (;;) {
		bool any = false;
		int error;

		for (struct process *child = processes; child < processes + PROCESSES; child++) {
			if (child->state == PROCESS_FREE || child->parent != current || (pid > 0 && child->pid != pid))
				continue;
			any = true;
			if (child->state != PROCESS_ZOMBIE)
				continue;
			if (status)
				*status = child->exit_code;
			child->state = PROCESS_FREE;
			return child->pid;
		}
		if (!any)
			return -ECHILD;
		if (options & WNOHANG)
			return 0;
		error = sleep_on(current, "child");
		if (error)
			return error;
	}
}

/* Returns the end of the heap: the old one if there is no memory for the new one. */
int process_set_break(uint32_t end)
{
	uint32_t old = current->break_end;

	if (end < current->break_start || end > USER_TOP - 0x1000000)
		return (int)old;
	for (uint32_t page = round_up(old, PAGE_SIZE); page < end; page += PAGE_SIZE)
		if (!space_add_page(current->space, page))
			return (int)old;
	for (uint32_t page = round_up(end, PAGE_SIZE); page < old; page += PAGE_SIZE)
		space_remove_page(current->space, page);
	return (int)(current->break_end = end);
}

/* It dies on its way back to ring 3, to which all sleep that may last long is cut short. */
static void signal_process(struct process *process, int signal)
{
	if (process->pid <= 1 || process->space == space_kernel() || process->state == PROCESS_ZOMBIE)
		return;
	if (signal != SIGKILL && process->ignored >> signal & 1)
		return;
	process->signal = signal;
	if (process->state == PROCESS_SLEEPING && process->killable)
		wake_process(process);
}

int process_signal(int pid, int signal)
{
	struct process *process = pid > 0 ? find(pid) : NULL;

	if (!process)
		return -ESRCH;
	if (signal < 0 || signal > 31)
		return -EINVAL;
	if (signal)
		signal_process(process, signal);
	return 0;
}

/* Ctrl-C, as in the early Unix: for all that do not ignore it, as the shell does, and what it runs with `&`. */
void signal_all(int signal)
{
	for (struct process *process = processes; process < processes + PROCESSES; process++)
		if (process->state != PROCESS_FREE)
			signal_process(process, signal);
}
