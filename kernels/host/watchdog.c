// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The watchdog: an i6300ESB timer on the PCI bus (Intel 6300ESB datasheet, 16) that raises an NMI when it has not been
 * reloaded for a second. Each tick reloads it, so it barks when somebody keeps interrupts off: a guest, which
 * its emergency task then ends, or the host, which can only say so. Without the device, such a guest keeps the processor.
 */
#include "host.h"

#define INTEL			0x8086
#define I6300ESB		0x25ab
#define CONTROL			0x60	/* in configuration space: 0 is the slow clock, output on */
#define LOCK			0x68
#define LOCK_ENABLED		0x02
#define COUNTS_PER_MS		1	/* 33 MHz / 2^15, about */

/* Registers, in bytes. Each write to one needs the two unlocking values in RELOAD before it. */
#define PRELOAD_1		0x0
#define PRELOAD_2		0x4
#define RELOAD			0xc
#define UNLOCK_1		0x80
#define UNLOCK_2		0x86
#define RELOAD_NOW		0x100
#define TIMED_OUT		0x200

static volatile uint8_t *registers;	/* NULL: there is none */
static unsigned function;

static volatile uint16_t *reload_register(void)
{
	return (volatile uint16_t *)(registers + RELOAD);
}

static void unlock(void)
{
	*reload_register() = UNLOCK_1;
	*reload_register() = UNLOCK_2;
}

static void preload(unsigned offset, uint32_t milliseconds)
{
	unlock();
	*(volatile uint32_t *)(registers + offset) = milliseconds * COUNTS_PER_MS;
}

/* Two counters run one after the other, and the NMI comes at the end of the second. */
static void start(void)
{
	preload(PRELOAD_1, WATCHDOG_MS / 2);
	preload(PRELOAD_2, WATCHDOG_MS / 2);
	pci_write16(function, CONTROL, 0);
	pci_write8(function, LOCK, LOCK_ENABLED);
}

static void reload(void)
{
	unlock();
	*reload_register() = RELOAD_NOW;
}

void watchdog_init(void)
{
	int found = pci_find(INTEL, I6300ESB, PCI_NONE);
	struct pci_bar bar;

	if (found == PCI_NONE)
		return;
	function = (unsigned)found;
	pci_enable(function);
	if (pci_bar(function, 0, &bar) && !bar.is_io)
		registers = device_memory(bar.address);
	if (!registers) {
		host_log("the watchdog's registers cannot be reached: guests that keep interrupts off cannot be ended");
		return;
	}
	start();
	clock_at_tick(reload);
}

/* The device has switched itself off then. */
bool watchdog_has_barked(void)
{
	if (!registers || !(*reload_register() & TIMED_OUT))
		return false;
	unlock();
	*reload_register() = TIMED_OUT;
	start();
	return true;
}
