// SPDX-License-Identifier: GPL-2.0-or-later
/* coserial, on unit 0: what is sent comes back in capitals (colinux/serial.h). */
#include <colinux/serial.h>
#include "tests.h"

#define BYTES		20000
#define TIMEOUT_MS	10000

static char text[BYTES], back[BYTES + CO_SERIAL_MAX];
static uint32_t received;

static void on_bytes(const struct co_message *header, const struct co_linux_message *message)
{
	if (header->from != CO_MODULE_SERIAL0 || message->unit || message->size > CO_SERIAL_MAX)
		terminate(CO_TERMINATE_PANIC, header->from, 0, "bytes of no line of ours");
	if (received + message->size <= sizeof(back))
		memcpy(back + received, message + 1, message->size);
	received += message->size;
}

static bool all_received(void)
{
	return received >= BYTES;
}

void test_serial(void)
{
	uint32_t different = 0;

	on_message(CO_DEVICE_SERIAL, on_bytes);
	for (uint32_t i = 0; i < BYTES; i++)
		text[i] = (char)('a' + pattern(4, i) % 26);
	for (uint32_t at = 0, size = 1; at < BYTES; at += size, size = size * 3 % CO_SERIAL_MAX + 1) {
		if (size > BYTES - at)
			size = BYTES - at;
		host_send(CO_MODULE_SERIAL0, CO_MESSAGE_TYPE_OTHER, text + at, size);
		host_idle();
	}
	wait_until(all_received, TIMEOUT_MS);
	for (uint32_t i = 0; i < BYTES; i++)
		different += back[i] != text[i] - 'a' + 'A';
	print("serial: %u bytes sent, %u came back, %u of them are different", BYTES, received, different);
	host_send(CO_MODULE_SERIAL0, CO_MESSAGE_TYPE_OTHER, "bye", 3);
}
