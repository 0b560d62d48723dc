// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cocon, the drawing part: a cursor on a grid of text cells that somebody else shows. Text goes out as runs (PUTCS),
 * the last line scrolls. The user may give the terminal another size at any time; the answer to that is CONFIG.
 */
#include "drivers.h"

static uint16_t rows, columns;
static struct position cursor;
static uint8_t attribute = CO_CONSOLE_ATTRIBUTE;

struct position console_position(void) { return cursor; }
uint16_t console_rows(void) { return rows; }
uint16_t console_columns(void) { return columns; }
void console_attribute(uint8_t value) { attribute = value; }

static uint16_t blank(void)
{
	return (uint16_t)(attribute << 8 | ' ');
}

static void send(const struct co_console_message *message, uint32_t size)
{
	cooperative_send(CO_MODULE_CONSOLE, CO_MESSAGE_TYPE_OTHER, message, sizeof(message->type) + size);
}

static void show_cursor(void)
{
	struct co_console_message message = { .type = CO_CONSOLE_CURSOR_MOVE, .cursor = { cursor.x, cursor.y, 1 } };

	send(&message, sizeof(message.cursor));
}

/* Outside of the screen is at its edge. */
void console_move(int x, int y)
{
	cursor.x = (uint16_t)(x < 0 ? 0 : x >= columns ? columns - 1 : x);
	cursor.y = (uint16_t)(y < 0 ? 0 : y >= rows ? rows - 1 : y);
	show_cursor();
}

void console_clear(struct position from, struct position to)
{
	struct co_console_message message = { .type = CO_CONSOLE_CLEAR };

	message.clear = (struct co_console_clear){ from.y, from.x, to.y, to.x, blank() };
	send(&message, sizeof(message.clear));
}

void console_new_line(void)
{
	struct co_console_message message = { .type = CO_CONSOLE_SCROLL_UP };

	cursor.x = 0;
	if (++cursor.y < rows)
		return;
	cursor.y = rows - 1;
	message.scroll = (struct co_console_scroll){ 0, cursor.y, 1, blank() };
	send(&message, sizeof(message.scroll));
}

static void put_run(const uint8_t *characters, uint16_t count)
{
	struct {
		uint32_t type;
		struct co_console_putcs putcs;
		uint16_t cells[CO_CONSOLE_MAX];
	} CO_PACKED run;

	run.type = CO_CONSOLE_PUTCS;
	run.putcs = (struct co_console_putcs){ cursor.y, cursor.x, count };
	for (uint16_t i = 0; i < count; i++)
		run.cells[i] = (uint16_t)(attribute << 8 | characters[i]);
	cooperative_send(CO_MODULE_CONSOLE, CO_MESSAGE_TYPE_OTHER, &run,
			 offsetof(typeof(run), cells) + count * sizeof(*run.cells));
}

void console_put(const uint8_t *characters, uint32_t count)
{
	while (count) {
		uint16_t run = (uint16_t)minimum(count, (uint32_t)(columns - cursor.x));

		put_run(characters, run);
		characters += run;
		count -= run;
		cursor.x += run;
		if (cursor.x == columns)
			console_new_line();
	}
}

static void set_size(const struct co_console_config *config)
{
	rows = config->rows ? config->rows : CO_CONSOLE_ROWS;
	columns = (uint16_t)minimum(config->columns ? config->columns : CO_CONSOLE_COLUMNS, CO_CONSOLE_MAX);
}

void console_resized(const void *data, uint32_t size)
{
	struct co_console_message answer = { .type = CO_CONSOLE_CONFIG };

	if (size < sizeof(answer.config))
		return;
	set_size(data);
	answer.config = (struct co_console_config){ rows, columns, CO_CONSOLE_ATTRIBUTE };
	send(&answer, sizeof(answer.config));
	console_move(cursor.x, cursor.y);
}

void console_init(void)
{
	struct co_console_message *request = cooperative_request();

	request->type = CO_CONSOLE_STARTUP;
	request->config = (struct co_console_config){ 0 };
	cooperative_device(CO_DEVICE_CONSOLE);
	set_size(&request->config);
	console_clear((struct position){ 0, 0 }, (struct position){ columns - 1, rows - 1 });
	console_move(0, 0);
}
