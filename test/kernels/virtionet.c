// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtio network card by both interfaces, with a cable that brings back every frame. Rules: VIRTIO 1.2, section 5.1.
 */
#include "irq.h"
#include "virtio.h"

#define F_MAC		5
#define F_MERGEABLE	15
#define F_STATUS	16

#define RECEIVE		0
#define TRANSMIT	1
#define ROOM		2048

struct net_header {
	u8 flags, gso_type;
	u16 length, gso_size, checksum_start, checksum_offset, buffers;
};

static struct virtio v;
static struct net_header header;
static u8 frame[1514], room[16][ROOM];
static const char *const interfaces[] = { "legacy", "modern" };

static u32 header_length(void)
{
	return v.interface == MODERN || v.features >> F_MERGEABLE & 1 ? 12 : 10;
}

static void make_frame(u32 length, u32 seed)
{
	for (u32 n = 0; n < length; n++)
		frame[n] = n < 12 ? 0x52 + n % 6 : n * seed + n;
	frame[12] = 0x88;			/* local experimental EtherType 1 (IEEE 802) */
	frame[13] = 0xb5;
}

static void offer(u32 count, u32 length)
{
	for (u32 n = 0; n < count; n++) {
		struct part part = { room[n], length, true };

		queue_add(&v.queues[RECEIVE], &part, 1, 0);
	}
	queue_kick(&v.queues[RECEIVE]);
}

static void send(u32 length)
{
	struct part parts[] = { { &header, header_length(), false }, { frame, length, false } };

	expect("bytes written by sending", 0, queue_request(&v.queues[TRANSMIT], parts, 2));
}

/* The frame comes back in `count` buffers of `size` bytes. */
static void expect_frame(u32 length, u32 count, u32 size)
{
	u32 total = header_length() + length, done = 0, head, got;

	for (u32 n = 0; n < count; n++) {
		u32 from = n ? 0 : header_length();

		expect("answer", true, queue_wait(&v.queues[RECEIVE], &head, &got));
		expect("length", total < size ? total : size, got);
		total -= got;
		expect("data", 0, memcmp(room[n] + from, frame + done, got - from));
		done += got - from;
	}
	if (header_length() == 12)
		expect("buffers in the header", count, ((struct net_header *)room[0])->buffers);
	expect("flags and GSO", 0, room[0][0] | room[0][1]);
}

static void start(u64 wanted)
{
	expect("started", true, virtio_start(&v, wanted | FEATURE(F_MAC) | FEATURE(F_STATUS)));
	expect("queues", true, v.queue_count >= 2);
}

void test_main(void)
{
	static const u32 lengths[] = { 60, 61, 100, 512, 1000, 1513, 1514 };

	init_pics(ICW1, false);
	for (enum interface interface = LEGACY; interface <= MODERN; interface++) {
		group(interfaces[interface]);
		virtio_probe(&v, NET_SLOT, interface);
		begin("configuration");
		start(0);
		for (u32 n = 0; n < 6; n++)
			expect("MAC", "\x52\x54\x00\x12\x34\x56"[n], virtio_config8(&v, n));
		expect("link", 1, virtio_config8(&v, 6));
		for (u32 mergeable = 0; mergeable < 2; mergeable++)
			for (u32 i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
				begin("a frame of %u bytes%s", lengths[i], mergeable ? ", mergeable" : "");
				start(mergeable ? FEATURE(F_MERGEABLE) : 0);
				make_frame(lengths[i], 3 + i);
				offer(1, ROOM);
				send(lengths[i]);
				expect_frame(lengths[i], 1, ROOM);
			}
		begin("a frame in parts");
		start(FEATURE(F_MERGEABLE));
		make_frame(1000, 5);
		offer(11, 100);
		send(1000);
		expect_frame(1000, 11, 100);
		begin("many frames");
		start(0);
		for (u32 n = 0; n < 300; n++) {
			make_frame(60 + n, n);
			offer(1, ROOM);
			send(60 + n);
			expect_frame(60 + n, 1, ROOM);
		}
		begin("by interrupt");
		start(0);
		virtio_unmask(&v);
		v.queues[TRANSMIT].available->flags = 1;
		make_frame(77, 9);
		offer(1, ROOM);
		send(77);
		expect("IRQ", v.irq, virtio_take());
		expect("ISR", ISR_QUEUE, virtio_isr(&v));
		virtio_end(&v);
		expect_frame(77, 1, ROOM);
		virtio_stop(&v);
	}
}
