// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens on each trap. Exceptions of the ring-3 program end the program, those of the kernel end the guest.
 * Hardware interrupts belong to the host and are handed over as they are; on the way back the host may bring
 * virtual interrupts of our own. Double faults and NMIs do not come here, see descriptors.c.
 */
#include "kernel.h"

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
	if (frame->cs & 3) {
		printk("process: %s at 0x%08x (address 0x%08x, code 0x%x)\n", name, frame->eip, address, frame->error);
		process_exit(128 + frame->vector);
	}
	panic("%s at 0x%08x (address 0x%08x, code 0x%x)", name, frame->eip, address, frame->error);
}

void trap_handler(struct trap_frame *frame)
{
	if (frame->vector == VECTOR_SYSTEM_CALL)
		frame->eax = system_call(frame->eax, frame->ebx, frame->ecx, frame->edx);
	else if (frame->vector >= EXCEPTIONS)
		cooperative_forward_interrupt(frame->vector);
	else
		exception(frame);
}
