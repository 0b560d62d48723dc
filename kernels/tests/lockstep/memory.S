/* SPDX-License-Identifier: GPL-2.0-or-later */
/* String instructions in both directions, stack frames, 16-bit operands and addresses. */
#include "lockstep.h"

	.macro SUM_BUFFER
	movl	$buffer, %esi
	movl	$128, %ecx
1:	lodsl
	CHECK	%eax, NONE
	loop	1b
	.endm

	.text
	.globl	test_strings
test_strings:
	cld
	movl	$buffer, %edi
	movl	$128, %ecx
1:	call	random
	stosl
	loop	1b
	movl	$buffer + 3, %esi
	movl	$buffer + 200, %edi
	movl	$45, %ecx
	rep movsl
	CHECK	%edi, NONE
	movl	$buffer + 100, %esi		/* overlapping, byte by byte */
	movl	$buffer + 101, %edi
	movl	$20, %ecx
	rep movsb
	CHECK	%esi, NONE
	std
	movl	$buffer + 300, %esi
	movl	$buffer + 310, %edi
	movl	$17, %ecx
	rep movsw
	CHECK	%esi, NONE
	movl	$buffer + 400, %edi
	movl	$7, %ecx
	rep stosw
	cld
	movl	$buffer, %edi
	movl	$512, %ecx
	movb	buffer + 333, %al
	repne scasb
	CHECK	%edi, ARITHMETIC
	CHECK	%ecx, NONE
	movl	$buffer + 100, %esi
	movl	$buffer + 101, %edi
	movl	$100, %ecx
	repe cmpsb
	CHECK	%esi, ARITHMETIC
	CHECK	%ecx, NONE
	xorl	%ecx, %ecx			/* no repetition: nothing changes, flags neither */
	rep movsl
	CHECK	%edi, ARITHMETIC
	cmpsl
	CHECK	%esi, ARITHMETIC
	scasw
	CHECK	%edi, ARITHMETIC
	lodsw
	CHECK	%eax, NONE
	SUM_BUFFER
	ret

	.macro PUSH_16
	pushw	%ax
	pushw	$0x1234
	popl	%ebx
	CHECK	%ebx, NONE
	.endm

callee:						/* stdcall: takes two arguments off the stack */
	enter	$16, $0
	movl	8(%ebp), %eax
	addl	12(%ebp), %eax
	movl	%eax, -4(%ebp)
	leave
	ret	$8

	.globl	test_stack
test_stack:
	call	random
	pushl	%ebp
	pushl	%eax
	pushl	$-3
	call	callee
	popl	%ebp
	CHECK	%eax, NONE
	PUSH_16
	pushal
	addl	$5, (%esp)
	popal
	CHECK	%edi, NONE
	pushaw
	popaw
	pushfw
	popw	%ax
	andl	$0xff00, %eax
	CHECK	%eax, NONE
	pushl	%ebp
	movl	%esp, %ebp
	enter	$8, $3				/* nested frames copy the display */
	leave
	popl	%ebp
	movl	$2f, %eax
	call	*%eax
	movl	$LOW_MEMORY, %ebx
	movl	$0x21, %esi
	movl	$0xabcd1234, LOW_MEMORY + 0x25
	addr16 movl 4(%bx, %si), %eax
	CHECK	%eax, NONE
	movl	$0xffff0000 + LOW_MEMORY, %ebx	/* the upper half of EBX does not count */
	addr16 addl %eax, 4(%bx, %si)
	CHECK	LOW_MEMORY + 0x25, ARITHMETIC
	addr16 leaw -1(%bx, %si), %cx
	CHECK	%ecx, NONE
	movl	$5, %ecx
3:	addr16 loop 3b
	jecxz	4f
4:	CHECK	%ecx, NONE
	ret
2:	CHECK	%ebx, NONE
	ret

	.section .note.GNU-stack, "", @progbits
