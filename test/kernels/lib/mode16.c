// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cases on the edges of 64 KiB segments, for real-address and virtual-8086 mode alike.
 *
 * Rules: SDM vol. 2, "Real-Address Mode Exceptions" and "Virtual-8086 Mode Exceptions" of each instruction: an operand that
 * reaches beyond FFFFh is #GP, by way of SS #SS; a 16-bit address or stack pointer wraps before it is used. Vol. 3B, 20.1.1.
 */
#include "mode16.h"

enum { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS };

static const struct {
	const char *name;
	u8 prefix;
	u16 value;
} segments[] = {
	{ "ES", 0x26, ES_SEGMENT }, { "CS", 0x2e, CODE_SEGMENT }, { "SS", 0x36, STACK_SEGMENT },
	{ "DS", 0x3e, DS_SEGMENT }, { "FS", 0x64, FS_SEGMENT },	  { "GS", 0x65, GS_SEGMENT },
};

struct frame mode16_frame(const struct mode16 *mode, u32 offset)
{
	struct frame f = ring_frame(3, (void *)offset);

	f.eflags = mode->eflags;
	f.cs = CODE_SEGMENT;
	f.ss = STACK_SEGMENT;
	f.esp = STACK_TOP;
	f.v86_ds = DS_SEGMENT;
	f.v86_es = ES_SEGMENT;
	f.v86_fs = FS_SEGMENT;
	f.v86_gs = GS_SEGMENT;
	return f;
}

void mode16_place(u32 offset, const u8 *code, const u8 *end)
{
	memcpy(far_pointer(CODE_SEGMENT, offset), code, end - code + 2);
}

/* Machine code that is built for a case. */
static u8 code[24];
static u32 code_length;

static void emit(u32 value, u32 size)
{
	memcpy(code + code_length, &value, size);
	code_length += size;
}

static void begin_code(bool wide_operand, bool wide_address)
{
	code_length = 0;
	if (wide_operand)
		emit(0x66, 1);
	if (wide_address)
		emit(0x67, 1);
}

/* The built code at `offset`, with UD2 behind it. A part beyond FFFFh is left out. */
static void place_built(u32 offset)
{
	emit(0x0b0f, 2);
	for (u32 i = 0; i < code_length && offset + i < 0x10000; i++)
		*far_pointer(CODE_SEGMENT, offset + i) = code[i];
	code_length -= 2;
}

/* Both ends of a segment get bytes that tell where they are. */
#define EDGE	80
static u8 byte_at(u32 offset)
{
	return offset * 7 + 0x31;
}

static void fill_edges(u32 segment)
{
	for (u32 i = 0; i < EDGE; i++) {
		*far_pointer(segment, i) = byte_at(i);
		*far_pointer(segment, 0x10000 - EDGE + i) = byte_at(0x10000 - EDGE + i);
	}
}

static u32 value_at(u32 segment, u32 offset, u32 size)
{
	u32 value = 0;

	memcpy(&value, far_pointer(segment, offset), size);
	return value;
}

static u32 pattern(u32 offset, u32 size)
{
	u32 value = 0;

	for (u32 i = 0; i < size; i++)
		value |= byte_at(offset + i) << i * 8;
	return value;
}

static u32 low(u32 value, u32 size)
{
	return size == 4 ? value : value & ((1u << size * 8) - 1);
}

static void expect_place(const struct result *r, const struct frame *f, u32 ip)
{
	expect("EIP", f->eflags & FLAG_VM ? ip : ip & 0xffff, r->f.eip);
	expect("CS", f->cs, r->f.cs & 0xffff);
}

/* The instruction was done and the UD2 behind it met, or it was not begun. */
static void expect_done(const struct result *r, const struct frame *f)
{
	expect_fault(r, UD, 0);
	expect_place(r, f, f->eip + code_length);
}

static void expect_refused(const struct result *r, const struct frame *f, u32 vector)
{
	expect_fault(r, vector, 0);
	expect_place(r, f, f->eip);
	expect("SP", f->esp, r->f.esp);
}

enum { READ, WRITE, UPDATE };

