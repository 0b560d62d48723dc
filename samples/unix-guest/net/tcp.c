// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TCP: the life of a connection, and what programs do with it. A connection may outlive its socket: what was written
 * before close() is still sent. It goes when it is closed and has no owner.
 */
#include "tcp.h"

#define FIRST_MSS	536	/* until the other side says (RFC 9293, 3.7.1) */

struct tcp *connections;

struct tcp *tcp_create(void)
{
	struct tcp *tcp = kmalloc(sizeof(*tcp));

	if (!tcp)
		return NULL;
	if (!ring_create(&tcp->input) || !ring_create(&tcp->output)) {
		ring_destroy(&tcp->input);
		ring_destroy(&tcp->output);
		kfree(tcp);
		return NULL;
	}
	tcp->mss = FIRST_MSS;
	tcp->rto = HZ;			/* RFC 6298, 2.1 */
	tcp->has_owner = true;
	tcp->next = connections;
	connections = tcp;
	return tcp;
}

static void destroy(struct tcp *tcp)
{
	struct tcp **link = &connections;

	while (*link != tcp)
		link = &(*link)->next;
	*link = tcp->next;
	ring_destroy(&tcp->input);
	ring_destroy(&tcp->output);
	kfree(tcp);
}

/* `error` is what the program will be told, 0 after a good end. The connection may be gone afterwards. */
void tcp_close_now(struct tcp *tcp, int error)
{
	tcp->state = TCP_CLOSED;
	tcp->error = error;
	tcp->timer = tcp->end = 0;
	wake_up(tcp);
	if (tcp->listener)
		tcp->listener->backlog--;
	if (!tcp->has_owner || tcp->listener)
		destroy(tcp);
}

/* Who is only calling need not wait for the time-out. */
void tcp_unreachable(uint32_t next_hop)
{
	for (struct tcp *tcp = connections, *next; tcp; tcp = next) {
		next = tcp->next;
		if (tcp->state == TCP_SYN_SENT && ip_next_hop(tcp->remote) == next_hop)
			tcp_close_now(tcp, EHOSTUNREACH);
	}
}

/* RFC 6528: a clock that ticks each 4 us, and a function of the addresses that others cannot guess. */
static uint32_t initial_sequence(const struct tcp *tcp)
{
	static uint32_t secret;
	uint64_t now = cooperative_time_ns();
	uint32_t hash;

	if (!secret)
		secret = ((uint32_t)now ^ cooperative_time() * 2654435761u) | 1;
	hash = (tcp->remote ^ secret) * 2654435761u;
	hash = (hash ^ hash >> 15 ^ ((uint32_t)tcp->remote_port << 16 | tcp->port)) * (secret | 1);
	return (hash ^ hash >> 13) + (uint32_t)(now >> 12);
}

/* Our SYN: of one who calls (SYN-SENT) or is called (SYN-RECEIVED). */
void tcp_start(struct tcp *tcp, enum tcp_state state)
{
	tcp->state = state;
	tcp->iss = initial_sequence(tcp);
	tcp->snd_una = tcp->snd_nxt = tcp->snd_max = tcp->iss;
	tcp->cwnd = 0;
	tcp->ssthresh = RING_SIZE * 2;
	tcp_output(tcp);
}

int tcp_connect(struct socket *socket, uint32_t address, uint16_t port)
{
	struct tcp *tcp = socket->tcp;

	if (tcp)
		return -EISCONN;
	if (!ip_source_for(address))
		return -ENETUNREACH;
	tcp = tcp_create();
	if (!tcp)
		return -ENOMEM;
	socket->tcp = tcp;
	tcp->port = socket->port;
	tcp->remote = address;
	tcp->remote_port = port;
	tcp_start(tcp, TCP_SYN_SENT);
	while (tcp->state == TCP_SYN_SENT || tcp->state == TCP_SYN_RECEIVED) {
		int error = sleep_on(tcp, "connection");

		if (error)
			return error;
	}
	return -tcp->error;
}

int tcp_listen(struct socket *socket)
{
	if (socket->tcp)
		return -EISCONN;
	socket->tcp = tcp_create();
	if (!socket->tcp)
		return -ENOMEM;
	socket->tcp->port = socket->port;
	socket->tcp->state = TCP_LISTEN;
	return 0;
}

