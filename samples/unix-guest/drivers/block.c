// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cobd: disks. A transfer is handed to the host and ends by a message; who needs its result sleeps until then, and
 * other processes run. The host may have enough to do already (EAGAIN): then the next end of any transfer is waited
 * for.
 */
#include "drivers.h"
#include "../fs/fs.h"

#define SLOTS	32

struct disk disks[CO_BLOCK_UNITS];

static struct transfer *slots[SLOTS];	/* under way; the number of a request is its place here */

struct block_call {
	uint32_t unit;
	struct co_block_request request;
} CO_PACKED;

/* The request stays readable until the next one. NULL: the host has no disks at all. */
static const struct co_block_request *call(uint32_t unit, const struct co_block_request *request)
{
	struct block_call *call = cooperative_request();

	call->unit = unit;
	call->request = *request;
	return cooperative_device(CO_DEVICE_BLOCK) == CO_UNSUPPORTED ? NULL : &call->request;
}

unsigned block_init(void)
{
	unsigned found = 0;

	for (uint32_t unit = 0; unit < CO_BLOCK_UNITS; unit++) {
		struct co_block_request open = { .type = CO_BLOCK_OPEN };
		const struct co_block_request *answer = call(unit, &open);
		char name[16];

		if (!answer || answer->rc || !answer->disk_size)
			continue;
		disks[unit] = (struct disk){ .size = answer->disk_size, .block_size = 1024,
					     .read_only = answer->flags & CO_BLOCK_READ_ONLY };
		format(name, sizeof(name), "cobd%u", unit);
		device_add(name, S_IFBLK | 0600, &disk_ops, unit, disks[unit].size);
		found++;
	}
	return found;
}

static void end(struct transfer *transfer, bool failed)
{
	transfer->failed = failed;
	transfer->pending = false;
	wake_up(transfer);
	wake_up(slots);
}

void block_done(const void *data, uint32_t size)
{
	const struct co_block_done *done = data;
	struct transfer *transfer;

	if (size < sizeof(*done) || done->id >= SLOTS || !slots[done->id])
		return;
	transfer = slots[done->id];
	slots[done->id] = NULL;
	end(transfer, !done->uptodate);
}

static uint32_t free_slot(void)
{
	for (;;) {
		for (uint32_t slot = 0; slot < SLOTS; slot++)
			if (!slots[slot])
				return slot;
		sleep_surely(slots, "disk queue");
	}
}

/* If none is, other guests keep the host busy: then for whatever comes next. */
void block_wait_any(void)
{
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		if (slots[slot]) {
			sleep_surely(slots, "disk queue");
			return;
		}
	cooperative_idle();
}

void block_submit(struct transfer *transfer)
{
	struct co_block_request request = {
		.type = transfer->type, .offset = transfer->offset, .size = transfer->size,
		.address = (uint32_t)transfer->data, .async = 1,
	};
	const struct co_block_request *answer;

	transfer->pending = true;
	for (;;) {
		request.id = free_slot();
		answer = call(transfer->unit, &request);
		if (!answer || answer->rc != CO_BLOCK_EAGAIN)
			break;
		block_wait_any();
	}
	if (answer && !answer->rc && answer->async)
		slots[request.id] = transfer;
	else
		end(transfer, !answer || answer->rc);
}

int block_wait(struct transfer *transfer)
{
	while (transfer->pending)
		sleep_surely(transfer, "disk");
	return transfer->failed ? -EIO : 0;
}
