// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's end of the passage. A request to the host is: parameters into the page, operation, switch, results out of
 * the page. Interrupts are off in the whole kernel, so nothing comes between.
 *
 * Events come only on the way back from IDLE and from a forwarded interrupt: the operation then is
 * MESSAGE_FROM_MONITOR, with the time that has passed and the number of bytes of messages in the I/O area. So they come
 * while a process is in ring 3 or while all sleep, never in the middle of other kernel code. They are copied out before
 * the first is looked at, for handlers switch themselves.
 */
#include "kernel.h"

static struct co_passage_page *passage;
static struct co_io_area *const io_area = (struct co_io_area *)CO_VPTR_IO_AREA_START;
static uint8_t batch[CO_VPTR_IO_AREA_SIZE];

static void call_host(enum co_operation operation)
{
	co_switch_t code = (co_switch_t)(void *)passage->code;

	passage->operation = operation;
	code(passage, &passage->guest, &passage->host);
}

static void handle_message(const struct co_message *message)
{
	const struct co_linux_message *event = (const void *)(message + 1);
	const void *data = event + 1;

	switch (event->device) {
	case CO_DEVICE_KEYBOARD:
		return keyboard_event(data, event->size);
	case CO_DEVICE_CONSOLE:
		return console_resized(data, event->size);
	case CO_DEVICE_POWER:
		return power_event(data, event->size);
	case CO_DEVICE_BLOCK:
		return block_done(data, event->size);
	case CO_DEVICE_NETWORK:
		return conet_receive(event->unit, message->type, data, event->size);
	case CO_DEVICE_SERIAL:
		return serial_receive(event->unit, data, event->size);
	}
}

static void receive(void)
{
	const struct co_delivery delivery = *(const struct co_delivery *)passage->params;

	if (passage->operation != CO_OPERATION_MESSAGE_FROM_MONITOR)
		return;
	if (delivery.size) {
		memcpy(batch, io_area->buffer, delivery.size);
		io_area->messages_waiting = 0;
	}
	timer_elapsed(delivery.elapsed);
	for (uint32_t at = 0; at < delivery.size;) {
		const struct co_message *message = (const void *)&batch[at];

		handle_message(message);
		at += sizeof(*message) + message->size;
	}
}

void cooperative_init(struct co_passage_page *page, struct co_boot_params *boot)
{
	passage = page;
	*boot = *(const struct co_boot_params *)page->params;
}

/* The emergency task must find itself in an address space that will not go away. */
void cooperative_address_space(uint32_t cr3)
{
	passage->emergency_tss.cr3 = cr3;
}

void cooperative_idle(void)
{
	call_host(CO_OPERATION_IDLE);
	receive();
}

/* The CPU took `vector` while a process ran. Only the host can serve it: let it happen there, with interrupts off. */
void cooperative_forward_interrupt(uint32_t vector)
{
	passage->params[0] = vector;
	passage->host.eflags &= ~EFLAGS_IF;
	call_host(CO_OPERATION_FORWARD_INTERRUPT);
	receive();
}

void cooperative_send(enum co_module to, enum co_message_type type, const void *data, uint32_t size)
{
	struct co_message *message = (void *)io_area->buffer;

	*message = (struct co_message){ CO_MODULE_LINUX, to, CO_PRIORITY_IMPORTANT, type, size };
	memcpy(message + 1, data, size);
	call_host(CO_OPERATION_MESSAGE_TO_MONITOR);
}

/* Where the request of a device is written, and its answer read, around cooperative_device(). */
void *cooperative_request(void)
{
	return &passage->params[1];
}

/* Is CO_UNSUPPORTED if the host does not serve the device. */
uint32_t cooperative_device(enum co_device device)
{
	passage->params[0] = device;
	call_host(CO_OPERATION_DEVICE);
	return passage->params[0];
}

uint32_t cooperative_time(void)
{
	call_host(CO_OPERATION_GET_TIME);
	return passage->params[0];
}

uint64_t cooperative_time_ns(void)
{
	call_host(CO_OPERATION_GET_HIGH_PREC_TIME);
	return ((const struct co_high_prec_time *)passage->params)->counter;
}

void terminate(enum co_terminate_reason reason, uint32_t code, uint32_t line, const char *text)
{
	struct co_terminate *request = (void *)passage->params;

	*request = (struct co_terminate){ .reason = reason, .code = code, .line = line };
	request->length = format(request->text, sizeof(request->text), "%s", text);
	for (;;)
		call_host(CO_OPERATION_TERMINATE);
}
