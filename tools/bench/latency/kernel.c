/*
 * What the latency benchmark stops, steps and looks at: a kernel that calls a function for ever, a large structure, long loops, and
 * an address space in which nearly all of the 4 GiB is mapped, in 65,000 pieces.
 */
__asm__(".section .text.head, \"ax\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".globl _start\n"
	"_start: movl $stack + 4096, %esp\n"
	"	call kmain\n"
	".bss\n"
	".align 16\n"
	"stack: .skip 4096\n"
	".text\n");

#define FIELD(n) int field_##n;
#define TEN(n) FIELD(n##0) FIELD(n##1) FIELD(n##2) FIELD(n##3) FIELD(n##4) \
	       FIELD(n##5) FIELD(n##6) FIELD(n##7) FIELD(n##8) FIELD(n##9)
struct large {
	TEN(0) TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8) TEN(9)
	TEN(10) TEN(11) TEN(12) TEN(13) TEN(14) TEN(15) TEN(16) TEN(17) TEN(18) TEN(19)
} large;
volatile int counter, sum;

#include "map-everything.h"

__attribute__((noinline)) int callee(int n)
{
	for (int i = 0; i < 100; i++)
		sum += n ^ i;
	return sum;
}

__attribute__((noinline)) int leaf(int n)
{
	return n ^ 5;
}

void kmain(void)
{
	struct large *pointer = &large;
	volatile int turns, calls = 1;

	map_everything();
	for (;;) {
		counter++; /* plain */
		pointer->field_00 = counter;
		callee(counter); /* call */
		pointer->field_11 = sum; /* stop */
		turns = 1;
		/* 10 million instructions for a debugger that sets it. */
		__asm__ volatile("mov %0, %%ecx; 1: dec %%ecx; jnz 1b" :: "m"(turns) : "ecx"); /* loop */
		counter++; /* behind */
		/* A million calls for a debugger that sets it. */
		for (int n = 0; n < calls; n++) sum += leaf(n); /* calls */
		counter++; /* behind the calls */
	}
}
