/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways into and out of ring 3, and from exceptions into C. */
#include "selectors.h"

/* Offsets in struct frame (machine.h). */
#define FRAME_EAX	28
#define FRAME_EBX	16

	.text
/* u32 run_in_ring3(u32 (*code)(u32), u32 argument): returns when the code does, by SYSTEM_EXIT. */
	.globl	run_in_ring3
run_in_ring3:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	20(%esp), %eax
	movl	24(%esp), %edx
	movl	%esp, resume_esp
	movl	$user_stack_top - 16, %ecx
	movl	$user_return, -4(%ecx)
	movl	%edx, (%ecx)			/* the argument, at a multiple of 16 as the ABI has it */
	subl	$4, %ecx
	pushl	$USER_DATA
	pushl	%ecx
	pushl	$2				/* EFLAGS: interrupts off */
	pushl	$USER_CODE
	pushl	%eax
	movl	$USER_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	iretl

user_return:
	movl	%eax, %ebx
	movl	$SYSTEM_EXIT, %eax
	int	$SYSTEM_VECTOR

	.macro	enter handler
	cld
	pushl	%ds
	pushl	%es
	pushal
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%esp, %ebx
	andl	$-16, %esp			/* as the ABI has it */
	subl	$12, %esp
	pushl	%ebx
	call	*\handler
	movl	%ebx, %esp
	.endm

	.macro	leave_trap
	popal
	popl	%es
	popl	%ds
	addl	$8, %esp			/* vector and error code */
	iretl
	.endm

	.globl	system_call_entry
system_call_entry:
	cmpl	$SYSTEM_EXIT, %eax
	je	leave_ring3
	pushl	$0
	pushl	$SYSTEM_VECTOR
	enter	system_call
	leave_trap

leave_ring3:
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%ebx, %eax
	movl	resume_esp, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

	.globl	page_fault_entry
page_fault_entry:
	pushl	$14
	enter	page_fault
	leave_trap

/* u32 sysenter(u32): the way of ring 3 into the kernel, as in Linux's vDSO; SYSEXIT returns to the label. */
	.globl	call_sysenter
call_sysenter:
	movl	4(%esp), %eax
	pushl	%ebp
	movl	%esp, %ebp
	sysenter
sysenter_return:
	popl	%ebp
	ret

	.globl	sysenter_entry
sysenter_entry:
	movl	$KERNEL_DATA, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	subl	$12, %esp
	pushl	%eax
	call	*fast_system_call
	addl	$16, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ecx				/* the stack of ring 3 */
	movl	$USER_DATA, %edx
	movl	%edx, %ds
	movl	%edx, %es
	movl	%ecx, %ebp
	movl	$sysenter_return, %edx
	sysexit

/* The exceptions that nobody expects, 16 bytes each. */
	.globl	exception_entries
	.balign	16
exception_entries:
	.set	vector, 0
	.rept	32
	.balign	16
	.if	(vector == 8) | ((vector >= 10) & (vector <= 14)) | (vector == 17)
	.else
	pushl	$0
	.endif
	pushl	$vector
	jmp	unexpected
	.set	vector, vector + 1
	.endr
unexpected:
	enter	unexpected_exception

	.bss
	.balign	16
	.skip	16384
	.globl	trap_stack_top
trap_stack_top:
	.skip	65536
user_stack_top:
resume_esp:
	.skip	4

	.section .note.GNU-stack, "", @progbits
