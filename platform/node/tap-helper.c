// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a TAP interface of Linux, which takes an ioctl that Node cannot make, and copies its frames: each frame on
 * stdout and stdin stands behind its length, 32 bits, big-endian, as QEMU frames them. Ends when stdin does.
 *
 * The interface exists as long as this program, unless it was made before with `ip tuntap add dev NAME mode tap user
 * USER`; then no privileges are needed. Source: Documentation/networking/tuntap.rst of Linux.
 *
 *	cc -O2 -o tap-helper tap-helper.c
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MAX_FRAME (4096 + 65536)

static int fail(const char *what, const char *name)
{
	fprintf(stderr, "tap-helper: %s %s: %s\n", what, name, strerror(errno));
	return 1;
}

/* Reads exactly @size bytes. Returns 0 at the end of the stream or on an error. */
static int read_all(int fd, unsigned char *bytes, size_t size)
{
	while (size) {
		ssize_t count = read(fd, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return 0;
		bytes += count;
		size -= count;
	}
	return 1;
}

static int write_all(int fd, const unsigned char *bytes, size_t size)
{
	while (size) {
		ssize_t count = write(fd, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return 0;
		bytes += count;
		size -= count;
	}
	return 1;
}

static int open_tap(const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (tap < 0)
		return -1;
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(tap, TUNSETIFF, &request) < 0)
		return -1;
	return tap;
}

/* One frame from the kernel to stdout. */
static int from_tap(int tap)
{
	static unsigned char bytes[4 + MAX_FRAME];
	ssize_t size = read(tap, bytes + 4, MAX_FRAME);
	uint32_t length = htonl(size);

	if (size < 0)
		return errno == EINTR || errno == EAGAIN;
	memcpy(bytes, &length, 4);
	return write_all(STDOUT_FILENO, bytes, 4 + size);
}

/* One frame from stdin to the kernel, which drops it when the interface is down. */
static int to_tap(int tap)
{
	static unsigned char bytes[MAX_FRAME];
	uint32_t length;

	if (!read_all(STDIN_FILENO, (unsigned char *)&length, 4))
		return 0;
	length = ntohl(length);
	if (!length || length > MAX_FRAME || !read_all(STDIN_FILENO, bytes, length))
		return 0;
	return write(tap, bytes, length) >= 0 || errno == EIO || errno == EINVAL || errno == EINTR;
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };

	if (argc != 2 || !*argv[1] || strlen(argv[1]) >= IFNAMSIZ) {
		fprintf(stderr, "usage: tap-helper INTERFACE (at most %d characters)\n", IFNAMSIZ - 1);
		return 2;
	}
	fds[1].fd = open_tap(argv[1]);
	if (fds[1].fd < 0)
		return fail("cannot open the TAP interface", argv[1]);
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return fail("cannot wait for frames of", argv[1]);
		if (fds[0].revents && !to_tap(fds[1].fd))
			return 0;
		if (fds[1].revents && !from_tap(fds[1].fd))
			return 0;
	}
}
