// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cocon wire: COM2 carries co_message records back to back, 20 bytes of header and the data, nothing else.
 * Out: everything the guest sends to the console. In: key and power events for the guest. A record that cannot be one
 * costs its first byte, so the receiver finds its step again after rubbish.
 */
#include "host.h"

#define RECORD_MAX	256

static struct message_queue *target;
static uint8_t record[RECORD_MAX];
static uint32_t received;

static bool acceptable(const struct co_message *header)
{
	return header->to == CO_MODULE_LINUX && header->from < CO_MODULE_MAX && header->type <= CO_MESSAGE_TYPE_OTHER &&
	       header->size >= sizeof(struct co_linux_message) && header->size <= RECORD_MAX - sizeof(*header);
}

static bool deliverable(const struct co_message *header)
{
	const struct co_linux_message *message = (const void *)(header + 1);

	return message->size == header->size - sizeof(*message) &&
	       ((message->device == CO_DEVICE_KEYBOARD && message->size == sizeof(struct co_key_event)) ||
		(message->device == CO_DEVICE_POWER && message->size == sizeof(struct co_power_event)));
}

static void drop(uint32_t size)
{
	received -= size;
	memmove(record, record + size, received);
}

static void receive_byte(uint8_t byte)
{
	const struct co_message *header = (const void *)record;

	record[received++] = byte;
	while (received >= sizeof(*header)) {
		if (!acceptable(header)) {
			drop(1);
			continue;
		}
		if (received < sizeof(*header) + header->size)
			return;
		if (deliverable(header))
			queue_push(target, header, header + 1);	/* a full queue loses keys, like a full FIFO */
		drop(sizeof(*header) + header->size);
	}
}

static void receive_interrupt(void)
{
	uint8_t byte;

	while (uart_read(COM2, &byte))
		receive_byte(byte);
}

void wire_init(struct message_queue *queue)
{
	target = queue;
	uart_init(COM2, true);
	irq_register(IRQ_COM2, receive_interrupt);
}

void wire_send(const struct co_message *message)
{
	uart_write(COM2, message, sizeof(*message) + message->size);
}
