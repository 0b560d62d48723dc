// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SYSENTER and SYSEXIT: what they load, from every ring, and when they fault.
 *
 * Rules: SDM vol. 2B, SYSENTER and SYSEXIT; vol. 3A, 5.8.7. The selectors come from one MSR by arithmetic, and no descriptor is
 * read: the table here holds none for them that would do.
 */
#include "test.h"

#define MSR_CS	0x174
#define MSR_ESP	0x175
#define MSR_EIP	0x176

CODE(enter, "sysenter");
CODE(leave, "sysexit");
CODE(landing, "int $0x22");
CODE(probe, "movl %ds:(%ebp), %esi; movl %ss:(%ebp), %edi; movl %cs:(%ebp), %eax; int $0x23");

static u32 word = 0x13579bdf;

static void set_msrs(u32 cs, const void *eip)
{
	wrmsr(MSR_CS, cs);
	wrmsr(MSR_ESP, (u32)trap_stack_top - 256);
	wrmsr(MSR_EIP, (u32)eip);
}

static void test_enter(void)
{
	static const u32 selectors[] = { 0x08, 0x09, 0x0a, 0x0b, 0x88, 0x8b, 0x60, 0x0c };

	for (u32 i = 0; i < sizeof(selectors) / sizeof(*selectors); i++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			for (u32 flags = 0; flags < 4; flags++) {
				struct frame f = ring_frame(cpl, enter);
				struct result r;
				u32 cs = selectors[i];

				begin("SYSENTER with CS %x from CPL %u, flags %u", cs, cpl, flags);
				set_msrs(cs, landing);
				f.eflags |= (flags & 1 ? FLAG_IF : 0) | (flags & 2 ? FLAG_IOPL(3) | FLAG_AC | 0x8d5 : 0);
				r = run(&f);
				expect_fault(&r, 0x22, 0);
				expect("CS", cs & 0xfffc, r.f.cs & 0xffff);
				expect("SS", (cs & 0xfffc) + 8, r.f.ss & 0xffff);
				expect("ESP", (u32)trap_stack_top - 256 - 12, r.f.esp - 12);
				expect("EIP", (u32)landing + 2, r.f.eip);
				expect("EFLAGS", f.eflags & ~FLAG_IF, r.f.eflags);
			}
	for (u32 null = 0; null < 4; null++)
		for (u32 cpl = 0; cpl < 4; cpl++) {
			struct frame f = ring_frame(cpl, enter);
			struct result r;

			begin("SYSENTER with CS %x from CPL %u", null, cpl);
			set_msrs(null, landing);
			r = run(&f);
			expect_fault(&r, GP, 0);
			expect("EIP", f.eip, r.f.eip);
		}
}

static void test_leave(void)
{
	static const u32 selectors[] = { 0x08, 0x0b, 0x88, 0x60, 0x400 };

	for (u32 i = 0; i < sizeof(selectors) / sizeof(*selectors); i++)
		for (u32 cpl = 0; cpl < 4; cpl++) {
			struct frame f = ring_frame(cpl, leave);
			struct result r;
			u32 cs = selectors[i];

			begin("SYSEXIT with CS %x from CPL %u", cs, cpl);
			set_msrs(cs, landing);
			f.edx = (u32)landing;
			f.ecx = (u32)user_stack_top - 128;
			f.eflags |= FLAG_IF | FLAG_IOPL(3) | FLAG_AC;
			r = run(&f);
			expect_fault(&r, cpl ? GP : 0x22, 0);
			if (cpl)
				continue;
			expect("CS", ((cs & 0xfffc) + 16) | 3, r.f.cs & 0xffff);
			expect("SS", ((cs & 0xfffc) + 24) | 3, r.f.ss & 0xffff);
			expect("ESP", f.ecx, r.f.esp);
			expect("EIP", (u32)landing + 2, r.f.eip);
			expect("EFLAGS", f.eflags, r.f.eflags);
			expect("DS", USER_DATA, r.f.ds & 0xffff);
		}
	for (u32 null = 0; null < 4; null++) {
		struct frame f = ring_frame(0, leave);
		struct result r;

		begin("SYSEXIT with CS %x", null);
		f.edx = (u32)landing;
		f.ecx = (u32)user_stack_top - 128;
		set_msrs(null, landing);
		r = run(&f);
		expect_fault(&r, GP, 0);
	}
}

/* The hidden parts are flat and of the new ring, whatever the table says. */
static void test_hidden(void)
{
	struct frame f = ring_frame(3, enter);
	struct result r;

	begin("SYSENTER gives flat segments");
	set_msrs(0x88, probe);
	set_gdt(0x88, segment(0x1000, 1, 0x92, 0));
	set_gdt(0x90, segment(0x1000, 1, 0x92, BIG));
	f.ebp = (u32)&word;
	r = run(&f);
	expect_fault(&r, 0x23, 0);
	expect("by DS", word, r.f.esi);
	expect("by SS", word, r.f.edi);
	expect("by CS", word, r.f.eax);

	begin("SYSEXIT gives flat segments");
	f = ring_frame(0, leave);
	f.ebp = (u32)&word;
	f.edx = (u32)probe;
	f.ecx = (u32)user_stack_top;
	set_gdt(0x98, segment(0x1000, 1, 0x92, 0));
	set_gdt(0xa0, segment(0x1000, 1, 0x92, 0));
	r = run(&f);
	expect_fault(&r, 0x23, 0);
	expect("by SS", word, r.f.edi);
	expect("by CS", word, r.f.eax);
	expect("CS", 0x9b, r.f.cs & 0xffff);

	begin("SYSENTER from virtual-8086 mode");
	memcpy((void *)0x8000, enter, 2);
	f = ring_frame(3, 0);
	f.eflags = FLAG_FIXED | FLAG_VM;
	f.cs = 0x800;
	f.ss = 0x900;
	f.esp = 0x1000;
	set_msrs(KERNEL_CODE, landing);
	r = run(&f);
	expect_fault(&r, 0x22, 0);
	expect("CS", KERNEL_CODE, r.f.cs & 0xffff);
	expect("EFLAGS", FLAG_FIXED, r.f.eflags);
}

void test_main(void)
{
	group("SYSENTER");
	test_enter();
	group("SYSEXIT");
	test_leave();
	group("hidden parts");
	test_hidden();
}
