// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exceptions of the x87, MMX and SSE units: #NM, #UD, #MF and #XM for every setting of CR0 and CR4, which instructions wait for a
 * pending x87 exception, and which SIMD exceptions are raised. (Without CR0.NE: ferr.c. State images: fpustate.c.)
 *
 * Rules: SDM vol. 1, 8.6, 8.7, 9.5, 10.5, 11.5; vol. 3A, 2.5, chapters 12 and 13.
 */
#include "fpu.h"

#define SMALL	0xc0	/* a selector: 256 bytes of data */

static u8 area[1024] __attribute__((aligned(64)));

/* --- who may run ------------------------------------------------------------------------------------------------------ */

enum class {
	X87,		/* waits */
	X87_AT_ONCE,	/* does not */
	WAIT,
	MMX,
	SSE,
	SSE_MMX,	/* SSE with an MMX register: waits */
	FXSR,
	FREE,		/* needs no unit at all */
};

/* EBX points to 512 zero bytes. */
#define X(name, text) CODE(name, text)
X(x_fld, "fldl (%ebx)");
X(x_fst, "fsts (%ebx)");
X(x_fadd, "fadd %st(1), %st");
X(x_fnop, "fnop");
X(x_fxch, "fxch %st(1)");
X(x_fincstp, "fincstp");
X(x_ffree, "ffree %st(7)");
X(x_fcom, "fcom %st(1)");
X(x_fcomi, "fcomi %st(1), %st");
X(x_fcmov, "fcmove %st(1), %st");
X(x_fild, "fildl (%ebx)");
X(x_fistp, "fistps (%ebx)");
X(x_fbld, "fbld (%ebx)");
X(x_fldcw, "fldcw (%ebx)");
X(x_fldenv, "fldenv (%ebx)");
X(x_frstor, "frstor (%ebx)");
X(x_fsin, "fsin");
X(x_fxam, "fxam");
X(x_fninit, "fninit");
X(x_fnclex, "fnclex");
X(x_fnstcw, "fnstcw (%ebx)");
X(x_fnstsw, "fnstsw (%ebx)");
X(x_fnstsw_ax, "fnstsw %ax");
X(x_fnstenv, "fnstenv (%ebx)");
X(x_fnsave, "fnsave (%ebx)");
X(x_fwait, "fwait");
X(x_movq, "movq (%ebx), %mm0");
X(x_movq_store, "movq %mm0, (%ebx)");
X(x_movd, "movd %eax, %mm1");
X(x_movd_store, "movd %mm1, (%ebx)");
X(x_paddb, "paddb %mm1, %mm2");
X(x_psllw, "psllw $3, %mm2");
X(x_emms, "emms");
X(x_pavgb, "pavgb %mm1, %mm2");
X(x_pshufw, "pshufw $1, (%ebx), %mm2");
X(x_pmovmskb, "pmovmskb %mm1, %eax");
X(x_pextrw, "pextrw $1, %mm1, %eax");
X(x_pinsrw, "pinsrw $1, %eax, %mm1");
X(x_movntq, "movntq %mm1, (%ebx)");
X(x_maskmovq, "movl %ebx, %edi; maskmovq %mm1, %mm2");
X(x_movaps, "movaps (%ebx), %xmm0");
X(x_movaps_store, "movaps %xmm0, (%ebx)");
X(x_movups, "movups (%ebx), %xmm0");
X(x_movss, "movss (%ebx), %xmm0");
X(x_addps, "addps %xmm1, %xmm2");
X(x_xorps, "xorps %xmm1, %xmm2");
X(x_comiss, "comiss %xmm1, %xmm2");
X(x_movmskps, "movmskps %xmm1, %eax");
X(x_cvtsi2ss, "cvtsi2ss %eax, %xmm0");
X(x_shufps, "shufps $0, %xmm1, %xmm2");
X(x_movntps, "movntps %xmm1, (%ebx)");
X(x_ldmxcsr, "ldmxcsr 512(%ebx)");
X(x_stmxcsr, "stmxcsr (%ebx)");
X(x_cvtpi2ps, "cvtpi2ps %mm1, %xmm2");
X(x_cvtps2pi, "cvtps2pi %xmm1, %mm2");
X(x_cvttps2pi, "cvttps2pi (%ebx), %mm2");
X(x_fxsave, "fxsave (%ebx)");
X(x_fxrstor, "fxrstor (%ebx)");
X(x_prefetch, "prefetchnta (%ebx)");
X(x_sfence, "sfence");

