// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Offsets for assembly. This file is compiled to assembly and never linked: each line below leaves a marker
 * in the output that the Makefile turns into a #define of asm-offsets.h. So assembly and C cannot disagree.
 */
#include <stddef.h>
#include <colinux/abi.h>

#define DEFINE(name, value) asm volatile("\n.ascii \"->" #name " %c0\"" : : "i"(value))
#define STATE(name, field) DEFINE(STATE_##name, offsetof(struct co_state, field))
#define SHADOW(name, field) DEFINE(PAGE_SHADOW_##name, offsetof(struct co_passage_page, shadow.field))

void asm_offsets(void);
void asm_offsets(void)
{
	DEFINE(PAGE_TEMP_PGD, offsetof(struct co_passage_page, temp_pgd));
	DEFINE(PAGE_CODE, offsetof(struct co_passage_page, code));
	DEFINE(PAGE_HOST, offsetof(struct co_passage_page, host));
	DEFINE(PAGE_GUEST, offsetof(struct co_passage_page, guest));
	DEFINE(PAGE_OPERATION, offsetof(struct co_passage_page, operation));
	DEFINE(PAGE_PARAMS, offsetof(struct co_passage_page, params));
	DEFINE(EMERGENCY_LINK, offsetof(struct co_passage_page, emergency_tss.link));
	DEFINE(EMERGENCY_STACK_END, offsetof(struct co_passage_page, emergency_stack) + CO_EMERGENCY_STACK_SIZE);
	DEFINE(EMERGENCY_TSS, offsetof(struct co_passage_page, emergency_tss));
	DEFINE(TSS_EIP, offsetof(struct co_tss, eip));
	DEFINE(TERMINATE_DOUBLE_FAULT, CO_TERMINATE_DOUBLE_FAULT);
	DEFINE(TERMINATE_NMI, CO_TERMINATE_NMI);
	DEFINE(BOOT_COMMAND_LINE, offsetof(struct co_boot_params, command_line));
	DEFINE(OPERATION_TERMINATE, CO_OPERATION_TERMINATE);
	DEFINE(OPERATION_MESSAGE_TO_MONITOR, CO_OPERATION_MESSAGE_TO_MONITOR);
	DEFINE(OPERATION_FORWARD_INTERRUPT, CO_OPERATION_FORWARD_INTERRUPT);
	DEFINE(OPERATION_DEVICE, CO_OPERATION_DEVICE);
	DEFINE(OPERATION_GET_HIGH_PREC_TIME, CO_OPERATION_GET_HIGH_PREC_TIME);
	DEFINE(OPERATION_TRACE_POINT, CO_OPERATION_TRACE_POINT);
	DEFINE(OPERATION_ALLOC_PAGES, CO_OPERATION_ALLOC_PAGES);
	DEFINE(MODULE_PRINTK, CO_MODULE_PRINTK);
	SHADOW(DR0, dr0);
	SHADOW(DR1, dr1);
	SHADOW(DR2, dr2);
	SHADOW(DR3, dr3);
	SHADOW(DR6, dr6);
	SHADOW(DR7, dr7);
	STATE(CS, cs);
	STATE(DS, ds);
	STATE(ES, es);
	STATE(FS, fs);
	STATE(GS, gs);
	STATE(SS, ss);
	STATE(CR0, cr0);
	STATE(CR2, cr2);
	STATE(CR3, cr3);
	STATE(CR4, cr4);
	STATE(GDT, gdt);
	STATE(GDT_BASE, gdt.base);
	STATE(LDT, ldt);
	STATE(IDT, idt);
	STATE(TR, tr);
	STATE(RETURN_EIP, return_eip);
	STATE(EFLAGS, eflags);
	STATE(ESP, esp);
	STATE(DR0, dr0);
	STATE(DR1, dr1);
	STATE(DR2, dr2);
	STATE(DR3, dr3);
	STATE(DR6, dr6);
	STATE(DR7, dr7);
	STATE(OTHER_MAP, other_map);
	DEFINE(STATE_SCRATCH_END, offsetof(struct co_state, scratch) + sizeof(((struct co_state *)0)->scratch));
	STATE(VA, va);
	STATE(SYSENTER_CS, sysenter_cs);
	STATE(SYSENTER_ESP, sysenter_esp);
	STATE(SYSENTER_EIP, sysenter_eip);
}
