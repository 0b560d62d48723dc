// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TCP: what is sent, and when it is sent again. snd_una is the oldest byte that is not acknowledged, snd_nxt the next
 * one to send; a time-out takes snd_nxt back to snd_una (go-back-N), and snd_max remembers how far it had been.
 */
#include "tcp.h"

#define MSS_OPTION	0x02040000u			/* kind 2, length 4 */
#define OUR_MSS		(IP_PAYLOAD_MAX - sizeof(struct tcp_header))
#define RTO_MAX		(60 * HZ)
#define TRIES_MAX	12
#define SYN_TRIES_MAX	6

/* The right edge of the window never moves back, and moves on only by more than a little. */
uint32_t tcp_window(const struct tcp *tcp)
{
	uint32_t edge = tcp->rcv_nxt + (RING_SIZE - tcp->input.used);

	if (before(edge, tcp->advertised + minimum(tcp->mss, RING_SIZE / 2)))
		edge = tcp->advertised;
	return edge - tcp->rcv_nxt;
}

/* The segment of `size` bytes at ip_begin(), header included, its fields in host byte order until here. */
static void send(uint32_t destination, struct tcp_header *header, uint32_t size)
{
	header->source = swap16(header->source);
	header->destination = swap16(header->destination);
	header->sequence = swap32(header->sequence);
	header->acknowledgement = swap32(header->acknowledgement);
	header->window = swap16(header->window);
	header->checksum = 0;
	header->checksum = checksum_end(checksum_add(
		checksum_pseudo(ip_source_for(destination), destination, IPPROTO_TCP, size), header, size));
	ip_send(destination, IPPROTO_TCP, size);
}

/* `length` bytes of the output from `sequence` on. */
static void send_segment(struct tcp *tcp, uint32_t sequence, uint32_t length, uint8_t flags)
{
	struct tcp_header *header = (struct tcp_header *)ip_begin();
	uint8_t *data = (uint8_t *)(header + 1);
	uint32_t window = tcp_window(tcp);

	*header = (struct tcp_header){
		.source = tcp->port, .destination = tcp->remote_port, .sequence = sequence,
		.acknowledgement = flags & TCP_ACK ? tcp->rcv_nxt : 0, .flags = flags, .window = (uint16_t)window,
	};
	if (flags & TCP_SYN) {
		*(uint32_t *)data = swap32(MSS_OPTION | OUR_MSS);
		data += 4;
	}
	header->offset = (uint8_t)((data - (uint8_t *)header) / 4 << 4);
	ring_peek(&tcp->output, sequence - tcp->snd_una, data, length);
	tcp->must_acknowledge = false;
	tcp->unacknowledged = 0;
	tcp->advertised = tcp->rcv_nxt + window;
	send(tcp->remote, header, (uint32_t)(data - (uint8_t *)header) + length);
}

void tcp_acknowledge(struct tcp *tcp)
{
	send_segment(tcp, tcp->snd_nxt, 0, TCP_ACK);
}

void tcp_output_reset(struct tcp *tcp)
{
	send_segment(tcp, tcp->snd_nxt, 0, TCP_RST | TCP_ACK);
}

/* The answer to a segment that belongs to nothing (RFC 9293, 3.10.7.1). */
void tcp_reset(const struct packet *packet)
{
	const struct tcp_header *from = (const struct tcp_header *)packet->data;
	uint32_t length = packet->length - (from->offset >> 4) * 4u;
	struct tcp_header *header = (struct tcp_header *)ip_begin();

	if (from->flags & TCP_RST || packet->broadcast)
		return;
	*header = (struct tcp_header){ .source = swap16(from->destination), .destination = swap16(from->source),
				       .offset = sizeof(*header) / 4 << 4, .flags = TCP_RST };
	if (from->flags & TCP_ACK) {
		header->sequence = swap32(from->acknowledgement);
	} else {
		header->flags |= TCP_ACK;
		header->acknowledgement = swap32(from->sequence) + length + !!(from->flags & TCP_SYN) +
					  !!(from->flags & TCP_FIN);
	}
	send(packet->source, header, sizeof(*header));
}

/* Starts the retransmission timer. */
void tcp_arm(struct tcp *tcp)
{
	tcp->timer = (timer_ticks() + tcp->rto) | 1;	/* not 0 */
}

