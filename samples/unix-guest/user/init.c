// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first process. It makes the file systems ready, runs /etc/rc, then what the kernel's command line says, then a
 * shell again and again; and it ends everything in order when asked to (/dev/power: Ctrl-Alt-Del, shutdown, `halt`).
 *
 * Words of the command line:
 *	root=/dev/cobd0		an ext2 disk as root; `ro` for reading only
 *	run=ls+/;sum+/big	commands before the first shell; "+" stands for a blank
 *	init=/bin/other		another program in place of the shell
 */
#include "libc.h"

static char command_line[512];

/* The value of a word ("name=" or, without one, "name"), or NULL. */
static char *word(const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	for (const char *at = command_line; *at; at++) {
		const char *end = at;

		while (*end && *end != ' ' && *end != '\n')
			end++;
		if (!strncmp(at, name, length) && (name[length - 1] == '=' || at + length == end)) {
			size_t room = (size_t)(end - at) - length + 1;

			strcopy(value, at + length, room < size ? room : size);
			return value;
		}
		if (!*end)
			break;
		at = end;
	}
	return NULL;
}

static void must(const char *what, int result)
{
	if (result < 0)
		print_error(what, result);
}

/* A disk as root needs places for devices and programs; it may have programs of its own. */
static void mount_disk(const char *disk, bool read_only)
{
	struct stat64 shell;

	must(disk, mount(disk, "/", "ext2", read_only ? MS_RDONLY : 0));
	must("/", chdir("/"));
	if (stat("/dev", &shell) < 0)
		mkdir("/dev");
	must("/dev", mount("dev", "/dev", "dev", 0));
	if (stat("/bin/sh", &shell) == 0)
		return;
	mkdir("/bin");
	must("/bin", mount("image", "/bin", "programs", MS_RDONLY));
}

static void open_console(void)
{
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	open("/dev/console", O_RDWR);
	dup2(0, 1);
	dup2(0, 2);
}

static int start(char *const argv[])
{
	static char *const environment[] = { "PATH=/bin", NULL };
	int pid = fork();

	if (pid)
		return pid;
	signal(SIGINT, SIG_DFL);
	fail(argv[0], execve(argv[0], argv, environment));
}

static void wait_for(int pid)
{
	int ended;

	do
		ended = waitpid(-1, NULL, 0);
	while (ended != pid && ended != -ECHILD);
}

static void shell(const char *option, const char *argument)
{
	char *argv[] = { "/bin/sh", (char *)option, (char *)argument, NULL };

	wait_for(start(argv));
}

/* The commands before the first shell, as a process of its own: what init itself waits for is power. */
static void session(void)
{
	char run[256], program[64] = "/bin/sh";
	struct stat64 rc;

	if (stat("/etc/rc", &rc) == 0)
		shell("/etc/rc", NULL);
	if (word("run=", run, sizeof(run))) {
		for (char *c = run; *c; c++)
			if (*c == '+')
				*c = ' ';
		shell("-c", run);
	}
	word("init=", program, sizeof(program));
	for (;;) {
		char *argv[] = { program, NULL };

		printf("\n%s: Ctrl-D ends it and begins a new one, `halt` ends all\n", program);
		wait_for(start(argv));
		sleep_ms(1000);
	}
}

/* Mount points in the opposite order in which they were mounted. */
static void unmount_all(void)
{
	static char text[PAGE];
	int fd = open("/dev/mounts", O_RDONLY), length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	for (fd = 0; fd < 16; fd++)
		close(fd);
	for (int at = length - 1; at >= 0; at--) {
		char path[PATH_MAX], *from, *end;

		if (at > 0 && text[at - 1] != '\n')
			continue;
		from = strchr(text + at, ' ') + 4;
		end = strchr(from, ' ');
		strcopy(path, from, (size_t)(end - from) + 1);
		if (strcmp(path, "/dev") != 0)
			umount(path);
	}
	umount("/dev");
	umount("/");
}

static void end_all(char how)
{
	printf("init: ending all processes\n");
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	sync();
	printf("init: goodbye\n");
	unmount_all();
	reboot(how == 'r' ? REBOOT_RESTART : how == 'h' ? (int)REBOOT_HALT : REBOOT_POWEROFF);
}

int init_main(int argc, char **argv)
{
	char root[64], flag[4], how = 0;
	int fd;

	(void)argc, (void)argv;
	must("/dev", mount("dev", "/dev", "dev", 0));
	open_console();
	signal(SIGINT, SIG_IGN);
	fd = open("/dev/cmdline", O_RDONLY);
	read(fd, command_line, sizeof(command_line) - 1);
	close(fd);
	if (word("root=", root, sizeof(root)))
		mount_disk(root, word("ro", flag, sizeof(flag)) != NULL);
	open_console();
	if (fork() == 0)
		session();
	fd = open("/dev/power", O_RDONLY);
	while (read(fd, &how, 1) != 1)
		;
	end_all(how);
	return 0;
}
