/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry of every test program (Multiboot Specification 0.6.96, section 3.2): a stack, no interrupts, our own tables, C.
 */
#include "selectors.h"

	.section .multiboot, "a"
	.balign	4
header:	.long	0x1badb002, 3, -(0x1badb002 + 3)	/* wants page-aligned modules and the memory map */

	.text
	.globl	start
start:
	movl	%eax, multiboot_magic
	movl	%ebx, multiboot_info
	movl	$kernel_stack_top, %esp
	pushfl
	popl	entry_eflags
	movl	%cr0, %eax
	movl	%eax, entry_cr0
	.set	at, entry_words
	.irp	segment, es, cs, ss, ds, fs, gs
	movl	%\segment:header, %eax
	movl	%eax, at
	movl	%\segment:0xfffffffc, %eax	/* within a limit of 4 GiB; whatever is there */
	.set	at, at + 4
	.endr
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
	.globl	entry_eflags, entry_cr0, entry_words
entry_eflags:	.skip	4		/* the state at entry, and the header's first word by way of each segment */
entry_cr0:	.skip	4
entry_words:	.skip	6 * 4
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
