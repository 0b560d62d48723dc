/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that computes with interrupts on, to test how the host shares the processor. Its command line is a letter and a
 * digit, n:
 *
 *	c  computes for n tenths of a second, as the host counts time, and ends with the number of rounds as its code
 *	f  the same, and keeps the first four letters in ST(0) and XMM0: ends with code 0xbad if they ever change there
 *	s  switches to the host and back n times 2000 times, for nothing, and ends
 *	r  asks for a reboot until the host has run for n tenths of a second, then ends
 */
#include "guest-common.inc.S"

#define ROUND		4096		/* additions between two looks at the time */
#define SWITCHES	2000
#define NS_PER_TENTH	100000000
#define GATE_INTERRUPT	0x8e00
#define CR4_OSFXSR	0x200

begin:	movzbl	%bh, %ecx
	subl	$'0', %ecx
	cmpb	$'s', %bl
	je	switches
	imull	$NS_PER_TENTH, %ecx
	movl	%ecx, limit
	movl	PAGE_PARAMS + BOOT_COMMAND_LINE(%esi), %eax
	movl	%eax, letters
	cmpb	$'r', %bl
	je	reboot

	/* The host's interrupts are forwarded by one stub of 16 bytes for each line. */
	movl	$stubs, %eax
	movl	$idt + 0x20 * 8, %edi
	movl	$16, %ecx
1:	movw	%ax, (%edi)
	movw	$0x10, 2(%edi)
	movw	$GATE_INTERRUPT, 4(%edi)
	movl	%eax, %edx
	shrl	$16, %edx
	movw	%dx, 6(%edi)
	addl	$16, %eax
	addl	$8, %edi
	loop	1b
	lidt	idt_descriptor
	movl	%cr4, %eax
	orl	$CR4_OSFXSR, %eax
	movl	%eax, %cr4
	fildl	letters
	movd	letters, %xmm0
	call	now
	addl	%eax, limit
	xorl	%ebx, %ebx
	sti
2:	movl	$ROUND, %ecx
3:	addl	%ecx, %edx
	loop	3b
	incl	%ebx
	cmpb	$'f', letters
	jne	4f
	fistl	found
	movl	found, %eax
	cmpl	letters, %eax
	jne	changed
	movd	%xmm0, %eax
	cmpl	letters, %eax
	jne	changed
4:	cli
	call	now
	sti
	subl	limit, %eax
	js	2b
	cli
	xorl	%eax, %eax			/* END */
	jmp	terminate

changed:
	cli
	movl	$0xbad, %ebx
	xorl	%eax, %eax
	jmp	terminate

switches:
	imull	$SWITCHES, %ecx, %ebx
1:	movl	$OPERATION_TRACE_POINT, %eax
	call	ask
	decl	%ebx
	jnz	1b
	xorl	%eax, %eax
	jmp	terminate

reboot:	call	now
	movl	$1, %ebx
	subl	limit, %eax
	movl	$1, %eax			/* REBOOT */
	js	terminate
	xorl	%eax, %eax

/* EAX = reason, EBX = code */
terminate:
	movl	%eax, PARAM(0)(%esi)
	movl	%ebx, PARAM(1)(%esi)
	movl	$0, PARAM(2)(%esi)
	movl	$0, PARAM(3)(%esi)
	movl	$OPERATION_TERMINATE, %eax
	jmp	ask

/* EAX = what the host's clock says, ns, the low dword */
now:	movl	$OPERATION_GET_HIGH_PREC_TIME, %eax
	call	ask
	movl	PARAM(0)(%esi), %eax
	ret

	.balign	16
stubs:
	.set	vector, 0x20
	.rept	16
	.balign	16
	pushal
	movl	$vector, %edx
	jmp	forward
	.set	vector, vector + 1
	.endr

forward:
	movl	$CO_VPTR_PASSAGE_PAGE, %esi
	movl	%edx, PARAM(0)(%esi)
	andl	$~0x200, PAGE_HOST + STATE_EFLAGS(%esi)	/* the host goes on with interrupts off */
	movl	$OPERATION_FORWARD_INTERRUPT, %eax
	call	ask
	popal
	iret

	.data
	.balign	8
idt:	.fill	0x30 * 8, 1, 0
idt_descriptor:
	.word	0x30 * 8 - 1
	.long	idt
limit:	.long	0
letters:
	.long	0
found:	.long	0

	.section .note.GNU-stack, "", @progbits
