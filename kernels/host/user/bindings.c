// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The part of colinux-daemon that gives the guest its devices, by words of its command line:
 *
 *	cobd0=blk1 cobd0=blk1,ro	a disk, which is not to be written
 *	hda1=blk1 hda1=:cobd0		the same under a name: one of the free units, or one that is bound by its number
 *	setcobd=sync setcobd=async	does the guest wait for each request?
 *	eth0=net0 eth0=net0,MAC		a network, with another address than the card's
 *	cofs0=fs0 ttys0=port0		a folder, a serial line
 *	initrd=3			boot module 3 is the initial RAM disk
 *	cocon=COLUMNSxROWS[xSCROLLBACK]	the size of the console
 *	color=1f			its colours: the attribute of an empty cell, two hexadecimal digits
 */
#include <colinux/console.h>
#include "daemon.h"
#include "words.h"

#define NUMBER_TOO_LARGE	100000	/* no more digits are read */
#define BLOCK_UNITS		32
#define MAC_SIZE		6

static const struct kind {
	const char *name, *device;
	enum co_binding binding;
	const char *example;
} kinds[] = {
	{ "cobd", "blk", CO_BIND_BLOCK, "cobd0=blk0 or cobd0=blk0,ro" },
	{ "eth", "net", CO_BIND_NETWORK, "eth0=net0 or eth0=net0,02:00:00:00:00:01" },
	{ "cofs", "fs", CO_BIND_FILESYSTEM, "cofs0=fs0" },
	{ "ttys", "port", CO_BIND_SERIAL, "ttys0=port0" },
};

#define KINDS		(sizeof(kinds) / sizeof(*kinds))
#define BLOCK		(&kinds[0])

static int driver;
static bool unit_taken[BLOCK_UNITS];

/* --- Words ------------------------------------------------------------------------------------------------ */

bool next_word(const char **line, char *word)
{
	size_t length = 0;

	while (**line == ' ')
		++*line;
	for (; **line && **line != ' '; ++*line)
		word[length++] = **line;
	word[length] = '\0';
	return length != 0;
}

/* If the text goes on with `expected`, steps over it. */
static bool skip(const char **text, const char *expected)
{
	size_t length = strlen(expected);

	for (size_t i = 0; i < length; i++)
		if ((*text)[i] != expected[i])
			return false;
	*text += length;
	return true;
}

static bool number(const char **text, uint32_t *value)
{
	const char *begin = *text;

	*value = 0;
	for (; **text >= '0' && **text <= '9' && *value < NUMBER_TOO_LARGE; ++*text)
		*value = *value * 10 + (uint32_t)(**text - '0');
	return *text != begin;
}

/* "cobd0=": steps over it and says which. */
static const struct kind *unit_word(const char **text, uint32_t *unit)
{
	for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++) {
		const char *at = *text;

		if (skip(&at, kind->name) && number(&at, unit) && skip(&at, "=")) {
			*text = at;
			return kind;
		}
	}
	return NULL;
}

/* "hda1=", "sdb=": steps over it. */
static bool alias_word(const char **text, char *alias, size_t size)
{
	const char *at = *text;
	uint32_t partition;
	size_t length;

	if ((!skip(&at, "hd") && !skip(&at, "sd")) || *at < 'a' || *at > 'z')
		return false;
	at++;
	number(&at, &partition);
	length = (size_t)(at - *text);
	if (!skip(&at, "=") || length >= size)
		return false;
	memcpy(alias, *text, length);
	alias[length] = '\0';
	*text = at;
	return true;
}

bool is_host_word(const char *word)
{
	static const char *const others[] = { "mem=", "setcobd=", "initrd=", "cocon=", "color=" };
	char alias[sizeof(((struct co_bind *)0)->alias)];
	const char *at = word;
	uint32_t unit;

	for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (skip(&at, others[i]))
			return true;
	return unit_word(&at, &unit) || alias_word(&at, alias, sizeof(alias));
}

/* --- Devices --------------------------------------------------------------------------------------------- */

static void __attribute__((noreturn)) misunderstood(const char *word, const struct kind *kind)
{
	give_up("%s: expected \"%s\" and a number behind the \"=\", as in %s", word, kind->device, kind->example);
}

