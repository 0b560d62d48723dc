// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Task switches: by JMP, CALL, INT through a task gate and IRET, between 80386 and 80286 tasks. What is saved, loaded, linked and
 * marked busy, page directories and LDTs, exceptions that are tasks, and every segment of the incoming TSS made wrong in each
 * way. (Debug registers and the T bit: debugreg.c.)
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

/*
 * A segment of the new task is wrong: the new task sees it, at its first instruction. The manual wants a task as the handler
 * (6.15, interrupt 10), for the state "may not be consistent"; a handler in the new task is entered all the same.
 */
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
		/* In the order of table 7-1. */
		if ((type & 0x1a) != 0x12)
			vector = TS;
		else if (!present)
			vector = SS;
		else if (dpl || rpl)
			vector = TS;
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

/* --- both formats ----------------------------------------------------------------------------------------------------- */

/* SDM vol. 3A, figure 7-10. */
struct tss16 {
	u16 link, sp0, ss0, sp1, ss1, sp2, ss2;
	u16 ip, flags, ax, cx, dx, bx, sp, bp, si, di, es, cs, ss, ds, ldt;
};

#define NEAR_CODE	0xa8	/* begins at `landing`, so that a 16-bit IP can name it */
#define NEAR_STACK	0xb0	/* 16-bit, its base below the user stack */
#define STACK_BASE	((u32)user_stack_top - 4096)
#define OWN_LDT		0xb8
#define LDT_DATA	0x0c	/* the second entry of the LDT, RPL 0 */

static struct tss16 task16 __attribute__((aligned(64))), main16 __attribute__((aligned(64)));
static struct descriptor local[4];

static void set_format(bool wide, u32 selector, u32 type)
{
	struct tss16 *old = selector == TASK ? &task16 : &main16;
	struct tss *new = selector == TASK ? &task : &main_tss;

	set_gdt(selector, wide ? segment((u32)new, sizeof(*new) - 1, ACCESS_P | TYPE_TSS32 | type, 0)
			       : segment((u32)old, sizeof(*old) - 1, ACCESS_P | TYPE_TSS16 | type, 0));
}

