// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Far returns: RETF and IRET to the same and to outer rings and to virtual-8086 mode, with 16- and 32-bit frames. Every type, DPL and present bit of the
 * code and stack segments returned to, what becomes of data segments, and which EFLAGS bits IRET may change.
 *
 * Rules: SDM vol. 3A, 5.8.6 (returning), vol. 2A and 2B, the operation sections of IRET and RET; vol. 1, 3.4.3.
 */
#include "test.h"

#define LANDED	0x22
#define TARGET	0x98
#define STACK	0xa0
#define BASE	0x100000u

CODE(return32, "lretl");
CODE(return16, "lretw");
CODE(return_release, "lretl $8");
CODE(interrupt_return32, "iretl");
CODE(interrupt_return16, "iretw");
CODE(landing, "int $0x22");

static const struct {
	const char *name;
	const u8 *code;
	u32 size, flags, release;
} returns[] = {
	{ "RETF", return32, 4, 0, 0 },	       { "RETF 16", return16, 2, 0, 0 },	   { "RETF 8", return_release, 4, 0, 8 },
	{ "IRET", interrupt_return32, 4, 1, 0 }, { "IRET 16", interrupt_return16, 2, 1, 0 },
};

/* A frame as it lies on the stack, built upwards. */
static u8 frame_area[256] __attribute__((aligned(16)));
static u32 frame_size;

static void push_up(u32 value, u32 size)
{
	memcpy(frame_area + frame_size, &value, size);
	frame_size += size;
}

static void build(u32 how, u32 eip, u32 cs, u32 flags, u32 esp, u32 ss)
{
	u32 size = returns[how].size;

	frame_size = 0;
	push_up(eip, size);
	push_up(cs, size);
	if (returns[how].flags)
		push_up(flags, size);
	frame_size += returns[how].release;
	push_up(esp, size);
	push_up(ss, size);
}

/* Enters the return with the frame on the stack of that ring. Room below is needed to get there. */
static struct result run_return(u32 how, u32 cpl, u32 eflags)
{
	struct frame f = ring_frame(cpl, returns[how].code);

	f.esp -= 1024;
	memcpy((void *)f.esp, frame_area, sizeof(frame_area));
	f.eflags = eflags;
	return run(&f);
}

static void test_code(u32 how, u32 type, u32 dpl, u32 present, u32 cpl, u32 rpl)
{
	u32 vector = LANDED, error = 0, new_esp = (u32)user_stack_top - 512, mask = returns[how].size == 4 ? 0xffffffff : 0xffff;
	bool conforming = (type & 0x1c) == 0x1c;
	struct result r;

	begin("%s to type %x DPL %u P %u RPL %u from CPL %u", returns[how].name, type, dpl, present, rpl, cpl);
	set_gdt(TARGET, segment(BASE, 0xfffff, type | ACCESS_DPL(dpl) | present << 7, PAGES | BIG));
	build(how, (u32)landing - BASE, TARGET | rpl, FLAG_FIXED, new_esp, RING_DATA(rpl));
	r = run_return(how, cpl, FLAG_FIXED);
	if ((type & 0x18) != 0x18 || rpl < cpl || (conforming ? dpl > rpl : dpl != rpl))
		vector = GP, error = TARGET;
	else if (!present)
		vector = NP, error = TARGET;
	expect_fault(&r, vector, error);
	if (vector != LANDED) {
		expect("EIP", (u32)returns[how].code, r.f.eip);
		expect("CS", RING_CODE(cpl), r.f.cs & 0xffff);
		expect("ESP", (u32)user_stack_top - 1024, r.f.esp);
		return;
	}
	expect("CS", TARGET | rpl, r.f.cs & 0xffff);
	expect("EIP", (u32)landing - BASE + 2, r.f.eip);
	if (rpl == cpl) {
		expect("ESP", (u32)user_stack_top - 1024 + frame_size - 2 * returns[how].size, r.f.esp);
	} else {
		/* A RETF that releases parameters does so on both stacks. */
		expect("SS", RING_DATA(rpl), r.f.ss & 0xffff);
		if (mask == 0xffffffff)
			expect("ESP", new_esp + returns[how].release, r.f.esp);
		else
			expect("SP", new_esp & 0xffff, r.f.esp & 0xffff);
	}
}

