// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual timer interrupt (CO_VIRQ_TIMER). The host says how many nanoseconds have passed; every full hundredth of a
 * second is one tick, and the rest is kept for the next time.
 */
#include "kernel.h"

#define NS_PER_TICK	(1000000000u / HZ)

static volatile uint32_t ticks;
static uint64_t rest;

static void timer_interrupt(void)
{
	ticks++;
}

void timer_elapsed(uint64_t nanoseconds)
{
	for (rest += nanoseconds; rest >= NS_PER_TICK; rest -= NS_PER_TICK)
		timer_interrupt();
}

uint32_t timer_ticks(void)
{
	return ticks;
}

void timer_wait(uint32_t count)
{
	uint32_t begin = ticks;

	while (ticks - begin < count)
		cooperative_idle();
}
