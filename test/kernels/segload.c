// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading segment registers: every descriptor type x DPL x RPL x CPL x present, into data segments and SS, and what LAR, LSL,
 * VERR, VERW, LLDT and LTR say about it. Then accesses at the edges of limits.
 *
 * Rules: SDM vol. 3A, 5.5-5.8 (privilege), 3.4.5 (types, expand-down); vol. 2A/2B, the operation sections of MOV, LAR, LSL,
 * VERR/VERW, LLDT and LTR.
 */
#include "test.h"

CODE(load_ds, "movw %ax, %ds");
CODE(load_es, "movw %ax, %es");
CODE(load_fs, "movw %ax, %fs");
CODE(load_gs, "movw %ax, %gs");
CODE(load_ss, "movw %ax, %ss");
CODE(pop_fs, "pushl %eax; popl %fs");
CODE(lar, "larl %eax, %ecx");
CODE(lsl, "lsll %eax, %ecx");
CODE(verr, "verr %ax");
CODE(verw, "verw %ax");
CODE(lldt, "lldt %ax");
CODE(ltr, "ltr %ax");

static const u8 *const data_loads[] = { load_ds, load_es, load_fs, load_gs, pop_fs };

static struct descriptor local_table[4];

/* What the descriptor under test is. */
struct subject {
	u32 type, dpl, present, rpl, cpl, selector;
};

static bool is_code(u32 type)
{
	return (type & 0x18) == 0x18;
}

static bool is_conforming(u32 type)
{
	return (type & 0x1c) == 0x1c;
}

static bool is_readable(u32 type)
{
	return type >= 0x10 && (!is_code(type) || (type & 2));
}

static bool is_writable(u32 type)
{
	return (type & 0x1a) == 0x12;
}

static bool privileged_enough(const struct subject *s)
{
	return is_conforming(s->type) || (s->cpl <= s->dpl && s->rpl <= s->dpl);
}

static void place(const struct subject *s)
{
	/* Expand-down segments reach from the limit upwards. */
	u32 limit = (s->type & 0x1c) == 0x14 ? 0 : 0xfffff;

	set_gdt(s->selector, segment(0, limit, s->type | ACCESS_DPL(s->dpl) | s->present << 7, PAGES | BIG));
}

static void name_case(const char *what, const struct subject *s)
{
	begin("%s type %x DPL %u P %u RPL %u CPL %u", what, s->type, s->dpl, s->present, s->rpl, s->cpl);
}

static void expect_accessed(const struct subject *s, bool loaded)
{
	u32 expected = s->type | (loaded ? 1 : 0);

	expect("type after", expected, gdt[s->selector >> 3].high >> 8 & 0x1f);
}

static struct result run_with(const struct subject *s, const u8 *code)
{
	struct frame f = ring_frame(s->cpl, code);

	f.eax = s->selector | s->rpl;
	f.ecx = 0x12345678;
	return run(&f);
}

static void test_data_load(const struct subject *s, u32 which)
{
	struct result r;
	u32 vector = END, error = 0, loaded;

	name_case("data", s);
	place(s);
	r = run_with(s, data_loads[which]);
	if (!is_readable(s->type) || !privileged_enough(s))
		vector = GP, error = s->selector;
	else if (!s->present)
		vector = NP, error = s->selector;
	expect_fault(&r, vector, error);
	loaded = which == 0 ? r.f.ds : which == 1 ? r.f.es : which == 3 ? r.f.gs : r.f.fs;
	expect("selector", vector == END ? s->selector | s->rpl : USER_DATA, loaded & 0xffff);
	expect_accessed(s, vector == END);
}

