/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protected-mode entry of the bzImage: at its first byte, ESI points to boot_params. Everything else is checked in C. */
	.section .entry, "ax"
	.globl	start
start:
	pushfl
	popl	entry_eflags
	movl	%ebx, entry_zeros
	movl	%edi, entry_zeros + 4
	movl	%ebp, entry_zeros + 8
	.set	at, entry_selectors
	.irp	segment, cs, ds, es, ss
	movl	%\segment, %eax
	movw	%ax, at
	.set	at, at + 2
	.endr
	movl	$0x10, %eax		/* __BOOT_CS and __BOOT_DS can be loaded again */
	pushl	%eax
	pushl	$1f
	lret
1:	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$stack_top, %esp
	pushl	%esi
	call	kernel_main
2:	cli
	hlt
	jmp	2b

	.data
	.globl	entry_eflags, entry_zeros, entry_selectors
entry_eflags:	.long	-1
entry_zeros:	.long	-1, -1, -1
entry_selectors: .word	0, 0, 0, 0

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", @progbits
