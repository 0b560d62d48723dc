// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug exceptions in sequence: the trap flag through every kind of instruction and transfer, several conditions at once, what
 * MOV SS holds back, the T bit, and what a task switch does to all of them.
 *
 * Rules: SDM vol. 3B, 17.2.3, 17.2.4, 17.3.1.1, 17.3.1.4, 17.3.1.5, table 17-2; vol. 3A, 6.8.3 (MOV SS), 7.3 (task switches).
 */
#include "debug.h"

#define TASK	0x90
#define LANDED	0x22

static u8 area[1024] __attribute__((aligned(64)));

/* --- sequences of debug exceptions ------------------------------------------------------------------------------------ */

/*
 * The handler of #DB for sequences: notes each exception, clears DR6 and goes on, with RF set in the image if `resume_rf`.
 * What must come is written into the code: EVENT(bits) behind an instruction says that an exception with these bits of DR6
 * (and RF pushed, if 10000h is among them) happens there; AT(label, bits) names the place.
 */
#define EVENTS	24
struct event {
	u32 eip, eflags, dr6, ecx;
};
extern struct event events[EVENTS];
extern u32 event_count, resume_rf, keep_dr6;

asm(".text\n"
    "note_debug:\n"
    "	pushal\n"
    "	pushl %ds\n"
    "	movl $0x10, %eax\n"
    "	movl %eax, %ds\n"
    "	movl event_count, %ebx\n"
    "	cmpl $24, %ebx\n"
    "	jae 1f\n"
    "	shll $4, %ebx\n"
    "	movl 36(%esp), %eax\n"
    "	movl %eax, events(%ebx)\n"
    "	movl 44(%esp), %eax\n"
    "	movl %eax, events+4(%ebx)\n"
    "	movl %dr6, %eax\n"
    "	movl %eax, events+8(%ebx)\n"
    "	movl %ecx, events+12(%ebx)\n"
    "	incl event_count\n"
    "1:	movl resume_rf, %eax\n"
    "	orl %eax, 44(%esp)\n"
    "	movl keep_dr6, %eax\n"
    "	testl %eax, %eax\n"
    "	jnz 2f\n"
    "	movl %eax, %dr6\n"
    "2:	popl %ds\n"
    "	popal\n"
    "	iretl\n"
    "	.globl do_iret\n"
    "do_iret: iretl\n"
    "	.bss\n"
    "	.balign 4\n"
    "events: .skip 24 * 16\n"
    "event_count: .skip 4\n"
    "resume_rf: .skip 4\n"
    "keep_dr6: .skip 4\n"
    "	.text");
extern const u8 note_debug[], do_iret[];

