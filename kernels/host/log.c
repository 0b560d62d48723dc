// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's log: plain text on COM1 and on the screen, whole lines, each with the name of who says it. Its end stays
 * in memory, where debuggers find it. A panic writes its line and stops the machine.
 */
#include "host.h"
#include "exit.h"

#define LINE_MAX	512
#define LOG_SIZE	0x4000	/* a power of 2 */

static char log_ring[LOG_SIZE];
static uint32_t log_written;		/* characters so far */

void log_init(void)
{
	uart_init(COM1);
	screen_init();
}

static void put(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		log_ring[log_written++ % LOG_SIZE] = text[i];
	uart_write(COM1, text, length);
	screen_write(text, length);
}

static char printable(char c)
{
	return c >= ' ' && c < 127 ? c : '?';
}

/* Each line of `text`, which need not be trusted, becomes a line of the log. */
void log_lines(const char *prefix, const char *text, size_t size)
{
	char line[LINE_MAX];
	size_t length = 0;

	for (size_t i = 0; i <= size; i++) {
		if (i < size && text[i] != '\n' && length < sizeof(line) - 1) {
			line[length++] = printable(text[i]);
		} else if (length) {
			line[length++] = '\n';
			put(prefix, strlen(prefix));
			put(line, length);
			length = 0;
		}
	}
}

static void log_line(const char *prefix, const char *text, va_list arguments)
{
	char line[LINE_MAX];
	size_t length = format_list(line, sizeof(line) - 1, text, arguments);

	line[length++] = '\n';
	put(prefix, strlen(prefix));
	put(line, length);
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
