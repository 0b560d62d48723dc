// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * printf-style formatting into a bounded buffer: %s %c %d %u %x %p, with width, zero padding, '-' for left, and 'll' for
 * 64 bits. The result is always NUL terminated and cut to fit.
 */
#include "kernel.h"

struct output {
	char *buffer;
	size_t size, length;
};

struct field {
	bool left, wide;
	char padding;
	unsigned width;
};

static void put(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->buffer[out->length++] = c;
}

static void put_field(struct output *out, const struct field *field, const char *text, size_t length)
{
	unsigned rest = field->width > length ? field->width - length : 0;

	for (; rest && !field->left; rest--)
		put(out, field->padding);
	for (size_t i = 0; i < length; i++)
		put(out, text[i]);
	for (; rest; rest--)
		put(out, ' ');
}

/* The quotient replaces the value, the remainder is returned: two divisions of 64 by 32 bits. */
static unsigned divide(uint64_t *value, uint32_t by)
{
	uint32_t high = (uint32_t)(*value >> 32), low = (uint32_t)*value, rest = high % by;

	high /= by;
	asm("divl %2" : "+a"(low), "+d"(rest) : "r"(by));
	*value = (uint64_t)high << 32 | low;
	return rest;
}

static void put_number(struct output *out, const struct field *field, uint64_t value, uint32_t base, bool negative)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[divide(&value, base)];
	} while (value);
	if (negative)
		digits[--at] = '-';
	put_field(out, field, digits + at, sizeof(digits) - at);
}

static const char *parse_field(const char *text, struct field *field)
{
	*field = (struct field){ .padding = ' ' };
	if (*text == '-') {
		field->left = true;
		text++;
	}
	if (*text == '0')
		field->padding = *text++;
	while (*text >= '0' && *text <= '9')
		field->width = field->width * 10 + (unsigned)(*text++ - '0');
	while (*text == 'l') {
		field->wide = true;
		text++;
	}
	return text;
}

size_t format_list(char *buffer, size_t size, const char *text, va_list arguments)
{
	struct output out = { buffer, size, 0 };

	for (; *text; text++) {
		struct field field;

		if (*text != '%') {
			put(&out, *text);
			continue;
		}
		text = parse_field(text + 1, &field);
		if (*text == 's') {
			const char *value = va_arg(arguments, const char *);

			put_field(&out, &field, value, strlen(value));
		} else if (*text == 'd') {
			int value = va_arg(arguments, int);

			put_number(&out, &field, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
		} else if (*text == 'u' || *text == 'x' || *text == 'p') {
			uint64_t value = field.wide ? va_arg(arguments, uint64_t) : va_arg(arguments, uint32_t);

			if (*text == 'p')
				field = (struct field){ .padding = '0', .width = 8 };
			put_number(&out, &field, value, *text == 'u' ? 10 : 16, false);
		} else if (*text == 'c') {
			put(&out, (char)va_arg(arguments, int));
		} else if (*text) {
			put(&out, *text);
		} else {
			break;
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
