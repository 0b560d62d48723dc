// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets: the files of the network, by socketcall(). Three protocols: TCP, UDP, and ICMP echo (as Linux's "ping
 * sockets"). A datagram socket has a queue of what came in; it is short, and what does not fit is lost.
 */
#include "net.h"
#include "tcp.h"
#include "../fs/fs.h"
#include "../kernel/syscalls.h"

#define QUEUE_MAX	16
#define FIRST_FREE_PORT	49152u		/* RFC 6335, 6 */

struct socket *sockets;

struct socket *socket_find(uint8_t protocol, uint16_t port)
{
	for (struct socket *socket = sockets; socket; socket = socket->next)
		if (socket->protocol == protocol && socket->port == port)
			return socket;
	return NULL;
}

int socket_bind(struct socket *socket, uint16_t port)
{
	static uint16_t next;

	if (socket->port)
		return port ? -EINVAL : 0;
	while (!port) {
		uint16_t free = (uint16_t)(FIRST_FREE_PORT + next++ % (65536 - FIRST_FREE_PORT));

		if (!socket_find(socket->protocol, free))
			port = free;
	}
	if (socket_find(socket->protocol, port))
		return -EADDRINUSE;
	socket->port = port;
	return 0;
}

void socket_queue(struct socket *socket, uint32_t address, uint16_t port, const void *data, uint32_t length)
{
	struct datagram *datagram = socket->queued < QUEUE_MAX ? kmalloc(sizeof(*datagram) + length) : NULL;

	if (!datagram)
		return;
	*datagram = (struct datagram){ .address = address, .port = port, .length = length };
	memcpy(datagram->data, data, length);
	*socket->last = datagram;
	socket->last = &datagram->next;
	socket->queued++;
	wake_up(socket);
}

static struct socket *create(uint8_t protocol, struct tcp *tcp)
{
	struct socket *socket = kmalloc(sizeof(*socket));

	if (!socket)
		return NULL;
	*socket = (struct socket){ .next = sockets, .protocol = protocol, .last = &socket->first, .tcp = tcp };
	sockets = socket;
	return socket;
}

static struct datagram *take(struct socket *socket)
{
	struct datagram *datagram = socket->first;

	socket->first = datagram->next;
	if (!socket->first)
		socket->last = &socket->first;
	socket->queued--;
	return datagram;
}

static int receive(struct socket *socket, void *data, uint32_t length, uint32_t *address, uint16_t *port)
{
	struct datagram *datagram;

	if (socket->protocol == IPPROTO_TCP)
		return tcp_read(socket, data, length);
	while (!socket->first) {
		int error = socket->timeout ? sleep_ticks(socket, "datagram", socket->timeout)
					    : sleep_on(socket, "datagram");

		if (error)
			return error;
	}
	datagram = take(socket);
	length = minimum(length, datagram->length);
	memcpy(data, datagram->data, length);
	*address = datagram->address;
	*port = datagram->port;
	kfree(datagram);
	return (int)length;
}

static int transmit(struct socket *socket, const void *data, uint32_t length, uint32_t address, uint16_t port)
{
	int error;

	if (socket->protocol == IPPROTO_TCP)
		return tcp_write(socket, data, length);
	if (!address)
		return -EDESTADDRREQ;
	error = socket_bind(socket, 0);
	if (error)
		return error;
	if (socket->protocol == IPPROTO_UDP)
		return udp_send(socket, data, length, address, port);
	return icmp_send(socket, data, length, address);
}

static int read(struct file *file, void *data, uint32_t length)
{
	uint32_t address;
	uint16_t port;

	return receive(file->object, data, length, &address, &port);
}

static int write(struct file *file, const void *data, uint32_t length)
{
	struct socket *socket = file->object;

	return transmit(socket, data, length, socket->remote, socket->remote_port);
}

static void destroy(struct socket *socket)
{
	struct socket **link = &sockets;

	tcp_release(socket);
	while (socket->first)
		kfree(take(socket));
	while (*link != socket)
		link = &(*link)->next;
	*link = socket->next;
	kfree(socket);
}

static void close(struct file *file)
{
	destroy(file->object);
}

static const struct file_ops socket_ops = { .read = read, .write = write, .close = close };

static int install(struct socket *socket)
{
	struct file *file = socket ? file_create(&socket_ops, O_RDWR, socket) : NULL;

	if (file)
		return fd_install(file);
	if (socket)
		destroy(socket);
	return -ENOMEM;
}

