// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtio network card in a user-mode network: an address by DHCP, the gateway's by ARP, pings, datagrams to a server on
 * the computer's loopback, whose port is the last word of the command line, and one from there by a redirection. Waits with HLT. Rules: VIRTIO 1.2,
 * section 5.1; RFC 2131 (DHCP), 826 (ARP), 792 (ICMP), 768 (UDP).
 */
#include "irq.h"
#include "virtio.h"

#define SLOT		2
#define F_MAC		5
#define RECEIVE		0
#define TRANSMIT	1
#define HEADER		12	/* struct virtio_net_hdr of the modern interface */
#define ROOMS		16
#define ROOM		2048

#define TYPE_IPV4	0x0800
#define TYPE_ARP	0x0806
#define ICMP		1
#define UDP		17
#define GATEWAY		0x0a000202
#define GUEST		0x0a00020f
#define BROADCAST	0xffffffff
#define PORT		4711	/* for talking to the server */
#define SERVICE		53	/* for being called */

#define DISCOVER	1
#define OFFER		2
#define REQUEST		3
#define ACK		5
#define COOKIE		0x63825363
#define XID		0x12345678

/* Everything on the wire is big endian. */
#define BE16(value)	__builtin_bswap16(value)
#define BE32(value)	__builtin_bswap32(value)

struct ethernet {
	u8 to[6], from[6];
	u16 type;
} __attribute__((packed));

struct arp {
	u16 hardware, protocol;
	u8 hardware_length, protocol_length;
	u16 operation;
	u8 from_mac[6];
	u32 from;
	u8 to_mac[6];
	u32 to;
} __attribute__((packed));

struct ipv4 {
	u8 version, service;
	u16 length, id, fragment;
	u8 ttl, protocol;
	u16 checksum;
	u32 from, to;
} __attribute__((packed));

struct icmp {
	u8 type, code;
	u16 checksum, id, sequence;
	u8 data[56];
} __attribute__((packed));

struct udp {
	u16 from, to, length, checksum;
} __attribute__((packed));

struct dhcp {
	u8 operation, hardware, hardware_length, hops;
	u32 xid;
	u16 seconds, flags;
	u32 client, yours, server, relay;
	u8 client_mac[16], server_name[64], file[128];
	u32 cookie;
	u8 options[60];
} __attribute__((packed));

static struct virtio v;
static const u8 everybody[6] = { 255, 255, 255, 255, 255, 255 };
static u8 mac[6], gateway_mac[6];
static u8 header[HEADER], frame[1514], rooms[ROOMS][ROOM];
static struct ethernet *const ethernet = (void *)frame;
static struct ipv4 *const ip = (void *)(frame + sizeof(struct ethernet));
static void *const payload = frame + sizeof(struct ethernet) + sizeof(struct ipv4);

CODE(halt, "1: hlt; jmp 1b");

/* The IRQ that ends a halt. */
static u32 halted(void)
{
	struct frame f = ring_frame(0, halt);

	f.eflags |= FLAG_IF;
	return run(&f).f.vector - BASE;
}

static void offer(u32 room)
{
	struct part part = { rooms[room], ROOM, true };

	queue_add(&v.queues[RECEIVE], &part, 1, 0);
}

static void send(const u8 *to, u32 type, u32 length)
{
	struct part parts[] = { { header, HEADER, false }, { frame, sizeof(*ethernet) + length, false } };

	memcpy(ethernet->to, to, 6);
	memcpy(ethernet->from, mac, 6);
	ethernet->type = BE16(type);
	expect("bytes written by sending", 0, queue_request(&v.queues[TRANSMIT], parts, 2));
}

/* Halts until a frame has come, and copies it to `frame`. */
static void receive_any(void)
{
	u32 head, length;

	while (!queue_poll(&v.queues[RECEIVE], &head, &length)) {
		expect("IRQ", v.irq, halted());
		virtio_isr(&v);
		virtio_end(&v);
	}
	memset(frame, 0, sizeof(frame));
	memcpy(frame, rooms[head % ROOMS] + HEADER, length - HEADER);
	offer(head % ROOMS);
	queue_kick(&v.queues[RECEIVE]);
}

/* A frame for us or for everybody. A real network also has those for groups, of which we are in none. */
static void receive(void)
{
	do
		receive_any();
	while ((ethernet->to[0] & 1) && memcmp(ethernet->to, everybody, sizeof(ethernet->to)) != 0);
}

static u16 checksum(const void *data, u32 length)
{
	const u8 *bytes = data;
	u32 sum = 0;

	for (u32 n = 0; n < length; n++)
		sum += bytes[n] << (n & 1 ? 8 : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void send_ip(const u8 *to_mac, u32 from, u32 to, u32 protocol, u32 length)
{
	memset(ip, 0, sizeof(*ip));
	ip->version = 0x45;
	ip->length = BE16(sizeof(*ip) + length);
	ip->ttl = 64;
	ip->protocol = protocol;
	ip->from = BE32(from);
	ip->to = BE32(to);
	ip->checksum = checksum(ip, sizeof(*ip));
	send(to_mac, TYPE_IPV4, sizeof(*ip) + length);
}

static void send_udp(const u8 *to_mac, u32 from, u32 from_port, u32 to, u32 to_port, const void *data, u32 length)
{
	struct udp *udp = payload;

	memcpy(udp + 1, data, length);
	udp->from = BE16(from_port);
	udp->to = BE16(to_port);
	udp->length = BE16(sizeof(*udp) + length);
	udp->checksum = 0;		/* none */
	send_ip(to_mac, from, to, UDP, sizeof(*udp) + length);
}

/* The next packet is one from there. */
static void expect_ip(u32 from, u32 protocol)
{
	receive();
	expect("EtherType", TYPE_IPV4, BE16(ethernet->type));
	expect("header's checksum", 0, checksum(ip, sizeof(*ip)));
	expect("protocol", protocol, ip->protocol);
	expect("sender", from, BE32(ip->from));
}

/* The value of an option of DHCP, or 0. */
static const u8 *find(const struct dhcp *message, u8 option)
{
	const u8 *end = message->options + sizeof(message->options);

	for (const u8 *at = message->options; at < end && *at != 255; at += 2 + at[1])
		if (*at == option)
			return at + 2;
	return 0;
}

/* Sends a message of that type and expects an answer of the other. */
static void dhcp(u8 type, u8 answer)
{
	const u8 options[] = { 53, 1, type, 54, 4, 10, 0, 2, 2, 50, 4, 10, 0, 2, 15, 255 };
	static struct dhcp message;
	const struct dhcp *got = payload + sizeof(struct udp);
	const u8 *value;

	memset(&message, 0, sizeof(message));
	message.operation = 1;
	message.hardware = 1;
	message.hardware_length = 6;
	message.xid = BE32(XID);
	memcpy(message.client_mac, mac, 6);
	message.cookie = BE32(COOKIE);
	memcpy(message.options, options, sizeof(options));
	if (type == DISCOVER)		/* no server, no address yet */
		message.options[3] = 255;
	send_udp(everybody, 0, 68, BROADCAST, 67, &message, sizeof(message));
	expect_ip(GATEWAY, UDP);
	expect("operation", 2, got->operation);
	expect("transaction", XID, BE32(got->xid));
	expect("address", GUEST, BE32(got->yours));
	value = find(got, 53);
	expect("type", answer, value ? *value : 0);
	value = find(got, 3);
	expect("router", BE32(GATEWAY), value ? *(const u32 *)value : 0);
}

static void resolve_gateway(void)
{
	struct arp *arp = (void *)ip;

	memset(arp, 0, sizeof(*arp));
	arp->hardware = BE16(1);
	arp->protocol = BE16(TYPE_IPV4);
	arp->hardware_length = 6;
	arp->protocol_length = 4;
	arp->operation = BE16(1);
	memcpy(arp->from_mac, mac, 6);
	arp->from = BE32(GUEST);
	arp->to = BE32(GATEWAY);
	send(everybody, TYPE_ARP, sizeof(*arp));
	receive();
	expect("EtherType", TYPE_ARP, BE16(ethernet->type));
	expect("operation", 2, BE16(arp->operation));
	expect("whose", GATEWAY, BE32(arp->from));
	memcpy(gateway_mac, arp->from_mac, 6);
	expect("the sender's address", 0, memcmp(gateway_mac, ethernet->from, 6));
}

static void ping(u32 sequence)
{
	struct icmp *icmp = payload;

	memset(icmp, 0, sizeof(*icmp));
	icmp->type = 8;
	icmp->id = BE16(1);
	icmp->sequence = BE16(sequence);
	for (u32 n = 0; n < sizeof(icmp->data); n++)
		icmp->data[n] = n * 3;
	icmp->checksum = checksum(icmp, sizeof(*icmp));
	send_ip(gateway_mac, GUEST, GATEWAY, ICMP, sizeof(*icmp));
	expect_ip(GATEWAY, ICMP);
	expect("type", 0, icmp->type);
	expect("checksum", 0, checksum(icmp, sizeof(*icmp)));
	expect("sequence", sequence, BE16(icmp->sequence));
	for (u32 n = 0; n < sizeof(icmp->data); n++)
		expect("data", n * 3, icmp->data[n]);
}

/* The server sends back every byte plus one. */
static void datagram(u32 port, u32 length)
{
	static u8 data[1400];
	const struct udp *udp = payload;
	const u8 *got = (const u8 *)(udp + 1);

	for (u32 n = 0; n < length; n++)
		data[n] = n * 5 + length;
	send_udp(gateway_mac, GUEST, PORT, GATEWAY, port, data, length);
	expect_ip(GATEWAY, UDP);
	expect("port of the sender", port, BE16(udp->from));
	expect("port", PORT, BE16(udp->to));
	expect("length", sizeof(*udp) + length, BE16(udp->length));
	for (u32 n = 0; n < length; n++)
		expect("data", (u8)(data[n] + 1), got[n]);
}

static void expect_datagram(u32 to, const char text[4])
{
	const struct udp *udp = payload;

	expect_ip(GATEWAY, UDP);
	expect("port", to, BE16(udp->to));
	expect("length", sizeof(*udp) + 4, BE16(udp->length));
	expect("text", 0, memcmp(udp + 1, text, 4));
}

/* Asks the server to call, answers, and waits until it has heard. */
static void redirection(u32 port)
{
	const struct udp *udp = payload;

	send_udp(gateway_mac, GUEST, PORT, GATEWAY, port, "call", 4);
	expect_datagram(SERVICE, "ring");
	send_udp(gateway_mac, GUEST, SERVICE, GATEWAY, BE16(udp->from), "here", 4);
	expect_datagram(SERVICE, "done");
}

/* The number at the end of the command line (Multiboot 0.6.96, section 3.3: at offset 16). */
static u32 argument(void)
{
	u32 number = 0;

	for (const char *at = (const char *)multiboot_info[4]; *at; at++)
		number = *at >= '0' && *at <= '9' ? number * 10 + *at - '0' : 0;
	return number;
}

void test_main(void)
{
	static const u32 lengths[] = { 1, 100, 1400 };

	group("network");
	begin("start");
	virtio_probe(&v, SLOT, MODERN);
	expect("started", true, virtio_start(&v, FEATURE(F_MAC)));
	virtio_unmask(&v);
	v.queues[TRANSMIT].available->flags = 1;	/* no interrupts */
	for (u32 n = 0; n < 6; n++)
		mac[n] = virtio_config8(&v, n);
	for (u32 n = 0; n < ROOMS; n++)
		offer(n);
	queue_kick(&v.queues[RECEIVE]);
	begin("DHCP discover");
	dhcp(DISCOVER, OFFER);
	begin("DHCP request");
	dhcp(REQUEST, ACK);
	begin("ARP");
	resolve_gateway();
	for (u32 n = 0; n < 3; n++) {
		begin("ping %u", n);
		ping(n);
	}
	for (u32 n = 0; n < sizeof(lengths) / sizeof(*lengths); n++) {
		begin("a datagram of %u bytes", lengths[n]);
		datagram(argument(), lengths[n]);
	}
	begin("a redirection");
	redirection(argument());
	virtio_stop(&v);
}
