/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI configuration mechanism #1 on bus 0 (PCI Local Bus Specification 3.0, 3.2.2.3.2) and ports of any width. */
#ifndef PCI_H
#define PCI_H

#include "test.h"

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define PCI_ENABLE	0x80000000u

#define PCI_COMMAND	0x04
#define PCI_IO		0x001
#define PCI_MEMORY	0x002
#define PCI_MASTER	0x004
#define PCI_SERR	0x100
#define PCI_NO_INTX	0x400
#define PCI_STATUS	0x06
#define PCI_STATUS_INTX	0x08
#define PCI_BAR(n)	(0x10 + 4 * (n))
#define PCI_CAPABILITIES 0x34
#define PCI_LINE	0x3c

static inline void outw(u16 port, u16 value) { asm volatile("outw %0, %1" : : "a"(value), "Nd"(port)); }
static inline void outl(u16 port, u32 value) { asm volatile("outl %0, %1" : : "a"(value), "Nd"(port)); }
static inline u16 inw(u16 port)
{
	u16 value;

	asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
static inline u32 inl(u16 port)
{
	u32 value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* Function 0 of a slot; `offset` is a multiple of the width. */
u32 pci_read32(u32 slot, u32 offset);
u16 pci_read16(u32 slot, u32 offset);
u8 pci_read8(u32 slot, u32 offset);
void pci_write32(u32 slot, u32 offset, u32 value);
void pci_write16(u32 slot, u32 offset, u16 value);
void pci_write8(u32 slot, u32 offset, u8 value);

#endif
