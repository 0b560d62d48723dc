/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock-step image: a multiboot kernel that runs about 360,000 instructions of every kind an i686 kernel and its
 * programs use, without one interrupt, and prints a checksum on COM1. Two CPUs can be run side by side and compared after
 * each instruction; the sum alone also tells. Ends by port F4h.
 *
 * This file: start, descriptor tables, paging (identity, 4 MiB), the checksum, printing.
 */
#include "lockstep.h"

	.section .multiboot, "a"
	.balign	4
	.long	0x1badb002, 0, -0x1badb002

	.text
	.globl	start, mix, random
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
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	call	build_tables
	call	build_paging
	movl	$80, %ebp
2:	call	test_arithmetic
	call	test_shifts
	call	test_multiply
	call	test_bits
	call	test_decimal
	decl	%ebp
	jnz	2b
	movl	$26, %ebp
3:	call	test_strings
	call	test_stack
	call	test_segments
	call	test_rings
	decl	%ebp
	jnz	3b
	call	print_checksum
	xorl	%eax, %eax
	outb	%al, $0xf4
4:	cli
	hlt
	jmp	4b

/* The base of a descriptor is split in three: put EAX into the descriptor at EDI. */
set_base:
	movw	%ax, 2(%edi)
	roll	$16, %eax
	movb	%al, 4(%edi)
	movb	%ah, 7(%edi)
	ret

/* EDI = gate, EAX = handler, DX = type */
set_gate:
	movw	%ax, (%edi)
	movw	$SELECTOR_CODE, 2(%edi)
	movw	%dx, 4(%edi)
	shrl	$16, %eax
	movw	%ax, 6(%edi)
	ret

build_tables:
	movl	$gdt + SELECTOR_TSS, %edi
	movl	$tss, %eax
	call	set_base
	movl	$gdt + SELECTOR_OTHER_TSS, %edi
	movl	$other_tss, %eax
	call	set_base
	movl	$gdt + SELECTOR_BASED, %edi
	movl	$window, %eax
	call	set_base
	movl	$gdt + (SELECTOR_GATE & ~7), %edi
	movl	$call_gate_entry, %eax
	movl	$0xec00, %edx
	call	set_gate
	movl	$idt + 0 * 8, %edi
	movl	$divide_error, %eax
	movl	$0x8e00, %edx
	call	set_gate
	movl	$idt + 3 * 8, %edi
	movl	$breakpoint, %eax
	movl	$0xef00, %edx			/* trap gate, for ring 3 too */
	call	set_gate
	movl	$idt + 13 * 8, %edi
	movl	$general_protection, %eax
	movl	$0x8e00, %edx
	call	set_gate
	movl	$idt + 14 * 8, %edi
	movl	$page_fault, %eax
	movl	$0x8e00, %edx
	call	set_gate
	movl	$idt + 0x80 * 8, %edi
	movl	$system_call, %eax
	movl	$0xee00, %edx
	call	set_gate
	lidt	idt_descriptor
	movl	$SELECTOR_TSS, %eax
	ltr	%ax
	ret

build_paging:
	movl	$page_table, %edi
	movl	$0x007, %eax			/* present, writable, user */
	movl	$1024, %ecx
	cld
1:	stosl
	addl	$0x1000, %eax
	loop	1b
	movl	$0, page_table + (HOLE >> 12) * 4
	movl	$page_table + 7, page_directory
	movl	$page_directory, %eax
	movl	%eax, %cr3
	movl	%eax, tss + 28			/* a task switch loads CR3, but never stores it */
	movl	%eax, other_tss + 28
	movl	%cr0, %eax
	orl	$0x80010000, %eax		/* PG, WP */
	movl	%eax, %cr0
	ret

/* CHECK has pushed flags, value, mask. All registers survive. */
mix:
	pushl	%eax
	movl	16(%esp), %eax
	andl	8(%esp), %eax
	addl	12(%esp), %eax
	roll	$5, checksum
	xorl	%eax, checksum
	addl	$0x9e3779b9, checksum
	popl	%eax
	ret	$12

/* EAX = the next pseudo-random number (a linear congruential generator) */
random:
	imull	$1664525, seed, %eax
	addl	$1013904223, %eax
	movl	%eax, seed
	bswap	%eax
	ret

print_character:
	pushl	%eax
	movw	$0x3fd, %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	movw	$0x3f8, %dx
	popl	%eax
	outb	%al, %dx
	ret

print_checksum:
	movl	$message, %esi
1:	lodsb
	testb	%al, %al
	jz	2f
	call	print_character
	jmp	1b
2:	movl	$8, %ecx
3:	roll	$4, checksum
	movl	checksum, %ebx
	andl	$15, %ebx
	movb	digits(%ebx), %al
	call	print_character
	loop	3b
	movb	$'\n', %al
	jmp	print_character

	.section .rodata
message:	.asciz	"lockstep: checksum "
digits:		.ascii	"0123456789abcdef"

	.data
	.balign	8
	.globl	gdt
gdt:	.quad	0
	.quad	0x00cf9a000000ffff
	.quad	0x00cf92000000ffff
	.quad	0x00cffa000000ffff
	.quad	0x00cff2000000ffff
	.quad	0x0000890000000067		/* two TSS of 104 bytes */
	.quad	0x0000890000000067
	.quad	0x0040f20000000fff		/* one page of data, ring 3 */
	.quad	0
gdt_end:
gdt_descriptor:
	.word	gdt_end - gdt - 1
	.long	gdt
idt_descriptor:
	.word	256 * 8 - 1
	.long	idt
	.balign	4
	.globl	checksum, tss, other_tss
checksum:	.long	0x12345678
seed:		.long	20040125
tss:	.long	0, ring0_stack_top, SELECTOR_DATA
	.fill	22, 4, 0
	.word	0, 104
other_tss:					/* the fields at 4-byte steps: SDM vol. 3, 7.2.1 */
	.long	0, 0, 0, 0, 0, 0, 0, 0
	.long	other_task, 2, 0, 0, 0, 0, other_stack_top, 0, 0, 0
	.long	SELECTOR_DATA, SELECTOR_CODE, SELECTOR_DATA, SELECTOR_DATA, 0, 0, 0
	.word	0, 104

	.bss
	.balign	4096
	.globl	page_table, ring0_stack_top, window, buffer, user_stack_top, stack_top
page_directory:	.skip	4096
page_table:	.skip	4096
idt:		.skip	4096
window:		.skip	4096
buffer:		.skip	4096
		.skip	4096
stack_top:	.skip	4096
ring0_stack_top: .skip	4096
other_stack_top: .skip	4096
user_stack_top:

	.section .note.GNU-stack, "", @progbits
