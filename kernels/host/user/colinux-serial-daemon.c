// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * colinux-serial-daemon: the back-end of one serial line, as coLinux had it. It attaches to the module of the line
 * and carries bytes between the guest and a serial port of the machine, until the monitor is gone. Its argument
 * names all three: monitor << 16 | unit << 8 | port.
 */
#include "runtime.h"
#include <colinux/serial.h>

static uint32_t monitor, unit;
static int driver, port;

static void open_both(uint32_t number)
{
	struct co_attach request = { .monitor = monitor, .count = 1, .modules = { CO_MODULE_SERIAL0 + unit } };
	char name[16];

	format(name, sizeof(name), "port%u", number);
	driver = open("colinux");
	port = open(name);
	if (port < 0 || ioctl(driver, CO_MANAGER_ATTACH, &request) < 0) {
		print("ttys%u of guest%u has no line: %s cannot be opened (error %d)", unit, monitor, name, -port);
		exit(0);
	}
}

/* From the guest; false: there is none any more. */
static bool send(void)
{
	static uint8_t buffer[4 * CO_ATTACH_MESSAGE_MAX] __attribute__((aligned(4)));
	int size = read(driver, buffer, sizeof(buffer));

	for (int at = 0; at < size;) {
		const struct co_message *message = (const void *)&buffer[at];

		if (message->size <= CO_SERIAL_MAX)
			write(port, message + 1, message->size);
		at += (int)(sizeof(*message) + message->size);
	}
	return size > 0;
}

static void receive(void)
{
	static struct {
		struct co_message header;
		struct co_linux_message message;
		uint8_t bytes[CO_SERIAL_MAX];
	} CO_PACKED record;
	int size = read(port, record.bytes, sizeof(record.bytes));

	if (size <= 0)
		return;
	record.message = (struct co_linux_message){ CO_DEVICE_SERIAL, unit, (uint32_t)size };
	record.header = (struct co_message){ CO_MODULE_SERIAL0 + unit, CO_MODULE_LINUX, CO_PRIORITY_IMPORTANT,
					     CO_MESSAGE_TYPE_OTHER, sizeof(record.message) + (uint32_t)size };
	write(driver, &record, sizeof(record.header) + record.header.size);
}

int main(uint32_t argument)
{
	monitor = argument >> 16;
	unit = argument >> 8 & 0xff;
	open_both(argument & 0xff);
	for (;;) {
		int ready = poll(1u << driver | 1u << port);

		if (ready & 1 << driver && !send())
			return 0;
		if (ready & 1 << port)
			receive();
	}
}