#define AT(label, bits) "\n.pushsection .rodata\n.long " #label ", " #bits "\n.popsection\n"
#define EVENT(bits) "\n771:" AT(771b, bits)
#define SEQUENCE(name, text) \
	asm(".pushsection .near, \"ax\"\n.pushsection .rodata\n.balign 4\n" #name "_events:\n.popsection\n" \
	    #name ":\n" text "\n int $0x20\n.pushsection .rodata\n.long 0, 0\n.popsection\n.popsection"); \
	extern const u8 name[]; \
	extern const u32 name##_events[][2]

#define STEP	EVENT(0x4000)
#define STEP_RF	EVENT(0x14000)

static void start_events(void)
{
	event_count = 0;
	set_idt(DB, gate(KERNEL_CODE, (u32)note_debug, 0x8e, 0));
	WRITE_DR(6, 0);
}

static void stop_events(void)
{
	disarm();
	default_idt(DB);
}

/* 17.2.3: B0 to B3 mean nothing where DR7 does not enable the breakpoint: those are `unused`. */
static void check_events(const u32 expected[][2], u32 unused)
{
	u32 n = 0;

	for (; expected[n][0]; n++) {
		if (n >= event_count)
			break;
		expect("EIP of an event", expected[n][0], events[n].eip);
		expect("DR6 of an event", expected[n][1] & DR6_BITS, events[n].dr6 & (DR6_BITS & ~unused));
		expect("RF of an event", expected[n][1] & FLAG_RF, events[n].eflags & FLAG_RF);
	}
	if (expected[n][0])
		expect("an event at", expected[n][0], 0);
	expect("events", n, event_count);
}

/* Each with TF set by the IRET that enters it, from ring 0. EBX and ESI point to zeros, ESP to a good stack. */
SEQUENCE(t_plain, "nop" STEP "movl $1, %eax" STEP "pushl %eax" STEP "popl %eax" STEP "cpuid" STEP);
SEQUENCE(t_flags, "cli" STEP "sti" STEP "cli" STEP "cld" STEP "lahf" STEP "pushfl" STEP "popl %eax" STEP);
SEQUENCE(t_branch, "jmp 1f\nnop\n1:" STEP "xorl %ecx, %ecx" STEP "jz 2f\nnop\n2:" STEP "jnz 2b" STEP "incl %ecx" STEP "loop 2b" STEP
		   "jecxz 3f\nnop\n3:" STEP);
SEQUENCE(t_call, "call 1f\n" AT(1f, 0x4000) AT(2f, 0x4000) AT(3f, 0x4000) "2: jmp 3f\n1: ret\n3: nop" STEP);
SEQUENCE(t_far, "lcall $8, $1f\n" AT(1f, 0x4000) AT(2f, 0x4000) AT(3f, 0x4000) "2: ljmp $8, $3f\n1: lret\n3: nop" STEP);
SEQUENCE(t_popf_clears, "nop" STEP "pushl $2" STEP "popfl" STEP "nop; nop");
SEQUENCE(t_iret_clears, "pushl $2" STEP "pushl $8" STEP "pushl $1f" STEP "iretl\n1:" STEP "nop; nop");
SEQUENCE(t_iret_keeps, "pushl $0x102" STEP "pushl $8" STEP "pushl $1f" STEP "iretl\n1:" STEP "nop" STEP);
SEQUENCE(t_int, "nop" STEP "int $0x21; nop" STEP "nop" STEP);
SEQUENCE(t_into, "xorl %eax, %eax" STEP "into" STEP "movb $0x7f, %al" STEP "incb %al" STEP "into; nop" STEP);
SEQUENCE(t_int3, "nop" STEP "int3; nop" STEP);
SEQUENCE(t_mov_ss, "movl %ss, %eax" STEP "movl %eax, %ss; nop" STEP "nop" STEP);
SEQUENCE(t_pop_ss, "pushl %ss" STEP "popl %ss; nop" STEP "nop" STEP);
SEQUENCE(t_mov_ss_twice, "movl %ss, %eax" STEP "pushl %eax" STEP "movl %eax, %ss; popl %eax" STEP "nop" STEP);
SEQUENCE(t_mov_ds, "movl %ds, %eax" STEP "movl %eax, %ds" STEP "pushl %es" STEP "popl %es" STEP);
SEQUENCE(t_mov_ss_int, "movl %ss, %eax" STEP "movl %eax, %ss; int $0x21; nop" STEP);
SEQUENCE(t_sti_int, "sti; " STEP "cli" STEP);
SEQUENCE(t_rep0, "xorl %ecx, %ecx" STEP "rep stosb" STEP "nop" STEP);
SEQUENCE(t_rep1, "movl $1, %ecx" STEP "rep stosb" STEP "nop" STEP);
SEQUENCE(t_stos, "movl $3, %ecx" STEP STEP_RF STEP_RF "rep stosl" STEP "nop" STEP);
SEQUENCE(t_movs, "movl $3, %ecx" STEP STEP_RF STEP_RF "rep movsb" STEP "nop" STEP);
SEQUENCE(t_lods, "movl $3, %ecx" STEP STEP_RF STEP_RF "rep lodsw" STEP "nop" STEP);
SEQUENCE(t_cmps, "movl $3, %ecx" STEP STEP_RF STEP_RF "repe cmpsb" STEP "nop" STEP);
SEQUENCE(t_cmps_ends, "movl $3, %ecx" STEP "repne cmpsb" STEP "nop" STEP);
SEQUENCE(t_scas, "movl $2, %ecx" STEP "xorl %eax, %eax" STEP STEP_RF "repe scasl" STEP "nop" STEP);
SEQUENCE(t_outs, "movl $2, %ecx" STEP "movl $0xe0, %edx" STEP STEP_RF "rep outsb" STEP "nop" STEP);
SEQUENCE(t_ins, "movl $2, %ecx" STEP "movl $0xe0, %edx" STEP STEP_RF "rep insl" STEP "nop" STEP);
SEQUENCE(t_x87, "fnop" STEP "fld1" STEP "fstp %st(0)" STEP "fwait" STEP);
SEQUENCE(t_system, "movl %cr0, %eax" STEP "movl %eax, %cr0" STEP "clts" STEP "movl %cr3, %eax" STEP "movl %eax, %cr3" STEP
		   "invlpg (%ebx)" STEP "wbinvd" STEP "rdtsc" STEP);
SEQUENCE(t_lock, "lock incl (%ebx)" STEP "xchgl %eax, (%ebx)" STEP "decl (%ebx)" STEP);

#define T(name) { #name, name, name##_events }
static const struct {
	const char *name;
	const u8 *code;
	const u32 (*events)[2];
} steps[] = {
	T(t_plain), T(t_flags),	  T(t_branch),	T(t_call),	 T(t_far),	   T(t_popf_clears), T(t_iret_clears), T(t_iret_keeps),
	T(t_int),   T(t_into),	  T(t_int3),		 T(t_mov_ss),	   T(t_pop_ss),	     T(t_mov_ss_twice), T(t_mov_ds),
	T(t_mov_ss_int), T(t_sti_int), T(t_rep0), T(t_rep1),	 T(t_stos),	   T(t_movs),	     T(t_lods),	       T(t_cmps),
	T(t_cmps_ends), T(t_scas), T(t_outs),	T(t_ins),	 T(t_x87),	   T(t_system),	     T(t_lock),
};

/* Without TF at the start: what sets it does not trap, the next instruction does. */
SEQUENCE(s_popf, "pushl $0x102; popfl; nop" STEP "nop" STEP);
SEQUENCE(s_popfw, "pushw $0x102; popfw; nop" STEP "nop" STEP);
SEQUENCE(s_iret, "pushl $0x102; pushl $8; pushl $1f; iretl\n1: nop" STEP "nop" STEP);
SEQUENCE(s_popf_int, "pushl $0x102; popfl; int $0x21; nop" STEP);
SEQUENCE(s_popf_mov_ss, "movl %ss, %eax; pushl $0x102; popfl; movl %eax, %ss; nop" STEP "nop" STEP);
SEQUENCE(s_mov_ss_popf, "movl %ss, %eax; pushl $0x102; movl %eax, %ss; popfl; nop" STEP);
SEQUENCE(s_popf_popf, "pushl $2; pushl $0x102; popfl; popfl" STEP "nop");

static const struct {
	const char *name;
	const u8 *code;
	const u32 (*events)[2];
} settings[] = {
	T(s_popf), T(s_popfw), T(s_iret), T(s_popf_int), T(s_popf_mov_ss), T(s_mov_ss_popf), T(s_popf_popf),
};

static void run_sequence(const char *name, const u8 *code, const u32 (*expected)[2], u32 flags, u32 dr7)
{
	struct frame f = ring_frame(0, code);
	struct result r;

	begin("%s", name);
	memset(area, 0, sizeof(area));
	f.ebx = f.esi = (u32)area;
	f.edi = (u32)area + 64;
	f.eflags |= flags;
	set_idt(0x21, gate(KERNEL_CODE, (u32)do_iret, 0x8e, 0));
	set_idt(BP, gate(KERNEL_CODE, (u32)do_iret, 0x8e, 0));
	set_idt(OF, gate(KERNEL_CODE, (u32)do_iret, 0x8e, 0));
	start_events();
	WRITE_DR(7, dr7);
	r = run(&f);
	stop_events();
	default_idt(0x21);
	default_idt(BP);
	default_idt(OF);
	expect_fault(&r, END, 0);
	check_events(expected, 0);
}

/* TF in an outer ring: INT and IRET between the rings, and a fault. */
SEQUENCE(outer_int, "nop" STEP "int $0x21; nop" STEP);
SEQUENCE(outer_plain, "nop" STEP "nop" STEP);
SEQUENCE(outer_fault, "nop" STEP "ud2");

static void test_outer(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		const u32 (*events)[2];
		u32 vector;
	} all[] = {
		{ "INT", outer_int, outer_int_events, END },
		{ "plain", outer_plain, outer_plain_events, END },
		{ "fault", outer_fault, outer_fault_events, UD },
	};

	for (u32 i = 0; i < 3; i++)
		for (u32 cpl = 1; cpl < 4; cpl++) {
			struct frame f = ring_frame(cpl, all[i].code);
			struct result r;

			begin("%s in ring %u", all[i].name, cpl);
			f.eflags |= FLAG_TF;
			set_idt(0x21, gate(KERNEL_CODE, (u32)do_iret, 0xee, 0));
			start_events();
			r = run(&f);
			stop_events();
			default_idt(0x21);
			expect_fault(&r, all[i].vector, 0);
			expect("TF", FLAG_TF, r.f.eflags & FLAG_TF);
			check_events(all[i].events, 0);
		}
}

