// SPDX-License-Identifier: GPL-2.0-or-later
/* TCP: what happens when a segment arrives (RFC 9293, 3.10.7), in the order of the RFC. */
#include "tcp.h"

#define BACKLOG		8
#define TIME_WAIT	(60 * HZ)		/* two maximum segment lifetimes */

static struct tcp *find(const struct tcp_segment *segment)
{
	struct tcp *listener = NULL;

	for (struct tcp *tcp = connections; tcp; tcp = tcp->next) {
		if (tcp->port != segment->port || tcp->state == TCP_CLOSED)
			continue;
		if (tcp->state == TCP_LISTEN)
			listener = tcp;
		else if (tcp->remote == segment->packet->source && tcp->remote_port == segment->remote_port)
			return tcp;
	}
	return listener;
}

/* Options: only the maximum segment size (kind 2) says something to us. */
static uint32_t parse_mss(const uint8_t *option, const uint8_t *end)
{
	while (option + 1 < end && option[0] != 0) {
		if (option[0] == 1) {
			option++;
			continue;
		}
		if (option[0] == 2 && option[1] == 4 && option + 4 <= end)
			return (uint32_t)option[2] << 8 | option[3];
		if (option[1] < 2)
			break;
		option += option[1];
	}
	return 536;
}

static void learn_mss(struct tcp *tcp, const struct tcp_segment *segment)
{
	tcp->mss = minimum(segment->mss, IP_PAYLOAD_MAX - sizeof(struct tcp_header));
	if (tcp->mss < 64)
		tcp->mss = 64;
	tcp->cwnd = 4 * tcp->mss;		/* RFC 5681, 3.1 */
}

static void learn_sequence(struct tcp *tcp, const struct tcp_segment *segment)
{
	tcp->irs = segment->sequence;
	tcp->rcv_nxt = tcp->advertised = segment->sequence + 1;
	learn_mss(tcp, segment);
}

/* 3.10.7.2 */
static void in_listen(struct tcp *listener, const struct tcp_segment *segment)
{
	struct tcp *tcp;

	if (segment->flags & TCP_ACK) {
		tcp_reset(segment->packet);
		return;
	}
	if (segment->flags & TCP_RST || !(segment->flags & TCP_SYN) || listener->backlog == BACKLOG)
		return;
	tcp = tcp_create();
	if (!tcp)
		return;
	tcp->port = segment->port;
	tcp->remote = segment->packet->source;
	tcp->remote_port = segment->remote_port;
	tcp->listener = listener;
	listener->backlog++;
	learn_sequence(tcp, segment);
	tcp_learn_window(tcp, segment);
	tcp_start(tcp, TCP_SYN_RECEIVED);
}

static void establish(struct tcp *tcp, const struct tcp_segment *segment)
{
	tcp->state = TCP_ESTABLISHED;
	tcp->snd_una = segment->acknowledgement;
	tcp->timer = tcp->tries = 0;
	tcp->rto = HZ;
	tcp->timed_since = 0;
	tcp_learn_window(tcp, segment);
	tcp->cwnd = 4 * tcp->mss;
	wake_up(tcp);
	if (tcp->listener)
		wake_up(tcp->listener);
}

/* 3.10.7.3 */
static void in_syn_sent(struct tcp *tcp, const struct tcp_segment *segment)
{
	bool acknowledged = segment->flags & TCP_ACK;

	if (acknowledged && segment->acknowledgement != tcp->iss + 1) {
		tcp_reset(segment->packet);
		return;
	}
	if (segment->flags & TCP_RST) {
		if (acknowledged)
			tcp_close_now(tcp, ECONNREFUSED);
		return;
	}
	if (!(segment->flags & TCP_SYN))
		return;
	learn_sequence(tcp, segment);
	if (acknowledged) {
		establish(tcp, segment);
		tcp_acknowledge(tcp);
		return;
	}
	tcp->state = TCP_SYN_RECEIVED;			/* both have called */
	tcp->snd_nxt = tcp->snd_una;
	tcp_output(tcp);
}

/* First check of 3.10.7.4: is any of it in the window? */
static bool is_acceptable(const struct tcp *tcp, const struct tcp_segment *segment)
{
	uint32_t window = tcp->advertised - tcp->rcv_nxt;
	uint32_t length = segment->length + !!(segment->flags & TCP_SYN) + !!(segment->flags & TCP_FIN);
	uint32_t first = segment->sequence - tcp->rcv_nxt, last = first + length - 1;

	if (!length)
		return window ? first < window : !first;
	return window && (first < window || last < window);
}

