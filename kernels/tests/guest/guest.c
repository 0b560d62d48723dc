// SPDX-License-Identifier: GPL-2.0-or-later
/* The common part of test guests: see guest.h. */
#include "guest.h"
#include "kernel/kernel.h"
#include "words.h"

#define LINE_MAX	200

struct co_passage_page *passage;
struct co_boot_params boot;
struct co_io_area *const io_area = (struct co_io_area *)CO_VPTR_IO_AREA_START;

static uint8_t batch[CO_VPTR_IO_AREA_SIZE];
static void (*handlers[CO_DEVICES_TOTAL])(const struct co_message *header, const struct co_linux_message *message);

void host_call(enum co_operation operation)
{
	co_switch_t code = (co_switch_t)(void *)passage->code;

	passage->operation = operation;
	code(passage, &passage->guest, &passage->host);
}

bool host_device(enum co_device device, unsigned at, void *request, uint32_t size)
{
	passage->params[0] = device;
	memcpy(&passage->params[at], request, size);
	host_call(CO_OPERATION_DEVICE);
	memcpy(request, &passage->params[at], size);
	return passage->params[0] == (uint32_t)device;
}

void host_send(uint32_t module, enum co_message_type type, const void *data, uint32_t size)
{
	struct co_message *message = (void *)io_area->buffer;

	*message = (struct co_message){ CO_MODULE_LINUX, module, CO_PRIORITY_IMPORTANT, type, size };
	memcpy(message + 1, data, size);
	host_call(CO_OPERATION_MESSAGE_TO_MONITOR);
}

void on_message(enum co_device device,
		void (*handler)(const struct co_message *header, const struct co_linux_message *message))
{
	handlers[device] = handler;
}

/* The batch is copied out first: handlers may ask the host for more. */
void host_idle(void)
{
	uint32_t size;

	host_call(CO_OPERATION_IDLE);
	size = ((const struct co_delivery *)passage->params)->size;
	if (!size)
		return;
	memcpy(batch, io_area->buffer, size);
	io_area->messages_waiting = 0;
	for (uint32_t at = 0; at < size;) {
		const struct co_message *header = (const void *)&batch[at];
		const struct co_linux_message *message = (const void *)(header + 1);

		if (message->device < CO_DEVICES_TOTAL && handlers[message->device])
			handlers[message->device](header, message);
		at += sizeof(*header) + header->size;
	}
}

uint64_t host_time_ns(void)
{
	host_call(CO_OPERATION_GET_HIGH_PREC_TIME);
	return ((const struct co_high_prec_time *)passage->params)->counter;
}

bool wait_until(bool (*true_now)(void), uint32_t milliseconds)
{
	uint64_t end = host_time_ns() + (uint64_t)milliseconds * 1000000;

	while (!true_now()) {
		if (host_time_ns() > end)
			return false;
		host_idle();
	}
	return true;
}

bool has_word(const char *word)
{
	return word_in(boot.command_line, word) != NULL;
}

void print(const char *text, ...)
{
	char line[LINE_MAX];
	va_list arguments;
	size_t length;

	va_start(arguments, text);
	length = format_list(line, sizeof(line), text, arguments);
	va_end(arguments);
	host_send(CO_MODULE_PRINTK, CO_MESSAGE_TYPE_STRING, line, length);
}

void tell(const char *what, int32_t value)
{
	print("%s: %d", what, value);
}

void terminate(enum co_terminate_reason reason, uint32_t code, uint32_t line, const char *text)
{
	struct co_terminate *request = (void *)passage->params;

	*request = (struct co_terminate){ .reason = reason, .code = code, .line = line };
	request->length = format(request->text, sizeof(request->text), "%s", text);
	for (;;)
		host_call(CO_OPERATION_TERMINATE);
}

void trap_handler(struct trap_frame *frame)
{
	char text[80];

	format(text, sizeof(text), "exception %u at 0x%08x", frame->vector, frame->eip);
	terminate(CO_TERMINATE_PANIC, frame->vector, 0, text);
}

void kernel_start(struct co_passage_page *page)
{
	descriptors_init(page);
	passage = page;
	boot = *(const struct co_boot_params *)page->params;
	terminate(CO_TERMINATE_END, guest_main(), 0, "");
}
