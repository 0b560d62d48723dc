// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Breakpoints on data and on ports: which of their kinds and lengths match which accesses, and what the debug exception tells.
 *
 * Rules: SDM vol. 3B, 17.2.3-17.2.5, 17.3.1.2, 17.3.1.3, table 17-2.
 */
#include "debug.h"

#define PORT	0xe0	/* nothing is there */
#define CR4_OSFXSR	0x200

#define AREA	1024
/* The middle of the first lies on a page boundary. */
static u8 pages[8192 + AREA] __attribute__((aligned(4096)));
static u8 area[AREA] __attribute__((aligned(64)));

SNIPPET(load1, "movb (%ebx), %al");
SNIPPET(load2, "movw (%ebx), %ax");
SNIPPET(load4, "movl (%ebx), %eax");
SNIPPET(load8, "movq (%ebx), %mm0");
SNIPPET(load16, "movups (%ebx), %xmm0");
SNIPPET(store1, "movb %al, (%ebx)");
SNIPPET(store2, "movw %ax, (%ebx)");
SNIPPET(store4, "movl %eax, (%ebx)");
SNIPPET(store8, "movq %mm0, (%ebx)");
SNIPPET(store16, "movups %xmm0, (%ebx)");
SNIPPET(modify1, "addb %al, (%ebx)");
SNIPPET(modify2, "addw %ax, (%ebx)");
SNIPPET(modify4, "addl %eax, (%ebx)");

#define R	1
#define W	2
#define RW	3

static const struct {
	const char *name;
	const u8 *code, *end;
	u32 size, does;
} simple[] = {
	{ "load", load1, load1_end, 1, R },	{ "load", load2, load2_end, 2, R },
	{ "load", load4, load4_end, 4, R },	{ "load", load8, load8_end, 8, R },
	{ "load", load16, load16_end, 16, R },	{ "store", store1, store1_end, 1, W },
	{ "store", store2, store2_end, 2, W },	{ "store", store4, store4_end, 4, W },
	{ "store", store8, store8_end, 8, W },	{ "store", store16, store16_end, 16, W },
	{ "modify", modify1, modify1_end, 1, RW }, { "modify", modify2, modify2_end, 2, RW },
	{ "modify", modify4, modify4_end, 4, RW },
};
#define SIMPLE	(sizeof(simple) / sizeof(*simple))

/* 17.2.5: the low bits of the address that the length covers are ignored; one byte in common is enough. */
static bool touches(u32 address, u32 length, u32 first, u32 size)
{
	u32 from = address & ~(length - 1);

	return first < from + length && from < first + size;
}

static bool matches(enum kind kind, u32 does)
{
	return kind == ACCESS ? does : kind == WRITE && (does & W);
}

static void expect_trap(const struct result *r, u32 dr6, u32 hits, u32 eip)
{
	expect_fault(r, hits ? DB : END, 0);
	expect("EIP", eip, hits ? r->f.eip : r->f.eip - 2);
	expect("DR6", DR6_FIXED | hits, dr6);
	expect("RF", 0, r->f.eflags & FLAG_RF);
}

static void test_overlap(u8 *base, enum kind first, const char *where)
{
	static const u32 lengths[] = { 1, 2, 4 };
	u32 n = 0;

	for (enum kind kind = first; kind <= ACCESS; kind += 2)
		for (u32 l = 0; l < 3; l++)
			for (u32 from = 16; from < 16 + lengths[l]; from++)
				for (u32 i = 0; i < SIMPLE; i++)
					for (u32 at = 17 - simple[i].size; at <= 16 + lengths[l]; at++) {
						struct frame f = ring_frame(n & 4 ? 3 : 0, simple[i].code);
						u32 length = lengths[l], dr6;
						struct result r;
						bool hit = matches(kind, simple[i].does) &&
							   touches((u32)base + from, length, (u32)base + at, simple[i].size);

						n = (n + 1) & 7;
						begin("%s%u at %u, DR%u: %s%u at %u%s", simple[i].name, simple[i].size, at, n & 3,
						      kinds[kind], length, from, where);
						f.ebx = (u32)base + at;
						set_address(n & 3, (u32)base + from);
						r = run_armed(&f, control(n & 3, kind, length) | (n & 4 ? LOCAL(n & 3) : GLOBAL(n & 3)),
							      &dr6);
						expect_trap(&r, dr6, hit ? 1 << (n & 3) : 0, (u32)simple[i].end);
					}
}