/* Handlers run without TF, whatever the gate. The exception leaves TF in its image. */
static void test_gates(void)
{
	for (u32 type = 0x86; type <= 0x8f; type++) {
		struct frame f = ring_frame(0, t_plain);
		u32 dr6;
		struct result r;

		if ((type & 7) < 6 || (type & 8) == 0)
			continue;
		begin("gate %x", type);
		set_idt(DB, gate(KERNEL_CODE, (u32)stubs + 16, type, 0));
		f.eflags |= FLAG_TF;
		r = run_armed(&f, 0, &dr6);
		default_idt(DB);
		expect_fault(&r, DB, 0);
		expect("EIP", f.eip + 1, r.f.eip);
		expect("EFLAGS", FLAG_FIXED | FLAG_TF, r.f.eflags);
		expect("DR6", DR6_FIXED | DR6_BS, dr6);
	}
}

/* SYSENTER leaves TF alone: the trap comes at its target. */
SEQUENCE(sysenter_code, "sysenter" AT(sysenter_target, 0x4000) "sysenter_target: nop" STEP);
SEQUENCE(sysexit_code, "sysexit" AT(sysexit_target, 0x4000) "sysexit_target: nop" STEP);
extern const u8 sysenter_target[], sysexit_target[];

static void test_fast_calls(void)
{
	struct frame f = ring_frame(3, sysenter_code);
	struct result r;

	begin("SYSENTER");
	wrmsr(0x174, KERNEL_CODE);
	wrmsr(0x175, (u32)trap_stack_top - 512);
	wrmsr(0x176, (u32)sysenter_target);
	f.eflags |= FLAG_TF;
	start_events();
	r = run(&f);
	stop_events();
	expect_fault(&r, END, 0);
	check_events(sysenter_code_events, 0);

	begin("SYSEXIT");
	/* The selectors behind KERNEL_CODE would not come back by IRET: 88h and on are free. */
	wrmsr(0x174, 0x88);
	set_gdt(0x98, segment(0, 0xfffff, 0xfa, PAGES | BIG));
	set_gdt(0xa0, segment(0, 0xfffff, 0xf2, PAGES | BIG));
	f = ring_frame(0, sysexit_code);
	f.edx = (u32)sysexit_target;
	f.ecx = (u32)user_stack_top;
	f.eflags |= FLAG_TF;
	start_events();
	r = run(&f);
	stop_events();
	expect_fault(&r, END, 0);
	check_events(sysexit_code_events, 0);
}

