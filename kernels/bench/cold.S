/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Much code: thousands of functions, no two alike, made by macros with a generator of random numbers that the assembler runs. Each
 * takes and returns EAX, may change ECX and EDX, has branches both ways and a small loop, and works on a table of words at EBX.
 */
#include "cold.h"

	.set	seed, 12345

	/* The next random number, in `seed`; arithmetic of the assembler has 64 bits. */
	.macro	next
	.set	seed, (seed * 1103515245 + 12345) & 0x7fffffff
	.endm

	/* One statement of eight kinds. */
	.macro	statement
	next
	.set	kind, (seed >> 16) & 7
	next
	.if	kind == 0
	addl	$(seed & 0xfffffff), %eax
	movl	%eax, ((seed >> 8) & 0x3fc)(%ebx)
	.elseif	kind == 1
	xorl	((seed >> 8) & 0x3fc)(%ebx), %eax
	roll	$((seed >> 20) & 15) + 1, %eax
	.elseif	kind == 2
	movl	%eax, %ecx
	shrl	$((seed >> 20) & 7) + 1, %ecx
	leal	(%eax, %ecx, 2), %eax
	.elseif	kind == 3
	testl	$(1 << ((seed >> 20) & 15)), %eax
	jz	9f
	subl	$(seed & 0xffff), %eax
	notl	%eax
9:
	.elseif	kind == 4
	imull	$(seed | 1), %eax, %edx
	addl	%edx, ((seed >> 8) & 0x3fc)(%ebx)
	.elseif	kind == 5
	cmpl	$(seed << 1), %eax
	jae	9f
	addl	((seed >> 8) & 0x3fc)(%ebx), %eax
	jmp	8f
9:	incl	%eax
8:
	.elseif	kind == 6
	movzbl	%al, %edx
	addl	(%ebx, %edx, 4), %eax
	.else
	bswap	%eax
	adcl	$(seed & 0x7f), %eax
	.endif
	.endm

	.macro	function
	.rept	20
	statement
	.endr
	movl	$3, %ecx
7:	leal	1(%eax, %eax, 2), %eax
	xorl	%ecx, %eax
	decl	%ecx
	jnz	7b
	ret
	.endm

	.section .rodata
	.balign	4
	.globl	cold_functions
cold_functions:				/* grows with each function */

	.text
	.rept	COLD_FUNCTIONS
	.balign	16
6:	function
	.pushsection .rodata
	.long	6b
	.popsection
	.endr

	.section .note.GNU-stack, "", @progbits
