/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Into ring 3 and back (Intel SDM vol. 3, 5.8.6 and 6.12.1).
 *
 * uint32_t enter_user(entry, stack, argument, uint32_t *kernel_esp) makes an IRET frame as if ring 3 had been
 * interrupted just before `entry`. It seems to return when leave_user(code, kernel_esp) puts its stack back.
 */
	.cfi_sections .debug_frame

	.text
	.globl	enter_user
	.type	enter_user, @function
enter_user:
	.cfi_startproc
	pushl	%ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebp, 0
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebx, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %esi, 0
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %edi, 0
	movl	20(%esp), %ecx			/* entry */
	movl	24(%esp), %edx			/* stack */
	movl	28(%esp), %eax			/* argument, in EAX for the program */
	movl	32(%esp), %ebx
	movl	%esp, (%ebx)			/* traps from ring 3 begin below this frame */
	movl	$0x33, %ebx			/* SELECTOR_USER_DATA */
	pushl	%ebx				/* SS */
	.cfi_adjust_cfa_offset 4
	pushl	%edx				/* ESP */
	.cfi_adjust_cfa_offset 4
	pushl	$0x202				/* EFLAGS: interrupts on */
	.cfi_adjust_cfa_offset 4
	pushl	$0x2b				/* CS: SELECTOR_USER_CODE */
	.cfi_adjust_cfa_offset 4
	pushl	%ecx				/* EIP */
	.cfi_adjust_cfa_offset 4
	movl	%ebx, %ds
	movl	%ebx, %es
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	iret
	.cfi_endproc
	.size	enter_user, . - enter_user

	.globl	leave_user
	.type	leave_user, @function
leave_user:
	.cfi_startproc
	movl	4(%esp), %eax
	movl	8(%esp), %esp
	.cfi_def_cfa_offset 20
	.cfi_offset %ebp, -8
	.cfi_offset %ebx, -12
	.cfi_offset %esi, -16
	.cfi_offset %edi, -20
	popl	%edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %edi
	popl	%esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %esi
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebx
	popl	%ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebp
	ret
	.cfi_endproc
	.size	leave_user, . - leave_user

	.section .note.GNU-stack, "", @progbits
