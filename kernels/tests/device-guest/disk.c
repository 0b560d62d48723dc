// SPDX-License-Identifier: GPL-2.0-or-later
/* cobd, on unit 0 and, where it is to be read only, unit 1 (colinux/block.h). */
#include <colinux/block.h>
#include "tests.h"

#define SECTOR		CO_BLOCK_SECTOR
#define PIECE		0x1000
#define PIECES		24
#define LARGE		0x10000
#define BIG_OFFSET	0x80000
#define FLOOD_MAX	2000
#define PATIENCE_NS	100000000	/* how long a refused request is tried again */
#define TIMEOUT_MS	5000
#define SEED		1

static uint32_t done[FLOOD_MAX], done_count, failed_count, expected_count;

static void on_done(const struct co_message *header, const struct co_linux_message *message)
{
	const struct co_block_done *end = (const void *)(message + 1);

	if (header->from != CO_MODULE_COBD0 + message->unit || message->size != sizeof(*end) || end->id >= FLOOD_MAX)
		terminate(CO_TERMINATE_PANIC, header->from, 0, "a message about no request of ours");
	done[end->id]++;
	done_count++;
	failed_count += !end->uptodate;
}

static bool all_done(void)
{
	return done_count >= expected_count;
}

static void expect_ends(uint32_t count)
{
	memset(done, 0, sizeof(done));
	done_count = failed_count = 0;
	expected_count = count;
	on_message(CO_DEVICE_BLOCK, on_done);
}

static uint32_t ask(uint32_t unit, struct co_block_request *request)
{
	struct {
		uint32_t unit;
		struct co_block_request request;
	} CO_PACKED record = { unit, *request };

	if (!host_device(CO_DEVICE_BLOCK, 1, &record, sizeof(record)))
		return ~0u;
	*request = record.request;
	return request->rc;
}

uint32_t transfer(uint32_t unit, enum co_block_type type, uint64_t offset, uint64_t size, const void *buffer)
{
	struct co_block_request request = { .type = type, .offset = offset, .size = size, .address = (uint32_t)buffer };

	return ask(unit, &request);
}

/* A request that does not wait: 0 if it is on its way. */
static uint32_t start(enum co_block_type type, uint32_t offset, uint32_t size, const void *buffer, uint32_t id)
{
	struct co_block_request request = {
		.type = type, .offset = offset, .size = size, .address = (uint32_t)buffer, .id = id, .async = 1,
	};
	uint32_t rc = ask(0, &request);

	if (!rc && !request.async)
		terminate(CO_TERMINATE_PANIC, id, 0, "the host has waited, though it was not asked to");
	return rc;
}

uint64_t disk_size(uint32_t unit)
{
	struct co_block_request stat = { .type = CO_BLOCK_STAT };

	return ask(unit, &stat) ? 0 : stat.disk_size;
}

static void tell_unit(uint32_t unit)
{
	struct co_block_request request = { .type = CO_BLOCK_OPEN };
	uint32_t rc = ask(unit, &request), size = (uint32_t)request.disk_size, flags = request.flags;

	request.type = CO_BLOCK_GET_ALIAS;
	ask(unit, &request);
	print("disk: unit %u: rc %u, %u bytes, flags %u, alias \"%s\"", unit, rc, size, flags, request.alias);
}

static void test_waiting(void)
{
	uint8_t *buffer = scratch();
	uint32_t rc;

	fill(buffer, SEED, BIG_OFFSET, CO_BLOCK_MAX);
	rc = transfer(0, CO_BLOCK_WRITE, BIG_OFFSET, CO_BLOCK_MAX, buffer);
	print("disk: write of %u KiB: rc %u", CO_BLOCK_MAX >> 10, rc);
	memset(buffer, 0, CO_BLOCK_MAX);
	rc = transfer(0, CO_BLOCK_READ, BIG_OFFSET, CO_BLOCK_MAX, buffer);
	print("disk: read: rc %u, %u bytes differ", rc, differences(buffer, SEED, BIG_OFFSET, CO_BLOCK_MAX));
}

