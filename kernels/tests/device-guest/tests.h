/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device guest works with the devices that it is given and prints what comes of it, the same lines on every
 * machine. What it writes on disks and in files is a function of place and seed, so that the test outside can
 * compare it.
 */
#ifndef TESTS_H
#define TESTS_H

#include <colinux/block.h>
#include "guest.h"

/* Byte `at` of everything that is written under `seed`. */
static inline uint8_t pattern(uint32_t seed, uint32_t at)
{
	return (uint8_t)(at * 7 + (at >> 8) * 13 + seed * 31);
}

/* main.c */
void fill(uint8_t *bytes, uint32_t seed, uint32_t at, uint32_t size);
uint32_t differences(const uint8_t *bytes, uint32_t seed, uint32_t at, uint32_t size);
uint8_t *scratch(void);			/* memory behind the kernel, nobody else's: 1 MiB at least */

/* disk.c: bytes, 0 where there is no disk; and a request that waits for its end, with its error. */
uint64_t disk_size(uint32_t unit);
uint32_t transfer(uint32_t unit, enum co_block_type type, uint64_t offset, uint64_t size, const void *buffer);

/* network.c: the address of a unit; an error where there is none. */
uint32_t get_mac(uint32_t unit, uint8_t *mac);

/* One file for each device. */
void test_disk(void);
void test_disk_flood(void);
void test_disk_read_only(void);
void test_disk_end(void);
void test_disk_spin(void);
void disk_requests_end(uint32_t count);
void test_disk_reboot(void);
void test_network(void);
void test_crowd(void);
void test_folder(void);
void test_folder_reboot(void);
void test_serial(void);
void test_initrd(void);

/* bench.c: what npm run bench measures. */
void bench(void);

#endif /* TESTS_H */
