// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printf-style formatting into a bounded buffer. Only what kernels print: strings, characters, decimal and
 * hexadecimal numbers with zero padding. The result is always NUL terminated and cut to fit.
 */
#include "lib.h"

struct output {
	char *buffer;
	size_t size, length;
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length++] = c;
}

static void put_number(struct output *out, uint32_t value, unsigned base, unsigned width, char padding)
{
	char digits[10];
	unsigned count = 0;

	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (; width > count; width--)
		put(out, padding);
	while (count)
		put(out, digits[--count]);
}

size_t format_list(char *buffer, size_t size, const char *text, va_list arguments)
{
	struct output out = { buffer, size, 0 };

	for (; *text; text++) {
		char padding = ' ';
		unsigned width = 0;

		if (*text != '%') {
			put(&out, *text);
			continue;
		}
		if (*++text == '0')
			padding = *text++;
		while (*text >= '0' && *text <= '9')
			width = width * 10 + (unsigned)(*text++ - '0');
		switch (*text) {
		case 's':
			for (const char *s = va_arg(arguments, const char *); *s; s++)
				put(&out, *s);
			break;
		case 'c':
			put(&out, (char)va_arg(arguments, int));
			break;
		case 'd': {
			int value = va_arg(arguments, int);

			if (value < 0)
				put(&out, '-');
			put_number(&out, value < 0 ? -(uint32_t)value : (uint32_t)value, 10, width, padding);
			break;
		}
		case 'u':
			put_number(&out, va_arg(arguments, uint32_t), 10, width, padding);
			break;
		case 'p':
			width = 8;
			padding = '0';
			/* fall through */
		case 'x':
			put_number(&out, va_arg(arguments, uint32_t), 16, width, padding);
			break;
		case '\0':
			text--;
			break;
		default:
			put(&out, *text);
		}
	}
	if (size)
		buffer[out.length] = '\0';
	return out.length;
}

size_t format(char *buffer, size_t size, const char *text, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, text);
	length = format_list(buffer, size, text, arguments);
	va_end(arguments);
	return length;
}