/* Pieces at places that are not aligned to pages, neither on the disk nor in memory, all at once. */
static void test_asynchronous(void)
{
	uint8_t *buffer = scratch() + 4;
	uint32_t refused = 0, twice = 0, different = 0;

	for (unsigned pass = 0; pass < 2; pass++) {
		enum co_block_type type = pass ? CO_BLOCK_READ : CO_BLOCK_WRITE;

		expect_ends(PIECES);
		for (uint32_t n = 0; n < PIECES; n++) {
			uint32_t offset = SECTOR + n * (PIECE + SECTOR);

			if (!pass)
				fill(buffer + n * PIECE, SEED, offset, PIECE);
			refused += start(type, offset, PIECE, buffer + n * PIECE, n) != 0;
		}
		if (!wait_until(all_done, TIMEOUT_MS))
			print("disk: only %u of %u requests have ended", done_count, PIECES);
		for (uint32_t n = 0; n < PIECES; n++) {
			uint32_t offset = SECTOR + n * (PIECE + SECTOR);

			twice += done[n] != 1;
			different += pass ? differences(buffer + n * PIECE, SEED, offset, PIECE) : 0;
		}
		if (!pass)
			memset(buffer, 0, PIECES * PIECE);
	}
	print("disk: asynchronous: %u refused, %u not ended once, %u failed, %u bytes differ", refused, twice,
	      failed_count, different);
}

static void test_flush(void)
{
	tell("flush", (int32_t)transfer(0, CO_BLOCK_FLUSH, 0, 0, NULL));
	expect_ends(1);
	tell("asynchronous flush", (int32_t)start(CO_BLOCK_FLUSH, 0, 0, NULL, 7));
	tell("its end", wait_until(all_done, TIMEOUT_MS) && done[7] == 1 && !failed_count);
}

static void test_errors(void)
{
	uint32_t end = CO_ARCH_KERNEL_OFFSET + boot.memory_size, size = (uint32_t)disk_size(0);
	uint8_t *buffer = scratch();

	tell("behind the end", (int32_t)transfer(0, CO_BLOCK_READ, size, SECTOR, buffer));
	tell("across the end", (int32_t)transfer(0, CO_BLOCK_READ, size - SECTOR, 2 * SECTOR, buffer));
	tell("far behind the end", (int32_t)transfer(0, CO_BLOCK_WRITE, 0xfffffffffffffe00, SECTOR, buffer));
	tell("no sectors", (int32_t)transfer(0, CO_BLOCK_READ, 0, 0, buffer));
	tell("half a sector", (int32_t)transfer(0, CO_BLOCK_READ, 0, SECTOR / 2, buffer));
	tell("between sectors", (int32_t)transfer(0, CO_BLOCK_WRITE, 7, SECTOR, buffer));
	tell("too large", (int32_t)transfer(0, CO_BLOCK_READ, 0, CO_BLOCK_MAX + SECTOR, buffer));
	tell("4 GiB", (int32_t)transfer(0, CO_BLOCK_READ, 0, 0x100000000, buffer));
	tell("buffer at 0", (int32_t)transfer(0, CO_BLOCK_READ, 0, SECTOR, NULL));
	tell("buffer behind RAM", (int32_t)transfer(0, CO_BLOCK_READ, 0, SECTOR, (void *)end));
	tell("buffer across RAM's end", (int32_t)transfer(0, CO_BLOCK_READ, 0, SECTOR, (void *)(end - SECTOR / 2)));
	tell("buffer in the passage page", (int32_t)transfer(0, CO_BLOCK_READ, 0, SECTOR, passage));
	tell("unit 9", (int32_t)transfer(9, CO_BLOCK_READ, 0, SECTOR, buffer));
	tell("unit 32", (int32_t)transfer(32, CO_BLOCK_READ, 0, SECTOR, buffer));
	tell("unit 2^32 - 1", (int32_t)transfer(~0u, CO_BLOCK_READ, 0, SECTOR, buffer));
	tell("type 99", (int32_t)transfer(0, 99, 0, SECTOR, buffer));
}

