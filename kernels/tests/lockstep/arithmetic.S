/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Integer arithmetic and logic in 8, 16 and 32 bits, shifts and rotates, multiplication and division, decimal adjust. */
#include "lockstep.h"

/* One instruction with two operands in three widths, then with memory. Carry in comes from the random number. */
	.macro BINARY name, flags
	call	random
	movl	%eax, %ebx
	call	random
	btl	$17, %ebx
	\name\()l	%ebx, %eax
	CHECK	%eax, \flags
	call	random
	btl	$3, %ebx
	\name\()w	%bx, %ax
	CHECK	%eax, \flags
	call	random
	btl	$9, %ebx
	\name\()b	%bh, %al
	CHECK	%eax, \flags
	movl	%eax, buffer
	btl	$30, %ebx
	\name\()l	%ebx, buffer
	CHECK	buffer, \flags
	btl	$11, %ebx
	\name\()b	$-77, buffer+1
	CHECK	buffer, \flags
	.endm

	.macro UNARY name, flags
	call	random
	\name\()l	%eax
	CHECK	%eax, \flags
	\name\()w	%ax
	CHECK	%eax, \flags
	\name\()b	%ah
	CHECK	%eax, \flags
	.endm

	.text
	.globl	test_arithmetic
test_arithmetic:
	BINARY	add, ARITHMETIC
	BINARY	adc, ARITHMETIC
	BINARY	sub, ARITHMETIC
	BINARY	sbb, ARITHMETIC
	BINARY	cmp, ARITHMETIC
	BINARY	and, LOGIC
	BINARY	or, LOGIC
	BINARY	xor, LOGIC
	BINARY	test, LOGIC
	UNARY	inc, NO_CARRY
	UNARY	dec, NO_CARRY
	UNARY	neg, ARITHMETIC
	UNARY	not, NONE
	call	random
	movl	%eax, %ebx
	leal	-5(%eax, %ebx, 8), %ecx
	CHECK	%ecx, NONE
	cmpl	%ecx, %ebx
	jl	1f
	CHECK	%ebx, NONE
1:	jbe	2f
	CHECK	%eax, NONE
2:	jp	3f
	CHECK	%ecx, NONE
3:	ret

	.macro SHIFT_ALL name, one, many
	call	random
	btl	$5, %eax
	\name\()l	$1, %eax
	CHECK	%eax, \one
	btl	$6, %eax
	\name\()w	$1, %ax
	CHECK	%eax, \one
	btl	$7, %eax
	\name\()b	$1, %al
	CHECK	%eax, \one
	movl	%eax, %ecx
	andl	$7, %ecx
	orl	$1, %ecx			/* 1, 3, 5 or 7 */
	call	random
	btl	$8, %eax
	\name\()l	%cl, %eax
	CHECK	%eax, \many
	btl	$9, %eax
	\name\()w	%cl, %ax
	CHECK	%eax, \many
	btl	$10, %eax
	\name\()b	%cl, %ah
	CHECK	%eax, \many
	btl	$11, %eax
	\name\()l	$29, %eax
	CHECK	%eax, \many
	.endm

	.globl	test_shifts
test_shifts:
	SHIFT_ALL shl, LOGIC, SHIFT
	SHIFT_ALL shr, LOGIC, SHIFT
	SHIFT_ALL sar, LOGIC, SHIFT
	SHIFT_ALL rol, CF | OF, CF
	SHIFT_ALL ror, CF | OF, CF
	SHIFT_ALL rcl, CF | OF, CF
	SHIFT_ALL rcr, CF | OF, CF
	call	random
	movl	%eax, %ebx
	call	random
	movl	%eax, %ecx
	shldl	%cl, %ebx, %eax
	CHECK	%eax, NONE
	shrdl	$13, %ebx, %eax
	CHECK	%eax, SHIFT
	shldw	$5, %bx, %ax
	CHECK	%eax, SHIFT
	xorl	%ecx, %ecx			/* a shift by zero leaves the flags alone */
	addl	%ebx, %eax
	shll	%cl, %eax
	CHECK	%eax, ARITHMETIC
	ret

	.globl	test_multiply
test_multiply:
	call	random
	movl	%eax, %ebx
	call	random
	mull	%ebx
	CHECK	%eax, CF | OF
	CHECK	%edx, NONE
	imull	%ebx
	CHECK	%edx, CF | OF
	mulw	%bx
	CHECK	%eax, CF | OF
	imulb	%bh
	CHECK	%eax, CF | OF
	mulb	%bl
	CHECK	%eax, CF | OF
	imull	%ebx, %eax
	CHECK	%eax, CF | OF
	imull	$-1234567, %ebx, %ecx
	CHECK	%ecx, CF | OF
	imulw	$99, %bx, %cx
	CHECK	%ecx, CF | OF
	call	random
	movl	%eax, %edx
	call	random
	shrl	$1, %edx
	orl	$0x80000000, %ebx		/* the divisor is greater than the high half: no overflow */
	divl	%ebx
	CHECK	%eax, NONE
	CHECK	%edx, NONE
	call	random
	cltd
	orl	$1, %ebx
	sarl	$3, %ebx
	idivl	%ebx
	CHECK	%eax, NONE
	CHECK	%edx, NONE
	call	random
	movzwl	%ax, %eax
	xorl	%edx, %edx
	orw	$1, %bx
	divw	%bx
	CHECK	%eax, NONE
	CHECK	%edx, NONE
	call	random
	andl	$0x1fff, %eax
	orb	$0x41, %bl
	andb	$0x7f, %bl
	idivb	%bl, %al
	CHECK	%eax, NONE
	call	random
	cwtl
	CHECK	%eax, NONE
	cbtw
	CHECK	%eax, NONE
	cwtd
	CHECK	%edx, NONE
	ret

	.globl	test_decimal
test_decimal:
	call	random
	movl	%eax, %ebx
	addb	%bh, %al
	daa
	CHECK	%eax, CF | AF | RESULT
	subb	%bl, %al
	das
	CHECK	%eax, CF | AF | RESULT
	addb	%bh, %al
	aaa
	CHECK	%eax, CF | AF
	subb	%bl, %al
	aas
	CHECK	%eax, CF | AF
	aam
	CHECK	%eax, RESULT
	aad
	CHECK	%eax, RESULT
	aam	$7
	CHECK	%eax, RESULT
	ret

	.section .note.GNU-stack, "", @progbits