/* --- several conditions ----------------------------------------------------------------------------------------------- */

/* A breakpoint on a data access and the trap flag: one exception with both bits. */
SEQUENCE(both, "nop" STEP "movl (%ebx), %eax" EVENT(0x4001) "nop" STEP);
/* MOV SS holds a breakpoint back until behind the next instruction, which may meet another, or may be an INT. */
SEQUENCE(held, "movw (%ebx), %ss; nop" EVENT(1) "nop");
SEQUENCE(held_two, "movw (%ebx), %ss; movl 4(%ebx), %eax" EVENT(3) "nop");
SEQUENCE(held_step, "nop" STEP "movw (%ebx), %ss; nop" EVENT(0x4001) "nop" STEP);
SEQUENCE(held_pop, "movl %ebx, %esp; popl %ss" "\n movl 4(%ebp), %esp" EVENT(1) "nop");
SEQUENCE(held_int, "movw (%ebx), %ss; int $0x21" AT(do_iret, 1) "nop");
/* RF: of one instruction only. */
SEQUENCE(execute_each, EVENT(1) "nop" EVENT(2) "nop" EVENT(4) "nop" EVENT(8));
SEQUENCE(execute_rep, "movl $3, %ecx" EVENT(1) "rep stosb" EVENT(2) "nop");
SEQUENCE(execute_rep_step, "movl $3, %ecx" STEP EVENT(1) STEP_RF STEP_RF "rep stosb" STEP EVENT(2) "nop" STEP);
SEQUENCE(execute_held, "movl %ss, %eax; movl %eax, %ss\n1: nop" EVENT(2) "nop");
SEQUENCE(sticky, "nop" STEP "nop" STEP "pushl $2" STEP "popfl" STEP "nop" EVENT(0x4002) "nop" EVENT(0x4004));
SEQUENCE(icebp, "nop; .byte 0xf1" EVENT(0) "nop");
SEQUENCE(icebp_step, "nop" STEP ".byte 0xf1" EVENT(0) "nop" STEP);

