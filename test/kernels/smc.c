// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Code that changes itself: stores of 1, 2 and 4 bytes and string moves into instructions 0 to 64 bytes ahead, cold and after they
 * have run; through another page of the same frame; and code written by another ring.
 *
 * Rule: SDM vol. 3A, 8.1.3 and 11.6: a write to code by its own linear address is seen by the next instruction on processors since
 * the P6; through another linear address it needs a branch or a serializing instruction first.
 */
#include "test.h"

static u8 code[8192] __attribute__((aligned(4096)));
static u32 directory[1024] __attribute__((aligned(4096)));
static u32 tables[2][1024] __attribute__((aligned(4096)));

#define ALIAS	0x00600000u	/* a second page of `code` */

static u8 *emit;

static void byte(u32 value)
{
	*emit++ = value;
}

static void dword(u32 value)
{
	memcpy(emit, &value, 4);
	emit += 4;
}

enum { STORE1, STORE2, STORE4, MOVS, KINDS };

static const char *const kinds[KINDS] = { "byte", "word", "dword", "REP MOVSB" };
static const u8 patch[] = { 0xb8, 0x78, 0x56, 0x34, 0x12 };	/* mov $0x12345678, %eax */

/*
 * A store to `mov $0x11111111, %eax` that lies `distance` bytes behind it; then INT END. From the second round on it has run.
 */
static void test_store(u32 kind, u32 distance, u32 offset, u32 cpl, u32 alias)
{
	static const u32 expected[KINDS] = { 0x11111178, 0x11115678, 0x12345678, 0x12345678 };
	struct frame f = ring_frame(cpl, code + offset);
	u8 *operand, *target;

	begin("%s, %u bytes ahead, from %x, CPL %u%s", kinds[kind], distance, offset, cpl, alias ? ", by an alias" : "");
	emit = code + offset;
	switch (kind) {
	case STORE1:
		byte(0xc6), byte(0x05), operand = emit, dword(0), byte(0x78);
		break;
	case STORE2:
		byte(0x66), byte(0xc7), byte(0x05), operand = emit, dword(0), byte(0x78), byte(0x56);
		break;
	case STORE4:
		byte(0xc7), byte(0x05), operand = emit, dword(0), dword(0x12345678);
		break;
	default:
		byte(0xf3), byte(0xa4), operand = 0;
	}
	if (alias)
		byte(0xeb), byte(0x00);		/* jmp to the next: a branch */
	for (u32 i = 0; i < distance; i++)
		byte(0x90);
	target = emit;
	byte(0xb8), dword(0x11111111), byte(0xcd), byte(END);
	f.esi = (u32)patch;
	f.edi = (u32)target - (alias ? (u32)code - ALIAS : 0);
	f.ecx = sizeof(patch);
	if (operand) {
		u32 address = (u32)target + 1 - (alias ? (u32)code - ALIAS : 0);

		memcpy(operand, &address, 4);
	}
	for (u32 round = 0; round < 3; round++) {
		struct result r;

		memset(target + 1, 0x11, 4);	/* the kernel writes it back: other ring's stores into code that has run */
		r = run(&f);
		expect_fault(&r, END, 0);
		expect("EAX", expected[kind], r.f.eax);
	}
}

/* A REP MOVSB that overwrites what follows it, up to the end of the case. */
static void test_next(u32 count)
{
	static u8 nops[64];
	struct frame f = ring_frame(3, code);
	struct result r;

	begin("REP MOVSB of NOPs over the %u bytes that follow", count);
	memset(nops, 0x90, sizeof(nops));
	emit = code;
	byte(0xf3), byte(0xa4);
	for (u32 i = 0; i < count; i++)
		byte(0x0f);			/* would be #UD or worse */
	byte(0xcd), byte(END);
	f.esi = (u32)nops;
	f.edi = (u32)code + 2;
	f.ecx = count;
	r = run(&f);
	expect_fault(&r, END, 0);
	expect("ECX", 0, r.f.ecx);
	expect("EIP", (u32)code + count + 4, r.f.eip);
}

void test_main(void)
{
	static const u32 offsets[] = { 0, 5, 4096 - 32, 4096 - 9 };

	for (u32 i = 0; i < 2048; i++)
		tables[i >> 10][i & 1023] = i << 12 | 7;
	for (u32 i = 0; i < 2; i++)
		tables[1][(ALIAS >> 12 & 1023) + i] = ((u32)code + i * 4096) | 7;
	directory[0] = (u32)tables[0] | 7;
	directory[1] = (u32)tables[1] | 7;
	WRITE_CR(3, directory);
	WRITE_CR(0, READ_CR(0) | CR0_PG);
	for (u32 alias = 0; alias < 2; alias++) {
		group(alias ? "stores by an alias" : "stores ahead");
		for (u32 kind = 0; kind < KINDS; kind++)
			for (u32 distance = 0; distance <= 64; distance++)
				for (u32 o = 0; o < 4; o++)
					for (u32 cpl = 0; cpl < 4; cpl += 3)
						test_store(kind, distance, offsets[o], cpl, alias);
	}
	group("string moves");
	for (u32 count = 1; count < 40; count++)
		test_next(count);
}
