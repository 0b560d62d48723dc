// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interface and its settings, which are one line of text in /dev/eth0:
 *
 *	52:54:00:12:34:56 10.0.2.15/24 10.0.2.2 10.0.2.3
 *
 * Read: the Ethernet address, our own address with the length of the network's prefix, the gateway, the name server
 * (which only programs use). Written: the same without the Ethernet address.
 */
#include "net.h"
#include "../drivers/drivers.h"
#include "../fs/fs.h"

struct interface interface;

static void add_address(struct text *text, uint32_t address)
{
	text_add(text, " %u.%u.%u.%u", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
}

static void show(struct text *text)
{
	unsigned prefix = 0;

	for (uint32_t mask = interface.mask; mask; mask <<= 1)
		prefix++;
	for (unsigned i = 0; i < sizeof(interface.mac); i++)
		text_add(text, "%s%02x", i ? ":" : "", interface.mac[i]);
	add_address(text, interface.address);
	text_add(text, "/%u", prefix);
	add_address(text, interface.gateway);
	add_address(text, interface.name_server);
	text_add(text, "\n");
}

static const char *parse_number(const char *line, uint32_t *value, uint32_t max)
{
	*value = 0;
	if (!line || *line < '0' || *line > '9')
		return NULL;
	while (*line >= '0' && *line <= '9' && *value <= max)
		*value = *value * 10 + (uint32_t)(*line++ - '0');
	return *value <= max ? line : NULL;
}

/* Returns what is behind it, NULL if it is none. */
static const char *parse_address(const char *line, uint32_t *address)
{
	*address = 0;
	while (line && *line == ' ')
		line++;
	for (int i = 0; i < 4 && line; i++) {
		uint32_t byte;

		if (i && *line++ != '.')
			return NULL;
		line = parse_number(line, &byte, 255);
		*address = *address << 8 | byte;
	}
	return line;
}

static int store(const char *line)
{
	struct interface settings = interface;
	uint32_t prefix;

	line = parse_address(line, &settings.address);
	line = line && *line == '/' ? parse_number(line + 1, &prefix, 32) : NULL;
	line = parse_address(line, &settings.gateway);
	line = parse_address(line, &settings.name_server);
	if (!line)
		return -EINVAL;
	settings.mask = prefix ? ~0u << (32 - prefix) : 0;
	interface = settings;
	return 0;
}

unsigned network_init(void)
{
	interface.present = conet_address(0, interface.mac);
	if (interface.present)
		device_add_text("eth0", show, store);
	return interface.present;
}

void network_tick(void)
{
	arp_tick();
	tcp_tick();
	network_settle();
}

void network_settle(void)
{
	ip_settle();
	tcp_settle();
}