static void test_conditions(void)
{
	u32 data = control(0, ACCESS, 2) | GLOBAL(0) | control(1, ACCESS, 4) | GLOBAL(1);
	const struct {
		const char *name;
		const u8 *code;
		const u32 (*events)[2];
		u32 flags, dr7;
	} all[] = {
		{ "TF and data", both, both_events, FLAG_TF, control(0, ACCESS, 1) | LOCAL(0) },
		{ "MOV SS holds data", held, held_events, 0, data },
		{ "MOV SS holds data, more data", held_two, held_two_events, 0, data },
		{ "MOV SS holds data, TF", held_step, held_step_events, FLAG_TF, data },
		{ "POP SS holds data", held_pop, held_pop_events, 0, data },
		{ "MOV SS holds data, INT", held_int, held_int_events, 0, data },
	};

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct frame f = ring_frame(0, all[i].code);
		struct result r;

		begin("%s", all[i].name);
		memset(area, 0, sizeof(area));
		*(u32 *)area = KERNEL_DATA;
		f.ebx = f.ebp = (u32)area;
		*(u32 *)(area + 4) = f.esp;
		set_address(0, (u32)area);
		set_address(1, (u32)area + 4);
		f.eflags |= all[i].flags;
		set_idt(0x21, gate(KERNEL_CODE, (u32)do_iret, 0x8e, 0));
		start_events();
		WRITE_DR(7, i == 4 ? all[i].dr7 & ~GLOBAL(1) : all[i].dr7);
		r = run(&f);
		stop_events();
		default_idt(0x21);
		expect_fault(&r, END, 0);
		check_events(all[i].events, i == 4 ? 2 : 0);
	}
	run_sequence("ICEBP", icebp, icebp_events, 0, 0);
	run_sequence("ICEBP, TF", icebp_step, icebp_step_events, FLAG_TF, 0);
	resume_rf = FLAG_RF;
	for (u32 n = 0; n < 4; n++)
		set_address(n, (u32)execute_each + n);
	run_sequence("execute, RF in the image", execute_each, execute_each_events, 0, 0x55);
	/* 17.2.3: nothing but B0 to B3 is ever cleared by the processor. */
	keep_dr6 = 1;
	set_address(1, (u32)sticky + 6);
	set_address(2, (u32)sticky + 7);
	run_sequence("DR6 keeps BS", sticky, sticky_events, FLAG_TF, 0x14);
	keep_dr6 = 0;
	set_address(0, (u32)execute_rep + 5);
	set_address(1, (u32)execute_rep + 7);
	run_sequence("execute REP", execute_rep, execute_rep_events, 0, 5);
	resume_rf = 0;
	set_address(0, (u32)execute_held + 4);
	set_address(1, (u32)execute_held + 5);
	resume_rf = FLAG_RF;
	run_sequence("execute behind MOV SS", execute_held, execute_held_events, 0, 5);
	resume_rf = 0;
}