static void test_access(const struct mode16 *mode, u32 seg, u32 size, u32 kind, bool wide, u32 ebx)
{
	static const char *const kinds[] = { "read", "write", "add" };
	static const u8 opcodes[] = { 0x8a, 0x88, 0x00 };
	u32 offset = wide ? ebx : ebx & 0xffff, segment = segments[seg].value, before, after;
	struct frame f = mode16_frame(mode, CODE_OFFSET);
	bool good = offset <= 0x10000 - size;
	struct result r;

	begin("%s %u bytes at %s:%x, %s-bit address", kinds[kind], size, segments[seg].name, ebx, wide ? "32" : "16");
	fill_edges(segment);
	begin_code(size == 4, wide);
	emit(segments[seg].prefix, 1);
	emit(opcodes[kind] | (size > 1), 1);
	emit(wide ? 0x0b : 0x0f, 1);			/* CL, CX or ECX with [BX] or [EBX] */
	place_built(CODE_OFFSET);
	f.ebx = ebx;
	f.ecx = 0x11223344;
	r = mode->run(&f);
	if (!good) {
		expect_refused(&r, &f, seg == SEG_SS ? SS : GP);
		expect("ECX", f.ecx, r.f.ecx);
		for (u32 i = 0; i < EDGE; i++) {
			expect("byte", byte_at(i), *far_pointer(segment, i));
			expect("byte", byte_at(0x10000 - EDGE + i), *far_pointer(segment, 0x10000 - EDGE + i));
		}
		return;
	}
	before = pattern(offset, size);
	after = kind == WRITE ? low(f.ecx, size) : kind == UPDATE ? low(before + f.ecx, size) : before;
	expect_done(&r, &f);
	expect("memory", after, value_at(segment, offset, size));
	expect("ECX", kind == READ ? (size == 4 ? 0 : f.ecx & ~low(-1, size)) | before : f.ecx, r.f.ecx);
}

void mode16_data(const struct mode16 *mode)
{
	static const u32 offsets[] = { 0, 1, 0xfff9, 0xfffc, 0xfffd, 0xfffe, 0xffff, 0x10000, 0x10003, 0xfffffffe, 0xffffffff };

	for (u32 seg = 0; seg < 6; seg++)
		for (u32 size = 1; size <= 4; size *= 2)
			for (u32 kind = READ; kind <= UPDATE; kind++)
				for (u32 wide = 0; wide < 2; wide++)
					for (u32 i = 0; i < sizeof(offsets) / sizeof(*offsets); i++)
						test_access(mode, seg, size, kind, wide, offsets[i]);
}

/* String instructions: each index wraps after its use, and an element that does not fit faults with the state of the one before. */
static void test_string(const struct mode16 *mode, u32 opcode, u32 size, u32 start, u32 count, bool down)
{
	struct frame f = mode16_frame(mode, CODE_OFFSET);
	bool uses_si = opcode != 0xaa && opcode != 0xae, uses_di = opcode != 0xac;
	u32 step = down ? -size : size, index = start, done, segment = uses_si ? DS_SEGMENT : ES_SEGMENT;
	struct result r;

	begin("REP %x of %u bytes from %x, %u times %s", opcode, size, start, count, down ? "down" : "up");
	fill_edges(DS_SEGMENT);
	fill_edges(ES_SEGMENT);
	/* Both sides of CMPS are equal, and SCAS finds what it looks at: REPE runs on. */
	if (opcode == 0xae || opcode == 0xa4)
		memset(far_pointer(ES_SEGMENT, 0), 0, EDGE), memset(far_pointer(ES_SEGMENT, 0x10000 - EDGE), 0, EDGE);
	begin_code(size == 4, false);
	emit(0xf3, 1);
	emit(opcode | (size > 1), 1);
	place_built(CODE_OFFSET);
	f.eax = opcode == 0xae ? 0 : 0x99887766;
	f.ecx = 0x770000 | count;
	f.esi = 0x550000 | start;
	f.edi = 0x660000 | start;
	f.eflags |= down ? 0x400 : 0;
	r = mode->run(&f);
	for (done = 0; done < count && index <= 0x10000 - size; done++)
		index = (index + step) & 0xffff;
	if (done == count) {
		expect_done(&r, &f);
	} else {
		expect_fault(&r, GP, 0);
		expect_place(&r, &f, f.eip);
	}
	expect("ECX", f.ecx - done, r.f.ecx);
	expect("ESI", uses_si ? 0x550000 | index : f.esi, r.f.esi);
	expect("EDI", uses_di ? 0x660000 | index : f.edi, r.f.edi);
	if (opcode == 0xaa || opcode == 0xa4)
		for (index = start; done; done--, index = (index + step) & 0xffff)
			expect("element", opcode == 0xaa ? low(f.eax, size) : value_at(segment, index, size),
			       value_at(ES_SEGMENT, index, size));
}

