// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtio networks (VIRTIO 1.2, 5.1): frames in and out, one buffer each, without offloads. What comes goes to the
 * one who has opened the network, straight from the buffer, which the device then gets again; what is sent is
 * copied first. A frame for which there is no room, on whichever side, is lost, as on a wire.
 */
#include "virtio.h"

#define FEATURE_MAC		(1u << 5)
#define FEATURE_STATUS		(1u << 16)
#define CONFIG_MAC		0
#define CONFIG_STATUS		6
#define STATUS_LINK_UP		1
#define RECEIVE			0
#define TRANSMIT		1
#define BUFFERS			32	/* in each direction */

/* No offloads: the header (5.1.6) is all zeros. */
struct buffer {
	uint8_t header[10];
	uint8_t frame[FRAME_MAX];
};

struct net {
	struct virtio_device device;
	struct virtqueue queues[2];
	uint8_t mac[6];
	struct net_user user;
	struct buffer *sending[BUFFERS];	/* those that are free */
	unsigned sending_free;
};

static struct net nets[NET_MAX];
static unsigned count;

unsigned net_count(void)
{
	return count;
}

struct net *net_numbered(unsigned number)
{
	return number < count ? &nets[number] : NULL;
}

const uint8_t *net_mac(const struct net *net)
{
	return net->mac;
}

/* A device that does not tell of its link has one. */
bool net_is_up(const struct net *net)
{
	return !(net->device.features & FEATURE_STATUS) ||
	       virtio_config8(&net->device, CONFIG_STATUS) & STATUS_LINK_UP;
}

/* Header and frame are buffers of their own: old devices insist (5.1.6, legacy interface). */
static bool add(struct net *net, unsigned queue, struct buffer *buffer, uint32_t size)
{
	const struct virtio_part parts[2] = {
		{ physical_address(buffer->header), sizeof(buffer->header), queue == RECEIVE },
		{ physical_address(buffer->frame), size, queue == RECEIVE },
	};

	return virtqueue_add(&net->queues[queue], parts, 2, buffer);
}

static void used(struct virtio_device *device)
{
	struct net *net = (struct net *)device;		/* its first member */
	struct buffer *buffer;
	uint32_t written;
	bool any = false;

	while ((buffer = virtqueue_take(&net->queues[RECEIVE], &written))) {
		if (net->user.receive && written > sizeof(buffer->header) && written <= sizeof(*buffer))
			net->user.receive(net->user.user, buffer->frame, written - sizeof(buffer->header));
		any |= add(net, RECEIVE, buffer, sizeof(buffer->frame));
	}
	if (any)
		virtqueue_kick(&net->queues[RECEIVE]);
}

static void reconfigured(struct virtio_device *device)
{
	struct net *net = (struct net *)device;

	if (net->user.link_changed)
		net->user.link_changed(net->user.user, net_is_up(net));
}

void net_open(struct net *net, const struct net_user *user)
{
	uint32_t flags = interrupts_save();

	net->user = *user;
	interrupts_restore(flags);
}

void net_close(struct net *net)
{
	net_open(net, &(struct net_user){ NULL, NULL, NULL });
}

void net_send(struct net *net, const void *frame, uint32_t size)
{
	uint32_t flags = interrupts_save();
	struct buffer *buffer;
	uint32_t written;

	while ((buffer = virtqueue_take(&net->queues[TRANSMIT], &written)))
		net->sending[net->sending_free++] = buffer;
	if (net->sending_free && size <= FRAME_MAX) {
		buffer = net->sending[net->sending_free - 1];
		memset(buffer->header, 0, sizeof(buffer->header));
		memcpy(buffer->frame, frame, size);
		if (add(net, TRANSMIT, buffer, size)) {
			net->sending_free--;
			virtqueue_kick(&net->queues[TRANSMIT]);
		}
	}
	interrupts_restore(flags);
}

static const char *prepare(struct net *net)
{
	uint32_t size = 2 * BUFFERS * sizeof(struct buffer);
	uint32_t frames = frames_allocate((size + PAGE_SIZE - 1) / PAGE_SIZE);
	struct buffer *buffers = virtual_address(frames);

	if (!frames)
		return "there is no memory for its buffers";
	for (unsigned i = 0; i < BUFFERS; i++) {
		add(net, RECEIVE, &buffers[i], sizeof(buffers[i].frame));
		net->sending[net->sending_free++] = &buffers[BUFFERS + i];
	}
	virtqueue_quiet(&net->queues[TRANSMIT]);
	return NULL;
}

static const char *start(struct net *net, unsigned function)
{
	const char *problem = virtio_begin(&net->device, function, FEATURE_MAC | FEATURE_STATUS);

	for (unsigned i = 0; !problem && i < 2; i++)
		problem = virtqueue_start(&net->queues[i], &net->device, i);
	if (!problem && !(net->device.features & FEATURE_MAC))
		problem = "it has no address";
	return problem ? problem : prepare(net);
}

void net_probe(unsigned function)
{
	struct net *net = &nets[count];
	const char *problem = count < NET_MAX ? start(net, function) : "there are too many";

	if (problem) {
		host_log("a network (PCI function 0x%x) is not used: %s", function, problem);
		return;
	}
	for (unsigned i = 0; i < sizeof(net->mac); i++)
		net->mac[i] = virtio_config8(&net->device, CONFIG_MAC + i);
	net->device.used = used;
	net->device.reconfigured = reconfigured;
	virtio_ready(&net->device);
	virtqueue_kick(&net->queues[RECEIVE]);
	host_log("net%u: %02x:%02x:%02x:%02x:%02x:%02x", count++, net->mac[0], net->mac[1], net->mac[2], net->mac[3],
		 net->mac[4], net->mac[5]);
}
