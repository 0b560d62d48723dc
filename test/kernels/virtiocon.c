// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtio console by both interfaces: without and with multiport. Port 0 is a terminal; port 1, "org.colinux.echo", brings back
 * what is written to it. Rules: VIRTIO 1.2, section 5.3.
 */
#include "irq.h"
#include "virtio.h"

#define F_MULTIPORT	1
#define PORTS		2

#define CONTROL_RECEIVE		2
#define CONTROL_TRANSMIT	3
#define ECHO_RECEIVE		4
#define ECHO_TRANSMIT		5

enum { DEVICE_READY, PORT_ADD, PORT_REMOVE, PORT_READY, CONSOLE_PORT, RESIZE, PORT_OPEN, PORT_NAME, EVENTS };

struct control {
	u32 port;
	u16 event, value;
	char text[56];
};

static struct virtio v;
static struct control control[32], message;
static u8 received[64];
static const char *const interfaces[] = { "legacy", "modern" };
static const char echo_name[] = "org.colinux.echo";

static void tell(u32 port, u16 event, u16 value)
{
	struct part part = { &message, 8, false };

	message.port = port;
	message.event = event;
	message.value = value;
	expect("bytes written by control", 0, queue_request(&v.queues[CONTROL_TRANSMIT], &part, 1));
}

static void write_port(u32 queue, const char *text, u32 length)
{
	struct part part = { text, length, false };

	expect("bytes written by output", 0, queue_request(&v.queues[queue], &part, 1));
}

/* Waits until a message has come for `port`; there may be others. */
static const struct control *expect_control(u32 port, u16 event, u16 value)
{
	static u32 next, seen[32];
	u32 head, length;

	if (event == EVENTS) {			/* start anew */
		next = 0;
		memset(seen, 0, sizeof(seen));
		memset(control, 0, sizeof(control));
		return 0;
	}
	for (;;) {
		for (u32 n = 0; n < next; n++)
			if (!seen[n] && control[n].port == port && control[n].event == event) {
				seen[n] = 1;
				expect("value of a control message", value, control[n].value);
				return &control[n];
			}
		if (next == 32 || !queue_wait(&v.queues[CONTROL_RECEIVE], &head, &length))
			break;
		expect("length of a control message", true, length >= 8);
		next++;
	}
	expect("control message", event, ~0u);
	return &control[31];
}

static void test_multiport(void)
{
	struct part part = { received, sizeof(received), true };
	const struct control *name;
	u32 head, length, got = 0;

	begin("multiport: ports");
	expect("started", true, virtio_start(&v, FEATURE(F_MULTIPORT)));
	expect("multiport", 1, v.offered >> F_MULTIPORT & 1);
	expect("most ports", PORTS, virtio_config32(&v, 4));
	expect("queues", 2 * (PORTS + 1), v.queue_count);
	expect_control(0, EVENTS, 0);
	for (u32 n = 0; n < 32; n++) {
		struct part room = { &control[n], sizeof(control[n]), true };

		queue_add(&v.queues[CONTROL_RECEIVE], &room, 1, 0);
	}
	queue_kick(&v.queues[CONTROL_RECEIVE]);
	tell(~0u, DEVICE_READY, 1);
	for (u32 port = 0; port < PORTS; port++)
		expect_control(port, PORT_ADD, 1);
	begin("multiport: a terminal");
	tell(0, PORT_READY, 1);
	expect_control(0, CONSOLE_PORT, 1);
	expect_control(0, PORT_OPEN, 1);
	begin("multiport: a named port");
	tell(1, PORT_READY, 1);
	name = expect_control(1, PORT_NAME, 1);
	expect("name", 0, memcmp(name->text, echo_name, sizeof(echo_name) - 1));
	expect_control(1, PORT_OPEN, 1);
	begin("multiport: echo");
	tell(0, PORT_OPEN, 1);
	tell(1, PORT_OPEN, 1);
	queue_add(&v.queues[ECHO_RECEIVE], &part, 1, 0);
	queue_kick(&v.queues[ECHO_RECEIVE]);
	write_port(ECHO_TRANSMIT, "hello, port", 11);
	expect("answer", true, queue_wait(&v.queues[ECHO_RECEIVE], &head, &length));
	got += length;
	expect("length", 11, got);
	expect("text", 0, memcmp(received, "hello, port", 11));
	begin("multiport: echo by interrupt");
	for (u32 queue = 0; queue < 6; queue++)
		v.queues[queue].available->flags = queue != ECHO_RECEIVE;
	virtio_isr(&v);
	virtio_unmask(&v);
	queue_add(&v.queues[ECHO_RECEIVE], &part, 1, 0);
	queue_kick(&v.queues[ECHO_RECEIVE]);
	write_port(ECHO_TRANSMIT, "again", 5);
	expect("IRQ", v.irq, virtio_take());
	expect("ISR", ISR_QUEUE, virtio_isr(&v));
	virtio_end(&v);
	expect("answer", true, queue_wait(&v.queues[ECHO_RECEIVE], &head, &length));
	expect("length", 5, length);
	expect("text", 0, memcmp(received, "again", 5));
	init_pics(ICW1, false);
	virtio_stop(&v);
}

void test_main(void)
{
	init_pics(ICW1, false);
	for (enum interface interface = LEGACY; interface <= MODERN; interface++) {
		group(interfaces[interface]);
		virtio_probe(&v, CONSOLE_SLOT, interface);
		begin("one port");
		expect("started", true, virtio_start(&v, 0));
		for (u32 n = 0; n < 200; n++)
			write_port(1, "one port\n", 9);
		virtio_stop(&v);
		test_multiport();
	}
}
