// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console: a cursor on a grid of text cells that somebody else draws. A cell is a character and a VGA attribute.
 * Text goes out as runs (PUTCS) or single cells (PUTC); the last line scrolls.
 */
#include "kernel.h"

#define RUN_MAX	80

static uint16_t rows, columns, x, y;
static uint8_t attribute = CO_CONSOLE_ATTRIBUTE;

static uint16_t cell(char c)
{
	return (uint16_t)(attribute << 8 | (uint8_t)c);
}

static void send(struct co_console_message *message, uint32_t size)
{
	cooperative_send(CO_MODULE_CONSOLE, CO_MESSAGE_TYPE_OTHER, message, sizeof(message->type) + size);
}

static void put_one(uint16_t value)
{
	struct co_console_message message = { .type = CO_CONSOLE_PUTC, .putc = { x, y, value } };

	send(&message, sizeof(message.putc));
}

static void put_run(const char *text, uint16_t count)
{
	struct {
		uint32_t type;
		struct co_console_putcs putcs;
		uint16_t cells[RUN_MAX];
	} CO_PACKED run;

	run.type = CO_CONSOLE_PUTCS;
	run.putcs = (struct co_console_putcs){ y, x, count };
	for (uint16_t i = 0; i < count; i++)
		run.cells[i] = cell(text[i]);
	cooperative_send(CO_MODULE_CONSOLE, CO_MESSAGE_TYPE_OTHER, &run,
			 offsetof(typeof(run), cells) + count * sizeof(*run.cells));
}

static void move_cursor(void)
{
	struct co_console_message message = { .type = CO_CONSOLE_CURSOR_MOVE, .cursor = { x, y, 1 } };

	send(&message, sizeof(message.cursor));
}

static void new_line(void)
{
	x = 0;
	if (++y < rows)
		return;
	y = rows - 1;

	struct co_console_message message = { .type = CO_CONSOLE_SCROLL_UP, .scroll = { 0, y, 1, cell(' ') } };

	send(&message, sizeof(message.scroll));
}

static void put_text(const char *text, size_t length)
{
	while (length) {
		uint16_t count = length < (size_t)(columns - x) ? (uint16_t)length : columns - x;

		if (count > RUN_MAX)
			count = RUN_MAX;
		if (count == 1)
			put_one(cell(*text));
		else
			put_run(text, count);
		text += count;
		length -= count;
		x += count;
		if (x == columns)
			new_line();
	}
}

void console_write(const char *text, size_t length)
{
	while (length) {
		size_t run = 0;

		while (run < length && (uint8_t)text[run] >= ' ')
			run++;
		put_text(text, run);
		if (run < length) {
			if (text[run] == '\n')
				new_line();
			else if (text[run] == '\b' && x > 0)
				x--;
			run++;
		}
		text += run;
		length -= run;
	}
	move_cursor();
}

void console_attribute(uint8_t value)
{
	attribute = value;
}

void console_init(void)
{
	struct co_console_message message = { .type = CO_CONSOLE_CLEAR };

	cooperative_console_size(&rows, &columns);
	message.clear = (struct co_console_clear){ 0, 0, rows - 1, columns - 1, cell(' ') };
	send(&message, sizeof(message.clear));
	move_cursor();
}
