/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first instruction of a program: EAX = its argument. What main() returns is the exit code. */
	.cfi_sections .debug_frame
	.text
	.globl	user_start
	.type	user_start, @function
user_start:
	.cfi_startproc
	.cfi_undefined %eip			/* the outermost frame */
	xorl	%ebp, %ebp
	pushl	%eax
	call	main
	pushl	%eax
	call	exit
	ud2
	.cfi_endproc
	.size	user_start, . - user_start

	.section .note.GNU-stack, "", @progbits
