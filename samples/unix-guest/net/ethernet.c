// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ethernet frames, and ARP (RFC 826): who has which address. A packet for somebody unknown waits, one for each, until
 * the answer comes; the question is repeated each second, three times.
 */
#include "net.h"
#include "../drivers/drivers.h"

#define TYPE_IP		0x0800
#define TYPE_ARP	0x0806
#define ENTRIES		16
#define LIFETIME	(600 * HZ)
#define TRIES		3

struct ethernet {
	uint8_t destination[6], source[6];
	uint16_t type;
} CO_PACKED;

struct arp {
	uint16_t hardware, protocol;
	uint8_t hardware_size, protocol_size;
	uint16_t operation;			/* 1 question, 2 answer */
	uint8_t sender_mac[6];
	uint32_t sender;
	uint8_t target_mac[6];
	uint32_t target;
} CO_PACKED;

static struct neighbour {
	uint32_t address;			/* 0: free */
	uint8_t mac[6];
	bool known;
	uint32_t since, tries;
	uint8_t *waiting;			/* a frame */
	uint32_t waiting_size;
} neighbours[ENTRIES];

static const uint8_t everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void send(uint8_t *frame, uint32_t size, const uint8_t mac[6], uint16_t type)
{
	struct ethernet *header = (struct ethernet *)frame;

	memcpy(header->destination, mac, 6);
	memcpy(header->source, interface.mac, 6);
	header->type = swap16(type);
	conet_send(0, frame, size);
}

static void send_arp(uint16_t operation, const uint8_t mac[6], uint32_t target)
{
	struct { struct ethernet header; struct arp arp; } CO_PACKED frame = { 0 };

	frame.arp = (struct arp){
		.hardware = swap16(1), .protocol = swap16(TYPE_IP), .hardware_size = 6, .protocol_size = 4,
		.operation = swap16(operation), .sender = swap32(interface.address), .target = swap32(target),
	};
	memcpy(frame.arp.sender_mac, interface.mac, 6);
	if (operation == 2)
		memcpy(frame.arp.target_mac, mac, 6);
	send((uint8_t *)&frame, sizeof(frame), mac, TYPE_ARP);
}

static struct neighbour *find(uint32_t address)
{
	for (struct neighbour *entry = neighbours; entry < neighbours + ENTRIES; entry++)
		if (entry->address == address)
			return entry;
	return NULL;
}

static void forget(struct neighbour *entry)
{
	kfree(entry->waiting);
	*entry = (struct neighbour){ 0 };
}

/* The oldest has to go if there is no room. */
static struct neighbour *add(uint32_t address)
{
	struct neighbour *place = find(0);

	if (!place) {
		place = neighbours;
		for (struct neighbour *entry = neighbours; entry < neighbours + ENTRIES; entry++)
			if ((int32_t)(entry->since - place->since) < 0)
				place = entry;
	}
	forget(place);
	place->address = address;
	place->since = timer_ticks();
	return place;
}

void ethernet_send(uint8_t *frame, uint32_t size, uint32_t next_hop)
{
	struct neighbour *entry;

	if (next_hop == BROADCAST) {
		send(frame, size, everybody, TYPE_IP);
		return;
	}
	entry = find(next_hop);
	if (entry && entry->known) {
		send(frame, size, entry->mac, TYPE_IP);
		return;
	}
	if (!entry) {
		entry = add(next_hop);
		send_arp(1, everybody, next_hop);
	}
	kfree(entry->waiting);
	entry->waiting = kmalloc(size);
	entry->waiting_size = size;
	if (entry->waiting)
		memcpy(entry->waiting, frame, size);
}

static void learn(uint32_t address, const uint8_t mac[6], bool asked_us)
{
	struct neighbour *entry = find(address);

	if (!address || (!entry && !asked_us))
		return;
	if (!entry)
		entry = add(address);
	memcpy(entry->mac, mac, 6);
	entry->known = true;
	entry->since = timer_ticks();
	if (entry->waiting) {
		send(entry->waiting, entry->waiting_size, mac, TYPE_IP);
		kfree(entry->waiting);
		entry->waiting = NULL;
	}
}

static void receive_arp(const struct arp *arp)
{
	bool for_us = interface.address && arp->target == swap32(interface.address);

	if (arp->hardware != swap16(1) || arp->protocol != swap16(TYPE_IP))
		return;
	learn(swap32(arp->sender), arp->sender_mac, for_us);
	if (for_us && arp->operation == swap16(1))
		send_arp(2, arp->sender_mac, swap32(arp->sender));
}

void ethernet_receive(const uint8_t *frame, uint32_t size)
{
	const struct ethernet *header = (const struct ethernet *)frame;
	uint32_t rest = size - sizeof(*header);

	if (size < sizeof(*header))
		return;
	if (header->type == swap16(TYPE_IP))
		ip_receive(frame + sizeof(*header), rest, header->destination[0] & 1);
	else if (header->type == swap16(TYPE_ARP) && rest >= sizeof(struct arp))
		receive_arp((const struct arp *)(frame + sizeof(*header)));
}

void arp_tick(void)
{
	for (struct neighbour *entry = neighbours; entry < neighbours + ENTRIES; entry++) {
		uint32_t age = timer_ticks() - entry->since;

		if (!entry->address || age < (entry->known ? LIFETIME : HZ))
			continue;
		if (entry->known || ++entry->tries == TRIES) {
			if (!entry->known)
				tcp_unreachable(entry->address);
			forget(entry);
			continue;
		}
		entry->since = timer_ticks();
		send_arp(1, everybody, entry->address);
	}
}
