/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU benchmark: a counted loop of register arithmetic, 10 instructions a round, no memory, no paging. The
 * first word of the multiboot command line in hexadecimal is the number of rounds (none: run for ever).
 */
	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002

	.text
	.globl	start
start:
	call	bench_rounds
	movl	%eax, %ecx
	movl	$1, %eax
	movl	$0x9e3779b9, %ebx
	xorl	%edx, %edx
1:	addl	%ebx, %eax
	roll	$7, %eax
	xorl	%eax, %edx
	leal	3(%ebx, %edx, 2), %ebx
	subl	%edx, %eax
	imull	$5, %edx, %edx
	adcl	$0, %ebx
	shrl	$1, %edx
	decl	%ecx
	jnz	1b
	jmp	bench_end
#include "bench-common.inc.S"
