// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens on each trap. Exceptions of a process end the process, those of the kernel end the guest. Hardware
 * interrupts belong to the host and are handed over; on the way back it may bring events. Before ring 3 goes on, the
 * process may lose the processor, or its life. Double faults and NMIs do not come here: see descriptors.c of
 * hello-guest.
 */
#include "kernel.h"

#define VECTOR_NO_FPU		7
#define VECTOR_PAGE_FAULT	14
#define EXCEPTIONS		32

static const char *const names[EXCEPTIONS] = {
	"divide error", "debug", "NMI", "breakpoint", "overflow", "bound range", "invalid opcode", "no coprocessor",
	"double fault", "coprocessor overrun", "invalid TSS", "segment not present", "stack fault",
	"general protection", "page fault", "reserved", "x87 error", "alignment check", "machine check", "SIMD error",
};

static void exception(const struct trap_frame *frame)
{
	const char *name = names[frame->vector] ? names[frame->vector] : "reserved exception";
	uint32_t address = 0;

	if (frame->vector == VECTOR_PAGE_FAULT)
		asm volatile("movl %%cr2, %0" : "=r"(address));
	if (!(frame->cs & 3))
		panic("%s at 0x%08x (address 0x%08x, code 0x%x)", name, frame->eip, address, frame->error);
	printk("%s (process %d): %s at 0x%08x (address 0x%08x, code 0x%x)\n", current->name, current->pid, name,
	       frame->eip, address, frame->error);
	process_exit(128 + (int)frame->vector);
}

static void call_system(struct trap_frame *frame)
{
	system_call call = frame->eax <= SYS_LAST ? system_calls[frame->eax] : NULL;

	frame->eax = (uint32_t)(call ? call(frame->ebx, frame->ecx, frame->edx, frame->esi, frame->edi) : -ENOSYS);
}

void trap_handler(struct trap_frame *frame)
{
	if (frame->vector == VECTOR_SYSTEM_CALL)
		call_system(frame);
	else if (frame->vector >= EXCEPTIONS)
		cooperative_forward_interrupt(frame->vector);
	else if (frame->vector == VECTOR_NO_FPU && frame->cs & 3)
		fpu_take();
	else
		exception(frame);
	preempt();
	if (current->signal)
		process_exit(current->signal);
}
