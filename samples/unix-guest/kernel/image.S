/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of all programs, as fs/imagefs.c shows it. The Makefile builds it before this. */
	.section .rodata.programs, "a"
	.balign	16
	.globl	programs_begin, programs_end
programs_begin:
	.incbin	"programs.elf"
programs_end:

	.section .note.GNU-stack, "", @progbits
