// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a program sees of the 8254: the status of its counters, latches and both access modes, BCD, the modes of counter 2 with its
 * gate and output in port 61h, and the interrupts of counter 0. Nothing here depends on how fast time passes.
 *
 * Rules: Intel 8254 datasheet: mode definitions, counter latch command, read-back command.
 */
#include "irq.h"

CODE(sti_halt, "sti; hlt; nop; nop");

#define LATCH(counter)	((counter) << 6)
#define LOW	1
#define HIGH	2
#define WORD	3
#define OUT	0x80
#define NULL_COUNT 0x40

static void set_counter(u32 counter, u32 access, u32 mode, u32 bcd)
{
	outb(0x43, counter << 6 | access << 4 | mode << 1 | bcd);
}

static void write_count(u32 counter, u32 count)
{
	outb(0x40 + counter, count);
	outb(0x40 + counter, count >> 8);
}

static u32 latched(u32 counter)
{
	u32 low;

	outb(0x43, LATCH(counter));
	low = inb(0x40 + counter);
	return low | inb(0x40 + counter) << 8;
}

static u32 counter_status(u32 counter)
{
	outb(0x43, 0xe0 | 2 << counter);
	return inb(0x40 + counter);
}

/* Counter 2's gate; its output is bit 5 there. */
static void set_gate(u32 level)
{
	outb(0x61, (inb(0x61) & ~3) | level);
}

static u32 output(void)
{
	return inb(0x61) >> 5 & 1;
}

static bool wait_output(u32 level)
{
	for (u32 n = 0; n < PATIENCE; n++)
		if (output() == level)
			return true;
	return false;
}

static bool wait_loaded(u32 counter)
{
	for (u32 n = 0; n < PATIENCE; n++)
		if (!(counter_status(counter) & NULL_COUNT))
			return true;
	return false;
}

static void wait_clocks(void)
{
	/* Counter 2 stands still in some tests: the refresh bit shows that time passes. */
	for (u32 n = 0; n < 8; n++) {
		u32 bit = inb(0x61) & 0x10, k = 0;

		while (k++ < 100000 && (inb(0x61) & 0x10) == bit)
			;
	}
}

static void test_status(void)
{
	for (u32 counter = 0; counter < 3; counter++)
		for (u32 mode = 0; mode < 6; mode++)
			for (u32 access = LOW; access <= WORD; access++)
				for (u32 bcd = 0; bcd < 2; bcd++) {
					u32 status;

					begin("counter %u, mode %u, access %u, BCD %u: before the count", counter, mode, access, bcd);
					set_gate(0);
					set_counter(counter, access, mode, bcd);
					status = counter_status(counter);
					/* Until a count is written OUT has the level of the mode. */
					expect("status", (mode ? OUT : 0) | NULL_COUNT | access << 4 | mode << 1 | bcd, status);
				}
	set_counter(1, LOW, 2, 0);
	outb(0x41, 18);
}

static void test_latches(void)
{
	u32 a, b, low, high;

	for (u32 counter = 0; counter < 3; counter += 2) {
		begin("a latched count stays, counter %u", counter);
		set_gate(1);
		set_counter(counter, WORD, 2, 0);
		write_count(counter, 0xff00);
		expect("loaded", 1, wait_loaded(counter));
		outb(0x43, LATCH(counter));
		wait_clocks();
		outb(0x43, LATCH(counter));	/* ignored until the first is read */
		low = inb(0x40 + counter);
		a = low | inb(0x40 + counter) << 8;
		wait_clocks();
		b = latched(counter);
		expect("counts down", 1, b < a);
		expect("in range", 1, a <= 0xff00);

		begin("read back: status, then count, counter %u", counter);
		outb(0x43, 0xc0 | 2 << counter);
		low = inb(0x40 + counter);
		expect("status", OUT | 3 << 4 | 2 << 1, low);
		low = inb(0x40 + counter);
		high = inb(0x40 + counter);
		expect("counts down", 1, (low | high << 8) < b);

		begin("low byte only, counter %u", counter);
		set_counter(counter, LOW, 2, 0);
		outb(0x40 + counter, 200);
		expect("loaded", 1, wait_loaded(counter));
		for (u32 n = 0; n < 100; n++) {
			outb(0x43, LATCH(counter));
			a = inb(0x40 + counter);
			expect("in range", 1, a >= 1 && a <= 200);
		}

		begin("high byte only, counter %u", counter);
		set_counter(counter, HIGH, 2, 0);
		outb(0x40 + counter, 0x12);
		expect("loaded", 1, wait_loaded(counter));
		for (u32 n = 0; n < 100; n++) {
			outb(0x43, LATCH(counter));
			a = inb(0x40 + counter);
			expect("in range", 1, a <= 0x12);
		}

		begin("BCD, counter %u", counter);
		set_counter(counter, WORD, 2, 1);
		write_count(counter, 0x9999);
		expect("loaded", 1, wait_loaded(counter));
		for (u32 n = 0; n < 200; n++) {
			a = latched(counter);
			for (u32 digit = 0; digit < 16; digit += 4)
				expect("a digit", 1, (a >> digit & 15) < 10);
		}
		expect("in range", 1, a > 0);
	}
	lower(0);
}