static int hexadecimal(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;			/* small letters */
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Six bytes, which are the address of one card: bit 0 of the first is for groups. */
static bool address(const char **text, uint8_t *mac)
{
	for (unsigned i = 0; i < MAC_SIZE; i++) {
		int high, low;

		if (i && !skip(text, ":"))
			return false;
		high = hexadecimal((*text)[0]);
		low = high < 0 ? -1 : hexadecimal((*text)[1]);
		if (low < 0)
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
		*text += 2;
	}
	return !(mac[0] & 1);
}

/* What may follow the device's number. */
static void options(const char *word, const char *at, const struct kind *kind, struct co_bind *request)
{
	if (kind->binding == CO_BIND_BLOCK && skip(&at, ",ro")) {
		request->flags |= CO_BIND_READ_ONLY;
	} else if (kind->binding == CO_BIND_NETWORK && skip(&at, ",")) {
		if (!address(&at, request->mac))
			give_up("%s: expected the address of one network card behind the comma, as in %s", word,
				kind->example);
		request->flags |= CO_BIND_MAC;
	}
	if (*at)
		give_up("%s: \"%s\" has no meaning here: write it as in %s", word, at, kind->example);
}

static void bind(struct co_bind *request)
{
	if (ioctl(driver, CO_MONITOR_BIND, request) < 0)
		give_up("%s", request->problem);
}

/* `at` is behind the "=". */
static void bind_device(const char *word, const char *at, const struct kind *kind, struct co_bind *request)
{
	request->kind = kind->binding;
	if (!skip(&at, kind->device) || !number(&at, &request->device))
		misunderstood(word, kind);
	options(word, at, kind, request);
	bind(request);
	if (kind->binding == CO_BIND_BLOCK)
		unit_taken[request->unit] = true;
}

static void serve_line(uint32_t monitor, const struct co_bind *request)
{
	char name[16];

	format(name, sizeof(name), "serial%u.%u", monitor, request->unit);
	if (spawn("colinux-serial-daemon", name, monitor << 16 | request->unit << 8 | request->device) < 0)
		give_up("ttys%u: there is no colinux-serial-daemon to serve it", request->unit);
}

static void bind_units(const char *line, uint32_t monitor, uint32_t flags)
{
	char word[CO_WORDS_SIZE];

	for (next_word(&line, word); next_word(&line, word);) {
		struct co_bind request = { .flags = flags };
		const char *at = word;
		const struct kind *kind = unit_word(&at, &request.unit);

		if (!kind)
			continue;
		bind_device(word, at, kind, &request);
		if (kind->binding == CO_BIND_SERIAL)
			serve_line(monitor, &request);
	}
}

static uint32_t free_unit(void)
{
	uint32_t unit = 0;

	while (unit < BLOCK_UNITS && unit_taken[unit])
		unit++;
	return unit;
}

static void bind_aliases(const char *line, uint32_t flags)
{
	char word[CO_WORDS_SIZE];

	for (next_word(&line, word); next_word(&line, word);) {
		struct co_bind request = { .flags = flags };
		const char *at = word;

		if (!alias_word(&at, request.alias, sizeof(request.alias)))
			continue;
		if (skip(&at, ":")) {
			request.flags |= CO_BIND_ALIAS_ONLY;
			if (!skip(&at, BLOCK->name) || !number(&at, &request.unit) || *at)
				give_up("%s: expected the number of a cobd behind the colon, as in hda1=:cobd0", word);
			bind(&request);
		} else {
			request.unit = free_unit();
			bind_device(word, at, BLOCK, &request);
		}
	}
}

/* --- The other words -------------------------------------------------------------------------------------- */

/* What follows a word of this name, "" if it is not there; the file's name is none. */
static void value_of(const char *line, const char *name, char *value)
{
	const char *found = word_in(line, name);

	value[0] = '\0';
	if (found && *found != ' ')
		next_word(&found, value);
	else if (found)
		give_up("%s: there is nothing behind the \"=\"", name);
}

static uint32_t flags_of(const char *line)
{
	char value[CO_WORDS_SIZE];

	value_of(line, "setcobd=", value);
	if (value[0] && strcmp(value, "sync") != 0 && strcmp(value, "async") != 0)
		give_up("setcobd=%s: expected sync or async", value);
	return strcmp(value, "sync") == 0 ? CO_BIND_SYNC : 0;
}

static uint32_t initrd_of(const char *line)
{
	char value[CO_WORDS_SIZE];
	const char *at = value;
	uint32_t module = CO_NO_MODULE;

	value_of(line, "initrd=", value);
	if (value[0] && (!number(&at, &module) || *at))
		give_up("initrd=%s: expected the number of a boot module, counted from 0, as in initrd=1", value);
	return module;
}

static bool size_of_console(const char *text, struct co_console_shape *shape)
{
	return number(&text, &shape->columns) && skip(&text, "x") && number(&text, &shape->rows) &&
	       (!*text || (skip(&text, "x") && number(&text, &shape->scrollback) && !*text));
}

static void set_console(const char *line)
{
	char size[CO_WORDS_SIZE], color[CO_WORDS_SIZE];
	struct co_console_shape shape = { CO_CONSOLE_ROWS, CO_CONSOLE_COLUMNS, CO_CONSOLE_SCROLLBACK,
					  CO_CONSOLE_ATTRIBUTE };

	value_of(line, "cocon=", size);
	value_of(line, "color=", color);
	if (!size[0] && !color[0])
		return;
	if (color[0] && (hexadecimal(color[0]) < 0 || hexadecimal(color[1]) < 0 || color[2]))
		give_up("color=%s: expected two hexadecimal digits, background and foreground, as in color=1f", color);
	if (color[0])
		shape.attribute = (uint32_t)(hexadecimal(color[0]) << 4 | hexadecimal(color[1]));
	if ((size[0] && !size_of_console(size, &shape)) || ioctl(driver, CO_MONITOR_CONSOLE, &shape) < 0)
		give_up("cocon=%s: expected COLUMNSxROWS or COLUMNSxROWSxSCROLLBACK, from 16x2 to 500x500x500, as in "
			"cocon=80x25x500", size);
}

uint32_t bind_devices(int driver_file, uint32_t monitor, const char *line)
{
	uint32_t flags = flags_of(line);

	driver = driver_file;
	set_console(line);
	bind_units(line, monitor, flags);
	bind_aliases(line, flags);
	return initrd_of(line);
}