static void test_stack(u32 how, u32 type, u32 dpl, u32 present, u32 ss_rpl, u32 cpl, u32 rpl)
{
	u32 vector = LANDED, error = 0;
	struct result r;

	begin("%s with SS type %x DPL %u P %u RPL %u, from CPL %u to %u", returns[how].name, type, dpl, present, ss_rpl, cpl, rpl);
	set_gdt(TARGET, segment(BASE, 0xfffff, ACCESS_P | ACCESS_DPL(rpl) | TYPE_CODE, PAGES | BIG));
	set_gdt(STACK, segment(0, (type & 0x1c) == 0x14 ? 0 : 0xfffff, type | ACCESS_DPL(dpl) | present << 7, PAGES | BIG));
	build(how, (u32)landing - BASE, TARGET | rpl, FLAG_FIXED, (u32)user_stack_top - 512, STACK | ss_rpl);
	r = run_return(how, cpl, FLAG_FIXED);
	if (ss_rpl != rpl || (type & 0x1a) != 0x12 || dpl != rpl)
		vector = GP, error = STACK;
	else if (!present)
		vector = SS, error = STACK;	/* SDM vol. 3A, 6.15, interrupt 12: "a return to a different privilege level" */
	expect_fault(&r, vector, error);
	expect("CS", vector == LANDED ? TARGET | rpl : (u32)RING_CODE(cpl), r.f.cs & 0xffff);
	expect("accessed", (type & 1) | (vector == LANDED ? 1 : 0), gdt[STACK >> 3].high >> 8 & 1);
}

/* Data segments that the outer ring may not use become null, whatever their RPL (SDM vol. 2B, RET). */
static void test_data_segments(u32 how, u32 type, u32 dpl, u32 cpl, u32 rpl)
{
	struct frame f = ring_frame(cpl, returns[how].code);
	bool keep = (type & 0x1c) == 0x1c || dpl >= rpl;
	struct result r;

	if ((type & 0x1c) != 0x1c && dpl < cpl)
		return;			/* could not be loaded in the first place */
	begin("%s from %u to %u, ES type %x DPL %u", returns[how].name, cpl, rpl, type, dpl);
	set_gdt(TARGET, segment(BASE, 0xfffff, ACCESS_P | ACCESS_DPL(rpl) | TYPE_CODE, PAGES | BIG));
	set_gdt(STACK, segment(0, 0xfffff, ACCESS_P | ACCESS_DPL(dpl) | type, PAGES | BIG));
	build(how, (u32)landing - BASE, TARGET | rpl, FLAG_FIXED, (u32)user_stack_top - 512, RING_DATA(rpl));
	f.esp -= 1024;
	memcpy((void *)f.esp, frame_area, sizeof(frame_area));
	/* Popped while still in ring 0; the IRET that enters the case must not null it. */
	f.es = STACK | (dpl < cpl ? 0 : cpl);
	f.fs = 0;
	r = run(&f);
	if ((type & 0x1c) != 0x1c && dpl < cpl)
		return;
	expect_fault(&r, LANDED, 0);
	expect("ES", keep ? f.es : 0, r.f.es & 0xffff);
	expect("FS", 0, r.f.fs & 0xffff);
	expect("DS", USER_DATA, r.f.ds & 0xffff);
}

