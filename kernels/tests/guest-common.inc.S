/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The smallest start of a guest, for the guests of tests: the note, a TSS, and how to ask the host. It goes on at
 * `begin` with ESI = the passage page, BL = the first letter of the command line, BH = the second.
 */
#include <colinux/abi.h>
#include <colinux/note.h>
#include "asm-offsets.h"

#define PARAM(n)	(PAGE_PARAMS + 4 * (n))
#define MESSAGE		(CO_VPTR_IO_AREA_START + 4)
#define SELECTOR_TSS	0x20
#define SELECTOR_EMERGENCY	0x28	/* its base is to be filled in */

	.data
	.balign	8
gdt:	.quad	0, 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x0000890000000067, 0x0000890000000067
gdt_descriptor:
	.word	6 * 8 - 1
	.long	gdt
tss:	.fill	104, 1, 0

	.section .note.coLinux, "a", @note
	.balign	4
	.long	8, 20, CO_NOTE_TYPE
	.asciz	CO_NOTE_OWNER
	.long	CO_ABI_VERSION, CO_NOTE_PAGED_ENTRY, guest_entry, 0, 0

	.text
	.globl	guest_entry
guest_entry:
	movl	%ecx, %esi			/* the passage page */

	/* A TSS, or the passage could not come back here. */
	movl	$tss, %eax
	movw	%ax, gdt + SELECTOR_TSS + 2
	shrl	$16, %eax
	movb	%al, gdt + SELECTOR_TSS + 4
	movb	%ah, gdt + SELECTOR_TSS + 7
	lgdt	gdt_descriptor
	movl	$SELECTOR_TSS, %eax
	ltr	%ax

	movw	PAGE_PARAMS + BOOT_COMMAND_LINE(%esi), %bx
	jmp	begin

/* EAX = operation, ESI = passage page */
ask:	movl	%eax, PAGE_OPERATION(%esi)
	leal	PAGE_HOST(%esi), %eax
	pushl	%eax
	leal	PAGE_GUEST(%esi), %eax
	pushl	%eax
	pushl	%esi
	leal	PAGE_CODE(%esi), %eax
	call	*%eax
	addl	$12, %esp
	ret