static const struct {
	const char *name;
	const u8 *code;
	enum class class;
	u32 skip;	/* bytes in front of the instruction itself */
} instructions[] = {
#define N(name, class) { #name, x_##name, class, 0 }
	N(fld, X87),	    N(fst, X87),	    N(fadd, X87),	  N(fnop, X87),		N(fxch, X87),
	N(fincstp, X87),    N(ffree, X87),	    N(fcom, X87),	  N(fcomi, X87),	N(fcmov, X87),
	N(fild, X87),	    N(fistp, X87),	    N(fbld, X87),	  N(fldcw, X87),	N(fldenv, X87),
	N(frstor, X87),	    N(fsin, X87),	    N(fxam, X87),	  N(fninit, X87_AT_ONCE), N(fnclex, X87_AT_ONCE),
	N(fnstcw, X87_AT_ONCE), N(fnstsw, X87_AT_ONCE), N(fnstsw_ax, X87_AT_ONCE), N(fnstenv, X87_AT_ONCE), N(fnsave, X87_AT_ONCE),
	N(fwait, WAIT),	    N(movq, MMX),	    N(movq_store, MMX),	  N(movd, MMX),		N(movd_store, MMX),
	N(paddb, MMX),	    N(psllw, MMX),	    N(emms, MMX),	  N(pavgb, MMX),	N(pshufw, MMX),
	N(pmovmskb, MMX),   N(pextrw, MMX),	    N(pinsrw, MMX),	  N(movntq, MMX),	{ "maskmovq", x_maskmovq, MMX, 2 },
	N(movaps, SSE),	    N(movaps_store, SSE),   N(movups, SSE),	  N(movss, SSE),	N(addps, SSE),
	N(xorps, SSE),	    N(comiss, SSE),	    N(movmskps, SSE),	  N(cvtsi2ss, SSE),	N(shufps, SSE),
	N(movntps, SSE),    N(ldmxcsr, SSE),	    N(stmxcsr, SSE),	  N(cvtpi2ps, SSE_MMX), N(cvtps2pi, SSE_MMX),
	N(cvttps2pi, SSE_MMX), N(fxsave, FXSR),	    N(fxrstor, FXSR),	  N(prefetch, FREE),	N(sfence, FREE),
};
#define INSTRUCTIONS	(sizeof(instructions) / sizeof(*instructions))

/* SDM vol. 3A, table 2-3 (EM, MP, TS), tables 12-1 and 13-1; vol. 1, 8.7. Vector, or END. */
static u32 verdict(enum class class, u32 cr0, u32 cr4, bool pending)
{
	bool em = cr0 & CR0_EM, ts = cr0 & CR0_TS;

	switch (class) {
	case X87:
		return em || ts ? NM : pending ? MF : END;
	case X87_AT_ONCE:
		return em || ts ? NM : END;
	case WAIT:
		return ts && (cr0 & CR0_MP) ? NM : pending ? MF : END;
	case MMX:
		return em ? UD : ts ? NM : pending ? MF : END;
	case SSE:
	case SSE_MMX:
		return em || !(cr4 & CR4_OSFXSR) ? UD : ts ? NM : pending && class == SSE_MMX ? MF : END;
	case FXSR:
		return em || ts ? NM : END;
	default:
		return END;
	}
}

/* Leaves an unmasked division by zero pending. */
static void make_pending(void)
{
	set_control(0x37b);
	asm volatile("fldz; fld1; fdiv %st(1), %st");
}

static void set_units(u32 cr0, u32 cr4)
{
	WRITE_CR(4, (READ_CR(4) & ~(CR4_OSFXSR | CR4_OSXMMEXCPT)) | cr4);
	WRITE_CR(0, (READ_CR(0) & ~(CR0_EM | CR0_MP | CR0_TS | CR0_NE)) | cr0);
}