static u32 seed;

static u32 random(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % below;
}

/* Four breakpoints of all kinds at once. */
static void test_together(u32 cases)
{
	static const u32 lengths[] = { 1, 2, 4 };

	seed = 1;
	for (u32 c = 0; c < cases; c++) {
		u32 i = random(SIMPLE), at = random(8), dr7 = DR7_FIXED, hits = 0, enabled = 0, dr6;
		struct frame f = ring_frame(random(2) * 3, simple[i].code);
		struct result r;

		for (u32 n = 0; n < 4; n++) {
			enum kind kind = random(4);
			u32 length = kind == EXECUTE ? 1 : lengths[random(3)], from = random(12), enable = random(4);

			set_address(n, (u32)area + from);
			dr7 |= enable << 2 * n | control(n, kind, length);
			if (!enable)
				continue;
			enabled |= 1 << n;
			if (matches(kind, simple[i].does) && touches(from, length, at, simple[i].size))
				hits |= 1 << n;
		}
		begin("case %u: %s%u at %u, DR7 %x", c, simple[i].name, simple[i].size, at, dr7);
		f.ebx = (u32)area + at;
		r = run_armed(&f, dr7, &dr6);
		/* 17.2.3: B0 to B3 mean nothing where DR7 does not enable the breakpoint. */
		expect_trap(&r, dr6 & (enabled | ~15u), hits, (u32)simple[i].end);
	}
}

