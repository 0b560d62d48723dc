// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock: with each tick of the host it writes the status line, how long the host has run, the time of day, and what
 * the guests are doing. It needs next to no time, so it is served at once whatever they compute.
 */
#include "runtime.h"

#define SECONDS_PER_DAY	86400

static int driver, status;

static unsigned count(const struct co_monitor_list *list, enum co_monitor_state state)
{
	unsigned found = 0;

	for (unsigned i = 0; i < list->count; i++)
		found += list->monitors[i].state == state;
	return found;
}

static void show(void)
{
	uint32_t now = ticks(), day = unix_time() % SECONDS_PER_DAY;
	struct co_monitor_list list;
	char line[81];
	size_t length;

	ioctl(driver, CO_MANAGER_MONITOR_LIST, &list);
	length = format(line, sizeof(line),
			" Cooperative Linux   up %u.%02u s   %02u:%02u:%02u UTC   guests: %u, %u running",
			now / 100, now % 100, day / 3600, day / 60 % 60, day % 60, list.count,
			count(&list, CO_MONITOR_STATE_RUNNING));
	write(status, line, length);
}

int main(uint32_t argument)
{
	(void)argument;
	driver = open("colinux");
	status = open("status");
	for (;;) {
		show();
		sleep_ms(MS_PER_TICK);
	}
}
