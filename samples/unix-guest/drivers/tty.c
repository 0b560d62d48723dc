// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The line discipline: what is typed is echoed and can be corrected until Enter, then a process may read it. Ctrl-C
 * interrupts, Ctrl-D ends the input, Ctrl-U takes the line back. It does not care whether the terminal is cocon or a
 * serial line.
 *
 * With the word `log` on the kernel's command line, what programs write to the console is in the host's log, too.
 */
#include "drivers.h"
#include "../fs/fs.h"

#define CTRL(letter)	((letter) & 0x1f)
#define END_OF_FILE	CTRL('D')
#define RUBOUT		0x7f

static void echo(struct tty *tty, const char *text)
{
	tty->output(tty, text, strlen(text));
}

/* The last character may have several bytes; all but its first are 10xxxxxx. */
static void erase(struct tty *tty)
{
	if (!tty->length)
		return;
	while (--tty->length && (tty->line[tty->length] & 0xc0) == 0x80)
		;
	echo(tty, "\b \b");
}

/* Makes the line readable. What does not fit is lost. */
static void finish(struct tty *tty, char end)
{
	if (tty->written - tty->taken + tty->length + 1 <= sizeof(tty->ring)) {
		for (uint32_t i = 0; i < tty->length; i++)
			tty->ring[tty->written++ % sizeof(tty->ring)] = tty->line[i];
		tty->ring[tty->written++ % sizeof(tty->ring)] = end;
	}
	tty->length = 0;
	wake_up(tty);
}

void tty_input(struct tty *tty, char c)
{
	if (c == '\r')
		c = '\n';
	if (c == CTRL('C')) {
		echo(tty, "^C\n");
		tty->length = 0;
		signal_all(SIGINT);
	} else if (c == '\b' || c == RUBOUT) {
		erase(tty);
	} else if (c == CTRL('U')) {
		while (tty->length)
			erase(tty);
	} else if (c == END_OF_FILE) {
		finish(tty, END_OF_FILE);
	} else if (c == '\n') {
		echo(tty, "\n");
		finish(tty, '\n');
	} else if (((uint8_t)c >= ' ' || c == '\t') && tty->length < sizeof(tty->line)) {
		tty->line[tty->length++] = c;
		tty->output(tty, &c, 1);
	}
}

/* One line, or what there is before Ctrl-D: nothing means the end of the file. */
int tty_read(struct tty *tty, void *buffer, uint32_t length)
{
	char *to = buffer;
	uint32_t count = 0;

	while (tty->written == tty->taken) {
		int error = sleep_on(tty, "terminal");

		if (error)
			return error;
	}
	while (count < length && tty->written != tty->taken) {
		char c = tty->ring[tty->taken++ % sizeof(tty->ring)];

		if (c == END_OF_FILE)
			break;
		to[count++] = c;
		if (c == '\n')
			break;
	}
	return (int)count;
}

static void console_output(struct tty *tty, const char *text, size_t length)
{
	(void)tty;
	console_write(text, length);
}

struct tty console_tty = { .output = console_output };

static void log_output(const char *text, uint32_t length)
{
	static char line[160];
	static uint32_t used;

	for (uint32_t i = 0; i < length; i++) {
		line[used++] = text[i];
		if (text[i] != '\n' && used < sizeof(line))
			continue;
		cooperative_send(CO_MODULE_PRINTK, CO_MESSAGE_TYPE_STRING, line, used);
		used = 0;
	}
}

static int read(struct file *file, void *buffer, uint32_t length)
{
	(void)file;
	return tty_read(&console_tty, buffer, length);
}

static int write(struct file *file, const void *buffer, uint32_t length)
{
	(void)file;
	console_write(buffer, length);
	if (boot_word("log", NULL, 0))
		log_output(buffer, length);
	return (int)length;
}

const struct file_ops console_ops = { .read = read, .write = write };
