// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conet: Ethernet interfaces of a guest (colinux/network.h). Frames of the guest are copied from the I/O area to a
 * buffer of the network card, frames for it into its queue. A frame may be lost, so a guest that does not take its
 * messages loses frames and nothing else.
 */
#include "driver.h"

static enum co_module module_of(const struct network_unit *unit)
{
	return CO_MODULE_CONET0 + (enum co_module)(unit - unit->monitor->networks);
}

static void tell(const struct network_unit *unit, enum co_message_priority priority, enum co_message_type type,
		 const void *payload, uint32_t size)
{
	struct monitor *monitor = unit->monitor;

	if (monitor->state == CO_MONITOR_STATE_STARTED || monitor->state == CO_MONITOR_STATE_RUNNING)
		monitor_tell(monitor, module_of(unit), priority, type, CO_DEVICE_NETWORK,
			     (uint32_t)(unit - monitor->networks), payload, size);
}

static void receive(void *user, const void *frame, uint32_t size)
{
	tell(user, CO_PRIORITY_DISCARDABLE, CO_MESSAGE_TYPE_OTHER, frame, size);
}

static void link_changed(void *user, bool up)
{
	const char *word = up ? "up" : "down";

	tell(user, CO_PRIORITY_IMPORTANT, CO_MESSAGE_TYPE_STRING, word, (uint32_t)strlen(word));
}

void network_request(struct monitor *monitor)
{
	struct co_network_request *request = (void *)&monitor->page->params[1];
	const struct network_unit *unit = request->unit < CO_NETWORK_UNITS ? &monitor->networks[request->unit] : NULL;

	request->result = CO_BLOCK_ENXIO;
	if (!unit || !unit->net || request->type != CO_NETWORK_GET_MAC)
		return;
	memcpy(request->mac, unit->mac, sizeof(request->mac));
	memset(request->pad, 0, sizeof(request->pad));
	request->result = 0;
}

void network_send(struct monitor *monitor, unsigned unit, const struct co_message *message)
{
	struct net *net = monitor->networks[unit].net;

	if (net && message->size >= CO_NETWORK_FRAME_MIN && message->size <= CO_NETWORK_FRAME_MAX)
		net_send(net, message + 1, message->size);
}

/* The guest is about to begin: frames are for it, and a link that is down is news. */
void network_start(struct monitor *monitor)
{
	for (struct network_unit *unit = monitor->networks; unit < monitor->networks + CO_NETWORK_UNITS; unit++) {
		const struct net_user user = { receive, link_changed, unit };

		if (!unit->net)
			continue;
		net_open(unit->net, &user);
		if (!net_is_up(unit->net))
			link_changed(unit, false);
	}
}

void network_close(struct monitor *monitor)
{
	for (struct network_unit *unit = monitor->networks; unit < monitor->networks + CO_NETWORK_UNITS; unit++)
		if (unit->net)
			net_close(unit->net);
}
