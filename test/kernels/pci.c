// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI bus 0 of the machine that the tests of virtio have: configuration mechanism #1, the bridges, what the firmware leaves, base
 * address registers that are sized and moved, capabilities.
 *
 * Rules: PCI Local Bus Specification 3.0, chapters 3.2.2.3.2 and 6; Intel 82441FX and 82371SB; VIRTIO 1.2, section 4.1.
 */
#include "virtio.h"

static const struct {
	const char *name;
	u32 slot, device, subsystem, class, io, io_size, memory;
} devices[] = {
	{ "disk", DISK_SLOT, 0x1001, 2, 0x010000, 0xc000, 128, 0xfebec000 },
	{ "read-only disk", CDROM_SLOT, 0x1001, 2, 0x010000, 0xc080, 128, 0xfebf0000 },
	{ "network", NET_SLOT, 0x1000, 1, 0x020000, 0xc100, 32, 0xfebf4000 },
	{ "console", CONSOLE_SLOT, 0x1003, 3, 0x078000, 0xc120, 32, 0xfebf8000 },
	{ "entropy", RNG_SLOT, 0x1005, 4, 0x00ff00, 0xc140, 32, 0xfebfc000 },
};
#define DEVICES	(sizeof(devices) / sizeof(*devices))

static void test_mechanism(void)
{
	group("configuration mechanism #1");
	begin("address register");
	outl(PCI_ADDRESS, PCI_ENABLE | 0x08);
	expect("CF8", PCI_ENABLE | 0x08, inl(PCI_ADDRESS));
	outb(PCI_ADDRESS, 0x40);
	expect("CF8 after a byte", PCI_ENABLE | 0x08, inl(PCI_ADDRESS));
	begin("disabled");
	outl(PCI_ADDRESS, 0);
	expect("dword", 0xffffffff, inl(PCI_DATA));
	begin("no such function");
	expect("dword", 0xffffffff, pci_read32(31, 0));
	expect("word", 0xffff, pci_read16(31, 2));
	expect("byte", 0xff, pci_read8(31, 3));
	begin("no such bus");
	outl(PCI_ADDRESS, PCI_ENABLE | 5 << 16);
	expect("dword", 0xffffffff, inl(PCI_DATA));
	for (u32 slot = 0; slot <= RNG_SLOT; slot++)
		for (u32 offset = 0; offset < 0x40; offset += 4) {
			u32 value = pci_read32(slot, offset);

			begin("slot %u, register %x by parts", slot, offset);
			expect("low word", value & 0xffff, pci_read16(slot, offset));
			expect("high word", value >> 16, pci_read16(slot, offset + 2));
			for (u32 n = 0; n < 4; n++)
				expect("byte", value >> (8 * n) & 0xff, pci_read8(slot, offset + n));
		}
}

static void test_bridges(void)
{
	group("bridges");
	begin("host bridge");
	expect("ID", 0x12378086, pci_read32(0, 0));
	expect("class", 0x06000002, pci_read32(0, 8));
	expect("header type", 0, pci_read8(0, 0x0e));
	expect("command", PCI_IO | PCI_MEMORY | PCI_SERR, pci_read16(0, PCI_COMMAND));
	begin("ISA bridge");
	expect("ID", 0x70008086, pci_read32(1, 0));
	expect("class", 0x06010000, pci_read32(1, 8));
	expect("header type", 0x80, pci_read8(1, 0x0e));
	expect("PIRQ routes", 0x0b0b0a0a, pci_read32(1, 0x60));
	expect("ELCR", 0x0c00, inb(0x4d0) | inb(0x4d1) << 8);
	begin("no shutdown by the reset register");
	outb(0xcf9, 0x02);
	expect("CF9", 0x02, inb(0xcf9));
	outb(0xcf9, 0);
}

