/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry of every test program (Multiboot Specification 0.6.96, section 3.2): a stack, no interrupts, our own tables, C.
 */
#include "selectors.h"

	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 3, -(0x1badb002 + 3)	/* wants page-aligned modules and the memory map */

	.text
	.globl	start
start:
	movl	$kernel_stack_top, %esp
	movl	%eax, multiboot_magic
	movl	%ebx, multiboot_info
	pushl	$2
	popfl
	call	init_tables
	ljmp	$KERNEL_CODE, $1f
1:	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	$MAIN_TSS, %eax
	ltr	%ax
	xorl	%eax, %eax
	lldt	%ax				/* after a reset LDTR holds a present table of 64 KiB: SDM vol. 3A, table 9-1 */
	call	test_main
	call	finish
2:	cli
	hlt
	jmp	2b

	.data
	.globl	multiboot_magic, multiboot_info
multiboot_magic: .long	0
multiboot_info:	.long	0

	.bss
	.balign	4096
	.globl	kernel_stack_top, trap_stack, trap_stack_top, ring_stacks, user_stack, user_stack_top
	.skip	16384
kernel_stack_top:
trap_stack:	.skip	4096			/* ESP0 of the TSS */
trap_stack_top:
ring_stacks:	.skip	3 * 4096		/* ESP1 and ESP2 of the TSS point to the ends of the second and third */
user_stack:	.skip	4096
user_stack_top:

	.section .note.GNU-stack, "", @progbits