static void test_modes(void)
{
	u32 a, b;

	begin("port 61h");
	for (u32 bits = 0; bits < 4; bits++) {
		set_gate(bits);
		expect("gate and speaker", bits, inb(0x61) & 3);
	}
	a = inb(0x61) & 0x10;
	for (b = 0; b < PATIENCE && (inb(0x61) & 0x10) == a; b++)
		;
	expect("refresh toggles", 1, b < PATIENCE);

	begin("mode 0");
	set_gate(1);
	set_counter(2, WORD, 0, 0);
	expect("OUT at first", 0, output());
	write_count(2, 3000);
	expect("OUT rises", 1, wait_output(1));
	wait_clocks();
	expect("and stays", 1, output());
	write_count(2, 40000);
	expect("a new count lowers OUT", 0, output());

	begin("mode 0, gate");
	set_gate(1);
	set_counter(2, WORD, 0, 0);
	write_count(2, 60000);
	expect("loaded", 1, wait_loaded(2));
	set_gate(0);
	a = latched(2);
	wait_clocks();
	expect("stands still", a, latched(2));
	expect("OUT", 0, output());
	set_gate(1);
	wait_clocks();
	b = latched(2);
	expect("goes on", 1, b < a);

	begin("mode 1");
	set_gate(0);
	set_counter(2, WORD, 1, 0);
	expect("OUT at first", 1, output());
	write_count(2, 10000);
	wait_clocks();
	expect("OUT without a trigger", 1, output());
	set_gate(1);
	expect("OUT falls", 1, wait_output(0));
	set_gate(0);
	wait_clocks();
	expect("the gate's level does not matter", 0, output());
	expect("OUT rises", 1, wait_output(1));
	set_gate(1);
	expect("again", 1, wait_output(0));
	expect("OUT rises", 1, wait_output(1));

	begin("mode 2");
	set_gate(1);
	set_counter(2, WORD, 2, 0);
	expect("OUT at first", 1, output());
	write_count(2, 5000);
	expect("loaded", 1, wait_loaded(2));
	for (u32 n = 0, last = 5000, wraps = 0; n < PATIENCE && wraps < 2; n++) {
		a = latched(2);
		expect("in range", 1, a >= 1 && a <= 5000);
		if (a > last)
			wraps++;
		last = a;
		expect("never stops", 1, n < PATIENCE - 1);
	}

	begin("mode 2, gate");
	set_gate(0);
	wait_clocks();
	expect("OUT", 1, output());
	a = latched(2);
	wait_clocks();
	expect("stands still", a, latched(2));
	/* A rising gate loads the count again. */
	set_gate(1);
	write_count(2, 60000);
	for (u32 n = 0; n < PATIENCE && latched(2) > 30000; n++)
		;
	set_gate(0);
	a = latched(2);
	set_gate(1);
	wait_clocks();
	expect("begins again", 1, latched(2) > a);

	begin("mode 3");
	set_gate(1);
	set_counter(2, WORD, 3, 0);
	expect("OUT at first", 1, output());
	write_count(2, 3000);
	for (u32 n = 0; n < 3; n++) {
		expect("falls", 1, wait_output(0));
		expect("rises", 1, wait_output(1));
	}
	for (u32 n = 0; n < 100; n++)
		expect("counts by two", 0, latched(2) & 1);

	begin("mode 3, gate");
	expect("OUT falls", 1, wait_output(0));
	set_gate(0);
	expect("OUT rises at once", 1, output());
	wait_clocks();
	expect("and stays", 1, output());

	begin("mode 4");
	set_gate(1);
	set_counter(2, WORD, 4, 0);
	expect("OUT at first", 1, output());
	write_count(2, 60000);
	expect("loaded", 1, wait_loaded(2));
	a = latched(2);
	wait_clocks();
	b = latched(2);
	expect("counts", 1, b < a);
	set_gate(0);
	a = latched(2);
	wait_clocks();
	expect("stands still without the gate", a, latched(2));

	begin("mode 5");
	set_gate(0);
	set_counter(2, WORD, 5, 0);
	expect("OUT at first", 1, output());
	write_count(2, 60000);
	wait_clocks();
	set_gate(1);
	expect("loaded by the trigger", 1, wait_loaded(2));
	a = latched(2);
	wait_clocks();
	b = latched(2);
	expect("counts", 1, b < a);
	expect("OUT", 1, output());
	set_gate(0);
}

/* How many interrupts a mode makes. */
static void test_timer_interrupts(void)
{
	for (u32 mode = 0; mode < 4; mode++) {
		struct frame f = ring_frame(0, sti_halt);
		struct result r;

		if (mode == 1)
			continue;
		begin("mode %u makes %s", mode, mode ? "many" : "one");
		init_pics(ICW1, false);
		lower(0);
		set_masks(0xfffe);
		start_timer(mode, 1000);
		r = run(&f);
		expect_fault(&r, BASE, 0);
		outb(MASTER, EOI);
		if (mode) {
			r = run(&f);
			expect_fault(&r, BASE, 0);
			outb(MASTER, EOI);
		} else {
			wait_clocks();
			expect("IRQ", 16, take());
			/* A new count makes another. */
			write_count(0, 500);
			r = run(&f);
			expect_fault(&r, BASE, 0);
			outb(MASTER, EOI);
		}
		lower_all();
	}
}

void test_main(void)
{
	init_pics(ICW1, false);
	start_sources();
	group("status of the counters");
	test_status();
	group("reading the counters");
	test_latches();
	group("modes of a counter");
	test_modes();
	group("interrupts of the timer");
	test_timer_interrupts();
	lower_all();
}
