// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages waiting for the guest, or for a process: a ring of bytes with whole messages in it. Interrupt handlers
 * push, the monitor takes as many as fit when it next enters the guest. A full queue refuses; the sender decides
 * what that means. Messages that may be lost leave the last quarter to those that matter.
 */
#include "driver.h"

#define RESERVED(whole, header)	((header)->priority == CO_PRIORITY_DISCARDABLE ? (whole) / 4 : 0)

/* In two pieces if the end of the ring lies between. */
static void ring_write(struct message_queue *queue, const void *bytes, uint32_t size)
{
	uint32_t at = queue->write % QUEUE_SIZE, first = size < QUEUE_SIZE - at ? size : QUEUE_SIZE - at;

	memcpy(queue->bytes + at, bytes, first);
	memcpy(queue->bytes, (const uint8_t *)bytes + first, size - first);
	queue->write += size;
}

static void ring_peek(const struct message_queue *queue, void *bytes, uint32_t size)
{
	uint32_t at = queue->read % QUEUE_SIZE, first = size < QUEUE_SIZE - at ? size : QUEUE_SIZE - at;

	memcpy(bytes, queue->bytes + at, first);
	memcpy((uint8_t *)bytes + first, queue->bytes, size - first);
}

/* One message whose data are in two parts, of which the second may be empty. */
static bool push(struct message_queue *queue, const struct co_message *header, const void *first, uint32_t first_size,
		 const void *second)
{
	uint32_t flags = interrupts_save();
	uint32_t room = QUEUE_SIZE - (queue->write - queue->read), reserved = RESERVED(QUEUE_SIZE, header);
	bool fits = queue->count < QUEUE_MESSAGES_MAX - RESERVED(QUEUE_MESSAGES_MAX, header) &&
		    room >= reserved + sizeof(*header) && header->size <= room - reserved - sizeof(*header);

	if (fits) {
		ring_write(queue, header, sizeof(*header));
		ring_write(queue, first, first_size);
		ring_write(queue, second, header->size - first_size);
		queue->count++;
		process_wake(queue);
	}
	interrupts_restore(flags);
	return fits;
}

bool queue_push(struct message_queue *queue, const struct co_message *header, const void *data)
{
	return push(queue, header, data, header->size, NULL);
}

bool queue_push_linux(struct message_queue *queue, const struct co_message *header,
		      const struct co_linux_message *message, const void *payload)
{
	return push(queue, header, message, sizeof(*message), payload);
}

/* Moves whole messages, back to back, into `buffer`; returns how many bytes. */
uint32_t queue_take_batch(struct message_queue *queue, void *buffer, uint32_t room)
{
	uint32_t flags = interrupts_save();
	uint32_t taken = 0;

	while (queue->count) {
		struct co_message header;
		uint32_t size;

		ring_peek(queue, &header, sizeof(header));
		size = sizeof(header) + header.size;
		if (size > room - taken)
			break;
		ring_peek(queue, (uint8_t *)buffer + taken, size);
		queue->read += size;
		queue->count--;
		taken += size;
	}
	if (taken)
		process_wake(&queue->read);
	interrupts_restore(flags);
	return taken;
}

void queue_clear(struct message_queue *queue)
{
	uint32_t flags = interrupts_save();

	queue->count = queue->read = queue->write = 0;
	process_wake(&queue->read);
	interrupts_restore(flags);
}

/* Until something is taken from the queue, or it goes away: the caller looks again whether it is there. */
void queue_wait_for_room(struct message_queue *queue, uint32_t ticks)
{
	uint32_t flags = interrupts_save();

	if (queue->count)
		process_sleep(&queue->read, ticks);
	interrupts_restore(flags);
}