static void sent(struct tcp *tcp, uint32_t end)
{
	if (before(tcp->snd_max, end)) {
		if (!tcp->timed_since) {
			tcp->timed_sequence = end;
			tcp->timed_since = timer_ticks() | 1;
		}
		tcp->snd_max = end;
	}
	tcp->snd_nxt = end;
	if (!tcp->timer)
		tcp_arm(tcp);
}

static void send_syn(struct tcp *tcp)
{
	if (tcp->snd_nxt != tcp->snd_una)
		return;
	send_segment(tcp, tcp->iss, 0, tcp->state == TCP_SYN_SENT ? TCP_SYN : TCP_SYN | TCP_ACK);
	sent(tcp, tcp->iss + 1);
}

static void send_fin_state(struct tcp *tcp)
{
	if (tcp->state == TCP_ESTABLISHED)
		tcp->state = TCP_FIN_WAIT_1;
	else if (tcp->state == TCP_CLOSE_WAIT)
		tcp->state = TCP_LAST_ACK;
}

/*
 * One segment, if there is something to send and the other side and the network have room. At least `least` bytes go.
 */
static bool send_some(struct tcp *tcp, uint32_t least)
{
	uint32_t flight = tcp->snd_nxt - tcp->snd_una, window = minimum(tcp->snd_wnd, tcp->cwnd), length, room;
	bool all, fin;

	if (flight > tcp->output.used)
		return false;				/* even FIN is on its way */
	room = window > flight ? window - flight : 0;
	if (room < least)
		room = least;
	length = minimum(minimum(tcp->output.used - flight, room), tcp->mss);
	all = flight + length == tcp->output.used;
	fin = tcp->finished && all;
	if ((!length && !fin) || (length < tcp->mss && !all && flight))
		return false;
	send_segment(tcp, tcp->snd_nxt, length, TCP_ACK | (all && length ? TCP_PSH : 0) | (fin ? TCP_FIN : 0));
	sent(tcp, tcp->snd_nxt + length + fin);
	if (fin)
		send_fin_state(tcp);
	return true;
}

/* All that can be sent now. */
void tcp_output(struct tcp *tcp)
{
	if (tcp->state == TCP_SYN_SENT || tcp->state == TCP_SYN_RECEIVED)
		send_syn(tcp);
	if (tcp->state < TCP_ESTABLISHED || tcp->state == TCP_FIN_WAIT_2 || tcp->state == TCP_TIME_WAIT)
		return;
	while (send_some(tcp, 0))
		;
	if (tcp->output.used && !tcp->timer)
		tcp_arm(tcp);				/* the window is closed: ask now and then */
}

/* RFC 6298, 5.4 to 5.7. A closed window is asked with one byte, however often (RFC 9293, 3.8.6.1). */
static void time_out(struct tcp *tcp)
{
	uint32_t flight = tcp->snd_max - tcp->snd_una;

	tcp->timer = 0;
	tcp->timed_since = 0;			/* Karn: what is sent twice is not timed */
	if (++tcp->tries > (tcp->state < TCP_ESTABLISHED ? SYN_TRIES_MAX : TRIES_MAX)) {
		tcp_close_now(tcp, ETIMEDOUT);
		return;
	}
	tcp->rto = minimum(tcp->rto * 2, RTO_MAX);
	tcp->snd_nxt = tcp->snd_una;
	if (tcp->state >= TCP_ESTABLISHED && !tcp->snd_wnd && tcp->output.used) {
		send_some(tcp, 1);
		return;
	}
	if (tcp->tries == 1)
		tcp->ssthresh = flight / 2 > 2 * tcp->mss ? flight / 2 : 2 * tcp->mss;
	tcp->cwnd = tcp->mss;
	tcp_output(tcp);
}

void tcp_tick(void)
{
	uint32_t now = timer_ticks();

	for (struct tcp *tcp = connections, *next; tcp; tcp = next) {
		next = tcp->next;
		if (tcp->end && !before(now, tcp->end))
			tcp_close_now(tcp, 0);
		else if (tcp->timer && !before(now, tcp->timer))
			time_out(tcp);
	}
}

/* One acknowledgement for all that came in one delivery. */
void tcp_settle(void)
{
	for (struct tcp *tcp = connections; tcp; tcp = tcp->next)
		if (tcp->must_acknowledge)
			tcp_acknowledge(tcp);
}
