// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtio disks (VIRTIO 1.2, 5.2): requests of one stretch of physical memory each, as many at once as the queue has
 * room for. A disk without FLUSH has no cache that could lose anything.
 */
#include "process/process.h"
#include "virtio.h"

#define FEATURE_READ_ONLY	(1u << 5)
#define FEATURE_FLUSH		(1u << 9)
#define CONFIG_CAPACITY		0	/* sectors, 8 bytes */
#define STATUS_OK		0

struct blk {
	struct virtio_device device;
	struct virtqueue queue;
	uint64_t sectors;
};

static struct blk disks[BLK_MAX];
static unsigned count;

unsigned blk_count(void)
{
	return count;
}

struct blk *blk_numbered(unsigned number)
{
	return number < count ? &disks[number] : NULL;
}

uint64_t blk_size(const struct blk *disk)
{
	return disk->sectors * BLK_SECTOR;
}

bool blk_is_read_only(const struct blk *disk)
{
	return disk->device.features & FEATURE_READ_ONLY;
}

static void used(struct virtio_device *device)
{
	struct blk *disk = (struct blk *)device;	/* its first member */
	struct blk_request *request;
	uint32_t written;

	while ((request = virtqueue_take(&disk->queue, &written)))
		request->ended(request, request->status == STATUS_OK);
	process_wake(disk);
}

/* The device writes the status behind the data that it reads from the disk. */
static unsigned describe(struct blk_request *request, uint32_t address, uint32_t size, struct virtio_part *parts)
{
	const uint32_t header = physical_address(&request->header), status = physical_address(&request->status);
	unsigned parts_count = 0;

	parts[parts_count++] = (struct virtio_part){ header, sizeof(request->header), false };
	if (size)
		parts[parts_count++] = (struct virtio_part){ address, size, request->header.type == BLK_READ };
	parts[parts_count++] = (struct virtio_part){ status, sizeof(request->status), true };
	return parts_count;
}

void blk_submit(struct blk *disk, struct blk_request *request, enum blk_operation operation, uint64_t sector,
		uint32_t address, uint32_t size)
{
	uint32_t flags = interrupts_save();
	struct virtio_part parts[3];
	unsigned parts_count;

	request->header.type = operation;
	request->header.reserved = 0;
	request->header.sector = sector;
	request->status = ~STATUS_OK;
	parts_count = describe(request, address, size, parts);
	if (operation == BLK_FLUSH && !(disk->device.features & FEATURE_FLUSH)) {
		request->ended(request, true);
	} else {
		while (!disk->queue.broken && !virtqueue_add(&disk->queue, parts, parts_count, request))
			process_sleep(disk, 0);
		if (disk->queue.broken)
			request->ended(request, false);
		else
			virtqueue_kick(&disk->queue);
	}
	interrupts_restore(flags);
}

static const char *start(struct blk *disk, unsigned function)
{
	const char *problem = virtio_begin(&disk->device, function, FEATURE_READ_ONLY | FEATURE_FLUSH);

	if (!problem)
		problem = virtqueue_start(&disk->queue, &disk->device, 0);
	return problem;
}

/* A reset takes the requests away from the device: it touches the memory of none of them any more. */
void blk_restart(struct blk *disk)
{
	uint32_t flags = interrupts_save();

	virtio_reset(&disk->device);
	for (unsigned i = 0; i < disk->queue.size; i++) {
		struct blk_request *request = disk->queue.tokens[i];

		if (request)
			request->ended(request, false);
	}
	if (start(disk, disk->device.function))
		disk->queue.broken = true;
	else
		virtio_ready(&disk->device);
	process_wake(disk);
	interrupts_restore(flags);
}

void blk_probe(unsigned function)
{
	struct blk *disk = &disks[count];
	const char *problem = count < BLK_MAX ? start(disk, function) : "there are too many";

	if (problem) {
		host_log("a disk (PCI function 0x%x) is not used: %s", function, problem);
		return;
	}
	disk->sectors = virtio_config32(&disk->device, CONFIG_CAPACITY) |
			(uint64_t)virtio_config32(&disk->device, CONFIG_CAPACITY + 4) << 32;
	disk->device.used = used;
	virtio_ready(&disk->device);
	host_log("blk%u: a disk of %u KiB%s", count++, (uint32_t)(disk->sectors / 2),
		 blk_is_read_only(disk) ? ", read-only" : "");
}
