// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x87 errors as PCs report them with CR0.NE clear: the instruction that waits stops, FERR# raises IRQ 13, and a write to port
 * F0h lowers it and asserts IGNNE# until the error is gone.
 *
 * Rules: SDM vol. 1, 8.7.2 and appendix D.2.
 */
#include "fpu.h"
#include "irq.h"

static u8 area[16];

/* Leaves an unmasked division by zero pending. */
static void make_pending(void)
{
	set_control(0x37b);
	asm volatile("fldz; fld1; fdiv %st(1), %st");
}

static void clear_ne(void)
{
	WRITE_CR(0, READ_CR(0) & ~CR0_NE);
}

#define IRQ13	(BASE + 13)

static void end_irq13(void)
{
	outb(SLAVE, EOI);
	outb(MASTER, EOI);
}

/* A handler as MS-DOS systems have it: clears the latch, ends the interrupt, clears the exception. */
extern u32 irq13_count, irq13_eip;
extern const u8 handle_irq13[];
asm(".text\n"
    "handle_irq13:\n"
    "	pushl %eax\n"
    "	movl 4(%esp), %eax\n"
    "	movl %eax, irq13_eip\n"
    "	incl irq13_count\n"
    "	xorl %eax, %eax\n"
    "	outb %al, $0xf0\n"
    "	movb $0x20, %al\n"
    "	outb %al, $0xa0\n"
    "	outb %al, $0x20\n"
    "	fnclex\n"
    "	popl %eax\n"
    "	iretl\n"
    "	.bss\n"
    "	.balign 4\n"
    "irq13_count: .skip 4\n"
    "irq13_eip: .skip 4\n"
    "	.text");

CODE(ferr_wait, "nop; fwait; nop; nop");
CODE(ferr_add, "nop; fld1; nop; nop");
CODE(ferr_mmx, "nop; paddb %mm1, %mm0; nop; nop");
CODE(ferr_halt, "nop; fwait; 1: hlt; jmp 1b");
CODE(ferr_none, "fnstsw %ax; fnstcw (%ebx); nop; nop; nop");
CODE(ferr_ignored, "movb $0, %al; fwait; fld1; fstp %st(0); nop; nop");

void test_main(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		bool waits;
	} all[] = {
		{ "WAIT", ferr_wait, true }, { "FLD1", ferr_add, true }, { "PADDB", ferr_mmx, true }, { "FNSTSW", ferr_none, false },
	};

	init_pics(ICW1, false);
	set_masks(0xdffb);
	group("IRQ 13");
	for (u32 i = 0; i < 4; i++) {
		struct frame f = ring_frame(0, all[i].code);
		struct result r;

		begin("%s raises IRQ 13", all[i].name);
		clean();
		make_pending();
		clear_ne();
		f.ebx = (u32)area;
		f.eflags |= FLAG_IF;
		r = run(&f);
		outb(0xf0, 0);
		asm volatile("fnclex");
		end_irq13();
		expect_fault(&r, all[i].waits ? IRQ13 : END, 0);

		begin("%s waits for IRQ 13", all[i].name);
		if (all[i].waits)
			expect("EIP", f.eip + 1, r.f.eip);

		begin("%s and a handler", all[i].name);
		clean();
		make_pending();
		clear_ne();
		set_idt(IRQ13, gate(KERNEL_CODE, (u32)handle_irq13, 0x8e, 0));
		irq13_count = 0;
		r = run(&f);
		default_idt(IRQ13);
		expect_fault(&r, END, 0);
		expect("interrupts", all[i].waits, irq13_count);
		expect("status", 0, status_word() & (all[i].waits ? 0x80ff : 0));
		asm volatile("fnclex");

		/* With NE set there is no FERR#. */
		begin("%s with NE", all[i].name);
		clean();
		make_pending();
		f.eflags |= FLAG_IF;
		r = run(&f);
		expect_fault(&r, all[i].waits ? MF : END, 0);
		asm volatile("fnclex");
	}
	/* Any interrupt is taken meanwhile; it returns to the instruction that waits. */
	begin("IRQ 0 while the processor waits for IRQ 13");
	{
		struct frame f = ring_frame(0, ferr_halt);
		struct result r;

		init_pics(ICW1, false);
		set_masks(0xfffe);
		clean();
		make_pending();
		clear_ne();
		f.eflags |= FLAG_IF;
		start_timer(0, 200);
		r = run(&f);
		outb(0xf0, 0);
		asm volatile("fnclex");
		outb(MASTER, EOI);
		expect_fault(&r, BASE, 0);
		expect("EIP", f.eip + 1, r.f.eip);
		clean();
		init_pics(ICW1, false);
		set_masks(0xdffb);
	}
	group("IGNNE#");
	/* IGNNE#: set by a write to F0h while the error is there, gone with the error. */
	for (u32 round = 0; round < 2; round++) {
		struct frame f = ring_frame(0, ferr_wait);
		struct result r;

		begin("error ignored after a write to F0h, round %u", round);
		clean();
		make_pending();
		clear_ne();
		f.eflags |= FLAG_IF;
		r = run(&f);
		expect_fault(&r, IRQ13, 0);
		outb(0xf0, 0);
		end_irq13();
		f.eip = (u32)ferr_ignored;
		r = run(&f);
		expect_fault(&r, END, 0);
		expect("ES", SW_ES, status_word() & SW_ES);
		asm volatile("fnclex; fwait");
	}
	clean();
	init_pics(ICW1, false);
	set_masks(0xffff);
}

