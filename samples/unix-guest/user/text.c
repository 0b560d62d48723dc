// SPDX-License-Identifier: GPL-2.0-or-later
/* echo, head, wc, sum, dd: what is done with bytes. */
#include "libc.h"

int echo_main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		printf("%s%s", argv[i], i < argc - 1 ? " " : "");
	printf("\n");
	return 0;
}

/* The file of the argument, or the input. */
static int open_argument(int argc, char **argv, int index)
{
	int fd = argc > index ? open(argv[index], O_RDONLY) : 0;

	if (fd < 0)
		fail(argv[index], fd);
	return fd;
}

int head_main(int argc, char **argv)
{
	bool counted = argc > 2 && !strcmp(argv[1], "-n");
	unsigned lines = counted ? number(argv[2]) : 10;
	int fd = open_argument(argc, argv, counted ? 3 : 1), length;

	while (lines && (length = read_line(fd, buffer, sizeof(buffer))) >= 0) {
		buffer[length] = '\n';
		write_all(1, buffer, (size_t)length + 1);
		lines--;
	}
	return 0;
}

int wc_main(int argc, char **argv)
{
	int fd = open_argument(argc, argv, 1), count;
	unsigned lines = 0, words = 0;
	uint64_t bytes = 0;
	bool inside = false;

	while ((count = read(fd, buffer, sizeof(buffer))) > 0) {
		bytes += (unsigned)count;
		for (int i = 0; i < count; i++) {
			bool blank = strchr(" \t\n\r", buffer[i]) != NULL && buffer[i];

			lines += buffer[i] == '\n';
			words += !blank && !inside;
			inside = !blank;
		}
	}
	if (count < 0)
		fail("input", count);
	printf("%u %u %llu\n", lines, words, bytes);
	return 0;
}

/* CRC-32 and length, as gzip and zip have them. */
int sum_main(int argc, char **argv)
{
	int index = 1;

	do {
		int fd = open_argument(argc, argv, index), count;
		uint32_t crc = 0;
		uint64_t bytes = 0;

		while ((count = read(fd, buffer, sizeof(buffer))) > 0) {
			crc = crc32(crc, buffer, (size_t)count);
			bytes += (unsigned)count;
		}
		if (count < 0)
			fail(argc > 1 ? argv[index] : "input", count);
		printf("%08x %llu %s\n", crc, bytes, argc > 1 ? argv[index] : "-");
		close(fd);
	} while (++index < argc);
	return 0;
}

/* The number behind NAME= among the arguments, or what is usual. */
static unsigned option(int argc, char **argv, const char *name, unsigned usual)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(name)))
			return number(argv[i] + strlen(name));
	return usual;
}

static const char *word(int argc, char **argv, const char *name)
{
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], name, strlen(name)))
			return argv[i] + strlen(name);
	return NULL;
}

int dd_main(int argc, char **argv)
{
	unsigned size = option(argc, argv, "bs=", 512), count = option(argc, argv, "count=", 0);
	unsigned skip = option(argc, argv, "skip=", 0), at = option(argc, argv, "seek=", 0), done = 0;
	const char *from = word(argc, argv, "if="), *to = word(argc, argv, "of=");
	int in = from ? open(from, O_RDONLY) : 0, out = to ? open(to, O_WRONLY | O_CREAT) : 1, length = 0;
	uint64_t bytes = 0;

	if (size == 0 || size > sizeof(buffer))
		usage("[if=FILE] [of=FILE] [bs=BYTES up to 32768] [count=BLOCKS] [skip=BLOCKS] [seek=BLOCKS]");
	if (in < 0)
		fail(from, in);
	if (out < 0)
		fail(to, out);
	if (skip)
		seek(in, (uint64_t)skip * size, SEEK_SET);
	if (at)
		seek(out, (uint64_t)at * size, SEEK_SET);
	while ((!count || done < count) && (length = read(in, buffer, size)) > 0) {
		int written = write_all(out, buffer, (size_t)length);

		if (written < 0)
			fail(to ? to : "output", written);
		bytes += (unsigned)length;
		done++;
	}
	if (length < 0)
		fail(from ? from : "input", length);
	if (to)
		printf("%llu bytes\n", bytes);
	return 0;
}
