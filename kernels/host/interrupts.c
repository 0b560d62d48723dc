// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exceptions, hardware interrupts and system calls. An exception in ring 0 is a bug and ends in a panic with the
 * registers in the log; one in ring 3 ends the process. Hardware interrupts come through two 8259A controllers (Intel 8259A data sheet), remapped to
 * vectors 0x20-0x2f. The same handler serves an interrupt that hit a guest: the passage brings the vector here.
 */
#include "host.h"
#include "exit-code.h"
#include "process/process.h"

#define PIC1		0x20
#define PIC2		0xa0
#define ICW1_INIT	0x11	/* edge triggered, cascade, ICW4 follows */
#define ICW4_8086	0x01
#define OCW2_EOI	0x20
#define OCW3_READ_IRR	0x0a
#define OCW3_READ_ISR	0x0b
#define CASCADE		2

static const char *const exception_names[] = {
	"divide error", "debug", "NMI", "breakpoint", "overflow", "bound range", "invalid opcode", "no coprocessor",
	"double fault", "coprocessor overrun", "invalid TSS", "segment not present", "stack fault",
	"general protection", "page fault", "reserved", "x87 error", "alignment check", "machine check", "SIMD error",
};

static struct irq_handler *handlers[16];
static uint16_t mask = 0xffff & ~(1 << CASCADE);

static void write_mask(void)
{
	outb(PIC1 + 1, (uint8_t)mask);
	outb(PIC2 + 1, (uint8_t)(mask >> 8));
}

void interrupts_init(void)
{
	outb(PIC1, ICW1_INIT);
	outb(PIC2, ICW1_INIT);
	outb(PIC1 + 1, IRQ_BASE);
	outb(PIC2 + 1, IRQ_BASE + 8);
	outb(PIC1 + 1, 1 << CASCADE);
	outb(PIC2 + 1, CASCADE);
	outb(PIC1 + 1, ICW4_8086);
	outb(PIC2 + 1, ICW4_8086);
	write_mask();
}

void irq_register(unsigned irq, struct irq_handler *handler)
{
	uint32_t flags = interrupts_save();

	handler->next = handlers[irq];
	handlers[irq] = handler;
	mask &= (uint16_t)~(1u << irq);
	write_mask();
	interrupts_restore(flags);
}

static uint8_t read_register(uint16_t pic, uint8_t which)
{
	outb(pic, which);
	return inb(pic);
}

/* Has the line asked, without having been served yet? */
bool irq_requested(unsigned irq)
{
	return read_register(irq < 8 ? PIC1 : PIC2, OCW3_READ_IRR) & (1u << (irq & 7));
}

/* Is it being served right now? */
bool irq_in_service(unsigned irq)
{
	return read_register(irq < 8 ? PIC1 : PIC2, OCW3_READ_ISR) & (1u << (irq & 7));
}

static void handle_irq(unsigned irq)
{
	/* Lines 7 and 15 also stand for "a request went away": then nothing is in service and no EOI is due. */
	if ((irq & 7) == 7 && !irq_in_service(irq)) {
		if (irq == 15)
			outb(PIC1, OCW2_EOI);
		return;
	}
	for (struct irq_handler *handler = handlers[irq]; handler; handler = handler->next)
		handler->serve(handler->device);
	if (irq >= 8)
		outb(PIC2, OCW2_EOI);
	outb(PIC1, OCW2_EOI);
}

static void __attribute__((noreturn)) exception(const struct trap_frame *frame)
{
	const char *name = frame->vector < sizeof(exception_names) / sizeof(*exception_names) ?
				   exception_names[frame->vector] : "unexpected interrupt";

	if (frame->cs & 3) {
		host_log("process %u (%s) dies: %s at 0x%08x (address 0x%08x, error code 0x%x)", current->pid,
			 current->name, name, frame->eip, read_cr2(), frame->error);
		process_exit(EXIT_PROCESS_FAULT);
	}
	panic("%s (vector %u, error code 0x%x) at 0x%08x\n"
	      "      eax %08x ebx %08x ecx %08x edx %08x\n"
	      "      esi %08x edi %08x ebp %08x esp %08x\n"
	      "      cr2 %08x cr3 %08x eflags %08x", name, frame->vector, frame->error, frame->eip, frame->eax,
	      frame->ebx, frame->ecx, frame->edx, frame->esi, frame->edi, frame->ebp,
	      (uint32_t)(&frame->eflags + 1), read_cr2(), read_cr3(), frame->eflags);
}

/* Ring 3 can lose the processor here, after a tick or when somebody has woken; ring 0 goes on where it was. */
void interrupt_handler(struct trap_frame *frame)
{
	if (frame->vector == VECTOR_SYSTEM_CALL)
		system_call(frame);
	else if (frame->vector == VECTOR_NMI)
		host_log("an NMI at 0x%08x: %s", frame->eip,
			 watchdog_has_barked() ? "no tick for a second" : "nothing of ours raised it");
	else if (frame->vector >= IRQ_BASE && frame->vector < IRQ_BASE + 16)
		handle_irq(frame->vector - IRQ_BASE);
	else
		exception(frame);
	if (frame->cs & 3)
		process_give_way();
}
