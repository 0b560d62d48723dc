/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device guest works with the devices that it is given and prints what comes of it, the same lines on every
 * machine. What it writes on disks and in files is a function of place and seed, so that the test outside can
 * compare it.
 */
#ifndef TESTS_H
#define TESTS_H

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

#endif /* TESTS_H */
