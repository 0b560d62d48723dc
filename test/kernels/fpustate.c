// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state of the x87, MMX and SSE units in memory: the images of FNSTENV, FNSAVE and FXSAVE in every mode, the instruction that
 * they remember, the tags that MMX instructions leave, and MXCSR.
 *
 * Rules: SDM vol. 1, 8.1.8-8.1.10, 9.5, 9.6, 10.5; vol. 2A, FXSAVE and FXRSTOR.
 */
#include "fpu.h"

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

static u8 area[64];

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
		*(u64 *)(LOW_DATA + 0x40) = 0x3ff0000000000000ull;	/* 1 */
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

CODE(fxsave_at, "fxsave (%ebx)");
CODE(fxrstor_at, "fxrstor (%ebx)");
CODE(ldmxcsr_at, "ldmxcsr (%ebx)");

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

CODE(m_load, "movq (%ebx), %mm3");
CODE(m_store, "movq %mm3, (%ebx)");
CODE(m_move, "movq %mm2, %mm3");
CODE(m_movd_in, "movd %eax, %mm3");
CODE(m_movd_out, "movd %mm3, %eax");
CODE(m_add, "paddw %mm2, %mm3");
CODE(m_shift, "pslld $2, %mm3");
CODE(m_mask, "pmovmskb %mm3, %eax");
CODE(m_emms, "emms");

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

void test_main(void)
{
	clean();
	set_low_segments();
	memset(image[0], 0, 512);
	asm volatile("fxsave %0" : "=m"(image[0]));
	mxcsr_mask = *(u32 *)(image[0] + 28);

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
}
