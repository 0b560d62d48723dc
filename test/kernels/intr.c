// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hardware interrupts: when the processor takes them (STI and MOV SS, HLT, REP, and against other events of the same moment),
 * which one the two 8259A give it in every mode of theirs, and the 8254 that makes them.
 *
 * The sources are those that a program can raise by itself: counter 0 (IRQ 0), the keyboard controller's command D2h (IRQ 1),
 * the transmitter of COM1 (IRQ 4), the periodic interrupt of the clock (IRQ 8). Nothing here depends on how fast time passes.
 * A PC of this class has no way for a program to raise NMI: there is no local APIC, and neither parity errors nor IOCHK#.
 *
 * Rules: SDM vol. 3A, 6.8 and table 6-2; vol. 2, HLT, STI, MOV, REP; Intel 8259A and 8254 datasheets.
 */
#include "test.h"

#define MASTER	0x20
#define SLAVE	0xa0
#define BASE	0x30	/* vectors of IRQ 0 to 15 */

/* 8259A: OCW2 and OCW3 */
#define EOI		0x20
#define EOI_SPECIFIC	0x60
#define ROTATE_EOI	0xa0
#define ROTATE_SPECIFIC 0xe0
#define ROTATE_AEOI	0x80
#define NO_ROTATE_AEOI	0x00
#define SET_PRIORITY	0xc0
#define READ_IRR	0x0a
#define READ_ISR	0x0b
#define POLL		0x0c
#define SET_SMM		0x68
#define CLEAR_SMM	0x48
#define ICW1	0x11
#define LTIM		0x08

#define PATIENCE	300000

/* --- sources ---------------------------------------------------------------------------------------------------------- */

static const u8 sources[4] = { 0, 1, 4, 8 };

static u8 rtc_read(u8 index)
{
	outb(0x70, index);
	return inb(0x71);
}

static void rtc_write(u8 index, u8 value)
{
	outb(0x70, index);
	outb(0x71, value);
}

static u8 get_irr(u16 chip)
{
	outb(chip, READ_IRR);
	return inb(chip);
}

static u8 get_isr(u16 chip)
{
	outb(chip, READ_ISR);
	return inb(chip);
}

static void keyboard_wait(void)
{
	for (u32 n = 0; n < PATIENCE && (inb(0x64) & 2); n++)
		;
}

static void keyboard_command(u8 command, u8 data)
{
	keyboard_wait();
	outb(0x64, command);
	keyboard_wait();
	outb(0x60, data);
	keyboard_wait();
}

/* The line falls, if it is not low already. */
static void lower(u32 irq)
{
	switch (irq) {
	case 0:
		outb(0x43, 0x30);
		break;
	case 1:
		while (inb(0x64) & 1)
			inb(0x60);
		break;
	case 4:
		outb(0x3f9, 0);
		inb(0x3fa);
		break;
	case 8:
		rtc_write(0xb, 0x02);
		rtc_read(0xc);
		break;
	}
}

/* The line rises and stays high. */
static void raise(u32 irq)
{
	u16 chip = irq < 8 ? MASTER : SLAVE;
	u32 n;

	switch (irq) {
	case 0:
		outb(0x43, 0x30);
		outb(0x40, 2);
		outb(0x40, 0);
		break;
	case 1:
		keyboard_command(0xd2, 0x55);
		break;
	case 4:
		outb(0x3f9, 2);
		break;
	case 8:
		rtc_write(0xa, 0x23);
		rtc_read(0xc);
		rtc_write(0xb, 0x42);
		break;
	}
	for (n = 0; n < PATIENCE && !(get_irr(chip) & 1 << (irq & 7)); n++)
		;
	if (n == PATIENCE)
		expect("IRR of a raised line", 1 << (irq & 7), get_irr(chip));
}

static void lower_all(void)
{
	for (u32 n = 0; n < 4; n++)
		lower(sources[n]);
}

static void start_sources(void)
{
	outb(0x3fc, 8);			/* COM1: OUT2 */
	keyboard_command(0x60, 0x45);	/* keyboard controller: IRQ 1 on */
	lower_all();
}

/* --- controllers ------------------------------------------------------------------------------------------------------ */

/* Leaves all masked. */
static void init_pics(u8 icw1, bool auto_eoi)
{
	outb(MASTER, icw1);
	outb(MASTER + 1, BASE);
	outb(MASTER + 1, 4);
	outb(MASTER + 1, auto_eoi ? 3 : 1);
	outb(MASTER + 1, 0xff);
	outb(SLAVE, icw1);
	outb(SLAVE + 1, BASE + 8);
	outb(SLAVE + 1, 2);
	outb(SLAVE + 1, 1);
	outb(SLAVE + 1, 0xff);
}

static void set_masks(u32 irqs)
{
	outb(SLAVE + 1, irqs >> 8);
	outb(MASTER + 1, irqs);
}

CODE(idle, "nop; nop; nop; nop; nop; nop; nop; nop");

/* With interrupts on: the IRQ that comes, or 16 for none. */
static u32 take(void)
{
	struct frame f = ring_frame(0, idle);
	struct result r;

	f.eflags |= FLAG_IF;
	r = run(&f);
	return r.f.vector == END ? 16 : r.f.vector - BASE;
}

/* None, or the spurious IRQ 7 that a request may leave behind when it goes away before it is taken: that is not in service. */
static void expect_gone(const char *when)
{
	u32 irq = take();

	expect(when, 1, irq == 16 || (irq == 7 && !(get_isr(MASTER) & 0x80)));
}