/* EFLAGS: IOPL changes only in ring 0, IF when CPL <= IOPL, VIF and VIP in ring 0 (SDM vol. 2A, IRET). */
static void test_flags(u32 how, u32 cpl, u32 rpl, u32 iopl, u32 before, u32 image)
{
	const u32 settable = 0x244cd5;			/* arithmetic, DF, NT, AC, ID */
	u32 old = FLAG_FIXED | FLAG_IOPL(iopl) | before, expected, mask = settable;
	struct result r;

	begin("%s from %u to %u, EFLAGS %x, image %x", returns[how].name, cpl, rpl, old, image);
	set_gdt(TARGET, segment(BASE, 0xfffff, ACCESS_P | ACCESS_DPL(rpl) | TYPE_CODE, PAGES | BIG));
	build(how, (u32)landing - BASE, TARGET | rpl, image, (u32)user_stack_top - 512, RING_DATA(rpl));
	r = run_return(how, cpl, old);
	if (cpl <= iopl)
		mask |= FLAG_IF;
	if (cpl == 0)
		mask |= FLAG_IOPL(3) | FLAG_VIF | FLAG_VIP;
	if (returns[how].size == 2)
		mask &= 0xffff;
	expected = (old & ~mask) | (image & mask) | FLAG_FIXED;
	expect_fault(&r, LANDED, 0);
	expect("EFLAGS", expected, r.f.eflags & ~FLAG_RF);
}

static void test_bad_selectors(u32 how, u32 cpl)
{
	struct {
		const char *name;
		u32 cs, ss, error;
	} cases[] = {
		{ "CS 0", 0, RING_DATA(3), 0 },
		{ "CS 3", 3, RING_DATA(3), 0 },
		{ "CS beyond the GDT", 0x100b, RING_DATA(3), 0x1008 },
		{ "CS in no LDT", 0x0f, RING_DATA(3), 0x0c },
		{ "SS 3", TARGET | 3, 3, 0 },
		{ "SS 0", TARGET | 3, 0, 0 },
		{ "SS beyond the GDT", TARGET | 3, 0x100b, 0x1008 },
		{ "EIP beyond the limit", TARGET | 3, RING_DATA(3), 0 },
	};

	for (u32 i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct result r;

		if (cpl == 3 && i >= 4 && i < 7)
			continue;	/* the same ring: no SS */
		begin("%s, %s, CPL %u", returns[how].name, cases[i].name, cpl);
		set_gdt(TARGET, segment(BASE, i == 7 ? (u32)landing - BASE - 1 : 0xfffff, 0xfa, i == 7 ? BIG : PAGES | BIG));
		build(how, (u32)landing - BASE, cases[i].cs, FLAG_FIXED, (u32)user_stack_top - 512, cases[i].ss);
		r = run_return(how, cpl, FLAG_FIXED);
		expect_fault(&r, GP, cases[i].error);
		expect("EIP", (u32)returns[how].code, r.f.eip);
	}
}

/* IRET to virtual-8086 mode: every flag is the image's, no descriptor is read (SDM vol. 2A, IRET, RETURN-TO-VIRTUAL-8086-MODE). */
#define V86_CODE	0x20000

static void build_v86(u32 eip, u32 cs, u32 flags, u32 esp, const u16 *selectors)
{
	build(3, eip, 0xabcd0000 | cs, flags, esp, 0xdcba0000 | selectors[0]);
	for (u32 i = 1; i < 5; i++)
		push_up(0x12340000 * i | selectors[i], 4);
}

static void expect_v86(const struct result *r, u32 eip, u32 cs, u32 flags, u32 esp, const u16 *selectors)
{
	expect("EIP", eip, r->f.eip);
	expect("CS", cs, r->f.cs & 0xffff);
	expect("EFLAGS", flags, r->f.eflags & ~FLAG_RF);
	expect("ESP", esp, r->f.esp);
	expect("SS", selectors[0], r->f.ss & 0xffff);
	expect("ES", selectors[1], r->f.v86_es & 0xffff);
	expect("DS", selectors[2], r->f.v86_ds & 0xffff);
	expect("FS", selectors[3], r->f.v86_fs & 0xffff);
	expect("GS", selectors[4], r->f.v86_gs & 0xffff);
}

