// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug registers and single step: which accesses, ports and instructions a breakpoint matches, what DR6 tells, general
 * detect, the resume flag, the trap flag through every kind of transfer, and what a task switch does to all of them.
 *
 * Rules: SDM vol. 3B, 17.2 (registers), 17.3.1 (conditions, RF), table 17-2; vol. 3A, 6.8.3 (MOV SS), 7.3 (task switches).
 */
#include "test.h"

#define TASK	0x90
#define LANDED	0x22
#define PORT	0xe0	/* nothing is there */

#define DR6_BD	0x2000
#define DR6_BS	0x4000
#define DR6_BT	0x8000
#define DR6_BITS	0xe00f
#define DR6_FIXED	0xffff0ff0u
#define DR7_FIXED	0x400
#define DR7_GD	0x2000
#define DR7_LE	0x100
#define DR7_GE	0x200
#define CR4_DE	0x008
#define CR4_OSFXSR	0x200

#define READ_DR(n) ({ u32 value_; asm volatile("mov %%dr" #n ", %0" : "=r"(value_)); value_; })
#define WRITE_DR(n, value) asm volatile("mov %0, %%dr" #n : : "r"((u32)(value)) : "memory")

/* The R/W field of DR7. */
enum kind { EXECUTE, WRITE, IO, ACCESS };

static const char *const kinds[] = { "execute", "write", "I/O", "access" };

/* L, G, R/W and LEN of breakpoint n. */
#define LOCAL(n)	(1u << 2 * (n))
#define GLOBAL(n)	(2u << 2 * (n))
static u32 control(u32 n, enum kind kind, u32 length)
{
	return (u32)(kind | (length - 1) << 2) << (16 + 4 * n);
}

static void set_address(u32 n, u32 address)
{
	switch (n) {
	case 0:
		WRITE_DR(0, address);
		break;
	case 1:
		WRITE_DR(1, address);
		break;
	case 2:
		WRITE_DR(2, address);
		break;
	case 3:
		WRITE_DR(3, address);
		break;
	}
}

/* A snippet that ends with INT END, with the symbol `name`_end before that. */
#define SNIPPET(name, text) \
	asm(".pushsection .near, \"ax\"\n" #name ":\n" text "\n" #name "_end: int $0x20\n.popsection"); \
	extern const u8 name[], name##_end[]

static void disarm(void)
{
	WRITE_DR(7, 0);
	WRITE_DR(6, 0);
}

/* Runs a case with DR7 set; it is 0 again afterwards. */
static struct result run_armed(const struct frame *f, u32 dr7, u32 *dr6)
{
	struct result r;

	WRITE_DR(6, 0);
	WRITE_DR(7, dr7);
	r = run(f);
	*dr6 = READ_DR(6);
	disarm();
	return r;
}

/* --- data breakpoints ------------------------------------------------------------------------------------------------- */

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
			for (u32 from = 16; from < 16 + 2 * lengths[l]; from++)
				for (u32 i = 0; i < SIMPLE; i++)
					for (u32 at = 17 - simple[i].size; at <= 16 + 2 * lengths[l]; at++) {
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
	I(i_call_m, 60, 4, W),	  I(i_jmp_m, 0, 4, R),	  I(i_ret, 64, 4, R),	  I(i_enter, 60, 4, W),	 I(i_leave, 96, 4, R),
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
			/* Reserved fields of an FXSAVE image may be written. POPA reads more, but for the slot of ESP. */
			if (accesses[i].size != 288 && accesses[i].code != i_popa)
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
	group("instruction breakpoints");
	test_execute();
	test_execute_fault();
	group("moves");
	test_moves();
	group("values");
	test_values();
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
