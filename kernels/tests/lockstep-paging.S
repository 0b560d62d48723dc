/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lock-step image: paging (SDM vol. 3A, chapter 4). Page faults in rings 0 and 3 of every kind, accessed and dirty bits,
 * INVLPG, two address spaces with a global page, pages of 4 MiB, WP on and off, accesses across pages, code on aliases.
 * Everything that a fault tells ends in registers; the tables themselves are compared as memory.
 */
#define GDT_ENTRIES \
	.quad	0x00cffb000000ffff, 0x00cff3000000ffff, 0x0000890000000067
#define SELECTOR_USER_CODE	0x1b
#define SELECTOR_USER_DATA	0x23
#define SELECTOR_TSS		0x28

#define PRESENT		1
#define WRITABLE	2
#define USER		4
#define ACCESSED	0x20
#define DIRTY		0x40
#define LARGE		0x80
#define GLOBAL		0x100
#define WINDOW		0x400000	/* its table is window_table: pages for the cases */
#define LARGE_WINDOW	0x800000
#define ROUNDS		60

#include "lockstep-start.inc.S"

main:
	call	build
	movl	$ROUNDS, %ebp
1:	call	kernel_cases
	call	user_cases
	call	spaces
	decl	%ebp
	jnz	1b
	ret

build:
	movl	$tss, %eax
	movw	%ax, gdt + SELECTOR_TSS + 2
	shrl	$16, %eax
	movb	%al, gdt + SELECTOR_TSS + 4
	movl	$idt + 14 * 8, %edi
	movl	$page_fault, %eax
	movl	$0x8e00, %edx
	call	set_gate
	movl	$idt + 0x80 * 8, %edi
	movl	$leave_ring3, %eax
	movl	$0xee00, %edx
	call	set_gate
	lidt	idt_descriptor
	movl	$SELECTOR_TSS, %eax
	ltr	%ax
	cld
	movl	$low_table, %edi		/* identity for everybody; the image uses the first 4 MiB */
	movl	$PRESENT | WRITABLE | USER, %eax
	movl	$1024, %ecx
2:	stosl
	addl	$0x1000, %eax
	loop	2b
	movl	$low_table + (PRESENT | WRITABLE | USER), directory
	movl	$low_table + (PRESENT | WRITABLE | USER), directory2
	movl	$window_table + (PRESENT | WRITABLE | USER), directory + (WINDOW >> 22) * 4
	movl	$window_table2 + (PRESENT | WRITABLE | USER), directory2 + (WINDOW >> 22) * 4
	movl	$LARGE | PRESENT | WRITABLE, directory + (LARGE_WINDOW >> 22) * 4
	movl	$LARGE | PRESENT | WRITABLE, directory2 + (LARGE_WINDOW >> 22) * 4
	movl	%cr4, %eax
	orl	$0x90, %eax			/* PSE, PGE */
	movl	%eax, %cr4
	movl	$directory, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80010000, %eax		/* PG, WP */
	movl	%eax, %cr0
	ret

/* EDI = gate, EAX = handler, DX = type */
set_gate:
	movw	%ax, (%edi)
	movw	$SELECTOR_CODE, 2(%edi)
	movw	%dx, 4(%edi)
	shrl	$16, %eax
	movw	%ax, 6(%edi)
	ret

/* A random page of the window gets a random entry that leads to `frames`. EBX = its linear address. */
map_random:
	call	random
	movl	%eax, %ebx
	andl	$0x7000, %ebx			/* eight pages of the window ... */
	movl	%eax, %ecx
	shrl	$16, %ecx
	andl	$0x3000, %ecx			/* ... on four frames */
	movl	%eax, %edx
	shrl	$5, %edx
	andl	$PRESENT | WRITABLE | USER, %edx
	leal	frames(%ecx, %edx), %ecx
	movl	%ebx, %edx
	shrl	$12, %edx
	movl	%ecx, window_table(, %edx, 4)
	addl	$WINDOW, %ebx
	invlpg	(%ebx)
	ret

/* Where an access faults, ESI tells: the handler adds to it and goes on behind `skip`. */
kernel_cases:
	xorl	%esi, %esi
	call	map_random
	movl	$1f, skip
	movl	0x10(%ebx), %eax
1:	movl	$1f, skip
	movl	%ebp, 0x20(%ebx)
1:	movl	$1f, skip
	movw	%bp, 0xfff(%ebx)		/* into the next page */
