// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages waiting for the guest: a ring of bytes with whole messages in it. Interrupt handlers push, the monitor
 * takes as many as fit when it next enters the guest. A full queue refuses; the sender decides what that means.
 */
#include "driver.h"

static void ring_write(struct message_queue *queue, const void *bytes, uint32_t size)
{
	for (const uint8_t *byte = bytes; size; size--)
		queue->bytes[queue->write++ % QUEUE_SIZE] = *byte++;
}

static void ring_peek(const struct message_queue *queue, void *bytes, uint32_t size)
{
	uint8_t *to = bytes;

	for (uint32_t at = queue->read; size; size--)
		*to++ = queue->bytes[at++ % QUEUE_SIZE];
}

bool queue_push(struct message_queue *queue, const struct co_message *header, const void *data)
{
	uint32_t flags = interrupts_save();
	uint32_t room = QUEUE_SIZE - (queue->write - queue->read);
	bool fits = queue->count < QUEUE_MESSAGES_MAX && room >= sizeof(*header) && header->size <= room - sizeof(*header);

	if (fits) {
		ring_write(queue, header, sizeof(*header));
		ring_write(queue, data, header->size);
		queue->count++;
		process_wake(queue);
	}
	interrupts_restore(flags);
	return fits;
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
	interrupts_restore(flags);
	return taken;
}
