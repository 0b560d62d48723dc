// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ping, nslookup, tcp, serve, get, put, udpecho: what is done with the network.
 *
 *	get HOST PORT [FILE]	what the other side sends until its end, with a checksum; into a file if one is named
 *	put HOST PORT FILE	a file to the other side, then whatever it answers
 *	serve PORT		one caller: its input is our output, and back
 */
#include "libc.h"

static unsigned uptime(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.uptime;
}

static void must(const char *what, int result)
{
	if (result < 0)
		fail(what, result);
}

static int call(const char *host, const char *port)
{
	int fd = socket(SOCK_STREAM, IPPROTO_TCP);

	must("socket", fd);
	must(host, connect(fd, resolve(host), (uint16_t)number(port)));
	return fd;
}

struct echo {
	uint8_t type, code;
	uint16_t checksum, id, sequence;
	char data[56];
};

int ping_main(int argc, char **argv)
{
	unsigned count = argc > 2 ? number(argv[2]) : 3, answered = 0;
	int fd = socket(SOCK_DGRAM, IPPROTO_ICMP);
	uint32_t address, from;
	uint16_t port;

	if (argc < 2)
		usage("HOST [COUNT]");
	address = resolve(argv[1]);
	receive_timeout(fd, 1000);
	for (unsigned i = 0; i < count; i++) {
		struct echo echo = { .type = 8, .sequence = swap16((uint16_t)i) };
		int size;

		memset(echo.data, (int)i, sizeof(echo.data));
		must(argv[1], sendto(fd, &echo, sizeof(echo), address, 0));
		do
			size = recvfrom(fd, &echo, sizeof(echo), &from, &port);
		while (size > 0 && echo.sequence != swap16((uint16_t)i));
		if (size <= 0)
			continue;
		answered++;
		printf("%d bytes from ", size);
		print_address(from);
		printf(", sequence %u\n", i);
	}
	printf("%u sent, %u answered\n", count, answered);
	return answered == 0;
}

int nslookup_main(int argc, char **argv)
{
	uint32_t address;

	if (argc != 2)
		usage("NAME");
	must(argv[1], ask_name_server(argv[1], &address));
	print_address(address);
	printf("\n");
	return 0;
}

/* Both directions at once take two processes: the child sends. */
static int exchange(int fd)
{
	int pid = fork(), count;

	if (pid == 0) {
		while ((count = read(0, buffer, sizeof(buffer))) > 0)
			if (write_all(fd, buffer, (size_t)count) < 0)
				exit(1);
		shutdown(fd, SHUT_WR);
		exit(0);
	}
	while ((count = read(fd, buffer, sizeof(buffer))) > 0)
		write_all(1, buffer, (size_t)count);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	must("connection", count);
	return 0;
}

int tcp_main(int argc, char **argv)
{
	if (argc != 3)
		usage("HOST PORT");
	return exchange(call(argv[1], argv[2]));
}

int serve_main(int argc, char **argv)
{
	int listener = socket(SOCK_STREAM, IPPROTO_TCP), fd;

	if (argc != 2)
		usage("PORT");
	must(argv[1], bind(listener, (uint16_t)number(argv[1])));
	must(argv[1], listen(listener));
	fd = accept(listener);
	must(argv[1], fd);
	close(listener);
	return exchange(fd);
}

int get_main(int argc, char **argv)
{
	uint64_t bytes = 0;
	uint32_t crc = 0;
	unsigned begin;
	int fd, out = -1, count;

	if (argc < 3)
		usage("HOST PORT [FILE]");
	fd = call(argv[1], argv[2]);
	if (argc > 3)
		must(argv[3], out = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC));
	begin = uptime();
	while ((count = read(fd, buffer, sizeof(buffer))) > 0) {
		crc = crc32(crc, buffer, (size_t)count);
		bytes += (unsigned)count;
		if (out >= 0)
			must(argv[3], write_all(out, buffer, (size_t)count));
	}
	must("connection", count);
	printf("%08x %llu bytes in %u s\n", crc, bytes, uptime() - begin);
	return 0;
}

int put_main(int argc, char **argv)
{
	int fd, in, count;

	if (argc != 4)
		usage("HOST PORT FILE");
	must(argv[3], in = open(argv[3], O_RDONLY));
	fd = call(argv[1], argv[2]);
	while ((count = read(in, buffer, sizeof(buffer))) > 0)
		must("connection", write_all(fd, buffer, (size_t)count));
	must(argv[3], count);
	must("connection", shutdown(fd, SHUT_WR));
	while ((count = read(fd, buffer, sizeof(buffer))) > 0)
		write_all(1, buffer, (size_t)count);
	must("connection", count);
	return 0;
}

/* Answers each datagram with itself; one of no bytes ends it. */
int udpecho_main(int argc, char **argv)
{
	int fd = socket(SOCK_DGRAM, IPPROTO_UDP), count;
	uint32_t address;
	uint16_t port;

	if (argc != 2)
		usage("PORT");
	must(argv[1], bind(fd, (uint16_t)number(argv[1])));
	while ((count = recvfrom(fd, buffer, sizeof(buffer), &address, &port)) > 0)
		must("answer", sendto(fd, buffer, (size_t)count, address, port));
	return count < 0;
}
