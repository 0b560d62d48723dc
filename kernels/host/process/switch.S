/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * void context_switch(uint32_t *from_esp, uint32_t to_esp): puts the kernel stack of one process away and goes on
 * with that of another, which left by the same call. The registers that a C function must keep lie on the stack; the
 * others nobody expects to survive a call. Interrupts are off.
 */
	.cfi_sections .debug_frame
	.text
	.globl	context_switch
	.type	context_switch, @function
context_switch:
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
	.size	context_switch, . - context_switch

	.section .note.GNU-stack, "", @progbits
