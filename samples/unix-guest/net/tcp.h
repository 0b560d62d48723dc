/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP (RFC 9293). The names of variables are the RFC's. Done: retransmission with measured time-outs (RFC 6298), slow
 * start, congestion avoidance and fast retransmit (RFC 5681), window probes, protection against blind resets (RFC
 * 5961), unpredictable initial sequence numbers (RFC 6528). Not done: options but MSS, urgent data, Nagle's algorithm.
 */
#ifndef TCP_H
#define TCP_H

#include "net.h"

struct tcp_header {
	uint16_t source, destination;
	uint32_t sequence, acknowledgement;
	uint8_t offset;			/* upper half: length of the header in dwords */
	uint8_t flags;
	uint16_t window, checksum, urgent;
} CO_PACKED;

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

enum tcp_state {
	TCP_CLOSED, TCP_LISTEN, TCP_SYN_SENT, TCP_SYN_RECEIVED, TCP_ESTABLISHED, TCP_FIN_WAIT_1, TCP_FIN_WAIT_2,
	TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK, TCP_TIME_WAIT,
};

/* ring.c: bytes on their way; a page is a piece */
#define RING_PAGES	8
#define RING_SIZE	(RING_PAGES * PAGE_SIZE)

struct ring {
	uint8_t *pages[RING_PAGES];
	uint32_t begin, used;		/* bytes; `begin` counts on and on */
};

bool ring_create(struct ring *ring);
void ring_destroy(struct ring *ring);
uint32_t ring_put(struct ring *ring, const void *data, uint32_t length);	/* how much had room */
void ring_place(struct ring *ring, uint32_t at, const void *data, uint32_t length);
void ring_peek(const struct ring *ring, uint32_t at, void *data, uint32_t length);
void ring_drop(struct ring *ring, uint32_t length);

#define EARLY_MAX	8

struct tcp {
	struct tcp *next;
	enum tcp_state state;
	uint16_t port, remote_port;
	uint32_t remote;
	bool has_owner;			/* a socket, or a listener; without, it goes when it is closed */
	int error;			/* why it was closed, for the socket */

	/* send */
	uint32_t iss, snd_una, snd_nxt, snd_max, snd_wnd, snd_wl1, snd_wl2;
	uint32_t mss, cwnd, ssthresh, duplicates;
	struct ring output;		/* from snd_una on */
	bool finished;			/* the program will send no more: FIN follows the data */

	/* receive */
	uint32_t irs, rcv_nxt, advertised;	/* advertised: the right edge of the window the other side knows */
	struct ring input;
	struct { uint32_t begin, end; } early[EARLY_MAX];	/* came too early; is in the ring */
	uint32_t early_count;
	bool peer_finished, must_acknowledge;
	uint32_t unacknowledged;	/* segments */

	/* time, in ticks */
	uint32_t srtt8, rttvar4, rto;	/* scaled by 8 and 4 */
	uint32_t timed_sequence, timed_since;	/* one segment is timed at a time; since 0: none */
	uint32_t timer, tries;		/* when to send again, 0: never; how often that was in vain */
	uint32_t end;			/* TIME-WAIT is over then */

	/* a listener's connections, until accept() */
	struct tcp *listener;
	uint32_t backlog;
};

/* A segment in host byte order. */
struct tcp_segment {
	const struct packet *packet;
	uint32_t sequence, acknowledgement, length, window;	/* length: of the data */
	uint16_t port, remote_port;
	uint8_t flags;
	uint32_t mss;
	const uint8_t *data;
};

extern struct tcp *connections;

static inline bool before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }

/* tcp.c: the life of a connection, and what programs do with it */
struct tcp *tcp_create(void);
void tcp_close_now(struct tcp *tcp, int error);
void tcp_start(struct tcp *tcp, enum tcp_state state);
int tcp_connect(struct socket *socket, uint32_t address, uint16_t port);
int tcp_listen(struct socket *socket);
int tcp_accept(struct socket *socket, struct tcp **accepted);
int tcp_write(struct socket *socket, const void *data, uint32_t length);
int tcp_read(struct socket *socket, void *data, uint32_t length);
int tcp_shutdown(struct socket *socket);
void tcp_release(struct socket *socket);

/* tcp-output.c */
void tcp_output(struct tcp *tcp);
void tcp_acknowledge(struct tcp *tcp);
void tcp_reset(const struct packet *packet);		/* of what is no connection */
void tcp_output_reset(struct tcp *tcp);
void tcp_arm(struct tcp *tcp);
uint32_t tcp_window(const struct tcp *tcp);

/* tcp-data.c */
void tcp_take_data(struct tcp *tcp, const struct tcp_segment *segment);

/* tcp-ack.c */
bool tcp_take_acknowledgement(struct tcp *tcp, const struct tcp_segment *segment);	/* false: drop the segment */
void tcp_learn_window(struct tcp *tcp, const struct tcp_segment *segment);

#endif /* TCP_H */
