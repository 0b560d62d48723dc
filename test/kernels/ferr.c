// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x87 errors as PCs report them with CR0.NE clear: the instruction that waits stops, FERR# raises IRQ 13, and a write to port
 * F0h lowers it and asserts IGNNE# until the error is gone.
 *
 * Rules: SDM vol. 1, 8.7.2 and appendix D.2.
 */
#include "test.h"

#define SW_ES	0x80

static u8 area[16];

static u32 status_word(void)
{
	u16 value;

	asm volatile("fnstsw %0" : "=m"(value));
	return value;
}

/* NE set, no error. */
static void clean(void)
{
	WRITE_CR(0, (READ_CR(0) & ~(CR0_EM | CR0_TS)) | CR0_NE | CR0_MP);
	asm volatile("fninit");
}

/* Leaves an unmasked division by zero pending. */
static void make_pending(void)
{
	static const u16 control = 0x37b;

	asm volatile("fldcw %0; fldz; fld1; fdiv %%st(1), %%st" : : "m"(control));
}

static void clear_ne(void)
{
	WRITE_CR(0, READ_CR(0) & ~CR0_NE);
}

#define IRQ13	0x3d	/* the slave's base is 38h */

static void set_pics(u8 base1, u8 base2, u8 mask1, u8 mask2)
{
	outb(0x20, 0x11);
	outb(0xa0, 0x11);
	outb(0x21, base1);
	outb(0xa1, base2);
	outb(0x21, 4);
	outb(0xa1, 2);
	outb(0x21, 1);
	outb(0xa1, 1);
	outb(0x21, mask1);
	outb(0xa1, mask2);
}

static void end_irq13(void)
{
	outb(0xa0, 0x20);
	outb(0x20, 0x20);
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

	set_pics(0x30, 0x38, 0xfb, 0xdf);
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
	set_pics(0x30, 0x38, 0xff, 0xff);
}