static void test_formats(u32 cause, bool old_wide, bool new_wide, u32 cpl)
{
	bool nests = causes[cause].nests;
	u32 link = cause == RETURN ? TASK : 0, selector, ldt, cr3 = READ_CR(3);
	struct tss static32;
	struct result r;

	begin("%s from CPL %u of a %s to a %s task", causes[cause].name, cpl, old_wide ? "386" : "286", new_wide ? "386" : "286");
	prepare(cause);
	set_gdt(NEAR_CODE, segment((u32)landing, 0xfffff, 0x9a, BIG));
	set_gdt(NEAR_STACK, segment(STACK_BASE, 0xffff, 0x92, 0));
	set_gdt(OWN_LDT, segment((u32)local, sizeof(local) - 1, ACCESS_P | TYPE_LDT, 0));
	local[LDT_DATA >> 3] = segment(0, 0xfffff, 0x92, PAGES | BIG);
	task.eip = 0;
	task.cs = NEAR_CODE;
	task.ss = NEAR_STACK;
	task.esp = 0xf00;
	task.ldt = OWN_LDT;
	task.es = LDT_DATA;
	task.link = 0xdddd0000 | task.link;
	task16 = (struct tss16){
		.ip = 0, .flags = FLAG_FIXED | 0x8d5, .sp = 0xf00, .bp = task.ebp, .si = task.esi, .di = task.edi, .ax = task.eax,
		.cx = task.ecx, .dx = task.edx, .bx = task.ebx, .es = LDT_DATA, .cs = NEAR_CODE, .ss = NEAR_STACK, .ds = KERNEL_DATA,
		.ldt = OWN_LDT, .sp0 = 0x1111, .ss0 = 0x2222,
	};
	/* What a switch does not write keeps these values. */
	memset(&main16, 0xee, sizeof(main16));
	main16.link = link;
	main_tss.cr3 = 0x12345000;
	main_tss.ldt = 0x7777;
	main_tss.link = 0xdddd0000 | link;
	main_tss.trap = 0x4440;
	static32 = main_tss;
	set_format(old_wide, MAIN_TSS, 0);
	asm volatile("ltr %w0" : : "r"(MAIN_TSS));
	set_format(new_wide, TASK, cause == RETURN ? 2 : 0);
	if (cpl && !causes[cause].gate && cause != RETURN)
		gdt[TASK >> 3].high |= 3 << 13;
	stack_base = STACK_BASE;
	r = switch_tasks(cause, cpl);
	stack_base = 0;
	selector = current_task();
	asm volatile("sldt %0" : "=r"(ldt));

	expect_fault(&r, LANDED, 0);
	expect("TR", TASK, selector);
	expect("LDTR", OWN_LDT, ldt & 0xffff);
	expect("CR3", cr3, READ_CR(3));
	expect("CR0.TS", CR0_TS, READ_CR(0) & CR0_TS);
	{
		/* The upper halves that an 80286 task has no place for are undefined. */
		u32 mask = new_wide ? 0xffffffff : 0xffff;

		expect("EAX", task.eax & mask, r.f.eax & mask);
		expect("ECX", task.ecx & mask, r.f.ecx & mask);
		expect("EDX", task.edx & mask, r.f.edx & mask);
		expect("EBX", task.ebx & mask, r.f.ebx & mask);
		expect("EBP", task.ebp & mask, r.f.ebp & mask);
		expect("ESI", task.esi & mask, r.f.esi & mask);
		expect("EDI", task.edi & mask, r.f.edi & mask);
	}
	expect("EIP", 2, r.f.eip);
	expect("EFLAGS", FLAG_FIXED | 0x8d5 | (nests ? FLAG_NT : 0), r.f.eflags);
	expect("CS", NEAR_CODE, r.f.cs & 0xffff);
	expect("ES", LDT_DATA, r.f.es & 0xffff);
	expect("DS", KERNEL_DATA, r.f.ds & 0xffff);
	if (new_wide) {
		expect("FS", KERNEL_DATA, r.f.fs & 0xffff);
		expect("GS", KERNEL_DATA, r.f.gs & 0xffff);
		expect("link", 0xdddd0000 | (nests ? MAIN_TSS : 0), task.link);
	} else {
		expect("link", nests ? MAIN_TSS : 0, task16.link);
		expect("SP0 and SS0", 0x22221111, task16.sp0 | task16.ss0 << 16);
	}
	expect("new task's type", new_wide ? 0xb : 0x3, type_of(TASK));
	expect("old task's type", (old_wide ? 0x9 : 0x1) | (nests ? 2 : 0), type_of(MAIN_TSS));

	/* The outgoing state: the fields of figures 7-2 and 7-10 that are "dynamic", and no others. */
	if (old_wide) {
		static32.eip = (u32)causes[cause].code + causes[cause].length;
		static32.eflags = FLAG_FIXED | 0x41;
		static32.eax = 0x11111111, static32.ecx = 0x22222222, static32.edx = 0x33333333, static32.ebx = 0x44444444;
		static32.ebp = 0x55555555, static32.esi = 0x66666666, static32.edi = 0x77777777;
		static32.esp = (u32)user_stack_top;
		static32.es = static32.ds = static32.fs = static32.gs = USER_DATA;
		static32.cs = RING_CODE(cpl);
		static32.ss = RING_DATA(cpl);
		/* The upper halves of selector fields are reserved. */
		main_tss.es &= 0xffff, main_tss.cs &= 0xffff, main_tss.ss &= 0xffff;
		main_tss.ds &= 0xffff, main_tss.fs &= 0xffff, main_tss.gs &= 0xffff;
		for (u32 n = 0; n < sizeof(static32) / 4; n++)
			expect("saved dword", ((u32 *)&static32)[n], ((u32 *)&main_tss)[n]);
	} else {
		struct tss16 saved;

		memset(&saved, 0xee, sizeof(saved));
		saved.link = link;
		saved.ip = (u32)causes[cause].code + causes[cause].length;
		saved.flags = FLAG_FIXED | 0x41;
		saved.ax = 0x1111, saved.cx = 0x2222, saved.dx = 0x3333, saved.bx = 0x4444;
		saved.bp = 0x5555, saved.si = 0x6666, saved.di = 0x7777;
		saved.sp = (u32)user_stack_top;
		saved.es = saved.ds = USER_DATA;
		saved.cs = RING_CODE(cpl);
		saved.ss = RING_DATA(cpl);
		for (u32 n = 0; n < sizeof(saved) / 2; n++)
			expect("saved word", n << 16 | ((u16 *)&saved)[n], n << 16 | ((u16 *)&main16)[n]);
	}
	main_tss.trap = 0;
	main_tss.ldt = 0;
	set_format(true, MAIN_TSS, 0);
	restore();
}

/* --- page directories ------------------------------------------------------------------------------------------------- */

#define WINDOW		0x00500000u	/* shows another page in each directory */

static u32 directories[2][1024] __attribute__((aligned(4096)));
static u32 tables[3][1024] __attribute__((aligned(4096)));
static u32 windows[2][1024] __attribute__((aligned(4096)));

CODE(look, "movl 0x500000, %eax; int $0x22");
CODE(look_and_jump, "movl 0x500000, %eax; ljmp $0x90, $0");

