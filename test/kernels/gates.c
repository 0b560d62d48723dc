// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupt, trap and call gates: gate type x DPL x present x CPL x target's type, DPL and present bit x RPL. What is entered,
 * the frame on the stack, EFLAGS after, and every way it can fail.
 *
 * Rules: SDM vol. 3A, 5.8.3-5.8.5 (call gates, stack switching), 6.12.1 (interrupt and trap gates), 6.13 (error codes);
 * vol. 2A, the operation sections of CALL, JMP and INT n.
 *
 * A gate leads to `landing`, which is nothing but INT LANDED: what the CPU came to is seen in the frame of that interrupt, and
 * the frame under test lies at its ESP.
 */
#include "test.h"

#define GATE	0x21		/* vector, and selector in the GDT: */
#define LANDED	0x22
#define GATE_SELECTOR	0x90
#define TARGET	0x98
#define STACKS	0xa0

CODE(enter_interrupt, "int $0x21; after_interrupt: .globl after_interrupt");
CODE(enter_call, "lcall *(%ebx); after_call: .globl after_call");
CODE(enter_jump, "ljmp *(%ebx)");
CODE(landing, "int $0x22");
extern const u8 after_interrupt[], after_call[];

/* A 16-bit offset reaches the first 64 KiB of a segment only: targets are based at the image. */
#define BASE	0x100000u

static struct {
	u32 offset;
	u16 selector;
} __attribute__((packed)) pointer;

struct gate_case {
	u32 type, dpl, present, cpl, target_type, target_dpl, target_present, rpl;
};

static void name_case(const char *what, const struct gate_case *c)
{
	begin("%s gate %x DPL %u P %u, CPL %u, target %x DPL %u P %u, RPL %u", what, c->type, c->dpl, c->present, c->cpl,
	      c->target_type, c->target_dpl, c->target_present, c->rpl);
}

static void place_target(const struct gate_case *c)
{
	set_gdt(TARGET, segment(BASE, 0xfffff, c->target_type | ACCESS_DPL(c->target_dpl) | c->target_present << 7, PAGES | BIG));
}

static u32 slot(u32 address, u32 index, u32 size)
{
	return size == 4 ? ((u32 *)address)[index] : ((u16 *)address)[index];
}

/* The new stack's top, by the ring. */
static u32 ring_top(u32 ring)
{
	return ring == 0 ? main_tss.esp0 : ring == 1 ? main_tss.esp1 : main_tss.esp2;
}

static void test_interrupt(const struct gate_case *c)
{
	u32 flags = FLAG_FIXED | FLAG_IF | FLAG_IOPL(3) | FLAG_AC | FLAG_ZF;
	u32 vector = LANDED, error = 0, size = c->type & 8 ? 4 : 2, ring, top;
	struct frame f = ring_frame(c->cpl, enter_interrupt);
	bool conforming = (c->target_type & 0x1c) == 0x1c, inner;
	struct result r;

	name_case("interrupt", c);
	place_target(c);
	set_idt(GATE, gate(TARGET | c->rpl, (u32)landing - BASE, c->present << 7 | ACCESS_DPL(c->dpl) | c->type, 0));
	f.eflags = flags;
	r = run(&f);
	/* EXT is 0 for INT n; IDT is bit 1 (SDM vol. 3A, 6.13). */
	if (c->type != TYPE_INT16 && c->type != TYPE_INT32 && c->type != TYPE_TRAP16 && c->type != TYPE_TRAP32)
		vector = GP, error = GATE * 8 + 2;
	else if (c->dpl < c->cpl)
		vector = GP, error = GATE * 8 + 2;
	else if (!c->present)
		vector = NP, error = GATE * 8 + 2;
	else if ((c->target_type & 0x18) != 0x18 || c->target_dpl > c->cpl)
		vector = GP, error = TARGET;
	else if (!c->target_present)
		vector = NP, error = TARGET;
	expect_fault(&r, vector, error);
	if (vector != LANDED) {
		expect("EIP", (u32)enter_interrupt, r.f.eip);
		expect("EFLAGS", flags, r.f.eflags & ~FLAG_RF);
		return;
	}
	inner = !conforming && c->target_dpl < c->cpl;
	ring = inner ? c->target_dpl : c->cpl;
	expect("CS", TARGET | ring, r.f.cs & 0xffff);
	expect("EIP", (u32)landing - BASE + 2, r.f.eip);
	/* IF is cleared by interrupt gates; TF, NT, RF and VM by both. */
	expect("EFLAGS", c->type & 1 ? flags : flags & ~FLAG_IF, r.f.eflags);
	top = inner ? ring_top(ring) : (u32)user_stack_top;
	expect("SS", inner ? RING_DATA(ring) : RING_DATA(c->cpl), r.f.ss & 0xffff);
	expect("ESP", top - (inner ? 5 : 3) * size, r.f.esp);
	expect("pushed EIP", (u32)after_interrupt & (size == 4 ? 0xffffffff : 0xffff), slot(r.f.esp, 0, size));
	expect("pushed CS", RING_CODE(c->cpl), slot(r.f.esp, 1, size) & 0xffff);
	expect("pushed EFLAGS", flags & (size == 4 ? 0xffffffff : 0xffff), slot(r.f.esp, 2, size));
	if (inner) {
		expect("pushed ESP", (u32)user_stack_top & (size == 4 ? 0xffffffff : 0xffff), slot(r.f.esp, 3, size));
		expect("pushed SS", RING_DATA(c->cpl), slot(r.f.esp, 4, size) & 0xffff);
	}
}

