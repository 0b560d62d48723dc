/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conet: Ethernet interfaces, the network part of the cooperative ABI (see abi.h).
 *
 * A DEVICE operation for CO_DEVICE_NETWORK with struct co_network_request at params[1] asks for the address of a
 * unit. A frame goes out as the data of a message to module CONET0 + unit: destination, source, type, payload,
 * without a checksum, padded to at least 60 bytes. Frames come in as messages for CO_DEVICE_NETWORK, the frame as
 * payload. If the type of such a message is STRING, its payload is "up" or "down": the state of the link has
 * changed.
 */
#ifndef COLINUX_NETWORK_H
#define COLINUX_NETWORK_H

#include <colinux/abi.h>

#define CO_NETWORK_UNITS	16
#define CO_NETWORK_FRAME_MIN	60
#define CO_NETWORK_FRAME_MAX	1514

enum co_network_type {
	CO_NETWORK_GET_MAC = 0,
};

#ifndef __ASSEMBLER__
struct co_network_request {
	uint32_t type;			/* enum co_network_type */
	uint32_t unit;
	uint8_t mac[6];
	uint8_t pad[2];
	uint32_t result;		/* 0, or 6 (ENXIO): there is no such unit */
} CO_PACKED;
#endif

#endif /* COLINUX_NETWORK_H */
