// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Task switches: by JMP, CALL, INT through a task gate and IRET, to 80386 tasks. What is saved, loaded, linked and marked busy,
 * and every segment of the incoming TSS made wrong in each way.
 *
 * Rules: SDM vol. 3A, 7.2 (structures), 7.3 (task switching, table 7-1: exceptions; table 7-2: busy, NT, link).
 */
#include "test.h"

#define TASK		0x90
#define TASK_GATE	0x98
#define SUBJECT		0xa0
#define LANDED	0x22

CODE(jump_task, "ljmp $0x90, $0");
CODE(call_task, "lcall $0x90, $0");
CODE(int_task, "int $0x21");
CODE(jump_gate, "ljmp $0x98, $0");
CODE(call_gate, "lcall $0x98, $0");
CODE(return_task, "iretl");
CODE(landing, "int $0x22");

enum { JUMP, CALL, INTERRUPT, JUMP_GATE, CALL_GATE, RETURN, CAUSES };

static const struct {
	const char *name;
	const u8 *code;
	u32 length;
	bool nests, gate;
} causes[CAUSES] = {
	{ "JMP", jump_task, 7, false, false },	    { "CALL", call_task, 7, true, false },
	{ "INT", int_task, 2, true, true },	    { "JMP gate", jump_gate, 7, false, true },
	{ "CALL gate", call_gate, 7, true, true },  { "IRET", return_task, 1, false, false },
};

static struct tss task __attribute__((aligned(128)));

/* Descriptor types as they are before a switch: the main task runs, the other waits (or is busy, for IRET to return to). */
static void prepare(u32 cause)
{
	memset(&task, 0, sizeof(task));
	task.esp0 = (u32)trap_stack_top;
	task.ss0 = KERNEL_DATA;
	task.eip = (u32)landing;
	task.eflags = FLAG_FIXED | 0x8d5;
	task.eax = 0xa0a0a0a0;
	task.ecx = 0xc1c1c1c1;
	task.edx = 0xd2d2d2d2;
	task.ebx = 0xb3b3b3b3;
	task.ebp = 0xb5b5b5b5;
	task.esi = 0x56565656;
	task.edi = 0xd7d7d7d7;
	task.esp = (u32)user_stack_top - 1024;
	task.cs = KERNEL_CODE;
	task.ss = KERNEL_DATA;
	task.ds = task.es = task.fs = task.gs = KERNEL_DATA;
	task.io_map = sizeof(task);
	set_gdt(TASK, segment((u32)&task, sizeof(task) - 1, ACCESS_P | (cause == RETURN ? 0xb : 0x9), 0));
	set_gdt(TASK_GATE, gate(TASK, 0, ACCESS_P | ACCESS_DPL(3) | TYPE_TASK_GATE, 0));
	set_idt(0x21, gate(TASK, 0, ACCESS_P | ACCESS_DPL(3) | TYPE_TASK_GATE, 0));
	main_tss.link = cause == RETURN ? TASK : 0;
}

static u32 type_of(u32 selector)
{
	return gdt[selector >> 3].high >> 8 & 0x1f;
}

static void restore(void)
{
	WRITE_CR(0, READ_CR(0) & ~CR0_TS);
	gdt[MAIN_TSS >> 3].high &= ~0x200;
	asm volatile("ltr %w0\n\tlldt %w1" : : "r"(MAIN_TSS), "r"(0));
	main_tss.link = 0;
}

static u32 current_task(void)
{
	u32 selector;

	asm volatile("str %0" : "=r"(selector));
	return selector & 0xffff;
}

static struct result switch_tasks(u32 cause, u32 cpl)
{
	struct frame f = ring_frame(cpl, causes[cause].code);

	f.eax = 0x11111111, f.ecx = 0x22222222, f.edx = 0x33333333, f.ebx = 0x44444444;
	f.ebp = 0x55555555, f.esi = 0x66666666, f.edi = 0x77777777;
	f.eflags |= cause == RETURN ? FLAG_NT | 0x41 : 0x41;
	return run(&f);
}

static void test_switch(u32 cause, u32 cpl)
{
	bool nests = causes[cause].nests;
	struct result r;
	u32 now, cr0;

	begin("%s from CPL %u", causes[cause].name, cpl);
	prepare(cause);
	if (cpl && !causes[cause].gate && cause != RETURN)
		gdt[TASK >> 3].high |= 3 << 13;
	r = switch_tasks(cause, cpl);
	now = current_task();
	cr0 = READ_CR(0);
	expect_fault(&r, LANDED, 0);
	expect("TR", TASK, now);
	expect("CR0.TS", CR0_TS, cr0 & CR0_TS);
	expect("EAX", task.eax, r.f.eax);
	expect("ECX", task.ecx, r.f.ecx);
	expect("EDX", task.edx, r.f.edx);
	expect("EBX", task.ebx, r.f.ebx);
	expect("EBP", task.ebp, r.f.ebp);
	expect("ESI", task.esi, r.f.esi);
	expect("EDI", task.edi, r.f.edi);
	expect("ESP", (u32)user_stack_top - 1024, r.f.esp);
	expect("EFLAGS", FLAG_FIXED | 0x8d5 | (nests ? FLAG_NT : 0), r.f.eflags);
	expect("CS", KERNEL_CODE, r.f.cs & 0xffff);
	/* Table 7-2. */
	expect("link", nests ? MAIN_TSS : 0, task.link & 0xffff);
	expect("new task's type", 0xb, type_of(TASK));
	expect("old task's type", nests ? 0xb : 0x9, type_of(MAIN_TSS));
	/* The outgoing state. */
	expect("saved EIP", (u32)causes[cause].code + causes[cause].length, main_tss.eip);
	expect("saved EFLAGS", FLAG_FIXED | 0x41, main_tss.eflags);
	expect("saved EAX", 0x11111111, main_tss.eax);
	expect("saved EDI", 0x77777777, main_tss.edi);
	expect("saved CS", RING_CODE(cpl), main_tss.cs & 0xffff);
	expect("saved SS", RING_DATA(cpl), main_tss.ss & 0xffff);
	expect("saved DS", USER_DATA, main_tss.ds & 0xffff);
	restore();
}