/* The master's input of an IRQ, and how near it is to the highest priority (0) with that input at the lowest. */
static u32 level(u32 irq)
{
	return irq < 8 ? irq : 2;
}

static u32 rank(u32 irq, u32 lowest)
{
	return (level(irq) - lowest - 1) & 7;
}

static u32 highest(u32 irqs, u32 lowest)
{
	u32 best = 16;

	for (u32 n = 0; n < 4; n++)
		if ((irqs >> sources[n] & 1) && (best == 16 || rank(sources[n], lowest) < rank(best, lowest)))
			best = sources[n];
	return best;
}

static u32 subset(u32 bits)
{
	u32 irqs = 0;

	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			irqs |= 1 << sources[n];
	return irqs;
}

enum end { NONSPECIFIC, SPECIFIC, ROTATE, ROTATES_SPECIFIC, AUTO, AUTO_ROTATE, ENDS };

static const char *const end_names[] = { "EOI", "specific EOI", "rotate on EOI", "rotate on specific EOI", "auto EOI", "rotate on auto EOI" };

static void end_of_interrupt(u32 irq, enum end end)
{
	static const u8 commands[] = { EOI, EOI_SPECIFIC, ROTATE_EOI, ROTATE_SPECIFIC };

	if (irq >= 8)
		outb(SLAVE, EOI);
	if (end < AUTO)
		outb(MASTER, commands[end] | (end & 1 ? level(irq) : 0));
}

/* Several requests at once are served by priority. */
static void test_order(u32 bits, u32 lowest, enum end end)
{
	u32 pending = subset(bits), irq;

	begin("IRQs %x, lowest is %u, %s", pending, lowest, end_names[end]);
	init_pics(ICW1, end >= AUTO);
	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			raise(sources[n]);
	outb(MASTER, SET_PRIORITY | lowest);
	outb(MASTER, end == AUTO_ROTATE ? ROTATE_AEOI : NO_ROTATE_AEOI);
	set_masks(0);
	expect("INT of the slave", pending >> 8 & 1, get_irr(MASTER) >> 2 & 1);
	while (pending) {
		u32 next = highest(pending, lowest);

		irq = take();
		expect("IRQ", next, irq);
		if (irq != next)
			break;
		expect("IRR", 0, get_irr(irq < 8 ? MASTER : SLAVE) & 1 << (irq & 7));
		expect("ISR", end >= AUTO ? 0 : 1 << level(irq), get_isr(MASTER));
		if (irq >= 8)
			expect("slave's ISR", 1 << (irq - 8), get_isr(SLAVE));
		lower(irq);
		end_of_interrupt(irq, end);
		expect("ISR after EOI", 0, get_isr(MASTER));
		pending &= ~(1 << irq);
		if (end == ROTATE || end == ROTATES_SPECIFIC || end == AUTO_ROTATE)
			lowest = level(irq);
	}
	expect("then IRQ", 16, take());
	lower_all();
}

/* Masks hold a request back and lose nothing. */
static void test_masks(u32 bits, u32 masked)
{
	u32 pending = subset(bits), masks = subset(masked), rest = pending & ~masks;

	begin("IRQs %x, masks %x", pending, masks);
	init_pics(ICW1, true);
	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			raise(sources[n]);
	set_masks(masks);
	for (u32 round = 0; round < 2; round++) {
		while (rest) {
			u32 next = highest(rest, 7), irq = take();

			expect("IRQ", next, irq);
			if (irq != next) {
				lower_all();
				return;
			}
			lower(irq);
			if (irq >= 8)
				outb(SLAVE, EOI);
			rest &= ~(1 << irq);
		}
		expect("then IRQ", 16, take());
		set_masks(0);
		rest = pending & masks;
	}
	lower_all();
}

/* One in service, another comes. */
static void test_nesting(u32 first, u32 second, u32 lowest, bool special)
{
	u32 got;
	bool through = special || rank(second, lowest) < rank(first, lowest);

	begin("IRQ %u in service%s, then IRQ %u, lowest is %u", first, special ? " and masked in special mask mode" : "", second, lowest);
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | lowest);
	raise(first);
	set_masks(0);
	expect("IRQ", first, take());
	lower(first);
	raise(second);
	if (special) {
		outb(MASTER, SET_SMM);
		outb(MASTER + 1, 1 << level(first));
	}
	got = take();
	expect("then IRQ", through ? second : 16, got);
	if (got == second) {
		expect("ISR", 1 << level(first) | 1 << level(second), get_isr(MASTER));
		end_of_interrupt(second, SPECIFIC);
		expect("ISR", 1 << level(first), get_isr(MASTER));
	}
	outb(MASTER, CLEAR_SMM);
	outb(MASTER + 1, 0);
	end_of_interrupt(first, SPECIFIC);
	expect("last IRQ", through ? 16 : second, take());
	lower_all();
}

/* A non-specific EOI ends the highest priority in service. */
static void test_which_ends(u32 first, u32 second)
{
	u32 lowest = (level(second) - 1) & 7;

	begin("EOI with IRQ %u and %u in service", first, second);
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | lowest);
	raise(first);
	set_masks(0);
	expect("IRQ", first, take());
	lower(first);
	raise(second);
	expect("IRQ", second, take());
	lower(second);
	outb(MASTER, EOI);
	expect("ISR", 1 << level(first), get_isr(MASTER));
	outb(MASTER, EOI);
	expect("ISR", 0, get_isr(MASTER));
	outb(MASTER, EOI);
	expect("ISR", 0, get_isr(MASTER));
	lower_all();
}

