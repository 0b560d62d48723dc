/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The benchmarks of the processor: what each of them is, and what they share. A benchmark does the same work `rounds` times and
 * returns a checksum of what it computed, so that a machine which computes something else is found out.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

/* All benchmarks with their rounds: 0.1 to 0.5 seconds on QEMU's TCG. */
#define BENCHMARKS(B) \
	/* integer.c */ \
	B(alu_mix, 60000000) B(alu_collatz, 300000) B(alu_wide, 8000000) \
	/* branches.c */ \
	B(branch_data, 180) B(branch_switch, 160) \
	/* calls.c */ \
	B(call_fib, 300) B(call_indirect, 5000000) B(call_vm, 700000) \
	/* memory.c */ \
	B(mem_loop8, 1200) B(mem_loop32, 8000) B(mem_strlen, 1500) \
	/* strings.c */ \
	B(mem_movsb, 300) B(mem_movsd, 800) B(mem_movs_short, 1500000) B(mem_stosd, 2000) B(mem_scasb, 400) \
	/* sieve.c, sha256.c, sort.c, tree.c, core.c */ \
	B(sieve_bytes, 24) B(sieve_bits, 80) B(sha256, 6000) B(sort_quick, 12) B(tree_chase, 10) B(core_mix, 1200) \
	/* x87.c, sse.c */ \
	B(x87_matmul, 6) B(x87_mandel, 12) B(x87_nbody, 6000) \
	B(sse_matmul, 24) B(sse_mandel, 40) B(sse_nbody, 50000) B(sse_int, 1500) B(sse_strlen, 4000) \
	/* sys.c, spaces.c */ \
	B(sys_int80, 200000) B(sys_sysenter, 500000) B(sys_fault, 200) B(sys_cr3, 25000) B(sys_switch, 15000) \
	B(sys_tlb, 1000000) \
	/* smc.c */ \
	B(smc_patch, 20000) B(smc_shared, 1000000) B(smc_generate, 1000) \
	/* cold.c: the order counts, for the first of them runs the code for the first time */ \
	B(cold_once, 1) B(cold_passes, 25) B(cold_bursts, 50)

#define DECLARE(name, rounds) u32 name(u32);
BENCHMARKS(DECLARE)
#undef DECLARE

/* Memory to work on; a benchmark finds there what the one before has left. */
#define ARENA_SIZE	(8u << 20)
extern u8 arena[ARENA_SIZE];

/* Physical memory above the image that only address spaces and the TLB benchmark use; the machine has 128 MiB. */
#define HIGH_START	0x02000000u
#define HIGH_SIZE	0x04000000u

/* Adds a word to a checksum; the order of words counts. */
static inline u32 mix(u32 sum, u32 word)
{
	return ((sum << 5 | sum >> 27) ^ word) * 0x9e3779b1u;
}

/* xorshift32: all words but 0, in an order that looks like none. */
static inline u32 next_random(u32 *state)
{
	u32 x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

#define NOINLINE __attribute__((noinline))

#endif
