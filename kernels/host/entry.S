/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every way into the kernel: exceptions, interrupts, and int 0x80 (Intel SDM vol. 3, 6.12). A stub of 16 bytes for each
 * vector pushes a dummy error code where the CPU pushed none, and the vector; the common part builds a struct trap_frame.
 *
 * The call frame information says where everything was saved. The CFA lies behind EFLAGS. The ESP of the interrupted
 * code depends on where the interrupt came from: from ring 3 the CPU has pushed ESP and SS as well. The expression
 * in TRAP_ESP reads the saved CS to tell: CFA, or, if (CS & 3), the dword at CFA.
 *
 * forward_interrupt(gate offset, selector) is the way back in for an interrupt that hit while a guest had the CPU:
 * it pretends the interrupt happened right here, and the ISR's IRET returns to our caller.
 */
#include "x86.h"

	.cfi_sections .debug_frame

/* val_expression(esp): dup; lit8; minus; deref; lit3; and; lit0; eq; bra +1; deref */
#define TRAP_ESP \
	.cfi_escape 0x16, 4, 12, 0x12, 0x38, 0x1c, 0x06, 0x33, 0x1a, 0x30, 0x29, 0x28, 0x01, 0x00, 0x06

	.text
	.balign	16
	.globl	interrupt_stubs
interrupt_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.cfi_startproc simple
	.cfi_signal_frame
	.if	(vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17)
	.cfi_def_cfa %esp, 16
	.cfi_offset %eip, -12
	TRAP_ESP
	.else
	.cfi_def_cfa %esp, 12
	.cfi_offset %eip, -12
	TRAP_ESP
	pushl	$0
	.cfi_adjust_cfa_offset 4
	.endif
	pushl	$vector
	.cfi_adjust_cfa_offset 4
	jmp	interrupt_common
	.cfi_endproc
	.set	vector, vector + 1
	.endr

	.balign	16
	.type	interrupt_common, @function
interrupt_common:
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa %esp, 20
	.cfi_offset %eip, -12
	TRAP_ESP
	pushal
	.cfi_adjust_cfa_offset 32
	.cfi_offset %eax, -24
	.cfi_offset %ecx, -28
	.cfi_offset %edx, -32
	.cfi_offset %ebx, -36
	.cfi_offset %ebp, -44
	.cfi_offset %esi, -48
	.cfi_offset %edi, -52
	pushl	%ds
	.cfi_adjust_cfa_offset 4
	pushl	%es
	.cfi_adjust_cfa_offset 4
	movl	$SELECTOR_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	pushl	%esp
	.cfi_adjust_cfa_offset 4
	call	interrupt_handler
	addl	$4, %esp
	.cfi_adjust_cfa_offset -4
	.globl	interrupt_return
interrupt_return:				/* a new process begins here */
	popl	%es
	.cfi_adjust_cfa_offset -4
	popl	%ds
	.cfi_adjust_cfa_offset -4
	popal
	.cfi_adjust_cfa_offset -32
	.cfi_restore %eax
	.cfi_restore %ecx
	.cfi_restore %edx
	.cfi_restore %ebx
	.cfi_restore %ebp
	.cfi_restore %esi
	.cfi_restore %edi
	addl	$8, %esp
	.cfi_adjust_cfa_offset -8
	iret
	.cfi_endproc
	.size	interrupt_common, . - interrupt_common

	/* void forward_interrupt(uint32_t offset, uint32_t selector), called with interrupts off */
	.globl	forward_interrupt
	.type	forward_interrupt, @function
forward_interrupt:
	.cfi_startproc
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	pushfl
	.cfi_adjust_cfa_offset 4
	pushl	%cs
	.cfi_adjust_cfa_offset 4
	pushl	$1f
	.cfi_adjust_cfa_offset 4
	pushl	%edx				/* far return into the ISR */
	.cfi_adjust_cfa_offset 4
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	lret
	.cfi_adjust_cfa_offset -20
1:	ret
	.cfi_endproc
	.size	forward_interrupt, . - forward_interrupt

	.section .note.GNU-stack, "", @progbits
