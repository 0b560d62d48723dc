/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs that come with the host: name, first byte and end of each file. The Makefile builds them before this. */
	.macro	program name
	.section .rodata.programs.images, "a"
	.balign	16
1:	.incbin	"\name\().elf"
2:	.section .rodata.programs.names, "a"
3:	.asciz	"\name"
	.section .rodata.programs, "a"
	.long	3b, 1b, 2b
	.endm

	.section .rodata.programs, "a"
	.balign	4
	.globl	programs
programs:
	program	colinux-daemon
	program	colinux-serial-daemon
	program	clock
	.long	0, 0, 0

	.section .note.GNU-stack, "", @progbits
