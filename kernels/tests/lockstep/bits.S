/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single bits, conditions, exchanges, sign and zero extension. */
#include "lockstep.h"

	.macro CONDITION name
	cmpl	%ebx, %ecx
	set\name	%al
	cmpl	%ebx, %ecx
	cmov\name\()l	%ecx, %edx
	addl	%eax, %edx
	.endm

	.text
	.globl	test_bits
test_bits:
	call	random
	movl	%eax, buffer + 512
	movl	%eax, %ebx
	call	random
	movl	%eax, %ecx
	btl	%ecx, %ebx
	CHECK	%ebx, CF
	btsl	%ecx, %ebx
	CHECK	%ebx, CF
	btrl	$19, %ebx
	CHECK	%ebx, CF
	btcw	%cx, %bx
	CHECK	%ebx, CF
	movl	%ecx, %edx
	sarl	$20, %edx			/* -2048 to 2047 bits around the operand */
	btsl	%edx, buffer + 512
	CHECK	buffer + 512, CF
	btcl	%edx, buffer + 512
	CHECK	buffer + 512, CF
	orl	$0x00100000, %ecx
	bsfl	%ecx, %eax
	CHECK	%eax, ZF
	bsrl	%ecx, %eax
	CHECK	%eax, ZF
	bswap	%ecx
	CHECK	%ecx, NONE
	call	random
	movl	%eax, %edx
	CONDITION o
	CONDITION no
	CONDITION b
	CONDITION ae
	CONDITION e
	CONDITION ne
	CONDITION be
	CONDITION a
	CONDITION s
	CONDITION ns
	CONDITION p
	CONDITION np
	CONDITION l
	CONDITION ge
	CONDITION le
	CONDITION g
	CHECK	%edx, NONE
	xchgl	%edx, %ebx
	xchgb	%dl, %dh
	CHECK	%edx, NONE
	xchgl	%ecx, buffer
	CHECK	%ecx, NONE
	xaddl	%edx, %ebx
	CHECK	%ebx, ARITHMETIC
	CHECK	%edx, NONE
	lock xaddl %edx, buffer
	CHECK	buffer, ARITHMETIC
	cmpxchgl %ecx, %ebx
	CHECK	%eax, ARITHMETIC
	movl	buffer, %eax
	lock cmpxchgl %ecx, buffer
	CHECK	buffer, ARITHMETIC
	movl	buffer + 4, %edx
	cmpxchg8b buffer
	CHECK	buffer + 4, ZF
	CHECK	%eax, NONE
	movzbl	%bh, %eax
	CHECK	%eax, NONE
	movsbl	%bl, %eax
	CHECK	%eax, NONE
	movzwl	%bx, %eax
	CHECK	%eax, NONE
	movswl	%cx, %eax
	CHECK	%eax, NONE
	movsbw	%cl, %ax
	CHECK	%eax, NONE
	movb	%bl, %ah
	sahf
	CHECK	%eax, CF | PF | AF | ZF | SF
	lahf
	CHECK	%eax, NONE
	cmc
	CHECK	%eax, CF
	stc
	CHECK	%eax, CF
	clc
	CHECK	%eax, CF
	movzbl	%bl, %eax
	pushl	%ebx
	movl	$buffer, %ebx
	xlatb
	popl	%ebx
	CHECK	%eax, NONE
	ret

	.section .note.GNU-stack, "", @progbits
