// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtio over PCI: finding the devices, their registers and interrupts (VIRTIO 1.2, 3.1 and 4.1.4.10).
 *
 * The legacy interface is used, the one of the drafts before 1.0: all registers lie behind I/O BAR 0, which the
 * firmware has placed, while the modern ones need capabilities to be followed and a memory BAR to be mapped beyond
 * the direct map. Devices that are transitional, ours and QEMU's on the `pc`, have both. What 1.0 has brought (a
 * handshake of features, queues of any place and size) this driver would not use.
 *
 * A device that is missing or does not answer is a line in the log and no more.
 */
#include "virtio.h"

#define VENDOR			0x1af4
#define FIRST_DEVICE		0x1000	/* transitional devices, 4.1.2 */
#define LAST_DEVICE		0x103f
#define LAST_MODERN		0x107f

#define OFFERED			0x00
#define FEATURES		0x04
#define STATUS			0x12
#define INTERRUPT_STATUS	0x13
#define CONFIGURATION		0x14

#define STATUS_ACKNOWLEDGE	0x01
#define STATUS_DRIVER		0x02
#define STATUS_READY		0x04
#define INTERRUPT_QUEUE		0x01
#define INTERRUPT_CONFIGURATION	0x02

uint8_t virtio_config8(const struct virtio_device *device, unsigned offset)
{
	return inb((uint16_t)(device->ports + CONFIGURATION + offset));
}

uint32_t virtio_config32(const struct virtio_device *device, unsigned offset)
{
	return inl((uint16_t)(device->ports + CONFIGURATION + offset));
}

static void add_status(const struct virtio_device *device, uint8_t bits)
{
	uint16_t port = (uint16_t)(device->ports + STATUS);

	outb(port, inb(port) | bits);
}

/* Reading the status lowers the line, so a device that shares it and has nothing to say is recognised by 0. */
static void interrupt(void *handler)
{
	struct virtio_device *device = handler;
	uint8_t causes = inb((uint16_t)(device->ports + INTERRUPT_STATUS));

	if (causes & INTERRUPT_CONFIGURATION && device->reconfigured)
		device->reconfigured(device);
	if (causes & INTERRUPT_QUEUE)
		device->used(device);
}

/* Afterwards the device touches no memory, and knows neither driver nor queues. */
void virtio_reset(struct virtio_device *device)
{
	outb((uint16_t)(device->ports + STATUS), 0);
}

/* The first half of the initialization: a known state, and the features. Queues come next, then virtio_ready(). */
const char *virtio_begin(struct virtio_device *device, unsigned function, uint32_t wanted)
{
	struct pci_bar bar;

	device->function = function;
	if (!pci_bar(function, 0, &bar) || !bar.is_io)
		return "it has no legacy interface: use a transitional device";
	if (pci_irq(function) == PCI_NO_IRQ)
		return "the firmware has given it no interrupt line";
	device->ports = (uint16_t)bar.address;
	pci_enable(function);
	virtio_reset(device);
	add_status(device, STATUS_ACKNOWLEDGE);
	add_status(device, STATUS_DRIVER);
	device->features = inl((uint16_t)(device->ports + OFFERED)) & wanted;
	outl((uint16_t)(device->ports + FEATURES), device->features);
	return NULL;
}

/* The device may work, and its interrupts come. Also after a reset: then only the first half is done again. */
void virtio_ready(struct virtio_device *device)
{
	if (!device->line.serve) {
		device->line = (struct irq_handler){ .serve = interrupt, .device = device };
		irq_register(pci_irq(device->function), &device->line);
	}
	add_status(device, STATUS_READY);
}

static void probe(unsigned function)
{
	switch (pci_read16(function, PCI_SUBSYSTEM)) {
	case VIRTIO_NET:
		net_probe(function);
		break;
	case VIRTIO_BLK:
		blk_probe(function);
		break;
	case VIRTIO_CONSOLE:
		console_probe(function);
		break;
	case VIRTIO_9P:
		p9_probe(function);
		break;
	default:
		break;			/* no driver, no harm */
	}
}

void virtio_init(void)
{
	for (int at = pci_find(VENDOR, PCI_ANY, PCI_NONE); at != PCI_NONE; at = pci_find(VENDOR, PCI_ANY, at)) {
		uint16_t device = pci_read16((unsigned)at, PCI_DEVICE);

		if (device >= FIRST_DEVICE && device <= LAST_DEVICE)
			probe((unsigned)at);
		else if (device > LAST_DEVICE && device <= LAST_MODERN)
			host_log("a virtio device (PCI function 0x%x) is not used: it has no legacy interface "
				 "(QEMU: leave out disable-legacy)", (unsigned)at);
	}
}
