// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TCP: data that arrives. What is in order goes to the program. What came too early is put where it belongs in the ring
 * and remembered as an interval; when the gap before it is closed, it counts at once.
 */
#include "tcp.h"

static void forget_early(struct tcp *tcp, uint32_t i)
{
	tcp->early[i] = tcp->early[--tcp->early_count];
}

/* An interval swallows all that it touches. If there are too many, the new one is dropped: it will come again. */
static void remember_early(struct tcp *tcp, uint32_t begin, uint32_t end)
{
	for (uint32_t i = 0; i < tcp->early_count;) {
		if (before(end, tcp->early[i].begin) || before(tcp->early[i].end, begin)) {
			i++;
			continue;
		}
		if (before(tcp->early[i].begin, begin))
			begin = tcp->early[i].begin;
		if (before(end, tcp->early[i].end))
			end = tcp->early[i].end;
		forget_early(tcp, i);
	}
	if (tcp->early_count == EARLY_MAX)
		return;
	tcp->early[tcp->early_count].begin = begin;
	tcp->early[tcp->early_count++].end = end;
}

static void take_early(struct tcp *tcp, const struct tcp_segment *segment)
{
	uint32_t gap = segment->sequence - tcp->rcv_nxt, at = tcp->input.used + gap, length = segment->length;

	if (at >= RING_SIZE)
		return;
	length = minimum(length, RING_SIZE - at);
	ring_place(&tcp->input, at, segment->data, length);
	remember_early(tcp, segment->sequence, segment->sequence + length);
}

/* What lies behind rcv_nxt now without a gap. */
static void close_gaps(struct tcp *tcp)
{
	for (uint32_t i = 0; i < tcp->early_count;) {
		uint32_t begin = tcp->early[i].begin, end = tcp->early[i].end;

		if (before(tcp->rcv_nxt, begin)) {
			i++;
			continue;
		}
		if (before(tcp->rcv_nxt, end)) {
			tcp->input.used += end - tcp->rcv_nxt;
			tcp->rcv_nxt = end;
		}
		forget_early(tcp, i);
		i = 0;
	}
}

/* RFC 5681, 4.2: out of order and what closes a gap is acknowledged at once, else every second segment. */
void tcp_take_data(struct tcp *tcp, const struct tcp_segment *segment)
{
	uint32_t skip = tcp->rcv_nxt - segment->sequence;
	bool gaps = tcp->early_count;

	if (before(tcp->rcv_nxt, segment->sequence)) {
		take_early(tcp, segment);
		tcp_acknowledge(tcp);
		return;
	}
	if (skip < segment->length) {
		tcp->rcv_nxt += ring_put(&tcp->input, segment->data + skip, segment->length - skip);
		close_gaps(tcp);
		wake_up(tcp);
	}
	tcp->must_acknowledge = true;
	if (gaps || ++tcp->unacknowledged >= 2)
		tcp_acknowledge(tcp);
}
