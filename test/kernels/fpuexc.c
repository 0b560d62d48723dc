// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The x87, MMX and SSE units as a system sees them: #NM, #UD, #MF and #XM for every setting of CR0 and CR4, which instructions
 * wait for a pending x87 exception, the images of FNSTENV, FNSAVE and FXSAVE in every mode, the tags that MMX instructions
 * leave, and MXCSR.
 *
 * Rules: SDM vol. 1, 8.1.8-8.1.10, 8.3.11, 8.6, 8.7, 9.5, 9.6, 10.5, 11.5; vol. 3A, 2.5, chapters 12 and 13.
 */
#include "test.h"

#define CR4_OSFXSR	0x200
#define CR4_OSXMMEXCPT	0x400

#define LOW_CODE	0x8000
#define LOW_DATA	0x9000
#define SEGMENT_CODE16		0x80
#define DATA16		0x88
#define LOW_SELECTOR	0x90	/* 16-bit code at LOW_CODE */
#define LOW_SELECTOR32	0x98
#define DS_SELECTOR	0xa0	/* as the segments of real_run */
#define ES_SELECTOR	0xa8
#define SS_SELECTOR	0xb0
#define SS_SELECTOR32	0xb8
#define SMALL		0xc0	/* 256 bytes of data */

/* Status word */
#define SW_ES	0x80
#define SW_B	0x8000
#define TOP(n)	((n) << 11)

static u8 area[1024] __attribute__((aligned(64)));

#define STORE(text, variable) asm volatile(text " %0" : "=m"(variable))
#define LOAD(text, variable) asm volatile(text " %0" : : "m"(variable))

static void set_control(u32 word)
{
	u16 value = word;

	LOAD("fldcw", value);
}

static u32 status_word(void)
{
	u16 value;

	STORE("fnstsw", value);
	return value;
}

static void set_mxcsr(u32 value)
{
	LOAD("ldmxcsr", value);
}

static u32 get_mxcsr(void)
{
	u32 value;

	STORE("stmxcsr", value);
	return value;
}

/* The state in which all cases begin. */
static void clean(void)
{
	WRITE_CR(0, (READ_CR(0) & ~(CR0_EM | CR0_TS)) | CR0_NE | CR0_MP);
	WRITE_CR(4, READ_CR(4) | CR4_OSFXSR | CR4_OSXMMEXCPT);
	asm volatile("fninit");
	set_mxcsr(0x1f80);
}

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
		 three = 0x4008000000000000ull, zero;

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
	(void)zero;
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

/* --- images of the state in every mode -------------------------------------------------------------------------------- */

enum mode { PROTECTED32, PROTECTED16, VIRTUAL, REAL, MODES };

static const char *const mode_names[] = { "32-bit protected", "16-bit protected", "virtual-8086", "real" };