/* What else reads and writes memory. EBX and ESI point to the area, EDI 16 bytes on, ESP 64, EBP 96. */
SNIPPET(i_lea, "leal (%ebx), %eax");
SNIPPET(i_prefetch, "prefetcht0 (%ebx)");
SNIPPET(i_movzx, "movzbl (%ebx), %eax");
SNIPPET(i_cmov, "cmpl %eax, %eax; cmovnel (%ebx), %eax");
SNIPPET(i_cmp, "cmpl %eax, (%ebx)");
SNIPPET(i_test, "testl %eax, (%ebx)");
SNIPPET(i_imul, "imull (%ebx), %eax");
SNIPPET(i_xlat, "xorl %eax, %eax; xlatb");
SNIPPET(i_bt, "btl $3, (%ebx)");
SNIPPET(i_bt_far, "movl $35, %eax; btl %eax, (%ebx)");
SNIPPET(i_bts_far, "movl $35, %eax; btsl %eax, (%ebx)");
SNIPPET(i_xchg, "xchgl %eax, (%ebx)");
SNIPPET(i_xadd, "lock xaddl %eax, (%ebx)");
SNIPPET(i_cmpxchg, "movl (%ebp), %eax; cmpxchgl %ecx, (%ebx)");
SNIPPET(i_cmpxchg8b, "cmpxchg8b (%ebx)");
SNIPPET(i_inc, "incl (%ebx)");
SNIPPET(i_not, "notb (%ebx)");
SNIPPET(i_shl, "shll $3, (%ebx)");
SNIPPET(i_shrd, "shrdl $3, %eax, (%ebx)");
SNIPPET(i_setcc, "setne (%ebx)");
SNIPPET(i_pushl, "pushl %eax");
SNIPPET(i_pushw, "pushw %ax");
SNIPPET(i_pushi, "pushl $5");
SNIPPET(i_pushm, "pushl (%ebx)");
SNIPPET(i_pushf, "pushfl");
SNIPPET(i_pusha, "pushal");
SNIPPET(i_popl, "popl %eax");
SNIPPET(i_popw, "popw %ax");
SNIPPET(i_popm, "popl (%ebx)");
SNIPPET(i_popf, "popfl");
SNIPPET(i_popa, "popal");
SNIPPET(i_call, "call 1f\n1:");
SNIPPET(i_call_m, "calll *(%ebx)");
SNIPPET(i_jmp_m, "jmp *(%ebx)");
SNIPPET(i_ret, "ret");
SNIPPET(i_lcall, "lcall $0x3b, $1f\n1:");
SNIPPET(i_lret, "lret");
SNIPPET(i_iret, "iretl");
SNIPPET(i_enter, "enter $8, $0");
SNIPPET(i_leave, "leave");
SNIPPET(i_movsb, "movsb");
SNIPPET(i_movsl, "movsl");
SNIPPET(i_stosb, "stosb");
SNIPPET(i_stosl, "stosl");
SNIPPET(i_lodsl, "lodsl");
SNIPPET(i_scasw, "scasw");
SNIPPET(i_cmpsl, "cmpsl");
SNIPPET(i_insb, "insb");
SNIPPET(i_insl, "insl");
SNIPPET(i_outsb, "outsb");
SNIPPET(i_outsl, "outsl");
SNIPPET(i_lds, "ldsl (%ebx), %eax");
SNIPPET(i_bound, "xorl %eax, %eax; boundl %eax, 8(%ebx)");
SNIPPET(i_sgdt, "sgdtl (%ebx)");
SNIPPET(i_sidt, "sidtl (%ebx)");
SNIPPET(i_smsw, "smsw (%ebx)");
SNIPPET(i_sldt, "sldt (%ebx)");
SNIPPET(i_str, "str (%ebx)");
SNIPPET(i_verr, "verr (%ebx)");
SNIPPET(i_lar, "larw (%ebx), %ax");
SNIPPET(i_mov_sr, "movw %ds, (%ebx)");
SNIPPET(i_mov_rs, "movw 4(%ebx), %es");
SNIPPET(f_flds, "flds (%ebx)");
SNIPPET(f_fldl, "fldl (%ebx)");
SNIPPET(f_fldt, "fldt (%ebx)");
SNIPPET(f_fild, "fildll (%ebx)");
SNIPPET(f_fbld, "fbld (%ebx)");
SNIPPET(f_fsts, "fsts (%ebx)");
SNIPPET(f_fstl, "fstl (%ebx)");
SNIPPET(f_fstpt, "fstpt (%ebx)");
SNIPPET(f_fistp, "fistps (%ebx)");
SNIPPET(f_fbstp, "fbstp (%ebx)");
SNIPPET(f_fldcw, "fldcw (%ebx)");
SNIPPET(f_fnstcw, "fnstcw (%ebx)");
SNIPPET(f_fnstsw, "fnstsw (%ebx)");
SNIPPET(f_fldenv, "fldenv (%ebx)");
SNIPPET(f_fnstenv, "fnstenv (%ebx)");
SNIPPET(f_frstor, "frstor (%ebx)");
SNIPPET(f_fnsave, "fnsave (%ebx)");
SNIPPET(f_fxsave, "fxsave (%ebx)");
SNIPPET(f_fxrstor, "fxrstor (%ebx)");
SNIPPET(f_movd, "movd (%ebx), %mm0");
SNIPPET(f_movd_s, "movd %mm0, (%ebx)");
SNIPPET(f_paddb, "paddb (%ebx), %mm0");
SNIPPET(f_movaps, "movaps (%ebx), %xmm0");
SNIPPET(f_movaps_s, "movaps %xmm0, (%ebx)");
SNIPPET(f_movntps, "movntps %xmm0, (%ebx)");
SNIPPET(f_movss, "movss (%ebx), %xmm0");
SNIPPET(f_movss_s, "movss %xmm0, (%ebx)");
SNIPPET(f_movlps, "movlps (%ebx), %xmm0");
SNIPPET(f_movhps_s, "movhps %xmm0, (%ebx)");
SNIPPET(f_xorps, "xorps (%ebx), %xmm0");
SNIPPET(f_ldmxcsr, "ldmxcsr (%ebx)");
SNIPPET(f_stmxcsr, "stmxcsr (%ebx)");