static void test_poll(u32 bits, u32 lowest)
{
	u32 pending = subset(bits);

	begin("poll, IRQs %x, lowest is %u", pending, lowest);
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | lowest);
	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			raise(sources[n]);
	set_masks(0);
	while (pending) {
		u32 next = highest(pending, lowest);

		outb(MASTER, POLL);
		expect("poll", 0x80 | level(next), inb(MASTER));
		expect("ISR", 1 << level(next), get_isr(MASTER));
		if (next >= 8) {
			outb(SLAVE, POLL);
			expect("slave's poll", 0x80 | (next - 8), inb(SLAVE));
			expect("slave's ISR", 1 << (next - 8), get_isr(SLAVE));
		}
		lower(next);
		end_of_interrupt(next, NONSPECIFIC);
		pending &= ~(1 << next);
	}
	outb(MASTER, POLL);
	expect("empty poll", 0, inb(MASTER) & 0x80);
	/* A poll is for one read. */
	outb(MASTER, READ_ISR);
	expect("ISR", 0, inb(MASTER));
	lower_all();
}

static void test_registers(void)
{
	for (u32 value = 0; value < 256; value += 3) {
		begin("masks %x", value);
		init_pics(ICW1, false);
		outb(MASTER + 1, value);
		outb(SLAVE + 1, ~value);
		expect("IMR", value, inb(MASTER + 1));
		expect("IMR of the slave", ~value & 0xff, inb(SLAVE + 1));
	}
	/* ICW1: the mask is cleared, priorities, special mask mode and the register to read go back. */
	begin("initialisation");
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | 3);
	outb(MASTER, SET_SMM);
	raise(1);
	outb(MASTER + 1, 0);
	expect("IRQ", 1, take());
	expect("ISR", 2, get_isr(MASTER));
	outb(MASTER, ICW1);
	outb(MASTER + 1, BASE + 7);	/* the low bits of ICW2 do not count */
	outb(MASTER + 1, 4);
	outb(MASTER + 1, 1);
	expect("IMR", 0, inb(MASTER + 1));
	expect("IRR by default", 0, inb(MASTER) & 2);
	expect("ISR", 0, get_isr(MASTER));
	/* The line is still high: without a new edge there is no request. */
	expect("no edge", 16, take());
	lower(1);
	outb(MASTER + 1, 0xff);
	raise(4);
	raise(1);
	outb(MASTER + 1, 0);
	expect("IRQ", 1, take());
	expect("nothing below", 16, take());
	outb(MASTER, EOI);
	expect("IRQ", 4, take());
	outb(MASTER, EOI);
	lower_all();
}

/* Edge and level: COM1's line stays high until it is served. */
static void test_triggers(void)
{
	/* By ELCR only: ICW1.LTIM is more than the oracles have. */
	for (u32 how = 0; how < 2; how++) {
		begin("%s", how ? "level" : "edge");
		outb(0x4d0, how ? 0x10 : 0);
		init_pics(ICW1, false);
		raise(4);
		set_masks(0xffef);
		for (u32 round = 0; round < 3; round++) {
			expect("IRQ", round && !how ? 16 : 4, take());
			outb(MASTER, EOI);
		}
		lower(4);
		expect_gone("none after the line fell");
		raise(4);
		expect("after it rose", 4, take());
		outb(MASTER, EOI);
		if (how) {
			/* A request that goes away before it is taken leaves nothing behind. */
			lower(4);
			expect("IRR", 0, get_irr(MASTER) & 0x10);
			expect_gone("none after the request went away");
		}
		outb(0x4d0, 0);
		lower_all();
	}
}

/*
 * The slave's request is masked after the master has seen it. Whether the master's INT stays is open; if it does, IRQ 15 comes
 * without a bit in the slave's ISR, or IRQ 7 without one in the master's.
 */
static void test_spurious(void)
{
	u32 irq;

	begin("a request of the slave that is taken back");
	init_pics(ICW1, false);
	raise(8);
	set_masks(0xfe00);
	outb(SLAVE + 1, 0xff);
	irq = take();
	expect("IRQ is none or spurious", 1, irq == 16 || irq == 15 || irq == 7);
	expect("slave's ISR", 0, get_isr(SLAVE));
	expect("ISR", irq == 15 ? 4 : 0, get_isr(MASTER));
	outb(MASTER, EOI);
	lower_all();
}

/* --- when the processor takes one ------------------------------------------------------------------------------------- */

/* What happened, in order: the vector and where. */
#define EVENTS	8
struct event {
	u32 vector, eip, eflags, dr6;
};
extern struct event events[EVENTS];
extern u32 event_count;
extern const u8 note_irq[], note_debug[], note_irq0[];

/* Handlers: note, serve the keyboard or the timer, end the interrupt, go on. */
asm(".text\n"
    "note_irq0:\n"
    "	pushal\n"
    "	movl $0x30, %edx\n"
    "	jmp 1f\n"
    "note_irq:\n"
    "	pushal\n"
    "	inb $0x60, %al\n"
    "	movl $0x31, %edx\n"
    "1:	movb $0x20, %al\n"
    "	outb %al, $0x20\n"
    "	jmp 2f\n"
    "note_debug:\n"
    "	pushal\n"
    "	movl $1, %edx\n"
    "2:	movl event_count, %ebx\n"
    "	cmpl $8, %ebx\n"
    "	jae 3f\n"
    "	shll $4, %ebx\n"
    "	movl %edx, events(%ebx)\n"
    "	movl 32(%esp), %eax\n"
    "	movl %eax, events+4(%ebx)\n"
    "	movl 40(%esp), %eax\n"
    "	movl %eax, events+8(%ebx)\n"
    "	movl %dr6, %eax\n"
    "	movl %eax, events+12(%ebx)\n"
    "3:	incl event_count\n"
    "	cmpl $1, %edx\n"
    "	jne 4f\n"
    "	xorl %eax, %eax\n"
    "	movl %eax, %dr6\n"
    "	orl $0x10000, 40(%esp)\n"
    "4:	popal\n"
    "	iretl\n"
    "	.bss\n"
    "	.balign 4\n"
    "events: .skip 8 * 16\n"
    "event_count: .skip 4\n"
    "	.text");

