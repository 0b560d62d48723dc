/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The passage: void code(struct co_passage_page *page, struct co_state *from, struct co_state *to).
 *
 * One piece of code, used in both directions, that puts the CPU of one kernel away and takes up that of the other. It
 * runs in the passage page, so it must be position independent and may touch nothing but that page and the stacks.
 * Registers: EBP = the state block of the side whose address space is loaded ("current"), ECX = the other one,
 * EBX = the page. Interrupts are off from the CLI to the POPFL of the *other* side.
 * Intel SDM vol. 3: 2.5 (control registers), 4.10.4 (TLB), 5.8.7 (SYSENTER), 7.2.2 (TSS busy), 17.2 (debug registers).
 *
 * From the moment the stack is put away, the caller's frame hangs on EBP: the canonical frame address is
 * state.esp + 24. The three bytes DW_OP_breg5 40h, DW_OP_deref, DW_OP_plus_uconst 24 say so to a debugger.
 */
	.globl	PASSAGE, PASSAGE_END
	.type	PASSAGE, @function
	.balign	16
PASSAGE:
	.cfi_startproc
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebx, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %esi, 0
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %edi, 0
	pushl	%ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebp, 0
	movl	16(%esp), %eax			/* return address */
	movl	20(%esp), %ebx			/* page */
	movl	24(%esp), %ebp			/* from: current */
	movl	28(%esp), %ecx			/* to: other */
	pushfl
	.cfi_adjust_cfa_offset 4
	cli

	/* Put away where we are. */
	movl	%esp, STATE_ESP(%ebp)
	movl	%ss, %edx
	movl	%edx, STATE_SS(%ebp)
	.cfi_escape 0x0f, 6, 0x75, 0xc0, 0x00, 0x06, 0x23, 24	/* CFA = *(EBP + 40h) + 24 */
	movl	(%esp), %edx
	movl	%edx, STATE_EFLAGS(%ebp)
	movl	%eax, STATE_RETURN_EIP(%ebp)
	movl	%cs, %edx
	movl	%edx, STATE_CS(%ebp)

#if SEP
	movl	%ecx, %esi
	movl	$MSR_SYSENTER_CS, %ecx
	rdmsr
	movl	%eax, STATE_SYSENTER_CS(%ebp)
	incl	%ecx
	rdmsr
	movl	%eax, STATE_SYSENTER_ESP(%ebp)
	incl	%ecx
	rdmsr
	movl	%eax, STATE_SYSENTER_EIP(%ebp)
	movl	%esi, %ecx
#endif

	/* Debug registers: to the state and to the shadow; then no breakpoint may hit in between. */
	movl	%dr0, %eax
	movl	%eax, STATE_DR0(%ebp)
	movl	%eax, PAGE_SHADOW_DR0(%ebx)
	movl	%dr1, %eax
	movl	%eax, STATE_DR1(%ebp)
	movl	%eax, PAGE_SHADOW_DR1(%ebx)
	movl	%dr2, %eax
	movl	%eax, STATE_DR2(%ebp)
	movl	%eax, PAGE_SHADOW_DR2(%ebx)
	movl	%dr3, %eax
	movl	%eax, STATE_DR3(%ebp)
	movl	%eax, PAGE_SHADOW_DR3(%ebx)
	movl	%dr6, %eax
	movl	%eax, STATE_DR6(%ebp)
	movl	%eax, PAGE_SHADOW_DR6(%ebx)
	movl	%dr7, %eax
	movl	%eax, STATE_DR7(%ebp)
	movl	$DR7_ALL_OFF, %eax
	movl	%eax, %dr7
	movl	%eax, PAGE_SHADOW_DR7(%ebx)

	/* Tables. A TSS stays marked busy when we leave it, and LTR refuses a busy one: clear the mark. */
	sgdt	STATE_GDT(%ebp)
	str	%eax
	movw	%ax, STATE_TR(%ebp)
	andl	$0xfff8, %eax
	jz	1f
	addl	STATE_GDT_BASE(%ebp), %eax
	andb	$~TSS_BUSY, 5(%eax)
1:	sldt	STATE_LDT(%ebp)
	sidt	STATE_IDT(%ebp)

	movl	%gs, %eax
	movl	%eax, STATE_GS(%ebp)
	movl	%fs, %eax
	movl	%eax, STATE_FS(%ebp)
	movl	%ds, %eax
	movl	%eax, STATE_DS(%ebp)
	movl	%es, %eax
	movl	%eax, STATE_ES(%ebp)
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs

	movl	%cr4, %eax
	movl	%eax, STATE_CR4(%ebp)
	movl	%cr2, %edx
	movl	%edx, STATE_CR2(%ebp)
	movl	%cr0, %edx
	movl	%edx, STATE_CR0(%ebp)
	movl	%cr3, %edx
	movl	%edx, STATE_CR3(%ebp)

	/*
	 * The crossing. Without CR4.PGE no global TLB entry survives the loads of CR3. The temporary directory maps
	 * this page at the addresses of both sides, and nothing else: step from one to the other.
	 */
	andl	$~(CR4_DE | CR4_PGE), %eax
	movl	%eax, %cr4
	movl	PAGE_TEMP_PGD(%ebx), %eax
	movl	%eax, %cr3
	leal	STATE_SCRATCH_END(%ebp), %esp
	call	2f
