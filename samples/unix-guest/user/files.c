// SPDX-License-Identifier: GPL-2.0-or-later
/* cat, cp, mv, rm, mkdir, rmdir, ln, truncate: what is done with files. */
#include "libc.h"

/* Copies to the end; `from` and `to` are for messages. */
static int copy(int in, const char *from, int out, const char *to)
{
	int count;

	while ((count = read(in, buffer, sizeof(buffer))) > 0) {
		int error = write_all(out, buffer, (size_t)count);

		if (error < 0) {
			print_error(to, error);
			return 1;
		}
	}
	if (count < 0)
		print_error(from, count);
	return count < 0;
}

int cat_main(int argc, char **argv)
{
	int result = 0;

	if (argc == 1)
		return copy(0, "input", 1, "output");
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);

		if (fd < 0) {
			print_error(argv[i], fd);
			result = 1;
			continue;
		}
		result |= copy(fd, argv[i], 1, "output");
		close(fd);
	}
	return result;
}

static bool is_directory(const char *path)
{
	struct stat64 info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Where a file goes: into a directory it keeps its name. */
static void target_path(char path[PATH_MAX], const char *from, const char *to)
{
	const char *name = from;

	strcopy(path, to, PATH_MAX);
	if (!is_directory(to))
		return;
	for (const char *c = from; *c; c++)
		if (*c == '/' && c[1])
			name = c + 1;
	join_path(path, to, name);
}

static int copy_file(const char *from, const char *to)
{
	char path[PATH_MAX];
	int in = open(from, O_RDONLY), out, result;

	target_path(path, from, to);
	if (in < 0) {
		print_error(from, in);
		return 1;
	}
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC);
	if (out < 0) {
		print_error(path, out);
		close(in);
		return 1;
	}
	result = copy(in, from, out, path);
	close(in);
	close(out);
	return result;
}

int cp_main(int argc, char **argv)
{
	int result = 0;

	if (argc < 3 || (argc > 3 && !is_directory(argv[argc - 1])))
		usage("FILE... FILE-OR-DIRECTORY");
	for (int i = 1; i < argc - 1; i++)
		result |= copy_file(argv[i], argv[argc - 1]);
	return result;
}

int mv_main(int argc, char **argv)
{
	int result = 0;

	if (argc < 3 || (argc > 3 && !is_directory(argv[argc - 1])))
		usage("FILE... FILE-OR-DIRECTORY");
	for (int i = 1; i < argc - 1; i++) {
		char path[PATH_MAX];
		int error;

		target_path(path, argv[i], argv[argc - 1]);
		error = rename(argv[i], path);
		if (error == -EXDEV && !is_directory(argv[i]) && !copy_file(argv[i], path))
			error = unlink(argv[i]);
		if (error < 0) {
			print_error(argv[i], error);
			result = 1;
		}
	}
	return result;
}

static int remove(const char *path, bool all);

/* The directory is read anew after each removal, which moves what is behind. */
static int empty_directory(const char *path)
{
	int result = 0;

	while (!result) {
		union { struct dirent64 entry; char bytes[512]; } data;
		char inner[PATH_MAX];
		bool any = false;
		int fd = open(path, O_RDONLY), count;

		while (!any && (count = getdents(fd, &data, sizeof(data))) > 0)
			for (int at = 0; at < count && !any;) {
				const struct dirent64 *entry = (void *)(data.bytes + at);

				any = strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
				if (any)
					join_path(inner, path, entry->d_name);
				at += entry->d_reclen;
			}
		close(fd);
		if (!any)
			break;
		result = remove(inner, true);
	}
	return result;
}

static int remove(const char *path, bool all)
{
	struct stat64 info;
	int error = lstat(path, &info);

	if (!error && S_ISDIR(info.st_mode) && all) {
		if (empty_directory(path))
			return 1;
		error = rmdir(path);
	} else if (!error) {
		error = unlink(path);
	}
	if (error)
		print_error(path, error);
	return error != 0;
}

int rm_main(int argc, char **argv)
{
	bool all = argc > 1 && !strcmp(argv[1], "-r");
	int result = 0;

	if (argc < 2 + all)
		usage("[-r] FILE...");
	for (int i = 1 + all; i < argc; i++)
		result |= remove(argv[i], all);
	return result;
}

static int for_each(int argc, char **argv, int (*call)(const char *path))
{
	int result = 0;

	if (argc < 2)
		usage("DIRECTORY...");
	for (int i = 1; i < argc; i++) {
		int error = call(argv[i]);

		if (error)
			print_error(argv[i], error);
		result |= error != 0;
	}
	return result;
}

int mkdir_main(int argc, char **argv)
{
	return for_each(argc, argv, mkdir);
}

int rmdir_main(int argc, char **argv)
{
	return for_each(argc, argv, rmdir);
}

int ln_main(int argc, char **argv)
{
	bool symbolic = argc > 1 && !strcmp(argv[1], "-s");
	int error;

	if (argc != 3 + symbolic)
		usage("[-s] FILE NEW-NAME");
	error = symbolic ? symlink(argv[2], argv[3]) : link(argv[1], argv[2]);
	if (error)
		fail(argv[argc - 1], error);
	return 0;
}

int truncate_main(int argc, char **argv)
{
	int fd, error;

	if (argc != 3)
		usage("SIZE FILE");
	fd = open(argv[2], O_WRONLY | O_CREAT);
	error = fd < 0 ? fd : ftruncate(fd, number(argv[1]));
	if (error)
		fail(argv[2], error);
	return 0;
}
