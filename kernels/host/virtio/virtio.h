/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's virtio devices as the rest of the host kernel sees them, one paragraph a file. Disks are blk0, blk1
 * and so on, networks net0, folders fs0, serial ports port0, each kind in the order of the PCI bus. Calls come with
 * interrupts off or take care of that themselves; those that sleep say so.
 */
#ifndef HOST_VIRTIO_H
#define HOST_VIRTIO_H

#include "host.h"

#define BLK_MAX		16
#define NET_MAX		16
#define P9_MAX		16
#define PORT_MAX	64

/* device.c: the registers of a device */
enum virtio_type { VIRTIO_NET = 1, VIRTIO_BLK = 2, VIRTIO_CONSOLE = 3, VIRTIO_9P = 9 };

struct virtio_device {
	unsigned function;		/* PCI */
	uint16_t ports;			/* BAR 0 */
	uint32_t features;		/* offered and wanted */
	struct irq_handler line;
	void (*used)(struct virtio_device *device);		/* it has given buffers back */
	void (*reconfigured)(struct virtio_device *device);	/* NULL: nobody cares */
};

void virtio_init(void);			/* finds all of them */
const char *virtio_begin(struct virtio_device *device, unsigned function, uint32_t wanted);	/* what is wrong */
void virtio_ready(struct virtio_device *device);
void virtio_reset(struct virtio_device *device);
uint8_t virtio_config8(const struct virtio_device *device, unsigned offset);
uint32_t virtio_config32(const struct virtio_device *device, unsigned offset);

/* queue.c: a split virtqueue */
#define PARTS_MAX	4

struct virtio_part {
	uint32_t address, length;	/* physical */
	bool device_writes;		/* these come last */
};

struct virtqueue {
	struct virtio_device *device;
	uint16_t index, size;
	uint32_t frames;		/* physical: the rings and the tokens */
	volatile struct vring_descriptor *descriptors;
	volatile struct vring_available *available;
	volatile struct vring_used *used;
	void **tokens;			/* by first descriptor: what the driver knows the request by */
	uint16_t free, free_count, last_used;
	bool broken;
};

const char *virtqueue_start(struct virtqueue *queue, struct virtio_device *device, unsigned index);
bool virtqueue_add(struct virtqueue *queue, const struct virtio_part *parts, unsigned count, void *token);
void virtqueue_kick(struct virtqueue *queue);
void *virtqueue_take(struct virtqueue *queue, uint32_t *written);	/* the token of what has ended, or NULL */
void *virtqueue_wait(struct virtqueue *queue, uint32_t *written);	/* the same by polling, for a moment */
void virtqueue_quiet(struct virtqueue *queue);		/* no interrupts for what has ended */

/* blk.c: disks */
#define BLK_SECTOR	512

enum blk_operation { BLK_READ = 0, BLK_WRITE = 1, BLK_FLUSH = 4 };

struct blk;

/* In memory that stays where it is until `ended` is called. */
struct blk_request {
	struct {
		uint32_t type, reserved;
		uint64_t sector;
	} header;
	uint8_t status;
	void (*ended)(struct blk_request *request, bool good);	/* in the interrupt handler */
};

void blk_probe(unsigned function);
unsigned blk_count(void);
struct blk *blk_numbered(unsigned number);	/* NULL if there is none */
uint64_t blk_size(const struct blk *disk);	/* bytes */
bool blk_is_read_only(const struct blk *disk);
void blk_submit(struct blk *disk, struct blk_request *request, enum blk_operation operation, uint64_t sector,
		uint32_t address, uint32_t size);	/* sleeps while the queue is full */
void blk_restart(struct blk *disk);		/* all that is under way ends, badly */

/* net.c: networks */
#define FRAME_MAX	1514

struct net;

struct net_user {
	void (*receive)(void *user, const void *frame, uint32_t size);	/* in the interrupt handler */
	void (*link_changed)(void *user, bool up);
	void *user;
};

void net_probe(unsigned function);
unsigned net_count(void);
struct net *net_numbered(unsigned number);
const uint8_t *net_mac(const struct net *net);
bool net_is_up(const struct net *net);
void net_open(struct net *net, const struct net_user *user);
void net_close(struct net *net);
void net_send(struct net *net, const void *frame, uint32_t size);	/* lost if there is no room */

/* p9.c: folders, as a transport of 9P messages. One request at a time: begin, send, look, end. */
#define P9_BUFFER	0x2000
#define P9_FIDS		4096

struct p9 {
	struct virtio_device device;
	struct virtqueue queue;
	bool busy, answered;
	uint32_t frames;		/* P9_BUFFER bytes to send, then as many for the answer */
	uint32_t written;		/* bytes of the answer, the payload included */
	uint32_t message_size;		/* agreed with the server; 0: not yet */
	uint32_t fids[P9_FIDS / 32];	/* a bit for each that is in use */
};

/* Bytes of guests that follow the request, or the first bytes of the answer, without being copied. */
struct p9_payload {
	uint32_t address, size;		/* physical */
	uint32_t head;			/* bytes of the message before it */
	bool in;			/* part of the answer */
};

void p9_probe(unsigned function);
unsigned p9_count(void);
struct p9 *p9_numbered(unsigned number);
uint8_t *p9_begin(struct p9 *p9);	/* where the request is to be written; sleeps while somebody else talks */
const uint8_t *p9_send(struct p9 *p9, uint32_t size, const struct p9_payload *payload);	/* the answer; sleeps */
void p9_end(struct p9 *p9);

/* console.c: serial ports */
struct port;

extern const struct device port_device;

void console_probe(unsigned function);
unsigned port_count(void);
struct port *port_numbered(unsigned number);

#endif /* HOST_VIRTIO_H */