static struct tcp *ready_connection(const struct tcp *listener)
{
	for (struct tcp *tcp = connections; tcp; tcp = tcp->next)
		if (tcp->listener == listener && tcp->state >= TCP_ESTABLISHED)
			return tcp;
	return NULL;
}

int tcp_accept(struct socket *socket, struct tcp **accepted)
{
	struct tcp *listener = socket->tcp, *tcp;

	if (!listener || listener->state != TCP_LISTEN)
		return -EINVAL;
	while (!(tcp = ready_connection(listener))) {
		int error = sleep_on(listener, "caller");

		if (error)
			return error;
	}
	tcp->listener = NULL;
	listener->backlog--;
	*accepted = tcp;
	return 0;
}

static bool can_send(const struct tcp *tcp)
{
	return tcp->state == TCP_ESTABLISHED || tcp->state == TCP_CLOSE_WAIT;
}

int tcp_write(struct socket *socket, const void *data, uint32_t length)
{
	struct tcp *tcp = socket->tcp;
	uint32_t done = 0;

	if (!tcp || tcp->state == TCP_LISTEN)
		return -ENOTCONN;
	while (done < length) {
		uint32_t count;
		int error;

		if (!can_send(tcp) || tcp->finished)
			return tcp->error ? -tcp->error : -EPIPE;
		count = ring_put(&tcp->output, (const uint8_t *)data + done, length - done);
		done += count;
		tcp_output(tcp);
		if (count)
			continue;
		error = sleep_on(tcp, "room to send");
		if (error)
			return done ? (int)done : error;
	}
	return (int)done;
}

/* Tells the other side of new room, but not of a little (RFC 9293, 3.8.6.2.2). */
static void update_window(struct tcp *tcp)
{
	uint32_t edge = tcp->rcv_nxt + tcp_window(tcp);

	if (!tcp->peer_finished && tcp->state >= TCP_ESTABLISHED && edge - tcp->advertised >= 2 * tcp->mss)
		tcp_acknowledge(tcp);
}

int tcp_read(struct socket *socket, void *data, uint32_t length)
{
	struct tcp *tcp = socket->tcp;

	if (!tcp || tcp->state == TCP_LISTEN)
		return -ENOTCONN;
	while (!tcp->input.used) {
		int error;

		if (tcp->peer_finished || tcp->state == TCP_CLOSED)
			return -tcp->error;
		error = socket->timeout ? sleep_ticks(tcp, "data", socket->timeout) : sleep_on(tcp, "data");
		if (error)
			return error;
	}
	length = minimum(length, tcp->input.used);
	ring_peek(&tcp->input, 0, data, length);
	ring_drop(&tcp->input, length);
	update_window(tcp);
	return (int)length;
}

int tcp_shutdown(struct socket *socket)
{
	struct tcp *tcp = socket->tcp;

	if (!tcp || !can_send(tcp))
		return -ENOTCONN;
	tcp->finished = true;
	tcp_output(tcp);
	return 0;
}

static void abandon(struct tcp *listener)
{
	for (struct tcp *tcp = connections, *next; tcp; tcp = next) {
		next = tcp->next;
		if (tcp->listener == listener)
			tcp_close_now(tcp, ECONNRESET);
	}
}

/* The socket is closed. What nobody will read any more is answered with a reset (RFC 2525, 2.17). */
void tcp_release(struct socket *socket)
{
	struct tcp *tcp = socket->tcp;

	if (!tcp)
		return;
	tcp->has_owner = false;
	if (tcp->state == TCP_LISTEN)
		abandon(tcp);
	if (can_send(tcp) && !tcp->input.used) {
		tcp->finished = true;
		tcp_output(tcp);
	} else if (tcp->state <= TCP_SYN_RECEIVED || can_send(tcp)) {
		if (tcp->state >= TCP_SYN_RECEIVED)
			tcp_output_reset(tcp);
		tcp_close_now(tcp, 0);
	} else if (tcp->state == TCP_FIN_WAIT_2) {
		tcp->end = timer_ticks() + 60 * HZ;
	}
}
