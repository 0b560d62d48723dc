/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first instruction in ring 3: EAX = the argument of the program. */
	.cfi_sections .debug_frame
	.section .text.start, "ax"
	.globl	user_start
	.type	user_start, @function
user_start:
	.cfi_startproc
	.cfi_undefined %eip			/* the outermost frame */
	pushl	%eax
	call	user_main
	movl	%eax, %ebx
	movl	$1, %eax			/* SYS_EXIT */
	int	$0x80
	ud2
	.cfi_endproc
	.size	user_start, . - user_start

	.section .note.GNU-stack, "", @progbits
