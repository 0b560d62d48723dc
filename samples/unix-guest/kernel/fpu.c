// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The FPU and SSE registers belong to the process that used them last. A switch only sets CR0.TS; the next
 * floating-point instruction traps (#NM), and then the registers change hands (Intel SDM vol. 3, 13.4).
 */
#include "kernel.h"

#define CR0_TS		0x8u
#define CR4_OSFXSR	0x200u
#define CPUID_FXSR	(1u << 24)

static struct process *owner;
static bool has_fxsr;

static void set_ts(void)
{
	uint32_t cr0;

	asm volatile("movl %%cr0, %0; orl %1, %0; movl %0, %%cr0" : "=&r"(cr0) : "i"(CR0_TS));
}

static void save(struct fpu_state *state)
{
	if (has_fxsr)
		asm volatile("fxsave %0" : "=m"(*state));
	else
		asm volatile("fnsave %0; fwait" : "=m"(*state));
}

static void restore(const struct fpu_state *state)
{
	if (has_fxsr)
		asm volatile("fxrstor %0" : : "m"(*state));
	else
		asm volatile("frstor %0" : : "m"(*state));
}

static void reset(void)
{
	uint32_t mxcsr = 0x1f80;		/* all masked */

	asm volatile("fninit");
	if (has_fxsr)
		asm volatile("ldmxcsr %0" : : "m"(mxcsr));
}

void fpu_init(void)
{
	uint32_t eax = 1, ebx, ecx, edx, cr4;

	asm("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	has_fxsr = edx & CPUID_FXSR;
	if (has_fxsr)
		asm volatile("movl %%cr4, %0; orl %1, %0; movl %0, %%cr4" : "=&r"(cr4) : "i"(CR4_OSFXSR));
	set_ts();
}

/* Another process is about to run. */
void fpu_switch(void)
{
	if (owner == current)
		asm volatile("clts");
	else
		set_ts();
}

/* #NM: the current process wants the registers. */
void fpu_take(void)
{
	asm volatile("clts");
	if (owner == current)
		return;
	if (owner)
		save(&owner->fpu);
	owner = current;
	if (current->uses_fpu)
		restore(&current->fpu);
	else
		reset();
	current->uses_fpu = true;
}

/* fork(): the child goes on with what the parent has in the registers right now. */
void fpu_copy(struct process *to)
{
	if (owner == current) {
		save(&current->fpu);
		restore(&current->fpu);		/* FNSAVE clears */
	}
	to->fpu = current->fpu;
	to->uses_fpu = current->uses_fpu;
}

void fpu_forget(struct process *process)
{
	process->uses_fpu = false;
	if (owner != process)
		return;
	owner = NULL;
	set_ts();
}