static void test_unit(u32 i, u32 cr0, u32 cr4, bool pending, u32 cpl)
{
	u32 vector = verdict(instructions[i].class, cr0, cr4, pending);
	struct frame f = ring_frame(cpl, instructions[i].code);
	struct result r;

	/* Without NE the processor would stop for IRQ 13: see ferr.c. */
	if (vector == MF && !(cr0 & CR0_NE))
		return;
	begin("%s, CR0 %x, CR4 %x%s", instructions[i].name, cr0, cr4, pending ? ", pending" : "");
	clean();
	memset(area, 0, sizeof(area));
	*(u32 *)(area + 512) = 0x1f80;
	f.ebx = (u32)area;
	if (pending)
		make_pending();
	set_units(cr0, cr4);
	r = run(&f);
	clean();
	expect_fault(&r, vector, 0);
	if (vector != END)
		expect("EIP", f.eip + instructions[i].skip, r.f.eip);
}

static void test_units(void)
{
	for (u32 i = 0; i < INSTRUCTIONS; i++)
		for (u32 cr0 = 0; cr0 < 16; cr0++)
			for (u32 cr4 = 0; cr4 < 4; cr4++)
				for (u32 pending = 0; pending < 2; pending++)
					if (instructions[i].class >= SSE || cr4 == (cr0 & 3))
						test_unit(i, (cr0 & 7) << 1 | (cr0 & 8 ? CR0_NE : 0), cr4 << 9, pending, cr0 & 1 ? 3 : 0);
}

/* What comes first when the operand is bad as well. */
X(bad_fld, "fldl (%ebx)");
X(bad_fnstcw, "fnstcw (%ebx)");
X(bad_movq, "movq (%ebx), %mm0");
X(bad_movaps, "movaps 4(%ebx), %xmm0");
X(bad_fxsave, "fxsave 4(%ebx)");
X(bad_ldmxcsr, "ldmxcsr (%ebx)");

static void test_priorities(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		enum class class;
	} all[] = {
		{ "FLD", bad_fld, X87 },       { "FNSTCW", bad_fnstcw, X87_AT_ONCE }, { "MOVQ", bad_movq, MMX },
		{ "MOVAPS", bad_movaps, SSE }, { "FXSAVE", bad_fxsave, FXSR },	      { "LDMXCSR", bad_ldmxcsr, SSE },
	};

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 cr0 = 0; cr0 < 8; cr0++)
			for (u32 cr4 = 0; cr4 < 2; cr4++)
				for (u32 pending = 0; pending < 2; pending++) {
					struct frame f = ring_frame(3, all[i].code);
					u32 units = cr0 << 1 | CR0_NE, vector;
					struct result r;

					begin("bad operand of %s, CR0 %x, OSFXSR %u%s", all[i].name, units, cr4, pending ? ", pending" : "");
					clean();
					set_gdt(SMALL, segment((u32)area, 255, 0xf2, BIG));
					f.ds = SMALL | 3;
					f.ebx = all[i].class == SSE && all[i].code != bad_ldmxcsr ? 0 : 256;
					if (pending)
						make_pending();
					set_units(units, cr4 ? CR4_OSFXSR : 0);
					r = run(&f);
					clean();
					vector = verdict(all[i].class, units, cr4 ? CR4_OSFXSR : 0, pending);
					expect_fault(&r, vector == END ? GP : vector, 0);
				}
}

/* --- pending x87 exceptions ------------------------------------------------------------------------------------------- */

enum { IE = 1, DNE = 2, ZE = 4, OE = 8, UE = 16, PE = 32 };

static const struct {
	const char *name;
	u32 flag;
} x87_exceptions[] = { { "invalid", IE }, { "denormal", DNE }, { "zero divide", ZE }, { "overflow", OE }, { "underflow", UE },
		       { "precision", PE } };

/* Operands of a division or multiplication that raises just this one. */
static const u64 huge = 0x7fefffffffffffffull, tiny = 0x0010000000000000ull, denormal = 1, one = 0x3ff0000000000000ull,
		 three = 0x4008000000000000ull;

