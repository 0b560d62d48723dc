// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work for `npm run bench`, which takes the time from outside. No file system and no protocol is in between:
 *
 *	bench-read=N		N requests of a mebibyte each, one behind the other, round and round on the disk
 *	bench-write=N		the same, written, and a flush at the end
 *	bench-requests=N	N reads of 4 KiB, each when the one before has ended
 *	bench-trips=N		N frames to the gateway, each when the one before has been answered: ARP requests (RFC 826)
 */
#include <colinux/network.h>
#include "tests.h"
#include "words.h"

#define LARGE		CO_BLOCK_MAX
#define SMALL		0x1000
#define IDLES_MAX	1000		/* an answer that does not come */

#define TYPE_ARP	0x0806
#define ARP_REQUEST	1
#define ARP_REPLY	2

static const uint8_t own_address[4] = { 10, 0, 2, 15 }, gateway[4] = { 10, 0, 2, 2 };

/* Ethernet and ARP headers, padded to the shortest frame. */
static struct {
	uint8_t to[6], from[6];
	uint16_t type;
	uint16_t hardware, protocol;
	uint8_t hardware_size, protocol_size;
	uint16_t operation;
	uint8_t sender_mac[6], sender[4], target_mac[6], target[4];
	uint8_t padding[CO_NETWORK_FRAME_MIN - 42];
} CO_PACKED frame;

static uint32_t answers;

static uint16_t big_endian(uint16_t value)
{
	return (uint16_t)(value << 8 | value >> 8);
}

/* The number behind a word; 0 without the word. */
static uint32_t count_of(const char *word)
{
	const char *digit = word_in(boot.command_line, word);
	uint32_t count = 0;

	while (digit && *digit >= '0' && *digit <= '9')
		count = count * 10 + (uint32_t)(*digit++ - '0');
	return count;
}

static void must(const char *what, uint32_t error)
{
	if (error)
		terminate(CO_TERMINATE_PANIC, error, 0, what);
}

static void transfers(enum co_block_type type, uint32_t count, uint32_t size)
{
	uint32_t places;

	if (!count)
		return;
	places = (uint32_t)(disk_size(0) / CO_BLOCK_SECTOR) / (size / CO_BLOCK_SECTOR);
	must("bench: the disk is too small", !places);
	for (uint32_t n = 0; n < count; n++)
		must("bench: transfer", transfer(0, type, (uint64_t)(n % places) * size, size, scratch()));
	if (type == CO_BLOCK_WRITE)
		must("bench: flush", transfer(0, CO_BLOCK_FLUSH, 0, 0, NULL));
}

static void on_frame(const struct co_message *header, const struct co_linux_message *message)
{
	const uint8_t *bytes = (const void *)(message + 1);

	answers += header->type == CO_MESSAGE_TYPE_OTHER && message->size >= offsetof(typeof(frame), padding) &&
		   bytes[12] == TYPE_ARP >> 8 && bytes[13] == (TYPE_ARP & 0xff) && bytes[21] == ARP_REPLY;
}

static void trips(uint32_t count)
{
	if (!count)
		return;
	frame.type = big_endian(TYPE_ARP);
	frame.hardware = big_endian(1);			/* Ethernet */
	frame.protocol = big_endian(0x0800);		/* IPv4 */
	frame.hardware_size = 6;
	frame.protocol_size = 4;
	frame.operation = big_endian(ARP_REQUEST);
	memset(frame.to, 0xff, sizeof(frame.to));
	must("bench: no network", get_mac(0, frame.from));
	memcpy(frame.sender_mac, frame.from, sizeof(frame.sender_mac));
	memcpy(frame.sender, own_address, sizeof(frame.sender));
	memcpy(frame.target, gateway, sizeof(frame.target));
	on_message(CO_DEVICE_NETWORK, on_frame);
	for (uint32_t n = 0; n < count; n++) {
		host_send(CO_MODULE_CONET0, CO_MESSAGE_TYPE_OTHER, &frame, sizeof(frame));
		for (uint32_t idles = 0; answers <= n; idles++) {
			must("bench: no answer from the gateway", idles > IDLES_MAX);
			host_idle();
		}
	}
}

void bench(void)
{
	transfers(CO_BLOCK_READ, count_of("bench-read="), LARGE);
	transfers(CO_BLOCK_WRITE, count_of("bench-write="), LARGE);
	transfers(CO_BLOCK_READ, count_of("bench-requests="), SMALL);
	trips(count_of("bench-trips="));
}
