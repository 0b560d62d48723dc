// SPDX-License-Identifier: GPL-2.0-or-later
/* SSE2: scalar floating point as compilers use it today, and integers sixteen bytes at a time. */
#define FLOAT(name) sse_##name
#include "floats.inc.c"

typedef u8 bytes16 __attribute__((vector_size(16)));
typedef char signed16 __attribute__((vector_size(16)));
typedef u16 words8 __attribute__((vector_size(16)));
typedef u32 words4 __attribute__((vector_size(16)));

/* Sums, products, shifts and comparisons over 64 KiB. */
u32 sse_int(u32 rounds)
{
	enum { COUNT = 65536 / 16 };
	words4 *data = (words4 *)arena, total = { 0 };
	u32 state = 0x2545f491;

	for (u32 n = 0; n < COUNT * 4; n++)
		((u32 *)arena)[n] = next_random(&state);
	while (rounds--)
		for (u32 n = 0; n < COUNT; n++) {
			words4 v = data[n];
			words8 product = (words8)v * (words8)total;

			total += v ^ (total << 5);
			total ^= (words4)product;
			total -= (words4)((words4)v > total);
			total += (words4)((bytes16)v + (bytes16)total) >> 3;
		}
	return mix(mix(total[0], total[1]), mix(total[2], total[3]));
}

static NOINLINE u32 length_of(const u8 *text)
{
	const bytes16 *block = (const bytes16 *)((uintptr_t)text & ~15u);
	const bytes16 zero = { 0 };
	u32 found = (u32)__builtin_ia32_pmovmskb128((signed16)(*block == zero)) & ~0u << ((uintptr_t)text & 15);

	while (!found)
		found = (u32)__builtin_ia32_pmovmskb128((signed16)(*++block == zero));
	return (u32)((const u8 *)block - text) + (u32)__builtin_ctz(found);
}

/* Lengths of strings of 0 to 1023 characters. */
u32 sse_strlen(u32 rounds)
{
	enum { BYTES = 65536 };
	u8 *text = arena;
	u32 sum = 0;

	for (u32 n = 0; n < BYTES; n++)
		text[n] = 'x';
	for (u32 n = 0, gap = 0; n < BYTES; n += gap, gap = (gap * 5 + 3) & 1023)
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
