/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts that a program raises by itself, and the two 8259A that they go to. */
#ifndef IRQ_H
#define IRQ_H

#include "test.h"

#define MASTER	0x20
#define SLAVE	0xa0
#define BASE	0x30	/* vectors of IRQ 0 to 15 */

/* 8259A: OCW2 and OCW3 */
#define EOI		0x20
#define EOI_SPECIFIC	0x60
#define ROTATE_EOI	0xa0
#define ROTATE_SPECIFIC 0xe0
#define ROTATE_AEOI	0x80
#define NO_ROTATE_AEOI	0x00
#define SET_PRIORITY	0xc0
#define READ_IRR	0x0a
#define READ_ISR	0x0b
#define POLL		0x0c
#define SET_SMM		0x68
#define CLEAR_SMM	0x48
#define ICW1	0x11

#define PATIENCE	300000

extern const u8 sources[4];

/* Lets IRQ 1 and 4 through the devices that make them. All lines are low then. */
void start_sources(void);
/* The line of a source rises and stays high until it is lowered. */
void raise(u32 irq);
void lower(u32 irq);
void lower_all(void);

/* Leaves all masked. */
void init_pics(u8 icw1, bool auto_eoi);
void set_masks(u32 irqs);
u8 get_irr(u16 chip);
u8 get_isr(u16 chip);

/* With interrupts on: the IRQ that comes, or 16 for none. */
u32 take(void);
/* None, or the spurious IRQ 7 that a request may leave behind when it goes away before it is taken: that is not in service. */
void expect_gone(const char *when);

/* Counter 0: IRQ 0 by its modes. */
void start_timer(u32 mode, u32 count);

#endif