void test_disk(void)
{
	tell_unit(0);
	test_waiting();
	test_asynchronous();
	test_flush();
	test_errors();
}

void test_disk_read_only(void)
{
	uint8_t *buffer = scratch();

	tell_unit(1);
	tell("read", (int32_t)transfer(1, CO_BLOCK_READ, 0, SECTOR, buffer));
	tell("bytes that differ", (int32_t)differences(buffer, 2, 0, SECTOR));
	tell("write", (int32_t)transfer(1, CO_BLOCK_WRITE, 0, SECTOR, buffer));
}

/* So many requests that do not wait: do all of them end? */
void disk_requests_end(uint32_t count)
{
	uint32_t refused = 0;

	expect_ends(count);
	for (uint32_t n = 0; n < count; n++)
		refused += start(CO_BLOCK_READ, n * SECTOR, SECTOR, scratch() + n * SECTOR, n) != 0;
	print("disk: %u requests, %u refused, all ended %d", count, refused, wait_until(all_done, TIMEOUT_MS));
}

/*
 * Requests without ever looking at the answers, until the host takes no more: the queue of messages is full, and the
 * requests that have ended without room for their message keep their places. Then all of them must be told.
 */
void test_disk_flood(void)
{
	uint8_t *buffer = scratch();
	uint64_t latest = host_time_ns();
	uint32_t accepted = 0, rc, twice = 0;

	expect_ends(0);
	do {
		rc = start(CO_BLOCK_READ, accepted % 64 * SECTOR, SECTOR, buffer + accepted % 64 * SECTOR, accepted);
		if (!rc) {
			latest = host_time_ns();
			accepted++;
		}
	} while (accepted < FLOOD_MAX && host_time_ns() - latest < PATIENCE_NS);
	expected_count = accepted;
	wait_until(all_done, TIMEOUT_MS);
	for (uint32_t n = 0; n < accepted; n++)
		twice += done[n] != 1;
	print("disk: flood: %u accepted, then rc %u; %u not ended once, %u failed", accepted, rc, twice, failed_count);
}

/* Ends with requests under way, which read into all of the memory and write from it. */
static void leave_requests_behind(void)
{
	uint8_t *buffer = scratch();

	expect_ends(0);
	for (uint32_t n = 0; n < 16; n++)
		start(n % 2 ? CO_BLOCK_WRITE : CO_BLOCK_READ, BIG_OFFSET + n * LARGE, LARGE, buffer + n * LARGE, n);
}

void test_disk_end(void)
{
	print("disk: ends with requests under way");
	leave_requests_behind();
	terminate(CO_TERMINATE_PANIC, 0, 0, "asked to");
}

/* The same, but it must be ended: it spins, with interrupts off. */
void test_disk_spin(void)
{
	print("disk: spins with requests under way");
	leave_requests_behind();
	for (;;)
		;
}

static uint32_t used_bytes(const uint8_t *bytes, uint32_t size)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < size; i++)
		count += bytes[i] != 0;
	return count;
}

static bool never(void)
{
	return false;
}

/* Sector 0 counts the boots. Memory must be clear after each, and stay so. */
void test_disk_reboot(void)
{
	static uint32_t sector[SECTOR / 4];
	uint32_t boots;

	wait_until(never, 50);
	transfer(0, CO_BLOCK_READ, 0, SECTOR, sector);
	boots = ++sector[0];
	print("disk: boot %u, %u bytes of memory in use", boots, used_bytes(scratch(), 16 * LARGE));
	transfer(0, CO_BLOCK_WRITE, 0, SECTOR, sector);
	if (boots >= 3)
		return;
	fill(scratch(), SEED, BIG_OFFSET, 16 * LARGE);
	leave_requests_behind();
	terminate(CO_TERMINATE_REBOOT, 0, 0, "");
}
