/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtio driver for test programs, over both interfaces of a transitional PCI device. Source: Virtual I/O Device (VIRTIO)
 * Version 1.2, sections 2.7 (split virtqueues) and 4.1 (PCI).
 */
#ifndef VIRTIO_H
#define VIRTIO_H

#include "pci.h"

/* The slots in which the tests have their devices, here and on QEMU. */
enum { DISK_SLOT = 2, CDROM_SLOT, NET_SLOT, CONSOLE_SLOT, RNG_SLOT };

/* Features that all devices may have */
#define F_INDIRECT	28
#define F_EVENT_INDEX	29
#define F_VERSION_1	32
#define FEATURE(n)	(1ull << (n))

/* Device status */
#define ACKNOWLEDGE	0x01
#define DRIVER		0x02
#define DRIVER_OK	0x04
#define FEATURES_OK	0x08
#define NEEDS_RESET	0x40

/* Interrupt status */
#define ISR_QUEUE	1

#define MAX_QUEUES	8
#define MAX_SIZE	256
#define BUFFERS		8	/* of a request */

struct descriptor_entry {
	u64 address;
	u32 length;
	u16 flags, next;
};

struct available_ring {
	u16 flags, index, ring[];
};

struct used_ring {
	u16 flags, index;
	struct {
		u32 id, length;
	} ring[];
};

struct virtqueue {
	struct virtio *device;
	u32 index, size;
	volatile struct descriptor_entry *descriptors;
	volatile struct available_ring *available;
	volatile struct used_ring *used;
	u16 last_used;
	u32 next;		/* descriptor to use next: requests are finished before it comes around */
};

/* How a device is driven. */
enum interface { LEGACY, MODERN };

struct virtio {
	u32 slot;
	enum interface interface;
	u16 io;					/* BAR 0 */
	volatile u8 *common, *isr, *config, *notify;
	u32 notify_multiplier;
	u64 offered, features;
	u32 irq;
	u32 queue_count;
	struct virtqueue queues[MAX_QUEUES];
};

/* A part of a request: the device writes those of `in`. */
struct part {
	const void *data;
	u32 length;
	bool in;
};

/* Finds registers and interrupt line. */
void virtio_probe(struct virtio *v, u32 slot, enum interface interface);
/* Resets the device, chooses those of `wanted` that it offers, and starts its queues. Returns false if it refuses. */
bool virtio_start(struct virtio *v, u64 wanted);
void virtio_stop(struct virtio *v);
u8 virtio_status(struct virtio *v);
u8 virtio_isr(struct virtio *v);
u8 virtio_config8(struct virtio *v, u32 offset);
u32 virtio_config32(struct virtio *v, u32 offset);

/* Makes a request available; by one indirect descriptor if `table` has room for it. Returns its head. */
u32 queue_add(struct virtqueue *q, const struct part *parts, u32 count, struct descriptor_entry *table);
void queue_kick(struct virtqueue *q);
/* Is there an answer? Then its head and length. */
bool queue_poll(struct virtqueue *q, u32 *head, u32 *length);
/* The same, but waits some time. */
bool queue_wait(struct virtqueue *q, u32 *head, u32 *length);
/* One request and its answer by polling: the length that the device wrote, or ~0. */
u32 queue_request(struct virtqueue *q, const struct part *parts, u32 count);

/* Lets the interrupt of a device through the 8259A, level triggered as the firmware has set it. */
void virtio_unmask(struct virtio *v);
/* Waits for an interrupt: the IRQ, or 16 if none comes. End it with `virtio_end`, when the device has been served. */
u32 virtio_take(void);
void virtio_end(struct virtio *v);

#endif
