// SPDX-License-Identifier: GPL-2.0-or-later
/* The virtio entropy device by both interfaces. Rules: VIRTIO 1.2, section 5.4. */
#include "irq.h"
#include "virtio.h"

static struct virtio v;
static u8 bytes[2][256];
static const char *const interfaces[] = { "legacy", "modern" };

static u32 fill(u8 *to, u32 length)
{
	struct part part = { to, length, true };

	return queue_request(&v.queues[0], &part, 1);
}

void test_main(void)
{
	init_pics(ICW1, false);
	for (enum interface interface = LEGACY; interface <= MODERN; interface++) {
		u32 bits = 0, head, length;
		struct part part = { bytes[0], 16, true };

		group(interfaces[interface]);
		virtio_probe(&v, RNG_SLOT, interface);
		begin("start");
		expect("started", true, virtio_start(&v, 0));
		expect("queues", 1, v.queue_count);
		begin("bytes");
		expect("length", sizeof(bytes[0]), fill(bytes[0], sizeof(bytes[0])));
		expect("length", sizeof(bytes[1]), fill(bytes[1], sizeof(bytes[1])));
		expect("all the same", true, memcmp(bytes[0], bytes[1], sizeof(bytes[0])) != 0);
		for (u32 n = 0; n < sizeof(bytes[0]) * 8; n++)
			bits += bytes[0][n / 8] >> n % 8 & 1;
		expect("about half of the bits are set", true, bits > 850 && bits < 1200);
		begin("no more than was asked for");
		memset(bytes, 0, sizeof(bytes));
		expect("length", 5, fill(bytes[0], 5));
		for (u32 n = 5; n < sizeof(bytes[0]); n++)
			expect("byte behind", 0, bytes[0][n]);
		begin("by interrupt");
		virtio_isr(&v);
		virtio_unmask(&v);
		queue_add(&v.queues[0], &part, 1, 0);
		queue_kick(&v.queues[0]);
		expect("IRQ", v.irq, virtio_take());
		expect("ISR", ISR_QUEUE, virtio_isr(&v));
		virtio_end(&v);
		expect("answer", true, queue_poll(&v.queues[0], &head, &length));
		expect("length", 16, length);
		virtio_stop(&v);
	}
}
