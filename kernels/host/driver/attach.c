// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes as back-ends, as in coLinux: one that has attached reads the messages that a guest sends to its
 * modules, and writes messages to the guest in their name. colinux-serial-daemon does so for a serial line.
 *
 * A guest that sends faster than the process reads waits a while. Then its message is lost, for a back-end that
 * does not read must not stop a guest for ever. A guest with serial lines starts when their processes have attached:
 * what it sends before would be lost.
 */
#include "driver.h"
#include "syscalls.h"

#define PATIENCE	HZ		/* ticks that a guest waits for a process */
#define START_PATIENCE	(10 * HZ)	/* and its start for one that shall serve a line of it */
#define NOBODY		CO_MAX_MONITORS	/* the monitor is gone */
#define WORD_BITS	32

struct attachment {
	struct attachment *next;
	unsigned monitor;
	uint32_t modules[(CO_MODULE_MAX + WORD_BITS - 1) / WORD_BITS];	/* a bit for each */
	struct message_queue queue;
};

#define ATTACHMENT_FRAMES	((sizeof(struct attachment) + PAGE_SIZE - 1) / PAGE_SIZE)

static struct attachment *attachments;

static bool serves(const struct attachment *attachment, uint32_t module)
{
	return module < CO_MODULE_MAX && attachment->modules[module / WORD_BITS] & 1u << module % WORD_BITS;
}

static struct attachment *server_of(unsigned monitor, uint32_t module)
{
	struct attachment *attachment = attachments;

	while (attachment && (attachment->monitor != monitor || !serves(attachment, module)))
		attachment = attachment->next;
	return attachment;
}

/* The back-end may end while the guest waits for it, so it is looked for each time. */
void attach_deliver(const struct monitor *monitor, const struct co_message *message)
{
	uint32_t since = clock_ticks();
	struct attachment *attachment;

	if (message->size > CO_ATTACH_MESSAGE_MAX - sizeof(*message))
		return;
	while ((attachment = server_of(monitor->id, message->to))) {
		if (queue_push(&attachment->queue, message, message + 1)) {
			files_changed();
			return;
		}
		if (message->priority == CO_PRIORITY_DISCARDABLE || clock_ticks() - since >= PATIENCE)
			return;
		queue_wait_for_room(&attachment->queue, PATIENCE);
	}
}

static const char *await_line(const struct monitor *monitor, unsigned unit)
{
	static char problem[CO_PROBLEM_SIZE];
	uint32_t flags = interrupts_save(), since = clock_ticks(), passed = 0;

	while (!server_of(monitor->id, CO_MODULE_SERIAL0 + unit) && passed < START_PATIENCE) {
		process_sleep(&attachments, START_PATIENCE - passed);
		passed = clock_ticks() - since;
	}
	interrupts_restore(flags);
	if (passed < START_PATIENCE)
		return NULL;
	format(problem, sizeof(problem), "ttys%u: no process serves it", unit);
	return problem;
}

const char *attach_await_lines(const struct monitor *monitor)
{
	const char *problem = NULL;

	for (unsigned unit = 0; !problem && unit < CO_SERIAL_UNITS; unit++)
		if (monitor->ports[unit])
			problem = await_line(monitor, unit);
	return problem;
}

void attach_monitor_gone(unsigned monitor)
{
	for (struct attachment *attachment = attachments; attachment; attachment = attachment->next) {
		if (attachment->monitor != monitor)
			continue;
		attachment->monitor = NOBODY;
		process_wake(&attachment->queue);
	}
	files_changed();
}

/* --- The file, once it is attached ----------------------------------------------------------------------- */

static bool attached_readable(const struct file *file)
{
	const struct attachment *attachment = file->data;

	return attachment->queue.count || attachment->monitor == NOBODY;
}

