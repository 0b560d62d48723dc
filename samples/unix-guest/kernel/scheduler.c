// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who runs. Round robin: a process keeps the processor until it sleeps or, in ring 3, until its slice of virtual timer
 * ticks is used up. A process sleeps on a channel, any address that means something to who wakes it, and must look
 * again when it wakes: somebody may have been faster.
 *
 * When nobody can run, the kernel is idle on the stack of who slept last, and tells the host.
 */
#include "kernel.h"

#define SLICE	3			/* ticks */

struct process *current = &processes[0];	/* the start (main.c) is process 0 */

static uint32_t slice_used;

static struct process *next_ready(void)
{
	uint32_t from = (uint32_t)(current - processes);

	for (uint32_t i = 1; i <= PROCESSES; i++) {
		struct process *process = &processes[(from + i) % PROCESSES];

		if (process->state == PROCESS_READY)
			return process;
	}
	return NULL;
}

void schedule(void)
{
	struct process *previous = current, *next;

	while (!(next = next_ready()))
		cooperative_idle();
	slice_used = 0;
	if (next == current)
		return;
	current = next;
	*ring0_stack() = next->stack;
	space_switch(next->space);
	fpu_switch();
	switch_stacks(&previous->esp, next->esp);
}

/* On the way back to ring 3. */
void preempt(void)
{
	if (slice_used >= SLICE)
		schedule();
}

void wake_process(struct process *process)
{
	process->state = PROCESS_READY;
	process->channel = NULL;
	process->waits_for = NULL;
}

static int sleep(const void *channel, const char *what, bool killable, uint32_t ticks)
{
	if (killable && current->signal)
		return -EINTR;
	current->state = PROCESS_SLEEPING;
	current->channel = channel;
	current->waits_for = what;
	current->killable = killable;
	current->wake_tick = ticks ? timer_ticks() + ticks : 0;
	schedule();
	if (killable && current->signal)
		return -EINTR;
	return ticks && !current->wake_tick ? -EAGAIN : 0;
}

int sleep_on(const void *channel, const char *what)
{
	return sleep(channel, what, true, 0);
}

int sleep_ticks(const void *channel, const char *what, uint32_t ticks)
{
	return sleep(channel, what, true, ticks);
}

void sleep_surely(const void *channel, const char *what)
{
	sleep(channel, what, false, 0);
}

void wake_up(const void *channel)
{
	for (struct process *process = processes; process < processes + PROCESSES; process++)
		if (process->state == PROCESS_SLEEPING && process->channel == channel)
			wake_process(process);
}

void scheduler_tick(void)
{
	uint32_t now = timer_ticks();

	slice_used++;
	if (current->state == PROCESS_READY)
		current->ticks++;
	for (struct process *process = processes; process < processes + PROCESSES; process++) {
		if (process->state != PROCESS_SLEEPING || !process->wake_tick)
			continue;
		if ((int32_t)(now - process->wake_tick) >= 0) {
			process->wake_tick = 0;
			wake_process(process);
		}
	}
}

void lock_take(struct lock *lock, const char *what)
{
	while (lock->holder)
		sleep_surely(lock, what);
	lock->holder = current;
}

void lock_drop(struct lock *lock)
{
	lock->holder = NULL;
	wake_up(lock);
}
