// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's log: plain text on COM1, one line for each call. A panic writes its line and stops the machine.
 */
#include "host.h"
#include "exit.h"

void log_init(void)
{
	uart_init(COM1, false);
}

void log_text(const char *text, size_t length)
{
	uart_write(COM1, text, length);
}

static void log_line(const char *prefix, const char *text, va_list arguments)
{
	char line[512];
	size_t length = format_list(line, sizeof(line) - 1, text, arguments);

	line[length++] = '\n';
	log_text(prefix, strlen(prefix));
	log_text(line, length);
}

void host_log(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	log_line("host: ", text, arguments);
	va_end(arguments);
}

void panic(const char *text, ...)
{
	va_list arguments;

	interrupts_off();
	va_start(arguments, text);
	log_line("host: panic: ", text, arguments);
	va_end(arguments);
	machine_exit(EXIT_HOST_PANIC);
}
