/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that misbehaves, to test that the host checks what it is given; also the smallest guest there can be. The
 * first letter of its command line says what it does:
 *
 *	o  an operation that does not exist		v  forwards vector 0x80, which is no interrupt line
 *	m  a message larger than the I/O area		i  forwards line 1, which nobody is serving
 *	t  a message to a module that does not exist	r  terminates for a reason that does not exist
 *	l  terminates with a text of 4 GiB		p  logs bytes that cannot be printed
 *	d  asks an unknown device			a  asks for pages
 *	c  damages the passage page			x  has a double fault, without an IDT of its own: an emergency task
 *							   is all it has
 *
 * d and a end normally; the exit code is the host's answer.
 */
#include "guest-common.inc.S"

begin:
	leal	PAGE_PARAMS(%esi), %edi
	xorl	%eax, %eax
	movl	$64, %ecx
	cld
	rep stosl
	cmpb	$'o', %bl
	je	unknown_operation
	cmpb	$'m', %bl
	je	long_message
	cmpb	$'t', %bl
	je	unknown_module
	cmpb	$'p', %bl
	je	binary_log
	cmpb	$'v', %bl
	je	wrong_vector
	cmpb	$'i', %bl
	je	idle_line
	cmpb	$'r', %bl
	je	unknown_reason
	cmpb	$'l', %bl
	je	long_text
	cmpb	$'d', %bl
	je	unknown_device
	cmpb	$'a', %bl
	je	allocate
	cmpb	$'c', %bl
	je	damage
	cmpb	$'x', %bl
	je	double_fault
	jmp	end

unknown_operation:
	movl	$99, %eax
	call	ask
	jmp	end

unknown_module:
	movl	$12345, MESSAGE + 4
	jmp	send

long_message:
	movl	$0xfffffff0, MESSAGE + 16
send:	movl	$OPERATION_MESSAGE_TO_MONITOR, %eax
	call	ask
	jmp	end

binary_log:
	movl	$MODULE_PRINTK, MESSAGE + 4
	movl	$5, MESSAGE + 16
	movl	$0x0a411b42, MESSAGE + 20	/* B, ESC, A, newline, then no newline */
	movb	$'C', MESSAGE + 24
	jmp	send

wrong_vector:
	movl	$0x80, PARAM(0)(%esi)
	jmp	forward

idle_line:
	movl	$0x21, PARAM(0)(%esi)
forward:
	movl	$OPERATION_FORWARD_INTERRUPT, %eax
	call	ask
	jmp	end

unknown_reason:
	movl	$77, PARAM(0)(%esi)
	movl	$OPERATION_TERMINATE, %eax
	jmp	ask

long_text:
	movl	$9, PARAM(0)(%esi)		/* BUG */
	movl	$0xffffffff, PARAM(3)(%esi)
	movl	$0x44434241, PARAM(4)(%esi)
	movl	$OPERATION_TERMINATE, %eax
	jmp	ask

damage:	movl	$0x12345678, PAGE_GUEST + STATE_VA(%esi)
	jmp	end

double_fault:
	leal	EMERGENCY_TSS(%esi), %eax
	movw	%ax, gdt + SELECTOR_EMERGENCY + 2
	shrl	$16, %eax
	movb	%al, gdt + SELECTOR_EMERGENCY + 4
	movb	%ah, gdt + SELECTOR_EMERGENCY + 7
	lidt	idt_descriptor
bad_instruction:
	ud2					/* its gate is missing, and so is that of the #NP */

unknown_device:
	movl	$12, PARAM(0)(%esi)
	movl	$OPERATION_DEVICE, %eax
	call	ask
	movl	PARAM(0)(%esi), %ebx
	jmp	answer

allocate:
	movl	$1, PARAM(1)(%esi)
	movl	$OPERATION_ALLOC_PAGES, %eax
	call	ask
	movl	PARAM(4)(%esi), %ebx
	jmp	answer

end:	movl	$0x600d, %ebx
answer:	movl	$0, PARAM(0)(%esi)		/* END */
	movl	%ebx, PARAM(1)(%esi)
	movl	$0, PARAM(3)(%esi)
	movl	$OPERATION_TERMINATE, %eax
	jmp	ask

	.data
	.balign	8
idt:	.fill	64, 1, 0
	.quad	0x0000850000280000		/* #DF: a task gate to SELECTOR_EMERGENCY */
	.fill	23 * 8, 1, 0
idt_descriptor:
	.word	32 * 8 - 1
	.long	idt

	.section .note.GNU-stack, "", @progbits
