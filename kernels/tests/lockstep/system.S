/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Segments, faults, and every way between ring 0 and ring 3 (Intel SDM vol. 3, chapters 3, 5, 6, 7): IRET out, and INT,
 * a call gate, a page fault and SYSENTER in; one hardware task switch there and back.
 */
#include "lockstep.h"

	.text
	.globl	test_segments
test_segments:
	movl	$SELECTOR_BASED, %eax
	movl	%eax, %fs
	call	random
	movl	%eax, %fs:0x40
	movl	window + 0x40, %ebx
	CHECK	%ebx, NONE
	movl	%eax, %fs:0xffc
	movl	$0, buffer
	movw	$SELECTOR_BASED | 3, buffer + 4
	lgs	buffer, %esi
	movl	%gs:0x40(%esi), %ecx
	CHECK	%ecx, NONE
	movl	%gs, %eax
	CHECK	%eax, NONE
	xorl	%edx, %edx
	movl	$SELECTOR_USER_CODE, %eax
	larl	%eax, %edx
	pushfl
	andl	$0x00f0fe00, %edx		/* limit bits are undefined: processors differ */
	popfl
	CHECK	%edx, ZF
	lsll	%eax, %edx
	CHECK	%edx, ZF
	verr	%ax
	CHECK	%eax, ZF
	verw	%ax
	CHECK	%eax, ZF
	movl	$SELECTOR_USER_CODE & ~3, %ecx
	movl	$3, %edx
	arpl	%dx, %cx
	CHECK	%ecx, ZF
	str	%eax
	CHECK	%eax, NONE
	smsw	%ax
	andl	$1, %eax
	CHECK	%eax, NONE
	pushl	%fs
	pushl	$0
	popl	%fs
	popl	%fs
	movl	%fs, %eax
	CHECK	%eax, NONE
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	ret

	.globl	test_rings
test_rings:
	pushal
	movl	%esp, saved_esp
	xorl	%eax, %eax
	xorl	%edx, %edx
	xorl	%ebx, %ebx
	divl	%ebx				/* #DE, skipped by its handler */
	int3

	/* A page that is not there. */
	movl	$0, page_table + (HOLE >> 12) * 4
	movl	$HOLE, %eax
	invlpg	(%eax)
	movl	$1234, HOLE + 8
	CHECK	HOLE + 8, ARITHMETIC

	/* A task switch there and back by IRET with NT. */
	lcall	$SELECTOR_OTHER_TSS, $0
	CHECK	other_tss + 40, NONE		/* its EAX */

	/* SYSENTER's target. */
	xorl	%edx, %edx
	movl	$0x174, %ecx
	movl	$SELECTOR_CODE, %eax
	wrmsr
	incl	%ecx
	movl	$ring0_stack_top, %eax
	wrmsr
	incl	%ecx
	movl	$sysenter_entry, %eax
	wrmsr

	pushl	$SELECTOR_USER_DATA
	pushl	$user_stack_top
	pushl	$2
	pushl	$SELECTOR_USER_CODE
	pushl	$user_code
	iret

user_code:
	movl	$SELECTOR_USER_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	$1, %eax
	int	$0x80
	CHECK	%eax, NONE
	lcall	$SELECTOR_GATE, $0
	CHECK	%eax, NONE
	int3
	movl	%esp, %ecx
	movl	$1f, %edx
	sysenter
1:	CHECK	%eax, NONE
	movl	%cr0, %eax			/* #GP in ring 3, skipped */
	movl	$2, %eax
	int	$0x80				/* does not return */

	.globl	system_call, call_gate_entry, divide_error, breakpoint, general_protection, page_fault, other_task
system_call:
	CHECK_STACK	4
	CHECK_STACK	12
	cmpl	$2, %eax
	je	leave_ring3
	addl	$0x1000, %eax
	iret

leave_ring3:
	movl	saved_esp, %esp
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	popal
	ret

call_gate_entry:
	CHECK_STACK	4
	CHECK_STACK	8
	addl	$0x2000, %eax
	lret

sysenter_entry:
	CHECK	%esp, NONE
	addl	$0x3000, %eax
	sysexit

divide_error:
	CHECK_STACK	4
	addl	$2, (%esp)			/* the length of DIV EBX */
	iret

breakpoint:
	CHECK_STACK	4
	iret

general_protection:
	CHECK_STACK	0
	addl	$4, %esp
	addl	$3, (%esp)			/* the length of MOV EAX, CR0 */
	iret

page_fault:
	CHECK_STACK	0			/* error code */
	pushl	%eax
	movl	%cr2, %eax
	CHECK	%eax, NONE
	cmpl	$HOLE + 8, %eax
	jne	unexpected
	movl	$HOLE + 7, page_table + (HOLE >> 12) * 4
	popl	%eax
	addl	$4, %esp
	iret

unexpected:
	movb	$1, %al
	outb	%al, $0xf4
	hlt

other_task:
	addl	$3, %eax
	str	%edx
	CHECK	%edx, NONE
	iret
	jmp	other_task

	.bss
	.balign	4
saved_esp:	.skip	4

	.section .note.GNU-stack, "", @progbits
