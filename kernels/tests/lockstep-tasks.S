/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lock-step image: hardware task switches (SDM vol. 3A, chapter 7). Two tasks hand a counter to each other by JMP, CALL, IRET
 * with NT, a task gate in the GDT and one in the IDT; one of them is an 80286 task in 16-bit code. Every field that
 * a switch saves or loads shows in the registers after it or in memory at the end.
 */
#define GDT_ENTRIES \
	.quad	0x0000890000000067, 0x0000890000000067, 0x000081000000002b ; \
	.quad	0x0000850000200000, 0x0000850000300000, 0x00009b020000ffff, 0x000093020000ffff
#define SELECTOR_MAIN	0x18
#define SELECTOR_OTHER	0x20
#define SELECTOR_SMALL	0x28	/* an 80286 task */
#define GATE_OTHER	0x30
#define GATE_SMALL	0x38
#define SELECTOR_CODE16	0x40	/* 64 KiB from 20000h, where the code of the 80286 task is copied */
#define SELECTOR_STACK16 0x48
#define SMALL_TASK	0x20000
#define ROUNDS		40

#include "lockstep-start.inc.S"

main:
	movl	$small_task_code, %esi
	movl	$SMALL_TASK, %edi
	movl	$small_task_end - small_task_code, %ecx
	cld
	rep movsb
	movl	$main_tss, %eax
	movl	$gdt + SELECTOR_MAIN, %edi
	call	set_base
	movl	$other_tss, %eax
	movl	$gdt + SELECTOR_OTHER, %edi
	call	set_base
	movl	$small_tss, %eax
	movl	$gdt + SELECTOR_SMALL, %edi
	call	set_base
	movw	$SELECTOR_SMALL, gdt + GATE_SMALL + 2
	lidt	idt_descriptor
	movl	$SELECTOR_MAIN, %eax
	ltr	%ax
	movl	$ROUNDS, %ecx
1:	call	random
	movl	%eax, %ebx
	movl	%eax, %ebp
	notl	%ebp
	xorl	%edx, %edx
	lcall	$SELECTOR_OTHER, $0		/* nested: comes back by IRET */
	clts
	lcall	$GATE_OTHER, $0
	int	$0x40				/* through a task gate */
	cmpl	$0x12345678, %ebx
	stc
	ljmp	$SELECTOR_OTHER, $0		/* not nested: the other task jumps back */
	lcall	$SELECTOR_SMALL, $0
	int	$0x41
	clts
	loop	1b
	ret

/* The other task: returns from nested calls, jumps back where it was jumped to. */
other_task:
	incl	%eax
	leal	(%eax, %eax, 2), %edx
	addl	%edx, %esi
	pushl	%esi
	popl	%edi
	pushfl
	popl	%ebx
	str	%ebp
	testl	$0x4000, %ebx			/* NT: a nested task */
	jz	1f
	iret
	jmp	other_task
1:	ljmp	$SELECTOR_MAIN, $0
	jmp	other_task

/* EAX = base, EDI = descriptor */
set_base:
	movw	%ax, 2(%edi)
	roll	$16, %eax
	movb	%al, 4(%edi)
	movb	%ah, 7(%edi)
	ret

	.code16
small_task_code:
	incw	%ax
	addw	%ax, %si
	pushw	%si
	popw	%di
	str	%bx
	iretw
	jmp	small_task_code
small_task_end:
	.code32

	.data
	.balign	8
main_tss:
	.fill	25, 4, 0
	.word	0, 104
other_tss:					/* SDM vol. 3A, figure 7-2 */
	.fill	8, 4, 0
	.long	other_task, 2
	.long	1, 2, 3, 4, other_stack_top, 6, 7, 8
	.long	SELECTOR_DATA, SELECTOR_CODE, SELECTOR_DATA, SELECTOR_DATA, SELECTOR_DATA, SELECTOR_DATA, 0
	.word	0, 104
small_tss:					/* SDM vol. 3A, figure 7-10 */
	.fill	7, 2, 0
	.word	0, 2
	.word	1, 2, 3, 4, 0x9000, 6, 7, 8
	.word	SELECTOR_DATA, SELECTOR_CODE16, SELECTOR_STACK16, SELECTOR_DATA, 0
	.balign	8
idt:	.fill	0x40, 8, 0
	.word	0, SELECTOR_OTHER, 0x8500, 0
	.word	0, SELECTOR_SMALL, 0x8500, 0
idt_end:
idt_descriptor:
	.word	idt_end - idt - 1
	.long	idt

	.bss
	.skip	4096
other_stack_top:
