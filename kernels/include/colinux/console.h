/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cocon: the console and keyboard part of the cooperative ABI (see abi.h).
 *
 * The guest draws text cells by messages to CO_MODULE_CONSOLE whose data is one struct co_console_message. A cell
 * is a 16-bit word: character in the low byte, VGA attribute in the high byte. Keys come back as messages to the
 * guest for CO_DEVICE_KEYBOARD. STARTUP from a console to CO_MODULE_CONSOLE, on the wire, says that it shows nothing yet: the
 * host draws everything again, with what has scrolled off. A message for CO_DEVICE_CONSOLE with a struct co_console_config says that the user has
 * given the terminal another size; a guest that follows answers with a CONFIG operation (coLinux has no such message).
 * Mind the order of coordinates: PUTC has x first, PUTCS has y first. All edges of rectangles are inclusive; BMOVE moves
 * the rectangle top..right to (row, column).
 */
#ifndef COLINUX_CONSOLE_H
#define COLINUX_CONSOLE_H

#include <colinux/abi.h>

enum co_console_operation {
	CO_CONSOLE_STARTUP = 0,		/* by CO_OPERATION_DEVICE: answered in place with `config` */
	CO_CONSOLE_INIT = 1,
	CO_CONSOLE_DEINIT = 2,
	CO_CONSOLE_CLEAR = 3,
	CO_CONSOLE_PUTC = 4,
	CO_CONSOLE_PUTCS = 5,
	CO_CONSOLE_CURSOR_DRAW = 6,
	CO_CONSOLE_CURSOR_ERASE = 7,
	CO_CONSOLE_CURSOR_MOVE = 8,
	CO_CONSOLE_SCROLL_UP = 9,
	CO_CONSOLE_SCROLL_DOWN = 10,
	CO_CONSOLE_BMOVE = 11,
	CO_CONSOLE_SWITCH = 12,
	CO_CONSOLE_BLANK = 13,
	CO_CONSOLE_FONT = 14,
	CO_CONSOLE_PALETTE = 15,
	CO_CONSOLE_SCROLLDELTA = 16,
	CO_CONSOLE_SET_ORIGIN = 17,
	CO_CONSOLE_SAVE_SCREEN = 18,
	CO_CONSOLE_INVERT_REGION = 19,
	CO_CONSOLE_CONFIG = 20,
	CO_CONSOLE_INIT_SCROLLBUFFER = 21,	/* forgets what has scrolled off */
	CO_CONSOLE_MOUSE = 22,			/* not in coLinux: the guest wants mouse events, or no more */
};

#define CO_CONSOLE_COLUMNS	80
#define CO_CONSOLE_ROWS		25
#define CO_CONSOLE_ATTRIBUTE	0x07	/* light grey on black */
#define CO_CONSOLE_SCROLLBACK	500	/* rows */
#define CO_CONSOLE_COLUMNS_MIN	16
#define CO_CONSOLE_ROWS_MIN	2
#define CO_CONSOLE_MAX		500	/* of columns, rows and rows of scrollback */

struct co_console_putc { uint16_t x, y, cell; } CO_PACKED;
struct co_console_putcs { uint16_t y, x, count; } CO_PACKED;	/* then `count` cells */
struct co_console_clear { uint16_t top, left, bottom, right, cell; } CO_PACKED;
struct co_console_scroll { uint16_t top, bottom, lines, cell; } CO_PACKED;
struct co_console_invert { uint16_t y, x, count; } CO_PACKED;
struct co_console_bmove { uint16_t row, column, top, left, bottom, right; } CO_PACKED;
struct co_console_config { uint16_t rows, columns, attribute; } CO_PACKED;
struct co_console_cursor { uint16_t x, y, height; } CO_PACKED;
struct co_console_switch { uint16_t on; } CO_PACKED;		/* BLANK and MOUSE: 1 or 0 */

/* One console operation. A message is cut off behind the member in use. */
struct co_console_message {
	uint32_t type;				/* enum co_console_operation */
	union {
		struct co_console_putc putc;
		struct co_console_putcs putcs;
		struct co_console_clear clear;
		struct co_console_scroll scroll;
		struct co_console_invert invert;
		struct co_console_bmove bmove;
		struct co_console_config config;
		struct co_console_cursor cursor;
		struct co_console_switch onoff;
	};
} CO_PACKED;

enum co_keyboard_mode {
	CO_KEYBOARD_RAW = 0,			/* code = one byte of an XT scan code */
	CO_KEYBOARD_ASCII = 1,			/* code = one byte of UTF-8 text */
};

struct co_key_event {
	uint32_t code;
	uint32_t mode;				/* enum co_keyboard_mode */
} CO_PACKED;

/* Payload of messages for CO_DEVICE_MOUSE. Positions are parts of 2048 of the screen's width and height. */
#define CO_MOUSE_RANGE	2048

struct co_mouse_event {
	uint32_t buttons;			/* bit 0 left, 1 right, 2 middle */
	uint32_t x, y;				/* below CO_MOUSE_RANGE */
	int32_t wheel;				/* rows since the last event, up is negative */
} CO_PACKED;

enum co_power_type {
	CO_POWER_CTRL_ALT_DEL = 0,
	CO_POWER_SHUTDOWN = 1,
	CO_POWER_OFF = 2,
};

struct co_power_event {
	uint32_t type;				/* enum co_power_type */
} CO_PACKED;

#endif /* COLINUX_CONSOLE_H */
