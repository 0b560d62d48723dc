// SPDX-License-Identifier: GPL-2.0-or-later
/* The sieve of Eratosthenes, with a byte and with a bit for each number. */
#include "bench.h"

#define NUMBERS	(1u << 19)

u32 sieve_bytes(u32 rounds)
{
	u8 *composite = arena;
	u32 sum = 0;

	for (u32 round = 0; round < rounds; round++) {
		u32 primes = 0;

		for (u32 n = 0; n < NUMBERS; n++)
			composite[n] = 0;
		for (u32 n = 2; n < NUMBERS; n++) {
			if (composite[n])
				continue;
			primes++;
			for (u32 multiple = n * 2; multiple < NUMBERS; multiple += n)
				composite[multiple] = 1;
		}
		sum = mix(sum, primes);
	}
	return sum;
}

u32 sieve_bits(u32 rounds)
{
	enum { BITS = NUMBERS / 4 };
	u32 *composite = (u32 *)arena, sum = 0;

	for (u32 round = 0; round < rounds; round++) {
		u32 primes = 0;

		for (u32 n = 0; n < BITS / 32; n++)
			composite[n] = 0;
		for (u32 n = 2; n < BITS; n++) {
			if (composite[n / 32] & 1u << n % 32)
				continue;
			primes++;
			for (u32 multiple = n * 2; multiple < BITS; multiple += n)
				composite[multiple / 32] |= 1u << multiple % 32;
		}
		sum = mix(sum, primes);
	}
	return sum;
}
