/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Code of fpustate.c that the C compiler cannot make: a visit to real mode, and the snippets that run in every mode. Those are
 * assembled twice, for 16- and 32-bit code segments, and are copied to linear address LOW_CODE.
 */
#include "selectors.h"

#define HERE		0x6000		/* where the 16-bit part of the visit lies: 600h:0 */
#define CODE16		0x80
#define DATA16		0x88

	.text
	.globl	real_run
real_run:				/* void real_run(void): runs 800h:0 until its INT END */
	pushal
	pushfl
	movl	%esp, saved_esp
	sidt	saved_idt
	lidt	real_idt
	movl	$real_image, %esi
	movl	$HERE, %edi
	movl	$real_image_end - real_image, %ecx
	rep movsb
	movw	$real_return - real_image, END * 4
	movw	$HERE >> 4, END * 4 + 2
	ljmp	$CODE16, $0
real_back:
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	saved_esp, %esp
	lidt	saved_idt
	popfl
	popal
	ret

	.code16
real_image:
	movw	$DATA16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %gs
	movw	%ax, %ss
	movl	%cr0, %eax
	andb	$0xfe, %al
	movl	%eax, %cr0
	ljmp	$HERE >> 4, $1f - real_image
1:	movw	$0x900, %ax
	movw	%ax, %ds
	movw	$0x910, %ax
	movw	%ax, %es
	movw	$0xa00, %ax
	movw	%ax, %ss
	movw	$0x800, %sp
	ljmp	$0x800, $0
real_return:
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$KERNEL_CODE, $real_back
real_image_end:
	.code32

	.data
	.balign	4
	.word	0
real_idt:
	.word	0x3ff
	.long	0
	.word	0
saved_idt:
	.skip	6
	.balign	4
saved_esp:
	.long	0

/*
 * `both name` makes name_16_16, name_16_32, name_32_16 and name_32_32: the second number is the operand size of what is prefixed
 * by `size`. Input is at 40h and 200h, output at 100h and 300h.
 */
	.macro	size n
	.if	wide != \n
	.byte	0x66
	.endif
	.endm

	.macro	snippet name, n
	.globl	\name
\name:	.long	2f - 1f, 3f - 1f		/* length, offset of the instruction that is remembered */
1:	body	\n
	int	$END
2:
	.endm

	.macro	each name
	.code16
	.set	wide, 16
	snippet	\name\()_16_16, 16
	snippet	\name\()_16_32, 32
	.code32
	.set	wide, 32
	snippet	\name\()_32_16, 16
	snippet	\name\()_32_32, 32
	.endm

	.section .rodata
	.macro	body n
	fninit
	nop
3:	fldl	%ds:0x40
	size	\n
	fnstenv	%ds:0x100
	.endm
	each	remember_load

	.purgem	body
	.macro	body n
	fninit
	fld1
3:	fadds	%es:0x44
	fnstcw	%ds:0x300			/* control instructions leave the pointers alone */
	fldcw	%ds:0x300
	fnstsw	%ds:0x302
	fnclex
	size	\n
	fnstenv	%ds:0x100
	.endm
	each	remember_add

	.purgem	body
	.macro	body n
	fninit
	fldz
3:	fstpt	%ss:0x48
	size	\n
	fnsave	%ds:0x100
	fnstenv	%ds:0x300			/* what FNSAVE leaves behind */
	.endm
	each	remember_store

	.purgem	body
	.macro	body n
	fninit
3:	size	\n
	fldenv	%ds:0x200
	size	\n
	fnstenv	%ds:0x100
	.endm
	each	environment

	.purgem	body
	.macro	body n
	fninit
3:	size	\n
	frstor	%ds:0x200
	size	\n
	fnsave	%ds:0x100
	.endm
	each	whole

	.section .note.GNU-stack, "", @progbits
