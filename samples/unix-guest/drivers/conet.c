// SPDX-License-Identifier: GPL-2.0-or-later
/* conet: frames out and in. This kernel uses one unit, 0. */
#include "drivers.h"
#include <colinux/network.h>
#include "../net/net.h"

bool conet_address(uint32_t unit, uint8_t mac[6])
{
	struct co_network_request *request = cooperative_request();

	*request = (struct co_network_request){ .type = CO_NETWORK_GET_MAC, .unit = unit };
	if (cooperative_device(CO_DEVICE_NETWORK) == CO_UNSUPPORTED || request->result)
		return false;
	memcpy(mac, request->mac, sizeof(request->mac));
	return true;
}

/* A frame without its checksum; short ones are padded with zeroes. */
void conet_send(uint32_t unit, const void *frame, uint32_t size)
{
	uint8_t padded[CO_NETWORK_FRAME_MIN] = { 0 };

	if (size < sizeof(padded)) {
		memcpy(padded, frame, size);
		frame = padded;
		size = sizeof(padded);
	}
	cooperative_send(CO_MODULE_CONET0 + unit, CO_MESSAGE_TYPE_OTHER, frame, size);
}

/* "up" and "down" need no answer: who waits for a packet sends it again anyway. */
void conet_receive(uint32_t unit, enum co_message_type type, const void *data, uint32_t size)
{
	if (unit == 0 && type != CO_MESSAGE_TYPE_STRING && size <= CO_NETWORK_FRAME_MAX)
		ethernet_receive(data, size);
}
