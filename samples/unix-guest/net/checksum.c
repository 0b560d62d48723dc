// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Internet checksum (RFC 1071), by dwords. The Makefile optimises this file: every byte from the network passes
 * here.
 */
#include "net.h"

/* The sum of 16-bit words in memory order; does not yet matter in which halves they lie. */
uint32_t checksum_add(uint32_t sum, const void *data, uint32_t length)
{
	const uint32_t *word = data;
	uint64_t total = sum;

	for (; length >= 4; length -= 4)
		total += *word++;
	if (length & 2) {
		total += *(const uint16_t *)word;
		word = (const uint32_t *)((const uint16_t *)word + 1);
	}
	if (length & 1)
		total += *(const uint8_t *)word;
	total = (total & 0xffffffff) + (total >> 32);
	return (uint32_t)total + (uint32_t)(total >> 32);
}

uint16_t checksum_end(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
