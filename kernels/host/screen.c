// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text screen of the machine: 80 x 25 cells at B8000h (IBM VGA, mode 3). The upper 24 rows scroll the log; the last
 * row is the status line, which belongs to whoever has opened the device `status`.
 */
#include "host.h"

#define COLUMNS			80
#define ROWS			24
#define CELLS			((uint16_t *)virtual_address(0xb8000))
#define ATTRIBUTE_LOG		0x07	/* light grey on black */
#define ATTRIBUTE_STATUS	0x70	/* black on light grey */

static unsigned x, y;

static uint16_t cell(char c, unsigned attribute)
{
	return (uint16_t)(attribute << 8 | (uint8_t)c);
}

static void fill_row(unsigned row, unsigned from, unsigned attribute)
{
	for (unsigned column = from; column < COLUMNS; column++)
		CELLS[row * COLUMNS + column] = cell(' ', attribute);
}

static void new_line(void)
{
	x = 0;
	if (++y < ROWS)
		return;
	y = ROWS - 1;
	memmove(CELLS, CELLS + COLUMNS, y * COLUMNS * sizeof(*CELLS));
	fill_row(y, 0, ATTRIBUTE_LOG);
}

void screen_write(const char *text, size_t length)
{
	for (; length; length--, text++) {
		if (*text == '\n' || x == COLUMNS)
			new_line();
		if (*text != '\n')
			CELLS[y * COLUMNS + x++] = cell(*text, ATTRIBUTE_LOG);
	}
}

void screen_status(const char *text, size_t length)
{
	unsigned column = 0;

	for (; column < COLUMNS && column < length && text[column] != '\n'; column++)
		CELLS[ROWS * COLUMNS + column] = cell(text[column], ATTRIBUTE_STATUS);
	fill_row(ROWS, column, ATTRIBUTE_STATUS);
}

void screen_init(void)
{
	for (unsigned row = 0; row < ROWS; row++)
		fill_row(row, 0, ATTRIBUTE_LOG);
	screen_status("", 0);
}
