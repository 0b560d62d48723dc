/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entry of the benchmark image (Multiboot Specification 0.6.96, section 3.2): a stack, and C. */
	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002

	.text
	.globl	start
start:
	movl	$stack_top, %esp
	subl	$8, %esp			/* a multiple of 16 before the call, as the ABI has it */
	pushl	%ebx
	pushl	%eax
	call	bench_main
1:	cli
	hlt
	jmp	1b

	.bss
	.balign	16
	.skip	65536
	.globl	stack_top
stack_top:

	.section .note.GNU-stack, "", @progbits