/* A far CALL or JMP to the gate, with `parameters` to copy. */
static void test_call(const struct gate_case *c, bool jump, u32 parameters)
{
	u32 vector = LANDED, error = 0, size = c->type & 8 ? 4 : 2, ring, top;
	struct frame f = ring_frame(c->cpl, jump ? enter_jump : enter_call);
	bool conforming = (c->target_type & 0x1c) == 0x1c, inner;
	struct result r;

	name_case(jump ? "jump" : "call", c);
	place_target(c);
	set_gdt(GATE_SELECTOR, gate(TARGET | 3, (u32)landing - BASE, c->present << 7 | ACCESS_DPL(c->dpl) | c->type, parameters));
	pointer.offset = 0xdeadbeef;		/* ignored */
	pointer.selector = GATE_SELECTOR | c->rpl;
	f.ebx = (u32)&pointer;
	f.esp -= 64;
	for (u32 i = 0; i < 16; i++)
		((u32 *)f.esp)[i] = 0x01010101 * i + 0x10203040;
	r = run(&f);
	if (c->dpl < c->cpl || c->dpl < c->rpl)
		vector = GP, error = GATE_SELECTOR;
	else if (!c->present)
		vector = NP, error = GATE_SELECTOR;
	else if ((c->target_type & 0x18) != 0x18 || c->target_dpl > c->cpl)
		vector = GP, error = TARGET;
	else if (jump && !conforming && c->target_dpl != c->cpl)
		vector = GP, error = TARGET;
	else if (!c->target_present)
		vector = NP, error = TARGET;
	expect_fault(&r, vector, error);
	if (vector != LANDED) {
		expect("EIP", f.eip, r.f.eip);
		return;
	}
	inner = !conforming && c->target_dpl < c->cpl;
	ring = inner ? c->target_dpl : c->cpl;
	expect("CS", TARGET | ring, r.f.cs & 0xffff);
	expect("EIP", (u32)landing - BASE + 2, r.f.eip);
	top = inner ? ring_top(ring) : f.esp;
	expect("ESP", top - (jump ? 0 : inner ? 4 + parameters : 2) * size, r.f.esp);
	if (jump)
		return;
	expect("return EIP", (u32)after_call & (size == 4 ? 0xffffffff : 0xffff), slot(r.f.esp, 0, size));
	expect("return CS", RING_CODE(c->cpl), slot(r.f.esp, 1, size) & 0xffff);
	if (!inner)
		return;
	for (u32 i = 0; i < parameters; i++)
		expect("parameter", slot(f.esp, i, size), slot(r.f.esp, 2 + i, size));
	expect("pushed ESP", f.esp & (size == 4 ? 0xffffffff : 0xffff), slot(r.f.esp, 2 + parameters, size));
	expect("pushed SS", RING_DATA(c->cpl), slot(r.f.esp, 3 + parameters, size) & 0xffff);
}

