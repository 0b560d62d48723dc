/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the multiboot loader to C. The loader leaves us in flat 32-bit protected mode, paging off, EAX = magic,
 * EBX = physical address of the multiboot information (Multiboot Specification 0.6.96, 3.2).
 *
 * The first 768 MiB are mapped at HOST_OFFSET by 192 large pages (Intel SDM vol. 3, 4.3), and the first 4 MiB
 * also at 0 until the jump to the high half has been made.
 */
#include "x86.h"

#define MULTIBOOT_MAGIC		0x1badb002
#define MULTIBOOT_FLAGS		0x00000003	/* modules on page boundaries, memory map wanted */
#define DIRECT_MAP_ENTRIES	192
#define BOOT_STACK_SIZE		0x4000

	.cfi_sections .debug_frame

	.section .multiboot, "a"
	.balign	4
	.long	MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
	.globl	boot_entry
	.type	boot_entry, @function
boot_entry:
	.cfi_startproc
	.cfi_undefined %eip			/* the outermost frame */
	cld
	movl	%eax, %ebp			/* magic */

	/* The direct map, and the identity map of the page we stand on. */
	movl	$host_page_directory - HOST_OFFSET, %edi
	movl	$(PTE_PRESENT | PTE_WRITABLE | PDE_LARGE), %eax
	movl	%eax, (%edi)
	movl	$DIRECT_MAP_ENTRIES, %ecx
	addl	$(HOST_OFFSET >> 20), %edi	/* 4 bytes for each 4 MiB */
1:	movl	%eax, (%edi)
	addl	$0x400000, %eax
	addl	$4, %edi
	loop	1b

	movl	%cr4, %eax
	orl	$CR4_PSE, %eax
	movl	%eax, %cr4
	movl	$host_page_directory - HOST_OFFSET, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$(CR0_PG | CR0_WP | CR0_NE), %eax
	movl	%eax, %cr0
	movl	$2f, %eax
	jmp	*%eax

	/* High half. Drop the identity map; the load of CR3 flushes it from the TLB. */
2:	movl	$0, host_page_directory
	movl	%cr3, %eax
	movl	%eax, %cr3
	movl	$boot_stack_top, %esp
	pushl	$0
	popfl
	addl	$HOST_OFFSET, %ebx
	pushl	%ebx
	pushl	%ebp
	xorl	%ebp, %ebp
	call	host_main
3:	cli
	hlt
	jmp	3b
	.cfi_endproc
	.size	boot_entry, . - boot_entry

	.bss
	.balign	0x1000
	.globl	host_page_directory
host_page_directory:
	.skip	0x1000
	.globl	boot_stack
boot_stack:
	.skip	BOOT_STACK_SIZE
boot_stack_top:

	.section .note.GNU-stack, "", @progbits