void mode16_strings(const struct mode16 *mode)
{
	static const u8 opcodes[] = { 0xa4, 0xa6, 0xaa, 0xac, 0xae };
	static const u32 up[] = { 0xfff8, 0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff };

	for (u32 i = 0; i < sizeof(opcodes); i++)
		for (u32 size = 1; size <= 4; size *= 2)
			for (u32 offset = 0; offset < 8; offset++)
				for (u32 down = 0; down < 2; down++)
					test_string(mode, opcodes[i], size, down ? offset : up[offset], 4, down);
}

/* Stack instructions, each with what it pushes first, then pops, in bytes. */
enum what { ANY, EAX_PUSHED, MEMORY_PUSHED, EAX_POPPED };

static const struct {
	const char *name;
	u8 length, text[6];
	u8 size, pushes, pops;
	enum what what;
} stack_instructions[] = {
	{ "PUSH AX", 1, { 0x50 }, 2, 1, 0, EAX_PUSHED },
	{ "PUSH EAX", 2, { 0x66, 0x50 }, 4, 1, 0, EAX_PUSHED },
	{ "PUSH imm16", 3, { 0x68, 0x34, 0x12 }, 2, 1, 0, ANY },
	{ "PUSH imm32", 6, { 0x66, 0x68, 0x78, 0x56, 0x34, 0x12 }, 4, 1, 0, ANY },
	{ "PUSH imm8", 2, { 0x6a, 0x80 }, 2, 1, 0, ANY },
	{ "PUSH m16", 2, { 0xff, 0x37 }, 2, 1, 0, MEMORY_PUSHED },
	{ "PUSH m32", 3, { 0x66, 0xff, 0x37 }, 4, 1, 0, MEMORY_PUSHED },
	{ "PUSH ES", 1, { 0x06 }, 2, 1, 0, ANY },
	{ "PUSH FS", 2, { 0x0f, 0xa0 }, 2, 1, 0, ANY },
	{ "PUSHA", 1, { 0x60 }, 2, 8, 0, ANY },
	{ "PUSHAD", 2, { 0x66, 0x60 }, 4, 8, 0, ANY },
	{ "POP AX", 1, { 0x58 }, 2, 0, 1, EAX_POPPED },
	{ "POP EAX", 2, { 0x66, 0x58 }, 4, 0, 1, EAX_POPPED },
	{ "POP m16", 2, { 0x8f, 0x07 }, 2, 0, 1, ANY },
	{ "POP m32", 3, { 0x66, 0x8f, 0x07 }, 4, 0, 1, ANY },
	{ "POP DS", 1, { 0x1f }, 2, 0, 1, ANY },
	{ "POPA", 1, { 0x61 }, 2, 0, 8, ANY },
	{ "POPAD", 2, { 0x66, 0x61 }, 4, 0, 8, ANY },
	{ "CALL", 3, { 0xe8, 0, 0 }, 2, 1, 0, ANY },
	{ "CALL 32", 6, { 0x66, 0xe8, 0, 0, 0, 0 }, 4, 1, 0, ANY },
	{ "CALL far", 5, { 0x9a, (CODE_OFFSET + 5) & 0xff, CODE_OFFSET >> 8, CODE_SEGMENT & 0xff, CODE_SEGMENT >> 8 }, 2, 2, 0, ANY },
};

/* PUSHA is #GP when the stack ends in the middle of its words, and never comes to #SS: SDM vol. 2B, PUSHA. */
static u32 stack_fault(u32 i, u32 sp)
{
	u32 size = stack_instructions[i].size, pushes = stack_instructions[i].pushes, at = sp;

	if (pushes == 8 && sp >= 7 && sp <= 15 && (sp & 1))
		return GP;
	for (u32 n = 0; n < pushes; n++) {
		at = (at - size) & 0xffff;
		if (at > 0x10000 - size)
			return SS;
	}
	for (u32 n = 0; n < stack_instructions[i].pops; n++) {
		if (at > 0x10000 - size)
			return SS;
		at = (at + size) & 0xffff;
	}
	return 0;
}

