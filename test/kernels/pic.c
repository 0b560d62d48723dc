// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which request the two 8259A give the processor, in each of their modes: priorities and rotation, all kinds of EOI, masks, special
 * mask mode, nesting, polling, edge and level. Nothing here depends on how fast time passes.
 *
 * Rules: Intel 8259A datasheet; 82371AB (PIIX4), edge/level control registers.
 */
#include "irq.h"

/* The master's input of an IRQ, and how near it is to the highest priority (0) with that input at the lowest. */
static u32 level(u32 irq)
{
	return irq < 8 ? irq : 2;
}

static u32 rank(u32 irq, u32 lowest)
{
	return (level(irq) - lowest - 1) & 7;
}

static u32 highest(u32 irqs, u32 lowest)
{
	u32 best = 16;

	for (u32 n = 0; n < 4; n++)
		if ((irqs >> sources[n] & 1) && (best == 16 || rank(sources[n], lowest) < rank(best, lowest)))
			best = sources[n];
	return best;
}

static u32 subset(u32 bits)
{
	u32 irqs = 0;

	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			irqs |= 1 << sources[n];
	return irqs;
}

enum end { NONSPECIFIC, SPECIFIC, ROTATE, ROTATES_SPECIFIC, AUTO, AUTO_ROTATE, ENDS };

static const char *const end_names[] = { "EOI", "specific EOI", "rotate on EOI", "rotate on specific EOI", "auto EOI", "rotate on auto EOI" };

static void end_of_interrupt(u32 irq, enum end end)
{
	static const u8 commands[] = { EOI, EOI_SPECIFIC, ROTATE_EOI, ROTATE_SPECIFIC };

	if (irq >= 8)
		outb(SLAVE, EOI);
	if (end < AUTO)
		outb(MASTER, commands[end] | (end & 1 ? level(irq) : 0));
}

/* Several requests at once are served by priority. */
static void test_order(u32 bits, u32 lowest, enum end end)
{
	u32 pending = subset(bits), irq;

	begin("IRQs %x, lowest is %u, %s", pending, lowest, end_names[end]);
	init_pics(ICW1, end >= AUTO);
	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			raise(sources[n]);
	outb(MASTER, SET_PRIORITY | lowest);
	outb(MASTER, end == AUTO_ROTATE ? ROTATE_AEOI : NO_ROTATE_AEOI);
	set_masks(0);
	expect("INT of the slave", pending >> 8 & 1, get_irr(MASTER) >> 2 & 1);
	while (pending) {
		u32 next = highest(pending, lowest);

		irq = take();
		expect("IRQ", next, irq);
		if (irq != next)
			break;
		expect("IRR", 0, get_irr(irq < 8 ? MASTER : SLAVE) & 1 << (irq & 7));
		expect("ISR", end >= AUTO ? 0 : 1 << level(irq), get_isr(MASTER));
		if (irq >= 8)
			expect("slave's ISR", 1 << (irq - 8), get_isr(SLAVE));
		lower(irq);
		end_of_interrupt(irq, end);
		expect("ISR after EOI", 0, get_isr(MASTER));
		pending &= ~(1 << irq);
		if (end == ROTATE || end == ROTATES_SPECIFIC || end == AUTO_ROTATE)
			lowest = level(irq);
	}
	expect("then IRQ", 16, take());
	lower_all();
}

/* Masks hold a request back and lose nothing. */
static void test_masks(u32 bits, u32 masked)
{
	u32 pending = subset(bits), masks = subset(masked), rest = pending & ~masks;

	begin("IRQs %x, masks %x", pending, masks);
	init_pics(ICW1, true);
	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			raise(sources[n]);
	set_masks(masks);
	for (u32 round = 0; round < 2; round++) {
		while (rest) {
			u32 next = highest(rest, 7), irq = take();

			expect("IRQ", next, irq);
			if (irq != next) {
				lower_all();
				return;
			}
			lower(irq);
			if (irq >= 8)
				outb(SLAVE, EOI);
			rest &= ~(1 << irq);
		}
		expect("then IRQ", 16, take());
		set_masks(0);
		rest = pending & masks;
	}
	lower_all();
}

