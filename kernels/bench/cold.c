// SPDX-License-Identifier: GPL-2.0-or-later
/* Nearly a megabyte of code: run once, as when a system boots; in passes, as a big program runs; and function by function. */
#include "bench.h"
#include "cold.h"

extern const void *const cold_functions[COLD_FUNCTIONS];
static u32 words[COLD_WORDS];

static void prepare(void)
{
	for (u32 n = 0; n < COLD_WORDS; n++)
		words[n] = n * 0x01000193;
}

static inline u32 call(u32 function, u32 value)
{
	asm volatile("call *%1" : "+a"(value) : "r"(cold_functions[function]), "b"(words) : "ecx", "edx", "memory", "cc");
	return value;
}

/* Every function, and that `rounds` times. */
static u32 pass(u32 rounds)
{
	u32 value = 1;

	prepare();
	while (rounds--)
		for (u32 n = 0; n < COLD_FUNCTIONS; n++)
			value = call(n, value);
	return value;
}

u32 cold_once(u32 rounds)
{
	return pass(rounds);
}

u32 cold_passes(u32 rounds)
{
	return pass(rounds);
}

/* Each function many times before the next. */
u32 cold_bursts(u32 rounds)
{
	u32 value = 1;

	prepare();
	while (rounds--)
		for (u32 n = 0; n < COLD_FUNCTIONS; n++)
			for (u32 burst = 0; burst < 10; burst++)
				value = call(n, value);
	return value;
}