static void test_stack(const struct mode16 *mode, u32 i, u32 sp, u32 high)
{
	u32 fault = stack_fault(i, sp), size = stack_instructions[i].size, pushes = stack_instructions[i].pushes;
	struct frame f = mode16_frame(mode, CODE_OFFSET);
	u32 after = (sp + size * (stack_instructions[i].pops - pushes)) & 0xffff, end = fault ? sp : after;
	struct result r;

	/* No room for the frame of the handler is a shutdown (SDM vol. 2A, INT n). */
	if (mode->own_stack && (end == 1 || end == 3 || end == 5))
		return;
	begin("%s with SP %x", stack_instructions[i].name, sp);
	fill_edges(STACK_SEGMENT);
	code_length = stack_instructions[i].length;
	memcpy(code, stack_instructions[i].text, code_length);
	place_built(CODE_OFFSET);
	f.eax = 0xa0a1a2a3;
	f.ecx = 0xc0c1c2c3;
	f.edx = 0xd0d1d2d3;
	f.ebx = 0x1000;
	f.ebp = 0xb0b1b2b3;
	f.esi = 0x50515253;
	f.edi = 0x60616263;
	f.esp = high | sp;
	*(u32 *)far_pointer(DS_SEGMENT, 0x1000) = 0x87654321;
	r = mode->run(&f);
	if (fault) {
		expect_refused(&r, &f, fault);
		return;
	}
	expect_done(&r, &f);
	expect("ESP", high | after, r.f.esp);
	if (pushes == 8) {
		u32 order[] = { f.edi, f.esi, f.ebp, f.esp, f.ebx, f.edx, f.ecx, f.eax };

		for (u32 n = 0; n < 8; n++)
			expect("pushed", low(order[n], size), value_at(STACK_SEGMENT, (after + n * size) & 0xffff, size));
	} else if (stack_instructions[i].pops == 8) {
		u32 got[] = { r.f.edi, r.f.esi, r.f.ebp, 0, r.f.ebx, r.f.edx, r.f.ecx, r.f.eax };

		for (u32 n = 0; n < 8; n++)
			if (n != 3)
				expect("popped", pattern((sp + n * size) & 0xffff, size), low(got[n], size));
	} else if (stack_instructions[i].what == EAX_POPPED) {
		expect("popped", pattern(sp, size), low(r.f.eax, size));
	} else if (stack_instructions[i].what != ANY) {
		expect("pushed", low(stack_instructions[i].what == EAX_PUSHED ? f.eax : 0x87654321, size),
		       value_at(STACK_SEGMENT, after, size));
	}
}

void mode16_stack(const struct mode16 *mode)
{
	for (u32 i = 0; i < sizeof(stack_instructions) / sizeof(*stack_instructions); i++)
		for (u32 sp = 0; sp < 0x22; sp++) {
			test_stack(mode, i, sp, 0xabc0000);
			test_stack(mode, i, 0x10000 - 0x22 + sp, 0xabc0000);
		}
}

/* A jump of one kind at `from` to `to`, an EIP before it is cut to 16 bits. */
enum { SHORT, NEAR, CONDITION, NEAR_CALL, LOOP, INDIRECT, RETURN, FAR, FAR_CALL, FAR_RETURN, JUMPS };

