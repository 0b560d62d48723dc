// SPDX-License-Identifier: GPL-2.0-or-later
/* CRC-32 as in gzip (RFC 1952, 8), by a table. */
#include "libc.h"

#define POLYNOMIAL	0xedb88320u	/* bits reversed */

static uint32_t table[256];

static void fill_table(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t value = byte;

		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
		table[byte] = value;
	}
}

/* `crc` is what came of the bytes before, 0 at the beginning. */
uint32_t crc32(uint32_t crc, const void *data, size_t length)
{
	const uint8_t *byte = data;

	if (!table[1])
		fill_table();
	crc = ~crc;
	while (length--)
		crc = crc >> 8 ^ table[(crc ^ *byte++) & 0xff];
	return ~crc;
}
