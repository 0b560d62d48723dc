// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp: asks for an address (RFC 2131) and writes what it is given to /dev/eth0. It does not renew: the lease of slirp
 * never ends.
 */
#include "libc.h"

#define SERVER_PORT	67
#define CLIENT_PORT	68
#define MAGIC		0x63825363u
#define BROADCAST	0xffffffffu
#define TRIES		4

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACKNOWLEDGE = 5 };
enum {
	OPTION_MASK = 1, OPTION_ROUTER = 3, OPTION_NAME_SERVER = 6, OPTION_ADDRESS = 50, OPTION_TYPE = 53,
	OPTION_SERVER = 54, OPTION_WANTED = 55, OPTION_END = 255,
};

struct message {
	uint8_t operation, hardware, hardware_size, hops;
	uint32_t id;
	uint16_t seconds, flags;
	uint32_t client, yours, server, relay;
	uint8_t mac[16], server_name[64], file[128];
	uint32_t magic;
	uint8_t options[312];
} __attribute__((packed));

/* The value of an option, 32 bits at most; 0 if it is missing. */
static uint32_t option(const struct message *message, size_t size, uint8_t wanted)
{
	const uint8_t *at = message->options, *end = (const uint8_t *)message + size;

	while (at + 1 < end && *at != OPTION_END) {
		uint32_t value = 0;

		if (*at == 0) {
			at++;
			continue;
		}
		if (at + 2 + at[1] > end)
			break;
		for (int i = 0; i < at[1] && i < 4; i++)
			value = value << 8 | at[2 + i];
		if (*at == wanted)
			return value;
		at += 2 + at[1];
	}
	return 0;
}

static uint8_t *put_option(uint8_t *at, uint8_t number, uint32_t value)
{
	value = swap32(value);
	*at++ = number;
	*at++ = sizeof(value);
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static void send(int fd, uint32_t id, const uint8_t *mac, int type, const struct message *offer, size_t offer_size)
{
	struct message message = {
		.operation = 1, .hardware = 1, .hardware_size = 6, .id = id, .magic = swap32(MAGIC),
	};
	uint8_t *at = message.options;

	message.flags = swap16(0x8000);		/* answer by broadcast: we have no address yet */
	memcpy(message.mac, mac, 6);
	memcpy(at, (const uint8_t[]){ OPTION_TYPE, 1, (uint8_t)type, OPTION_WANTED, 3, OPTION_MASK, OPTION_ROUTER,
				      OPTION_NAME_SERVER }, 8);
	at += 8;
	if (offer) {
		at = put_option(at, OPTION_ADDRESS, swap32(offer->yours));
		at = put_option(at, OPTION_SERVER, option(offer, offer_size, OPTION_SERVER));
	}
	*at = OPTION_END;
	sendto(fd, &message, sizeof(message), BROADCAST, SERVER_PORT);
}

/* Waits for a message of the type; its size, or 0 if none has come. */
static size_t wait_for(int fd, uint32_t id, unsigned type, struct message *message)
{
	uint32_t address;
	uint16_t port;
	int count;

	while ((count = recvfrom(fd, message, sizeof(*message), &address, &port)) > 0)
		if (count > (int)offsetof(struct message, options) && message->operation == 2 && message->id == id &&
		    message->magic == swap32(MAGIC) && option(message, (size_t)count, OPTION_TYPE) == type)
			return (size_t)count;
	return 0;
}

static int configure(const struct message *answer, size_t size)
{
	uint32_t mask = option(answer, size, OPTION_MASK), gateway = option(answer, size, OPTION_ROUTER);
	uint32_t server = option(answer, size, OPTION_NAME_SERVER), address = swap32(answer->yours);
	unsigned prefix = 0;
	char line[80];
	size_t length;
	int fd = open("/dev/eth0", O_WRONLY), error;

	while (prefix < 32 && mask << prefix >> 31)
		prefix++;
#define BYTES(a) (a) >> 24, (a) >> 16 & 0xff, (a) >> 8 & 0xff, (a) & 0xff
	length = format(line, sizeof(line), "%u.%u.%u.%u/%u %u.%u.%u.%u %u.%u.%u.%u", BYTES(address), prefix,
			BYTES(gateway), BYTES(server));
	error = write(fd, line, length);
	if (error < 0)
		fail("/dev/eth0", error);
	printf("%s\n", line);
	return 0;
}

int dhcp_main(int argc, char **argv)
{
	struct message offer, answer;
	struct net_state state;
	uint32_t id;
	int fd = socket(SOCK_DGRAM, IPPROTO_UDP);

	(void)argc, (void)argv;
	net_state(&state);
	id = time() ^ (uint32_t)state.mac[5] << 24 ^ (uint32_t)getpid();
	if (bind(fd, CLIENT_PORT) < 0)
		fail("port 68", -EADDRINUSE);
	receive_timeout(fd, 2000);
	for (int i = 0; i < TRIES; i++) {
		size_t size;

		send(fd, id, state.mac, DISCOVER, NULL, 0);
		size = wait_for(fd, id, OFFER, &offer);
		if (!size)
			continue;
		send(fd, id, state.mac, REQUEST, &offer, size);
		size = wait_for(fd, id, ACKNOWLEDGE, &answer);
		if (size)
			return configure(&answer, size);
	}
	fail("server", -ETIMEDOUT);
}
