// SPDX-License-Identifier: GPL-2.0-or-later
/* Arithmetic in registers: nothing but the ALU, and no two instructions of which the second does not need the first. */
#include "bench.h"

/* Sums, shifts, rotations, a product. */
u32 alu_mix(u32 rounds)
{
	u32 a = 1, b = 0x9e3779b9, c = 0;

	while (rounds--) {
		a += b;
		a = a << 7 | a >> 25;
		c ^= a;
		b += 2 * c + 3;
		a -= c;
		c = c * 5 + (b >> 3);
		b ^= b << 11;
	}
	return mix(mix(a, b), c);
}

/* Lengths of the Collatz sequences of 1 to `rounds`: short loops whose ends nobody foresees. */
u32 alu_collatz(u32 rounds)
{
	u32 sum = 0;

	for (u32 start = 1; start <= rounds; start++) {
		u32 n = start, length = 0;

		for (; n != 1; length++)
			n = n & 1 ? 3 * n + 1 : n / 2;
		sum = mix(sum, length);
	}
	return sum;
}

/* 64-bit arithmetic, which takes pairs of registers and the carry: ADC, SBB, MUL, SHLD. */
u32 alu_wide(u32 rounds)
{
	u64 a = 0x0123456789abcdefull, b = 0x9e3779b97f4a7c15ull;

	while (rounds--) {
		a += b;
		b = (b << 13 | b >> 51) ^ a;
		a = a * 6364136223846793005ull + 1442695040888963407ull;
		b -= a >> 7;
	}
	return mix(mix((u32)a, (u32)(a >> 32)), (u32)(b ^ b >> 32));
}
