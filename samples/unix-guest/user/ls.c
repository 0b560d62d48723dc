// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ls [-l] [PATH...], sorted by name; and pwd, which finds the names of its directories by looking into their parents.
 */
#include "libc.h"

#define ENTRIES	2048

static char *names[ENTRIES];

static void show(const char *directory, const char *name, bool details)
{
	char path[PATH_MAX], target[PATH_MAX] = "", kind = '-';
	struct stat64 info;
	int length;

	join_path(path, directory, name);
	if (!details) {
		printf("%s\n", name);
		return;
	}
	if (lstat(path, &info) < 0)
		return;
	switch (info.st_mode & S_IFMT) {
	case S_IFDIR: kind = 'd'; break;
	case S_IFCHR: kind = 'c'; break;
	case S_IFBLK: kind = 'b'; break;
	case S_IFLNK: kind = 'l'; break;
	}
	if (kind == 'l' && (length = readlink(path, target, sizeof(target) - 1)) >= 0)
		target[length] = '\0';
	printf("%c%c%c%c %3u %10llu %6llu %s%s%s\n", kind, info.st_mode & 0400 ? 'r' : '-',
	       info.st_mode & 0200 ? 'w' : '-', info.st_mode & 0100 ? 'x' : '-', info.st_nlink, info.st_size,
	       info.st_ino, name, *target ? " -> " : "", target);
}

static void sort(int count)
{
	for (int i = 1; i < count; i++) {
		char *name = names[i];
		int at = i;

		for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
			names[at] = names[at - 1];
		names[at] = name;
	}
}

static int read_names(int fd)
{
	char data[2048];
	int size, count = 0;

	while ((size = getdents(fd, data, sizeof(data))) > 0)
		for (int at = 0; at < size;) {
			const struct dirent64 *entry = (void *)(data + at);

			if (entry->d_name[0] != '.' && count < ENTRIES) {
				names[count] = allocate(strlen(entry->d_name) + 1);
				strcopy(names[count++], entry->d_name, strlen(entry->d_name) + 1);
			}
			at += entry->d_reclen;
		}
	return size < 0 ? size : count;
}

static int list(const char *path, bool details)
{
	struct stat64 info;
	int error = lstat(path, &info), fd, count;

	if (error < 0) {
		print_error(path, error);
		return 1;
	}
	if (!S_ISDIR(info.st_mode)) {
		show("", path, details);
		return 0;
	}
	fd = open(path, O_RDONLY);
	count = fd < 0 ? fd : read_names(fd);
	close(fd);
	if (count < 0) {
		print_error(path, count);
		return 1;
	}
	sort(count);
	for (int i = 0; i < count; i++)
		show(path, names[i], details);
	return 0;
}

int ls_main(int argc, char **argv)
{
	bool details = argc > 1 && !strcmp(argv[1], "-l");
	int result = 0;

	if (argc == 1 + details)
		return list(".", details);
	for (int i = 1 + details; i < argc; i++)
		result |= list(argv[i], details);
	return result;
}

/* The name that `inode` has in the directory `path`. */
static bool find_name(const char *path, const struct stat64 *wanted, char *name, size_t size)
{
	char data[2048], inner[PATH_MAX];
	struct stat64 info;
	int fd = open(path, O_RDONLY), length;
	bool found = false;

	while (!found && (length = getdents(fd, data, sizeof(data))) > 0)
		for (int at = 0; at < length && !found;) {
			const struct dirent64 *entry = (void *)(data + at);

			join_path(inner, path, entry->d_name);
			found = strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && lstat(inner, &info) == 0 &&
				info.st_ino == wanted->st_ino && info.st_dev == wanted->st_dev;
			if (found)
				strcopy(name, entry->d_name, size);
			at += entry->d_reclen;
		}
	close(fd);
	return found;
}

int pwd_main(int argc, char **argv)
{
	char up[PATH_MAX] = ".", parent[PATH_MAX], result[PATH_MAX] = "", name[NAME_MAX + 1], longer[PATH_MAX];
	struct stat64 here, above;

	(void)argc, (void)argv;
	for (;;) {
		format(parent, sizeof(parent), "%s/..", up);
		if (stat(up, &here) < 0 || stat(parent, &above) < 0)
			fail(parent, -ENOENT);
		if (here.st_ino == above.st_ino && here.st_dev == above.st_dev)
			break;
		if (!find_name(parent, &here, name, sizeof(name)))
			fail(parent, -ENOENT);
		format(longer, sizeof(longer), "/%s%s", name, result);
		strcopy(result, longer, sizeof(result));
		strcopy(up, parent, sizeof(up));
	}
	printf("%s\n", *result ? result : "/");
	return 0;
}
