// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtio block device by both interfaces: negotiation, requests of any cut by polling and by interrupt, many at once, errors;
 * code that the device reads over code.
 *
 * Rules: VIRTIO 1.2, sections 2.7, 3.1, 4.1 and 5.2; SDM vol. 3A, 11.6 (a device's write to code is seen after a branch).
 */
#include "irq.h"
#include "virtio.h"

#define SECTOR		512
#define SECTORS		2048
#define CODE_SECTOR	1024	/* and the next: what `test_code` reads */

/* Features */
#define F_READ_ONLY	5
#define F_BLOCK_SIZE	6
#define F_FLUSH		9

enum { READ, WRITE, FLUSH = 4, GET_ID = 8 };
enum { OK, ERROR, UNSUPPORTED };

struct header {
	u32 type, reserved;
	u64 sector;
};

static struct virtio v;
static struct header header[64];
static u8 status[64], data[64 * SECTOR], old[2 * SECTOR];
static const char *const interfaces[] = { "legacy", "modern" };

/* What the tests put on the disk before they start. */
static u8 disk_byte(u32 sector, u32 at)
{
	return sector * 31 + at * 7 + (sector >> 8);
}

static bool holds(const u8 *bytes, u32 sector, u32 count)
{
	for (u32 n = 0; n < count * SECTOR; n++)
		if (bytes[n] != disk_byte(sector + n / SECTOR, n % SECTOR))
			return false;
	return true;
}

static void prepare(u32 n, u32 type, u64 sector)
{
	header[n].type = type;
	header[n].reserved = 0;
	header[n].sector = sector;
	status[n] = 0xff;
}

/* A request by polling with its data in one buffer. Returns the status. */
static u8 request(u32 type, u64 sector, void *buffer, u32 length)
{
	struct part parts[] = {
		{ &header[0], sizeof(header[0]), false },
		{ buffer, length, type == READ || type == GET_ID },
		{ &status[0], 1, true },
	};
	u32 written;

	prepare(0, type, sector);
	if (!length)
		parts[1] = parts[2];
	written = queue_request(&v.queues[0], parts, length ? 3 : 2);
	if (type == READ && status[0] == OK)
		expect("bytes written", length + 1, written);
	return status[0];
}

static void test_start(u64 wanted)
{
	bool started = virtio_start(&v, wanted);

	expect("started", true, started);
	expect("queues", 1, v.queue_count);
}

static void test_negotiation(void)
{
	begin("features");
	test_start(FEATURE(F_FLUSH) | FEATURE(F_BLOCK_SIZE));
	expect("flush", 1, v.offered >> F_FLUSH & 1);
	expect("block size", 1, v.offered >> F_BLOCK_SIZE & 1);
	expect("read-only", 0, v.offered >> F_READ_ONLY & 1);
	expect("indirect", 1, v.offered >> F_INDIRECT & 1);
	expect("event index", 1, v.offered >> F_EVENT_INDEX & 1);
	begin("configuration");
	expect("capacity", SECTORS, virtio_config32(&v, 0));
	expect("capacity, upper half", 0, virtio_config32(&v, 4));
	expect("block size", SECTOR, virtio_config32(&v, 20));
	begin("reset");
	virtio_stop(&v);
	expect("status", 0, virtio_status(&v));
	if (v.interface == MODERN) {
		/* Not without version 1. */
		begin("features refused");
		v.common[0x14] = ACKNOWLEDGE;
		v.common[0x14] = ACKNOWLEDGE | DRIVER;
		expect("status", ACKNOWLEDGE | DRIVER, virtio_status(&v));
		expect("queues", 1, *(volatile u16 *)(v.common + 0x12));
	}
}

static void test_polling(void)
{
	struct part cut[] = {
		{ &header[0], 7, false },	   { (u8 *)&header[0] + 7, 9, false }, { data, 1, true },
		{ data + 1, 1000, true },	   { data + 1001, 535, true },	       { &status[0], 1, true },
	};
	struct part joined[] = { { &header[0], 16, false }, { data, 2 * SECTOR + 1, true } };

	test_start(FEATURE(F_FLUSH));
	for (u32 sector = 0; sector < SECTORS - 8; sector += 197) {
		begin("read of sector %u", sector);
		memset(data, 0, sizeof(data));
		expect("status", OK, request(READ, sector, data, 4 * SECTOR));
		expect("data", true, sector + 4 > CODE_SECTOR && sector < CODE_SECTOR + 2 ? true : holds(data, sector, 4));
	}
	begin("read of the last sector");
	expect("status", OK, request(READ, SECTORS - 1, data, SECTOR));
	expect("data", true, holds(data, SECTORS - 1, 1));
	begin("read into buffers of odd sizes");
	prepare(0, READ, 17);
	memset(data, 0, sizeof(data));
	expect("bytes written", 3 * SECTOR + 1, queue_request(&v.queues[0], cut, 6));
	expect("status", OK, status[0]);
	expect("data", true, holds(data, 17, 3));
	begin("data and status in one buffer");
	prepare(0, READ, 5);
	expect("bytes written", 2 * SECTOR + 1, queue_request(&v.queues[0], joined, 2));
	expect("status", OK, data[2 * SECTOR]);
	expect("data", true, holds(data, 5, 2));
	begin("write and read back");
	expect("status", OK, request(READ, 40, old, 2 * SECTOR));
	for (u32 n = 0; n < 2 * SECTOR; n++)
		data[n] = old[n] ^ 0xff;
	expect("status of the write", OK, request(WRITE, 40, data, 2 * SECTOR));
	expect("status of the flush", OK, request(FLUSH, 0, 0, 0));
	expect("status", OK, request(READ, 39, data, 4 * SECTOR));
	expect("sector before", true, holds(data, 39, 1));
	expect("sector behind", true, holds(data + 3 * SECTOR, 42, 1));
	for (u32 n = 0; n < 2 * SECTOR; n++)
		expect("data", (u8)~old[n], data[SECTOR + n]);
	expect("status of the second write", OK, request(WRITE, 40, old, 2 * SECTOR));
	begin("name");
	memset(data, 0xee, 21);
	expect("status", OK, request(GET_ID, 0, data, 20));
	expect("serial", 0, memcmp(data, "disk0", 6));
	begin("around the ring");
	for (u32 n = 0; n < 300; n++) {
		expect("status", OK, request(READ, n, data, SECTOR));
		expect("first byte", disk_byte(n, 0), data[0]);
		expect("last byte", disk_byte(n, SECTOR - 1), data[SECTOR - 1]);
	}
}

static void test_errors(void)
{
	test_start(0);
	begin("beyond the end");
	expect("status", ERROR, request(READ, SECTORS, data, SECTOR));
	begin("over the end");
	expect("status", ERROR, request(READ, SECTORS - 1, data, 2 * SECTOR));
	begin("far beyond the end");
	expect("status", ERROR, request(READ, 1ull << 40, data, SECTOR));
	begin("write beyond the end");
	expect("status", ERROR, request(WRITE, SECTORS, data, SECTOR));
	begin("part of a sector");
	expect("status", ERROR, request(READ, 0, data, 100));
	begin("no such request");
	expect("status", UNSUPPORTED, request(77, 0, data, SECTOR));
	begin("it goes on");
	expect("status", OK, request(READ, 3, data, SECTOR));
	expect("data", true, holds(data, 3, 1));
}

/* Requests at once, by direct or indirect descriptors. */
static void test_many(u32 count, bool indirect)
{
	static struct descriptor_entry tables[64][3];
	struct virtqueue *q = &v.queues[0];
	u32 heads[64], head, length, done = 0;

	begin("%u at once%s", count, indirect ? ", indirect" : "");
	test_start(FEATURE(F_INDIRECT));
	memset(data, 0, sizeof(data));
	for (u32 n = 0; n < count; n++) {
		struct part parts[] = {
			{ &header[n], sizeof(header[n]), false },
			{ data + n * SECTOR, SECTOR, true },
			{ &status[n], 1, true },
		};

		prepare(n, READ, 100 + n);
		heads[n] = queue_add(q, parts, 3, indirect ? tables[n] : 0);
	}
	queue_kick(q);
	while (done < count && queue_wait(q, &head, &length)) {
		u32 n = 0;

		while (n < count && heads[n] != head)
			n++;
		expect("head is known", true, n < count);
		expect("length", SECTOR + 1, length);
		done++;
	}
	expect("answers", count, done);
	for (u32 n = 0; n < count; n++)
		expect("status", OK, status[n]);
	expect("data", true, holds(data, 100, count));
}

/* One request, waiting by HLT-less idling for its interrupt. */
static void expect_interrupt(const char *name, u32 sector)
{
	struct part parts[] = {
		{ &header[0], sizeof(header[0]), false },
		{ data, SECTOR, true },
		{ &status[0], 1, true },
	};
	u32 head, length;

	begin("%s", name);
	prepare(0, READ, sector);
	memset(data, 0, SECTOR);
	queue_add(&v.queues[0], parts, 3, 0);
	queue_kick(&v.queues[0]);
	expect("IRQ", v.irq, virtio_take());
	expect("pin", PCI_STATUS_INTX, pci_read16(v.slot, PCI_STATUS) & PCI_STATUS_INTX);
	expect("ISR", ISR_QUEUE, virtio_isr(&v));
	expect("ISR after it was read", 0, virtio_isr(&v));
	expect("pin after that", 0, pci_read16(v.slot, PCI_STATUS) & PCI_STATUS_INTX);
	virtio_end(&v);
	expect("answer", true, queue_poll(&v.queues[0], &head, &length));
	expect("data", true, holds(data, sector, 1));
	expect("no further IRQ", 16, take());
}

static void test_interrupts(void)
{
	u32 pirq = 0x60 + ((v.slot - 1) & 3), irq = v.irq;
	u16 command;

	test_start(0);
	virtio_unmask(&v);
	for (u32 n = 0; n < 20; n++)
		expect_interrupt("by interrupt", 200 + n);
	begin("no interrupt when none is wanted");
	v.queues[0].available->flags = 1;
	request(READ, 1, data, SECTOR);
	expect("ISR", 0, virtio_isr(&v));
	expect("IRQ", 16, take());
	v.queues[0].available->flags = 0;
	begin("the line stays up until the status is read");
	request(READ, 1, data, SECTOR);
	expect("IRQ", irq, virtio_take());
	virtio_end(&v);
	expect("IRQ again", irq, virtio_take());
	expect("ISR", ISR_QUEUE, virtio_isr(&v));
	virtio_end(&v);
	expect("IRQ at last", 16, take());
	begin("masked in the command register");
	command = pci_read16(v.slot, PCI_COMMAND);
	pci_write16(v.slot, PCI_COMMAND, command | PCI_NO_INTX);
	request(READ, 1, data, SECTOR);
	expect("IRQ", 16, take());
	pci_write16(v.slot, PCI_COMMAND, command);
	expect("IRQ when it is open", irq, virtio_take());
	virtio_isr(&v);
	virtio_end(&v);
	begin("routed elsewhere");
	v.irq = irq ^ 1;			/* 10 and 11 are both level triggered */
	pci_write8(1, pirq, v.irq);
	virtio_unmask(&v);
	request(READ, 1, data, SECTOR);
	expect("IRQ", v.irq, virtio_take());
	virtio_isr(&v);
	virtio_end(&v);
	pci_write8(1, pirq, 0x80);
	request(READ, 1, data, SECTOR);
	expect("IRQ when it is not routed", 16, take());
	virtio_isr(&v);
	pci_write8(1, pirq, irq);
	v.irq = irq;
	begin("event index");
	test_start(FEATURE(F_EVENT_INDEX));
	virtio_unmask(&v);
	/* used_event: the third answer is to be told. */
	v.queues[0].available->ring[v.queues[0].size] = 2;
	virtio_isr(&v);
	for (u32 n = 0; n < 2; n++) {
		request(READ, n, data, SECTOR);
		if (n > 0)
			expect("ISR of an early answer", 0, virtio_isr(&v));
		else
			virtio_isr(&v);		/* QEMU tells of the first answer in any case */
	}
	request(READ, 7, data, SECTOR);
	expect("ISR of the third", ISR_QUEUE, virtio_isr(&v));
	expect("available event", 3, *(volatile u16 *)&v.queues[0].used->ring[v.queues[0].size]);
	init_pics(ICW1, false);
}

/* The device reads over code that has run: the new code runs. `mov $value, %eax; ret` at the start of each sector. */
static u8 code[2 * 4096] __attribute__((aligned(4096)));

static u32 call(u8 *at)
{
	u32 value;

	asm volatile("call *%1" : "=a"(value) : "r"(at) : "ecx", "edx", "memory");
	return value;
}

static void test_code(u32 offset)
{
	static const u8 first[] = { 0xb8, 0x11, 0x11, 0x11, 0x11, 0xc3 };

	begin("code by DMA at %x", offset);
	memcpy(code + offset, first, sizeof(first));
	for (u32 n = 0; n < 100; n++)
		expect("value", 0x11111111, call(code + offset));
	for (u32 round = 0; round < 4; round++) {
		expect("status", OK, request(READ, CODE_SECTOR + (round & 1), code + offset, SECTOR));
		for (u32 n = 0; n < 10; n++)
			expect("value after the read", round & 1 ? 0x33333333 : 0x22222222, call(code + offset));
	}
}

static void test_read_only(void)
{
	begin("read-only disk");
	test_start(FEATURE(F_READ_ONLY));
	expect("feature", 1, v.offered >> F_READ_ONLY & 1);
	expect("status of a read", OK, request(READ, 9, data, SECTOR));
	expect("data", true, holds(data, 9, 1));
	expect("status of a write", ERROR, request(WRITE, 9, data, SECTOR));
	virtio_stop(&v);
}

/* What breaks the rules stops the device, and a reset starts it again. */
static void test_broken(const char *name, u64 address, u32 length, u16 flags, u16 head)
{
	struct virtqueue *q = &v.queues[0];

	begin("broken: %s", name);
	test_start(FEATURE(F_INDIRECT));
	q->descriptors[0].address = address;
	q->descriptors[0].length = length;
	q->descriptors[0].flags = flags;
	q->descriptors[0].next = 0;
	q->available->ring[0] = head;
	q->available->index = 1;
	queue_kick(q);
	for (u32 n = 0; n < 1000000 && !(virtio_status(&v) & NEEDS_RESET); n++)
		;
	expect("status", ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | NEEDS_RESET, virtio_status(&v));
	expect("answers", 0, q->used->index);
	test_start(0);
	expect("status after a reset", OK, request(READ, 9, data, SECTOR));
	expect("data", true, holds(data, 9, 1));
}

void test_main(void)
{
	static const u32 offsets[] = { 0, 64, 4096 - SECTOR, 4096 - 3, 4096 };

	init_pics(ICW1, false);
	for (enum interface interface = LEGACY; interface <= MODERN; interface++) {
		virtio_probe(&v, DISK_SLOT, interface);
		group(interfaces[interface]);
		test_negotiation();
		test_polling();
		test_errors();
		for (u32 count = 1; count <= 64; count *= 4) {
			test_many(count, false);
			test_many(count, true);
		}
		test_interrupts();
		test_start(0);
		for (u32 i = 0; i < sizeof(offsets) / sizeof(*offsets); i++)
			test_code(offsets[i]);
		virtio_stop(&v);
		virtio_probe(&v, CDROM_SLOT, interface);
		test_read_only();
	}
	group("rules");
	virtio_probe(&v, DISK_SLOT, MODERN);
	test_broken("a loop", (u32)data, 16, 1, 0);
	test_broken("an indirect table of 24 bytes", (u32)data, 24, 4, 0);
	test_broken("no such descriptor", (u32)data, 16, 0, 9999);
	test_broken("no length", (u32)data, 0, 2, 0);
	virtio_stop(&v);
}
