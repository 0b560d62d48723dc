// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which devices of the machine a guest has, by the BIND request. A disk that nobody writes may have several
 * readers, and a folder several users, for its server keeps them apart; all else belongs to one guest until its
 * monitor is closed.
 */
#include "driver.h"
#include "volume.h"

static char problem[CO_PROBLEM_SIZE];

/* "blk3: the machine has 2 disks, blk0 and blk1" */
static const char *not_there(const char *name, const char *kind, unsigned wanted, unsigned count)
{
	if (count == 0)
		format(problem, sizeof(problem), "%s%u: the machine has no %s", name, wanted, kind);
	else if (count == 1)
		format(problem, sizeof(problem), "%s%u: the machine has one %s, %s0", name, wanted, kind, name);
	else
		format(problem, sizeof(problem), "%s%u: the machine has %u %ss, %s0 %s %s%u", name, wanted, count,
		       kind, name, count == 2 ? "and" : "to", name, count - 1);
	return problem;
}

static const char *no_such_unit(const char *name, uint32_t unit, unsigned units)
{
	format(problem, sizeof(problem), "%s%u: a guest has units %s0 to %s%u", name, unit, name, name, units - 1);
	return problem;
}

static const char *bound_twice(const char *name, uint32_t unit)
{
	format(problem, sizeof(problem), "%s%u has two words: leave out one of them", name, unit);
	return problem;
}

static const char *in_use(const char *name, unsigned device, unsigned monitor)
{
	format(problem, sizeof(problem), "%s%u is in use by guest%u", name, device, monitor);
	return problem;
}

/* Calls `uses` for each other guest; the first one that does, or NULL. */
static const struct monitor *other_user(const struct monitor *monitor,
					bool (*uses)(const struct monitor *other, const void *device, bool write),
					const void *device, bool write)
{
	for (unsigned id = 0; id < CO_MAX_MONITORS; id++) {
		const struct monitor *other = monitor_numbered(id);

		if (other && other != monitor && uses(other, device, write))
			return other;
	}
	return NULL;
}

static bool uses_disk(const struct monitor *other, const void *device, bool write)
{
	for (unsigned unit = 0; unit < CO_BLOCK_UNITS; unit++)
		if (other->blocks[unit].disk == device && (write || !other->blocks[unit].read_only))
			return true;
	return false;
}

static bool uses_network(const struct monitor *other, const void *device, bool write)
{
	(void)write;
	for (unsigned unit = 0; unit < CO_NETWORK_UNITS; unit++)
		if (other->networks[unit].net == device)
			return true;
	return false;
}

static bool uses_port(const struct monitor *other, const void *device, bool write)
{
	(void)write;
	for (unsigned unit = 0; unit < CO_SERIAL_UNITS; unit++)
		if (other->ports[unit] == device)
			return true;
	return false;
}

static const char *name_block(struct monitor *monitor, const struct co_bind *request)
{
	if (request->unit >= CO_BLOCK_UNITS || !monitor->blocks[request->unit].disk) {
		format(problem, sizeof(problem),
		       "%s: there is no cobd%u to be named so: bind it before, by cobd%u=blk0",
		       request->alias, request->unit, request->unit);
		return problem;
	}
	memcpy(monitor->blocks[request->unit].alias, request->alias, CO_BLOCK_ALIAS_SIZE);
	return NULL;
}

static const char *bind_block(struct monitor *monitor, const struct co_bind *request)
{
	struct blk *disk = blk_numbered(request->device);
	const struct monitor *other;
	bool read_only;

	if (request->flags & CO_BIND_ALIAS_ONLY)
		return name_block(monitor, request);
	if (request->unit >= CO_BLOCK_UNITS)
		return no_such_unit("cobd", request->unit, CO_BLOCK_UNITS);
	if (monitor->blocks[request->unit].disk)
		return bound_twice("cobd", request->unit);
	if (!disk)
		return not_there("blk", "disk", request->device, blk_count());
	read_only = request->flags & CO_BIND_READ_ONLY || blk_is_read_only(disk);
	other = other_user(monitor, uses_disk, disk, !read_only);
	if (other)
		return in_use("blk", request->device, other->id);
	monitor->blocks[request->unit] = (struct block_unit){ disk, read_only, request->flags & CO_BIND_SYNC, "" };
	memcpy(monitor->blocks[request->unit].alias, request->alias, CO_BLOCK_ALIAS_SIZE);
	return NULL;
}

static const char *bind_network(struct monitor *monitor, const struct co_bind *request)
{
	struct net *net = net_numbered(request->device);
	const struct monitor *other;
	struct network_unit *unit;

	if (request->unit >= CO_NETWORK_UNITS)
		return no_such_unit("eth", request->unit, CO_NETWORK_UNITS);
	if (monitor->networks[request->unit].net)
		return bound_twice("eth", request->unit);
	if (!net)
		return not_there("net", "network", request->device, net_count());
	other = uses_network(monitor, net, true) ? monitor : other_user(monitor, uses_network, net, true);
	if (other)
		return in_use("net", request->device, other->id);
	unit = &monitor->networks[request->unit];
	*unit = (struct network_unit){ .net = net, .monitor = monitor };
	memcpy(unit->mac, request->flags & CO_BIND_MAC ? request->mac : net_mac(net), sizeof(unit->mac));
	return NULL;
}

static const char *bind_filesystem(struct monitor *monitor, const struct co_bind *request)
{
	struct p9 *p9 = p9_numbered(request->device);

	if (request->unit >= CO_FS_UNITS)
		return no_such_unit("cofs", request->unit, CO_FS_UNITS);
	if (monitor->volumes[request->unit])
		return bound_twice("cofs", request->unit);
	if (!p9)
		return not_there("fs", "folder", request->device, p9_count());
	monitor->volumes[request->unit] = volume_create(p9);
	return monitor->volumes[request->unit] ? NULL : "the host has no memory left";
}

static const char *bind_serial(struct monitor *monitor, const struct co_bind *request)
{
	struct port *port = port_numbered(request->device);
	const struct monitor *other;

	if (request->unit >= CO_SERIAL_UNITS)
		return no_such_unit("ttys", request->unit, CO_SERIAL_UNITS);
	if (monitor->ports[request->unit])
		return bound_twice("ttys", request->unit);
	if (!port)
		return not_there("port", "serial port", request->device, port_count());
	other = uses_port(monitor, port, true) ? monitor : other_user(monitor, uses_port, port, true);
	if (other)
		return in_use("port", request->device, other->id);
	monitor->ports[request->unit] = port;
	return NULL;
}

const char *binding_add(struct monitor *monitor, const struct co_bind *request)
{
	switch (request->kind) {
	case CO_BIND_BLOCK:
		return bind_block(monitor, request);
	case CO_BIND_NETWORK:
		return bind_network(monitor, request);
	case CO_BIND_FILESYSTEM:
		return bind_filesystem(monitor, request);
	case CO_BIND_SERIAL:
		return bind_serial(monitor, request);
	default:
		return "there is no such kind of device";
	}
}
