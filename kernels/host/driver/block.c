// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cobd: disks of a guest (colinux/block.h). The disk controller reads and writes the guest's memory itself, which
 * is one region of physical memory, so everything about the buffer is checked before.
 *
 * A request has a slot until the guest knows of its end. A guest that waits makes its process sleep here, and the
 * others go on; one that does not gets a message. If its queue is full, so that there is no room for the message,
 * the end stays in the slot until the guest has taken some: no end is ever lost. A guest that is over is kept until
 * the disk is done with its memory; a disk that does not come to an end is reset.
 */
#include "driver.h"

#define PATIENCE	(5 * HZ)	/* ticks that a disk may take when its guest has ended */

static struct block_slot *free_slot(struct monitor *monitor)
{
	for (struct block_slot *slot = monitor->block_slots; slot < monitor->block_slots + BLOCK_SLOTS; slot++)
		if (slot->state == SLOT_FREE)
			return slot;
	return NULL;
}

/* Tells the guest; false: not now. */
static bool tell_end(struct block_slot *slot)
{
	const struct co_block_done done = { slot->id, slot->good };

	return monitor_tell(slot->monitor, CO_MODULE_COBD0 + slot->unit, CO_PRIORITY_IMPORTANT, CO_MESSAGE_TYPE_OTHER,
			    CO_DEVICE_BLOCK, slot->unit, &done, sizeof(done));
}

/* In the interrupt handler. */
static void ended(struct blk_request *request, bool good)
{
	struct block_slot *slot = (struct block_slot *)request;	/* its first member */

	slot->good = good;
	slot->state = SLOT_ENDED;
	if (!slot->waited_for && tell_end(slot))
		slot->state = SLOT_FREE;
	process_wake(slot->monitor->block_slots);
}

void block_tell_ends(struct monitor *monitor)
{
	uint32_t flags = interrupts_save();

	for (struct block_slot *slot = monitor->block_slots; slot < monitor->block_slots + BLOCK_SLOTS; slot++)
		if (slot->state == SLOT_ENDED && tell_end(slot))
			slot->state = SLOT_FREE;
	interrupts_restore(flags);
}

static enum co_block_error wait_for(struct block_slot *slot)
{
	uint32_t flags = interrupts_save();

	while (slot->state == SLOT_UNDER_WAY)
		process_sleep(slot->monitor->block_slots, 0);
	slot->state = SLOT_FREE;
	interrupts_restore(flags);
	return slot->good ? 0 : CO_BLOCK_EIO;
}

/* One request to the disk: `address` is physical. */
static enum co_block_error submit(struct monitor *monitor, uint32_t unit, struct co_block_request *request,
				  enum blk_operation operation, uint32_t address, uint32_t size)
{
	const struct block_unit *block = &monitor->blocks[unit];
	struct block_slot *slot = free_slot(monitor);

	if (!slot)
		return CO_BLOCK_EAGAIN;
	if (block->sync)
		request->async = 0;
	slot->request.ended = ended;
	slot->monitor = monitor;
	slot->disk = block->disk;
	slot->unit = unit;
	slot->id = request->id;
	slot->waited_for = !request->async;
	slot->state = SLOT_UNDER_WAY;
	blk_submit(block->disk, &slot->request, operation, request->offset / BLK_SECTOR, address, size);
	return slot->waited_for ? wait_for(slot) : 0;
}

static enum co_block_error transfer(struct monitor *monitor, uint32_t unit, struct co_block_request *request)
{
	const struct block_unit *block = &monitor->blocks[unit];
	bool write = request->type == CO_BLOCK_WRITE;
	uint64_t disk_size = blk_size(block->disk);
	uint32_t size = (uint32_t)request->size, address;

	if (!request->size || request->size > CO_BLOCK_MAX || (request->offset | size) % CO_BLOCK_SECTOR ||
	    request->offset > disk_size || size > disk_size - request->offset)
		return CO_BLOCK_EINVAL;
	if (write && block->read_only)
		return CO_BLOCK_EROFS;
	address = guest_range(monitor, request->address, size);
	if (!address)
		return CO_BLOCK_EFAULT;
	return submit(monitor, unit, request, write ? BLK_WRITE : BLK_READ, address, size);
}

static enum co_block_error serve(struct monitor *monitor, uint32_t unit, struct co_block_request *request)
{
	const struct block_unit *block = unit < CO_BLOCK_UNITS ? &monitor->blocks[unit] : NULL;

	if (!block || !block->disk)
		return CO_BLOCK_ENXIO;
	switch (request->type) {
	case CO_BLOCK_READ:
	case CO_BLOCK_WRITE:
		return transfer(monitor, unit, request);
	case CO_BLOCK_FLUSH:
		request->offset = 0;
		return submit(monitor, unit, request, BLK_FLUSH, 0, 0);
	case CO_BLOCK_OPEN:
	case CO_BLOCK_STAT:
		request->disk_size = blk_size(block->disk);
		request->flags = block->read_only ? CO_BLOCK_READ_ONLY : 0;
		break;
	case CO_BLOCK_GET_ALIAS:
		memcpy(request->alias, block->alias, sizeof(request->alias));
		return 0;
	case CO_BLOCK_CLOSE:
		break;
	default:
		return CO_BLOCK_EINVAL;
	}
	request->async = 0;
	return 0;
}

void block_request(struct monitor *monitor)
{
	struct co_block_request *request = (void *)&monitor->page->params[2];

	request->rc = serve(monitor, monitor->page->params[1], request);
}

static struct blk *busy_disk(const struct monitor *monitor)
{
	for (const struct block_slot *slot = monitor->block_slots; slot < monitor->block_slots + BLOCK_SLOTS; slot++)
		if (slot->state == SLOT_UNDER_WAY)
			return slot->disk;
	return NULL;
}

void block_reset(struct monitor *monitor)
{
	uint32_t flags = interrupts_save(), since = clock_ticks();
	struct blk *busy;

	while ((busy = busy_disk(monitor))) {
		if (clock_ticks() - since < PATIENCE) {
			process_sleep(monitor->block_slots, PATIENCE);
			continue;
		}
		host_log("a disk of guest%u does not come to an end with its requests: it is reset", monitor->id);
		blk_restart(busy);
	}
	for (struct block_slot *slot = monitor->block_slots; slot < monitor->block_slots + BLOCK_SLOTS; slot++)
		slot->state = SLOT_FREE;
	interrupts_restore(flags);
}