/* `name` with the places where IRQ 1 may come, as (vector, address) in .rodata; IRQ and TRAP stand where one happens. */
#define EVENT(vector) "\n771:\n.pushsection .rodata\n.long " #vector ", 771b\n.popsection\n"
#define IRQ	EVENT(0x31)
#define TRAP	EVENT(1)
#define SEQUENCE(name, text) \
	asm(".pushsection .near, \"ax\"\n.pushsection .rodata\n.balign 4\n" #name "_events:\n.popsection\n" \
	    #name ":\n" text "\n cli; int $0x20\n.pushsection .rodata\n.long 0, 0\n.popsection\n.popsection"); \
	extern const u8 name[]; \
	extern const u32 name##_events[][2]

/* IRQ 1 is requested, and IF is clear at the start; EAX holds SS. */
SEQUENCE(q_sti_nop, "sti; nop" IRQ "nop");
SEQUENCE(q_sti_mov, "sti; movl %esp, %ebp" IRQ "nop");
SEQUENCE(q_sti_sti, "sti; sti" IRQ "nop");
SEQUENCE(q_sti_cli, "sti; cli; nop; nop");
SEQUENCE(q_sti_pushf, "sti; pushfl" IRQ "popl %ebx");
SEQUENCE(q_sti_popf, "pushl $2; sti; popfl; nop; nop");
SEQUENCE(q_sti_popf_on, "pushl $0x202; sti; popfl" IRQ "nop; nop");
SEQUENCE(q_sti_jmp, "sti; jmp 1f; nop\n1:" IRQ "nop");
SEQUENCE(q_sti_call, "sti; call 1f\n1:" IRQ "popl %ebx");
SEQUENCE(q_sti_ret, "pushl $1f; sti; ret; nop\n1:" IRQ "nop");
SEQUENCE(q_sti_iret, "pushl $0x202; pushl $8; pushl $1f; sti; iretl\n1:" IRQ "nop");
SEQUENCE(q_sti_iret_off, "pushl $2; pushl $8; pushl $1f; sti; iretl\n1: nop; nop");
SEQUENCE(q_sti_hlt, "sti; hlt" IRQ "nop");
SEQUENCE(q_popf, "pushl $0x202; popfl" IRQ "nop");
SEQUENCE(q_popfw, "pushw $0x202; popfw" IRQ "nop");
SEQUENCE(q_iret, "pushl $0x202; pushl $8; pushl $1f; iretl\n1:" IRQ "nop");
SEQUENCE(q_mov_ss_popf, "pushl $0x202; movl %eax, %ss; popfl" IRQ "nop");
SEQUENCE(q_sti_int, "sti; int $0x21" IRQ "nop");
SEQUENCE(q_sti_in, "sti; inb $0x80, %al" IRQ "nop");
SEQUENCE(q_sti_lss, "pushl %eax; pushl %esp; addl $4, (%esp); sti; lss (%esp), %esp" IRQ "nop");
SEQUENCE(q_sti_cr0, "movl %cr0, %ebx; sti; movl %ebx, %cr0" IRQ "nop");
SEQUENCE(q_off, "nop; nop; cli; nop");
/* With TF as well. */
SEQUENCE(q_trap, "pushl $0x302; popfl" IRQ "nop" TRAP "nop" TRAP "pushl $2" TRAP "popfl" TRAP);
SEQUENCE(q_trap_iret, "pushl $0x302; pushl $8; pushl $1f; iretl\n1:" IRQ "nop" TRAP "pushl $2" TRAP "popfl" TRAP);
/* The request comes while an instruction runs with TF and IF set: the trap goes first. */
SEQUENCE(q_unmask, "pushl $2; movb $0xff, %al; outb %al, $0x21; movb $0xfd, %al; pushl $0x302; popfl; outb %al, $0x21" TRAP IRQ "popfl" TRAP);

#define Q(name) { #name, name, name##_events }
static const struct {
	const char *name;
	const u8 *code;
	const u32 (*events)[2];
} moments[] = {
	Q(q_sti_nop), Q(q_sti_mov),  Q(q_sti_sti),	Q(q_sti_cli),	  Q(q_sti_pushf), Q(q_sti_popf),   Q(q_sti_popf_on), Q(q_sti_jmp),
	Q(q_sti_call), Q(q_sti_ret), Q(q_sti_iret),	Q(q_sti_iret_off), Q(q_sti_hlt),  Q(q_popf),	   Q(q_popfw),	     Q(q_iret),
	Q(q_mov_ss_popf), Q(q_sti_int), Q(q_sti_in),	  Q(q_sti_lss),	  Q(q_sti_cr0),     Q(q_off),
	Q(q_trap),   Q(q_trap_iret), Q(q_unmask),
};

static void start_events(void)
{
	event_count = 0;
	set_idt(BASE, gate(KERNEL_CODE, (u32)note_irq0, 0x8e, 0));
	set_idt(BASE + 1, gate(KERNEL_CODE, (u32)note_irq, 0x8e, 0));
	set_idt(DB, gate(KERNEL_CODE, (u32)note_debug, 0x8e, 0));
}

static void stop_events(void)
{
	default_idt(BASE);
	default_idt(BASE + 1);
	default_idt(DB);
}

static void check_events(const u32 expected[][2])
{
	u32 n = 0;

	for (; expected[n][0] && n < event_count; n++) {
		expect("vector of an event", expected[n][0], events[n].vector);
		expect("EIP of an event", expected[n][1], events[n].eip);
	}
	if (expected[n][0])
		expect("an event at", expected[n][1], 0);
	expect("events", n, event_count);
}

extern const u8 moment_iret[];
asm(".text\nmoment_iret: iretl");

static void test_moment(u32 i, u32 iopl)
{
	struct frame f = ring_frame(0, moments[i].code);
	struct result r;

	begin("%s, IOPL %u", moments[i].name, iopl);
	init_pics(ICW1, false);
	raise(1);
	set_masks(0xfffd);
	f.eax = KERNEL_DATA;
	f.ss = KERNEL_DATA;
	f.esi = (u32)events;
	f.eflags |= FLAG_IOPL(iopl);
	set_idt(0x21, gate(KERNEL_CODE, (u32)moment_iret, 0x8e, 0));
	start_events();
	r = run(&f);
	stop_events();
	default_idt(0x21);
	expect_fault(&r, END, 0);
	check_events(moments[i].events);
	lower_all();
}

/* STI and POPF in ring 3 with IOPL 3, and the frame that is pushed there. */
CODE(user_sti, "sti; nop; nop");
CODE(user_popf, "pushl $0x3202; popfl; nop");
CODE(user_plain, "nop; nop");
/* Which of two holds after the other is open (SDM vol. 2, MOV): one instruction later or two. */
CODE(two_holds, "sti; movl %eax, %ss; nop; nop");
/* The next instruction faults: held back until then, else before. */
CODE(sti_fault, "sti; ud2");
CODE(popf_fault, "pushl $0x202; popfl; ud2");
CODE(popf_int, "pushl $0x202; popfl; int $0x21");
CODE(popf_breakpoint, "pushl $0x202; popfl; nop");

static struct result run_requested(struct frame *f)
{
	init_pics(ICW1, false);
	raise(1);
	set_masks(0xfffd);
	return run(f);
}

static void test_priorities(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		u32 cpl, flags, vector, offset;
	} all[] = {
		{ "STI in ring 3", user_sti, 3, FLAG_IOPL(3), BASE + 1, 2 },
		{ "POPF in ring 3", user_popf, 3, FLAG_IOPL(3), BASE + 1, 6 },
		{ "IRET to ring 3", user_plain, 3, FLAG_IF, BASE + 1, 0 },
		{ "IRET to ring 1", user_plain, 1, FLAG_IF | FLAG_IOPL(1), BASE + 1, 0 },
		{ "IRET to ring 0", user_plain, 0, FLAG_IF, BASE + 1, 0 },
		{ "IRET with TF", user_plain, 0, FLAG_IF | FLAG_TF, BASE + 1, 0 },
		{ "IRET with TF to ring 3", user_plain, 3, FLAG_IF | FLAG_TF, BASE + 1, 0 },
		{ "IRET with IF clear", user_plain, 3, 0, END, 4 },
		{ "UD2 behind STI", sti_fault, 0, 0, UD, 1 },
		{ "UD2 behind POPF", popf_fault, 0, 0, BASE + 1, 6 },
		{ "INT behind POPF", popf_int, 0, 0, BASE + 1, 6 },
	};
	struct frame f;
	struct result r;

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++) {
		begin("%s", all[i].name);
		f = ring_frame(all[i].cpl, all[i].code);
		f.eflags |= all[i].flags;
		r = run_requested(&f);
		expect_fault(&r, all[i].vector, 0);
		expect("EIP", f.eip + all[i].offset, r.f.eip);
		expect("CS", f.cs, r.f.cs & 0xffff);
		expect("IF", all[i].vector == END ? 0 : FLAG_IF, r.f.eflags & FLAG_IF);
		expect("TF", all[i].flags & FLAG_TF, r.f.eflags & FLAG_TF);
		lower_all();
	}
	begin("STI and MOV SS");
	f = ring_frame(0, two_holds);
	f.eax = f.ss;
	r = run_requested(&f);
	expect_fault(&r, BASE + 1, 0);
	expect("two or three instructions later", 1, r.f.eip == f.eip + 3 || r.f.eip == f.eip + 4);
	lower_all();

	/* Table 6-2: an interrupt comes before a breakpoint on the next instruction, which is met on return. */
	begin("an instruction breakpoint behind POPF");
	f = ring_frame(0, popf_breakpoint);
	start_events();
	asm volatile("mov %0, %%dr0; mov %1, %%dr7" : : "r"((u32)popf_breakpoint + 6), "r"(2));
	r = run_requested(&f);
	asm volatile("mov %0, %%dr7" : : "r"(0));
	stop_events();
	expect_fault(&r, END, 0);
	expect("events", 2, event_count);
	expect("first vector", BASE + 1, events[0].vector);
	expect("first EIP", f.eip + 6, events[0].eip);
	expect("second vector", DB, events[1].vector);
	expect("second EIP", f.eip + 6, events[1].eip);
	lower_all();
}

