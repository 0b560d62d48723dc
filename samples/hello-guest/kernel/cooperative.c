// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's end of the passage. Every request to the host is: interrupts off, parameters into the page, operation,
 * switch, results out of the page, interrupts as before. The host answers in place.
 *
 * Events come only on the way back from IDLE and from a forwarded interrupt: the operation then is
 * MESSAGE_FROM_MONITOR, with the time that has passed and the number of bytes of messages in the I/O area. They are
 * copied out before anything else runs, for handlers may switch themselves.
 */
#include "kernel.h"

#define STACK_RESERVE	0x200	/* a switch and what may interrupt it need no more */

static struct co_passage_page *passage;
static struct co_io_area *const io_area = (struct co_io_area *)CO_VPTR_IO_AREA_START;
static uint8_t batch[CO_VPTR_IO_AREA_SIZE];

extern uint8_t kernel_stack[], kernel_stack_top[];

static void switch_to_host(enum co_operation operation)
{
	co_switch_t code = (co_switch_t)(void *)passage->code;

	passage->operation = operation;
	code(passage, &passage->guest, &passage->host);
}

static void check_stack(void)
{
	uint32_t esp = (uint32_t)__builtin_frame_address(0);
	struct co_terminate *request = (void *)passage->params;

	if (esp - (uint32_t)kernel_stack >= STACK_RESERVE || esp < (uint32_t)kernel_stack - PAGE_SIZE)
		return;
	*request = (struct co_terminate){ .reason = CO_TERMINATE_STACK_OVERFLOW, .code = esp };
	switch_to_host(CO_OPERATION_TERMINATE);
}

static void call_host(enum co_operation operation)
{
	check_stack();
	switch_to_host(operation);
}

/* Interrupts are off. */
static void handle_message(const struct co_linux_message *message)
{
	if (message->device == CO_DEVICE_KEYBOARD && message->size == sizeof(struct co_key_event))
		keyboard_event((const void *)(message + 1));
	else if (message->device == CO_DEVICE_POWER)
		terminate(CO_TERMINATE_POWEROFF, 0, 0, "");
}

static void receive(void)
{
	const struct co_delivery delivery = *(const struct co_delivery *)passage->params;

	if (passage->operation != CO_OPERATION_MESSAGE_FROM_MONITOR)
		return;
	memcpy(batch, io_area->buffer, delivery.size);
	timer_elapsed(delivery.elapsed);
	for (uint32_t at = 0; at < delivery.size;) {
		const struct co_message *message = (const void *)&batch[at];

		handle_message((const void *)(message + 1));
		at += sizeof(*message) + message->size;
	}
	if (keyboard_has_room())
		cooperative_take_messages();
}

/* The host may deliver the next batch: until then messages wait with it. */
void cooperative_take_messages(void)
{
	io_area->messages_waiting = 0;
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
	uint32_t flags = interrupts_save();

	call_host(CO_OPERATION_IDLE);
	receive();
	interrupts_restore(flags);
}

/* The CPU took `vector` while we ran. Only the host can serve it: let it happen there, with interrupts off. */
void cooperative_forward_interrupt(uint32_t vector)
{
	passage->params[0] = vector;
	passage->host.eflags &= ~EFLAGS_IF;
	call_host(CO_OPERATION_FORWARD_INTERRUPT);
	receive();
}

void cooperative_send(enum co_module to, enum co_message_type type, const void *data, uint32_t size)
{
	uint32_t flags = interrupts_save();
	struct co_message *message = (void *)io_area->buffer;

	*message = (struct co_message){ CO_MODULE_LINUX, to, CO_PRIORITY_IMPORTANT, type, size };
	memcpy(message + 1, data, size);
	call_host(CO_OPERATION_MESSAGE_TO_MONITOR);
	interrupts_restore(flags);
}

uint32_t cooperative_time(void)
{
	uint32_t flags = interrupts_save();
	uint32_t seconds;

	call_host(CO_OPERATION_GET_TIME);
	seconds = passage->params[0];
	interrupts_restore(flags);
	return seconds;
}

uint64_t cooperative_time_ns(void)
{
	uint32_t flags = interrupts_save();
	uint64_t now;

	call_host(CO_OPERATION_GET_HIGH_PREC_TIME);
	now = ((const struct co_high_prec_time *)passage->params)->counter;
	interrupts_restore(flags);
	return now;
}

void cooperative_console_size(uint16_t *rows, uint16_t *columns)
{
	uint32_t flags = interrupts_save();
	struct co_console_message *console = (void *)&passage->params[1];

	passage->params[0] = CO_DEVICE_CONSOLE;
	console->type = CO_CONSOLE_STARTUP;
	call_host(CO_OPERATION_DEVICE);
	*rows = console->config.rows;
	*columns = console->config.columns;
	interrupts_restore(flags);
}

void terminate(enum co_terminate_reason reason, uint32_t code, uint32_t line, const char *text)
{
	struct co_terminate *request = (void *)passage->params;

	interrupts_off();
	*request = (struct co_terminate){ .reason = reason, .code = code, .line = line };
	request->length = format(request->text, sizeof(request->text), "%s", text);
	for (;;)
		switch_to_host(CO_OPERATION_TERMINATE);
}
