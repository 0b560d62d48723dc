// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How processes begin and end. A new one gets a kernel stack that looks as if an interrupt had hit it just before its
 * first instruction: the first switch to it returns from that interrupt.
 */
#include "process.h"
#include "syscalls.h"

#define EFLAGS_FIRST	0x202	/* interrupts on; bit 1 is always set */

/* What context_switch() takes from the stack, and below it the way to ring 3. */
struct first_stack {
	uint32_t edi, esi, ebx, ebp, eip;
	struct trap_frame frame;
};

static struct process processes[PROCESS_MAX];
static unsigned slots, last_pid;

struct process *process_at(unsigned index)
{
	return &processes[index];
}

unsigned process_slots(void)
{
	return slots;
}

static struct process *free_slot(void)
{
	for (unsigned i = 0; i < slots; i++)
		if (processes[i].state == PROCESS_FREE)
			return &processes[i];
	if (slots == PROCESS_MAX)
		panic("there are %u processes already", PROCESS_MAX);
	return &processes[slots++];
}

static void prepare_stack(struct process *process, uint32_t entry, uint32_t stack_top, uint32_t argument)
{
	struct first_stack *first = (void *)(process->stack + KERNEL_STACK_SIZE - sizeof(*first));

	*first = (struct first_stack){ .eip = (uint32_t)interrupt_return };
	first->frame.ds = first->frame.es = first->frame.user_ss = SELECTOR_USER_DATA;
	first->frame.eax = argument;
	first->frame.eip = entry;
	first->frame.cs = SELECTOR_USER_CODE;
	first->frame.eflags = EFLAGS_FIRST;
	first->frame.user_esp = stack_top;
	process->esp = (uint32_t)first;
}

void process_spawn(const char *program, const char *name, uint32_t argument, void (*ended)(uint32_t code))
{
	struct process *process = free_slot();
	uint8_t *stack = process->stack;
	uint32_t entry, stack_top;

	if (!stack) {
		uint32_t frames = frames_allocate(KERNEL_STACK_SIZE / PAGE_SIZE);

		stack = frames ? virtual_address(frames) : NULL;
	}
	*process = (struct process){ .pid = ++last_pid, .stack = stack, .ended = ended };
	process->directory = space_create();
	if (!stack || !process->directory)
		panic("no memory for the process %s", name);
	format(process->name, sizeof(process->name), "%s", name);
	files_init(process->files);
	entry = program_load(program, process->directory, &stack_top);
	prepare_stack(process, entry, stack_top, argument);
	scheduler_welcome(process);
}

/* It has its parent's end, so the machine waits for it as well. */
int32_t process_spawn_helper(const char *program, const char *name, uint32_t argument)
{
	if (!program_exists(program))
		return -ERROR_NO_ENTRY;
	process_spawn(program, name, argument, current->ended);
	return (int32_t)last_pid;
}

unsigned process_count(void (*ended)(uint32_t code))
{
	unsigned count = 0;

	for (unsigned i = 0; i < slots; i++)
		count += processes[i].state != PROCESS_FREE && processes[i].ended == ended;
	return count;
}

/* The current process ends. Its stack is still under our feet: it stays with the slot, for the next one. */
void process_exit(uint32_t code)
{
	struct process *process = current;

	files_close_all();
	interrupts_off();
	write_cr3(physical_address(host_page_directory));
	space_destroy(process->directory);
	process->state = PROCESS_FREE;
	process->ended(code);
	schedule();
	panic("a process that has ended runs again");
}
