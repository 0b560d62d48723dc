// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shadow of a guest's console: what its operations have drawn, and the rows that have scrolled off the top. A
 * console that attaches later has everything drawn again from here, by the same operations.
 *
 * Coordinates are the guest's and may be anything: what lies outside of the screen is not drawn.
 */
#include "driver.h"

#define CELL_BYTES		sizeof(uint16_t)

static uint32_t frames_for(uint32_t columns, uint32_t rows)
{
	return (columns * rows * CELL_BYTES + PAGE_SIZE - 1) / PAGE_SIZE;
}

static uint32_t frames_of(const struct console *console)
{
	return frames_for(console->columns, console->rows + console->scrollback);
}

static uint16_t *row(const struct console *console, uint32_t y)
{
	return console->cells + y * console->columns;
}

/* Row `n` of those that have scrolled off, the oldest first. They lie behind the screen, in a ring. */
static uint16_t *history_row(const struct console *console, uint32_t n)
{
	uint32_t oldest = console->history_next + console->scrollback - console->history_count;

	return row(console, console->rows + (oldest + n) % console->scrollback);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void fill(struct console *console, uint32_t top, uint32_t left, uint32_t bottom, uint32_t right, uint16_t cell)
{
	for (uint32_t y = top; y <= bottom && y < console->rows; y++)
		for (uint32_t x = left; x <= right && x < console->columns; x++)
			row(console, y)[x] = cell;
}

static uint16_t blank(const struct console *console)
{
	return (uint16_t)(console->attribute << 8 | ' ');
}

static bool is_possible(uint32_t columns, uint32_t rows)
{
	return columns >= CO_CONSOLE_COLUMNS_MIN && columns <= CO_CONSOLE_MAX && rows >= CO_CONSOLE_ROWS_MIN &&
	       rows <= CO_CONSOLE_MAX;
}

/* An empty screen; false if there is no memory for it, or no screen has such a size. */
bool console_create(struct console *console, const struct co_console_config *config, uint32_t scrollback)
{
	uint32_t frames;

	if (!is_possible(config->columns, config->rows) || scrollback > CO_CONSOLE_MAX)
		return false;
	frames = frames_allocate(frames_for(config->columns, config->rows + scrollback));
	if (!frames)
		return false;
	*console = (struct console){ .columns = config->columns, .rows = config->rows, .scrollback = (uint16_t)scrollback,
				     .attribute = config->attribute, .cells = virtual_address(frames), .cursor_on = true };
	fill(console, 0, 0, CO_CONSOLE_MAX, CO_CONSOLE_MAX, blank(console));
	return true;
}

void console_destroy(struct console *console)
{
	if (console->cells)
		frames_free(physical_address(console->cells), frames_of(console));
	console->cells = NULL;
}

/*
 * The guest has chosen another size: what fits of the screen stays, what has scrolled off is gone if the width
 * changes.
 */
static void resize(struct console *console, const struct co_console_config *config)
{
	struct console old = *console;
	uint32_t columns = least(old.columns, config->columns);

	if (!console_create(console, config, old.scrollback))
		return;
	for (uint32_t y = 0; y < old.rows && y < console->rows; y++)
		memcpy(row(console, y), row(&old, y), columns * CELL_BYTES);
	for (uint32_t n = 0; n < old.history_count && old.columns == console->columns; n++)
		memcpy(row(console, console->rows + n), history_row(&old, n), columns * CELL_BYTES);
	if (old.columns == console->columns) {
		console->history_count = old.history_count;
		console->history_next = old.history_count % (old.scrollback ? old.scrollback : 1);
	}
	console->cursor = old.cursor;
	console->cursor_on = old.cursor_on;
	console->mouse = old.mouse;
	console_destroy(&old);
}

static void keep_in_history(struct console *console, uint32_t y)
{
	if (!console->scrollback)
		return;
	memcpy(row(console, console->rows + console->history_next), row(console, y), console->columns * CELL_BYTES);
	console->history_next = (uint16_t)((console->history_next + 1) % console->scrollback);
	console->history_count += console->history_count < console->scrollback;
}

static void scroll(struct console *console, const struct co_console_scroll *scroll, bool up)
{
	uint32_t top = scroll->top, bottom = least(scroll->bottom, console->rows - 1u), lines = scroll->lines;
	uint32_t height, kept;

	if (top > bottom)
		return;
	height = bottom - top + 1;
	lines = least(lines, height);
	kept = (height - lines) * console->columns * CELL_BYTES;
	if (up && top == 0 && bottom == console->rows - 1u)
		for (uint32_t y = 0; y < lines; y++)
			keep_in_history(console, y);
	if (up) {
		memmove(row(console, top), row(console, top + lines), kept);
		fill(console, top + height - lines, 0, bottom, CO_CONSOLE_MAX, scroll->cell);
	} else {
		memmove(row(console, top + lines), row(console, top), kept);
		if (lines)
			fill(console, top, 0, top + lines - 1, CO_CONSOLE_MAX, scroll->cell);
	}
}

static void move_block(struct console *console, const struct co_console_bmove *move)
{
	uint32_t bottom = least(move->bottom, console->rows - 1u), right = least(move->right, console->columns - 1u);
	bool downwards = move->row > move->top;
	uint32_t width;

	if (move->top > bottom || move->left > right || move->column >= console->columns)
		return;
	width = least(right - move->left + 1, console->columns - move->column);
	for (uint32_t n = 0; n <= bottom - move->top; n++) {
		uint32_t from = downwards ? bottom - n : move->top + n;
		uint32_t to = from - move->top + move->row;

		if (to < console->rows)
			memmove(row(console, to) + move->column, row(console, from) + move->left, width * CELL_BYTES);
	}
}

/* Foreground and background change places; intensity and blinking stay where they are. */
static void invert(struct console *console, const struct co_console_invert *invert)
{
	uint32_t first = (uint32_t)invert->y * console->columns + invert->x;
	uint32_t end = (uint32_t)console->rows * console->columns;

	for (uint32_t i = first; i < end && i - first < invert->count; i++) {
		uint16_t cell = console->cells[i];

		console->cells[i] = (uint16_t)((cell & 0x88ff) | (cell & 0x7000) >> 4 | (cell & 0x0700) << 4);
	}
}

static void put(struct console *console, const struct co_console_putcs *putcs)
{
	const uint16_t *cells = (const uint16_t *)(putcs + 1);

	if (putcs->y < console->rows && putcs->x < console->columns)
		memcpy(row(console, putcs->y) + putcs->x, cells,
		       least(putcs->count, console->columns - putcs->x) * CELL_BYTES);
}

/* How many bytes an operation has; more than any message if it does not exist. */
static uint32_t size_of(const struct co_console_message *message, uint32_t size)
{
	static const uint8_t words[] = {
		[CO_CONSOLE_CLEAR] = 5, [CO_CONSOLE_PUTC] = 3, [CO_CONSOLE_PUTCS] = 3, [CO_CONSOLE_CURSOR_DRAW] = 3,
		[CO_CONSOLE_CURSOR_ERASE] = 3, [CO_CONSOLE_CURSOR_MOVE] = 3, [CO_CONSOLE_SCROLL_UP] = 4,
		[CO_CONSOLE_SCROLL_DOWN] = 4, [CO_CONSOLE_BMOVE] = 6, [CO_CONSOLE_BLANK] = 1,
		[CO_CONSOLE_INVERT_REGION] = 3, [CO_CONSOLE_CONFIG] = 3, [CO_CONSOLE_MOUSE] = 1,
	};
	uint32_t needed;

	if (size < sizeof(message->type) || message->type >= sizeof(words))
		return ~0u;
	needed = sizeof(message->type) + words[message->type] * CELL_BYTES;
	return message->type == CO_CONSOLE_PUTCS && size >= needed ? needed + message->putcs.count * CELL_BYTES : needed;
}

/* Draws an operation of `size` bytes; false if it is none. */
bool console_draw(struct console *console, const struct co_console_message *message, uint32_t size)
{
	if (size < size_of(message, size))
		return false;
	switch (message->type) {
	case CO_CONSOLE_CLEAR:
		fill(console, message->clear.top, message->clear.left, message->clear.bottom, message->clear.right,
		     message->clear.cell);
		break;
	case CO_CONSOLE_PUTC:
		fill(console, message->putc.y, message->putc.x, message->putc.y, message->putc.x, message->putc.cell);
		break;
	case CO_CONSOLE_PUTCS:
		put(console, &message->putcs);
		break;
	case CO_CONSOLE_CURSOR_DRAW:
	case CO_CONSOLE_CURSOR_MOVE:
	case CO_CONSOLE_CURSOR_ERASE:
		console->cursor = message->cursor;
		console->cursor_on = message->type != CO_CONSOLE_CURSOR_ERASE;
		break;
	case CO_CONSOLE_SCROLL_UP:
	case CO_CONSOLE_SCROLL_DOWN:
		scroll(console, &message->scroll, message->type == CO_CONSOLE_SCROLL_UP);
		break;
	case CO_CONSOLE_BMOVE:
		move_block(console, &message->bmove);
		break;
	case CO_CONSOLE_BLANK:
		console->blanked = message->onoff.on;
		break;
	case CO_CONSOLE_INVERT_REGION:
		invert(console, &message->invert);
		break;
	case CO_CONSOLE_CONFIG:
		resize(console, &message->config);
		break;
	case CO_CONSOLE_INIT_SCROLLBUFFER:
		console->history_count = console->history_next = 0;
		break;
	case CO_CONSOLE_MOUSE:
		console->mouse = message->onoff.on;
		break;
	default:
		break;		/* what changes nothing on a screen of text: fonts, palettes, other screens */
	}
	return true;
}

/* --- Drawing everything again ------------------------------------------------------------------------------ */

static struct {
	struct co_message header;
	struct co_console_message message;
	uint16_t cells[CO_CONSOLE_MAX];		/* begins inside the union of the message: PUTCS is the longest */
} CO_PACKED replay;

static void send(unsigned monitor, uint32_t type)
{
	replay.message.type = type;
	replay.header = (struct co_message){ .to = CO_MODULE_CONSOLE, .priority = CO_PRIORITY_IMPORTANT,
					     .type = CO_MESSAGE_TYPE_OTHER };
	replay.header.size = size_of(&replay.message, sizeof(replay));
	wire_send(monitor, &replay.header);
}

static void send_row(unsigned monitor, const struct console *console, uint32_t y, const uint16_t *cells)
{
	replay.message.putcs = (struct co_console_putcs){ (uint16_t)y, 0, console->columns };
	memcpy(&replay.message.putcs + 1, cells, console->columns * CELL_BYTES);
	send(monitor, CO_CONSOLE_PUTCS);
	process_give_way();
}

/*
 * First the oldest rows, then the screen: each row goes to the bottom, behind one that scrolls up. In the time of
 * the guest's process, for this can be many bytes.
 */
void console_replay(unsigned monitor, const struct console *console)
{
	uint32_t bottom = console->rows - 1u, all = console->history_count + console->rows;

	replay.message.config = (struct co_console_config){ console->rows, console->columns, console->attribute };
	send(monitor, CO_CONSOLE_CONFIG);
	send(monitor, CO_CONSOLE_INIT_SCROLLBUFFER);
	for (uint32_t n = 0; n < all; n++) {
		if (n > bottom) {
			replay.message.scroll = (struct co_console_scroll){ 0, (uint16_t)bottom, 1, blank(console) };
			send(monitor, CO_CONSOLE_SCROLL_UP);
		}
		send_row(monitor, console, least(n, bottom),
			 n < console->history_count ? history_row(console, n) : row(console, n - console->history_count));
	}
	replay.message.cursor = console->cursor;
	send(monitor, console->cursor_on ? CO_CONSOLE_CURSOR_DRAW : CO_CONSOLE_CURSOR_ERASE);
	replay.message.onoff.on = console->mouse;
	send(monitor, CO_CONSOLE_MOUSE);
	replay.message.onoff.on = console->blanked;
	send(monitor, CO_CONSOLE_BLANK);
}
