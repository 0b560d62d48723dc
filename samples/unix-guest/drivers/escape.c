// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What programs write to the console: UTF-8 text, control characters, and the usual escape sequences (ECMA-48): colours
 * (SGR), cursor movement (CUU, CUD, CUF, CUB, CUP) and erasing (ED, EL). Other sequences are swallowed.
 */
#include "drivers.h"

#define ESCAPE		0x1b
#define PARAMETERS	8
#define RUN_MAX		128

static enum { TEXT, AFTER_ESCAPE, IN_SEQUENCE } state;
static unsigned parameters[PARAMETERS], parameter;
static uint32_t code_point, missing;		/* of the UTF-8 sequence that has begun; bytes */
static uint8_t run[RUN_MAX];			/* text that is not drawn yet */
static uint32_t run_length;
static uint8_t colours = CO_CONSOLE_ATTRIBUTE;

static void flush(void)
{
	console_put(run, run_length);
	run_length = 0;
}

static void put(uint8_t character)
{
	if (run_length == RUN_MAX)
		flush();
	run[run_length++] = character;
}

/* ECMA-48 8.3.117. The three bits of a colour are in the opposite order in VGA attributes. */
static void select_graphic(unsigned value)
{
	static const uint8_t vga[] = { 0, 4, 2, 6, 1, 5, 3, 7 };

	if (value == 0)
		colours = CO_CONSOLE_ATTRIBUTE;
	else if (value == 1)
		colours |= 0x08;
	else if (value == 7)
		colours = (uint8_t)(colours << 4 | colours >> 4);
	else if (value >= 30 && value <= 37)
		colours = (colours & 0xf8) | vga[value - 30];
	else if (value >= 40 && value <= 47)
		colours = (uint8_t)((colours & 0x8f) | vga[value - 40] << 4);
	else if (value >= 90 && value <= 97)
		colours = (colours & 0xf0) | 8 | vga[value - 90];
	console_attribute(colours);
}

static void erase_screen(unsigned what)
{
	struct position at = console_position(), last = { console_columns() - 1, console_rows() - 1 };

	if (what == 0) {
		console_clear(at, (struct position){ last.x, at.y });
		if (at.y < last.y)
			console_clear((struct position){ 0, at.y + 1 }, last);
	} else if (what == 1) {
		console_clear((struct position){ 0, at.y }, at);
		if (at.y > 0)
			console_clear((struct position){ 0, 0 }, (struct position){ last.x, at.y - 1 });
	} else {
		console_clear((struct position){ 0, 0 }, last);
	}
}

static void erase_line(unsigned what)
{
	struct position at = console_position(), begin = { 0, at.y }, end = { console_columns() - 1, at.y };

	console_clear(what == 0 ? at : begin, what == 1 ? at : end);
}

static void end_sequence(char final)
{
	struct position at = console_position();
	int first = (int)minimum(parameters[0], 999), count = first ? first : 1;
	int second = (int)minimum(parameters[1], 999);

	switch (final) {
	case 'm':
		for (unsigned i = 0; i <= parameter; i++)
			select_graphic(parameters[i]);
		break;
	case 'A': console_move(at.x, at.y - count); break;
	case 'B': console_move(at.x, at.y + count); break;
	case 'C': console_move(at.x + count, at.y); break;
	case 'D': console_move(at.x - count, at.y); break;
	case 'H':
	case 'f': console_move((second ? second : 1) - 1, count - 1); break;
	case 'J': erase_screen(parameters[0]); break;
	case 'K': erase_line(parameters[0]); break;
	}
}

static void in_sequence(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		parameters[parameter] = minimum(parameters[parameter] * 10 + c - '0', 9999);
	} else if (c == ';' && parameter < PARAMETERS - 1) {
		parameter++;
	} else if (c >= 0x40 && c < 0x7f) {
		end_sequence((char)c);
		state = TEXT;
	}
}

static void control(uint8_t c)
{
	struct position at;

	flush();
	at = console_position();
	if (c == '\n')
		console_new_line();
	else if (c == '\r')
		console_move(0, at.y);
	else if (c == '\b')
		console_move(at.x - 1, at.y);
	else if (c == '\t')
		console_move((at.x | 7) + 1, at.y);
	else if (c == ESCAPE)
		state = AFTER_ESCAPE;
}

/* RFC 3629. What is not well-formed shows as a question mark. */
static void unicode(uint8_t c)
{
	if ((c & 0xc0) == 0x80 && missing) {
		code_point = code_point << 6 | (c & 0x3f);
		if (--missing == 0)
			put(cp437_from_unicode(code_point));
	} else {
		missing = utf8_length(c) - 1;
		code_point = c & (0x3f >> missing);
		if (!missing)
			put('?');
	}
}

void console_write(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t c = (uint8_t)text[i];

		if (state == IN_SEQUENCE) {
			in_sequence(c);
		} else if (state == AFTER_ESCAPE) {
			memset(parameters, 0, sizeof(parameters));
			parameter = 0;
			state = c == '[' ? IN_SEQUENCE : TEXT;
		} else if (c < ' ') {
			control(c);
		} else if (c >= 0x80) {
			unicode(c);
		} else {
			put(c);
		}
	}
	flush();
	console_move(console_position().x, console_position().y);
}
