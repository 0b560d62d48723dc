// SPDX-License-Identifier: GPL-2.0-or-later
/* Control flow: branches that depend on data, and jump tables. */
#include "bench.h"

#define WORDS	65536

static u32 *random_words(void)
{
	u32 *words = (u32 *)arena, state = 0x2545f491;

	for (u32 n = 0; n < WORDS; n++)
		words[n] = next_random(&state);
	return words;
}

/* A tree of comparisons over random words: about every second branch is foreseen wrongly. */
u32 branch_data(u32 rounds)
{
	const u32 *words = random_words();
	u32 sum = 0;

	for (u32 round = 0; round < rounds; round++) {
		u32 small = 0, odd = 0, runs = 0, previous = round;

		for (u32 n = 0; n < WORDS; n++) {
			u32 word = words[n];

			if (word < 0x80000000) {
				small++;
				if (word & 1)
					odd += 3;
				else if ((word & 0xff00) > 0x8000)
					odd ^= word;
			} else if ((int)(word ^ previous) < 0) {
				runs++;
				if (word % 16 > 7)
					small += 2;
			}
			previous = word;
		}
		sum = mix(mix(mix(sum, small), odd), runs);
	}
	return sum;
}

enum { NUMBER = '0', NAME = 'a', BLANK = ' ', OPEN = '(', CLOSE = ')', PLUS = '+', TIMES = '*', TEXT = '"' };

/* Reads tokens of a made-up language: a switch over characters, as compilers and shells have it. */
static u32 read_tokens(const u8 *text, u32 length)
{
	u32 sum = 0, depth = 0, value = 0, names = 0;
	bool quoted = false;

	for (u32 n = 0; n < length; n++) {
		u8 c = text[n];

		if (quoted) {
			quoted = c != TEXT;
			continue;
		}
		switch (c) {
		case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7':
			value = value * 8 + (c - '0');
			break;
		case OPEN: depth++; break;
		case CLOSE: depth = depth ? depth - 1 : 0; break;
		case PLUS: sum += value; value = 0; break;
		case TIMES: sum = sum * 3 + value; value = 0; break;
		case BLANK: sum = mix(sum, names); names = 0; break;
		case TEXT: quoted = true; break;
		case ',': sum ^= depth; break;
		case ';': depth = 0; break;
		case '-': value = -value; break;
		default: names = names * 31 + c; break;
		}
	}
	return mix(sum, depth + value);
}

u32 branch_switch(u32 rounds)
{
	static const char alphabet[32] = "01234567abcdefgh    (()),;+*-\"\"z";
	u8 *text = arena;
	u32 state = 0x1234567, sum = 0;

	for (u32 n = 0; n < WORDS; n++)
		text[n] = (u8)alphabet[next_random(&state) % sizeof alphabet];
	for (u32 round = 0; round < rounds; round++) {
		text[round % WORDS] = TIMES;
		sum = mix(sum, read_tokens(text, WORDS));
	}
	return sum;
}