static void test_stack_load(const struct subject *s)
{
	struct result r;
	u32 vector = END, error = 0;

	name_case("SS", s);
	place(s);
	r = run_with(s, load_ss);
	if (s->rpl != s->cpl || !is_writable(s->type) || s->dpl != s->cpl)
		vector = GP, error = s->selector;
	else if (!s->present)
		vector = SS, error = s->selector;
	expect_fault(&r, vector, error);
	expect("selector", vector == END ? s->selector | s->rpl : RING_DATA(s->cpl), r.f.ss & 0xffff);
	expect_accessed(s, vector == END);
}

/* Present or not does not matter to these four (SDM vol. 2, LAR, LSL, VERR). */
static void test_queries(const struct subject *s)
{
	static const u32 lar_types = 0x1a3e, lsl_types = 0x0a0e; /* 1-5, 9, B, C and 1-3, 9, B: tables 3-52 and 3-60 */
	struct result r;
	bool system = s->type < 0x10, valid;

	place(s);
	name_case("LAR", s);
	valid = privileged_enough(s) && (!system || (lar_types >> s->type & 1));
	r = run_with(s, lar);
	expect_fault(&r, END, 0);
	expect("ZF", valid, (r.f.eflags & FLAG_ZF) != 0);
	expect("rights", valid ? gdt[s->selector >> 3].high & 0x00f0ff00 : 0x12345678, r.f.ecx & (valid ? 0xfff0ffff : 0xffffffff));

	name_case("LSL", s);
	valid = privileged_enough(s) && (!system || (lsl_types >> s->type & 1));
	r = run_with(s, lsl);
	expect_fault(&r, END, 0);
	expect("ZF", valid, (r.f.eflags & FLAG_ZF) != 0);
	expect("limit", valid ? ((s->type & 0x1c) == 0x14 ? 0xfff : 0xffffffff) : 0x12345678, r.f.ecx);

	name_case("VERR", s);
	r = run_with(s, verr);
	expect_fault(&r, END, 0);
	expect("ZF", is_readable(s->type) && privileged_enough(s), (r.f.eflags & FLAG_ZF) != 0);

	name_case("VERW", s);
	r = run_with(s, verw);
	expect_fault(&r, END, 0);
	expect("ZF", is_writable(s->type) && privileged_enough(s), (r.f.eflags & FLAG_ZF) != 0);
	expect_accessed(s, false);
}

static void restore_task(void)
{
	gdt[MAIN_TSS >> 3].high &= ~0x200;
	asm volatile("ltr %w0\n\tlldt %w1" : : "r"(MAIN_TSS), "r"(0));
}

static void test_system_loads(const struct subject *s)
{
	struct result r;
	u32 vector = END, error = 0;

	name_case("LLDT", s);
	place(s);
	r = run_with(s, lldt);
	if (s->cpl)
		vector = GP;
	else if (s->type != TYPE_LDT)
		vector = GP, error = s->selector;
	else if (!s->present)
		vector = NP, error = s->selector;
	expect_fault(&r, vector, error);
	expect_accessed(s, false);

	name_case("LTR", s);
	vector = END, error = 0;
	r = run_with(s, ltr);
	if (s->cpl)
		vector = GP;
	else if (s->type != TYPE_TSS16 && s->type != TYPE_TSS32)
		vector = GP, error = s->selector;
	else if (!s->present)
		vector = NP, error = s->selector;
	expect_fault(&r, vector, error);
	expect("type after", s->type | (vector == END ? 2 : 0), gdt[s->selector >> 3].high >> 8 & 0x1f);
	restore_task();
}