static int sys_socket(uint32_t family, uint32_t type, uint32_t protocol)
{
	if (family != AF_INET)
		return -EPROTONOSUPPORT;
	if (type == SOCK_STREAM && (!protocol || protocol == IPPROTO_TCP))
		return install(create(IPPROTO_TCP, NULL));
	if (type == SOCK_DGRAM && (!protocol || protocol == IPPROTO_UDP))
		return install(create(IPPROTO_UDP, NULL));
	if (type == SOCK_DGRAM && protocol == IPPROTO_ICMP)
		return install(create(IPPROTO_ICMP, NULL));
	return -EPROTONOSUPPORT;
}

static int sys_connect(struct socket *socket, const struct sockaddr_in *to)
{
	int error = socket_bind(socket, 0);

	if (error)
		return error;
	socket->remote = swap32(to->address);
	socket->remote_port = swap16(to->port);
	return socket->protocol == IPPROTO_TCP ? tcp_connect(socket, socket->remote, socket->remote_port) : 0;
}

static int sys_accept(struct socket *socket)
{
	struct socket *connection;
	struct tcp *tcp;
	int error = tcp_accept(socket, &tcp);

	if (error)
		return error;
	connection = create(IPPROTO_TCP, tcp);
	if (connection)
		return install(connection);
	tcp->has_owner = false;
	tcp_close_now(tcp, ENOMEM);
	return -ENOMEM;
}

static int sys_recvfrom(struct socket *socket, void *data, uint32_t length, struct sockaddr_in *from)
{
	uint32_t address = socket->remote;
	uint16_t port = socket->remote_port;
	int count;

	if (from && user_check(from, sizeof(*from)))
		return -EFAULT;
	if (user_check(data, length))
		return -EFAULT;
	count = receive(socket, data, length, &address, &port);
	if (count >= 0 && from)
		*from = (struct sockaddr_in){ .family = AF_INET, .port = swap16(port), .address = swap32(address) };
	return count;
}

static int sys_sendto(struct socket *socket, const void *data, uint32_t length, const struct sockaddr_in *to)
{
	if (user_check(data, length) || (to && user_check(to, sizeof(*to))))
		return -EFAULT;
	if (!to)
		return transmit(socket, data, length, socket->remote, socket->remote_port);
	return transmit(socket, data, length, swap32(to->address), swap16(to->port));
}

static int sys_setsockopt(struct socket *socket, uint32_t level, uint32_t option, const struct timespec *time)
{
	if (level != SOL_SOCKET || option != SO_RCVTIMEO)
		return -EINVAL;
	if (user_check(time, sizeof(*time)))
		return -EFAULT;
	if (time->tv_sec > 1000000)
		return -EINVAL;
	socket->timeout = time->tv_sec * HZ + time->tv_nsec / (1000000000 / HZ);
	return 0;
}

/* The calls whose second argument is an address. */
static int with_address(uint32_t number, struct socket *socket, const struct sockaddr_in *address)
{
	if (user_check(address, sizeof(*address)))
		return -EFAULT;
	return number == SOCKET_BIND ? socket_bind(socket, swap16(address->port)) : sys_connect(socket, address);
}

int sys_socketcall(uint32_t number, const uint32_t *a)
{
	struct file *file;
	struct socket *socket;

	if (user_check(a, 6 * sizeof(*a)))
		return -EFAULT;
	if (number == SOCKET_SOCKET)
		return sys_socket(a[0], a[1], a[2]);
	file = fd_get(a[0]);
	if (!file || file->ops != &socket_ops)
		return file ? -ENOTSOCK : -EBADF;
	socket = file->object;
	switch (number) {
	case SOCKET_BIND:
	case SOCKET_CONNECT:
		return with_address(number, socket, (const struct sockaddr_in *)a[1]);
	case SOCKET_LISTEN:
		return socket->protocol == IPPROTO_TCP && socket->port ? tcp_listen(socket) : -EOPNOTSUPP;
	case SOCKET_ACCEPT:
		return sys_accept(socket);
	case SOCKET_SENDTO:
		return sys_sendto(socket, (const void *)a[1], a[2], (const struct sockaddr_in *)a[4]);
	case SOCKET_RECVFROM:
		return sys_recvfrom(socket, (void *)a[1], a[2], (struct sockaddr_in *)a[4]);
	case SOCKET_SHUTDOWN:
		return socket->protocol == IPPROTO_TCP && a[1] != SHUT_RD ? tcp_shutdown(socket) : -EOPNOTSUPP;
	case SOCKET_SETSOCKOPT:
		return sys_setsockopt(socket, a[1], a[2], (const struct timespec *)a[3]);
	default:
		return -EINVAL;
	}
}