static void test_to_v86(u32 image, u32 segment, u32 eip, u32 before)
{
	static const u16 lists[][5] = { { 0, 0, 0, 0, 0 }, { 0x1fff, 0x2345, 0xffff, 1, 0x8003 }, { 8, 0x10, 0x0b, 0x43, 0x48 } };
	const u16 *selectors = lists[(eip + image / 4) % 3];
	u32 cs = segment - (eip >> 4), esp = 0x76543210 + eip;
	struct result r;

	begin("IRET to %x:%x, EFLAGS %x, image %x", cs, eip, before, image);
	*(u16 *)(cs * 16 + (eip & 0xffff)) = 0x0b0f;
	build_v86(eip, cs, image | FLAG_VM, esp, selectors);
	r = run_return(3, 0, FLAG_FIXED | before);
	expect_fault(&r, UD, 0);
	expect_v86(&r, eip, cs, (image & 0x3e7ed5 & ~FLAG_RF) | FLAG_VM | FLAG_FIXED, esp, selectors);
}

/* EIP beyond FFFFh, and a stack that ends before the frame does. */
static void test_to_v86_limits(void)
{
	static const u16 selectors[5] = { 0x3000, 0x3000, 0x3000, 0x3000, 0x3000 };
	u32 top = (u32)user_stack_top - 1024;

	for (u32 eip = 0xfffe; eip < 0x10003; eip++) {
		struct result r;

		begin("IRET to virtual-8086 mode, EIP %x", eip);
		memset((void *)(V86_CODE + 0xfff0), 0xcc, 32);
		*(u16 *)(V86_CODE + 0xfffe) = 0x0b0f;
		build_v86(eip, V86_CODE >> 4, FLAG_VM | FLAG_FIXED, 0x8000, selectors);
		r = run_return(3, 0, FLAG_FIXED);
		if (eip == 0xfffe) {
			expect_fault(&r, UD, 0);
		} else if (eip > 0xffff) {
			expect_fault(&r, GP, 0);
			expect("EIP", (u32)interrupt_return32, r.f.eip);
			expect("CS", KERNEL_CODE, r.f.cs & 0xffff);
			expect("ESP", top, r.f.esp);
		} else {
			/* There is one byte of an instruction of two. */
			expect_fault(&r, GP, 0);
			expect("EIP", 0xffff, r.f.eip);
			expect("CS", V86_CODE >> 4, r.f.cs & 0xffff);
		}
	}
	for (u32 dwords = 0; dwords < 10; dwords++) {
		struct frame f = ring_frame(0, interrupt_return32);
		struct result r;

		begin("IRET to virtual-8086 mode with %u dwords of stack", dwords);
		*(u16 *)(V86_CODE + 0x100) = 0x0b0f;
		build_v86(0x100, V86_CODE >> 4, FLAG_VM | FLAG_FIXED, 0x8000, selectors);
		set_gdt(STACK, segment(0, top + dwords * 4 - 1, 0x93, BIG));
		if (top + dwords * 4 - 1 > 0xfffff) {
			u32 base = top - 0x1000;

			set_gdt(STACK, segment(base, 0x1000 + dwords * 4 - 1, 0x93, BIG));
			f.esp = 0x1000;
			stack_base = base;
		}
		memcpy((void *)top, frame_area, sizeof(frame_area));
		f.ss = STACK;
		r = run(&f);
		stack_base = 0;
		expect_fault(&r, dwords < 9 ? SS : UD, 0);
		if (dwords < 9) {
			expect("EIP", f.eip, r.f.eip);
			expect("SS", STACK, r.f.ss & 0xffff);
			expect("ESP", f.esp, r.f.esp);
		}
	}
}

/* Outside of ring 0 the VM bit of the image counts for nothing. */
static void test_vm_ignored(u32 cpl, u32 rpl, u32 iopl)
{
	u32 image = FLAG_VM | FLAG_FIXED | 0xd5;
	struct result r;

	begin("IRET with VM in its image from %u to %u, IOPL %u", cpl, rpl, iopl);
	set_gdt(TARGET, segment(BASE, 0xfffff, ACCESS_P | ACCESS_DPL(rpl) | TYPE_CODE, PAGES | BIG));
	build(3, (u32)landing - BASE, TARGET | rpl, image, (u32)user_stack_top - 512, RING_DATA(rpl));
	r = run_return(3, cpl, FLAG_FIXED | FLAG_IOPL(iopl));
	expect_fault(&r, LANDED, 0);
	expect("CS", TARGET | rpl, r.f.cs & 0xffff);
	expect("EFLAGS", (image & ~FLAG_VM) | FLAG_IOPL(iopl), r.f.eflags);
}

