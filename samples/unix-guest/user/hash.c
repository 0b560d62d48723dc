// SPDX-License-Identifier: GPL-2.0-or-later
/* CRC-32 as in gzip (RFC 1952, 8), by four tables for four bytes at a time ("slicing"). */
#include "libc.h"

#define POLYNOMIAL	0xedb88320u	/* bits reversed */

static uint32_t tables[4][256];		/* [n]: a byte with n zeroes behind it */

static void fill_tables(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t value = byte;

		for (int bit = 0; bit < 8; bit++)
			value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
		tables[0][byte] = value;
	}
	for (int n = 1; n < 4; n++)
		for (uint32_t byte = 0; byte < 256; byte++)
			tables[n][byte] = tables[n - 1][byte] >> 8 ^ tables[0][tables[n - 1][byte] & 0xff];
}

/* `crc` is what came of the bytes before, 0 at the beginning. */
uint32_t crc32(uint32_t crc, const void *data, size_t length)
{
	const uint8_t *byte = data;

	if (!tables[0][1])
		fill_tables();
	crc = ~crc;
	for (; length >= 4; length -= 4, byte += 4) {
		crc ^= *(const uint32_t *)byte;
		crc = tables[3][crc & 0xff] ^ tables[2][crc >> 8 & 0xff] ^ tables[1][crc >> 16 & 0xff] ^
		      tables[0][crc >> 24];
	}
	while (length--)
		crc = crc >> 8 ^ tables[0][(crc ^ *byte++) & 0xff];
	return ~crc;
}
