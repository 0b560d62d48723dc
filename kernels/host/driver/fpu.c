// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x87, MMX and SSE registers. The passage does not exchange them, for the host uses none: neither its kernel nor
 * its processes, which get #NM because CR0.TS is set. So they belong to the guest that ran last, and change hands
 * only when another guest is about to run: with one guest they are never touched (Intel SDM vol. 3, 13.4).
 */
#include "driver.h"

static struct monitor *owner;
static struct fpu_image clean;		/* as after a reset */
static bool has_fxsr;

static void task_switched(bool on)
{
	if (on)
		asm volatile("movl %%cr0, %%eax; orl %0, %%eax; movl %%eax, %%cr0" : : "i"(CR0_TS) : "eax", "cc");
	else
		asm volatile("clts");
}

static void save(struct fpu_image *image)
{
	if (has_fxsr)
		asm volatile("fxsave %0" : "=m"(*image));
	else
		asm volatile("fnsave %0; fwait" : "=m"(*image));
}

static void restore(const struct fpu_image *image)
{
	if (has_fxsr)
		asm volatile("fxrstor %0" : : "m"(*image));
	else
		asm volatile("frstor %0" : : "m"(*image));
}

void fpu_init(void)
{
	has_fxsr = cpu_has(CPUID_FXSR);
	if (has_fxsr)
		asm volatile("movl %%cr4, %%eax; orl %0, %%eax; movl %%eax, %%cr4" : : "i"(CR4_OSFXSR) : "eax", "cc");
	task_switched(false);
	asm volatile("fninit");
	save(&clean);
	task_switched(true);
}

/* For a guest that has not run yet. */
void fpu_prepare(struct monitor *monitor)
{
	if (owner == monitor)
		owner = NULL;
	monitor->fpu = clean;
}

/* The guest will run next. */
void fpu_give_to(struct monitor *monitor)
{
	if (owner == monitor)
		return;
	task_switched(false);
	if (owner)
		save(&owner->fpu);
	restore(&monitor->fpu);
	owner = monitor;
	task_switched(true);
}

/* The guest will not run any more. */
void fpu_forget(const struct monitor *monitor)
{
	if (owner == monitor)
		owner = NULL;
}
