// SPDX-License-Identifier: GPL-2.0-or-later
/* conet, on unit 0, whose wire brings back what is sent (colinux/network.h). */
#include <colinux/network.h>
#include "tests.h"

#define FRAMES		40
#define HEADER		14
#define TYPE_TEST	0x88b5		/* IEEE 802: for local experiments */
#define TIMEOUT_MS	2000
#define CROWD		2000
#define CROWD_REQUESTS	32

static uint8_t frame[CO_NETWORK_FRAME_MAX + 1];
static uint32_t expected, received, different, links;
static char link[8];

static uint32_t size_of(uint32_t n)
{
	return CO_NETWORK_FRAME_MIN + n * (CO_NETWORK_FRAME_MAX - CO_NETWORK_FRAME_MIN) / (FRAMES - 1);
}

static void build(uint32_t n, const uint8_t *mac, uint32_t size)
{
	memset(frame, 0xff, 6);				/* to everybody */
	memcpy(frame + 6, mac, 6);
	frame[12] = TYPE_TEST >> 8;
	frame[13] = TYPE_TEST & 0xff;
	fill(frame + HEADER, n, 0, size - HEADER);
}

/* Frames keep their order on this wire, so the n-th that comes is the n-th that was sent. */
static void on_frame(const struct co_message *header, const struct co_linux_message *message)
{
	const uint8_t *bytes = (const void *)(message + 1);

	if (header->type == CO_MESSAGE_TYPE_STRING) {
		memset(link, 0, sizeof(link));
		memcpy(link, bytes, message->size < sizeof(link) ? message->size : sizeof(link) - 1);
		links++;
		return;
	}
	if (bytes[12] != TYPE_TEST >> 8 || bytes[13] != (TYPE_TEST & 0xff))
		return;					/* somebody else's */
	if (message->size != size_of(received))
		different++;
	else
		different += differences(bytes + HEADER, received, 0, message->size - HEADER) != 0;
	received++;
}

static bool all_received(void)
{
	return received >= expected;
}

uint32_t get_mac(uint32_t unit, uint8_t *mac)
{
	struct co_network_request request = { .type = CO_NETWORK_GET_MAC, .unit = unit };

	host_device(CO_DEVICE_NETWORK, 1, &request, sizeof(request));
	memcpy(mac, request.mac, sizeof(request.mac));
	return request.result;
}

/*
 * More frames than the queue of messages holds, and not one taken; then a disk's requests, whose ends must still
 * find room. Frames may be lost, ends not.
 */
void test_crowd(void)
{
	uint8_t mac[6];

	get_mac(0, mac);
	build(0, mac, CO_NETWORK_FRAME_MIN);
	for (uint32_t n = 0; n < CROWD; n++)
		host_send(CO_MODULE_CONET0, CO_MESSAGE_TYPE_OTHER, frame, CO_NETWORK_FRAME_MIN);
	on_message(CO_DEVICE_NETWORK, on_frame);
	expected = ~0u;
	disk_requests_end(CROWD_REQUESTS);
	print("crowd: some frames are lost %d, some are not %d", received < CROWD, received > 0);
}

void test_network(void)
{
	uint8_t mac[6] = { 0 }, other[6];
	uint32_t result = get_mac(0, mac);

	print("net: result %u, %02x:%02x:%02x:%02x:%02x:%02x", result, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	tell("unit 3", (int32_t)get_mac(3, other));
	tell("unit 2^31", (int32_t)get_mac(1u << 31, other));
	on_message(CO_DEVICE_NETWORK, on_frame);
	/* One too short, one too long, one of a unit that is not there: lost. */
	build(0, mac, CO_NETWORK_FRAME_MAX + 1);
	host_send(CO_MODULE_CONET0, CO_MESSAGE_TYPE_OTHER, frame, CO_NETWORK_FRAME_MIN - 1);
	host_send(CO_MODULE_CONET0, CO_MESSAGE_TYPE_OTHER, frame, CO_NETWORK_FRAME_MAX + 1);
	host_send(CO_MODULE_CONET0 + 5, CO_MESSAGE_TYPE_OTHER, frame, CO_NETWORK_FRAME_MIN);
	for (uint32_t n = 0; n < FRAMES; n++) {
		build(n, mac, size_of(n));
		host_send(CO_MODULE_CONET0, CO_MESSAGE_TYPE_OTHER, frame, size_of(n));
		expected = n + 1;
		if (n % 8 == 7 && !wait_until(all_received, TIMEOUT_MS))
			break;
	}
	print("net: %u frames sent, %u came back, %u of them are different", expected, received, different);
	if (!has_word("link"))
		return;
	expected = ~0u;
	wait_until(all_received, 500);
	print("net: link: %u messages, the last is \"%s\"", links, link);
}