static void test_matrix(void)
{
	static const u32 call_types[] = { TYPE_CALL16, TYPE_CALL32 };
	static const u32 targets[] = { TYPE_CODE, TYPE_CONFORMING, 0x18, 0x1c, TYPE_DATA, TYPE_LDT };
	struct gate_case c = { 0 };

	for (u32 t = 0; t < 6; t++)
		for (c.target_dpl = 0; c.target_dpl < 4; c.target_dpl++)
			for (c.target_present = 0; c.target_present < 2; c.target_present++)
				for (c.cpl = 0; c.cpl < 4; c.cpl++)
					for (c.dpl = 0; c.dpl < 4; c.dpl++)
						for (c.present = 0; c.present < 2; c.present++) {
							c.target_type = targets[t];
							for (u32 i = 0; i < 2; i++) {
								c.type = call_types[i];
								for (c.rpl = 0; c.rpl < 4; c.rpl++) {
									test_call(&c, false, (c.dpl * 3 + c.rpl) & 7);
									test_call(&c, true, 0);
								}
							}
							c.rpl = c.dpl;	/* not looked at in a gate */
							for (c.type = 0; c.type < 32; c.type++)
								if (c.type != TYPE_TASK_GATE)
									test_interrupt(&c);
						}
}

/*
 * Bad stacks in the TSS. `entering` the handler of an exception adds EXT to the error code (SDM vol. 3A, 6.13); a #UD is what
 * happens from outside here.
 */
CODE(undefined, "ud2");

static void test_stacks(void)
{
	struct {
		const char *name;
		u32 ss;
		struct descriptor d;
		u32 vector, error;
	} cases[] = {
		{ "null", 0, { 0, 0 }, TS, 0 },
		{ "null, RPL 1", 1, { 0, 0 }, TS, 0 },
		{ "RPL 0", STACKS, segment(0, 0xfffff, 0xb2, PAGES | BIG), TS, STACKS },
		{ "RPL 3", STACKS | 3, segment(0, 0xfffff, 0xb2, PAGES | BIG), TS, STACKS },
		{ "DPL 0", STACKS | 1, segment(0, 0xfffff, 0x92, PAGES | BIG), TS, STACKS },
		{ "DPL 3", STACKS | 1, segment(0, 0xfffff, 0xf2, PAGES | BIG), TS, STACKS },
		{ "read-only", STACKS | 1, segment(0, 0xfffff, 0xb0, PAGES | BIG), TS, STACKS },
		{ "code", STACKS | 1, segment(0, 0xfffff, 0xba, PAGES | BIG), TS, STACKS },
		{ "system", STACKS | 1, segment(0, 0xfffff, 0xa2, PAGES | BIG), TS, STACKS },
		{ "not present", STACKS | 1, segment(0, 0xfffff, 0x32, PAGES | BIG), SS, STACKS },
		{ "beyond the GDT", 0x1001, { 0, 0 }, TS, 0x1000 },
		{ "too small", STACKS | 1, segment(0, 0xf, 0xb2, BIG), SS, STACKS },
	};
	u32 ss1 = main_tss.ss1;

	for (u32 i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (u32 how = 0; how < 3; how++) {
			static const char *const ways[] = { "INT n", "call gate", "#UD" };
			struct frame f = ring_frame(3, how == 0 ? enter_interrupt : how == 1 ? enter_call : undefined);
			struct result r;

			begin("%s to ring 1, SS1 %s", ways[how], cases[i].name);
			set_gdt(TARGET, segment(BASE, 0xfffff, ACCESS_P | ACCESS_DPL(1) | TYPE_CODE, PAGES | BIG));
			set_gdt(STACKS, cases[i].d);
			set_idt(how == 2 ? UD : GATE, gate(TARGET, (u32)landing - BASE, 0xee, 0));
			set_gdt(GATE_SELECTOR, gate(TARGET, (u32)landing - BASE, 0xec, 0));
			pointer.selector = GATE_SELECTOR;
			f.ebx = (u32)&pointer;
			main_tss.ss1 = cases[i].ss;
			r = run(&f);
			default_idt(UD);
			expect_fault(&r, cases[i].vector, cases[i].error | (how == 2 ? 1 : 0));
			expect("EIP", f.eip, r.f.eip);
			expect("CS", USER_CODE, r.f.cs & 0xffff);
		}
	main_tss.ss1 = ss1;
}

/* The IDT's limit and the target's. */
static void test_limits(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) short_table = { 0x40 * 8 - 2, (u32)idt }, table = { 0x7ff, (u32)idt };
	CODE(beyond, "int $0x3f");
	CODE(last, "int $0x3e");
	struct frame f = ring_frame(3, beyond);
	struct result r;

	asm volatile("lidt %0" : : "m"(short_table));
	begin("INT beyond the IDT's limit");
	r = run(&f);
	expect_fault(&r, GP, 0x3f * 8 + 2);
	begin("INT at the IDT's limit");
	f.eip = (u32)last;
	r = run(&f);
	expect_fault(&r, 0x3e, 0);
	asm volatile("lidt %0" : : "m"(table));

	for (u32 offset = 0xff; offset < 0x102; offset++) {
		begin("gate to offset %x of a segment of 256 bytes", offset);
		set_gdt(TARGET, segment((u32)landing - offset, 0xff + (offset == 0xff ? 1 : 0), 0x9a, BIG));
		set_idt(GATE, gate(TARGET, offset, 0xee, 0));
		f.eip = (u32)enter_interrupt;
		r = run(&f);
		expect_fault(&r, offset == 0xff ? LANDED : GP, 0);
	}
	begin("gate with a null selector");
	set_idt(GATE, gate(3, 0, 0xee, 0));
	r = run(&f);
	expect_fault(&r, GP, 0);
	begin("gate with a selector beyond the GDT");
	set_idt(GATE, gate(0x1003, 0, 0xee, 0));
	r = run(&f);
	expect_fault(&r, GP, 0x1000);
}