/* One in service, another comes. */
static void test_nesting(u32 first, u32 second, u32 lowest, bool special)
{
	u32 got;
	bool through = special || rank(second, lowest) < rank(first, lowest);

	begin("IRQ %u in service%s, then IRQ %u, lowest is %u", first, special ? " and masked in special mask mode" : "", second, lowest);
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | lowest);
	raise(first);
	set_masks(0);
	expect("IRQ", first, take());
	lower(first);
	raise(second);
	if (special) {
		outb(MASTER, SET_SMM);
		outb(MASTER + 1, 1 << level(first));
	}
	got = take();
	expect("then IRQ", through ? second : 16, got);
	if (got == second) {
		expect("ISR", 1 << level(first) | 1 << level(second), get_isr(MASTER));
		end_of_interrupt(second, SPECIFIC);
		expect("ISR", 1 << level(first), get_isr(MASTER));
	}
	outb(MASTER, CLEAR_SMM);
	outb(MASTER + 1, 0);
	end_of_interrupt(first, SPECIFIC);
	expect("last IRQ", through ? 16 : second, take());
	lower_all();
}

/* A non-specific EOI ends the highest priority in service. */
static void test_which_ends(u32 first, u32 second)
{
	u32 lowest = (level(second) - 1) & 7;

	begin("EOI with IRQ %u and %u in service", first, second);
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | lowest);
	raise(first);
	set_masks(0);
	expect("IRQ", first, take());
	lower(first);
	raise(second);
	expect("IRQ", second, take());
	lower(second);
	outb(MASTER, EOI);
	expect("ISR", 1 << level(first), get_isr(MASTER));
	outb(MASTER, EOI);
	expect("ISR", 0, get_isr(MASTER));
	outb(MASTER, EOI);
	expect("ISR", 0, get_isr(MASTER));
	lower_all();
}

static void test_poll(u32 bits, u32 lowest)
{
	u32 pending = subset(bits);

	begin("poll, IRQs %x, lowest is %u", pending, lowest);
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | lowest);
	for (u32 n = 0; n < 4; n++)
		if (bits >> n & 1)
			raise(sources[n]);
	set_masks(0);
	while (pending) {
		u32 next = highest(pending, lowest);

		outb(MASTER, POLL);
		expect("poll", 0x80 | level(next), inb(MASTER));
		expect("ISR", 1 << level(next), get_isr(MASTER));
		if (next >= 8) {
			outb(SLAVE, POLL);
			expect("slave's poll", 0x80 | (next - 8), inb(SLAVE));
			expect("slave's ISR", 1 << (next - 8), get_isr(SLAVE));
		}
		lower(next);
		end_of_interrupt(next, NONSPECIFIC);
		pending &= ~(1 << next);
	}
	outb(MASTER, POLL);
	expect("empty poll", 0, inb(MASTER) & 0x80);
	/* A poll is for one read. */
	outb(MASTER, READ_ISR);
	expect("ISR", 0, inb(MASTER));
	lower_all();
}

