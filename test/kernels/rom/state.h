/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where reset.S writes down the state that it finds, in low memory, for rom.c. */
#ifndef STATE_H
#define STATE_H

#define STATE		0x600
#define STATE_MAGIC	0x13572468
/* What page FFFFE000h and page FE000h hold. */
#define STATE_HIGH	0x0badcafe
#define STATE_LOW	0x600df00d

#define STATE_REGISTERS		(STATE + 0)
#define STATE_SELECTORS		(STATE + 32)
#define STATE_EFLAGS		(STATE + 56)
#define STATE_CR		(STATE + 60)	/* 0, 2, 3, 4 */
#define STATE_DR		(STATE + 76)	/* 0-3, 6, 7 */
#define STATE_GDT		(STATE + 100)
#define STATE_IDT		(STATE + 108)
#define STATE_LDT_SELECTOR	(STATE + 116)
#define STATE_TASK_SELECTOR	(STATE + 120)
#define STATE_BY_LDT		(STATE + 124)
#define STATE_BY_HIGH_CS	(STATE + 128)
#define STATE_BY_LOW_CS		(STATE + 132)
#define STATE_BY_CS		(STATE + 136)
#define STATE_WRITTEN		(STATE + 140)	/* by DS, ES, SS, FS, GS */
#define STATE_BYTE_FAULTS	(STATE + 160)
#define STATE_WORD_FAULTS	(STATE + 180)

#ifndef __ASSEMBLER__
#include <stdint.h>

struct state {
	uint32_t registers[8], selectors[6], eflags, cr0, cr2, cr3, cr4, dr[4], dr6, dr7;
	uint16_t gdt_limit;
	uint32_t gdt_base;
	uint16_t gap1, idt_limit;
	uint32_t idt_base;
	uint16_t gap2;
	uint32_t ldt_selector, task_selector, by_ldt, by_high_cs, by_low_cs, by_cs;
	uint32_t written[5], byte_faults[5], word_faults[5];
} __attribute__((packed));
#endif

#endif
