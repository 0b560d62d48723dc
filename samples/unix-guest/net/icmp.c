// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ICMP (RFC 792): answers to echo requests, and echo requests of sockets. As with Linux's ping sockets, a program gives
 * the message without caring for its identifier: that is the port of the socket, and so answers find their way back.
 */
#include "net.h"

#define ECHO_REPLY	0
#define ECHO_REQUEST	8

struct icmp {
	uint8_t type, code;
	uint16_t checksum, id, sequence;
} CO_PACKED;

static int send(const struct icmp *header, const uint8_t *data, uint32_t length, uint32_t destination)
{
	struct icmp *message = (struct icmp *)ip_begin();

	*message = *header;
	message->checksum = 0;
	memcpy(message + 1, data, length);
	message->checksum = checksum_end(checksum_add(0, message, sizeof(*message) + length));
	return ip_send(destination, IPPROTO_ICMP, sizeof(*message) + length);
}

int icmp_send(struct socket *socket, const void *data, uint32_t length, uint32_t address)
{
	struct icmp header;
	int error;

	if (length < sizeof(header) || length > IP_PAYLOAD_MAX)
		return -EMSGSIZE;
	memcpy(&header, data, sizeof(header));
	if (header.type != ECHO_REQUEST || header.code)
		return -EINVAL;
	header.id = swap16(socket->port);
	error = send(&header, (const uint8_t *)data + sizeof(header), length - sizeof(header), address);
	return error ? error : (int)length;
}

void icmp_receive(const struct packet *packet)
{
	const struct icmp *message = (const struct icmp *)packet->data;
	struct socket *socket;

	if (packet->length < sizeof(*message) || checksum_end(checksum_add(0, packet->data, packet->length)))
		return;
	if (message->type == ECHO_REQUEST && !packet->broadcast) {
		struct icmp reply = *message;

		reply.type = ECHO_REPLY;
		send(&reply, packet->data + sizeof(reply), packet->length - sizeof(reply), packet->source);
	} else if (message->type == ECHO_REPLY) {
		socket = socket_find(IPPROTO_ICMP, swap16(message->id));
		if (socket)
			socket_queue(socket, packet->source, 0, packet->data, packet->length);
	}
}