static void raise_x87(u32 flag)
{
	u64 sink;

	switch (flag) {
	case IE:
		asm volatile("fldz; fldz; fdivp");
		break;
	case DNE:
		LOAD("fldl", denormal);
		break;
	case ZE:
		asm volatile("fld1; fldz; fdivrp %st, %st(1)");
		break;
	case OE:
		/* 2^1024 does not fit a double. */
		LOAD("fldl", huge);
		asm volatile("fadd %st(0), %st");
		STORE("fstpl", sink);
		break;
	case UE:
		LOAD("fldl", tiny);
		LOAD("fldl", tiny);
		asm volatile("fmulp");
		STORE("fstpl", sink);
		break;
	case PE:
		LOAD("fldl", one);
		LOAD("fdivl", three);
		break;
	}
}

static void test_pending(void)
{
	for (u32 e = 0; e < 6; e++) {
		u32 flag = x87_exceptions[e].flag;

		for (u32 masked = 0; masked < 2; masked++) {
			struct frame f = ring_frame(0, x_fwait);
			struct result r;

			begin("%s, %s", x87_exceptions[e].name, masked ? "masked" : "unmasked");
			clean();
			set_control(0x37f & ~(masked ? 0 : flag));
			raise_x87(flag);
			expect("flags", flag, status_word() & flag);
			expect("ES and B", masked ? 0 : SW_ES | SW_B, status_word() & (SW_ES | SW_B));
			r = run(&f);
			expect_fault(&r, masked ? END : MF, 0);
			expect("flags", flag, status_word() & flag);

			/* Masks that change afterwards. */
			begin("%s, then %s", x87_exceptions[e].name, masked ? "unmasked" : "masked");
			clean();
			if (!masked) {
				set_control(0x37f & ~flag);
				raise_x87(flag);
				/* FLDCW itself would wait: FNSTENV masks. */
				asm volatile("fnstenv %0" : "=m"(*area));
			} else {
				raise_x87(flag);
				set_control(0x37f & ~flag);
			}
			expect("ES and B", masked ? SW_ES | SW_B : 0, status_word() & (SW_ES | SW_B));
			r = run(&f);
			expect_fault(&r, masked ? MF : END, 0);
		}
		for (u32 how = 0; how < 2; how++) {
			struct frame f = ring_frame(0, x_fwait);
			struct result r;

			begin("%s, %s", x87_exceptions[e].name, how ? "FNINIT" : "FNCLEX");
			clean();
			set_control(0x37f & ~flag);
			raise_x87(flag);
			if (how)
				asm volatile("fninit");
			else
				asm volatile("fnclex");
			expect("status", 0, status_word() & 0x80ff);
			r = run(&f);
			expect_fault(&r, END, 0);
		}
	}
}

/* Exceptions that come with a loaded state. */
static void test_loaded(void)
{
	for (u32 flags = 0; flags < 64; flags++)
		for (u32 masks = 0; masks < 64; masks += 7)
			for (u32 how = 0; how < 3; how++) {
				static const char *const names[] = { "FLDENV", "FRSTOR", "FXRSTOR" };
				bool pending = flags & ~masks;
				struct frame f = ring_frame(3, x_fwait);
				struct result r;

				begin("%s with flags %x, masks %x", names[how], flags, masks);
				clean();
				memset(area, 0, sizeof(area));
				if (how < 2) {
					*(u16 *)area = 0x340 | masks;
					*(u16 *)(area + 4) = flags | (pending ? SW_ES | SW_B : 0);
					*(u16 *)(area + 8) = 0xffff;
				} else {
					*(u16 *)area = 0x340 | masks;
					*(u16 *)(area + 2) = flags | (pending ? SW_ES | SW_B : 0);
					*(u32 *)(area + 24) = 0x1f80;
				}
				if (how == 0)
					asm volatile("fldenv %0" : : "m"(*area));
				else if (how == 1)
					asm volatile("frstor %0" : : "m"(*area));
				else
					asm volatile("fxrstor %0" : : "m"(*area));
				expect("status", flags | (pending ? SW_ES | SW_B : 0), status_word());
				r = run(&f);
				expect_fault(&r, pending ? MF : END, 0);
			}
	clean();
}

/* --- SIMD floating-point exceptions ----------------------------------------------------------------------------------- */