static void test_v86(void)
{
	static const u32 images[] = { 0x002, 0x8d7, 0x202, 0x1002, 0x2002, 0x3202, 0x4002, 0x040002, 0x080002, 0x100202, 0x200402, 0x3e7ed7 };
	static const u32 places[] = { 0x0000, 0x0010, 0x1235, 0x8000, 0xfffe };

	for (u32 i = 0; i < sizeof(images) / sizeof(*images); i++)
		for (u32 p = 0; p < sizeof(places) / sizeof(*places); p++)
			for (u32 before = 0; before < 3; before++)
				test_to_v86(images[i], V86_CODE >> 4, places[p], before == 0 ? 0 : before == 1 ? 0x3000 : 0x2408d5);
	test_to_v86_limits();
	for (u32 cpl = 1; cpl < 4; cpl++)
		for (u32 rpl = cpl; rpl < 4; rpl++)
			for (u32 iopl = 0; iopl < 4; iopl++)
				test_vm_ignored(cpl, rpl, iopl);
}

void test_main(void)
{
	static const u32 types[] = { 0x18, 0x1a, 0x1c, 0x1e, 0x10, 0x12, 0x16, 0x02, 0x09, 0x0c };
	static const u32 stack_types[] = { 0x10, 0x12, 0x13, 0x14, 0x16, 0x18, 0x1a, 0x1e, 0x02, 0x0c };
	static const u32 data_types[] = { 0x10, 0x12, 0x1a, 0x1e };
	static const u32 images[] = { 0x002, 0x8d7 & ~0x100, 0xe02, 0x3002, 0x4202, 0x240ed7, 0x3c7ed7 & ~0x20000, 0x180202 };

	group("code segments");
	for (u32 how = 0; how < 5; how++)
		for (u32 t = 0; t < 10; t++)
			for (u32 dpl = 0; dpl < 4; dpl++)
				for (u32 present = 0; present < 2; present++)
					for (u32 cpl = 0; cpl < 4; cpl++)
						for (u32 rpl = 0; rpl < 4; rpl++)
							test_code(how, types[t], dpl, present, cpl, rpl);
	group("stack segments");
	for (u32 how = 0; how < 5; how += 3)
		for (u32 t = 0; t < 10; t++)
			for (u32 dpl = 0; dpl < 4; dpl++)
				for (u32 present = 0; present < 2; present++)
					for (u32 ss_rpl = 0; ss_rpl < 4; ss_rpl++)
						for (u32 cpl = 0; cpl < 3; cpl++)
							for (u32 rpl = cpl + 1; rpl < 4; rpl++)
								test_stack(how, stack_types[t], dpl, present, ss_rpl, cpl, rpl);
	group("data segments");
	for (u32 how = 0; how < 5; how++)
		for (u32 t = 0; t < 4; t++)
			for (u32 dpl = 0; dpl < 4; dpl++)
				for (u32 cpl = 0; cpl < 3; cpl++)
					for (u32 rpl = cpl + 1; rpl < 4; rpl++)
						test_data_segments(how, data_types[t], dpl, cpl, rpl);
	group("flags");
	for (u32 how = 3; how < 5; how++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			for (u32 rpl = cpl; rpl < 4; rpl++)
				for (u32 iopl = 0; iopl < 4; iopl++)
					for (u32 before = 0; before < 2; before++)
						for (u32 i = 0; i < sizeof(images) / sizeof(*images); i++)
							test_flags(how, cpl, rpl, iopl, before ? 0x240a95 : 0, images[i]);
	group("to virtual-8086 mode");
	test_v86();
	group("bad selectors");
	for (u32 how = 0; how < 5; how++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			test_bad_selectors(how, cpl);
}