/* Selectors that name no descriptor. */
static void test_no_descriptor(void)
{
	static const struct {
		const char *name;
		u32 selector;
		bool null;
	} cases[] = {
		{ "null 0", 0, true },
		{ "null 3", 3, true },
		{ "beyond the GDT", 0x1000, false },
		{ "beyond the GDT, RPL 3", 0x1fff & ~4, false },
		{ "no LDT", 0x04, false },
		{ "no LDT, RPL 3", 0x0f, false },
	};

	for (u32 i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		u32 selector = cases[i].selector, error = selector & 0xfffc;

		for (u32 cpl = 0; cpl < 4; cpl++) {
			struct subject s = { .cpl = cpl, .selector = selector & ~3, .rpl = selector & 3 };
			struct result r;

			for (u32 which = 0; which < 5; which++) {
				begin("data %u, %s, CPL %u", which, cases[i].name, cpl);
				r = run_with(&s, data_loads[which]);
				expect_fault(&r, cases[i].null ? END : GP, cases[i].null ? 0 : error);
			}
			begin("SS, %s, CPL %u", cases[i].name, cpl);
			r = run_with(&s, load_ss);
			expect_fault(&r, GP, cases[i].null ? 0 : error);
			for (u32 q = 0; q < 4; q++) {
				static const u8 *const queries[] = { lar, lsl, verr, verw };

				begin("query %u, %s, CPL %u", q, cases[i].name, cpl);
				r = run_with(&s, queries[q]);
				expect_fault(&r, END, 0);
				expect("ZF", 0, r.f.eflags & FLAG_ZF);
			}
			if (cpl)
				continue;
			begin("LLDT, %s", cases[i].name);
			r = run_with(&s, lldt);
			expect_fault(&r, cases[i].null ? END : GP, cases[i].null ? 0 : error);
			begin("LTR, %s", cases[i].name);
			r = run_with(&s, ltr);
			expect_fault(&r, GP, cases[i].null ? 0 : error);
			restore_task();
		}
	}
}

static void test_local_table(void)
{
	struct result r;

	local_table[1] = segment(0, 0xfffff, ACCESS_P | ACCESS_DPL(3) | TYPE_DATA, PAGES | BIG);
	local_table[2] = segment(0, 0xfffff, ACCESS_P | ACCESS_DPL(3) | TYPE_DATA, PAGES | BIG);
	set_gdt(MAIN_LDT, segment((u32)local_table, 2 * 8 - 1, ACCESS_P | TYPE_LDT, 0));
	asm volatile("lldt %w0" : : "r"(MAIN_LDT));
	for (u32 index = 0; index < 4; index++) {
		struct subject s = { .cpl = 3, .selector = index * 8 | 4, .rpl = 3 };
		bool good = index == 1;

		begin("LDT entry %u of 2", index);
		r = run_with(&s, load_es);
		/* Entry 0 of the LDT may be used (SDM vol. 3A, 3.4.2): here it is a system type, so #GP too. */
		expect_fault(&r, good ? END : GP, good ? 0 : index * 8 | 4);
		if (good)
			expect("accessed", 1, local_table[1].high >> 8 & 1);
	}
	restore_task();
}

/*
 * Limits: an access of 1, 2 or 4 bytes is good when all its bytes are (SDM vol. 3A, 5.3). EBX = offset.
 */
CODE(read1, "movb %ds:(%ebx), %al");
CODE(read2, "movw %ds:(%ebx), %ax");
CODE(read4, "movl %ds:(%ebx), %eax");
CODE(write1, "movb %al, %ds:(%ebx)");
CODE(write2, "movw %ax, %ds:(%ebx)");
CODE(write4, "movl %eax, %ds:(%ebx)");
CODE(update4, "addl %eax, %ds:(%ebx)");
CODE(stack_read4, "movl %ss:(%ebx), %eax");
CODE(stack_write2, "movw %ax, %ss:(%ebx)");

static const struct {
	const u8 *code;
	const char *name;
	u32 size;
	bool write, stack;
} accesses[] = {
	{ read1, "read 1", 1, false, false },	{ read2, "read 2", 2, false, false },
	{ read4, "read 4", 4, false, false },	{ write1, "write 1", 1, true, false },
	{ write2, "write 2", 2, true, false },	{ write4, "write 4", 4, true, false },
	{ update4, "add 4", 4, true, false },	{ stack_read4, "SS read 4", 4, false, true },
	{ stack_write2, "SS write 2", 2, true, true },
};

