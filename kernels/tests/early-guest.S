/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that fails with nothing but the tables that the host has given it: the first letter of its command line says
 * how. Interrupts are off, as they are at the entry.
 *
 *	u  an instruction that is undefined		n  an endless loop on a stack that is not there
 *	p  a page that is not there			h  waits for an interrupt that cannot come
 */
#include <colinux/abi.h>
#include <colinux/note.h>
#include "asm-offsets.h"

	.section .note.coLinux, "a", @note
	.balign	4
	.long	8, 20, CO_NOTE_TYPE
	.asciz	CO_NOTE_OWNER
	.long	CO_ABI_VERSION, CO_NOTE_PAGED_ENTRY, guest_entry, 0, 0

	.text
	.globl	guest_entry
guest_entry:
	movb	PAGE_PARAMS + BOOT_COMMAND_LINE(%ecx), %bl
	cmpb	$'u', %bl
	je	undefined
	cmpb	$'p', %bl
	je	not_there
	cmpb	$'h', %bl
	je	halt
	xorl	%esp, %esp
spin:	jmp	spin

undefined:
	ud2
not_there:
	movl	0, %eax
halt:	hlt

	.section .note.GNU-stack, "", @progbits