/* The TSS descriptor itself is wrong: the old task sees it (table 7-1). */
static void test_descriptor(u32 cause)
{
	static const struct {
		const char *name;
		u32 access, limit, vector;
	} cases[] = {
		{ "not present", 0x09, 0x67, NP },  { "too small", 0x89, 0x66, TS },	 { "LDT", 0x82, 0x67, GP },
		{ "data segment", 0x92, 0x67, GP }, { "wrong busy bit", 0x8b, 0x67, GP },
	};

	for (u32 i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		u32 access = cases[i].access, vector = cases[i].vector;
		struct result r;

		begin("%s to a TSS descriptor: %s", causes[cause].name, cases[i].name);
		prepare(cause);
		if (cause == RETURN) {
			access = (access & 0x1f) == 0x09 ? access | 2 : (access & 0x1f) == 0x0b ? access & ~2 : access;
			vector = vector == GP ? TS : vector;
		}
		/* JMP and CALL see a data segment by its own rules: #GP too. */
		set_gdt(TASK, segment((u32)&task, cases[i].limit, access, 0));
		r = switch_tasks(cause, 0);
		expect_fault(&r, vector, TASK);
		expect("TR", MAIN_TSS, current_task());
		expect("EIP", (u32)causes[cause].code, r.f.eip);
		expect("EAX", 0x11111111, r.f.eax);
		restore();
	}
}

/* A segment of the new task is wrong: the new task sees it, at its first instruction. */
static void test_segment(u32 cause, u32 which, u32 access, u32 rpl)
{
	static const char *const names[] = { "ES", "CS", "SS", "DS", "FS", "GS", "LDT" };
	u32 *fields[] = { &task.es, &task.cs, &task.ss, &task.ds, &task.fs, &task.gs, &task.ldt };
	u32 type = access & 0x1f, dpl = access >> 5 & 3, vector = LANDED;
	bool code = (type & 0x18) == 0x18, present = access & ACCESS_P;
	struct result r;
	u32 now;

	/* CS decides the new CPL: rings other than 0 need a stack of theirs, and land as well. */
	if (which == 1 && rpl && code && ((type & 4) ? dpl <= rpl : dpl == rpl) && present)
		return;
	switch (which) {
	case 1:
		if (!code || ((type & 4) ? dpl > rpl : dpl != rpl))
			vector = TS;
		else if (!present)
			vector = NP;
		break;
	case 2:
		if ((type & 0x1a) != 0x12 || dpl || rpl)
			vector = TS;
		else if (!present)
			vector = SS;
		break;
	case 6:
		if (type != TYPE_LDT || !present)
			vector = TS;
		break;
	default:
		if (type < 0x10 || (code && !(type & 2)) || ((type & 0x1c) != 0x1c && rpl > dpl))
			vector = TS;
		else if (!present)
			vector = NP;
	}
	/*
	 * With a bad CS, SS or LDT the handler has no stack to run on (SDM vol. 3A, 6.15, interrupt 10: it should be a task): only
	 * the good ones are tried.
	 */
	if (vector != LANDED && (which == 1 || which == 2 || which == 6))
		return;
	begin("%s to a task with %s access %x RPL %u", causes[cause].name, names[which], access, rpl);
	prepare(cause);
	set_gdt(SUBJECT, segment(0, (type & 0x1c) == 0x14 ? 0 : 0xfffff, access, PAGES | BIG));
	*fields[which] = SUBJECT | rpl;
	if (which == 1)
		task.ss = KERNEL_DATA;
	r = switch_tasks(cause, 0);
	now = current_task();
	expect_fault(&r, vector, vector == LANDED ? 0 : SUBJECT);
	expect("TR", TASK, now);
	expect("EAX", 0xa0a0a0a0, r.f.eax);
	if (vector != LANDED)
		expect("EIP", (u32)landing, r.f.eip);
	restore();
}

void test_main(void)
{
	static const u32 accesses[] = { 0x90, 0x92, 0x98, 0x9a, 0x9c, 0x9e, 0x12, 0x1a, 0x82, 0x89, 0xf2, 0xfa, 0xb2, 0x02 };

	group("switches");
	for (u32 cause = 0; cause < CAUSES; cause++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			test_switch(cause, cpl);
	group("TSS descriptors");
	for (u32 cause = 0; cause < CAUSES; cause++)
		test_descriptor(cause);
	group("segments of the new task");
	for (u32 cause = 0; cause < CAUSES; cause++)
		for (u32 which = 0; which < 7; which++)
			for (u32 a = 0; a < sizeof(accesses) / sizeof(*accesses); a++)
				for (u32 rpl = 0; rpl < 4; rpl += 3)
					if (which != 1 || rpl == 0)
						test_segment(cause, which, accesses[a], rpl);
}