static u8 arena[0x3000] __attribute__((aligned(4096)));

static void test_limit(u32 type, u32 limit, u32 flags, u32 offset)
{
	bool down = (type & 0x1c) == 0x14;
	u32 bytes = flags & PAGES ? limit << 12 | 0xfff : limit;
	u32 top = flags & BIG ? 0xffffffff : 0xffff;

	set_gdt(FREE_SELECTOR, segment((u32)arena, limit, ACCESS_P | ACCESS_DPL(3) | type, flags));
	for (u32 i = 0; i < sizeof(accesses) / sizeof(*accesses); i++) {
		struct frame f = ring_frame(3, accesses[i].code);
		u32 last = offset + accesses[i].size - 1;
		bool good = down ? offset > bytes && last <= top : last <= bytes;
		struct result r;

		if (last < offset)
			continue;	/* wraps at 4 GiB: implementation-specific (SDM vol. 3A, 5.3) */
		if (good && offset >= sizeof(arena) - 4)
			continue;
		if (accesses[i].stack && !is_writable(type))
			continue;
		begin("%s at %x, type %x limit %x flags %x", accesses[i].name, offset, type, limit, flags);
		if (accesses[i].stack)
			f.ss = FREE_SELECTOR | 3;
		else
			f.ds = FREE_SELECTOR | 3;
		f.ebx = offset;
		r = run(&f);
		if (accesses[i].write && !is_writable(type))
			good = false;
		if (!is_readable(type))
			good = false;
		expect_fault(&r, good ? END : accesses[i].stack ? SS : GP, 0);
	}
}

static void test_limits(void)
{
	static const u32 types[] = { 0x10, 0x12, 0x14, 0x16, 0x1a, 0x1e };
	static const u32 limits[][2] = {
		{ 0xfff, 0 }, { 0xfff, BIG }, { 0, PAGES | BIG }, { 0x1001, BIG }, { 0, BIG }, { 1, PAGES },
	};
	static const u32 offsets[] = {
		0, 1, 2, 0xffc, 0xffd, 0xffe, 0xfff, 0x1000, 0x1001, 0x1002, 0x1ffd, 0x2000, 0xfffd, 0x10000, 0xfffffffc,
	};

	for (u32 t = 0; t < sizeof(types) / sizeof(*types); t++)
		for (u32 l = 0; l < sizeof(limits) / sizeof(*limits); l++)
			for (u32 o = 0; o < sizeof(offsets) / sizeof(*offsets); o++)
				test_limit(types[t], limits[l][0], limits[l][1], offsets[o]);
	/* Through a null selector nothing can be reached (SDM vol. 3A, 3.4.2). */
	for (u32 i = 0; i < 7; i++) {
		struct frame f = ring_frame(3, accesses[i].code);
		struct result r;

		begin("%s through a null DS", accesses[i].name);
		f.ds = 0;
		f.ebx = (u32)arena;
		r = run(&f);
		expect_fault(&r, GP, 0);
	}
}

static void each(void (*test)(const struct subject *), u32 loads)
{
	struct subject s = { .selector = FREE_SELECTOR };
	u32 n = 0;

	for (s.type = 0; s.type < 32; s.type++)
		for (s.dpl = 0; s.dpl < 4; s.dpl++)
			for (s.present = 0; s.present < 2; s.present++)
				for (s.cpl = 0; s.cpl < 4; s.cpl++)
					for (s.rpl = 0; s.rpl < 4; s.rpl++)
						if (loads)
							test_data_load(&s, n++ % 5);
						else
							test(&s);
}

void test_main(void)
{
	group("data segment loads");
	each(0, 1);
	group("SS loads");
	each(test_stack_load, 0);
	group("queries");
	each(test_queries, 0);
	group("LLDT and LTR");
	each(test_system_loads, 0);
	group("no descriptor");
	test_no_descriptor();
	group("local descriptor table");
	test_local_table();
	group("limits");
	test_limits();
}
