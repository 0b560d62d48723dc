/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boots a test program on Bochs, which has no multiboot loader: reads the flat image behind this sector with INT 13h, function 42h,
 * to 64 KiB, copies it to 1 MiB and enters it as the Multiboot Specification (3.2) says, without an information structure.
 */
#define CHUNK	32			/* sectors */
#define CHUNKS	28

	.code16
	.text
	.globl	_start
_start:	jmp	1f
	.balign	4
entry:	.long	0			/* at offset 4: the runner writes the program's entry here */
1:	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$0x7c00, %sp
	movw	$CHUNKS, %cx
2:	pushw	%cx
	movw	$packet, %si
	movb	$0x42, %ah
	int	$0x13
	popw	%cx
	addw	$(CHUNK * 512 / 16), packet + 6
	addl	$CHUNK, packet + 8
	loop	2b
	inb	$0x92, %al
	orb	$2, %al			/* A20 */
	outb	%al, $0x92
	cli
	lgdtl	table
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmp	$8, $3f
	.code32
3:	movw	$16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	$0x10000, %esi
	movl	$0x100000, %edi
	movl	$(CHUNKS * CHUNK * 512 / 4), %ecx
	cld
	rep movsl
	movl	$0x2badb002, %eax
	movl	$information, %ebx
	jmp	*entry

	.balign	8
gdt:	.quad	0, 0x00cf9a000000ffff, 0x00cf92000000ffff
table:	.word	23
	.long	gdt
	.balign	4
packet:	.byte	16, 0
	.word	CHUNK, 0, 0x1000
	.quad	1
information:
	.long	0
	.org	510
	.word	0xaa55
