/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emergency task: what runs in a guest when a double fault or an NMI comes through a task gate (Intel SDM vol. 3,
 * 6.14.2 and 7.3). The CPU has put the interrupted task away in the guest's own TSS and brought a stack that works. All
 * that is left to do is to tell the host: TERMINATE, with the reason and the EIP of the interrupted task as code.
 *
 * The code lies in the passage page, at whatever address the guest has it; passage.c copies it there.
 */
#include "asm-offsets.h"

	.cfi_sections .debug_frame
	.text
	.globl	co_emergency, co_emergency_end
	.type	co_emergency, @function
	.balign	16
co_emergency:
	.cfi_startproc
	.cfi_undefined %eip			/* the outermost frame */
	call	1f
1:	popl	%ebx
	andl	$~0xfff, %ebx			/* the page */

	/* #DF has pushed an error code, an NMI has none. */
	movl	$TERMINATE_NMI, %eax
	leal	EMERGENCY_STACK_END(%ebx), %ecx
	cmpl	%ecx, %esp
	je	2f
	movl	$TERMINATE_DOUBLE_FAULT, %eax
2:	movl	%eax, PAGE_PARAMS(%ebx)

	/* The link names the TSS of the interrupted task: its base is in three pieces in the GDT. */
	movzwl	EMERGENCY_LINK(%ebx), %edx
	andl	$0xfff8, %edx
	subl	$8, %esp
	sgdt	(%esp)
	addl	2(%esp), %edx
	movzwl	2(%edx), %eax
	movzbl	4(%edx), %ecx
	shll	$16, %ecx
	orl	%ecx, %eax
	movzbl	7(%edx), %ecx
	shll	$24, %ecx
	orl	%ecx, %eax
	movl	TSS_EIP(%eax), %eax
	movl	%eax, PAGE_PARAMS + 4(%ebx)
	movl	$0, PAGE_PARAMS + 8(%ebx)	/* line */
	movl	$0, PAGE_PARAMS + 12(%ebx)	/* length of the text */

	movl	$OPERATION_TERMINATE, PAGE_OPERATION(%ebx)
	leal	PAGE_HOST(%ebx), %eax
	pushl	%eax
	leal	PAGE_GUEST(%ebx), %eax
	pushl	%eax
	pushl	%ebx
	leal	PAGE_CODE(%ebx), %eax
	call	*%eax
3:	jmp	3b				/* the host never comes back */
	.cfi_endproc
co_emergency_end:
	.size	co_emergency, . - co_emergency

	.section .note.GNU-stack, "", @progbits
