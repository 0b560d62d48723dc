/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network: one Ethernet interface (conet unit 0), IPv4 and what runs over it. Addresses and ports are in host byte
 * order everywhere but on the wire. Packets are handled where they arrive, in cooperative.c's receive(); nothing here
 * sleeps but the system calls of sockets.
 */
#ifndef NET_H
#define NET_H

#include "../kernel/kernel.h"

#define FRAME_MAX	1514
#define ETHERNET_HEADER	14
#define IP_HEADER	20
#define IP_PAYLOAD_MAX	(FRAME_MAX - ETHERNET_HEADER - IP_HEADER)
#define BROADCAST	0xffffffffu

static inline uint16_t swap16(uint16_t value) { return (uint16_t)(value >> 8 | value << 8); }
static inline uint32_t swap32(uint32_t value) { return __builtin_bswap32(value); }

/* interface.c: who we are. All zero until `dhcp` or a line written to /dev/eth0 says so. */
struct interface {
	bool present;
	uint8_t mac[6];
	uint32_t address, mask, gateway, name_server;
};

extern struct interface interface;
unsigned network_init(void);		/* how many interfaces there are */
void network_tick(void);		/* each hundredth of a second */
void network_settle(void);		/* all messages of a delivery have been handled */

/* ethernet.c: frames and ARP */
void ethernet_receive(const uint8_t *frame, uint32_t size);
void ethernet_send(uint8_t *frame, uint32_t size, uint32_t next_hop);	/* room for the header is in front */
void arp_tick(void);

/* ip.c. A packet is built in place: ip_begin() gives where its payload goes. */
uint8_t *ip_begin(void);
int ip_send(uint32_t destination, uint8_t protocol, uint32_t length);
void ip_receive(const uint8_t *packet, uint32_t size, bool broadcast);
void ip_settle(void);
uint32_t ip_source_for(uint32_t destination);
uint32_t ip_next_hop(uint32_t destination);
uint32_t checksum_pseudo(uint32_t source, uint32_t destination, uint8_t protocol, uint32_t length);

/* checksum.c */
uint32_t checksum_add(uint32_t sum, const void *data, uint32_t length);
uint16_t checksum_end(uint32_t sum);

/* One packet that has come in, without its IP header. */
struct packet {
	uint32_t source, destination;
	const uint8_t *data;
	uint32_t length;
	bool broadcast;
};

void icmp_receive(const struct packet *packet);		/* icmp.c */
void udp_receive(const struct packet *packet);		/* udp.c */
void tcp_receive(const struct packet *packet);		/* tcp-input.c */
void tcp_tick(void);					/* tcp-output.c */
void tcp_settle(void);
void tcp_unreachable(uint32_t next_hop);		/* tcp.c: nobody there has answered ARP */

/* socket.c: what all sockets have */
struct socket {
	struct socket *next;
	uint8_t protocol;
	uint16_t port, remote_port;		/* 0: none yet */
	uint32_t remote;
	uint32_t timeout;			/* ticks to wait for data; 0: for ever */
	struct datagram *first, **last;		/* what has come in (not TCP) */
	uint32_t queued;
	struct tcp *tcp;
};

struct datagram {
	struct datagram *next;
	uint32_t address;
	uint16_t port;
	uint32_t length;
	uint8_t data[];
};

extern struct socket *sockets;
struct socket *socket_find(uint8_t protocol, uint16_t port);
int socket_bind(struct socket *socket, uint16_t port);	/* 0: any free one */
void socket_queue(struct socket *socket, uint32_t address, uint16_t port, const void *data, uint32_t length);
int icmp_send(struct socket *socket, const void *data, uint32_t length, uint32_t address);
int udp_send(struct socket *socket, const void *data, uint32_t length, uint32_t address, uint16_t port);

#endif /* NET_H */
