// SPDX-License-Identifier: GPL-2.0-or-later
/* String instructions with REP: the way that kernels move, fill and search memory. */
#include "bench.h"

#define BYTES	(256u << 10)

static u32 sum_of(const u8 *bytes, u32 size)
{
	u32 sum = 0;

	for (u32 n = 0; n < size; n += 4)
		sum = mix(sum, *(const u32 *)(bytes + n));
	return sum;
}

static void fill(u8 *bytes, u32 size)
{
	u32 state = 0x2545f491;

	for (u32 n = 0; n < size; n += 4)
		*(u32 *)(bytes + n) = next_random(&state);
}

static inline void movsb(void *to, const void *from, u32 count)
{
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

static inline void movsd(void *to, const void *from, u32 count)
{
	asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(count) : : "memory");
}

/* Round by round from another offset, so that most are not aligned. */
u32 mem_movsb(u32 rounds)
{
	fill(arena, BYTES);
	for (u32 round = 0; round < rounds; round++)
		movsb(arena + BYTES + round % 64, arena + round % 61, BYTES - 64);
	return sum_of(arena + BYTES, BYTES);
}

u32 mem_movsd(u32 rounds)
{
	fill(arena, BYTES);
	for (u32 round = 0; round < rounds; round++)
		movsd(arena + BYTES + round % 64 * 4, arena + round % 61 * 4, BYTES / 4 - 64);
	return sum_of(arena + BYTES, BYTES);
}

/* Copies of 8 to 71 bytes: what most copies in a kernel are. */
u32 mem_movs_short(u32 rounds)
{
	enum { AREA = 65536 };
	u32 state = 1;

	fill(arena, 2 * AREA);
	while (rounds--) {
		u32 word = next_random(&state), size = 8 + word % 64;

		movsd(arena + (word >> 8) % (AREA - 128), arena + AREA + (word >> 16) % (AREA - 128), size / 4);
		movsb(arena + (word >> 4) % (AREA - 128), arena + AREA + (word >> 12) % (AREA - 128), size & 3);
	}
	return sum_of(arena, AREA);
}

u32 mem_stosd(u32 rounds)
{
	u32 sum = 0;

	for (u32 round = 0; round < rounds; round++) {
		void *to = arena + round % 64 * 4;
		u32 count = BYTES / 4 - 64;

		asm volatile("rep stosl" : "+D"(to), "+c"(count) : "a"(round * 0x01010101) : "memory");
		sum = mix(sum, *(u32 *)(arena + (round * 4093) % BYTES / 4 * 4));
	}
	return sum;
}

/* Finds the byte that is there once. */
u32 mem_scasb(u32 rounds)
{
	u32 sum = 0;

	for (u32 n = 0; n < BYTES; n++)
		arena[n] = (u8)(n % 251);
	for (u32 round = 0; round < rounds; round++) {
		u32 at = BYTES / 2 + (round * 7919) % (BYTES / 2), count = BYTES;
		u8 *found = arena, old = arena[at];

		arena[at] = 255;
		asm volatile("repne scasb" : "+D"(found), "+c"(count) : "a"(255) : "memory", "cc");
		sum = mix(sum, (u32)(found - arena));
		arena[at] = old;
	}
	return sum;
}
