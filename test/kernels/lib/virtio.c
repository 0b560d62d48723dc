// SPDX-License-Identifier: GPL-2.0-or-later
/* The driver's side of virtio over PCI, by polling and by interrupt. */
#include "irq.h"
#include "virtio.h"

#define POLLS	20000000

#define DESCRIPTOR_NEXT		1
#define DESCRIPTOR_WRITE	2
#define DESCRIPTOR_INDIRECT	4

/* The legacy registers (4.1.4.10) */
#define LEGACY_OFFERED	0x00
#define LEGACY_FEATURES	0x04
#define LEGACY_PAGE	0x08
#define LEGACY_SIZE	0x0c
#define LEGACY_SELECT	0x0e
#define LEGACY_NOTIFY	0x10
#define LEGACY_STATUS	0x12
#define LEGACY_ISR	0x13
#define LEGACY_CONFIG	0x14

/* The common configuration structure (4.1.4.3) */
#define OFFERED_SELECT	0x00
#define OFFERED		0x04
#define FEATURES_SELECT	0x08
#define FEATURES	0x0c
#define QUEUES		0x12
#define STATUS		0x14
#define SELECT		0x16
#define SIZE		0x18
#define ENABLE		0x1c
#define NOTIFY_OFFSET	0x1e
#define DESCRIPTORS	0x20
#define AVAILABLE	0x28
#define USED		0x30

/* Rings of all queues of the one device that is tested: legacy ones need three pages. */
#define RING_PAGES	3
static u8 rings[MAX_QUEUES][RING_PAGES * 4096] __attribute__((aligned(4096)));

#define REG8(base, offset)	(*(volatile u8 *)((base) + (offset)))
#define REG16(base, offset)	(*(volatile u16 *)((base) + (offset)))
#define REG32(base, offset)	(*(volatile u32 *)((base) + (offset)))

static void barrier(void)
{
	asm volatile("" : : : "memory");
}

void virtio_probe(struct virtio *v, u32 slot, enum interface interface)
{
	memset(v, 0, sizeof(*v));
	v->slot = slot;
	v->interface = interface;
	v->io = pci_read32(slot, PCI_BAR(0)) & ~3u;
	v->irq = pci_read8(slot, PCI_LINE);
	for (u32 at = pci_read8(slot, PCI_CAPABILITIES); at; at = pci_read8(slot, at + 1)) {
		u32 bar = pci_read8(slot, at + 4);
		volatile u8 *base = (u8 *)((pci_read32(slot, PCI_BAR(bar)) & ~15u) + pci_read32(slot, at + 8));

		if (pci_read8(slot, at) != 9)
			continue;
		switch (pci_read8(slot, at + 3)) {
		case 1:
			v->common = base;
			break;
		case 2:
			v->notify = base;
			v->notify_multiplier = pci_read32(slot, at + 16);
			break;
		case 3:
			v->isr = base;
			break;
		case 4:
			v->config = base;
			break;
		}
	}
	pci_write16(slot, PCI_COMMAND, pci_read16(slot, PCI_COMMAND) | PCI_MASTER);
}

u8 virtio_status(struct virtio *v)
{
	return v->interface == LEGACY ? inb(v->io + LEGACY_STATUS) : REG8(v->common, STATUS);
}

static void set_status(struct virtio *v, u8 status)
{
	if (v->interface == LEGACY)
		outb(v->io + LEGACY_STATUS, status);
	else
		REG8(v->common, STATUS) = status;
}

u8 virtio_isr(struct virtio *v)
{
	return v->interface == LEGACY ? inb(v->io + LEGACY_ISR) : REG8(v->isr, 0);
}

u8 virtio_config8(struct virtio *v, u32 offset)
{
	return v->interface == LEGACY ? inb(v->io + LEGACY_CONFIG + offset) : REG8(v->config, offset);
}

u32 virtio_config32(struct virtio *v, u32 offset)
{
	return v->interface == LEGACY ? inl(v->io + LEGACY_CONFIG + offset) : REG32(v->config, offset);
}

void virtio_stop(struct virtio *v)
{
	set_status(v, 0);
	while (virtio_status(v))
		;
	virtio_isr(v);
}

static u64 read_offered(struct virtio *v)
{
	u64 low;

	if (v->interface == LEGACY)
		return inl(v->io + LEGACY_OFFERED);
	REG32(v->common, OFFERED_SELECT) = 0;
	low = REG32(v->common, OFFERED);
	REG32(v->common, OFFERED_SELECT) = 1;
	return low | (u64)REG32(v->common, OFFERED) << 32;
}

static void write_features(struct virtio *v)
{
	if (v->interface == LEGACY) {
		outl(v->io + LEGACY_FEATURES, v->features);
		return;
	}
	for (u32 n = 0; n < 2; n++) {
		REG32(v->common, FEATURES_SELECT) = n;
		REG32(v->common, FEATURES) = v->features >> (32 * n);
	}
}