/* --- task switches ---------------------------------------------------------------------------------------------------- */

CODE(jump_task, "ljmp $0x90, $0");
CODE(call_task, "lcall $0x90, $0");
CODE(int_task, "int $0x21");
CODE(return_task, "iretl");
CODE(landing, "nop; nop; int $0x22");

enum { JUMP, CALL, INTERRUPT, RETURN, CAUSES };

static const struct {
	const char *name;
	const u8 *code;
} causes[CAUSES] = { { "JMP", jump_task }, { "CALL", call_task }, { "INT", int_task }, { "IRET", return_task } };

static struct tss task __attribute__((aligned(128)));

static struct result switch_tasks(u32 cause, u32 flags, u32 dr7, u32 *dr6, u32 *dr7_after)
{
	struct frame f = ring_frame(0, causes[cause].code);
	struct result r;

	task.esp0 = (u32)trap_stack_top;
	task.ss0 = KERNEL_DATA;
	task.eip = (u32)landing;
	task.esp = (u32)user_stack_top - 1024;
	task.cs = KERNEL_CODE;
	task.ss = task.ds = task.es = task.fs = task.gs = KERNEL_DATA;
	task.ldt = 0;
	task.io_map = sizeof(task);
	set_gdt(TASK, segment((u32)&task, sizeof(task) - 1, ACCESS_P | (cause == RETURN ? 0xb : 0x9), 0));
	set_idt(0x21, gate(TASK, 0, 0xe5, 0));
	main_tss.link = cause == RETURN ? TASK : 0;
	f.eflags |= flags | (cause == RETURN ? FLAG_NT : 0);
	WRITE_DR(6, 0);
	WRITE_DR(7, dr7);
	r = run(&f);
	*dr6 = READ_DR(6);
	*dr7_after = READ_DR(7);
	disarm();
	WRITE_CR(0, READ_CR(0) & ~CR0_TS);
	gdt[MAIN_TSS >> 3].high &= ~0x200;
	asm volatile("ltr %w0" : : "r"(MAIN_TSS));
	default_idt(0x21);
	return r;
}

