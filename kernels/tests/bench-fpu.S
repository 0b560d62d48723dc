/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FPU benchmark: a counted loop of x87 arithmetic in 80 bits, 11 instructions a round: loads, a product, sums, a quotient, a
 * comparison, a store. The first word of the multiboot command line in hexadecimal is the number of rounds.
 */
	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002

	.text
	.globl	start
start:
	call	bench_rounds
	movl	%eax, %ecx
	fninit
	fldl	limit
	fldl	first
1:	fmull	factor
	faddl	step
	fld	%st(0)
	fdivl	divisor
	fsubrp	%st, %st(1)
	fcom	%st(1)
	fstl	result
	fldl	first
	fstp	%st(0)
	decl	%ecx
	jnz	1b
	jmp	bench_end

	.section .rodata
	.balign	8
first:	.double	1.25
factor:	.double	0.9921875
step:	.double	3.0625
divisor: .double 7.0
limit:	.double	1000.0

	.bss
	.balign	8
result:	.skip	8
	.text
#include "bench-common.inc.S"