#define I(name, at, size, does) { #name, name, name##_end, at, size, does }
static const struct {
	const char *name;
	const u8 *code, *end;
	u32 at, size, does;
} accesses[] = {
	I(i_lea, 0, 4, 0),	  I(i_prefetch, 0, 4, 0), I(i_movzx, 0, 1, R),	  I(i_cmov, 0, 4, R),	 I(i_cmp, 0, 4, R),
	I(i_test, 0, 4, R),	  I(i_imul, 0, 4, R),	  I(i_xlat, 0, 1, R),	  I(i_bt, 0, 4, R),	 I(i_bt_far, 4, 4, R),
	I(i_bts_far, 4, 4, RW),	  I(i_xchg, 0, 4, RW),	  I(i_xadd, 0, 4, RW),	  I(i_cmpxchg, 0, 4, RW), I(i_cmpxchg8b, 0, 8, RW),
	I(i_inc, 0, 4, RW),	  I(i_not, 0, 1, RW),	  I(i_shl, 0, 4, RW),	  I(i_shrd, 0, 4, RW),	 I(i_setcc, 0, 1, W),
	I(i_pushl, 60, 4, W),	  I(i_pushw, 62, 2, W),	  I(i_pushi, 60, 4, W),	  I(i_pushm, 0, 4, R),	 I(i_pushm, 60, 4, W),
	I(i_pushf, 60, 4, W),	  I(i_pusha, 32, 32, W),  I(i_popl, 64, 4, R),	  I(i_popw, 64, 2, R),	 I(i_popm, 64, 4, R),
	I(i_popm, 0, 4, W),	  I(i_popf, 64, 4, R),	  I(i_popa, 64, 12, R),	  I(i_call, 60, 4, W),	 I(i_call_m, 0, 4, R),
	I(i_call_m, 60, 4, W),	  I(i_jmp_m, 0, 4, R),	  I(i_ret, 64, 4, R),	  I(i_enter, 60, 4, W),	  I(i_lcall, 56, 8, W),  I(i_lret, 64, 6, R),	  I(i_iret, 64, 12, R),	 I(i_leave, 96, 4, R),
	I(i_movsb, 0, 1, R),	  I(i_movsb, 16, 1, W),	  I(i_movsl, 0, 4, R),	  I(i_movsl, 16, 4, W),	 I(i_stosb, 16, 1, W),
	I(i_stosl, 16, 4, W),	  I(i_lodsl, 0, 4, R),	  I(i_scasw, 16, 2, R),	  I(i_cmpsl, 0, 4, R),	 I(i_cmpsl, 16, 4, R),
	I(i_insb, 16, 1, W),	  I(i_insl, 16, 4, W),	  I(i_outsb, 0, 1, R),	  I(i_outsl, 0, 4, R),	 I(i_lds, 0, 6, R),
	I(i_bound, 8, 8, R),	  I(i_sgdt, 0, 6, W),	  I(i_sidt, 0, 6, W),	  I(i_smsw, 0, 2, W),	 I(i_sldt, 0, 2, W),
	I(i_str, 0, 2, W),	  I(i_verr, 0, 2, R),	  I(i_lar, 0, 2, R),	  I(i_mov_sr, 0, 2, W),	 I(i_mov_rs, 4, 2, R),
	I(f_flds, 0, 4, R),	  I(f_fldl, 0, 8, R),	  I(f_fldt, 0, 10, R),	  I(f_fild, 0, 8, R),	 I(f_fbld, 0, 10, R),
	I(f_fsts, 0, 4, W),	  I(f_fstl, 0, 8, W),	  I(f_fstpt, 0, 10, W),	  I(f_fistp, 0, 2, W),	 I(f_fbstp, 0, 10, W),
	I(f_fldcw, 0, 2, R),	  I(f_fnstcw, 0, 2, W),	  I(f_fnstsw, 0, 2, W),	  I(f_fldenv, 0, 28, R), I(f_fnstenv, 0, 28, W),
	I(f_frstor, 0, 108, R),	  I(f_fnsave, 0, 108, W), I(f_fxsave, 0, 288, W), I(f_fxrstor, 0, 288, R), I(f_movd, 0, 4, R),
	I(f_movd_s, 0, 4, W),	  I(f_paddb, 0, 8, R),	  I(f_movaps, 0, 16, R),  I(f_movaps_s, 0, 16, W), I(f_movntps, 0, 16, W),
	I(f_movss, 0, 4, R),	  I(f_movss_s, 0, 4, W),  I(f_movlps, 0, 8, R),	  I(f_movhps_s, 0, 8, W), I(f_xorps, 0, 16, R),
	I(f_ldmxcsr, 0, 4, R),	  I(f_stmxcsr, 0, 4, W),
};