static void test_jump(const struct mode16 *mode, u32 kind, bool wide, u32 from, u32 to)
{
	static const char *const names[] = { "JMP short", "JMP",      "JZ",	   "CALL",   "LOOP",
					     "JMP EAX",	  "RET",      "JMP far", "CALL far", "RETF" };
	struct frame f = mode16_frame(mode, from);
	u32 size = wide ? 4 : 2, target = wide ? to : to & 0xffff, pushed = 0, popped = 0;
	struct result r;

	begin("%s, %s-bit, at %x to %x", names[kind], wide ? "32" : "16", from, to);
	begin_code(wide, false);
	*(u32 *)far_pointer(STACK_SEGMENT, STACK_TOP) = to;
	switch (kind) {
	case SHORT:
	case LOOP:
		emit(kind == SHORT ? 0xeb : 0xe2, 1);
		emit(to - (from + code_length + 1), 1);
		break;
	case NEAR:
	case NEAR_CALL:
		emit(kind == NEAR ? 0xe9 : 0xe8, 1);
		emit(to - (from + code_length + size), size);
		pushed = kind == NEAR ? 0 : size;
		break;
	case CONDITION:
		emit(0x840f, 2);
		emit(to - (from + code_length + size), size);
		break;
	case INDIRECT:
		emit(0xe0ff, 2);
		break;
	case RETURN:
		emit(0xc3, 1);
		popped = size;
		break;
	case FAR:
	case FAR_CALL:
		emit(kind == FAR ? 0xea : 0x9a, 1);
		emit(to, size);
		emit(CODE_SEGMENT, 2);
		pushed = kind == FAR ? 0 : 2 * size;
		break;
	case FAR_RETURN:
		emit(0xcb, 1);
		*(u16 *)far_pointer(STACK_SEGMENT, STACK_TOP + size) = CODE_SEGMENT;
		popped = 2 * size;
		break;
	}
	place_built(from);
	if (target <= 0xfffe)
		*(u16 *)far_pointer(CODE_SEGMENT, target) = 0x0b0f;
	f.eax = to;
	f.ecx = 2;
	f.eflags |= FLAG_ZF;
	r = mode->run(&f);
	if (target > 0xffff) {
		expect_refused(&r, &f, GP);
		return;
	}
	expect_fault(&r, UD, 0);
	expect_place(&r, &f, target);
	expect("ESP", STACK_TOP - pushed + popped, r.f.esp);
	if (pushed)
		expect("return address", from + code_length, value_at(STACK_SEGMENT, STACK_TOP - pushed, size));
	if (pushed > size)
		expect("return CS", CODE_SEGMENT, far_word(STACK_SEGMENT, STACK_TOP - size));
}

/* Instructions that end before, at and behind FFFFh. */
static void test_end(const struct mode16 *mode, u32 length, u32 over)
{
	static const u8 texts[][6] = { { 0x40 }, { 0x66, 0x40 }, { 0xb8, 1, 0 }, { 0x66, 0x05, 1, 0, 0, 0 } };
	static const u8 lengths[] = { 1, 2, 3, 6 };
	u32 start = 0x10000 - lengths[length] + over;
	struct frame f = mode16_frame(mode, start);
	struct result r;

	begin("an instruction of %u bytes at %x", lengths[length], start);
	for (u32 i = 0; start + i < 0x10000; i++)
		*far_pointer(CODE_SEGMENT, start + i) = texts[length][i];
	*(u16 *)far_pointer(CODE_SEGMENT, 0) = 0x0b0f;		/* not where it may go on */
	r = mode->run(&f);
	/* An instruction that ends at FFFFh is done, and the next one lies beyond the limit. */
	expect_fault(&r, GP, 0);
	expect_place(&r, &f, over ? start : 0x10000);
	expect("EAX", over ? 0 : 1, r.f.eax);
}

void mode16_code(const struct mode16 *mode)
{
	static const struct {
		u32 from, to;
	} far_jumps[] = {
		{ 0x0100, 0xfffe }, { 0x0100, 0x0000 },	   { 0x0100, 0x10000 },	  { 0x0100, 0x12345 },
		{ 0x0100, 0xffffff80 }, { 0xff80, 0x10040 }, { 0xff80, 0x8000 }, { 0xff80, 0x17f00 },
	}, near_jumps[] = {
		{ 0xff80, 0x10000 }, { 0xff90, 0x10008 }, { 0x0010, 0xffffffa0 }, { 0x0010, 0xffffff97 },
		{ 0x0010, 0x0060 },  { 0xff80, 0xffe0 },  { 0xff88, 0xff60 },
	};

	/* A processor without limits shall not get far: INT3 everywhere. */
	memset((void *)0x10000, 0xcc, 0x70000);
	for (u32 wide = 0; wide < 2; wide++) {
		for (u32 kind = 0; kind < JUMPS; kind++) {
			for (u32 i = 0; i < sizeof(near_jumps) / sizeof(*near_jumps); i++)
				test_jump(mode, kind, wide, near_jumps[i].from, near_jumps[i].to);
			if (kind != SHORT && kind != LOOP)
				for (u32 i = 0; i < sizeof(far_jumps) / sizeof(*far_jumps); i++)
					test_jump(mode, kind, wide, far_jumps[i].from, far_jumps[i].to);
		}
	}
	for (u32 length = 0; length < 4; length++)
		for (u32 over = 0; over < (length == 3 ? 6 : length + 1); over++)
			test_end(mode, length, over);
}