struct snippet {
	u32 length, remembered;
	u8 code[];
};
#define EACH(name) \
	extern const struct snippet name##_16_16, name##_16_32, name##_32_16, name##_32_32; \
	static const struct snippet *const name[2][2] = { { &name##_16_16, &name##_16_32 }, { &name##_32_16, &name##_32_32 } }
EACH(remember_load);
EACH(remember_add);
EACH(remember_store);
EACH(environment);
EACH(whole);

void real_run(void);

static void set_low_segments(void)
{
	set_gdt(SEGMENT_CODE16, segment(0x6000, 0xffff, 0x9a, 0));
	set_gdt(DATA16, segment(0x6000, 0xffff, 0x92, 0));
	set_gdt(LOW_SELECTOR, segment(LOW_CODE, 0xffff, 0x9a, 0));
	set_gdt(LOW_SELECTOR32, segment(LOW_CODE, 0xffff, 0x9a, BIG));
	set_gdt(DS_SELECTOR, segment(LOW_DATA, 0xffff, 0x92, 0));
	set_gdt(ES_SELECTOR, segment(LOW_DATA + 0x100, 0xffff, 0x92, 0));
	set_gdt(SS_SELECTOR, segment(LOW_DATA + 0x1000, 0xffff, 0x92, 0));
	set_gdt(SS_SELECTOR32, segment(LOW_DATA + 0x1000, 0xffff, 0x92, BIG));
}

static const struct snippet *run_low(const struct snippet *const snippets[2][2], enum mode mode, bool wide)
{
	const struct snippet *s = snippets[mode == PROTECTED32][wide];
	struct frame f = ring_frame(0, 0);
	struct result r;

	memcpy((void *)LOW_CODE, s->code, s->length);
	memset((void *)(LOW_DATA + 0x100), 0xcc, 0x100);
	asm volatile("fninit");
	f.esp = 0x800;
	switch (mode) {
	case REAL:
		real_run();
		return s;
	case VIRTUAL:
		f.cs = LOW_CODE >> 4;
		f.ss = (LOW_DATA + 0x1000) >> 4;
		f.v86_ds = LOW_DATA >> 4;
		f.v86_es = (LOW_DATA + 0x100) >> 4;
		f.eflags |= FLAG_VM | FLAG_IOPL(3);
		break;
	default:
		f.cs = mode == PROTECTED32 ? LOW_SELECTOR32 : LOW_SELECTOR;
		f.ss = mode == PROTECTED32 ? SS_SELECTOR32 : SS_SELECTOR;
		f.ds = DS_SELECTOR;
		f.es = ES_SELECTOR;
		stack_base = LOW_DATA + 0x1000;
	}
	r = run(&f);
	expect_fault(&r, END, 0);
	return s;
}

/* Field n of an environment. */
static u32 field(u32 at, u32 n, bool wide)
{
	return wide ? *(u32 *)(LOW_DATA + at + n * 4) : *(u16 *)(LOW_DATA + at + n * 2);
}

static void set_field(u32 at, u32 n, bool wide, u32 value)
{
	if (wide)
		*(u32 *)(LOW_DATA + at + n * 4) = value;
	else
		*(u16 *)(LOW_DATA + at + n * 2) = value;
}

/* Figures 8-9 to 8-12: the pointers as fields 3 to 6, and which bits of them mean something. */
static void expected_pointers(enum mode mode, bool wide, u32 cs, u32 ip, u32 opcode, u32 ds, u32 dp, u32 fields[4], u32 masks[4])
{
	if (mode == VIRTUAL || mode == REAL) {
		u32 code = cs * 16 + ip, data = ds * 16 + dp, upper = wide ? 0x0ffff000 : 0xf000;

		fields[0] = code & 0xffff;
		fields[1] = (code >> 4 & upper) | opcode;
		fields[2] = data & 0xffff;
		fields[3] = data >> 4 & upper;
		masks[0] = masks[2] = 0xffff;
		masks[1] = upper | 0x7ff;
		masks[3] = upper;
		return;
	}
	fields[0] = ip;
	fields[1] = cs | (wide ? opcode << 16 : 0);
	fields[2] = dp;
	fields[3] = ds;
	masks[0] = masks[2] = wide ? 0xffffffff : 0xffff;
	masks[1] = wide ? 0x07ffffff : 0xffff;
	masks[3] = 0xffff;
}

static const char *const field_names[] = { "control", "status", "tags", "FIP", "FCS and FOP", "FDP", "FDS" };

static void test_remembered(enum mode mode, bool wide)
{
	static const struct {
		const char *name;
		const struct snippet *const (*snippets)[2];
		u32 opcode, protected_segment, real_segment, offset, status, tags;
	} all[] = {
		{ "FLD m64", remember_load, 0x506, DS_SELECTOR, LOW_DATA >> 4, 0x40, TOP(7), 0x3fff },
		{ "FADD m32", remember_add, 0x006, ES_SELECTOR, (LOW_DATA + 0x100) >> 4, 0x44, TOP(7), 0x3fff },
		{ "FSTP m80", remember_store, 0x33e, SS_SELECTOR, (LOW_DATA + 0x1000) >> 4, 0x48, 0, 0xffff },
	};

	for (u32 i = 0; i < 3; i++) {
		bool real = mode == VIRTUAL || mode == REAL;
		const struct snippet *s;
		u32 fields[4], masks[4], opcode = all[i].opcode;

		/* ModRM of a bare address: 06h with 16-bit addressing, 05h with 32. */
		if (mode == PROTECTED32)
			opcode -= 1;
		begin("%s, %s mode, %u-bit image", all[i].name, mode_names[mode], wide ? 32 : 16);
		*(u64 *)(LOW_DATA + 0x40) = one;
		*(u32 *)(LOW_DATA + 0x144) = 0x3f800000;
		s = run_low(all[i].snippets, mode, wide);
		expected_pointers(mode, wide, real ? LOW_CODE >> 4 : mode == PROTECTED32 ? LOW_SELECTOR32 : LOW_SELECTOR, s->remembered,
				  opcode,
				  real			 ? all[i].real_segment
				  : mode == PROTECTED32 && i == 2 ? SS_SELECTOR32
								  : all[i].protected_segment,
				  all[i].offset, fields, masks);
		expect("control", 0x37f, field(0x100, 0, wide) & 0xffff);
		expect("status", all[i].status, field(0x100, 1, wide) & 0xffff);
		/* 1 for FLD: valid. */
		expect("tags", all[i].tags, field(0x100, 2, wide) & 0xffff);
		for (u32 n = 0; n < 4; n++) {
			u32 opcode_mask = n == 1 ? (real ? 0x7ff : wide ? 0x07ff0000 : 0) : 0;

			expect(field_names[n + 3], fields[n] & masks[n] & ~opcode_mask,
			       field(0x100, n + 3, wide) & masks[n] & ~opcode_mask);
		}
		begin("%s, %s mode, %u-bit image: FOP", all[i].name, mode_names[mode], wide ? 32 : 16);
		if (real || wide)
			expect("FOP", opcode, (real ? field(0x100, 4, wide) : field(0x100, 4, wide) >> 16) & 0x7ff);
		if (i == 2) {
			begin("FNSAVE initialises, %s mode, %u-bit image", mode_names[mode], wide ? 32 : 16);
			wide = mode == PROTECTED32 ? true : false;
			expect("control", 0x37f, field(0x300, 0, wide) & 0xffff);
			expect("status", 0, field(0x300, 1, wide) & 0xffff);
			expect("tags", 0xffff, field(0x300, 2, wide) & 0xffff);
			expect("FIP", 0, field(0x300, 3, wide) & 0xffff);
			expect("FCS", 0, field(0x300, 4, wide) & 0xffff);
			expect("FDP", 0, field(0x300, 5, wide) & 0xffff);
			expect("FDS", 0, field(0x300, 6, wide) & 0xffff);
		}
	}
}

/* Each bit of each field through FLDENV and FNSTENV of the same format. */
static void test_environment(enum mode mode, bool wide)
{
	u32 fields[4], masks[7];

	expected_pointers(mode, wide, 0, 0, 0, 0, 0, fields, masks + 3);
	/* Masks, precision, rounding, infinity; TOP, conditions and, with all masked, the flags; empty or not. */
	masks[0] = 0x1f3f;
	masks[1] = 0x7f7f;
	masks[2] = 0xffff;
	for (u32 n = 0; n < 7; n++)
		for (u32 bit = 0; bit < 32; bit += n == 2 ? 2 : 1) {
			u32 value = (n == 2 ? 3u : 1u) << bit;

			if (!(masks[n] >> bit & 1))
				continue;
			begin("%s bit %u, %s mode, %u-bit image", field_names[n], bit, mode_names[mode], wide ? 32 : 16);
			for (u32 other = 0; other < 7; other++)
				set_field(0x200, other, wide, other == n ? value : other == 0 ? 0x3f : other == 2 ? 0xffff : 0);
			run_low(environment, mode, wide);
			for (u32 other = 0; other < 7; other++) {
				u32 expected = field(0x200, other, wide) & masks[other];

				/* Zeros lie in the registers: 1 for zero. FNSTENV masks afterwards, so its image tells. */
				if (other == 2)
					expected = n == 2 ? 0x5555 | value : 0xffff;
				expect(field_names[other], expected, field(0x100, other, wide) & masks[other]);
			}
		}
}

/* Eight registers with TOP anywhere: ST(0) comes first. */
static void test_whole(enum mode mode, bool wide)
{
	u32 size = wide ? 28 : 14;

	for (u32 top = 0; top < 8; top++)
		for (u32 empty = 0; empty < 3; empty++) {
			u8 *registers = (u8 *)(LOW_DATA + 0x200 + size), *saved = (u8 *)(LOW_DATA + 0x100 + size);
			u32 tags = 0;

			begin("TOP %u, tags %u, %s mode, %u-bit image", top, empty, mode_names[mode], wide ? 32 : 16);
			for (u32 n = 0; n < 80; n++)
				registers[n] = n * 37 + top * 11 + 128;
			/* Physical register r is ST((r - top) & 7): tags are by r, and tell of the contents. */
			for (u32 r = 0; r < 8; r++) {
				u8 *value = registers + ((r - top) & 7) * 10;
				bool gone = empty == 2 || (empty == 1 && (r & 1));

				if (r == 3)
					memset(value, 0, 10);
				else if (r == 5)
					value[8] = 0xff, value[9] = 0x7f;
				else
					value[7] |= 0x80, value[8] = 0x22, value[9] = 0x40 | (r & 2 ? 0x80 : 0);
				tags |= (gone ? 3u : r == 3 ? 1u : r == 5 ? 2u : 0u) << r * 2;
			}
			for (u32 n = 0; n < 7; n++)
				set_field(0x200, n, wide, 0);
			set_field(0x200, 0, wide, 0x37f);
			set_field(0x200, 1, wide, TOP(top) | 0x4700);
			set_field(0x200, 2, wide, tags);
			run_low(whole, mode, wide);
			expect("control", 0x37f, field(0x100, 0, wide) & 0xffff);
			expect("status", TOP(top) | 0x4700, field(0x100, 1, wide) & 0xffff);
			expect("tags", tags, field(0x100, 2, wide) & 0xffff);
			for (u32 n = 0; n < 80; n++)
				expect("byte of a register", registers[n], saved[n]);
		}
}

/* --- FXSAVE and FXRSTOR ----------------------------------------------------------------------------------------------- */

static u8 image[2][512] __attribute__((aligned(16)));
/* SDM vol. 1, 10.5.1.2 and 11.6.6: 0 stands for FFBFh. */
static u32 mxcsr_mask;

static void fill_image(u32 seed)
{
	for (u32 n = 0; n < 288; n++)
		image[0][n] = n * 29 + seed * 7 + (n >> 3);
	*(u16 *)(image[0] + 0) = 0x37f;
	*(u16 *)(image[0] + 2) = TOP(seed & 7) | 0x4700;
	*(u16 *)(image[0] + 4) = 1u << (seed & 7);
	*(u16 *)(image[0] + 6) &= 0x7ff;
	*(u16 *)(image[0] + 14) = 0;
	*(u16 *)(image[0] + 22) = 0;
	*(u32 *)(image[0] + 24) = 0x1f80 | (seed & 0x3f) | (seed & 3) << 13;
	*(u32 *)(image[0] + 28) = mxcsr_mask;
	for (u32 r = 0; r < 8; r++)
		memset(image[0] + 32 + r * 16 + 10, 0, 6);
}

static void test_fxsave(void)
{
	static const struct {
		const char *name;
		u32 from, to;
	} parts[] = {
		{ "control, status, tags", 0, 6 }, { "FOP", 6, 8 }, { "FIP and FCS", 8, 14 }, { "FDP and FDS", 16, 22 }, { "MXCSR", 24, 32 },
		{ "ST and XMM", 32, 288 },
	};

	for (u32 seed = 0; seed < 64; seed++) {
		clean();
		fill_image(seed);
		memset(image[1], 0, 512);
		asm volatile("fxrstor %1; fxsave %0" : "=m"(image[1]) : "m"(image[0]));
		for (u32 p = 0; p < sizeof(parts) / sizeof(*parts); p++) {
			begin("image %u, %s", seed, parts[p].name);
			for (u32 n = parts[p].from; n < parts[p].to; n++)
				expect("byte", image[0][n] | n << 16, image[1][n] | n << 16);
		}
	}
	/* FXSAVE changes nothing, unlike FNSAVE. Its tags: 1 bit, set for not empty. */
	for (u32 top = 0; top < 8; top++)
		for (u32 used = 0; used < 256; used += 5) {
			u32 full = 0;

			begin("TOP %u, tags %x", top, used);
			clean();
			memset(image[0], 0, 512);
			*(u16 *)image[0] = 0x37f;
			*(u16 *)(image[0] + 2) = TOP(top);
			*(u16 *)(image[0] + 4) = used;
			*(u32 *)(image[0] + 24) = 0x1f80;
			asm volatile("fxrstor %1; fxsave %0" : "=m"(image[1]) : "m"(image[0]));
			asm volatile("fnstenv %0" : "=m"(*area));
			/* Zeros. */
			for (u32 r = 0; r < 8; r++)
				full |= (used >> r & 1 ? 1u : 3u) << r * 2;
			expect("abridged tags", used, image[1][4]);
			expect("tags", full, *(u16 *)(area + 8));
			expect("TOP", TOP(top), *(u16 *)(area + 4) & 0x3800);
		}
}

X(fxsave_at, "fxsave (%ebx)");
X(fxrstor_at, "fxrstor (%ebx)");
X(ldmxcsr_at, "ldmxcsr (%ebx)");

static void test_mxcsr(void)
{
	clean();
	asm volatile("fxsave %0" : "=m"(image[0]));
	for (u32 at = 0; at < 20; at++)
		for (u32 write = 0; write < 2; write++) {
			struct frame f = ring_frame(at & 1 ? 3 : 0, write ? fxsave_at : fxrstor_at);
			struct result r;

			begin("%s at offset %u", write ? "FXSAVE" : "FXRSTOR", at);
			f.ebx = (u32)image[0] + at;
			if (at == 16)
				*(u32 *)(image[0] + 16 + 24) = 0x1f80;
			r = run(&f);
			expect_fault(&r, at & 15 ? GP : END, 0);
		}
	for (u32 bit = 0; bit < 32; bit++)
		for (u32 how = 0; how < 2; how++) {
			bool good = ((mxcsr_mask ? mxcsr_mask : 0xffbf) >> bit & 1);
			struct frame f = ring_frame(3, how ? fxrstor_at : ldmxcsr_at);
			struct result r;

			begin("%s with bit %u", how ? "FXRSTOR" : "LDMXCSR", bit);
			clean();
			asm volatile("fxsave %0" : "=m"(image[0]));
			*(u32 *)(image[0] + 24) = 1u << bit;
			f.ebx = (u32)image[0] + (how ? 0 : 24);
			r = run(&f);
			expect_fault(&r, good ? END : GP, 0);
			expect("MXCSR", good ? 1u << bit : 0x1f80, get_mxcsr());
		}
	clean();
}

/* --- MMX and the x87 stack -------------------------------------------------------------------------------------------- */

X(m_load, "movq (%ebx), %mm3");
X(m_store, "movq %mm3, (%ebx)");
X(m_move, "movq %mm2, %mm3");
X(m_movd_in, "movd %eax, %mm3");
X(m_movd_out, "movd %mm3, %eax");
X(m_add, "paddw %mm2, %mm3");
X(m_shift, "pslld $2, %mm3");
X(m_mask, "pmovmskb %mm3, %eax");
X(m_emms, "emms");

/* 9.5.1, 9.6.2: TOP becomes 0 and every tag valid, EMMS leaves all empty; a written register gets an exponent of ones. */
static void test_mmx(void)
{
	static const struct {
		const char *name;
		const u8 *code;
		bool writes;
	} all[] = {
		{ "load", m_load, true },	  { "store", m_store, false },	 { "move", m_move, true }, { "MOVD in", m_movd_in, true },
		{ "MOVD out", m_movd_out, false }, { "PADDW", m_add, true },	 { "PSLLD", m_shift, true }, { "PMOVMSKB", m_mask, false },
		{ "EMMS", m_emms, false },
	};

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 top = 0; top < 8; top++)
			for (u32 used = 0; used < 256; used += 51) {
				struct frame f = ring_frame(3, all[i].code);
				struct result r;

				begin("%s, TOP %u, tags %x", all[i].name, top, used);
				clean();
				fill_image(top);
				*(u16 *)(image[0] + 4) = used;
				asm volatile("fxrstor %0" : : "m"(image[0]));
				f.ebx = (u32)area;
				r = run(&f);
				asm volatile("fxsave %0" : "=m"(image[1]));
				expect_fault(&r, END, 0);
				expect("TOP", 0, *(u16 *)(image[1] + 2) & 0x3800);
				expect("conditions", 0x4700, *(u16 *)(image[1] + 2) & 0x4700);
				expect("tags", all[i].code == m_emms ? 0 : 0xff, image[1][4]);
				for (u32 n = 0; n < 8; n++) {
					/* Physical register n was ST(n - top) and is ST(n). */
					u8 *before = image[0] + 32 + ((n - top) & 7) * 16, *after = image[1] + 32 + n * 16;

					if (all[i].writes && n == 3)
						expect("exponent", 0xffff, *(u16 *)(after + 8));
					else
						expect("a register", 0, memcmp(before, after, 10));
				}
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
	clean();
	set_low_segments();
	memset(image[0], 0, 512);
	asm volatile("fxsave %0" : "=m"(image[0]));
	mxcsr_mask = *(u32 *)(image[0] + 28);

	group("units");
	test_units();
	group("priorities");
	test_priorities();
	clean();
	group("pending exceptions");
	test_pending();
	group("loaded exceptions");
	test_loaded();
	group("remembered instruction");
	for (enum mode mode = 0; mode < MODES; mode++)
		for (u32 wide = 0; wide < 2; wide++)
			test_remembered(mode, wide);
	group("environment");
	for (enum mode mode = 0; mode < MODES; mode++)
		for (u32 wide = 0; wide < 2; wide++)
			test_environment(mode, wide);
	group("whole state");
	for (enum mode mode = 0; mode < MODES; mode++)
		for (u32 wide = 0; wide < 2; wide++)
			test_whole(mode, wide);
	stack_base = 0;
	group("FXSAVE");
	test_fxsave();
	group("MXCSR");
	test_mxcsr();
	group("MMX and the x87 stack");
	test_mmx();
	group("SIMD exceptions");
	test_simd();
}