#define SIMD(name, text) X(name, "movss (%ebx), %xmm0; movss 4(%ebx), %xmm1; " text)
SIMD(s_divss, "divss %xmm1, %xmm0");
SIMD(s_divps, "divps %xmm1, %xmm0");
SIMD(s_mulss, "mulss %xmm1, %xmm0");
SIMD(s_addss, "addss %xmm1, %xmm0");
SIMD(s_sqrtss, "sqrtss %xmm1, %xmm0");
SIMD(s_comiss, "comiss %xmm1, %xmm0");
SIMD(s_ucomiss, "ucomiss %xmm1, %xmm0");
SIMD(s_minss, "minss %xmm1, %xmm0");
SIMD(s_cvtss2si, "cvtss2si %xmm1, %eax");
SIMD(s_cvtps2pi, "cvtps2pi %xmm1, %mm0");

static const struct {
	const char *name;
	const u8 *code;
	u32 a, b, flags;
} simd[] = {
	{ "DIVSS 0/0", s_divss, 0, 0, IE },
	{ "DIVSS 1/0", s_divss, 0x3f800000, 0, ZE },
	{ "DIVSS 1/3", s_divss, 0x3f800000, 0x40400000, PE },
	{ "MULSS overflow", s_mulss, 0x7f7fffff, 0x7f7fffff, OE | PE },
	{ "MULSS underflow", s_mulss, 0x00800001, 0x3f000001, UE | PE },
	{ "ADDSS denormal", s_addss, 1, 0x3f800000, DNE | PE },
	{ "ADDSS signalling NaN", s_addss, 0x7f800001, 0, IE },
	{ "SQRTSS -1", s_sqrtss, 0, 0xbf800000, IE },
	{ "COMISS quiet NaN", s_comiss, 0x7fc00000, 0, IE },
	{ "UCOMISS quiet NaN", s_ucomiss, 0x7fc00000, 0, 0 },
	{ "UCOMISS signalling NaN", s_ucomiss, 0x7f800001, 0, IE },
	{ "MINSS quiet NaN", s_minss, 0, 0x7fc00000, IE },
	{ "CVTSS2SI 2^40", s_cvtss2si, 0, 0x53800000, IE },
	{ "CVTSS2SI 1.5", s_cvtss2si, 0, 0x3fc00000, PE },
	{ "CVTPS2PI 1.5", s_cvtps2pi, 0, 0x3fc00000, PE },
	{ "exact", s_addss, 0x3f800000, 0x3f800000, 0 },
};

/*
 * 11.5.2, 11.5.3: pre-computation exceptions (IE, DE, ZE) that are unmasked come before the result is known, so the others are
 * not flagged then; all flags of one class are set together. With an unmasked underflow tininess alone counts.
 */
static void test_simd(void)
{
	for (u32 i = 0; i < sizeof(simd) / sizeof(*simd); i++)
		for (u32 unmasked = 0; unmasked < 64; unmasked++)
			for (u32 osxmmexcpt = 0; osxmmexcpt < 2; osxmmexcpt++) {
				struct frame f = ring_frame(3, simd[i].code);
				u32 before = IE | DNE | ZE, flags = simd[i].flags, vector = END;
				struct result r;

				begin("%s, unmasked %x, OSXMMEXCPT %u", simd[i].name, unmasked, osxmmexcpt);
				clean();
				*(u32 *)area = simd[i].a;
				*(u32 *)(area + 4) = simd[i].b;
				f.ebx = (u32)area;
				WRITE_CR(4, osxmmexcpt ? READ_CR(4) | CR4_OSXMMEXCPT : READ_CR(4) & ~CR4_OSXMMEXCPT);
				set_mxcsr(0x1f80 & ~(unmasked << 7));
				r = run(&f);
				if (flags & unmasked)
					vector = osxmmexcpt ? XM : UD;
				if (flags & unmasked & before)
					flags &= before;
				expect_fault(&r, vector, 0);
				if (vector != END)
					expect("EIP", f.eip + 9, r.f.eip);
				expect("flags", flags, get_mxcsr() & 0x3f);
			}
	clean();
}

void test_main(void)
{
	group("units");
	test_units();
	group("priorities");
	test_priorities();
	clean();
	group("pending exceptions");
	test_pending();
	group("loaded exceptions");
	test_loaded();
	group("SIMD exceptions");
	test_simd();
}
