// SPDX-License-Identifier: GPL-2.0-or-later
/* PCI configuration space. */
#include "pci.h"

static u16 select(u32 slot, u32 offset)
{
	outl(PCI_ADDRESS, PCI_ENABLE | slot << 11 | (offset & 0xfc));
	return PCI_DATA + (offset & 3);
}

u32 pci_read32(u32 slot, u32 offset)
{
	return inl(select(slot, offset));
}

u16 pci_read16(u32 slot, u32 offset)
{
	return inw(select(slot, offset));
}

u8 pci_read8(u32 slot, u32 offset)
{
	return inb(select(slot, offset));
}

void pci_write32(u32 slot, u32 offset, u32 value)
{
	outl(select(slot, offset), value);
}

void pci_write16(u32 slot, u32 offset, u16 value)
{
	outw(select(slot, offset), value);
}

void pci_write8(u32 slot, u32 offset, u8 value)
{
	outb(select(slot, offset), value);
}