/* --- HLT -------------------------------------------------------------------------------------------------------------- */

CODE(halt, "hlt; nop; nop");
CODE(sti_halt, "sti; hlt; nop; nop");

static void start_timer(u32 mode, u32 count)
{
	outb(0x43, 0x30 | mode << 1);
	outb(0x40, count);
	outb(0x40, count >> 8);
}

static void test_halt(void)
{
	struct frame f = ring_frame(0, halt);
	struct result r;

	for (u32 count = 1; count <= 4096; count *= 4) {
		begin("HLT until the timer, %u clocks", count);
		init_pics(ICW1, false);
		lower(0);
		set_masks(0xfffe);
		f.eip = (u32)sti_halt;
		f.eflags = FLAG_FIXED;
		start_timer(0, count);
		r = run(&f);
		expect_fault(&r, BASE, 0);
		/* It may have been quicker than HLT, but not than the instruction behind STI: that is the HLT. */
		expect("EIP", (u32)sti_halt + 2, r.f.eip);
		outb(MASTER, EOI);
		lower_all();
	}
	begin("HLT with a masked request: another wakes");
	init_pics(ICW1, false);
	raise(1);
	lower(0);
	set_masks(0xfffe);
	start_timer(0, 2000);
	r = run(&f);
	expect_fault(&r, BASE, 0);
	expect("EIP", (u32)sti_halt + 2, r.f.eip);
	outb(MASTER, EOI);
	lower_all();
	for (u32 count = 3; count <= 5; count++) {
		/* A square wave and a rate: as many wakes as one asks for. */
		begin("mode 2 or 3 wakes %u times", count);
		init_pics(ICW1, false);
		lower(0);
		set_masks(0xfffe);
		start_timer(count & 1 ? 2 : 3, 500);
		for (u32 n = 0; n < count; n++) {
			r = run(&f);
			expect_fault(&r, BASE, 0);
			expect("EIP", (u32)sti_halt + 2, r.f.eip);
			outb(MASTER, EOI);
		}
		lower_all();
	}
}

