// SPDX-License-Identifier: GPL-2.0-or-later
/* The C library: output, errors, memory, lines. */
#include "libc.h"

const char *program_name = "";
char buffer[0x8000];

void exit(int code)
{
	system_call(SYS_EXIT, code);
	__builtin_unreachable();
}

int printf(const char *text, ...)
{
	char line[1200];
	va_list arguments;
	size_t length;

	va_start(arguments, text);
	length = format_list(line, sizeof(line), text, arguments);
	va_end(arguments);
	return write_all(1, line, length);
}

static const struct { int number; const char *text; } errors[] = {
	{ EPERM, "not permitted" }, { ENOENT, "no such file or directory" }, { ESRCH, "no such process" },
	{ EINTR, "interrupted" }, { EIO, "input/output error" }, { ENXIO, "no such device" },
	{ E2BIG, "too many arguments" }, { ENOEXEC, "not a program" }, { EBADF, "not open for this" },
	{ ECHILD, "no child" }, { EAGAIN, "nothing came in time" }, { ENOMEM, "out of memory" },
	{ EACCES, "no permission" }, { EFAULT, "bad address" }, { EBUSY, "busy" }, { EEXIST, "exists already" },
	{ EXDEV, "on another file system" }, { ENODEV, "no such kind of file system" }, { ENOTDIR, "not a directory" },
	{ EISDIR, "is a directory" }, { EINVAL, "makes no sense" }, { ENFILE, "too many in use" },
	{ EMFILE, "too many open files" }, { EFBIG, "too large" }, { ENOSPC, "no room left" },
	{ ESPIPE, "cannot seek" },
	{ EROFS, "read-only" }, { EMLINK, "too many links" }, { EPIPE, "nobody reads" },
	{ ENAMETOOLONG, "name too long" }, { ENOSYS, "no such system call" }, { ENOTEMPTY, "directory not empty" },
	{ ELOOP, "too many symbolic links" }, { ENETUNREACH, "network is not configured: run dhcp" },
	{ ECONNRESET, "connection was reset" }, { ETIMEDOUT, "no answer" }, { ECONNREFUSED, "connection refused" },
	{ EHOSTUNREACH, "host cannot be reached" }, { EADDRINUSE, "port is in use" }, { ENOTCONN, "not connected" },
	{ EMSGSIZE, "message too long" },
};

/* `error` is negative, as system calls return it. */
void print_error(const char *what, int error)
{
	char line[600];
	const char *text = "unknown error";
	size_t length;

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (errors[i].number == -error)
			text = errors[i].text;
	length = format(line, sizeof(line), "%s: %s: %s\n", program_name, what, text);
	write_all(2, line, length);
}

void fail(const char *what, int error)
{
	print_error(what, error);
	exit(1);
}

void usage(const char *text)
{
	char line[200];

	write_all(2, line, format(line, sizeof(line), "usage: %s %s\n", program_name, text));
	exit(2);
}

/* Memory that lives as long as the program. */
void *allocate(size_t size)
{
	uint32_t begin = (uint32_t)system_call(SYS_BRK, 0), end = begin + (size + 15) / 16 * 16;

	if ((uint32_t)system_call(SYS_BRK, end) != end)
		fail("memory", -ENOMEM);
	return (void *)begin;
}

unsigned number(const char *text)
{
	unsigned value = 0;

	for (const char *digit = text; *digit || digit == text; digit++) {
		if (*digit < '0' || *digit > '9' || value > 400000000)
			fail(text, -EINVAL);
		value = value * 10 + (unsigned)(*digit - '0');
	}
	return value;
}

int write_all(int fd, const void *data, size_t length)
{
	for (size_t done = 0; done < length;) {
		int count = write(fd, (const char *)data + done, length - done);

		if (count < 0)
			return count;
		done += (size_t)count;
	}
	return (int)length;
}

/* Reads byte by byte, for what is behind the line belongs to whom reads next. */
int read_line(int fd, char *line, size_t size)
{
	size_t length = 0;
	char c;
	int count;

	while ((count = read(fd, &c, 1)) == 1 && c != '\n')
		if (length + 1 < size)
			line[length++] = c;
	line[length] = '\0';
	return count == 1 || length ? (int)length : -1;
}

void join_path(char path[PATH_MAX], const char *directory, const char *name)
{
	size_t length = strlen(directory);

	format(path, PATH_MAX, "%s%s%s", directory, length && directory[length - 1] == '/' ? "" : "/", name);
}

void sleep_ms(unsigned milliseconds)
{
	struct timespec time = { milliseconds / 1000, milliseconds % 1000 * 1000000 };

	system_call(SYS_NANOSLEEP, &time, 0);
}
