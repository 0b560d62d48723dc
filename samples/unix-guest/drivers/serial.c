// SPDX-License-Identifier: GPL-2.0-or-later
/* coserial: /dev/ttyS0 to 3, terminals like the console, with CR LF for the other end. */
#include "drivers.h"
#include <colinux/serial.h>
#include "../fs/fs.h"

#define LINES	4

static void send(uint32_t unit, const char *text, uint32_t length)
{
	cooperative_send(CO_MODULE_SERIAL0 + unit, CO_MESSAGE_TYPE_OTHER, text, length);
}

static void output(struct tty *tty, const char *text, size_t length)
{
	char piece[CO_SERIAL_MAX];
	uint32_t used = 0;

	for (size_t i = 0; i < length; i++) {
		if (used + 2 > sizeof(piece)) {
			send(tty->unit, piece, used);
			used = 0;
		}
		if (text[i] == '\n')
			piece[used++] = '\r';
		piece[used++] = text[i];
	}
	send(tty->unit, piece, used);
}

static struct tty lines[LINES] = {
	{ .output = output, .unit = 0 }, { .output = output, .unit = 1 },
	{ .output = output, .unit = 2 }, { .output = output, .unit = 3 },
};

void serial_receive(uint32_t unit, const uint8_t *data, uint32_t size)
{
	for (uint32_t i = 0; unit < LINES && i < size; i++)
		tty_input(&lines[unit], (char)data[i]);
}

static int read(struct file *file, void *buffer, uint32_t length)
{
	return tty_read(&lines[file->vnode->unit], buffer, length);
}

static int write(struct file *file, const void *buffer, uint32_t length)
{
	output(&lines[file->vnode->unit], buffer, length);
	return (int)length;
}

const struct file_ops serial_ops = { .read = read, .write = write };
