// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One split virtqueue as its driver sees it (VIRTIO 1.2, 2.7): a table of descriptors, a ring of what we make
 * available, a ring of what the device has used. Descriptors that are free form a list. The legacy layout (2.7.2)
 * puts all three into adjacent frames, the used ring at the start of a page; behind it is what belongs to us alone,
 * a token for each descriptor.
 *
 * A device that gives back what it was not given is broken: the queue is not looked at any more.
 */
#include "virtio.h"

#define QUEUE_ADDRESS		0x08	/* legacy registers, 4.1.4.10 */
#define QUEUE_SIZE		0x0c
#define QUEUE_SELECT		0x0e
#define QUEUE_NOTIFY		0x10
#define DEVICE_STATUS		0x12

#define DESCRIPTOR_NEXT		1
#define DESCRIPTOR_WRITE	2
#define AVAILABLE_NO_INTERRUPT	1

#define POLLS			1000000	/* about a second on a real machine: a port takes 1 us */
#define PAGES(bytes)		(((bytes) + PAGE_SIZE - 1) / PAGE_SIZE)

struct vring_descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};

struct vring_available {
	uint16_t flags, index, ring[];
};

struct vring_used {
	uint16_t flags, index;
	struct {
		uint32_t id, length;
	} ring[];
};

/* The processor keeps loads and stores in their order (Intel SDM vol. 3, 8.2); the compiler must, too. */
static void barrier(void)
{
	asm volatile("" : : : "memory");
}

static void lay_out(struct virtqueue *queue, uint32_t used, uint32_t tokens)
{
	uint8_t *memory = virtual_address(queue->frames);

	memset(memory, 0, tokens + queue->size * sizeof(void *));
	queue->descriptors = (void *)memory;
	queue->available = (void *)(memory + queue->size * sizeof(struct vring_descriptor));
	queue->used = (void *)(memory + used);
	queue->tokens = (void *)(memory + tokens);
	for (uint16_t i = 0; i < queue->size; i++)
		queue->descriptors[i].next = (uint16_t)(i + 1);
	queue->free = 0;
	queue->free_count = queue->size;
	queue->last_used = 0;
	queue->broken = false;
}

/* Also after a reset of the device: then the memory is there already, and empty again. */
const char *virtqueue_start(struct virtqueue *queue, struct virtio_device *device, unsigned index)
{
	uint32_t used, tokens;

	outw((uint16_t)(device->ports + QUEUE_SELECT), (uint16_t)index);
	queue->device = device;
	queue->index = (uint16_t)index;
	queue->size = inw((uint16_t)(device->ports + QUEUE_SIZE));
	if (!queue->size)
		return "it has too few queues";
	used = PAGES(queue->size * sizeof(struct vring_descriptor) + 6 + 2u * queue->size) * PAGE_SIZE;
	tokens = used + 6 + 8u * queue->size + 2;	/* a multiple of 4 */
	if (!queue->frames)
		queue->frames = frames_allocate(PAGES(tokens + queue->size * sizeof(void *)));
	if (!queue->frames)
		return "there is no memory for its queues";
	lay_out(queue, used, tokens);
	outl((uint16_t)(device->ports + QUEUE_ADDRESS), queue->frames / PAGE_SIZE);
	return NULL;
}

/* False if there is no room: then nothing has been added. */
bool virtqueue_add(struct virtqueue *queue, const struct virtio_part *parts, unsigned count, void *token)
{
	uint16_t head = queue->free, at = head;

	if (queue->broken || count > queue->free_count)
		return false;
	for (unsigned i = 0; i < count; i++) {
		volatile struct vring_descriptor *descriptor = &queue->descriptors[at];

		descriptor->address = parts[i].address;
		descriptor->length = parts[i].length;
		descriptor->flags = (uint16_t)((parts[i].device_writes ? DESCRIPTOR_WRITE : 0) |
					       (i + 1 < count ? DESCRIPTOR_NEXT : 0));
		at = descriptor->next;
	}
	queue->free = at;
	queue->free_count = (uint16_t)(queue->free_count - count);
	queue->tokens[head] = token;
	queue->available->ring[queue->available->index % queue->size] = head;
	barrier();
	queue->available->index++;
	return true;
}

void virtqueue_kick(struct virtqueue *queue)
{
	barrier();
	outw((uint16_t)(queue->device->ports + QUEUE_NOTIFY), queue->index);
}

void virtqueue_quiet(struct virtqueue *queue)
{
	queue->available->flags = AVAILABLE_NO_INTERRUPT;
}

static void release(struct virtqueue *queue, uint16_t head)
{
	uint16_t at = head;

	for (queue->free_count++; queue->descriptors[at].flags & DESCRIPTOR_NEXT; queue->free_count++)
		at = queue->descriptors[at].next;
	queue->descriptors[at].next = queue->free;
	queue->free = head;
	queue->tokens[head] = NULL;
}

void *virtqueue_take(struct virtqueue *queue, uint32_t *written)
{
	uint32_t head;
	void *token;

	if (queue->broken || queue->used->index == queue->last_used)
		return NULL;
	barrier();
	head = queue->used->ring[queue->last_used % queue->size].id;
	token = head < queue->size ? queue->tokens[head] : NULL;
	if (!token) {
		host_log("a virtio device (PCI function 0x%x) has given back what it never got: it is given up",
			 queue->device->function);
		queue->broken = true;
		return NULL;
	}
	*written = queue->used->ring[queue->last_used % queue->size].length;
	queue->last_used++;
	release(queue, (uint16_t)head);
	return token;
}

void *virtqueue_wait(struct virtqueue *queue, uint32_t *written)
{
	void *token = virtqueue_take(queue, written);

	for (unsigned polls = 0; !token && polls < POLLS; polls++) {
		inb((uint16_t)(queue->device->ports + DEVICE_STATUS));	/* takes its time, and lets the device work */
		token = virtqueue_take(queue, written);
	}
	return token;
}