static void test_directories(void)
{
	/* Identity below 4 MiB; above, one table for each directory. */
	for (u32 n = 0; n < 1024; n++) {
		tables[0][n] = n << 12 | 7;
		tables[1][n] = tables[2][n] = (1024 + n) << 12 | 7;
	}
	for (u32 d = 0; d < 2; d++) {
		directories[d][0] = (u32)tables[0] | 7;
		directories[d][1] = (u32)tables[1 + d] | 7;
		windows[d][0] = 0x1000 + d;
	}
	for (u32 global = 0; global < 2; global++)
		for (u32 wide = 0; wide < 2; wide++)
			for (u32 same = 0; same < 2; same++) {
				struct frame f = ring_frame(0, look_and_jump);
				u32 changed = wide && !same, expected;
				struct result r;

				begin("%s task with %s CR3%s", wide ? "386" : "286", same ? "the same" : "another", global ? ", global page" : "");
				for (u32 d = 0; d < 2; d++)
					tables[1 + d][WINDOW >> 12 & 1023] = (u32)windows[d] | 7 | (global ? 0x100 : 0);
				WRITE_CR(4, READ_CR(4) | CR4_PGE);
				WRITE_CR(3, directories[0]);
				WRITE_CR(0, READ_CR(0) | CR0_PG);
				prepare(JUMP);
				set_gdt(NEAR_CODE, segment((u32)look, 0xfffff, 0x9a, BIG));
				set_gdt(NEAR_STACK, segment(STACK_BASE, 0xffff, 0x92, 0));
				task.cr3 = (u32)directories[!same];
				task.eip = (u32)look;
				task16 = (struct tss16){ .flags = FLAG_FIXED, .sp = 0xf00, .cs = NEAR_CODE, .ss = NEAR_STACK, .ds = KERNEL_DATA };
				set_format(wide, TASK, 0);
				main_tss.cr3 = 0x5a5a5000;
				stack_base = STACK_BASE;
				r = run(&f);
				stack_base = 0;
				expect_fault(&r, LANDED, 0);
				expect("CR3", (u32)directories[changed], READ_CR(3));
				expect("CR3 of the old task", 0x5a5a5000, main_tss.cr3);
				/* A global page stays in the TLB (4.10.4.1). */
				expected = 0x1000 + (changed && !global);
				expect("memory", expected, r.f.eax);
				WRITE_CR(0, READ_CR(0) & ~CR0_PG);
				WRITE_CR(4, READ_CR(4) & ~CR4_PGE);
				restore();
			}
	WRITE_CR(3, 0);
}

/* --- exceptions as tasks ---------------------------------------------------------------------------------------------- */

CODE(raise_de, "xorl %ecx, %ecx; divl %ecx");
CODE(raise_bp, "int3");
CODE(raise_ud, "ud2");
CODE(raise_np, "movl $0xa3, %eax; movl %eax, %es");
CODE(raise_gp, "movl $0xfff8, %eax; movl %eax, %es");
CODE(raise_ss, "movl $0xa0, %eax; movl %eax, %ss");
CODE(raise_of, "movb $0x7f, %al; incb %al; into");

static void test_exception_task(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		u32 vector, error, at;
		bool pushes;
	} all[] = {
		{ "#DE", raise_de, DE, 0, 2, false },	{ "#BP", raise_bp, BP, 0, 1, false },
		{ "#UD", raise_ud, UD, 0, 0, false },	{ "#NP", raise_np, NP, 0xa0, 5, true },
		{ "#GP", raise_gp, GP, 0xfff8, 5, true }, { "#SS", raise_ss, SS, 0xa0, 5, true },
		{ "#OF", raise_of, OF, 0, 5, false },
	};

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 cpl = 0; cpl < 4; cpl += 3)
			for (u32 wide = 0; wide < 2; wide++) {
				struct frame f = ring_frame(cpl, all[i].code);
				u32 esp = 0xf00, size = wide ? 4 : 2;
				struct result r;

				if (all[i].vector == SS && cpl)
					continue;
				begin("%s from CPL %u to a %s task", all[i].name, cpl, wide ? "386" : "286");
				prepare(INTERRUPT);
				set_gdt(SUBJECT, segment(0, 0xfffff, all[i].vector == SS ? 0x12 : 0x72, PAGES | BIG));
				set_gdt(NEAR_CODE, segment((u32)landing, 0xfffff, 0x9a, BIG));
				set_gdt(NEAR_STACK, segment(STACK_BASE, 0xffff, 0x92, 0));
				task.eip = 0;
				task.cs = NEAR_CODE;
				task.ss = NEAR_STACK;
				task.esp = esp;
				task16 = (struct tss16){ .flags = FLAG_FIXED, .sp = esp, .cs = NEAR_CODE, .ss = NEAR_STACK, .ds = KERNEL_DATA };
				set_format(wide, TASK, 0);
				set_idt(all[i].vector, gate(TASK, 0, 0xe5, 0));
				*(u32 *)(STACK_BASE + esp) = *(u32 *)(STACK_BASE + esp - 4) = 0x99999999;
				f.eflags |= 0x41;
				f.esp -= 256;
				stack_base = STACK_BASE;
				r = run(&f);
				stack_base = 0;
				default_idt(all[i].vector);
				expect_fault(&r, LANDED, 0);
				expect("TR", TASK, current_task());
				expect("NT", FLAG_NT, r.f.eflags & FLAG_NT);
				expect("link", MAIN_TSS, wide ? task.link & 0xffff : task16.link);
				expect("EIP of the old task", f.eip + all[i].at, main_tss.eip);
				expect("CS of the old task", f.cs, main_tss.cs & 0xffff);
				/* The error code is pushed on the new stack, in the size of the TSS (6.13). */
				expect("SP", all[i].pushes ? esp - size : esp, r.f.esp & 0xffff);
				if (all[i].pushes && wide)
					expect("error code", all[i].error, *(u32 *)(STACK_BASE + esp - 4));
				if (all[i].pushes && !wide)
					expect("error code", all[i].error, *(u16 *)(STACK_BASE + esp - 2));
				begin("%s from CPL %u to a %s task: RF", all[i].name, cpl, wide ? "386" : "286");
				/* Of a fault (17.3.1.1); #BP and #OF are traps. */
				expect("RF", all[i].vector == BP || all[i].vector == OF ? 0 : FLAG_RF, main_tss.eflags & FLAG_RF);
				restore();
			}
}

