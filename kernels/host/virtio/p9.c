// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The transport of 9P messages (VIRTIO device type 9, 5.10; Linux net/9p/trans_virtio.c): a request out, its answer
 * in, one at a time for each folder. File contents travel between the server and the memory of a guest itself: they
 * are the end of the request, or of the answer. The head of a read's answer has as many bytes as an error has, so
 * either fits.
 *
 * What the messages say is told in driver/ninep.c.
 */
#include "process/process.h"
#include "virtio.h"

static struct p9 folders[P9_MAX];
static unsigned count;

unsigned p9_count(void)
{
	return count;
}

struct p9 *p9_numbered(unsigned number)
{
	return number < count ? &folders[number] : NULL;
}

static void used(struct virtio_device *device)
{
	struct p9 *p9 = (struct p9 *)device;		/* its first member */

	while (virtqueue_take(&p9->queue, &p9->written))
		p9->answered = true;
	process_wake(p9);
}

uint8_t *p9_begin(struct p9 *p9)
{
	uint32_t flags = interrupts_save();

	while (p9->busy)
		process_sleep(p9, 0);
	p9->busy = true;
	interrupts_restore(flags);
	return virtual_address(p9->frames);
}

void p9_end(struct p9 *p9)
{
	p9->busy = false;
	process_wake(p9);
}

static unsigned describe(const struct p9 *p9, uint32_t size, const struct p9_payload *payload,
			 struct virtio_part *parts)
{
	uint32_t answer = p9->frames + P9_BUFFER;
	unsigned parts_count = 0;

	parts[parts_count++] = (struct virtio_part){ p9->frames, size, false };
	if (payload && !payload->in)
		parts[parts_count++] = (struct virtio_part){ payload->address, payload->size, false };
	if (payload && payload->in) {
		parts[parts_count++] = (struct virtio_part){ answer, payload->head, true };
		parts[parts_count++] = (struct virtio_part){ payload->address, payload->size, true };
	} else {
		parts[parts_count++] = (struct virtio_part){ answer, P9_BUFFER, true };
	}
	return parts_count;
}

/*
 * The answer has p9->written bytes; NULL: the device is broken. There is no limit of time: the user may think for
 * long.
 */
const uint8_t *p9_send(struct p9 *p9, uint32_t size, const struct p9_payload *payload)
{
	struct virtio_part parts[PARTS_MAX];
	unsigned parts_count = describe(p9, size, payload, parts);
	uint32_t flags = interrupts_save();
	bool sent = virtqueue_add(&p9->queue, parts, parts_count, p9);

	p9->answered = false;
	if (sent) {
		virtqueue_kick(&p9->queue);
		while (!p9->answered && !p9->queue.broken)
			process_sleep(p9, 0);
	}
	interrupts_restore(flags);
	return p9->answered ? virtual_address(p9->frames + P9_BUFFER) : NULL;
}

static const char *start(struct p9 *p9, unsigned function)
{
	const char *problem = virtio_begin(&p9->device, function, 0);

	if (!problem)
		problem = virtqueue_start(&p9->queue, &p9->device, 0);
	if (problem)
		return problem;
	p9->frames = frames_allocate(2 * P9_BUFFER / PAGE_SIZE);
	return p9->frames ? NULL : "there is no memory for its messages";
}

void p9_probe(unsigned function)
{
	struct p9 *p9 = &folders[count];
	const char *problem = count < P9_MAX ? start(p9, function) : "there are too many";

	if (problem) {
		host_log("a folder (PCI function 0x%x) is not used: %s", function, problem);
		return;
	}
	p9->device.used = used;
	virtio_ready(&p9->device);
	host_log("fs%u: a folder", count++);
}
