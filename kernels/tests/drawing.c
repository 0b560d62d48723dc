// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Draws on the console with any operations, mostly sensible, some far outside of the screen or cut short, always the same;
 * then waits for a message and ends. A test compares what the host has kept with what came over the wire.
 */
#include <colinux/abi.h>
#include <colinux/console.h>

#define OPERATIONS	600
#define CELLS_MAX	90

void draw(struct co_passage_page *page);

static struct co_passage_page *passage;
static uint32_t state = 20041;
static uint16_t columns = CO_CONSOLE_COLUMNS, rows = CO_CONSOLE_ROWS;

static uint32_t below(uint32_t limit)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state * limit >> 32);
}

static uint16_t coordinate(uint32_t limit)
{
	return (uint16_t)(below(20) ? below(limit + 2) : below(0x10000));
}

static uint16_t x(void) { return coordinate(columns); }
static uint16_t y(void) { return coordinate(rows); }
static uint16_t cell(void) { return (uint16_t)below(0x10000); }

static void ask(enum co_operation operation)
{
	co_switch_t code = (co_switch_t)(void *)passage->code;

	passage->operation = operation;
	code(passage, &passage->guest, &passage->host);
}

static void send(enum co_console_operation type, const uint16_t *words, uint32_t count)
{
	struct co_io_area *io_area = (void *)CO_VPTR_IO_AREA_START;
	struct co_message *message = (void *)io_area->buffer;
	struct co_console_message *console = (void *)(message + 1);
	uint16_t *to = (uint16_t *)&console->putc;

	*message = (struct co_message){ CO_MODULE_LINUX, CO_MODULE_CONSOLE, CO_PRIORITY_IMPORTANT, CO_MESSAGE_TYPE_OTHER,
					sizeof(console->type) + count * sizeof(*words) };
	console->type = type;
	while (count--)
		*to++ = *words++;
	ask(CO_OPERATION_MESSAGE_TO_MONITOR);
}

#define SEND(type, ...) do { \
	const uint16_t words[] = { __VA_ARGS__ }; \
	send(type, words, sizeof(words) / sizeof(*words)); \
} while (0)

static void put_cells(void)
{
	uint16_t words[3 + CELLS_MAX] = { y(), x(), (uint16_t)below(CELLS_MAX) };

	for (unsigned i = 0; i < words[2]; i++)
		words[3 + i] = cell();
	send(CO_CONSOLE_PUTCS, words, below(30) ? 3 + words[2] : 3);
}

static void draw_something(void)
{
	switch (below(14)) {
	case 0:
		SEND(CO_CONSOLE_CLEAR, y(), x(), y(), x(), cell());
		break;
	case 1:
	case 2:
		SEND(CO_CONSOLE_PUTC, x(), y(), cell());
		break;
	case 3:
	case 4:
	case 5:
		put_cells();
		break;
	case 6:
		SEND((enum co_console_operation)(CO_CONSOLE_CURSOR_DRAW + below(3)), x(), y(), 1);
		break;
	case 7:
		SEND(CO_CONSOLE_SCROLL_UP, y(), y(), (uint16_t)below(4), cell());
		break;
	case 8:
	case 9:
		SEND(CO_CONSOLE_SCROLL_UP, 0, (uint16_t)(rows - 1), (uint16_t)below(30), cell());
		break;
	case 10:
		SEND(CO_CONSOLE_SCROLL_DOWN, y(), y(), (uint16_t)below(4), cell());
		break;
	case 11:
		SEND(CO_CONSOLE_BMOVE, y(), x(), y(), x(), y(), x());
		break;
	case 12:
		SEND(CO_CONSOLE_INVERT_REGION, y(), x(), (uint16_t)below(200));
		break;
	default:
		SEND((enum co_console_operation)below(40), cell());	/* too short for most, and many do not exist */
		break;
	}
}

void draw(struct co_passage_page *page)
{
	const struct co_delivery *delivery = (const void *)page->params;

	passage = page;
	for (unsigned i = 0; i < OPERATIONS; i++)
		draw_something();
	rows = 40;
	columns = 100;
	SEND(CO_CONSOLE_CONFIG, rows, columns, CO_CONSOLE_ATTRIBUTE);
	for (unsigned i = 0; i < OPERATIONS; i++)
		draw_something();
	do
		ask(CO_OPERATION_IDLE);
	while (!delivery->size);
	page->params[0] = CO_TERMINATE_END;
	page->params[1] = page->params[2] = page->params[3] = 0;
	ask(CO_OPERATION_TERMINATE);
}
