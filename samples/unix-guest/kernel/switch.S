/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From one kernel stack to another, and from a kernel stack to ring 3.
 *
 * switch_stacks(uint32_t *save_esp, uint32_t load_esp) returns when another process switches back. A stack at rest ends
 * with EDI, ESI, EBX, EBP and an address to return to; a new process gets a stack that looks so (process.c), with
 * return_to_user or thread_start as the address.
 */
	.cfi_sections .debug_frame

	.text
	.globl	switch_stacks
	.type	switch_stacks, @function
switch_stacks:
	.cfi_startproc
	movl	4(%esp), %eax
	movl	8(%esp), %edx
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
	movl	%esp, (%eax)
	movl	%edx, %esp
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
	.size	switch_stacks, . - switch_stacks

/* A new process of the kernel: EBX = its function, which never returns. */
	.globl	thread_start
	.type	thread_start, @function
thread_start:
	.cfi_startproc
	.cfi_undefined %eip			/* the outermost frame */
	xorl	%ebp, %ebp
	call	*%ebx
	ud2
	.cfi_endproc
	.size	thread_start, . - thread_start

/* resume_user(struct trap_frame *frame) drops the stack below the frame. */
	.globl	resume_user
	.type	resume_user, @function
resume_user:
	.cfi_startproc
	.cfi_undefined %eip
	movl	4(%esp), %esp
	jmp	return_to_user
	.cfi_endproc
	.size	resume_user, . - resume_user

/*
 * ESP = a struct trap_frame, its last five dwords an IRET frame to ring 3: the second half of trap_common in traps.S.
 */
	.globl	return_to_user
	.type	return_to_user, @function
return_to_user:
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa %esp, 68
	.cfi_offset %esp, -8
	.cfi_offset %eip, -20
	.cfi_offset %eax, -32
	.cfi_offset %ecx, -36
	.cfi_offset %edx, -40
	.cfi_offset %ebx, -44
	.cfi_offset %ebp, -52
	.cfi_offset %esi, -56
	.cfi_offset %edi, -60
	popl	%es
	.cfi_adjust_cfa_offset -4
	popl	%ds
	.cfi_adjust_cfa_offset -4
	popal
	.cfi_adjust_cfa_offset -32
	.cfi_restore %eax
	.cfi_restore %ecx
	.cfi_restore %edx
	.cfi_restore %ebx
	.cfi_restore %ebp
	.cfi_restore %esi
	.cfi_restore %edi
	addl	$8, %esp
	.cfi_adjust_cfa_offset -8
	iret
	.cfi_endproc
	.size	return_to_user, . - return_to_user

	.section .note.GNU-stack, "", @progbits
