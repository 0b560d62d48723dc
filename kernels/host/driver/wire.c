// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cocon wire: COM2 carries co_message records back to back, 20 bytes of header and the data, nothing else. Out:
 * everything guests send to their consoles. In: key and power events. Which guest it is says the module number of
 * the guest, LINUX: on the wire it has the number of the monitor in its upper half. A record that cannot be one
 * costs its first byte, so the receiver finds its step again after rubbish. One message is for the host itself:
 * STARTUP to the CONSOLE of a guest says that a console has attached and wants everything drawn again.
 *
 * A guest whose queue is full holds the wire up: nothing more is read, and what has been typed waits on the other
 * end, until the guest has taken its messages or a tenth of a second is over. Then the record is lost, for one
 * guest that listens to nobody must not make the others deaf.
 */
#include "driver.h"

#define RECORD_MAX	256
#define PATIENCE	(HZ / 10)	/* ticks */

static uint8_t record[RECORD_MAX];
static uint32_t received;
static bool held_up;
static uint32_t held_up_since;		/* tick */

static unsigned monitor_of(uint32_t module)
{
	return module >> CO_WIRE_MONITOR_SHIFT;
}

static bool acceptable(const struct co_message *header)
{
	uint32_t module = header->to & CO_WIRE_MODULE_MASK;
	uint32_t least = module == CO_MODULE_LINUX ? sizeof(struct co_linux_message) : sizeof(uint32_t);

	return (module == CO_MODULE_LINUX || module == CO_MODULE_CONSOLE) && monitor_of(header->to) < CO_MAX_MONITORS &&
	       header->from < CO_MODULE_MAX && header->type <= CO_MESSAGE_TYPE_OTHER && header->size >= least &&
	       header->size <= RECORD_MAX - sizeof(*header);
}

/* The size of what a device of the guest may say on this wire; 0 if it says nothing here. */
static uint32_t payload_size(uint32_t device)
{
	switch (device) {
	case CO_DEVICE_KEYBOARD:
		return sizeof(struct co_key_event);
	case CO_DEVICE_POWER:
		return sizeof(struct co_power_event);
	case CO_DEVICE_MOUSE:
		return sizeof(struct co_mouse_event);
	case CO_DEVICE_CONSOLE:
		return sizeof(struct co_console_config);
	default:
		return 0;
	}
}

static bool deliverable(const struct co_message *header)
{
	const struct co_linux_message *message = (const void *)(header + 1);

	return message->size == header->size - sizeof(*message) && message->size == payload_size(message->device);
}

static void drop(uint32_t size)
{
	received -= size;
	memmove(record, record + size, received);
}

/* Is the record in the buffer dealt with? Not if its guest's queue is full. */
static bool deliver(const struct co_message *header)
{
	struct monitor *monitor = monitor_numbered(monitor_of(header->to));
	struct co_message message = *header;

	if (monitor && (header->to & CO_WIRE_MODULE_MASK) == CO_MODULE_CONSOLE) {
		monitor->console_attached |= *(const uint32_t *)(header + 1) == CO_CONSOLE_STARTUP;
		process_wake(&monitor->queue);
		return true;
	}
	if (!monitor || !deliverable(header))
		return true;
	message.to = CO_MODULE_LINUX;
	return queue_push(&monitor->queue, &message, header + 1);
}

/* Takes whole records from the front of the buffer. */
static void take_records(void)
{
	const struct co_message *header = (const void *)record;

	while (!held_up && received >= sizeof(*header)) {
		if (!acceptable(header)) {
			drop(1);
			continue;
		}
		if (received < sizeof(*header) + header->size)
			return;
		if (deliver(header)) {
			drop(sizeof(*header) + header->size);
			continue;
		}
		held_up = true;
		held_up_since = clock_ticks();
		uart_receive_interrupt(COM2, false);
	}
}

static void receive(void)
{
	uint8_t byte;

	while (!held_up && uart_read(COM2, &byte)) {
		record[received++] = byte;
		take_records();
	}
}

static void interrupt(void *unused)
{
	(void)unused;
	receive();
}

static void retry(void)
{
	const struct co_message *header = (const void *)record;

	if (!held_up || (!deliver(header) && clock_ticks() - held_up_since < PATIENCE))
		return;
	drop(sizeof(*header) + header->size);
	held_up = false;
	uart_receive_interrupt(COM2, true);
	take_records();
	receive();
}

void wire_init(void)
{
	static struct irq_handler line = { .serve = interrupt };

	uart_init(COM2);
	uart_receive_interrupt(COM2, true);
	irq_register(IRQ_COM2, &line);
	clock_at_tick(retry);
}

void wire_send(unsigned monitor, const struct co_message *message)
{
	struct co_message header = *message;

	header.from = CO_MODULE_LINUX | monitor << CO_WIRE_MONITOR_SHIFT;
	uart_write(COM2, &header, sizeof(header));
	uart_write(COM2, message + 1, header.size);
}
