// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ifconfig: an address without a server that gives it (dhcp), as on a cable between two machines. It writes the settings to
 * /dev/eth0, which also shows them. Without a gateway only the own network is reached.
 */
#include "libc.h"

int ifconfig_main(int argc, char **argv)
{
	const char *gateway = argc > 2 ? argv[2] : "0.0.0.0", *name_server = argc > 3 ? argv[3] : "0.0.0.0";
	char line[80];
	size_t length;
	int fd, error;

	if (argc < 2 || argc > 4)
		usage("ADDRESS/PREFIX-LENGTH [GATEWAY [NAME-SERVER]]");
	length = format(line, sizeof(line), "%s %s %s", argv[1], gateway, name_server);
	fd = open("/dev/eth0", O_WRONLY);
	if (fd < 0)
		fail("/dev/eth0", fd);
	error = write(fd, line, length);
	if (error < 0)
		fail(line, error);
	return 0;
}