static void test_access(u32 i, enum kind kind, u32 at)
{
	bool inside = at >= accesses[i].at && at < accesses[i].at + accesses[i].size;
	struct frame f = ring_frame(3, accesses[i].code);
	u32 *words = (u32 *)(area + 64), dr6;
	struct result r;

	begin("%s, %s at %u", accesses[i].name, kinds[kind], at);
	memset(area, 0, sizeof(area));
	/* Where jumps through memory and a return lead, a selector, bounds; zeros are a good x87 state. */
	if (accesses[i].name[0] == 'i') {
		words[0] = (u32)accesses[i].end;
		words[1] = USER_DATA;
		words[3] = 0x7fffffff;
		words[16] = (u32)accesses[i].end;
		words[17] = USER_CODE;
		words[18] = FLAG_FIXED | FLAG_IOPL(3);
	}
	f.ebx = f.esi = (u32)words;
	f.edi = (u32)words + 16;
	f.esp = (u32)words + 64;
	f.ebp = (u32)words + 96;
	f.edx = PORT;
	f.eflags |= FLAG_IOPL(3);
	if (accesses[i].code == i_popf)
		words[16] = FLAG_FIXED;
	asm volatile("fninit");
	set_address(0, (u32)words + at);
	r = run_armed(&f, control(0, kind, 1) | LOCAL(0), &dr6);
	expect_trap(&r, dr6, inside && matches(kind, accesses[i].does), (u32)accesses[i].end);
}

static void test_accesses(void)
{
	for (u32 i = 0; i < sizeof(accesses) / sizeof(*accesses); i++)
		for (enum kind kind = WRITE; kind <= ACCESS; kind += 2) {
			u32 first = accesses[i].at, next = first + accesses[i].size;

			test_access(i, kind, first - 1);
			test_access(i, kind, first);
			test_access(i, kind, next - 1);
			/*
			 * Reserved fields of an FXSAVE image may be written. POPA reads more, but for the slot of ESP; a far return may
			 * read the upper half of the slot of CS.
			 */
			if (accesses[i].size != 288 && accesses[i].code != i_popa && accesses[i].code != i_lret)
				test_access(i, kind, next);
		}
}

SNIPPET(rep_movsb, "rep movsb");
SNIPPET(rep_movsw, "rep movsw");
SNIPPET(rep_movsl, "rep movsl");
SNIPPET(rep_stosb, "rep stosb");
SNIPPET(rep_stosw, "rep stosw");
SNIPPET(rep_stosl, "rep stosl");
SNIPPET(rep_lodsb, "rep lodsb");
SNIPPET(rep_lodsw, "rep lodsw");
SNIPPET(rep_lodsl, "rep lodsl");
SNIPPET(rep_cmpsb, "repe cmpsb");
SNIPPET(rep_cmpsw, "repe cmpsw");
SNIPPET(rep_cmpsl, "repe cmpsl");
SNIPPET(rep_scasb, "repne scasb");
SNIPPET(rep_scasw, "repne scasw");
SNIPPET(rep_scasl, "repne scasl");
SNIPPET(rep_insb, "rep insb");
SNIPPET(rep_insw, "rep insw");
SNIPPET(rep_insl, "rep insl");
SNIPPET(rep_outsb, "rep outsb");
SNIPPET(rep_outsw, "rep outsw");
SNIPPET(rep_outsl, "rep outsl");

