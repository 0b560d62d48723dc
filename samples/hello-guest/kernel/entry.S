/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first instruction of the guest, and the note that tells the host where it is.
 *
 * On arrival: ring 0, paging on (a direct map at 0xc0000000, the passage page, the I/O area), interrupts off, the host's
 * temporary GDT, no IDT and no TSS. ECX = the passage page.
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
	movl	$kernel_stack_top, %esp
	xorl	%ebp, %ebp
	cld
	pushl	%ecx
	call	kernel_start
1:	jmp	1b
	.cfi_endproc
	.size	guest_entry, . - guest_entry

	.bss
	.balign	0x1000
	.globl	kernel_stack_guard, kernel_stack, kernel_stack_top
kernel_stack_guard:				/* memory.c leaves this page unmapped */
	.skip	0x1000
kernel_stack:
	.skip	0x4000
kernel_stack_top:

	.section .note.GNU-stack, "", @progbits
