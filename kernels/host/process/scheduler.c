// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who runs. The process that has used the processor least of late runs next, as in the early Unix systems: what a
 * process has used is forgotten by half every tenth of a second. Those who compute take turns, for each turn counts
 * against the one who had it; one who sleeps most of the time is served at once when it wakes, and nobody starves, for
 * waiting makes a process the one that has used least. Use is compared in grains of 2 ms. Among equals one that has
 * slept comes before one that was interrupted, then the one that has waited longest. A newcomer counts as one who
 * computes, until it has shown otherwise.
 *
 * There is a decision at each tick and whenever somebody wakes, but a process loses the processor only in ring 3 and at
 * the places in ring 0 that call schedule() themselves. With nobody ready the boot stack runs: it waits for interrupts.
 */
#include "process.h"

#define TICKS_PER_EPOCH	10
#define GRAIN_SHIFT	21		/* 2^21 ns */
#define NEWCOMER_USAGE	(9 << GRAIN_SHIFT)

struct process *current;

static bool wants_switch;
static uint32_t idle_esp;
static uint64_t slice_began;		/* ns */
static uint32_t turns;

/* ns, with all epochs forgotten that have passed */
static uint32_t usage_of(struct process *process)
{
	uint32_t epoch = clock_ticks() / TICKS_PER_EPOCH;
	uint32_t passed = epoch - process->usage_epoch;

	process->usage = passed < 32 ? process->usage >> passed : 0;
	process->usage_epoch = epoch;
	return process->usage;
}

static void charge_current(void)
{
	uint64_t now = clock_ns();

	if (current)
		current->usage = usage_of(current) + (uint32_t)(now - slice_began);
	slice_began = now;
}

/* Does the first go before the second? */
static bool precedes(struct process *first, struct process *second)
{
	uint32_t grains = usage_of(first) >> GRAIN_SHIFT, others = usage_of(second) >> GRAIN_SHIFT;

	if (grains != others)
		return grains < others;
	if (first->has_slept != second->has_slept)
		return first->has_slept;
	return (int32_t)(first->turn - second->turn) < 0;
}

static struct process *pick(void)
{
	struct process *best = NULL;

	for (unsigned i = 0; i < process_slots(); i++) {
		struct process *process = process_at(i);

		if (process->state == PROCESS_READY && (!best || precedes(process, best)))
			best = process;
	}
	return best;
}

bool scheduler_wants_switch(void)
{
	return wants_switch;
}

void schedule(void)
{
	uint32_t flags = interrupts_save();
	struct process *previous = current, *next;

	charge_current();
	wants_switch = false;
	next = pick();
	if (next != previous) {
		if (previous) {
			previous->turn = ++turns;
			previous->has_slept = previous->state == PROCESS_SLEEPING;
		}
		current = next;
		if (next) {
			descriptors_set_kernel_stack((uint32_t)next->stack + KERNEL_STACK_SIZE);
			write_cr3(next->directory);
		}
		/* With nobody to run, the address space of the last one stays: its kernel half is everybody's. */
		context_switch(previous ? &previous->esp : &idle_esp, next ? next->esp : idle_esp);
	}
	interrupts_restore(flags);
}

/* In the midst of long work in ring 0: lets the others run if it is time. */
void process_give_way(void)
{
	if (wants_switch)
		schedule();
}

static void wake(struct process *process)
{
	process->state = PROCESS_READY;
	process->turn = ++turns;
	wants_switch = true;
}

/* For a process that is about to be ready for the first time. */
void scheduler_welcome(struct process *process)
{
	process->usage = NEWCOMER_USAGE;
	process->usage_epoch = clock_ticks() / TICKS_PER_EPOCH;
	wake(process);
}

static void tick(void)
{
	wants_switch = true;
	for (unsigned i = 0; i < process_slots(); i++) {
		struct process *process = process_at(i);

		if (process->state == PROCESS_SLEEPING && process->wakes_by_time &&
		    (int32_t)(clock_ticks() - process->wake_tick) >= 0)
			wake(process);
	}
}

/*
 * Waits until somebody wakes `event` or, if `ticks` is not 0, that many ticks have passed. Called with interrupts off,
 * so that what is waited for cannot happen between the caller's look and the sleep.
 */
void process_sleep(const void *event, uint32_t ticks)
{
	current->event = event;
	current->wake_tick = clock_ticks() + ticks;
	current->wakes_by_time = ticks != 0;
	current->state = PROCESS_SLEEPING;
	schedule();
}

void process_wake(const void *event)
{
	uint32_t flags = interrupts_save();

	for (unsigned i = 0; i < process_slots(); i++) {
		struct process *process = process_at(i);

		if (process->state == PROCESS_SLEEPING && process->event == event)
			wake(process);
	}
	interrupts_restore(flags);
}

void scheduler_init(void)
{
	clock_at_tick(tick);
}
