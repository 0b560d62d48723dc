// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TCP: what an acknowledgement says. It frees room, measures the way there and back (RFC 6298), tells how much the
 * network carries (RFC 5681), and brings the other side's window.
 */
#include "tcp.h"

void tcp_learn_window(struct tcp *tcp, const struct tcp_segment *segment)
{
	tcp->snd_wnd = segment->window;
	tcp->snd_wl1 = segment->sequence;
	tcp->snd_wl2 = segment->acknowledgement;
}

/* RFC 6298, 2 */
static void measure(struct tcp *tcp)
{
	uint32_t rtt = timer_ticks() - tcp->timed_since + 1;

	if (!tcp->srtt8) {
		tcp->srtt8 = rtt * 8;
		tcp->rttvar4 = rtt * 2;
	} else {
		int error = (int)rtt - (int)(tcp->srtt8 / 8);

		tcp->rttvar4 += (uint32_t)((error < 0 ? -error : error) - (int)(tcp->rttvar4 / 4));
		tcp->srtt8 += (uint32_t)error;
	}
	tcp->timed_since = 0;
}

static uint32_t time_out_of(const struct tcp *tcp)
{
	uint32_t rto = tcp->srtt8 ? tcp->srtt8 / 8 + tcp->rttvar4 : HZ;

	return rto < HZ / 5 ? HZ / 5 : rto;
}

/* RFC 5681, 3.1: a segment for each acknowledgement, or one for each round trip. */
static void grow_window(struct tcp *tcp, uint32_t acknowledged)
{
	if (tcp->cwnd < tcp->ssthresh)
		tcp->cwnd += minimum(acknowledged, tcp->mss);
	else
		tcp->cwnd += tcp->mss * tcp->mss / tcp->cwnd + 1;
	tcp->cwnd = minimum(tcp->cwnd, RING_SIZE * 2);
}

/* Three times the same acknowledgement: what follows it is lost (RFC 5681, 3.2). */
static void duplicate(struct tcp *tcp)
{
	uint32_t flight = tcp->snd_max - tcp->snd_una;

	if (++tcp->duplicates != 3)
		return;
	tcp->ssthresh = flight / 2 > 2 * tcp->mss ? flight / 2 : 2 * tcp->mss;
	tcp->cwnd = tcp->ssthresh;
	tcp->timed_since = 0;
	tcp->snd_nxt = tcp->snd_una;
}

/* Returns false if nothing more is to be done with the segment. */
bool tcp_take_acknowledgement(struct tcp *tcp, const struct tcp_segment *segment)
{
	uint32_t acknowledged = segment->acknowledgement - tcp->snd_una;

	if (before(tcp->snd_max, segment->acknowledgement)) {
		tcp_acknowledge(tcp);
		return false;
	}
	if (before(tcp->snd_una, segment->acknowledgement)) {
		ring_drop(&tcp->output, minimum(acknowledged, tcp->output.used));
		tcp->snd_una = segment->acknowledgement;
		if (before(tcp->snd_nxt, tcp->snd_una))
			tcp->snd_nxt = tcp->snd_una;
		if (tcp->timed_since && !before(tcp->snd_una, tcp->timed_sequence))
			measure(tcp);
		grow_window(tcp, acknowledged);
		tcp->duplicates = tcp->tries = 0;
		tcp->rto = time_out_of(tcp);
		tcp->timer = 0;
		if (tcp->snd_una != tcp->snd_max)
			tcp_arm(tcp);
		wake_up(tcp);
	} else if (segment->acknowledgement == tcp->snd_una) {
		if (!tcp->snd_wnd)
			tcp->tries = 0;			/* it answers: its window is closed, but it is there */
		if (!segment->length && segment->window == tcp->snd_wnd && tcp->snd_max != tcp->snd_una)
			duplicate(tcp);
	}
	if (!before(segment->acknowledgement, tcp->snd_una) &&
	    (before(tcp->snd_wl1, segment->sequence) ||
	     (tcp->snd_wl1 == segment->sequence && !before(segment->acknowledgement, tcp->snd_wl2))))
		tcp_learn_window(tcp, segment);
	return true;
}
