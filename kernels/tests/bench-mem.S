/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU benchmark: walks 1 MiB of memory with paging on, 8 instructions a round: load, store, read-modify-write. The first
 * word of the multiboot command line in hexadecimal is the number of rounds (none: run for ever).
 */
	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002

	.text
	.globl	start
start:
	call	bench_rounds
	pushl	%eax

	/* Identity map of 4 MiB by small pages. */
	movl	$page_table, %edi
	movl	$3, %eax
	movl	$1024, %ecx
1:	stosl
	addl	$0x1000, %eax
	loop	1b
	movl	$page_table + 3, page_directory
	movl	$page_directory, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0

	popl	%ecx
	xorl	%esi, %esi
2:	movl	0x200000(%esi), %eax
	addl	%ecx, %eax
	movl	%eax, 0x200004(%esi)
	addl	%eax, 0x200040(%esi)
	addl	$0x44, %esi
	andl	$0xffffc, %esi
	decl	%ecx
	jnz	2b
	jmp	bench_end
#include "bench-common.inc.S"

	.bss
	.balign	4096
page_directory:	.skip	4096
page_table:	.skip	4096