static void wait_out(struct tcp *tcp)
{
	tcp->state = TCP_TIME_WAIT;
	tcp->timer = 0;
	tcp->end = timer_ticks() + TIME_WAIT;
}

/* Is our FIN acknowledged? Returns false if the connection is gone. */
static bool after_fin(struct tcp *tcp)
{
	bool sent = tcp->state >= TCP_FIN_WAIT_1 && tcp->state != TCP_CLOSE_WAIT;

	if (!sent || tcp->snd_una != tcp->snd_max || tcp->output.used)
		return true;
	if (tcp->state == TCP_FIN_WAIT_1) {
		tcp->state = TCP_FIN_WAIT_2;
		if (!tcp->has_owner)
			tcp->end = timer_ticks() + TIME_WAIT;
	} else if (tcp->state == TCP_CLOSING) {
		wait_out(tcp);
	} else if (tcp->state == TCP_LAST_ACK) {
		tcp_close_now(tcp, 0);
		return false;
	}
	return true;
}

/* One that came before the data in front of it will be sent again. */
static void take_fin(struct tcp *tcp, const struct tcp_segment *segment)
{
	if (tcp->peer_finished || tcp->rcv_nxt != segment->sequence + segment->length)
		return;
	tcp->rcv_nxt++;
	tcp->peer_finished = true;
	wake_up(tcp);
	tcp_acknowledge(tcp);
	if (tcp->state == TCP_ESTABLISHED)
		tcp->state = TCP_CLOSE_WAIT;
	else if (tcp->state == TCP_FIN_WAIT_1)
		tcp->state = TCP_CLOSING;
	else if (tcp->state == TCP_FIN_WAIT_2)
		wait_out(tcp);
}

/* 3.10.7.4 */
static void in_connection(struct tcp *tcp, const struct tcp_segment *segment)
{
	bool receives = tcp->state <= TCP_FIN_WAIT_2;

	if (!is_acceptable(tcp, segment)) {
		if (!(segment->flags & TCP_RST))
			tcp_acknowledge(tcp);
		return;
	}
	if (segment->flags & TCP_RST) {
		if (segment->sequence == tcp->rcv_nxt)
			tcp_close_now(tcp, tcp->state == TCP_TIME_WAIT ? 0 : ECONNRESET);
		else
			tcp_acknowledge(tcp);		/* RFC 5961: who is real will say it again, precisely */
		return;
	}
	if (segment->flags & TCP_SYN) {
		tcp_acknowledge(tcp);
		return;
	}
	if (!(segment->flags & TCP_ACK))
		return;
	if (tcp->state == TCP_SYN_RECEIVED) {
		if (segment->acknowledgement != tcp->iss + 1) {
			tcp_reset(segment->packet);
			return;
		}
		establish(tcp, segment);
	}
	if (!tcp_take_acknowledgement(tcp, segment) || !after_fin(tcp))
		return;
	if (segment->length && receives) {
		if (!tcp->has_owner) {
			tcp_output_reset(tcp);
			tcp_close_now(tcp, 0);
			return;
		}
		tcp_take_data(tcp, segment);
	}
	if (segment->flags & TCP_FIN)
		take_fin(tcp, segment);
	tcp_output(tcp);
}

void tcp_receive(const struct packet *packet)
{
	const struct tcp_header *header = (const struct tcp_header *)packet->data;
	uint32_t size = packet->length >= sizeof(*header) ? (header->offset >> 4) * 4u : 0;
	struct tcp_segment segment;
	struct tcp *tcp;

	if (size < sizeof(*header) || size > packet->length || packet->broadcast ||
	    checksum_end(checksum_add(checksum_pseudo(packet->source, packet->destination, IPPROTO_TCP, packet->length),
				      packet->data, packet->length)))
		return;
	segment = (struct tcp_segment){
		.packet = packet, .sequence = swap32(header->sequence), .length = packet->length - size,
		.acknowledgement = swap32(header->acknowledgement), .window = swap16(header->window),
		.port = swap16(header->destination), .remote_port = swap16(header->source), .flags = header->flags,
		.mss = parse_mss((const uint8_t *)(header + 1), packet->data + size), .data = packet->data + size,
	};
	tcp = find(&segment);
	if (!tcp)
		tcp_reset(packet);
	else if (tcp->state == TCP_LISTEN)
		in_listen(tcp, &segment);
	else if (tcp->state == TCP_SYN_SENT)
		in_syn_sent(tcp, &segment);
	else
		in_connection(tcp, &segment);
}
