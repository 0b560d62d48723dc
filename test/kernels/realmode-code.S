/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into real-address mode and back (SDM vol. 3A, 9.9): `run_real` leaves protected mode through 16-bit segments and enters
 * the context in `REAL`, which realmode.c has filled in; the first interrupt or exception ends it. What lies between `real_low` and
 * `real_low_end` runs at REAL, below 1 MiB, and keeps its data in its own code segment.
 */
#include "realmode.h"

#define AT(label)	((label) - real_low)
#define IN(field)	(FRAME_##field)
#define OUT(field)	(OUTCOME + FRAME_##field)

	.text
	.globl	run_real
run_real:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushfl
	movl	%esp, program_esp
	sidt	program_idt
	sgdt	REAL + GDT_POINTER
	lidt	real_idt
	movw	%cs:leave_es, %es
	movw	%cs:leave_ds, %ds
	movw	%cs:leave_fs, %fs
	movw	%cs:leave_gs, %gs
	movw	%cs:leave_ss, %ss
	ljmp	$LEAVE_CODE, $AT(leave)

	.globl	real_return
real_return:
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	movl	program_esp, %esp
	lidt	program_idt
	popfl
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

	.section .near, "ax"
	.code16
	.globl	real_low, real_low_end
real_low:
	.skip	STACK_END
leave:
	movl	%cr0, %eax
	andb	$0xfe, %al
	movl	%eax, %cr0
	ljmp	$REAL_SEGMENT, $AT(1f)
1:	movw	%cs, %ax
	movw	%ax, %ss
	movl	$STACK_END, %esp
	pushl	%cs:IN(EFLAGS)
	popfl
	/* From here on the flags must stay as they are. */
	movw	%cs:IN(SS), %ss
	movl	%cs:IN(ESP), %esp
	movw	%cs:IN(V86_ES), %es
	movw	%cs:IN(V86_DS), %ds
	movw	%cs:IN(V86_FS), %fs
	movw	%cs:IN(V86_GS), %gs
	movl	%cs:IN(EAX), %eax
	movl	%cs:IN(ECX), %ecx
	movl	%cs:IN(EDX), %edx
	movl	%cs:IN(EBX), %ebx
	movl	%cs:IN(EBP), %ebp
	movl	%cs:IN(ESI), %esi
	movl	%cs:IN(EDI), %edi
	ljmpl	*%cs:IN(EIP)

end:
	movl	%eax, %cs:OUT(EAX)
	movb	$2, %al				/* A20 on, where the program needs it */
	outb	%al, $0x92
	movl	%ecx, %cs:OUT(ECX)
	movl	%edx, %cs:OUT(EDX)
	movl	%ebx, %cs:OUT(EBX)
	movl	%ebp, %cs:OUT(EBP)
	movl	%esi, %cs:OUT(ESI)
	movl	%edi, %cs:OUT(EDI)
	movw	%es, %cs:OUT(V86_ES)
	movw	%ds, %cs:OUT(V86_DS)
	movw	%fs, %cs:OUT(V86_FS)
	movw	%gs, %cs:OUT(V86_GS)
	movw	%ss, %cs:OUT(SS)
	popw	%cs:OUT(EIP)
	popw	%cs:OUT(CS)
	popw	%cs:OUT(EFLAGS)
	movl	%esp, %cs:OUT(ESP)
	movw	%cs, %ax
	movw	%ax, %ss
	movl	$STACK_END, %esp
	pushfl
	popl	%cs:HANDLER_FLAGS
	cld
	cli
	lgdtl	%cs:GDT_POINTER
	movl	%cr0, %eax
	movl	%eax, %cs:HANDLER_CR0
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$KERNEL_CODE, $real_return

	/* One for each vector, as the interrupt table of a case has them. */
	.balign	16
	.globl	real_stubs
real_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	movb	$vector, %cs:OUT(VECTOR)
	jmp	end
	.set	vector, vector + 1
	.endr

real_low_end:
	.code32

	.bss
	.balign	4
program_esp:	.skip	4
program_idt:	.skip	8

	.section .note.GNU-stack, "", @progbits
