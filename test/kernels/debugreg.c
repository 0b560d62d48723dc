// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The debug registers themselves: breakpoints on instructions and RF, moves to and from the registers in every ring, general
 * detect, and what the registers can hold. (Breakpoints on data: databreak.c. Single step: step.c.)
 *
 * Rules: SDM vol. 3B, 17.2, 17.3.1.1, 17.3.1.3; vol. 2B, MOV to and from debug registers.
 */
#include "debug.h"

/* --- instruction breakpoints ------------------------------------------------------------------------------------------ */

SNIPPET(straight, "movl $1, %eax; nop; addl %ebx, %eax");
SNIPPET(undefined, "ud2");
SNIPPET(unmapped, "movl 0(,%eax,1), %ecx");

static void test_execute(void)
{
	for (u32 n = 0; n < 4; n++)
		for (u32 enable = 0; enable < 4; enable++)
			for (u32 offset = 0; offset < 10; offset++)
				for (u32 rf = 0; rf < 2; rf++) {
					struct frame f = ring_frame(offset & 1 ? 3 : 0, straight);
					bool start = offset == 0 || offset == 5 || offset == 6 || offset == 8;
					bool hit = enable && start && !(rf && offset == 0);
					u32 dr6;
					struct result r;

					begin("DR%u at byte %u, enabled %u, RF %u", n, offset, enable, rf);
					f.eflags |= rf ? FLAG_RF : 0;
					set_address(n, (u32)straight + offset);
					r = run_armed(&f, enable << 2 * n, &dr6);
					expect_fault(&r, hit ? DB : END, 0);
					expect("EIP", (u32)straight + (hit ? offset : 10), r.f.eip);
					if (enable)
						expect("DR6", DR6_FIXED | (hit ? 1 << n : 0), dr6);
					/* Of all faults this one leaves RF as it was (17.3.1.1). */
					expect("RF", 0, r.f.eflags & FLAG_RF);
				}
}

/* A breakpoint comes before every fault of its instruction. RF lets the instruction fault, and is pushed with the fault. */
static void test_execute_fault(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		u32 vector;
	} faults[] = { { "UD2", undefined, UD }, { "load beyond the limit", unmapped, GP } };

	set_gdt(FREE_SELECTOR, segment(0, 0xff, 0xf2, BIG));
	for (u32 i = 0; i < 2; i++)
		for (u32 cpl = 0; cpl < 4; cpl += 3)
			for (u32 rf = 0; rf < 2; rf++) {
				struct frame f = ring_frame(cpl, faults[i].code);
				u32 dr6;
				struct result r;

				begin("%s, CPL %u, RF %u", faults[i].name, cpl, rf);
				f.ds = FREE_SELECTOR | 3;
				f.eax = 0x100;
				f.eflags |= rf ? FLAG_RF : 0;
				set_address(1, (u32)faults[i].code);
				r = run_armed(&f, LOCAL(1), &dr6);
				expect_fault(&r, rf ? faults[i].vector : DB, 0);
				expect("EIP", f.eip, r.f.eip);
				expect("DR6", DR6_FIXED | (rf ? 0 : 2), dr6);
				expect("RF", rf ? FLAG_RF : 0, r.f.eflags & FLAG_RF);
			}
}

/* --- the registers themselves ----------------------------------------------------------------------------------------- */

#define MOVES(n) \
	SNIPPET(get_dr##n, "movl %dr" #n ", %eax"); \
	SNIPPET(set_dr##n, "movl %eax, %dr" #n)
MOVES(0);
MOVES(1);
MOVES(2);
MOVES(3);
MOVES(4);
MOVES(5);
MOVES(6);
MOVES(7);

static const u8 *const gets[] = { get_dr0, get_dr1, get_dr2, get_dr3, get_dr4, get_dr5, get_dr6, get_dr7 };
static const u8 *const sets[] = { set_dr0, set_dr1, set_dr2, set_dr3, set_dr4, set_dr5, set_dr6, set_dr7 };

static void test_moves(void)
{
	for (u32 n = 0; n < 8; n++)
		for (u32 write = 0; write < 2; write++)
			for (u32 de = 0; de < 2; de++)
				for (u32 gd = 0; gd < 2; gd++)
					for (u32 cpl = 0; cpl < 4; cpl++) {
						struct frame f = ring_frame(cpl, write ? sets[n] : gets[n]);
						bool ud = de && (n == 4 || n == 5);
						u32 dr6, dr7;
						struct result r;

						/* The manual does not say which comes first. */
						if ((cpl != 0) + ud + gd > 1)
							continue;
						begin("MOV %s DR%u, CPL %u, DE %u, GD %u", write ? "to" : "from", n, cpl, de, gd);
						WRITE_CR(4, de ? READ_CR(4) | CR4_DE : READ_CR(4) & ~CR4_DE);
						f.eax = n == 5 || n == 7 ? DR7_FIXED : 0;
						WRITE_DR(6, 0);
						WRITE_DR(7, gd ? DR7_GD : 0);
						r = run(&f);
						dr7 = READ_DR(7);
						dr6 = READ_DR(6);
						WRITE_CR(4, READ_CR(4) & ~CR4_DE);
						expect("DR6", DR6_FIXED | (gd ? DR6_BD : 0), dr6);
						expect("DR7", DR7_FIXED, dr7);
						expect_fault(&r, cpl ? GP : gd ? DB : ud ? UD : END, 0);
						expect("EIP", f.eip + (cpl || gd || ud ? 0 : 5), r.f.eip);
						if (cpl || gd || ud)
							expect("RF", FLAG_RF, r.f.eflags & FLAG_RF);
						disarm();
					}
}

/* What can be stored. */
static void test_values(void)
{
	for (u32 bit = 0; bit < 32; bit++) {
		u32 value = 1u << bit;

		begin("bit %u", bit);
		WRITE_DR(0, value);
		WRITE_DR(1, ~value);
		WRITE_DR(2, value);
		WRITE_DR(3, ~value);
		expect("DR0", value, READ_DR(0));
		expect("DR1", ~value, READ_DR(1));
		expect("DR2", value, READ_DR(2));
		expect("DR3", ~value, READ_DR(3));
		WRITE_DR(6, value);
		expect("DR6", DR6_FIXED | (value & DR6_BITS), READ_DR(6));
		expect("DR4", READ_DR(6), READ_DR(4));
		WRITE_DR(4, 0);
		expect("DR6 by DR4", DR6_FIXED, READ_DR(6));
		/* GD stays off here; bits 11, 12, 14 and 15 are reserved. */
		if (bit < 11 || bit > 15) {
			WRITE_DR(7, value);
			expect("DR7", DR7_FIXED | value, READ_DR(7));
			WRITE_DR(5, 0);
			expect("DR7 by DR5", DR7_FIXED, READ_DR(7));
		}
		disarm();
	}
}

void test_main(void)
{
	disarm();
	group("instruction breakpoints");
	test_execute();
	test_execute_fault();
	group("moves");
	test_moves();
	group("values");
	test_values();
}
