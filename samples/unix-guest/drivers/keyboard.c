// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keyboard of cocon (CO_VIRQ_KEYBOARD). Text comes as UTF-8, one byte a message, and is passed on. Keys come as XT
 * scan codes (set 1), US layout: a byte with bit 7 set is a release, 0xe0 announces one of the grey keys.
 */
#include "drivers.h"

#define RELEASED	0x80
#define GREY		0xe0

enum { KEY_CTRL = 0x1d, KEY_SHIFT_LEFT = 0x2a, KEY_SHIFT_RIGHT = 0x36, KEY_CAPS = 0x3a };

static const char plain[] = "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

static bool shift, ctrl, caps, grey;

static void type(const char *text)
{
	while (*text)
		tty_input(&console_tty, *text++);
}

static void press_grey(uint32_t key)
{
	static const struct { uint8_t key; const char *text; } keys[] = {
		{ 0x48, "\033[A" }, { 0x50, "\033[B" }, { 0x4d, "\033[C" }, { 0x4b, "\033[D" },
		{ 0x47, "\033[H" }, { 0x4f, "\033[F" }, { 0x53, "\177" }, { 0x1c, "\n" }, { 0x35, "/" },
	};

	for (uint32_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].key == key)
			type(keys[i].text);
}

static void press(uint32_t key)
{
	bool letter;
	char c;

	if (key >= sizeof(plain))
		return;
	c = plain[key];
	letter = c >= 'a' && c <= 'z';
	if (shift != (caps && letter))
		c = shifted[key];
	if (ctrl && letter)
		c &= 0x1f;
	if (c)
		tty_input(&console_tty, c);
}

static void scan_code(uint32_t code)
{
	uint32_t key = code & ~(uint32_t)RELEASED;
	bool pressed = !(code & RELEASED), was_grey = grey;

	grey = code == GREY;
	if (grey)
		return;
	if (key == KEY_CTRL)
		ctrl = pressed;
	else if ((key == KEY_SHIFT_LEFT || key == KEY_SHIFT_RIGHT) && !was_grey)
		shift = pressed;
	else if (key == KEY_CAPS)
		caps ^= pressed;
	else if (pressed && was_grey)
		press_grey(key);
	else if (pressed)
		press(key);
}

void keyboard_event(const void *data, uint32_t size)
{
	const struct co_key_event *event = data;

	if (size < sizeof(*event))
		return;
	if (event->mode == CO_KEYBOARD_RAW)
		scan_code(event->code & 0xff);
	else
		tty_input(&console_tty, (char)event->code);
}
