// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI bus 0 by configuration mechanism #1 (PCI Local Bus Specification 3.0, 3.2.2.3.2): an address to port CF8h, the
 * register at CFCh. The firmware has given BARs and interrupt lines; we read what it left and change only the
 * command register. A PC without PCI answers every read with ones, and has no functions.
 */
#include "host.h"

#define PCI_ADDRESS		0xcf8
#define PCI_DATA		0xcfc
#define PCI_ENABLE		0x80000000u
#define FUNCTIONS		256		/* of one bus: 32 devices with 8 functions each */
#define MULTIFUNCTION		0x80		/* of the header type */
#define BAR_IO			0x1
#define BARS			6

static uint16_t select(unsigned function, unsigned offset)
{
	outl(PCI_ADDRESS, PCI_ENABLE | function << 8 | (offset & 0xfc));
	return (uint16_t)(PCI_DATA + (offset & 3));
}

uint32_t pci_read32(unsigned function, unsigned offset)
{
	return inl(select(function, offset));
}

uint16_t pci_read16(unsigned function, unsigned offset)
{
	return inw(select(function, offset));
}

uint8_t pci_read8(unsigned function, unsigned offset)
{
	return inb(select(function, offset));
}

void pci_write32(unsigned function, unsigned offset, uint32_t value)
{
	outl(select(function, offset), value);
}

void pci_write16(unsigned function, unsigned offset, uint16_t value)
{
	outw(select(function, offset), value);
}

void pci_write8(unsigned function, unsigned offset, uint8_t value)
{
	outb(select(function, offset), value);
}

/* Functions 1 to 7 are there only if function 0 says so: others may answer as function 0. */
static bool exists(unsigned function)
{
	unsigned first = function & ~7u;

	if (pci_read16(first, PCI_VENDOR) == PCI_NOBODY)
		return false;
	return function == first || ((pci_read8(first, PCI_HEADER_TYPE) & MULTIFUNCTION) &&
				     pci_read16(function, PCI_VENDOR) != PCI_NOBODY);
}

int pci_find(uint16_t vendor, uint16_t device, int after)
{
	for (unsigned function = (unsigned)(after + 1); function < FUNCTIONS; function++)
		if (exists(function) && pci_read16(function, PCI_VENDOR) == vendor &&
		    (device == PCI_ANY || pci_read16(function, PCI_DEVICE) == device))
			return (int)function;
	return PCI_NONE;
}

bool pci_bar(unsigned function, unsigned number, struct pci_bar *bar)
{
	uint32_t value = number < BARS ? pci_read32(function, PCI_BAR0 + 4 * number) : 0;

	bar->is_io = value & BAR_IO;
	bar->address = value & (bar->is_io ? ~0x3u : ~0xfu);
	return bar->address != 0;
}

unsigned pci_irq(unsigned function)
{
	uint8_t line = pci_read8(function, PCI_INTERRUPT_LINE);

	return pci_read8(function, PCI_INTERRUPT_PIN) && line && line < 16 ? line : PCI_NO_IRQ;
}

void pci_enable(unsigned function)
{
	pci_write16(function, PCI_COMMAND,
		    pci_read16(function, PCI_COMMAND) | PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}