static void test_device(u32 n)
{
	u32 slot = devices[n].slot, pirq = (slot - 1) & 3, master, bar;

	begin("%s: header", devices[n].name);
	expect("ID", devices[n].device << 16 | 0x1af4, pci_read32(slot, 0));
	expect("class", devices[n].class << 8, pci_read32(slot, 8));
	expect("subsystem", devices[n].subsystem << 16 | 0x1af4, pci_read32(slot, 0x2c));
	expect("status", 0x10, pci_read16(slot, PCI_STATUS));
	begin("%s: what the firmware left", devices[n].name);
	master = devices[n].class >> 16 == 1 ? PCI_MASTER : 0;
	expect("command", PCI_IO | PCI_MEMORY | PCI_SERR | master, pci_read16(slot, PCI_COMMAND));
	expect("BAR 0", devices[n].io | 1, pci_read32(slot, PCI_BAR(0)));
	expect("BAR 4", devices[n].memory | 0xc, pci_read32(slot, PCI_BAR(4)));
	expect("BAR 5", 0, pci_read32(slot, PCI_BAR(5)));
	expect("interrupt pin", 1, pci_read8(slot, PCI_LINE + 1));
	expect("interrupt line", pci_read8(1, 0x60 + pirq), pci_read8(slot, PCI_LINE));
	begin("%s: sizes", devices[n].name);
	for (bar = 0; bar < 6; bar++)
		pci_write32(slot, PCI_BAR(bar), 0xffffffff);
	expect("BAR 0", (-devices[n].io_size) | 1, pci_read32(slot, PCI_BAR(0)));
	for (bar = 1; bar < 4; bar++)
		expect("no BAR", 0, pci_read32(slot, PCI_BAR(bar)));
	expect("BAR 4", 0xffffc00c, pci_read32(slot, PCI_BAR(4)));
	expect("BAR 5", 0xffffffff, pci_read32(slot, PCI_BAR(5)));
	pci_write32(slot, PCI_BAR(0), devices[n].io);
	pci_write32(slot, PCI_BAR(4), devices[n].memory);
	pci_write32(slot, PCI_BAR(5), 0);
	begin("%s: what cannot be written", devices[n].name);
	pci_write32(slot, 0, 0);
	pci_write32(slot, 8, 0);
	pci_write32(slot, 0x2c, 0);
	expect("ID", devices[n].device << 16 | 0x1af4, pci_read32(slot, 0));
	expect("class", devices[n].class << 8, pci_read32(slot, 8));
	expect("subsystem", devices[n].subsystem << 16 | 0x1af4, pci_read32(slot, 0x2c));
	pci_write8(slot, PCI_LINE, 0x5a);
	expect("interrupt line", 0x5a, pci_read8(slot, PCI_LINE));
	pci_write8(slot, PCI_LINE, pci_read8(1, 0x60 + pirq));
}

/* BARs answer where they are, when they may. */
static void test_moves(u32 n)
{
	u32 slot = devices[n].slot, features;
	u16 io = devices[n].io, command = pci_read16(slot, PCI_COMMAND);
	volatile u32 *memory = (u32 *)devices[n].memory, *moved = (u32 *)0xfd000000;

	begin("%s: I/O moves", devices[n].name);
	features = inl(io);
	expect("features", 1, features != 0 && features != 0xffffffff);
	pci_write32(slot, PCI_BAR(0), 0xe000);
	expect("old place", 0xffffffff, inl(io));
	expect("new place", features, inl(0xe000));
	pci_write16(slot, PCI_COMMAND, command & ~PCI_IO);
	expect("off", 0xffffffff, inl(0xe000));
	pci_write16(slot, PCI_COMMAND, command);
	expect("on again", features, inl(0xe000));
	pci_write32(slot, PCI_BAR(0), io);
	begin("%s: memory moves", devices[n].name);
	memory[0] = 1;			/* device_feature_select: the upper half */
	expect("features", 1, memory[1] & 1);
	pci_write32(slot, PCI_BAR(4), (u32)moved);
	expect("new place", 1, moved[1] & 1);
	expect("select", 1, moved[0]);
	pci_write16(slot, PCI_COMMAND, command & ~PCI_MEMORY);
	pci_write16(slot, PCI_COMMAND, command);
	expect("on again", 1, moved[0]);
	pci_write32(slot, PCI_BAR(4), (u32)memory);
	expect("back", 1, memory[0]);
	memory[0] = 0;
}

static void test_capabilities(u32 n)
{
	static const struct {
		u32 at, head, bar, offset, length;
	} all[] = {
		{ 0x84, 0x05147009, 0, 0, 0 },
		{ 0x70, 0x02146009, 4, 0x3000, 0x1000 },
		{ 0x60, 0x04105009, 4, 0x2000, 0x1000 },
		{ 0x50, 0x03104009, 4, 0x1000, 0x1000 },
		{ 0x40, 0x01100009, 4, 0x0000, 0x1000 },
	};
	u32 slot = devices[n].slot, at = pci_read8(slot, PCI_CAPABILITIES);

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++) {
		begin("%s: capability %u", devices[n].name, i);
		expect("place", all[i].at, at);
		expect("head", all[i].head, pci_read32(slot, at));
		expect("BAR", all[i].bar, pci_read32(slot, at + 4));
		expect("offset", all[i].offset, pci_read32(slot, at + 8));
		expect("length", all[i].length, pci_read32(slot, at + 12));
		at = pci_read8(slot, at + 1);
	}
	begin("%s: notification", devices[n].name);
	expect("multiplier", 4, pci_read32(slot, 0x80));
	begin("%s: the window in configuration space", devices[n].name);
	pci_write8(slot, 0x88, 4);
	pci_write32(slot, 0x8c, 0);
	pci_write32(slot, 0x90, 4);
	pci_write32(slot, 0x94, 1);
	expect("select", 1, pci_read32(slot, 0x94));
	pci_write32(slot, 0x8c, 4);
	expect("features", 1, pci_read32(slot, 0x94) & 1);
	pci_write32(slot, 0x8c, 0x14);
	pci_write32(slot, 0x90, 1);
	expect("status", 0, pci_read8(slot, 0x94) & ~(ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK));
}

void test_main(void)
{
	test_mechanism();
	test_bridges();
	group("functions");
	for (u32 n = 0; n < DEVICES; n++)
		test_device(n);
	group("base address registers");
	for (u32 n = 0; n < DEVICES; n++)
		test_moves(n);
	group("capabilities");
	for (u32 n = 0; n < DEVICES; n++)
		test_capabilities(n);
}