1:	movl	$1f, skip
	pushl	0xffe(%ebx)
	popl	%eax
1:	movl	$1f, skip
	leal	0xff8(%ebx), %edi
	movl	$4, %ecx
	rep stosl
1:	movl	%cr0, %eax
	xorl	$0x10000, %eax			/* WP the other way */
	movl	%eax, %cr0
	movl	$1f, skip
	movl	%ebp, 0x30(%ebx)
1:	movl	%ebx, %eax
	andl	$0x3ff000, %eax
	shrl	$10, %eax
	andl	$~(ACCESSED | DIRTY), window_table(%eax)
	invlpg	(%ebx)
	movl	$1f, skip
	cmpb	$0, 0x40(%ebx)
1:	movl	window_table(%eax), %edx
	movl	$1f, skip
	movb	$1, 0x41(%ebx)
1:	movl	window_table(%eax), %edx
	movl	LARGE_WINDOW + 0x100000, %eax	/* a page of 4 MiB onto physical 0: the multiboot header */
	movl	directory + (LARGE_WINDOW >> 22) * 4, %edx
	ret

user_cases:
	call	map_random
	movl	%esp, saved_esp
	pushl	$SELECTOR_USER_DATA
	pushl	$user_stack_top
	pushl	$2
	pushl	$SELECTOR_USER_CODE
	pushl	$user_code
	iret

user_code:
	movl	$SELECTOR_USER_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	xorl	%esi, %esi
	movl	$1f, skip
	movl	0x10(%ebx), %eax
1:	movl	$1f, skip
	movl	%ebp, 0x24(%ebx)
1:	movl	$1f, skip
	movl	LARGE_WINDOW, %eax		/* of the supervisor */
1:	movl	$1f, skip
	movl	%esp, %ecx
	leal	0x800(%ebx), %esp
	pushl	%ebp
1:	movl	%ecx, %esp
	movl	$2f, skip
	movb	$0xc3, 0x100(%ebx)		/* RET, called where the page allows both */
	leal	0x100(%ebx), %eax
	call	*%eax
2:	movl	%ecx, %esp
	int	$0x80

leave_ring3:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	saved_esp, %esp
	ret

/* Another address space, in which a global page of the first stays. */
spaces:
	movl	$frames + (PRESENT | WRITABLE | GLOBAL), window_table + 0x10 * 4
	movl	$frames + 0x1000 + (PRESENT | WRITABLE | GLOBAL), window_table2 + 0x10 * 4
	movl	$frames + 0x2000 + (PRESENT | WRITABLE), window_table + 0x11 * 4
	movl	$frames + 0x3000 + (PRESENT | WRITABLE), window_table2 + 0x11 * 4
	invlpg	WINDOW + 0x10000
	invlpg	WINDOW + 0x11000
	movl	WINDOW + 0x11000, %ecx
	movl	$directory2, %eax
	movl	%eax, %cr3
	movl	WINDOW + 0x11000, %ecx
	invlpg	WINDOW + 0x10000
	movl	WINDOW + 0x10000, %ecx
	addl	%ebp, WINDOW + 0x11004
	movl	$directory, %eax
	movl	%eax, %cr3
	movl	WINDOW + 0x11004, %ecx
	ret

/* ESI = ESI rotated, plus CR2, plus the error code. Returns to `skip`. */
page_fault:
	roll	$3, %esi
	addl	(%esp), %esi
	pushl	%eax
	movl	%cr2, %eax
	addl	%eax, %esi
	movw	$SELECTOR_DATA, %ax
	movl	%eax, %ds
	movl	skip, %eax
	movl	%eax, 8(%esp)
	testb	$3, 12(%esp)
	jz	1f
	movw	$SELECTOR_USER_DATA, %ax
	movl	%eax, %ds
1:	popl	%eax
	addl	$4, %esp
	iret

	.data
	.balign	8
tss:	.long	0, ring0_stack_top, SELECTOR_DATA
	.fill	22, 4, 0
	.word	0, 104
idt_descriptor:
	.word	256 * 8 - 1
	.long	idt

	.bss
	.balign	4096
directory:	.skip	4096
directory2:	.skip	4096
low_table:	.skip	4096
window_table:	.skip	4096
window_table2:	.skip	4096
frames:		.skip	4 * 4096
idt:		.skip	4096
		.skip	4096
user_stack_top:	.skip	4096
ring0_stack_top:
saved_esp:	.skip	4
skip:		.skip	4
