// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads and stores in loops, by bytes and by words, as compilers write them. */
#include "bench.h"

#define BYTES	32768

/* Adds one buffer to another, byte by byte. */
u32 mem_loop8(u32 rounds)
{
	u8 *to = arena, *from = arena + BYTES;
	u32 sum = 0;

	for (u32 n = 0; n < BYTES; n++) {
		to[n] = (u8)n;
		from[n] = (u8)(n * 7);
	}
	for (u32 round = 0; round < rounds; round++) {
		for (u32 n = 0; n < BYTES; n++)
			to[n] = (u8)(to[n] + from[n] + round);
		sum = mix(sum, to[round % BYTES]);
	}
	return sum;
}

/* The same by words, with one more array. */
u32 mem_loop32(u32 rounds)
{
	enum { COUNT = BYTES / 4 };
	u32 *to = (u32 *)arena, *left = to + COUNT, *right = left + COUNT;
	u32 sum = 0;

	for (u32 n = 0; n < COUNT; n++) {
		left[n] = n * 0x01000193;
		right[n] = ~n;
	}
	for (u32 round = 0; round < rounds; round++) {
		for (u32 n = 0; n < COUNT; n++)
			to[n] = (left[n] ^ round) + right[n];
		sum = mix(sum, to[round % COUNT]);
	}
	return sum;
}

static NOINLINE u32 length_of(const u8 *text)
{
	const u8 *end = text;

	while (*end)
		end++;
	return (u32)(end - text);
}

/* Lengths of strings of 0 to 255 characters. */
u32 mem_strlen(u32 rounds)
{
	u8 *text = arena;
	u32 sum = 0;

	for (u32 n = 0; n < BYTES; n++)
		text[n] = 'x';
	for (u32 n = 0, gap = 0; n < BYTES; n += gap, gap = (gap * 5 + 3) & 255)
		text[n] = 0;
	text[BYTES - 1] = 0;
	for (u32 round = 0; round < rounds; round++)
		for (u32 n = round & 15; n < BYTES;) {
			u32 length = length_of(text + n);

			sum = mix(sum, length);
			n += length + 1;
		}
	return sum;
}
