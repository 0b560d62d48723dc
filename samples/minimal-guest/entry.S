/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What C cannot say: the note by which the host finds this kernel, its first instruction, and the ways into it.
 *
 * On arrival: ring 0, paging on (all RAM from 0xc0000000 on, the passage page, the I/O area), interrupts off, a temporary GDT
 * of the host, no IDT and no TSS. ECX = the passage page.
 */
#include <colinux/abi.h>
#include <colinux/note.h>

	.cfi_sections .debug_frame

	.section .note.coLinux, "a", @note
	.balign	4
	.long	2f - 1f, 4f - 3f, CO_NOTE_TYPE
1:	.asciz	CO_NOTE_OWNER
2:	.balign	4
3:	.long	CO_ABI_VERSION			/* struct co_note */
	.long	CO_NOTE_PAGED_ENTRY
	.long	guest_entry
	.long	CO_VPTR_PASSAGE_PAGE
	.long	CO_VPTR_IO_AREA_START
4:

	.text
	.globl	guest_entry
	.type	guest_entry, @function
guest_entry:
	.cfi_startproc
	.cfi_undefined %eip			/* the outermost frame */
	movl	$stack_top, %esp
	xorl	%ebp, %ebp
	cld
	pushl	%ecx
	call	kernel_main
1:	jmp	1b
	.cfi_endproc
	.size	guest_entry, . - guest_entry

/* A stub of 16 bytes for each vector: an error code where the CPU has pushed none, and the vector. */
	.balign	16
	.globl	interrupt_stubs
interrupt_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	.if	!((vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17))
	pushl	$0
	.endif
	pushl	$vector
	jmp	interrupt_common
	.set	vector, vector + 1
	.endr

	.type	interrupt_common, @function
interrupt_common:
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa %esp, 20			/* vector, error, EIP, CS, EFLAGS */
	.cfi_offset %eip, -12
	pushal
	.cfi_adjust_cfa_offset 32
	.cfi_offset %ebp, -44
	.cfi_offset %ebx, -36
	cld
	pushl	%esp				/* struct frame */
	.cfi_adjust_cfa_offset 4
	call	interrupt
	addl	$4, %esp
	.cfi_adjust_cfa_offset -4
	popal
	.cfi_adjust_cfa_offset -32
	addl	$8, %esp
	.cfi_adjust_cfa_offset -8
	iret
	.cfi_endproc
	.size	interrupt_common, . - interrupt_common

	.bss
	.balign	16
	.skip	0x4000
stack_top:

	.section .note.GNU-stack, "", @progbits