2:	movl	STATE_OTHER_MAP(%ebp), %eax
	addl	%eax, %ecx			/* other, as its own side sees it */
	addl	$(3f - 2b), %eax
	addl	%eax, (%esp)
	ret
3:	movl	%ecx, %ebp			/* from here on the other side is current */

	/* CR4 before CR3: the target's directory may need CR4.PSE. */
	movl	STATE_CR4(%ebp), %eax
	movl	%eax, %cr4
	movl	STATE_CR3(%ebp), %eax
	movl	%eax, %cr3
	movl	STATE_CR0(%ebp), %eax
	movl	%eax, %cr0
	movl	STATE_CR2(%ebp), %eax
	movl	%eax, %cr2

	lgdt	STATE_GDT(%ebp)
	lidt	STATE_IDT(%ebp)
	lldt	STATE_LDT(%ebp)
	movl	STATE_GS(%ebp), %eax
	movl	%eax, %gs
	movl	STATE_FS(%ebp), %eax
	movl	%eax, %fs
	movl	STATE_ES(%ebp), %eax
	movl	%eax, %es
	movl	STATE_DS(%ebp), %eax
	movl	%eax, %ds
	movl	STATE_SS(%ebp), %eax
	movl	%eax, %ss
	movw	STATE_TR(%ebp), %ax
	testw	%ax, %ax			/* a guest has no TSS before its first LTR */
	jz	4f
	ltr	%ax

	/* Debug registers are slow to write: only those that differ. */
4:	movl	%ebp, %ebx
	andl	$~0xfff, %ebx			/* the page, on this side */
	movl	STATE_DR0(%ebp), %eax
	cmpl	PAGE_SHADOW_DR0(%ebx), %eax
	je	5f
	movl	%eax, %dr0
5:	movl	STATE_DR1(%ebp), %eax
	cmpl	PAGE_SHADOW_DR1(%ebx), %eax
	je	6f
	movl	%eax, %dr1
6:	movl	STATE_DR2(%ebp), %eax
	cmpl	PAGE_SHADOW_DR2(%ebx), %eax
	je	7f
	movl	%eax, %dr2
7:	movl	STATE_DR3(%ebp), %eax
	cmpl	PAGE_SHADOW_DR3(%ebx), %eax
	je	8f
	movl	%eax, %dr3
8:	movl	STATE_DR6(%ebp), %eax
	cmpl	PAGE_SHADOW_DR6(%ebx), %eax
	je	9f
	movl	%eax, %dr6
9:	movl	STATE_DR7(%ebp), %eax
	cmpl	PAGE_SHADOW_DR7(%ebx), %eax
	je	10f
	movl	%eax, %dr7
10:
#if SEP
	xorl	%edx, %edx
	movl	$MSR_SYSENTER_CS, %ecx
	movl	STATE_SYSENTER_CS(%ebp), %eax
	wrmsr
	incl	%ecx
	movl	STATE_SYSENTER_ESP(%ebp), %eax
	wrmsr
	incl	%ecx
	movl	STATE_SYSENTER_EIP(%ebp), %eax
	wrmsr
#endif

	/* Onto the stack of this side. The frame there gets the return address and flags of the state block. */
	lss	STATE_ESP(%ebp), %esp
	movl	STATE_RETURN_EIP(%ebp), %eax
	movl	%eax, 20(%esp)
	movl	STATE_EFLAGS(%ebp), %eax
	movl	%eax, (%esp)

	/* CS changes only by a far jump; its operand is written here, just ahead of it. */
	call	11f
11:	popl	%eax
	leal	(12f - 11b)(%eax), %edx
	movl	%edx, (12f - 11b - 6)(%eax)
	movl	STATE_CS(%ebp), %edx
	movw	%dx, (12f - 11b - 2)(%eax)
	lss	STATE_ESP(%ebp), %esp
	ljmp	$0, $0
12:	movl	%ebx, %ecx			/* a first entry finds the page in ECX */
	.cfi_def_cfa %esp, 24
	popfl
	.cfi_adjust_cfa_offset -4
	popl	%ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebp
	popl	%edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %edi
	popl	%esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %esi
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebx
	ret
	.cfi_endproc
PASSAGE_END:
	.size	PASSAGE, . - PASSAGE
