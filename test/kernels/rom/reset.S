/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flat ROM of 64 KiB: the reset vector, and behind it code that writes down the state it finds before it changes anything, looks
 * at what the segments reach, copies the program of rom.c to 1 MiB and starts it. Offsets here are offsets in the ROM.
 */
#include "state.h"

#define RESUME		0x500		/* word: where a fault goes on */
#define FAULTS		0x504		/* dword: how many there were */
#define DESCRIPTOR	0x408		/* in the table that LDTR holds; its selector is 40Ch */
#define PROBE		0x700
#define STACK		0x7000
#define TABLES		0x10000		/* directory and two page tables */
#define HIGH_PAGE	0x20000
#define LOW_PAGE	0x21000
#define IMAGE		0x100000
#define LOADER_MAGIC	0x2badb002

	.section .image, "a"
	.globl	image
image:	.incbin	"build/rom/rom.bin"
	.globl	image_size
	.set	image_size, . - image

	.section .reset, "ax"
	.code16
reset:
	movl	%eax, STATE_REGISTERS
	movl	%ecx, STATE_REGISTERS + 4
	movl	%edx, STATE_REGISTERS + 8
	movl	%ebx, STATE_REGISTERS + 12
	movl	%esp, STATE_REGISTERS + 16
	movl	%ebp, STATE_REGISTERS + 20
	movl	%esi, STATE_REGISTERS + 24
	movl	%edi, STATE_REGISTERS + 28
	.set	at, STATE_SELECTORS
	.irp	segment, es, cs, ss, ds, fs, gs
	movl	%\segment, %eax
	movl	%eax, at
	.set	at, at + 4
	.endr
	movl	$STACK, %esp
	pushfl
	popl	STATE_EFLAGS
	.set	at, STATE_CR
	.irp	register, cr0, cr2, cr3, cr4, dr0, dr1, dr2, dr3, dr6, dr7
	movl	%\register, %eax
	movl	%eax, at
	.set	at, at + 4
	.endr
	sgdtl	STATE_GDT
	sidtl	STATE_IDT
	movl	%cs:magic, %eax
	movl	%eax, STATE_BY_CS

	/*
	 * The base of CS cannot be read, but paging tells addresses apart: FFFFE000h and FE000h lead to pages of RAM with two words.
	 * First for the segment that the reset vector is in, then behind a far jump.
	 */
	movw	$TABLES >> 4, %ax
	movw	%ax, %es
	xorl	%eax, %eax
	xorw	%di, %di
	movw	$3 * 1024, %cx
	cld
	rep stosl
	movl	$TABLES + 0x1000 + 3, %es:0
	movl	$TABLES + 0x2000 + 3, %es:0xffc
	movl	$3, %eax
	movw	$0x1000, %di
1:	stosl
	addl	$0x1000, %eax
	cmpl	$0x100003, %eax
	jne	1b
	movl	$0xffff0003, %eax
	movw	$0x2000 + 4 * 0x3f0, %di
1:	stosl
	addl	$0x1000, %eax
	jnc	1b
	movl	$HIGH_PAGE + 3, %es:0x2000 + 4 * 0x3fe
	movl	$LOW_PAGE + 3, %es:0x1000 + 4 * 0xfe
	movw	$HIGH_PAGE >> 4, %ax
	movw	%ax, %es
	movl	$STATE_HIGH, %es:0
	movl	$STATE_LOW, %es:LOW_PAGE - HIGH_PAGE
	xorw	%ax, %ax
	movw	%ax, %es
	movl	$TABLES, %eax
	movl	%eax, %cr3
	call	peek
	movl	%ecx, STATE_BY_HIGH_CS
	ljmp	$0xf000, $1f
1:	call	peek
	movl	%ecx, STATE_BY_LOW_CS

	/* Segments: a dword written by way of each, then a byte and a word at FFFFh. */
	movw	$fault, 13 * 4
	movw	$0xf000, 13 * 4 + 2
	movw	$fault, 12 * 4
	movw	$0xf000, 12 * 4 + 2
	.set	n, 0
	.irp	segment, ds, es, ss, fs, gs
	movl	$STATE_MAGIC + n, %\segment:PROBE
	movl	PROBE, %eax
	movl	%eax, STATE_WRITTEN + 4 * n
	movl	$0, FAULTS
	movw	$1f, RESUME
	movb	%\segment:0xffff, %al
1:	movl	FAULTS, %eax
	movl	%eax, STATE_BYTE_FAULTS + 4 * n
	movl	$0, FAULTS
	movw	$1f, RESUME
	movw	%\segment:0xffff, %ax
1:	movl	FAULTS, %eax
	movl	%eax, STATE_WORD_FAULTS + 4 * n
	.set	n, n + 1
	.endr

	/* Protected mode, and a segment out of the table that LDTR holds. */
	movl	$0x0000ffff, DESCRIPTOR
	movl	$0x00009300, DESCRIPTOR + 4
	lgdtl	%cs:gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$8, $0xf0000 + protected

/* The word at E000h of CS, as paging shows it. */
peek:	movl	%cr0, %ebx
	movl	%ebx, %eax
	orl	$0x80000001, %eax
	movl	%eax, %cr0
	jmp	1f
1:	movl	%cs:0xe000, %ecx
	movl	%ebx, %cr0
	ret

/* A #GP or #SS: goes on at RESUME. */
fault:	incl	FAULTS
	addw	$2, %sp
	pushw	RESUME
	iretw

	.code32
protected:
	movl	$16, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	sldt	%eax
	movl	%eax, STATE_LDT_SELECTOR
	str	%eax
	movl	%eax, STATE_TASK_SELECTOR
	movl	$DESCRIPTOR + 4, %eax
	movl	%eax, %fs
	movl	%fs:STATE_BY_CS, %eax
	movl	%eax, STATE_BY_LDT
	movl	$16, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	movl	$0xf0000 + image, %esi
	movl	$IMAGE, %edi
	movl	$image_size, %ecx
	cld
	rep movsb
	movl	$LOADER_MAGIC, %eax
	movl	$STATE, %ebx
	movl	$start, %ecx
	jmp	*%ecx

	.balign	4
magic:	.long	STATE_MAGIC
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word	23
	.long	0xf0000 + gdt

	.section .vector, "ax"
	.code16
	.globl	_start
_start:	.byte	0xe9
	.word	reset - (. + 2)
	.balign	16, 0xff

	.section .note.GNU-stack, "", @progbits
