// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two exceptions at once: each exception of each class while its handler cannot be entered for each reason. Which pairs are a
 * double fault, and with which error code the others are delivered. The handler of the double fault is a gate or, as kernels
 * have it, a task. (A third exception: shutdown.c.)
 *
 * Rules: SDM vol. 3A, 6.15, interrupt 8, tables 6-4 and 6-5 (classes, conditions), 6.13 (EXT and IDT bits), 6.12.1.
 */
#include "test.h"

#define SOFTWARE	0x21
#define ABSENT	0x90		/* a data segment that is not present */
#define INNER	0x98		/* code of ring 1, where the gates lead */
#define STACK	0xa0		/* its stack, not present */
#define TASK	0xa8		/* of the double fault */
#define HOLE	0x00700000u	/* not mapped */

CODE(do_de, "xorl %ecx, %ecx; divl %ecx");
CODE(do_np, "movl $0x93, %eax; movl %eax, %es");
CODE(do_ss, "movl $0xa3, %eax; movl %eax, %ss");
CODE(do_gp, "movl $0xfff8, %eax; movl %eax, %es");
CODE(do_pf, "movl 0x700010, %eax");
CODE(do_ud, "ud2");
CODE(do_nm, "fnop");
CODE(do_br, "movl $9, %eax; bound %eax, (%ebx)");
CODE(do_ac, "movl 1(%ebx), %eax");
CODE(do_int, "int $0x21");

enum class { BENIGN, CONTRIBUTORY, PAGE_FAULT };

static const struct {
	const char *name;
	const u8 *code;
	u32 vector;
	enum class class;
} firsts[] = {
	{ "#DE", do_de, DE, CONTRIBUTORY }, { "#NP", do_np, NP, CONTRIBUTORY }, { "#SS", do_ss, SS, CONTRIBUTORY },
	{ "#GP", do_gp, GP, CONTRIBUTORY }, { "#PF", do_pf, PF, PAGE_FAULT },	{ "#UD", do_ud, UD, BENIGN },
	{ "#NM", do_nm, NM, BENIGN },	    { "#BR", do_br, BR, BENIGN },	{ "#AC", do_ac, AC, BENIGN },
	{ "INT n", do_int, SOFTWARE, BENIGN },
};

/* Why the handler of the first cannot be entered. */
enum { GATE_ABSENT, NO_GATE, NULL_TARGET, ABSENT_TARGET, NULL_STACK, ABSENT_STACK, UNMAPPED_STACK, REASONS };

static const char *const reasons[REASONS] = {
	"gate not present", "no gate", "null target", "target not present", "null stack", "stack not present", "stack not mapped",
};

static u32 directory[1024] __attribute__((aligned(4096)));
static u32 tables[2][1024] __attribute__((aligned(4096)));
static u32 bounds[2];

CODE(landing, "int $0x22");
static struct tss task __attribute__((aligned(128)));
static u32 task_stack[64];

/* #DF through a task gate: it needs nothing of the old task. */
static void set_task(void)
{
	task = (struct tss){
		.cr3 = (u32)directory, .eip = (u32)landing, .eflags = FLAG_FIXED, .esp = (u32)(task_stack + 64), .cs = KERNEL_CODE,
		.es = KERNEL_DATA, .ss = KERNEL_DATA, .ds = KERNEL_DATA, .fs = KERNEL_DATA, .gs = KERNEL_DATA, .io_map = sizeof(task),
	};
	set_gdt(TASK, segment((u32)&task, sizeof(task) - 1, ACCESS_P | TYPE_TSS32, 0));
	set_idt(DF, gate(TASK, 0, ACCESS_P | TYPE_TASK_GATE, 0));
	task_stack[63] = 0x99999999;
}

static void leave_task(void)
{
	default_idt(DF);
	gdt[MAIN_TSS >> 3].high &= ~0x200;
	asm volatile("ltr %w0" : : "r"(MAIN_TSS));
}

static void expect_task(const struct result *r)
{
	u32 selector;

	asm volatile("str %0" : "=r"(selector));
	expect_fault(r, 0x22, 0);
	expect("TR", TASK, selector & 0xffff);
	expect("link", MAIN_TSS, task.link & 0xffff);
	expect("NT", FLAG_NT, r->f.eflags & FLAG_NT);
	expect("ESP", (u32)(task_stack + 63), r->f.esp);
	expect("error code", 0, task_stack[63]);
}

static void start_paging(void)
{
	for (u32 i = 0; i < 2048; i++)
		tables[i >> 10][i & 1023] = i << 12 | 7;
	for (u32 i = 0; i < 16; i++)
		tables[1][(HOLE >> 12 & 1023) + i] = 0;
	directory[0] = (u32)tables[0] | 7;
	directory[1] = (u32)tables[1] | 7;
	WRITE_CR(3, directory);
	WRITE_CR(0, READ_CR(0) | CR0_PG | CR0_AM | CR0_TS);
}

