// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When the processor takes a hardware interrupt: behind STI, MOV SS, POPF and IRET, in HLT and between the iterations of a REP, and
 * against other events of the same moment. Nothing here depends on how fast time passes.
 *
 * A PC of this class has no way for a program to raise NMI: there is no local APIC, and neither parity errors nor IOCHK#.
 *
 * Rules: SDM vol. 3A, 6.8 and table 6-2; vol. 2, HLT, STI, MOV, REP; vol. 3B, 17.3.1.1.
 */
#include "irq.h"

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

CODE(sti_halt, "sti; hlt; nop; nop");

static void test_halt(void)
{
	struct frame f = ring_frame(0, sti_halt);
	struct result r;

	for (u32 count = 1; count <= 4096; count *= 4) {
		begin("HLT until the timer, %u clocks", count);
		init_pics(ICW1, false);
		lower(0);
		set_masks(0xfffe);
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

void test_main(void)
{
	static const struct string all[] = {
		{ "MOVS", long_movs, true, true },  { "STOS", long_stos, false, true }, { "LODS", long_lods, true, false },
		{ "CMPS", long_cmps, true, true },  { "SCAS", long_scas, false, true },
	};

	init_pics(ICW1, false);
	start_sources();
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
}
