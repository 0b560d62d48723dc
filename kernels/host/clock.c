// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time: channel 0 of the 8254 ticks at 100 Hz (Intel 8254 data sheet, mode 2), and its counter divides a tick further
 * into nanoseconds. Nothing is calibrated, so on a machine whose PIT is exact the clock is exact and repeatable.
 * The wall clock is read once from the MC146818 RTC at boot and continues from there.
 */
#include "host.h"

#define PIT_CHANNEL0	0x40
#define PIT_COMMAND	0x43
#define PIT_RATE	0x34		/* channel 0, low then high byte, mode 2 */
#define PIT_LATCH	0x00
#define PIT_DIVISOR	11932		/* 1193182 Hz / 100 */
#define RTC_INDEX	0x70
#define RTC_DATA	0x71
#define RTC_UPDATING	0x80		/* register A */
#define RTC_BINARY	0x04		/* register B */
#define NS_PER_SECOND	1000000000u
#define HOOKS_MAX	4

static volatile uint32_t ticks;
static void (*hooks[HOOKS_MAX])(void);
static unsigned hook_count;
static uint64_t latest;
static uint32_t boot_seconds;		/* UNIX time */

static void tick(void *unused)
{
	(void)unused;
	ticks++;
	for (unsigned i = 0; i < hook_count; i++)
		hooks[i]();
}

/* Who else wants to be called at each tick. */
void clock_at_tick(void (*hook)(void))
{
	if (hook_count == HOOKS_MAX)
		panic("more than %u want to know of ticks", HOOKS_MAX);
	hooks[hook_count++] = hook;
}

uint32_t clock_ticks(void)
{
	return ticks;
}

static uint32_t pit_count(void)
{
	uint32_t low;

	outb(PIT_COMMAND, PIT_LATCH);
	low = inb(PIT_CHANNEL0);
	return low | (uint32_t)inb(PIT_CHANNEL0) << 8;
}

/* 10^9 / 1193182 = 838 + 6233/65536, to seven digits. */
static uint64_t cycles_to_ns(uint64_t cycles)
{
	return cycles * 838 + (cycles * 6233 >> 16);
}

uint64_t clock_ns(void)
{
	uint32_t flags = interrupts_save();
	uint32_t count = pit_count();
	uint32_t whole = ticks;
	uint64_t now;

	/* The counter may have started again while its interrupt still waits. */
	if (count > PIT_DIVISOR / 2 && irq_requested(IRQ_TIMER))
		whole++;
	now = cycles_to_ns((uint64_t)whole * PIT_DIVISOR + (PIT_DIVISOR - count));
	if (now > latest)
		latest = now;
	now = latest;
	interrupts_restore(flags);
	return now;
}

static uint8_t rtc_read(uint8_t index)
{
	outb(RTC_INDEX, index);
	return inb(RTC_DATA);
}

static uint32_t rtc_field(uint8_t index, bool binary)
{
	uint8_t value = rtc_read(index);

	return binary ? value : (value >> 4) * 10u + (value & 15u);
}

static uint32_t rtc_unix_seconds(void)
{
	static const uint16_t days_before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	uint32_t second, minute, hour, day, month, year;
	bool binary;

	while (rtc_read(10) & RTC_UPDATING)
		;
	binary = rtc_read(11) & RTC_BINARY;
	second = rtc_field(0, binary);
	minute = rtc_field(2, binary);
	hour = rtc_field(4, binary);
	day = rtc_field(7, binary);
	month = rtc_field(8, binary);
	year = rtc_field(9, binary) + 30;	/* since 1970, for the 21st century */
	if (month < 1 || month > 12)
		return 0;
	/* Leap years from 1970 to the last finished year: 1972 was the first; then the one of this year. */
	day += days_before[month - 1] + (year + 1) / 4 + (month > 2 && year % 4 == 2) - 1;
	return ((year * 365 + day) * 24 + hour) * 3600 + minute * 60 + second;
}

uint32_t clock_unix_seconds(void)
{
	/* A 32-bit machine divides 64 by 32 bits, if the quotient fits: 136 years do. */
	uint64_t now = clock_ns();
	uint32_t seconds, rest;

	asm("divl %4" : "=a"(seconds), "=d"(rest)
	    : "a"((uint32_t)now), "d"((uint32_t)(now >> 32)), "r"(NS_PER_SECOND));
	(void)rest;
	return boot_seconds + seconds;
}

void clock_init(void)
{
	static struct irq_handler line = { .serve = tick };

	boot_seconds = rtc_unix_seconds();
	outb(PIT_COMMAND, PIT_RATE);
	outb(PIT_CHANNEL0, PIT_DIVISOR & 0xff);
	outb(PIT_CHANNEL0, PIT_DIVISOR >> 8);
	irq_register(IRQ_TIMER, &line);
}