static void test_registers(void)
{
	for (u32 value = 0; value < 256; value += 3) {
		begin("masks %x", value);
		init_pics(ICW1, false);
		outb(MASTER + 1, value);
		outb(SLAVE + 1, ~value);
		expect("IMR", value, inb(MASTER + 1));
		expect("IMR of the slave", ~value & 0xff, inb(SLAVE + 1));
	}
	/* ICW1: the mask is cleared, priorities, special mask mode and the register to read go back. */
	begin("initialisation");
	init_pics(ICW1, false);
	outb(MASTER, SET_PRIORITY | 3);
	outb(MASTER, SET_SMM);
	raise(1);
	outb(MASTER + 1, 0);
	expect("IRQ", 1, take());
	expect("ISR", 2, get_isr(MASTER));
	outb(MASTER, ICW1);
	outb(MASTER + 1, BASE + 7);	/* the low bits of ICW2 do not count */
	outb(MASTER + 1, 4);
	outb(MASTER + 1, 1);
	expect("IMR", 0, inb(MASTER + 1));
	expect("IRR by default", 0, inb(MASTER) & 2);
	expect("ISR", 0, get_isr(MASTER));
	/* The line is still high: without a new edge there is no request. */
	expect("no edge", 16, take());
	lower(1);
	outb(MASTER + 1, 0xff);
	raise(4);
	raise(1);
	outb(MASTER + 1, 0);
	expect("IRQ", 1, take());
	expect("nothing below", 16, take());
	outb(MASTER, EOI);
	expect("IRQ", 4, take());
	outb(MASTER, EOI);
	lower_all();
}

/* Edge and level: COM1's line stays high until it is served. */
static void test_triggers(void)
{
	/* By ELCR only: ICW1.LTIM is more than the oracles have. */
	for (u32 how = 0; how < 2; how++) {
		begin("%s", how ? "level" : "edge");
		outb(0x4d0, how ? 0x10 : 0);
		init_pics(ICW1, false);
		raise(4);
		set_masks(0xffef);
		for (u32 round = 0; round < 3; round++) {
			expect("IRQ", round && !how ? 16 : 4, take());
			outb(MASTER, EOI);
		}
		lower(4);
		expect_gone("none after the line fell");
		raise(4);
		expect("after it rose", 4, take());
		outb(MASTER, EOI);
		if (how) {
			/* A request that goes away before it is taken leaves nothing behind. */
			lower(4);
			expect("IRR", 0, get_irr(MASTER) & 0x10);
			expect_gone("none after the request went away");
		}
		outb(0x4d0, 0);
		lower_all();
	}
}

/*
 * The slave's request is masked after the master has seen it. Whether the master's INT stays is open; if it does, IRQ 15 comes
 * without a bit in the slave's ISR, or IRQ 7 without one in the master's.
 */
static void test_spurious(void)
{
	u32 irq;

	begin("a request of the slave that is taken back");
	init_pics(ICW1, false);
	raise(8);
	set_masks(0xfe00);
	outb(SLAVE + 1, 0xff);
	irq = take();
	expect("IRQ is none or spurious", 1, irq == 16 || irq == 15 || irq == 7);
	expect("slave's ISR", 0, get_isr(SLAVE));
	expect("ISR", irq == 15 ? 4 : 0, get_isr(MASTER));
	outb(MASTER, EOI);
	lower_all();
}

void test_main(void)
{
	init_pics(ICW1, false);
	start_sources();
	group("registers of the controllers");
	test_registers();
	group("order of service");
	for (enum end end = 0; end < ENDS; end++)
		for (u32 bits = 0; bits < 16; bits++)
			for (u32 lowest = 0; lowest < 8; lowest++)
				test_order(bits, lowest, end);
	group("masks");
	for (u32 bits = 0; bits < 16; bits++)
		for (u32 masked = 0; masked < 16; masked++)
			test_masks(bits, masked);
	group("nesting");
	for (u32 first = 0; first < 4; first++)
		for (u32 second = 0; second < 4; second++)
			if (first != second) {
				for (u32 lowest = 0; lowest < 8; lowest++)
					for (u32 special = 0; special < 2; special++)
						test_nesting(sources[first], sources[second], lowest, special);
				test_which_ends(sources[first], sources[second]);
			}
	group("polling");
	for (u32 bits = 0; bits < 16; bits++)
		for (u32 lowest = 0; lowest < 8; lowest++)
			test_poll(bits, lowest);
	group("edge and level");
	test_triggers();
	test_spurious();
}