#define SIZES(name) { { name##b, name##b_end }, { name##w, name##w_end }, { name##l, name##l_end } }
static const struct {
	const char *name;
	const u8 *codes[3][2];
	u32 source, destination;	/* what is done at each */
} strings[] = {
	{ "MOVS", SIZES(rep_movs), R, W }, { "STOS", SIZES(rep_stos), 0, W }, { "LODS", SIZES(rep_lods), R, 0 },
	{ "CMPS", SIZES(rep_cmps), R, R }, { "SCAS", SIZES(rep_scas), 0, R }, { "INS", SIZES(rep_ins), 0, W },
	{ "OUTS", SIZES(rep_outs), R, 0 },
};
#define STRINGS	(sizeof(strings) / sizeof(*strings))

#define COUNT	6

/* The iteration that met the breakpoint is done, and no more. */
static void test_repeated(u32 which, u32 s, bool down, bool source, u32 element)
{
	u32 size = 1 << s, step = down ? -size : size, dr6, left = COUNT - 1 - element;
	const u8 *code = strings[which].codes[s][0], *end = strings[which].codes[s][1];
	u32 does = source ? strings[which].source : strings[which].destination;
	struct frame f = ring_frame(3, code);
	struct result r;

	if (!does)
		return;
	begin("REP %s%u %s, %s of element %u", strings[which].name, size, down ? "down" : "up", source ? "source" : "destination",
	      element);
	memset(area, 0, sizeof(area));
	f.ecx = COUNT;
	f.esi = (u32)area + 128;
	f.edi = (u32)area + 256;
	f.eax = 0x11111111;
	f.edx = PORT;
	f.eflags |= FLAG_IOPL(3) | (down ? 0x400 : 0);
	set_address(2, (source ? f.esi : f.edi) + element * step + size - 1);
	r = run_armed(&f, control(2, ACCESS, 1) | GLOBAL(2), &dr6);
	expect_fault(&r, DB, 0);
	expect("DR6", DR6_FIXED | 4, dr6);
	expect("ECX", left, r.f.ecx);
	expect("EIP", (u32)(left ? code : end), r.f.eip);
	expect("RF", left ? FLAG_RF : 0, r.f.eflags & FLAG_RF);
	if (strings[which].source)
		expect("ESI", f.esi + (element + 1) * step, r.f.esi);
	if (strings[which].destination)
		expect("EDI", f.edi + (element + 1) * step, r.f.edi);
}

/* Breakpoints are linear addresses. */
static void test_base(void)
{
	for (u32 shift = 0; shift < 8; shift++) {
		struct frame f = ring_frame(3, load4);
		u32 dr6;
		struct result r;

		begin("segment base %u", shift);
		set_gdt(FREE_SELECTOR, segment((u32)area + shift, 0xfffff, 0xf2, PAGES | BIG));
		f.ds = FREE_SELECTOR | 3;
		f.ebx = 0;
		set_address(1, (u32)area + 4);
		r = run_armed(&f, control(1, ACCESS, 1) | LOCAL(1), &dr6);
		expect_trap(&r, dr6, shift >= 1 && shift <= 4 ? 2 : 0, (u32)load4_end);
	}
}

/* --- I/O breakpoints -------------------------------------------------------------------------------------------------- */

SNIPPET(in1, "inb %dx, %al");
SNIPPET(in2, "inw %dx, %ax");
SNIPPET(in4, "inl %dx, %eax");
SNIPPET(out1, "outb %al, %dx");
SNIPPET(out2, "outw %ax, %dx");
SNIPPET(out4, "outl %eax, %dx");
SNIPPET(ins1, "insb");
SNIPPET(ins2, "insw");
SNIPPET(ins4, "insl");
SNIPPET(outs1, "outsb");
SNIPPET(outs2, "outsw");
SNIPPET(outs4, "outsl");
SNIPPET(in_immediate, "inb $0xe4, %al");
SNIPPET(out_immediate, "outb %al, $0xe4");

static const struct {
	const char *name;
	const u8 *codes[3][2];
} transfers[] = {
#define BYTES(name) { { name##1, name##1_end }, { name##2, name##2_end }, { name##4, name##4_end } }
	{ "IN", BYTES(in) }, { "OUT", BYTES(out) }, { "INS", BYTES(ins) }, { "OUTS", BYTES(outs) },
};

