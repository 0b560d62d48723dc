/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coserial: serial lines, the third kind of terminal of the cooperative ABI (see abi.h). Bytes go out as the data
 * of a message to module SERIAL0 + unit and come in as the payload of messages for CO_DEVICE_SERIAL. There are no
 * modem lines and no speeds.
 */
#ifndef COLINUX_SERIAL_H
#define COLINUX_SERIAL_H

#define CO_SERIAL_UNITS		32
#define CO_SERIAL_MAX		1000	/* bytes of one message */

#endif /* COLINUX_SERIAL_H */