static int32_t attached_read(struct file *file, char *bytes, uint32_t size)
{
	struct attachment *attachment = file->data;
	uint32_t flags = interrupts_save(), taken;

	while (!attached_readable(file))
		process_sleep(&attachment->queue, 0);
	taken = queue_take_batch(&attachment->queue, bytes, size);
	interrupts_restore(flags);
	return taken || !attachment->queue.count ? (int32_t)taken : -ERROR_INVALID;	/* not even one fits */
}

/* Is it about the unit of the device that the module, one of `units` from `first` on, stands for? */
static bool belongs(uint32_t module, const struct co_linux_message *message, uint32_t first, uint32_t units,
		    enum co_device device)
{
	return module - first < units && message->device == device && message->unit == module - first;
}

/* One message, to the guest, from a module of ours and about its own device. */
static bool is_proper(const struct attachment *attachment, const struct co_message *message, uint32_t size)
{
	const struct co_linux_message *data = (const void *)(message + 1);

	if (size < sizeof(*message) + sizeof(*data) || message->size != size - sizeof(*message) ||
	    data->size != message->size - sizeof(*data) || message->to != CO_MODULE_LINUX ||
	    message->priority > CO_PRIORITY_IMPORTANT || message->type > CO_MESSAGE_TYPE_OTHER ||
	    !serves(attachment, message->from))
		return false;
	return belongs(message->from, data, CO_MODULE_CONET0, CO_NETWORK_UNITS, CO_DEVICE_NETWORK) ||
	       belongs(message->from, data, CO_MODULE_SERIAL0, CO_SERIAL_UNITS, CO_DEVICE_SERIAL);
}

/* Sleeps while the guest's queue is full, unless the message may be lost. */
static int32_t attached_write(struct file *file, const char *bytes, uint32_t size)
{
	struct attachment *attachment = file->data;
	const struct co_message *message = (const void *)bytes;
	struct monitor *monitor;

	if (size > CO_ATTACH_MESSAGE_MAX || !is_proper(attachment, message, size))
		return -ERROR_INVALID;
	while ((monitor = monitor_numbered(attachment->monitor))) {
		if (queue_push(&monitor->queue, message, message + 1))
			return (int32_t)size;
		if (message->priority == CO_PRIORITY_DISCARDABLE)
			return 0;
		queue_wait_for_room(&monitor->queue, 1);
	}
	return -ERROR_NO_ENTRY;
}

static void attached_close(struct file *file)
{
	struct attachment *attachment = file->data, **link = &attachments;

	while (*link != attachment)
		link = &(*link)->next;
	*link = attachment->next;
	queue_clear(&attachment->queue);
	frames_free(physical_address(attachment), ATTACHMENT_FRAMES);
}

static const struct device attached_device = {
	.name = "colinux, attached", .read = attached_read, .readable = attached_readable, .write = attached_write,
	.close = attached_close,
};

int32_t attach(struct file *file, const struct co_attach *request)
{
	struct attachment *attachment;
	uint32_t frames;

	if (!monitor_numbered(request->monitor))
		return -ERROR_NO_ENTRY;
	if (!request->count || request->count > CO_ATTACH_MODULES)
		return -ERROR_INVALID;
	for (uint32_t i = 0; i < request->count; i++) {
		if (request->modules[i] >= CO_MODULE_MAX)
			return -ERROR_INVALID;
		if (server_of(request->monitor, request->modules[i]))
			return -ERROR_BUSY;
	}
	frames = frames_allocate(ATTACHMENT_FRAMES);
	if (!frames)
		return -ERROR_NO_MEMORY;
	attachment = virtual_address(frames);
	attachment->monitor = request->monitor;
	for (uint32_t i = 0; i < request->count; i++)
		attachment->modules[request->modules[i] / WORD_BITS] |= 1u << request->modules[i] % WORD_BITS;
	attachment->next = attachments;
	attachments = attachment;
	*file = (struct file){ &attached_device, attachment };
	process_wake(&attachments);
	return 0;
}
