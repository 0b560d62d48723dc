// SPDX-License-Identifier: GPL-2.0-or-later
/* UDP (RFC 768). A datagram for a port nobody has is answered with "port unreachable" (RFC 1122, 4.1.3.1). */
#include "net.h"

#define UNREACHABLE		3
#define PORT_UNREACHABLE	3

struct udp {
	uint16_t source, destination, length, checksum;
} CO_PACKED;

static uint16_t checksum(const void *datagram, uint32_t size, uint32_t source, uint32_t destination)
{
	uint32_t pseudo = checksum_pseudo(source, destination, IPPROTO_UDP, size);

	return checksum_end(checksum_add(pseudo, datagram, size));
}

int udp_send(struct socket *socket, const void *data, uint32_t length, uint32_t address, uint16_t port)
{
	struct udp *header = (struct udp *)ip_begin();
	uint32_t size = sizeof(*header) + length;
	int error;

	if (size > IP_PAYLOAD_MAX)
		return -EMSGSIZE;
	*header = (struct udp){ swap16(socket->port), swap16(port), swap16((uint16_t)size), 0 };
	memcpy(header + 1, data, length);
	header->checksum = checksum(header, size, ip_source_for(address), address);
	if (!header->checksum)
		header->checksum = 0xffff;	/* 0 on the wire: there is none */
	error = ip_send(address, IPPROTO_UDP, size);
	return error ? error : (int)length;
}

struct refusal {
	uint8_t type, code;
	uint16_t checksum;
	uint32_t unused;
	uint8_t quote[IP_HEADER + 8];
} CO_PACKED;

/* The message quotes the beginning of what it is about, IP header included. */
static void refuse(const struct packet *packet)
{
	struct refusal *message = (struct refusal *)ip_begin();

	memset(message, 0, sizeof(*message));
	message->type = UNREACHABLE;
	message->code = PORT_UNREACHABLE;
	memcpy(message->quote, packet->data - IP_HEADER, sizeof(message->quote));
	message->checksum = checksum_end(checksum_add(0, message, sizeof(*message)));
	ip_send(packet->source, IPPROTO_ICMP, sizeof(*message));
}

void udp_receive(const struct packet *packet)
{
	const struct udp *header = (const struct udp *)packet->data;
	uint32_t length = packet->length >= sizeof(*header) ? swap16(header->length) : 0;
	struct socket *socket;

	if (length < sizeof(*header) || length > packet->length)
		return;
	if (header->checksum && checksum(header, length, packet->source, packet->destination))
		return;
	socket = socket_find(IPPROTO_UDP, swap16(header->destination));
	if (socket && socket->remote &&
	    (socket->remote != packet->source || socket->remote_port != swap16(header->source)))
		return;
	if (socket)
		socket_queue(socket, packet->source, swap16(header->source), header + 1, length - sizeof(*header));
	else if (!packet->broadcast && interface.address)
		refuse(packet);
}