/* Flags that a handler of an exception sees on its stack: RF is set for faults (SDM vol. 3B, 17.3.1.1). */
static void test_exception_flags(void)
{
	CODE(divide, "xorl %ecx, %ecx; divl %ecx");
	CODE(breakpoint, "int3");
	CODE(load_bad, "movl $0xfff8, %eax; movl %eax, %ds");
	CODE(nested, "pushl $0x4002; popfl; int $0x20");
	struct {
		const char *name;
		const u8 *code;
		u32 vector, error, rf;
	} cases[] = {
		{ "#DE", divide, DE, 0, FLAG_RF },
		{ "#UD", undefined, UD, 0, FLAG_RF },
		{ "#GP", load_bad, GP, 0xfff8, FLAG_RF },
		{ "#BP", breakpoint, BP, 0, 0 },
	};

	set_idt(BP, gate(KERNEL_CODE, (u32)stubs + BP * 16, 0xee, 0));
	for (u32 i = 0; i < 4; i++)
		for (u32 cpl = 0; cpl < 4; cpl++) {
			struct frame f = ring_frame(cpl, cases[i].code);
			struct result r = run(&f);

			begin("%s from CPL %u", cases[i].name, cpl);
			expect_fault(&r, cases[i].vector, cases[i].error);
			expect("RF", cases[i].rf, r.f.eflags & FLAG_RF);
		}
	begin("NT is pushed, then cleared");
	{
		struct frame f = ring_frame(3, nested);
		struct result r = run(&f);

		expect_fault(&r, END, 0);
		expect("EFLAGS", FLAG_FIXED | FLAG_NT, r.f.eflags);
	}
}

void test_main(void)
{
	group("gates");
	test_matrix();
	group("stacks in the TSS");
	test_stacks();
	group("limits and selectors");
	test_limits();
	group("pushed flags");
	test_exception_flags();
}
