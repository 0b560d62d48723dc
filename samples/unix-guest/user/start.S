/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first instruction in ring 3, and the way back into ring 0. On the stack are argc and argv (exec.c). */
	.cfi_sections .debug_frame

	.text
	.globl	user_start
	.type	user_start, @function
user_start:
	.cfi_startproc
	.cfi_undefined %eip			/* the outermost frame */
	xorl	%ebp, %ebp
	movl	(%esp), %eax
	leal	4(%esp), %edx
	pushl	%edx				/* argv */
	pushl	%eax				/* argc */
	call	run_program
	pushl	%eax
	call	exit
	ud2
	.cfi_endproc
	.size	user_start, . - user_start

/* int system_call(int number, up to five more) */
	.globl	system_call
	.type	system_call, @function
system_call:
	.cfi_startproc
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebx, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %esi, 0
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %edi, 0
	movl	16(%esp), %eax
	movl	20(%esp), %ebx
	movl	24(%esp), %ecx
	movl	28(%esp), %edx
	movl	32(%esp), %esi
	movl	36(%esp), %edi
	int	$0x80
	popl	%edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %edi
	popl	%esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %esi
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebx
	ret
	.cfi_endproc
	.size	system_call, . - system_call

	.section .note.GNU-stack, "", @progbits