/* A chain of calls into other tasks, and back by IRET through all of them. */
#define CHAIN	6
static struct tss chain[CHAIN] __attribute__((aligned(128)));
static u32 chain_stack[CHAIN][64];
extern u8 chain_code[];
static u32 visits;

/* EBX: where to call on to, or 0; then back. Each visit is counted, before and behind the call. */
asm(".text\n"
    "chain_code:\n"
    "	incl (%ecx)\n"
    "	testl %ebx, %ebx\n"
    "	jz 1f\n"
    "	movl %ebx, 4(%esp)\n"
    "	lcall *(%esp)\n"
    "1:	addl $16, (%ecx)\n"
    "	iretl\n");

static void test_chain(u32 length)
{
	struct frame f = ring_frame(0, call_task);
	struct result r;

	begin("a chain of %u tasks", length);
	prepare(CALL);
	visits = 0;
	for (u32 n = 0; n < length; n++) {
		chain[n] = task;
		chain[n].eip = (u32)chain_code;
		chain[n].eflags = FLAG_FIXED;
		chain[n].esp = (u32)&chain_stack[n][60];
		chain[n].ecx = (u32)&visits;
		chain[n].ebx = n + 1 < length ? FREE_SELECTOR + 0x80 + n * 8 + 8 : 0;
		set_gdt(FREE_SELECTOR + 0x80 + n * 8, segment((u32)&chain[n], sizeof(task) - 1, ACCESS_P | TYPE_TSS32, 0));
	}
	set_gdt(TASK, gate(FREE_SELECTOR + 0x80, 0, ACCESS_P | TYPE_TASK_GATE, 0));
	r = run(&f);
	expect_fault(&r, END, 0);
	expect("TR", MAIN_TSS, current_task());
	expect("visits", 17 * length, visits);
	expect("NT", 0, r.f.eflags & FLAG_NT);
	expect("type of the main task", 0xb, type_of(MAIN_TSS));
	for (u32 n = 0; n < length; n++) {
		expect("type of a task", 9, type_of(FREE_SELECTOR + 0x80 + n * 8));
		expect("link", n ? FREE_SELECTOR + 0x80 + n * 8 - 8 : MAIN_TSS, chain[n].link & 0xffff);
		/* IRET clears NT in the image that it saves. */
		expect("saved NT", 0, chain[n].eflags & FLAG_NT);
	}
	restore();
}

void test_main(void)
{
	static const u32 accesses[] = { 0x90, 0x92, 0x98, 0x9a, 0x9c, 0x9e, 0x12, 0x1a, 0x72, 0x82, 0x89, 0xf2, 0xfa, 0xb2, 0x02 };

	group("switches");
	for (u32 cause = 0; cause < CAUSES; cause++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			test_switch(cause, cpl);
	group("both formats");
	for (u32 cause = 0; cause < CAUSES; cause++)
		for (u32 formats = 0; formats < 4; formats++)
			for (u32 cpl = 0; cpl < 4; cpl += 3)
				test_formats(cause, formats & 1, formats & 2, cpl);
	group("page directories");
	test_directories();
	group("exceptions as tasks");
	test_exception_task();
	group("chains");
	for (u32 length = 1; length <= CHAIN; length++)
		test_chain(length);
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
