// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets by socketcall(), addresses as text, and names by DNS (RFC 1035) over UDP. */
#include "libc.h"

#define DNS_PORT	53
#define DNS_TRIES	3
#define TYPE_A		1
#define CLASS_INTERNET	1

struct dns_header {
	uint16_t id, flags, questions, answers, authorities, more;
} __attribute__((packed));

static int call(int number, int fd, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	uint32_t arguments[6] = { (uint32_t)fd, a, b, c, d, sizeof(struct sockaddr_in) };

	return system_call(SYS_SOCKETCALL, number, arguments);
}

int socket(int type, int protocol) { return call(SOCKET_SOCKET, AF_INET, (uint32_t)type, (uint32_t)protocol, 0, 0); }
int listen(int fd) { return call(SOCKET_LISTEN, fd, 8, 0, 0, 0); }
int accept(int fd) { return call(SOCKET_ACCEPT, fd, 0, 0, 0, 0); }
int shutdown(int fd, int how) { return call(SOCKET_SHUTDOWN, fd, (uint32_t)how, 0, 0, 0); }

static struct sockaddr_in name_of(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){ .family = AF_INET, .port = swap16(port), .address = swap32(address) };
}

int bind(int fd, uint16_t port)
{
	struct sockaddr_in name = name_of(0, port);

	return call(SOCKET_BIND, fd, (uint32_t)&name, sizeof(name), 0, 0);
}

int connect(int fd, uint32_t address, uint16_t port)
{
	struct sockaddr_in name = name_of(address, port);

	return call(SOCKET_CONNECT, fd, (uint32_t)&name, sizeof(name), 0, 0);
}

int receive_timeout(int fd, unsigned milliseconds)
{
	struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

	return call(SOCKET_SETSOCKOPT, fd, SOL_SOCKET, SO_RCVTIMEO, (uint32_t)&time, sizeof(time));
}

int sendto(int fd, const void *data, size_t length, uint32_t address, uint16_t port)
{
	struct sockaddr_in name = name_of(address, port);

	return call(SOCKET_SENDTO, fd, (uint32_t)data, length, 0, (uint32_t)&name);
}

int recvfrom(int fd, void *data, size_t size, uint32_t *address, uint16_t *port)
{
	struct sockaddr_in name = name_of(0, 0);
	int count = call(SOCKET_RECVFROM, fd, (uint32_t)data, size, 0, (uint32_t)&name);

	*address = swap32(name.address);
	*port = swap16(name.port);
	return count;
}

void print_address(uint32_t address)
{
	printf("%u.%u.%u.%u", address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
}

bool parse_address(const char *text, uint32_t *address)
{
	*address = 0;
	for (int i = 0; i < 4; i++) {
		unsigned byte = 0;

		if (*text < '0' || *text > '9')
			return false;
		while (*text >= '0' && *text <= '9' && byte < 256)
			byte = byte * 10 + (unsigned)(*text++ - '0');
		if (byte > 255 || (i < 3 && *text++ != '.'))
			return false;
		*address = *address << 8 | byte;
	}
	return *text == '\0' || *text == '/' || *text == ' ' || *text == '\n';
}

/* The line of /dev/eth0: Ethernet address, our address/prefix, gateway, name server. */
bool net_state(struct net_state *state)
{
	char line[128] = "", *at = line;
	int fd = open("/dev/eth0", O_RDONLY);
	uint32_t *fields[] = { &state->address, &state->gateway, &state->name_server };

	*state = (struct net_state){ 0 };
	if (fd < 0)
		return false;
	read(fd, line, sizeof(line) - 1);
	close(fd);
	for (int i = 0; i < 6; i++) {
		for (int digit = 0; digit < 2; digit++, at++)
			state->mac[i] = (uint8_t)(state->mac[i] << 4 | (*at <= '9' ? *at - '0' : *at - 'a' + 10));
		at++;
	}
	for (int i = 0; i < 3 && at; i++) {
		if (!parse_address(at, fields[i]))
			return false;
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	return true;
}

/* "example.org" as 7 example 3 org 0. Returns the end. */
static uint8_t *put_name(uint8_t *to, const char *name)
{
	while (*name) {
		const char *end = strchr(name, '.') ? strchr(name, '.') : name + strlen(name);
		size_t length = (size_t)(end - name);

		*to++ = (uint8_t)length;
		memcpy(to, name, length);
		to += length;
		name = *end ? end + 1 : end;
	}
	*to++ = 0;
	return to;
}

static const uint8_t *skip_name(const uint8_t *at, const uint8_t *end)
{
	while (at < end && *at && *at < 0xc0)
		at += *at + 1;
	return at + (at < end && *at >= 0xc0 ? 2 : 1);
}

static uint32_t big16(const uint8_t *at) { return (uint32_t)at[0] << 8 | at[1]; }

/* The first address of an answer; 0 if it has none. */
static uint32_t first_address(const uint8_t *message, size_t size)
{
	const struct dns_header *header = (const void *)message;
	const uint8_t *at = message + sizeof(*header), *end = message + size;

	for (unsigned i = swap16(header->questions); i; i--)
		at = skip_name(at, end) + 4;
	for (unsigned i = swap16(header->answers); i && at < end; i--) {
		at = skip_name(at, end);
		if (at + 10 > end || at + 10 + big16(at + 8) > end)
			return 0;
		if (big16(at) == TYPE_A && big16(at + 2) == CLASS_INTERNET && big16(at + 8) == 4)
			return big16(at + 10) << 16 | big16(at + 12);
		at += 10 + big16(at + 8);
	}
	return 0;
}

/* 0, or an error: -ENOENT if the name does not exist. */
int ask_name_server(const char *name, uint32_t *address)
{
	uint8_t message[512];
	struct dns_header *header = (void *)message;
	struct net_state state;
	uint16_t id = (uint16_t)(time() * 31 + (unsigned)getpid());
	uint8_t *end;
	int fd, error = -ETIMEDOUT;

	if (strlen(name) > 200)
		return -ENAMETOOLONG;
	if (!net_state(&state) || !state.name_server)
		return -ENETUNREACH;
	fd = socket(SOCK_DGRAM, IPPROTO_UDP);
	connect(fd, state.name_server, DNS_PORT);
	receive_timeout(fd, 2000);
	for (int i = 0; i < DNS_TRIES; i++) {
		int count;

		*header = (struct dns_header){ swap16(id), swap16(0x0100), swap16(1), 0, 0, 0 };
		end = put_name(message + sizeof(*header), name);
		memcpy(end, (const uint8_t[]){ 0, TYPE_A, 0, CLASS_INTERNET }, 4);
		error = write(fd, message, (size_t)(end + 4 - message));
		if (error < 0)
			break;
		error = -ETIMEDOUT;
		count = read(fd, message, sizeof(message));
		if (count < (int)sizeof(*header) || header->id != swap16(id))
			continue;
		*address = swap16(header->flags) & 15 ? 0 : first_address(message, (size_t)count);
		error = *address ? 0 : -ENOENT;
		break;
	}
	close(fd);
	return error;
}

uint32_t resolve(const char *host)
{
	uint32_t address;
	int error;

	if (parse_address(host, &address))
		return address;
	error = ask_name_server(host, &address);
	if (error)
		fail(host, error);
	return address;
}