static void test_task_switch(u32 cause)
{
	static const u32 enables[] = { 0, 0x155, 0x2aa, 0x3ff, 0x0c3, 0x001, 0x102 };
	u32 dr6, dr7;
	struct result r;

	/* 17.2.4: the local enables and LE are cleared. */
	for (u32 n = 0; n < 4; n++)
		set_address(n, (u32)area + 512);
	for (u32 i = 0; i < sizeof(enables) / sizeof(*enables); i++) {
		begin("%s, DR7 enables %x", causes[cause].name, enables[i]);
		task.eflags = FLAG_FIXED;
		task.trap = 0;
		r = switch_tasks(cause, 0, 0xffff0000 | enables[i], &dr6, &dr7);
		expect_fault(&r, LANDED, 0);
		expect("DR7", 0xffff0000 | DR7_FIXED | (enables[i] & ~0x155), dr7);
	}
	/* The T bit: a trap before the first instruction of the new task. */
	for (u32 trap = 0; trap < 4; trap++)
		for (u32 flags = 0; flags < 2; flags++) {
			begin("%s, T word %x, TF %u", causes[cause].name, trap, flags);
			task.eflags = FLAG_FIXED | (flags ? FLAG_TF : 0);
			task.trap = trap;
			r = switch_tasks(cause, 0, 0, &dr6, &dr7);
			expect_fault(&r, trap & 1 || flags ? DB : LANDED, 0);
			expect("EIP", (u32)landing + (trap & 1 ? 0 : flags ? 1 : 4), r.f.eip);
			expect("DR6", DR6_FIXED | (trap & 1 ? DR6_BT : flags ? DR6_BS : 0), dr6);
			expect("TF", flags ? FLAG_TF : 0, r.f.eflags & FLAG_TF);
		}
	task.trap = 0;
	/* The instruction that switches began with TF set. An INT is never stepped. */
	begin("%s, TF in the old task", causes[cause].name);
	task.eflags = FLAG_FIXED;
	r = switch_tasks(cause, FLAG_TF, 0, &dr6, &dr7);
	expect_fault(&r, cause == INTERRUPT ? LANDED : DB, 0);
	/* RF of the new task's EFLAGS holds for its first instruction; a breakpoint there must be global. */
	set_address(0, (u32)landing);
	set_address(1, (u32)landing + 1);
	for (u32 rf = 0; rf < 2; rf++)
		for (u32 local = 0; local < 2; local++) {
			begin("%s, execute %s, RF %u", causes[cause].name, local ? "locally" : "globally", rf);
			task.eflags = FLAG_FIXED | (rf ? FLAG_RF : 0);
			r = switch_tasks(cause, 0, local ? 0x05 : 0x0a, &dr6, &dr7);
			expect_fault(&r, local ? LANDED : DB, 0);
			expect("EIP", (u32)landing + (local ? 4 : rf), r.f.eip);
			if (!local)
				expect("DR6", DR6_FIXED | (rf ? 2 : 1), dr6);
		}
}

/* --- virtual-8086 mode ------------------------------------------------------------------------------------------------ */

/* Instruction breakpoints are left out: QEMU 7.2 dies of one in this mode. */
static void test_v86(void)
{
	u8 *code = (u8 *)0x8000;

	/* MOV AL, [BX]; NOP; HLT (#GP) */
	memcpy(code, "\x8a\x07\x90\xf4", 4);
	for (u32 offset = 0; offset < 4; offset++)
		for (u32 tf = 0; tf < 2; tf++) {
			struct frame f = ring_frame(3, 0);
			u32 dr6, hits = (tf ? DR6_BS : 0) | (offset == 2 ? 8 : 0);
			struct result r;

			begin("access at %u, TF %u", offset, tf);
			f.cs = 0x7f0;
			f.eip = 0x100;
			f.ss = 0x900;
			f.esp = 0x1000;
			f.v86_ds = 0x7e0;
			f.ebx = 0x302;
			f.eflags |= FLAG_VM | (tf ? FLAG_TF : 0);
			set_address(3, 0x8100 + offset);
			r = run_armed(&f, control(3, ACCESS, 1) | GLOBAL(3), &dr6);
			expect_fault(&r, hits ? DB : GP, 0);
			expect("CS", 0x7f0, r.f.cs & 0xffff);
			expect("EIP", 0x100 + (hits ? 2 : 3), r.f.eip);
			expect("DR6", DR6_FIXED | hits, dr6);
		}
}

void test_main(void)
{
	WRITE_CR(0, READ_CR(0) & ~(CR0_EM | CR0_TS));
	asm volatile("fninit");
	disarm();
	group("single step");
	for (u32 i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		run_sequence(steps[i].name, steps[i].code, steps[i].events, FLAG_TF, 0);
	for (u32 i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		run_sequence(settings[i].name, settings[i].code, settings[i].events, 0, 0);
	test_outer();
	test_gates();
	test_fast_calls();
	group("several conditions");
	test_conditions();
	group("task switches");
	for (u32 cause = 0; cause < CAUSES; cause++)
		test_task_switch(cause);
	group("virtual-8086 mode");
	test_v86();
}
