// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IPv4 (RFC 791) without options and fragments. What we send to ourselves waits in a queue
 * until the current work is done, so that nobody is called by what he calls.
 */
#include "net.h"

#define VERSION_AND_LENGTH	0x45
#define DONT_FRAGMENT		0x4000
#define TIME_TO_LIVE		64
#define LOOPBACK		0x7f000000u

struct ip_header {
	uint8_t version_length, service;
	uint16_t length, id, fragment;
	uint8_t ttl, protocol;
	uint16_t checksum;
	uint32_t source, destination;
} CO_PACKED;

static uint8_t frame[FRAME_MAX];		/* the packet that is being built */
static uint16_t last_id;

static struct looped { struct looped *next; uint32_t size; uint8_t packet[]; } *looped;

uint32_t checksum_pseudo(uint32_t source, uint32_t destination, uint8_t protocol, uint32_t length)
{
	const struct {
		uint32_t source, destination;
		uint8_t zero, protocol;
		uint16_t length;
	} CO_PACKED pseudo = { swap32(source), swap32(destination), 0, protocol, swap16((uint16_t)length) };

	return checksum_add(0, &pseudo, sizeof(pseudo));
}

static bool is_ours(uint32_t address)
{
	return (address & 0xff000000) == LOOPBACK || (address && address == interface.address);
}

uint32_t ip_source_for(uint32_t destination)
{
	return (destination & 0xff000000) == LOOPBACK ? destination : interface.address;
}

uint8_t *ip_begin(void)
{
	return frame + ETHERNET_HEADER + IP_HEADER;
}

static void loop_back(const struct ip_header *header, uint32_t size)
{
	struct looped *packet = kmalloc(sizeof(*packet) + size), **last = &looped;

	if (!packet)
		return;
	packet->size = size;
	memcpy(packet->packet, header, size);
	while (*last)
		last = &(*last)->next;
	*last = packet;
}

/* The neighbour who brings it further, 0 if there is none. */
uint32_t ip_next_hop(uint32_t destination)
{
	uint32_t broadcast = interface.address | ~interface.mask;

	if (destination == BROADCAST || (interface.address && destination == broadcast))
		return BROADCAST;
	if (!interface.address)
		return 0;
	return (destination & interface.mask) == (interface.address & interface.mask) ? destination : interface.gateway;
}

/* `length` bytes at ip_begin(). */
int ip_send(uint32_t destination, uint8_t protocol, uint32_t length)
{
	struct ip_header *header = (struct ip_header *)(frame + ETHERNET_HEADER);
	uint32_t size = IP_HEADER + length, hop = ip_next_hop(destination);

	*header = (struct ip_header){
		.version_length = VERSION_AND_LENGTH, .length = swap16((uint16_t)size), .id = swap16(++last_id),
		.fragment = swap16(DONT_FRAGMENT), .ttl = TIME_TO_LIVE, .protocol = protocol,
		.source = swap32(ip_source_for(destination)), .destination = swap32(destination),
	};
	header->checksum = checksum_end(checksum_add(0, header, IP_HEADER));
	if (is_ours(destination))
		loop_back(header, size);
	else if (!interface.present || !hop)
		return -ENETUNREACH;
	else
		ethernet_send(frame, ETHERNET_HEADER + size, hop);
	return 0;
}

/* A host that has no address yet takes what is sent to any: DHCP needs it. */
void ip_receive(const uint8_t *data, uint32_t size, bool broadcast)
{
	const struct ip_header *header = (const struct ip_header *)data;
	uint32_t header_size, length;
	struct packet packet;

	if (size < IP_HEADER || header->version_length >> 4 != 4)
		return;
	header_size = (header->version_length & 15) * 4u;
	length = swap16(header->length);
	if (header_size < IP_HEADER || length < header_size || length > size ||
	    checksum_end(checksum_add(0, header, header_size)) || header->fragment & ~swap16(DONT_FRAGMENT))
		return;
	packet = (struct packet){ swap32(header->source), swap32(header->destination), data + header_size,
				  length - header_size, broadcast };
	if (!broadcast && interface.address && !is_ours(packet.destination))
		return;
	if (header->protocol == IPPROTO_ICMP)
		icmp_receive(&packet);
	else if (header->protocol == IPPROTO_UDP)
		udp_receive(&packet);
	else if (header->protocol == IPPROTO_TCP)
		tcp_receive(&packet);
}

void ip_settle(void)
{
	while (looped) {
		struct looped *packet = looped;

		looped = packet->next;
		ip_receive(packet->packet, packet->size, false);
		kfree(packet);
	}
}
