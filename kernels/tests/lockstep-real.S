/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lock-step image: real mode (SDM vol. 3B, chapter 20). Copies itself below 1 MiB, leaves protected mode as boot code does, and
 * runs 16-bit code with both operand and address sizes, far calls, software interrupts through its own vectors, strings,
 * big real mode, then comes back.
 */
#define GDT_ENTRIES \
	.quad	0x00009b020000ffff, 0x000093020000ffff
#define SELECTOR_CODE16	0x18	/* 64 KiB from 20000h */
#define SELECTOR_DATA16	0x20
#define SEGMENT		0x2000
#define ROUNDS		60

#include "lockstep-start.inc.S"

main:
	movl	$real_start, %esi
	movl	$SEGMENT * 16, %edi
	movl	$real_end - real_start, %ecx
	cld
	rep movsb
	movl	%esp, saved_esp
	ljmp	$SELECTOR_CODE16, $to_real - real_start

back:
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	saved_esp, %esp
	lidt	(SEGMENT * 16 + protected_idt - real_start)
	ret

/* Offsets from here are offsets in SEGMENT. */
#define AT(label)	(label - real_start)
	.balign	16
	.code16
real_start:
to_real:
	movw	$SELECTOR_DATA16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$AT(real_stack_top), %sp
	lidtl	AT(real_idt)
	movl	%cr0, %eax
	andb	$~1, %al
	movl	%eax, %cr0
	ljmpw	$SEGMENT, $AT(1f)
1:	movw	%cs, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$ROUNDS, %bp
2:	call	real_round
	decw	%bp
	jnz	2b
	/* Big real mode: a limit of 4 GiB stays in DS. */
	lgdtl	AT(big_gdt)
	movl	%cr0, %eax
	incw	%ax
	movl	%eax, %cr0
	movw	$0x10, %bx
	movw	%bx, %gs
	decw	%ax
	movl	%eax, %cr0
	xorw	%bx, %bx
	movw	%bx, %gs
	movl	$0x100000, %ebx
	addr32 movl %gs:(%ebx), %ecx		/* the multiboot header */
	/* Back to protected mode. */
	lgdtl	AT(big_gdt)
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$SELECTOR_CODE, $back

real_random:
	imull	$1664525, AT(real_seed), %eax
	addl	$1013904223, %eax
	movl	%eax, AT(real_seed)
	bswapl	%eax
	ret

real_round:
	call	real_random
	movl	%eax, %ebx
	call	real_random
	addw	%bx, %ax
	adcl	%ebx, %eax
	subb	%bh, %al
	sbbw	$0x1234, %ax
	imulw	%bx, %ax
	pushw	%ax
	pushl	%eax
	pushfw
	popw	%cx
	pushfl
	popl	%edx
	popl	%edi
	popw	%si
	xorw	%di, %di
	andw	$0xfff, %bx
	movw	%ax, AT(buffer)(%bx)
	andw	$0xff, %si
	movb	AT(buffer)(%bx, %si), %cl
	lea	AT(buffer)(%bx, %si), %dx
	movzwl	%bx, %ebx
	movzwl	%si, %esi
	addr32 movl AT(buffer)(%ebx, %esi, 4), %ecx
	addr32 leal 5(%ebx, %esi, 8), %edx
	/* Strings in both directions, with 16-bit counts. */
	pushw	%bp
	movw	$AT(buffer), %si
	movw	$AT(buffer) + 0x40, %di
	movw	$9, %cx
	cld
	rep movsw
	std
	movw	$5, %cx
	rep movsb
	cld
	movw	$AT(buffer), %si
	movw	$AT(buffer) + 0x40, %di
	movw	$6, %cx
	repe cmpsw
	movw	$7, %cx
	movl	$0x55, %eax
	repne scasb
	/* Far calls of both sizes, near ones, an interrupt, a divide error. */
	lcallw	$SEGMENT, $AT(far_return)
	lcallw	*AT(far_pointer)
	call	near_return
	movw	%bp, %ax
	int	$0x20
	movw	$1, %dx
	xorw	%bx, %bx
	divw	%bx				/* #DE: the handler steps over it */
	movw	$AT(buffer) + 0x100, %bp	/* a frame to copy from */
	enterw	$8, $2
	movw	%ax, -2(%bp)
	leavew
	pushaw
	popaw
	pushal
	popal
	lesw	AT(far_pointer), %bx
	movw	%cs, %ax
	movw	%ax, %es
	movb	$0x99, %al
	addb	$0x27, %al
	daa
	aaa
	aam
	aad
	/* A shifted segment sees the same bytes at other offsets. */
	movw	$SEGMENT + 0x10, %ax
	movw	%ax, %fs
	movl	%fs:AT(buffer) - 0x100, %ecx
	popw	%bp
	ret

far_return:
	incw	%ax
	lretw
near_return:
	notw	%ax
	ret
software_interrupt:
	pushw	%bp
	movw	%sp, %bp
	xorw	$1, 6(%bp)			/* CF of the caller */
	popw	%bp
	incw	%cx
	iretw
divide_error:
	pushw	%bp
	movw	%sp, %bp
	addw	$2, 2(%bp)			/* the length of DIV BX */
	popw	%bp
	iretw

	.balign	4
real_seed:	.long	20040127
far_pointer:	.word	AT(far_return), SEGMENT
real_idt:
	.word	0x21 * 4 - 1
	.long	SEGMENT * 16 + AT(vectors)
protected_idt:
	.word	0
	.long	0
big_gdt:
	.word	5 * 8 - 1
	.long	gdt
	.balign	4
vectors:
	.word	AT(divide_error), SEGMENT
	.fill	0x1f, 4, 0
	.word	AT(software_interrupt), SEGMENT
	.balign	16
buffer:	.fill	0x1400, 1, 0x55
	.fill	256, 1, 0
real_stack_top:
real_end:
	.code32

	.bss
saved_esp:	.skip	4
