/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Common to the benchmark images. bench_rounds: EBX = multiboot information, returns EAX = number of rounds, 0 (which
 * makes 2^32 of them) if none is given. QEMU puts the file name first, so the number is the last word.
 */
bench_rounds:
	movl	$stack_top, %ecx
	popl	%edx
	movl	%ecx, %esp
	pushl	%edx
	cld
	xorl	%eax, %eax
	testl	$4, (%ebx)			/* is there a command line? */
	jz	4f
	movl	16(%ebx), %esi
	xorl	%edx, %edx
	movl	$1, %ebx			/* is this word a number so far? */
1:	movzbl	(%esi), %ecx
	incl	%esi
	testl	%ecx, %ecx
	jz	3f
	subl	$'0', %ecx
	cmpl	$10, %ecx
	jb	2f
	subl	$'a' - '0' - 10, %ecx
	cmpl	$16, %ecx
	jb	2f
	xorl	%edx, %edx
	xorl	%ebx, %ebx
	cmpl	$' ' - 'a' + 10, %ecx
	jne	1b
	incl	%ebx				/* a new word begins */
	jmp	1b
2:	shll	$4, %edx
	orl	%ecx, %edx
	jmp	1b
3:	testl	%ebx, %ebx
	jz	4f
	movl	%edx, %eax
4:	ret

bench_end:
	xorl	%eax, %eax
	outb	%al, $0xf4
1:	cli
	hlt
	jmp	1b

	.bss
	.balign	16
	.skip	256
stack_top:

	.section .note.GNU-stack, "", @progbits
	.text
