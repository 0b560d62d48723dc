// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual timer interrupt (CO_VIRQ_TIMER). The host says how many nanoseconds have passed; every full hundredth of
 * a second is one tick, and the rest is kept for the next time.
 */
#include "kernel.h"
#include "../net/net.h"

#define NS_PER_TICK	(1000000000u / HZ)

static uint32_t ticks;
static uint64_t rest;

void timer_elapsed(uint64_t nanoseconds)
{
	for (rest += nanoseconds; rest >= NS_PER_TICK; rest -= NS_PER_TICK) {
		ticks++;
		scheduler_tick();
		network_tick();
	}
}

uint32_t timer_ticks(void)
{
	return ticks;
}
