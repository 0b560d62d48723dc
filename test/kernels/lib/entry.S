/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a case begins and ends. `run_frame` enters a context by IRET, whatever its ring or mode; the first interrupt or exception
 * after that ends it. Its frame is copied into `outcome`, and `run_frame` returns to its caller on its own stack.
 */
#include "selectors.h"

#define FRAME_DWORDS	23
/* Byte offsets in struct frame */
#define EIP_	56
#define CS_	60
#define EFLAGS_	64
#define ESP_	68
#define SS_	72
#define V86_	76
#define VM	0x20000

	.text
	.globl	run_frame
run_frame:					/* void run_frame(const struct frame *) */
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushfl
	movl	24(%esp), %eax
	movl	%esp, resume_esp
	testl	$VM, EFLAGS_(%eax)
	jnz	1f
	testb	$3, CS_(%eax)
	jnz	2f
	movl	SS_(%eax), %ecx			/* IRET to the same ring keeps the stack: go there first */
	movl	%ecx, %ss
	movl	ESP_(%eax), %esp
	jmp	3f
1:	pushl	V86_+12(%eax)
	pushl	V86_+8(%eax)
	pushl	V86_+4(%eax)
	pushl	V86_(%eax)
2:	pushl	SS_(%eax)
	pushl	ESP_(%eax)
3:	pushl	EFLAGS_(%eax)
	pushl	CS_(%eax)
	pushl	EIP_(%eax)
	.irp	offset, 44, 40, 36, 32, 28, 24, 20, 16, 12, 8, 4, 0
	pushl	\offset(%eax)
	.endr
	popl	%gs
	popl	%fs
	popl	%es
	popl	%ds
	popal
	.globl	run_iret			/* where an IRET that faults does so */
run_iret:
	iretl

/*
 * One stub for each vector. Exceptions that push an error code: SDM vol. 3A, table 6-1.
 */
	.section .near, "ax"
	.globl	stubs
	.balign	16
stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	(vector == 8) | ((vector >= 10) & (vector <= 14)) | (vector == 17)
	.else
	pushl	$0
	.endif
	pushl	$vector
	ljmp	$KERNEL_CODE, $common
	.set	vector, vector + 1
	.endr

	.text
common:
	pushal
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%esp, %esi
	movl	%ss, %ecx
	movl	%ecx, outcome_ss
	larl	%ecx, %edx
	jnz	1f				/* SYSENTER needs no descriptor there */
	testl	$0x400000, %edx			/* a 16-bit stack pointer? */
	jnz	1f
	movzwl	%si, %esi
1:	movl	%esi, outcome_esp
	cmpl	$KERNEL_DATA, %ecx
	je	2f
	addl	stack_base, %esi
2:	movl	$outcome, %edi
	movl	$FRAME_DWORDS, %ecx
	cld
	rep movsl
	movl	%cr2, %ecx
	movl	%ecx, outcome_cr2
	movl	%eax, %ss
	movl	resume_esp, %esp
	testl	%esp, %esp
	jz	3f
	movl	$0, resume_esp
	popfl
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
3:	movl	$kernel_stack_top, %esp		/* no case was running: the program itself is wrong */
	call	unexpected

	.bss
	.balign	4
	.globl	outcome, outcome_ss, outcome_esp, outcome_cr2, stack_base, resume_esp
outcome:	.skip	FRAME_DWORDS * 4
outcome_ss:	.skip	4
outcome_esp:	.skip	4
outcome_cr2:	.skip	4
stack_base:	.skip	4
resume_esp:	.skip	4

	.section .note.GNU-stack, "", @progbits
