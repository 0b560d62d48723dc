// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Code that changes: an immediate that is patched before each call, data beside running code, and code that is made, run a few
 * times and thrown away. All of it lies in the arena.
 */
#include "bench.h"

typedef u32 code(u32 argument);

/* Appends code: so many bytes of a word, the lowest first. */
static u8 *emit(u8 *at, u32 bytes, u32 count)
{
	for (; count; count--, bytes >>= 8)
		*at++ = (u8)bytes;
	return at;
}

#define MOV_EAX_ARGUMENT(at)	emit(at, 0x0424448b, 4)
#define RET(at)			emit(at, 0xc3, 1)

/* movl 4(%esp), %eax; addl $N, %eax; ret, with another N each time. */
u32 smc_patch(u32 rounds)
{
	u8 *start = arena, *at = MOV_EAX_ARGUMENT(start), *immediate;
	u32 sum = 0;

	immediate = emit(at, 0x05, 1);
	at = RET(emit(immediate, 0, 4));
	while (rounds--) {
		*(volatile u32 *)immediate = rounds * 3;
		sum = mix(sum, ((code *)start)(rounds));
	}
	return sum;
}

/* A counter 64 bytes behind the function that counts with it. */
u32 smc_shared(u32 rounds)
{
	u8 *start = arena, *at = MOV_EAX_ARGUMENT(start);
	u32 *counter = (u32 *)(arena + 64), sum = 0;

	*counter = 0;
	at = emit(emit(at, 0x0501, 2), (u32)counter, 4);	/* addl %eax, counter */
	at = emit(emit(at, 0x0533, 2), (u32)counter, 4);	/* xorl counter, %eax */
	RET(at);
	while (rounds--)
		sum += ((code *)start)(rounds);
	return mix(sum, *counter);
}

/* Random arithmetic on EAX, 20 instructions. */
static void generate(u8 *at, u32 seed)
{
	at = MOV_EAX_ARGUMENT(at);
	for (int n = 0; n < 20; n++) {
		u32 word = next_random(&seed);

		switch (word >> 29) {
		case 0: case 1: at = emit(emit(at, 0x05, 1), word, 4); break;			/* addl $N, %eax */
		case 2: at = emit(emit(at, 0x35, 1), word, 4); break;				/* xorl $N, %eax */
		case 3: at = emit(emit(at, 0x2d, 1), word, 4); break;				/* subl $N, %eax */
		case 4: at = emit(emit(at, 0xc0c1, 2), 1 + word % 31, 1); break;		/* roll $N, %eax */
		case 5: at = emit(emit(at, 0xc069, 2), word | 1, 4); break;			/* imull $N, %eax, %eax */
		case 6: at = emit(emit(at, 0xa9, 1), word, 4);					/* testl $N, %eax */
			at = emit(at, 0x400175, 3); break;					/* jnz 1f; incl %eax; 1: */
		default: at = emit(at, 0xd8f7, 2); break;					/* negl %eax */
		}
	}
	RET(at);
}

/* 16 functions in turn, each made anew for 25 calls. */
u32 smc_generate(u32 rounds)
{
	u32 sum = 0;

	for (u32 round = 0; round < rounds; round++) {
		u8 *start = arena + round % 16 * 256;

		generate(start, round + 1);
		for (u32 n = 0; n < 25; n++)
			sum = mix(sum, ((code *)start)(sum + n));
	}
	return sum;
}
