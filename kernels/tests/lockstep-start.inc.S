/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start and end of the small lock-step images: multiboot header, a GDT of flat segments, a stack, then the image's `main`;
 * when that returns, exit by port F4h with 0. And a pseudo-random number for operands. Descriptors have their
 * accessed bits set, for QEMU sets not all of them.
 */
#define SELECTOR_CODE	0x08
#define SELECTOR_DATA	0x10

	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002

	.text
	.globl	start
start:
	movl	$stack_top, %esp
	pushl	$2
	popfl
	lgdt	gdt_descriptor
	ljmp	$SELECTOR_CODE, $1f
1:	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	call	main
	xorl	%eax, %eax
	outb	%al, $0xf4
fail:	movb	$1, %al
	outb	%al, $0xf4
	hlt
	jmp	fail

/* EAX = the next pseudo-random number (a linear congruential generator). Changes flags. */
random:
	imull	$1664525, seed, %eax
	addl	$1013904223, %eax
	movl	%eax, seed
	bswap	%eax
	ret

	.data
	.balign	8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
	GDT_ENTRIES
gdt_end:
gdt_descriptor:
	.word	gdt_end - gdt - 1
	.long	gdt
	.balign	4
seed:	.long	19910825

	.bss
	.balign	4096
	.skip	8192
stack_top:

	.section .note.GNU-stack, "", @progbits
	.text
