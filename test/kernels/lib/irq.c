// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts that a program raises by itself, on any PC: counter 0 (IRQ 0), the keyboard controller's command D2h (IRQ 1), the
 * transmitter of COM1 (IRQ 4), the periodic interrupt of the clock (IRQ 8); and the two 8259A that they go to.
 */
#include "irq.h"

const u8 sources[4] = { 0, 1, 4, 8 };

static u8 rtc_read(u8 index)
{
	outb(0x70, index);
	return inb(0x71);
}

static void rtc_write(u8 index, u8 value)
{
	outb(0x70, index);
	outb(0x71, value);
}

u8 get_irr(u16 chip)
{
	outb(chip, READ_IRR);
	return inb(chip);
}

u8 get_isr(u16 chip)
{
	outb(chip, READ_ISR);
	return inb(chip);
}

static void keyboard_wait(void)
{
	for (u32 n = 0; n < PATIENCE && (inb(0x64) & 2); n++)
		;
}

static void keyboard_command(u8 command, u8 data)
{
	keyboard_wait();
	outb(0x64, command);
	keyboard_wait();
	outb(0x60, data);
	keyboard_wait();
}

/* The line falls, if it is not low already. */
void lower(u32 irq)
{
	switch (irq) {
	case 0:
		outb(0x43, 0x30);
		break;
	case 1:
		while (inb(0x64) & 1)
			inb(0x60);
		break;
	case 4:
		outb(0x3f9, 0);
		inb(0x3fa);
		break;
	case 8:
		rtc_write(0xb, 0x02);
		rtc_read(0xc);
		break;
	}
}

/* The line rises and stays high. */
void raise(u32 irq)
{
	u16 chip = irq < 8 ? MASTER : SLAVE;
	u32 n;

	switch (irq) {
	case 0:
		outb(0x43, 0x30);
		outb(0x40, 2);
		outb(0x40, 0);
		break;
	case 1:
		keyboard_command(0xd2, 0x55);
		break;
	case 4:
		outb(0x3f9, 2);
		break;
	case 8:
		rtc_write(0xa, 0x23);
		rtc_read(0xc);
		rtc_write(0xb, 0x42);
		break;
	}
	for (n = 0; n < PATIENCE && !(get_irr(chip) & 1 << (irq & 7)); n++)
		;
	if (n == PATIENCE)
		expect("IRR of a raised line", 1 << (irq & 7), get_irr(chip));
}

void lower_all(void)
{
	for (u32 n = 0; n < 4; n++)
		lower(sources[n]);
}

void start_sources(void)
{
	outb(0x3fc, 8);			/* COM1: OUT2 */
	keyboard_command(0x60, 0x45);	/* keyboard controller: IRQ 1 on */
	/*
	 * The firmware's counter 0 is running. A control word alone stops it, but QEMU 7.2 still has the end of its old period to
	 * come, up to 55 ms later: a new count makes it forget that.
	 */
	raise(0);
	lower_all();
}

/* Leaves all masked. */
void init_pics(u8 icw1, bool auto_eoi)
{
	outb(MASTER, icw1);
	outb(MASTER + 1, BASE);
	outb(MASTER + 1, 4);
	outb(MASTER + 1, auto_eoi ? 3 : 1);
	outb(MASTER + 1, 0xff);
	outb(SLAVE, icw1);
	outb(SLAVE + 1, BASE + 8);
	outb(SLAVE + 1, 2);
	outb(SLAVE + 1, 1);
	outb(SLAVE + 1, 0xff);
}

void set_masks(u32 irqs)
{
	outb(SLAVE + 1, irqs >> 8);
	outb(MASTER + 1, irqs);
}

CODE(idle, "nop; nop; nop; nop; nop; nop; nop; nop");

/* With interrupts on: the IRQ that comes, or 16 for none. */
u32 take(void)
{
	struct frame f = ring_frame(0, idle);
	struct result r;

	f.eflags |= FLAG_IF;
	r = run(&f);
	return r.f.vector == END ? 16 : r.f.vector - BASE;
}

/* None, or the spurious IRQ 7 that a request may leave behind when it goes away before it is taken: that is not in service. */
void expect_gone(const char *when)
{
	u32 irq = take();

	expect(when, 1, irq == 16 || (irq == 7 && !(get_isr(MASTER) & 0x80)));
}

/* Counter 0 */
void start_timer(u32 mode, u32 count)
{
	outb(0x43, 0x30 | mode << 1);
	outb(0x40, count);
	outb(0x40, count >> 8);
}
