// SPDX-License-Identifier: GPL-2.0-or-later
/* ps, kill, mount, umount, sync, df, date, free, uptime, sleep, halt, reboot: what is done with the system. */
#include "libc.h"

static int show_file(const char *path)
{
	static char text[PAGE];
	int fd = open(path, O_RDONLY), count;

	if (fd < 0)
		fail(path, fd);
	while ((count = read(fd, text, sizeof(text))) > 0)
		write_all(1, text, (size_t)count);
	return count < 0;
}

int ps_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return show_file("/dev/processes");
}

int kill_main(int argc, char **argv)
{
	int result = 0, signal = SIGTERM, first = 1;

	if (argc > 1 && argv[1][0] == '-') {
		signal = (int)number(argv[1] + 1);
		first = 2;
	}
	if (argc <= first)
		usage("[-SIGNAL] PROCESS...");
	for (int i = first; i < argc; i++) {
		int error = kill((int)number(argv[i]), signal);

		if (error)
			print_error(argv[i], error);
		result |= error != 0;
	}
	return result;
}

/* mount /dev/cobd0 /mnt is ext2, mount cofs0 /mnt a folder of the user's machine. */
int mount_main(int argc, char **argv)
{
	bool read_only = argc > 1 && !strcmp(argv[1], "-r");
	const char *source, *path;
	int error;

	if (argc == 1)
		return show_file("/dev/mounts");
	if (argc != 3 + read_only)
		usage("[-r] /dev/cobdN|cofsN DIRECTORY");
	source = argv[1 + read_only];
	path = argv[2 + read_only];
	error = mount(source, path, strncmp(source, "cofs", 4) ? "ext2" : "cofs", read_only ? MS_RDONLY : 0);
	if (error)
		fail(source, error);
	return 0;
}

int umount_main(int argc, char **argv)
{
	int error;

	if (argc != 2)
		usage("DIRECTORY");
	error = umount(argv[1]);
	if (error)
		fail(argv[1], error);
	return 0;
}

int sync_main(int argc, char **argv)
{
	int error = sync();

	(void)argc, (void)argv;
	if (error)
		fail("disks", error);
	return 0;
}

int df_main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/";
	struct statfs64 info;
	int error = statfs(path, &info);

	if (error)
		fail(path, error);
	printf("%s: %llu blocks of %u bytes, %llu free; %llu files, %llu more possible\n", path, info.f_blocks,
	       info.f_bsize, info.f_bfree, info.f_files - info.f_ffree, info.f_ffree);
	return 0;
}

/* Days of the Gregorian calendar, UTC. */
int date_main(int argc, char **argv)
{
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint32_t now = time(), days = now / 86400, seconds = now % 86400, year = 1970, month = 0;

	(void)argc, (void)argv;
	for (;;) {
		bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		uint32_t length = month == 1 && leap ? 29 : lengths[month];

		if (days < length)
			break;
		days -= length;
		if (++month == 12) {
			month = 0;
			year++;
		}
	}
	printf("%u-%02u-%02u %02u:%02u:%02u UTC\n", year, month + 1, days + 1, seconds / 3600, seconds / 60 % 60,
	       seconds % 60);
	return 0;
}

int free_main(int argc, char **argv)
{
	struct sysinfo info;

	(void)argc, (void)argv;
	sysinfo(&info);
	printf("memory: %u KiB, free: %u KiB, processes: %u\n", info.totalram * (info.mem_unit / 1024),
	       info.freeram * (info.mem_unit / 1024), info.procs);
	return 0;
}

int uptime_main(int argc, char **argv)
{
	struct sysinfo info;

	(void)argc, (void)argv;
	sysinfo(&info);
	printf("up %u:%02u:%02u\n", info.uptime / 3600, info.uptime / 60 % 60, info.uptime % 60);
	return 0;
}

int sleep_main(int argc, char **argv)
{
	if (argc != 2)
		usage("SECONDS");
	sleep_ms(number(argv[1]) * 1000);
	return 0;
}

/* init does it (user/init.c); this process will be ended with all others. */
static int ask_init(const char *what)
{
	int fd = open("/dev/power", O_WRONLY);

	if (fd < 0)
		fail("/dev/power", fd);
	write(fd, what, 1);
	sleep_ms(60000);
	return 1;
}

int halt_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return ask_init("p");
}

int reboot_main(int argc, char **argv)
{
	(void)argc, (void)argv;
	return ask_init("r");
}