static void test_pair(u32 first, u32 reason, bool as_task)
{
	static const u32 seconds[REASONS] = { NP, GP, GP, NP, TS, SS, PF };
	struct frame f = ring_frame(3, firsts[first].code);
	u32 vector = firsts[first].vector, ext = vector == SOFTWARE ? 0 : 1, second = seconds[reason], error = 0;
	u32 ss1 = main_tss.ss1, esp1 = main_tss.esp1;
	enum class class = firsts[first].class;
	struct result r;
	bool twice;

	if (vector == second && reason < NULL_STACK)
		return;			/* the second would meet the same gate: a triple fault in the end */
	twice = (class == CONTRIBUTORY && seconds[reason] != PF) || class == PAGE_FAULT;
	if (as_task && !twice)
		return;
	begin("%s, %s%s", firsts[first].name, reasons[reason], as_task ? ", task" : "");
	set_gdt(ABSENT, segment(0, 0xfffff, 0x72, PAGES | BIG));
	set_gdt(STACK, segment(0, 0xfffff, 0x72, PAGES | BIG));
	set_gdt(INNER, segment(0, 0xfffff, reason == ABSENT_TARGET ? 0x3a : 0xba, PAGES | BIG));
	set_idt(vector, gate(reason == NULL_TARGET ? 0 : INNER, (u32)do_ud,
			     reason == GATE_ABSENT ? 0x6e : reason == NO_GATE ? 0xe2 : 0xee, 0));
	switch (reason) {
	case GATE_ABSENT:
	case NO_GATE:
		error = vector * 8 + 2 + ext;
		break;
	case NULL_TARGET:
		error = ext;
		break;
	case ABSENT_TARGET:
		error = INNER | ext;
		break;
	case NULL_STACK:
		main_tss.ss1 = 0;
		error = ext;
		break;
	case ABSENT_STACK:
		set_gdt(0xb0, segment(0, 0xfffff, 0x32, PAGES | BIG));
		main_tss.ss1 = 0xb1;
		error = 0xb0 | ext;
		break;
	case UNMAPPED_STACK:
		main_tss.esp1 = HOLE + 0x8000;
		error = 2;
		break;
	}
	f.ebx = (u32)bounds;
	if (vector == AC)
		f.eflags |= FLAG_AC;
	if (as_task)
		set_task();
	r = run(&f);
	if (as_task) {
		expect_task(&r);
		leave_task();
		WRITE_CR(0, READ_CR(0) | CR0_TS);
	} else {
		expect_fault(&r, twice ? DF : second, twice ? 0 : error);
		expect("CPL", 3, r.f.cs & 3);
	}
	if (second == PF)
		expect("CR2", HOLE + 0x8000 - 4, r.cr2);
	else if (vector == PF)
		expect("CR2", HOLE + 0x10, r.cr2);
	main_tss.ss1 = ss1;
	main_tss.esp1 = esp1;
	default_idt(vector);
}

/* A kernel whose stack has run over, in ring 0: there is none for any frame. EBX points to the end of it. */
CODE(overrun_push, "movl %ebx, %esp; pushl %eax");
CODE(overrun_call, "leal 12(%ebx), %esp; 1: call 1b");
CODE(overrun_int, "movl %ebx, %esp; int $0x21");
CODE(overrun_fault, "movl %ebx, %esp; ud2");

static void test_overrun(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		u32 at;		/* of the instruction that finds no stack */
	} all[] = {
		{ "PUSH", overrun_push, 2 }, { "CALL", overrun_call, 3 }, { "INT", overrun_int, 2 },
		{ "UD2", overrun_fault, 2 },
	};

	tables[1][(HOLE >> 12 & 1023) + 1] = (HOLE + 0x1000) | 7;
	WRITE_CR(3, directory);
	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct frame f = ring_frame(0, all[i].code);
		struct result r;

		begin("by %s", all[i].name);
		f.ebx = HOLE + 0x1000;
		set_task();
		r = run(&f);
		expect_task(&r);
		expect("CR2", HOLE + 0x1000 - 4, r.cr2);
		expect("CS of the old task", KERNEL_CODE, main_tss.cs & 0xffff);
		expect("EIP of the old task", f.eip + all[i].at, main_tss.eip);
		leave_task();
		WRITE_CR(0, READ_CR(0) | CR0_TS);
	}
}

void test_main(void)
{
	start_paging();
	group("pairs of exceptions");
	for (u32 first = 0; first < sizeof(firsts) / sizeof(*firsts); first++)
		for (u32 reason = 0; reason < REASONS; reason++)
			test_pair(first, reason, false);
	group("double faults as tasks");
	for (u32 first = 0; first < sizeof(firsts) / sizeof(*firsts); first++)
		for (u32 reason = 0; reason < REASONS; reason++)
			test_pair(first, reason, true);
	group("stack overruns");
	test_overrun();
}
