// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls: recursion, function pointers, an interpreter. */
#include "bench.h"

static NOINLINE u32 fib(u32 n)
{
	u32 sum = 0;

	/* GCC makes loops of recursions; that it must not do here. */
	if (n < 2)
		return n;
	sum += fib(n - 1);
	asm volatile("" : "+r"(n));
	sum += fib(n - 2);
	return sum;
}

u32 call_fib(u32 rounds)
{
	u32 sum = 0;

	while (rounds--)
		sum = mix(sum, fib(22));
	return sum;
}

/* Methods, as a kernel calls those of a driver: all through pointers, one of eight by a word that looks random. */
#define METHOD(name, expression) \
	static NOINLINE u32 name(u32 a, u32 b) { return expression; }
METHOD(add, a + b)
METHOD(subtract, a - b)
METHOD(exclusive_or, a ^ b)
METHOD(rotate, (a << 7 | a >> 25) + b)
METHOD(multiply, a * (b | 1))
METHOD(larger, a > b ? a : b + 1)
METHOD(average, (a & b) + ((a ^ b) >> 1))
METHOD(negate, ~a + (b >> 5))

static u32 (*const methods[8])(u32, u32) = {
	add, subtract, exclusive_or, rotate, multiply, larger, average, negate,
};

u32 call_indirect(u32 rounds)
{
	u32 (*const *volatile table)(u32, u32) = methods;
	u32 a = 1, state = 0x2545f491;

	while (rounds--) {
		u32 word = next_random(&state);

		a = table[word >> 29](a, word);
	}
	return a;
}

/*
 * A machine with an accumulator, four cells and a program of bytes. The program counts down from its argument, and on the way
 * computes something with the cells.
 */
enum operation { LOAD, STORE, ADD, XOR, SHIFT, DECREMENT, LOOP, MULTIPLY, END };

static const u8 program[] = {
	LOAD, 0, ADD, 1, STORE, 1,
	LOAD, 2, MULTIPLY, 1, XOR, 0, STORE, 2,
	LOAD, 3, SHIFT, 3, XOR, 2, STORE, 3,
	LOAD, 0, DECREMENT, 0, STORE, 0,
	LOOP, 0, END,
};

static NOINLINE u32 interpret(const u8 *code, u32 count)
{
	u32 cells[4] = { count, 1, 0x9e3779b9, 7 }, a = 0;

	for (u32 pc = 0;;) {
		u32 cell = code[pc + 1] & 3;

		switch ((enum operation)code[pc]) {
		case LOAD: a = cells[cell]; break;
		case STORE: cells[cell] = a; break;
		case ADD: a += cells[cell]; break;
		case XOR: a ^= cells[cell]; break;
		case SHIFT: a = a << cell | a >> (32 - cell); break;
		case DECREMENT: a--; break;
		case MULTIPLY: a *= cells[cell] | 1; break;
		case LOOP:
			if (a) {
				pc = 0;
				continue;
			}
			break;
		case END: return mix(mix(cells[1], cells[2]), cells[3]);
		}
		pc += 2;
	}
}

u32 call_vm(u32 rounds)
{
	return interpret(program, rounds);
}
