// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest can ask of its host, one function for each operation. Nothing in the passage page or in the I/O area
 * is trusted: lengths are cut or refused, codes are compared with what exists, text is made printable.
 */
#include "driver.h"

void monitor_terminate(struct monitor *monitor, enum co_terminate_reason reason, uint32_t code, const char *text)
{
	struct co_terminate *termination = &monitor->termination;

	termination->reason = reason;
	termination->code = code;
	termination->line = 0;
	termination->length = format(termination->text, sizeof(termination->text), "%s", text);
	monitor->state = CO_MONITOR_STATE_TERMINATED;
}

static char printable(char c)
{
	return c >= ' ' && c < 127 ? c : '?';
}

static void log_guest(const struct monitor *monitor, const char *text, uint32_t size)
{
	char prefix[16];

	format(prefix, sizeof(prefix), "guest%u: ", monitor->id);
	log_lines(prefix, text, size);
}

static bool message_to_monitor(struct monitor *monitor)
{
	const struct co_message *message = (const void *)monitor->io_area->buffer;
	char text[80];

	if (message->size > sizeof(monitor->io_area->buffer) - sizeof(*message) || message->to >= CO_MODULE_MAX) {
		format(text, sizeof(text), "message of %u bytes to module %u", message->size, message->to);
		monitor_terminate(monitor, CO_TERMINATE_INVALID_OPERATION, CO_OPERATION_MESSAGE_TO_MONITOR, text);
		return false;
	}
	if (message->to == CO_MODULE_CONSOLE) {
		if (console_draw(&monitor->console, (const void *)(message + 1), message->size))
			wire_send(monitor->id, message);
	} else if (message->to == CO_MODULE_PRINTK) {
		log_guest(monitor, (const char *)(message + 1), message->size);
	} else if (message->to - CO_MODULE_CONET0 < CO_NETWORK_UNITS) {
		network_send(monitor, message->to - CO_MODULE_CONET0, message);
	} else {
		attach_deliver(monitor, message);	/* if nobody has attached it is lost, as in coLinux */
	}
	return true;
}

static bool terminate(struct monitor *monitor)
{
	const struct co_terminate *request = (const void *)monitor->page->params;
	struct co_terminate *termination = &monitor->termination;
	uint32_t length = request->length;

	if (request->reason > CO_TERMINATE_LAST) {
		monitor_terminate(monitor, CO_TERMINATE_INVALID_OPERATION, request->reason, "unknown reason to terminate");
		return false;
	}
	monitor_terminate(monitor, request->reason, request->code, "");
	if (request->reason == CO_TERMINATE_NMI && watchdog_has_barked()) {
		termination->length = format(termination->text, sizeof(termination->text),
					     "it has kept interrupts off for more than %u ms", WATCHDOG_MS);
		return false;
	}
	if (length > sizeof(termination->text) - 1)
		length = sizeof(termination->text) - 1;
	for (uint32_t i = 0; i < length; i++)
		termination->text[i] = printable(request->text[i]);
	termination->text[length] = '\0';
	termination->length = length;
	termination->line = request->line;
	return false;
}

static void console_request(struct monitor *monitor)
{
	struct co_console_message *console = (void *)&monitor->page->params[1];

	if (console->type == CO_CONSOLE_STARTUP)
		console->config = (struct co_console_config){ monitor->console.rows, monitor->console.columns,
							      monitor->console.attribute };
	else
		monitor->page->params[0] = CO_UNSUPPORTED;
}

static bool device(struct monitor *monitor)
{
	switch (monitor->page->params[0]) {
	case CO_DEVICE_BLOCK:
		block_request(monitor);
		break;
	case CO_DEVICE_CONSOLE:
		console_request(monitor);
		break;
	case CO_DEVICE_NETWORK:
		network_request(monitor);
		break;
	case CO_DEVICE_FILESYSTEM:
		filesystem_request(monitor);
		break;
	default:
		monitor->page->params[0] = CO_UNSUPPORTED;
	}
	return true;
}

static bool get_high_prec_time(struct monitor *monitor)
{
	struct co_high_prec_time *result = (void *)monitor->page->params;

	result->counter = clock_ns();
	result->frequency = 1000000000;
	return true;
}

/*
 * A hardware interrupt hit while the guest had the CPU. Its vector must name a line that is being served right now,
 * or the guest could invent ticks; 7 and 15 may be spurious and are judged by the handler itself.
 */
static bool forward(struct monitor *monitor)
{
	uint32_t vector = monitor->page->params[0];
	uint32_t irq = vector - IRQ_BASE;
	const struct gate *gate;

	if (irq >= 16 || ((irq & 7) != 7 && !irq_in_service(irq))) {
		monitor_terminate(monitor, CO_TERMINATE_INVALID_OPERATION, vector, "no such interrupt is in service");
		interrupts_on();
		return false;
	}
	gate = (const struct gate *)monitor->page->host.idt.base + vector;
	forward_interrupt((uint32_t)gate->offset_high << 16 | gate->offset_low, gate->selector);
	interrupts_on();
	return true;
}

bool monitor_dispatch(struct monitor *monitor)
{
	uint32_t *params = monitor->page->params;
	uint32_t operation = monitor->page->operation;

	monitor->switches[operation < CO_OPERATIONS ? operation : CO_OPERATIONS]++;
	if (operation == CO_OPERATION_FORWARD_INTERRUPT)
		return forward(monitor);
	interrupts_on();
	switch (operation) {
	case CO_OPERATION_IDLE:
		return monitor->queue.count != 0;
	case CO_OPERATION_TERMINATE:
		return terminate(monitor);
	case CO_OPERATION_MESSAGE_TO_MONITOR:
		return message_to_monitor(monitor);
	case CO_OPERATION_DEVICE:
		return device(monitor);
	case CO_OPERATION_GET_TIME:
		params[0] = clock_unix_seconds();
		return true;
	case CO_OPERATION_GET_HIGH_PREC_TIME:
		return get_high_prec_time(monitor);
	case CO_OPERATION_DEBUG_LINE:
	case CO_OPERATION_TRACE_POINT:
		return true;
	case CO_OPERATION_FREE_PAGES:
	case CO_OPERATION_ALLOC_PAGES:
	case CO_OPERATION_GETPP:
		params[4] = CO_UNSUPPORTED;	/* the guest's RAM is one region and all there */
		return true;
	default:
		monitor_terminate(monitor, CO_TERMINATE_INVALID_OPERATION, operation, "unknown operation");
		return false;
	}
}
