// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of the guest. A request from outside (Ctrl-Alt-Del, shutdown) is for init, which waits for it by reading
 * /dev/power, ends all processes, unmounts, and comes back by reboot(). "Off" is not a request.
 */
#include "kernel.h"
#include "../fs/fs.h"

static char request;			/* the first letter of what init shall do, or 0 */

void power_event(const void *data, uint32_t size)
{
	const struct co_power_event *event = data;

	if (size < sizeof(*event))
		return;
	if (event->type == CO_POWER_OFF)
		terminate(CO_TERMINATE_POWEROFF, 0, 0, "");
	request = event->type == CO_POWER_CTRL_ALT_DEL ? 'r' : 'p';
	wake_up(&request);
}

static int read(struct file *file, void *buffer, uint32_t length)
{
	(void)file;
	if (!length)
		return 0;
	while (!request) {
		int error = sleep_on(&request, "power");

		if (error)
			return error;
	}
	*(char *)buffer = request;
	request = 0;
	return 1;
}

/* Writing asks for the same from inside: `halt` and `reboot` do so. */
static int write(struct file *file, const void *buffer, uint32_t length)
{
	(void)file;
	if (length) {
		request = *(const char *)buffer;
		wake_up(&request);
	}
	return (int)length;
}

const struct file_ops power_ops = { .read = read, .write = write };

int power_reboot(uint32_t command)
{
	if (command == REBOOT_RESTART)
		terminate(CO_TERMINATE_REBOOT, 0, 0, "");
	if (command == REBOOT_POWEROFF)
		terminate(CO_TERMINATE_POWEROFF, 0, 0, "");
	if (command == REBOOT_HALT)
		terminate(CO_TERMINATE_HALT, 0, 0, "");
	return -EINVAL;
}
