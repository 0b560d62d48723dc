// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's log goes two ways: to the console, and line by line as a string message to the host's log, which works
 * before there is a console and after it is gone. Its end stays in memory, where debuggers find it.
 */
#include "kernel.h"

#define LINE_MAX	200	/* coLinux cuts here */
#define LOG_SIZE	0x2000	/* a power of 2 */

static char log_ring[LOG_SIZE];
static uint32_t log_written;	/* characters so far */

static void log_line(const char *text, va_list arguments)
{
	char line[LINE_MAX];
	size_t length = format_list(line, sizeof(line), text, arguments);

	for (size_t i = 0; i < length; i++)
		log_ring[log_written++ % LOG_SIZE] = line[i];
	cooperative_send(CO_MODULE_PRINTK, CO_MESSAGE_TYPE_STRING, line, length);
	console_write(line, length);
}

void printk(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	log_line(text, arguments);
	va_end(arguments);
}

void panic(const char *text, ...)
{
	char message[LINE_MAX];
	va_list arguments;

	interrupts_off();
	va_start(arguments, text);
	format_list(message, sizeof(message), text, arguments);
	va_end(arguments);
	console_attribute(0x4f);	/* white on red */
	printk("Kernel panic: %s\n", message);
	terminate(CO_TERMINATE_PANIC, 0, 0, message);
}