static void test_port(const char *name, const u8 *code, const u8 *end, u32 size, u32 at, enum kind kind, u32 length, u32 from)
{
	struct frame f = ring_frame(at & 1 ? 3 : 0, code);
	u32 dr6;
	struct result r;
	bool hit = kind == IO && touches(PORT + from, length, PORT + at, size);

	begin("%s%u at port %u, %s%u at %u", name, size, at, kinds[kind], length, from);
	f.edx = PORT + at;
	f.esi = f.edi = (u32)area;
	f.eflags |= FLAG_IOPL(3);
	set_address(3, PORT + from);
	r = run_armed(&f, control(3, kind, length) | LOCAL(3), &dr6);
	expect_trap(&r, dr6, hit ? 8 : 0, (u32)end);
}

static void test_ports(void)
{
	static const u32 lengths[] = { 1, 2, 4 };

	WRITE_CR(4, READ_CR(4) | CR4_DE);
	for (u32 t = 0; t < 4; t++)
		for (u32 s = 0; s < 3; s++)
			for (u32 l = 0; l < 3; l++)
				for (u32 from = 4; from < 4 + lengths[l]; from++)
					for (u32 at = 1; at < 9; at++)
						test_port(transfers[t].name, transfers[t].codes[s][0], transfers[t].codes[s][1],
							  1 << s, at, IO, lengths[l], from);
	test_port("IN immediate ", in_immediate, in_immediate_end, 1, 4, IO, 1, 4);
	test_port("IN immediate ", in_immediate, in_immediate_end, 1, 4, IO, 1, 5);
	test_port("OUT immediate ", out_immediate, out_immediate_end, 1, 4, IO, 1, 4);
	for (enum kind kind = EXECUTE; kind <= ACCESS; kind++)
		if (kind != IO)
			test_port("IN", in1, in1_end, 1, 4, kind, 1, 4);
	for (u32 which = 5; which < 7; which++)
		for (u32 count = 1; count < 4; count++) {
			const u8 *code = strings[which].codes[0][0], *end = strings[which].codes[0][1];
			struct frame f = ring_frame(0, code);
			u32 dr6;
			struct result r;

			begin("REP %s, %u times", strings[which].name, count);
			f.edx = PORT;
			f.ecx = count;
			f.esi = f.edi = (u32)area;
			set_address(0, PORT);
			r = run_armed(&f, control(0, IO, 1) | GLOBAL(0), &dr6);
			expect_fault(&r, DB, 0);
			expect("DR6", DR6_FIXED | 1, dr6);
			expect("ECX", count - 1, r.f.ecx);
			expect("EIP", (u32)(count > 1 ? code : end), r.f.eip);
			expect("RF", count > 1 ? FLAG_RF : 0, r.f.eflags & FLAG_RF);
		}
	WRITE_CR(4, READ_CR(4) & ~CR4_DE);
}

void test_main(void)
{
	WRITE_CR(0, READ_CR(0) & ~(CR0_EM | CR0_TS));
	WRITE_CR(4, READ_CR(4) | CR4_OSFXSR);
	asm volatile("fninit");
	disarm();

	group("data breakpoints");
	test_overlap(area + 32, WRITE, "");
	group("data breakpoints across pages");
	test_overlap(pages + 4096 - 20, ACCESS, " (pages)");
	group("four breakpoints");
	WRITE_CR(4, READ_CR(4) | CR4_DE);
	test_together(2000);
	WRITE_CR(4, READ_CR(4) & ~CR4_DE);
	group("instructions that access memory");
	test_accesses();
	asm volatile("fninit");
	group("repeated string instructions");
	for (u32 which = 0; which < STRINGS; which++)
		for (u32 s = 0; s < 3; s++)
			for (u32 down = 0; down < 2; down++)
				for (u32 source = 0; source < 2; source++)
					for (u32 element = 0; element < COUNT; element++)
						test_repeated(which, s, down, source, element);
	group("linear addresses");
	test_base();
	group("I/O breakpoints");
	test_ports();
}