static void set_address(volatile u8 *at, volatile void *address)
{
	REG32(at, 0) = (u32)address;
	REG32(at, 4) = 0;
}

/* Returns false when there is no such queue. */
static bool start_queue(struct virtio *v, u32 n)
{
	struct virtqueue *q = &v->queues[n];
	u8 *memory = rings[n];
	u32 size;

	if (v->interface == LEGACY) {
		outw(v->io + LEGACY_SELECT, n);
		size = inw(v->io + LEGACY_SIZE);
	} else {
		REG16(v->common, SELECT) = n;
		size = REG16(v->common, SIZE);
	}
	if (!size || size > MAX_SIZE)
		return false;
	memset(memory, 0, sizeof(rings[n]));
	memset(q, 0, sizeof(*q));
	q->device = v;
	q->index = n;
	q->size = size;
	q->descriptors = (void *)memory;
	q->available = (void *)(memory + 16 * size);
	q->used = (void *)(((u32)memory + 16 * size + 6 + 2 * size + 4095) & ~4095u);
	if (v->interface == LEGACY) {
		outl(v->io + LEGACY_PAGE, (u32)memory >> 12);
	} else {
		set_address(v->common + DESCRIPTORS, q->descriptors);
		set_address(v->common + AVAILABLE, q->available);
		set_address(v->common + USED, q->used);
		REG16(v->common, ENABLE) = 1;
	}
	return true;
}

bool virtio_start(struct virtio *v, u64 wanted)
{
	u8 status = ACKNOWLEDGE | DRIVER;

	virtio_stop(v);
	set_status(v, ACKNOWLEDGE);
	set_status(v, status);
	v->offered = read_offered(v);
	v->features = v->offered & (wanted | (v->interface == MODERN ? FEATURE(F_VERSION_1) : 0));
	write_features(v);
	if (v->interface == MODERN) {
		status |= FEATURES_OK;
		set_status(v, status);
		if (virtio_status(v) != status)
			return false;
	}
	for (v->queue_count = 0; v->queue_count < MAX_QUEUES && start_queue(v, v->queue_count); v->queue_count++)
		;
	set_status(v, status | DRIVER_OK);
	return virtio_status(v) == (status | DRIVER_OK);
}

u32 queue_add(struct virtqueue *q, const struct part *parts, u32 count, struct descriptor_entry *table)
{
	u32 head = q->next;

	for (u32 n = 0; n < count; n++) {
		u32 at = table ? n : (head + n) % q->size;
		volatile struct descriptor_entry *d = table ? &table[n] : &q->descriptors[at];

		d->address = (u32)parts[n].data;
		d->length = parts[n].length;
		d->flags = (parts[n].in ? DESCRIPTOR_WRITE : 0) | (n + 1 < count ? DESCRIPTOR_NEXT : 0);
		d->next = table ? n + 1 : (at + 1) % q->size;
	}
	if (table) {
		q->descriptors[head].address = (u32)table;
		q->descriptors[head].length = count * sizeof(*table);
		q->descriptors[head].flags = DESCRIPTOR_INDIRECT;
	}
	q->next = (head + (table ? 1 : count)) % q->size;
	q->available->ring[q->available->index % q->size] = head;
	barrier();
	q->available->index++;
	barrier();
	return head;
}

void queue_kick(struct virtqueue *q)
{
	struct virtio *v = q->device;

	barrier();
	if (v->interface == LEGACY) {
		outw(v->io + LEGACY_NOTIFY, q->index);
		return;
	}
	REG16(v->common, SELECT) = q->index;
	REG16(v->notify, REG16(v->common, NOTIFY_OFFSET) * v->notify_multiplier) = q->index;
}

bool queue_poll(struct virtqueue *q, u32 *head, u32 *length)
{
	u32 at = q->last_used % q->size;

	if (q->used->index == q->last_used)
		return false;
	barrier();
	*head = q->used->ring[at].id;
	*length = q->used->ring[at].length;
	q->last_used++;
	return true;
}

bool queue_wait(struct virtqueue *q, u32 *head, u32 *length)
{
	for (u32 n = 0; n < POLLS; n++)
		if (queue_poll(q, head, length))
			return true;
	return false;
}

u32 queue_request(struct virtqueue *q, const struct part *parts, u32 count)
{
	u32 head = queue_add(q, parts, count, 0), used, length;

	queue_kick(q);
	if (!queue_wait(q, &used, &length) || used != head)
		return ~0u;
	barrier();
	return length;
}

void virtio_unmask(struct virtio *v)
{
	init_pics(ICW1, false);
	set_masks(~(1u << v->irq | 1u << 2));
}

u32 virtio_take(void)
{
	u32 irq = 16;

	for (u32 n = 0; n < POLLS / 100 && irq == 16; n++)
		irq = take();
	return irq;
}

void virtio_end(struct virtio *v)
{
	if (v->irq >= 8)
		outb(SLAVE, EOI);
	outb(MASTER, EOI);
}