/* --- REP -------------------------------------------------------------------------------------------------------------- */

#define LONG	20000
static u8 from[LONG], to[LONG];

CODE(long_movs, "sti; rep movsb; cli");
CODE(long_stos, "sti; rep stosb; cli");
CODE(long_lods, "sti; rep lodsb; cli");
CODE(long_cmps, "sti; repe cmpsb; cli");
CODE(long_scas, "sti; repne scasb; cli");

struct string {
	const char *name;
	const u8 *code;
	bool source, destination;
};

/* The timer interrupts it: registers are those of a whole number of iterations, and it goes on from there. */
static void test_repeated(const struct string *s, bool down)
{
	struct frame f = ring_frame(0, s->code);
	u32 step = down ? -1 : 1, start = down ? LONG - 1 : 0;
	struct result r;
	u32 tries = 0;

	begin("REP %s %s, interrupted", s->name, down ? "down" : "up");
	for (u32 n = 0; n < LONG; n++) {
		from[n] = n * 7 + (n >> 8);
		to[n] = s->code == long_cmps ? from[n] : 0;
	}
	do {
		init_pics(ICW1, false);
		lower(0);
		set_masks(0xfffe);
		f.ecx = LONG;
		f.esi = (u32)from + start;
		f.edi = (u32)to + start;
		f.eax = 0x5a;
		f.eflags = FLAG_FIXED | FLAG_ZF | (down ? 0x400 : 0);
		start_timer(0, 60);
		r = run(&f);
		lower(0);
	} while (++tries < 100 && (r.f.vector != BASE || r.f.ecx == LONG || r.f.ecx == 0));
	expect_fault(&r, BASE, 0);
	expect("EIP", (u32)s->code + 1, r.f.eip);
	if (r.f.vector != BASE) {
		lower_all();
		return;
	}
	if (s->source)
		expect("ESI", f.esi + (LONG - r.f.ecx) * step, r.f.esi);
	if (s->destination)
		expect("EDI", f.edi + (LONG - r.f.ecx) * step, r.f.edi);
	begin("REP %s %s, RF", s->name, down ? "down" : "up");
	expect("RF", FLAG_RF, r.f.eflags & FLAG_RF);
	begin("REP %s %s, resumed", s->name, down ? "down" : "up");
	f = r.f;
	f.ss = KERNEL_DATA;
	f.esp = (u32)user_stack_top;
	r = run(&f);
	outb(MASTER, EOI);
	expect_fault(&r, END, 0);
	expect("ECX", 0, r.f.ecx);
	if (s->source)
		expect("ESI", (u32)from + start + LONG * step, r.f.esi);
	if (s->destination)
		expect("EDI", (u32)to + start + LONG * step, r.f.edi);
	if (s->code == long_movs)
		expect("memory", 0, memcmp(from, to, LONG));
	if (s->code == long_stos)
		for (u32 n = 0; n < LONG; n++)
			expect("memory", 0x5a, to[n]);
	lower_all();
}

/* --- 8254 ------------------------------------------------------------------------------------------------------------- */

#define LATCH(counter)	((counter) << 6)
#define LOW	1
#define HIGH	2
#define WORD	3
#define OUT	0x80
#define NULL_COUNT 0x40

static void set_counter(u32 counter, u32 access, u32 mode, u32 bcd)
{
	outb(0x43, counter << 6 | access << 4 | mode << 1 | bcd);
}

static void write_count(u32 counter, u32 count)
{
	outb(0x40 + counter, count);
	outb(0x40 + counter, count >> 8);
}

static u32 latched(u32 counter)
{
	u32 low;

	outb(0x43, LATCH(counter));
	low = inb(0x40 + counter);
	return low | inb(0x40 + counter) << 8;
}

static u32 counter_status(u32 counter)
{
	outb(0x43, 0xe0 | 2 << counter);
	return inb(0x40 + counter);
}

/* Counter 2's gate; its output is bit 5 there. */
static void set_gate(u32 level)
{
	outb(0x61, (inb(0x61) & ~3) | level);
}

static u32 output(void)
{
	return inb(0x61) >> 5 & 1;
}

static bool wait_output(u32 level)
{
	for (u32 n = 0; n < PATIENCE; n++)
		if (output() == level)
			return true;
	return false;
}

static bool wait_loaded(u32 counter)
{
	for (u32 n = 0; n < PATIENCE; n++)
		if (!(counter_status(counter) & NULL_COUNT))
			return true;
	return false;
}

static void wait_clocks(void)
{
	/* Counter 2 stands still in some tests: the refresh bit shows that time passes. */
	for (u32 n = 0; n < 8; n++) {
		u32 bit = inb(0x61) & 0x10, k = 0;

		while (k++ < 100000 && (inb(0x61) & 0x10) == bit)
			;
	}
}

static void test_status(void)
{
	for (u32 counter = 0; counter < 3; counter++)
		for (u32 mode = 0; mode < 6; mode++)
			for (u32 access = LOW; access <= WORD; access++)
				for (u32 bcd = 0; bcd < 2; bcd++) {
					u32 status;

					begin("counter %u, mode %u, access %u, BCD %u: before the count", counter, mode, access, bcd);
					set_gate(0);
					set_counter(counter, access, mode, bcd);
					status = counter_status(counter);
					/* Until a count is written OUT has the level of the mode. */
					expect("status", (mode ? OUT : 0) | NULL_COUNT | access << 4 | mode << 1 | bcd, status);
				}
	set_counter(1, LOW, 2, 0);
	outb(0x41, 18);
}

static void test_latches(void)
{
	u32 a, b, low, high;

	for (u32 counter = 0; counter < 3; counter += 2) {
		begin("a latched count stays, counter %u", counter);
		set_gate(1);
		set_counter(counter, WORD, 2, 0);
		write_count(counter, 0xff00);
		expect("loaded", 1, wait_loaded(counter));
		outb(0x43, LATCH(counter));
		wait_clocks();
		outb(0x43, LATCH(counter));	/* ignored until the first is read */
		low = inb(0x40 + counter);
		a = low | inb(0x40 + counter) << 8;
		wait_clocks();
		b = latched(counter);
		expect("counts down", 1, b < a);
		expect("in range", 1, a <= 0xff00);

		begin("read back: status, then count, counter %u", counter);
		outb(0x43, 0xc0 | 2 << counter);
		low = inb(0x40 + counter);
		expect("status", OUT | 3 << 4 | 2 << 1, low);
		low = inb(0x40 + counter);
		high = inb(0x40 + counter);
		expect("counts down", 1, (low | high << 8) < b);

		begin("low byte only, counter %u", counter);
		set_counter(counter, LOW, 2, 0);
		outb(0x40 + counter, 200);
		expect("loaded", 1, wait_loaded(counter));
		for (u32 n = 0; n < 100; n++) {
			outb(0x43, LATCH(counter));
			a = inb(0x40 + counter);
			expect("in range", 1, a >= 1 && a <= 200);
		}

		begin("high byte only, counter %u", counter);
		set_counter(counter, HIGH, 2, 0);
		outb(0x40 + counter, 0x12);
		expect("loaded", 1, wait_loaded(counter));
		for (u32 n = 0; n < 100; n++) {
			outb(0x43, LATCH(counter));
			a = inb(0x40 + counter);
			expect("in range", 1, a <= 0x12);
		}

		begin("BCD, counter %u", counter);
		set_counter(counter, WORD, 2, 1);
		write_count(counter, 0x9999);
		expect("loaded", 1, wait_loaded(counter));
		for (u32 n = 0; n < 200; n++) {
			a = latched(counter);
			for (u32 digit = 0; digit < 16; digit += 4)
				expect("a digit", 1, (a >> digit & 15) < 10);
		}
		expect("in range", 1, a > 0);
	}
	lower(0);
}

static void test_modes(void)
{
	u32 a, b;

	begin("port 61h");
	for (u32 bits = 0; bits < 4; bits++) {
		set_gate(bits);
		expect("gate and speaker", bits, inb(0x61) & 3);
	}
	a = inb(0x61) & 0x10;
	for (b = 0; b < PATIENCE && (inb(0x61) & 0x10) == a; b++)
		;
	expect("refresh toggles", 1, b < PATIENCE);

	begin("mode 0");
	set_gate(1);
	set_counter(2, WORD, 0, 0);
	expect("OUT at first", 0, output());
	write_count(2, 3000);
	expect("OUT rises", 1, wait_output(1));
	wait_clocks();
	expect("and stays", 1, output());
	write_count(2, 40000);
	expect("a new count lowers OUT", 0, output());

	begin("mode 0, gate");
	set_gate(1);
	set_counter(2, WORD, 0, 0);
	write_count(2, 60000);
	expect("loaded", 1, wait_loaded(2));
	set_gate(0);
	a = latched(2);
	wait_clocks();
	expect("stands still", a, latched(2));
	expect("OUT", 0, output());
	set_gate(1);
	wait_clocks();
	b = latched(2);
	expect("goes on", 1, b < a);

	begin("mode 1");
	set_gate(0);
	set_counter(2, WORD, 1, 0);
	expect("OUT at first", 1, output());
	write_count(2, 10000);
	wait_clocks();
	expect("OUT without a trigger", 1, output());
	set_gate(1);
	expect("OUT falls", 1, wait_output(0));
	set_gate(0);
	wait_clocks();
	expect("the gate's level does not matter", 0, output());
	expect("OUT rises", 1, wait_output(1));
	set_gate(1);
	expect("again", 1, wait_output(0));
	expect("OUT rises", 1, wait_output(1));

	begin("mode 2");
	set_gate(1);
	set_counter(2, WORD, 2, 0);
	expect("OUT at first", 1, output());
	write_count(2, 5000);
	expect("loaded", 1, wait_loaded(2));
	for (u32 n = 0, last = 5000, wraps = 0; n < PATIENCE && wraps < 2; n++) {
		a = latched(2);
		expect("in range", 1, a >= 1 && a <= 5000);
		if (a > last)
			wraps++;
		last = a;
		expect("never stops", 1, n < PATIENCE - 1);
	}

	begin("mode 2, gate");
	set_gate(0);
	wait_clocks();
	expect("OUT", 1, output());
	a = latched(2);
	wait_clocks();
	expect("stands still", a, latched(2));
	/* A rising gate loads the count again. */
	set_gate(1);
	write_count(2, 60000);
	for (u32 n = 0; n < PATIENCE && latched(2) > 30000; n++)
		;
	set_gate(0);
	a = latched(2);
	set_gate(1);
	wait_clocks();
	expect("begins again", 1, latched(2) > a);

	begin("mode 3");
	set_gate(1);
	set_counter(2, WORD, 3, 0);
	expect("OUT at first", 1, output());
	write_count(2, 3000);
	for (u32 n = 0; n < 3; n++) {
		expect("falls", 1, wait_output(0));
		expect("rises", 1, wait_output(1));
	}
	for (u32 n = 0; n < 100; n++)
		expect("counts by two", 0, latched(2) & 1);

	begin("mode 3, gate");
	expect("OUT falls", 1, wait_output(0));
	set_gate(0);
	expect("OUT rises at once", 1, output());
	wait_clocks();
	expect("and stays", 1, output());

	begin("mode 4");
	set_gate(1);
	set_counter(2, WORD, 4, 0);
	expect("OUT at first", 1, output());
	write_count(2, 60000);
	expect("loaded", 1, wait_loaded(2));
	a = latched(2);
	wait_clocks();
	b = latched(2);
	expect("counts", 1, b < a);
	set_gate(0);
	a = latched(2);
	wait_clocks();
	expect("stands still without the gate", a, latched(2));

	begin("mode 5");
	set_gate(0);
	set_counter(2, WORD, 5, 0);
	expect("OUT at first", 1, output());
	write_count(2, 60000);
	wait_clocks();
	set_gate(1);
	expect("loaded by the trigger", 1, wait_loaded(2));
	a = latched(2);
	wait_clocks();
	b = latched(2);
	expect("counts", 1, b < a);
	expect("OUT", 1, output());
	set_gate(0);
}

/* How many interrupts a mode makes. */
static void test_timer_interrupts(void)
{
	for (u32 mode = 0; mode < 4; mode++) {
		struct frame f = ring_frame(0, sti_halt);
		struct result r;

		if (mode == 1)
			continue;
		begin("mode %u makes %s", mode, mode ? "many" : "one");
		init_pics(ICW1, false);
		lower(0);
		set_masks(0xfffe);
		start_timer(mode, 1000);
		r = run(&f);
		expect_fault(&r, BASE, 0);
		outb(MASTER, EOI);
		if (mode) {
			r = run(&f);
			expect_fault(&r, BASE, 0);
			outb(MASTER, EOI);
		} else {
			wait_clocks();
			expect("IRQ", 16, take());
			/* A new count makes another. */
			write_count(0, 500);
			r = run(&f);
			expect_fault(&r, BASE, 0);
			outb(MASTER, EOI);
		}
		lower_all();
	}
}

void test_main(void)
{
	static const struct string all[] = {
		{ "MOVS", long_movs, true, true },  { "STOS", long_stos, false, true }, { "LODS", long_lods, true, false },
		{ "CMPS", long_cmps, true, true },  { "SCAS", long_scas, false, true },
	};

	init_pics(ICW1, false);
	start_sources();
	group("registers of the controllers");
	test_registers();
	group("order of service");
	for (enum end end = 0; end < ENDS; end++)
		for (u32 bits = 0; bits < 16; bits++)
			for (u32 lowest = 0; lowest < 8; lowest++)
				test_order(bits, lowest, end);
	group("masks");
	for (u32 bits = 0; bits < 16; bits++)
		for (u32 masked = 0; masked < 16; masked++)
			test_masks(bits, masked);
	group("nesting");
	for (u32 first = 0; first < 4; first++)
		for (u32 second = 0; second < 4; second++)
			if (first != second) {
				for (u32 lowest = 0; lowest < 8; lowest++)
					for (u32 special = 0; special < 2; special++)
						test_nesting(sources[first], sources[second], lowest, special);
				test_which_ends(sources[first], sources[second]);
			}
	group("polling");
	for (u32 bits = 0; bits < 16; bits++)
		for (u32 lowest = 0; lowest < 8; lowest++)
			test_poll(bits, lowest);
	group("edge and level");
	test_triggers();
	test_spurious();
	group("moments");
	for (u32 i = 0; i < sizeof(moments) / sizeof(*moments); i++)
		for (u32 iopl = 0; iopl < 4; iopl += 3)
			test_moment(i, iopl);
	test_priorities();
	group("HLT");
	test_halt();
	group("interrupted strings");
	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 down = 0; down < 2; down++)
			test_repeated(&all[i], down);
	group("status of the counters");
	test_status();
	group("reading the counters");
	test_latches();
	group("modes of a counter");
	test_modes();
	group("interrupts of the timer");
	test_timer_interrupts();
	lower_all();
}
