// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device `colinux`: the table of monitors, and the requests that colinux-daemon and others make by ioctl(). A
 * record is copied in, looked at, answered and copied out again, so nothing of it changes under our hands.
 */
#include "driver.h"
#include "syscalls.h"

static struct monitor *monitors[CO_MAX_MONITORS];

struct monitor *monitor_numbered(unsigned id)
{
	return id < CO_MAX_MONITORS ? monitors[id] : NULL;
}

static int32_t answer(char *problem, const char *text)
{
	if (!text)
		return 0;
	format(problem, CO_PROBLEM_SIZE, "%s", text);
	return -ERROR_INVALID;
}

/* --- Requests to the manager; `owned` is the monitor of the file, NULL if it has none ------------------- */

static int32_t create(struct monitor **owned, void *record)
{
	struct co_create *request = record;
	int32_t result;

	if (*owned || request->id >= CO_MAX_MONITORS || monitors[request->id])
		return -ERROR_BUSY;
	result = answer(request->problem, monitor_create(request->id, request->memory_mib, owned));
	if (result)
		return result;
	monitors[request->id] = *owned;
	request->memory_base = (*owned)->base;
	return 0;
}

static int32_t info(struct monitor **owned, void *record)
{
	struct co_info *result = record;

	(void)owned;
	*result = (struct co_info){ CO_ABI_VERSION, frames_total_mib(), frames_free_mib(), modules_count(), "" };
	format(result->command_line, sizeof(result->command_line), "%s", host_command_line());
	return 0;
}

static int32_t module(struct monitor **owned, void *record)
{
	struct co_module_info *request = record;
	const struct module *found = module_at(request->index);

	(void)owned;
	if (!found)
		return -ERROR_NO_ENTRY;
	request->size = found->size;
	format(request->command_line, sizeof(request->command_line), "%s", found->command_line);
	return 0;
}

static int32_t monitor_list(struct monitor **owned, void *record)
{
	struct co_monitor_list *list = record;

	(void)owned;
	list->count = 0;
	for (unsigned id = 0; id < CO_MAX_MONITORS; id++) {
		if (!monitors[id])
			continue;
		list->monitors[list->count].id = id;
		list->monitors[list->count++].state = monitors[id]->state;
	}
	return 0;
}

static int32_t status(struct monitor **owned, void *record)
{
	struct co_status *request = record;
	const struct monitor *monitor = monitor_numbered(request->id);

	(void)owned;
	if (!monitor)
		return -ERROR_NO_ENTRY;
	request->state = monitor->state;
	memcpy(request->switches, monitor->switches, sizeof(request->switches));
	return 0;
}

/* --- Requests to the monitor that the file owns ---------------------------------------------------------- */

static int32_t close_owned(struct monitor **owned, void *record)
{
	unsigned id = (*owned)->id;

	(void)record;
	monitor_close(*owned);		/* until it is gone its devices are not free */
	monitors[id] = NULL;
	*owned = NULL;
	return 0;
}

static int32_t load(struct monitor **owned, void *record)
{
	struct co_load *request = record;
	const struct module *found = module_at(request->module), *initrd = module_at(request->initrd);

	if ((*owned)->state != CO_MONITOR_STATE_INITIALIZED)
		return -ERROR_BUSY;
	if (!found)
		return -ERROR_NO_ENTRY;
	if (!initrd && request->initrd != CO_NO_MODULE) {
		format(request->problem, sizeof(request->problem), "initrd=%u: there are %u boot modules, counted from 0",
		       request->initrd, modules_count());
		return -ERROR_INVALID;
	}
	return answer(request->problem, monitor_load(*owned, found, initrd));
}

static int32_t bind(struct monitor **owned, void *record)
{
	struct co_bind *request = record;

	if ((*owned)->state != CO_MONITOR_STATE_INITIALIZED)
		return -ERROR_BUSY;
	request->alias[sizeof(request->alias) - 1] = '\0';
	return answer(request->problem, binding_add(*owned, request));
}

static int32_t console(struct monitor **owned, void *record)
{
	const struct co_console_shape *shape = record;
	struct co_console_config config = { (uint16_t)shape->rows, (uint16_t)shape->columns, (uint8_t)shape->attribute };
	struct console other;

	if (shape->rows > CO_CONSOLE_MAX || shape->columns > CO_CONSOLE_MAX ||
	    !console_create(&other, &config, shape->scrollback))
		return -ERROR_INVALID;
	console_destroy(&(*owned)->console);
	(*owned)->console = other;
	return 0;
}

static int32_t start(struct monitor **owned, void *record)
{
	struct co_start *request = record;

	if ((*owned)->state != CO_MONITOR_STATE_INITIALIZED || !(*owned)->kernel_end)
		return -ERROR_BUSY;
	request->command_line[sizeof(request->command_line) - 1] = '\0';
	return answer(request->problem, monitor_start(*owned, request->command_line));
}

static int32_t run(struct monitor **owned, void *record)
{
	(void)record;
	if ((*owned)->state < CO_MONITOR_STATE_STARTED)
		return -ERROR_INVALID;
	return (int32_t)monitor_run(*owned);
}

static int32_t get_state(struct monitor **owned, void *record)
{
	struct co_end_state *result = record;

	result->state = (*owned)->state;
	result->termination = (*owned)->termination;
	return 0;
}

static int32_t reset(struct monitor **owned, void *record)
{
	(void)record;
	monitor_reset(*owned);
	return 0;
}

/* --- The device ------------------------------------------------------------------------------------------- */

union record {
	struct co_create create;
	struct co_info info;
	struct co_module_info module;
	struct co_monitor_list list;
	struct co_status status;
	struct co_load load;
	struct co_start start;
	struct co_end_state end;
	struct co_bind bind;
	struct co_console_shape console;
};

static const struct request {
	enum co_ioctl number;
	uint32_t size;
	bool needs_monitor;
	int32_t (*serve)(struct monitor **owned, void *record);
} requests[] = {
	{ CO_MANAGER_CREATE, sizeof(struct co_create), false, create },
	{ CO_MANAGER_INFO, sizeof(struct co_info), false, info },
	{ CO_MANAGER_MODULE, sizeof(struct co_module_info), false, module },
	{ CO_MANAGER_MONITOR_LIST, sizeof(struct co_monitor_list), false, monitor_list },
	{ CO_MANAGER_STATUS, sizeof(struct co_status), false, status },
	{ CO_MONITOR_CLOSE, 0, true, close_owned },
	{ CO_MONITOR_LOAD, sizeof(struct co_load), true, load },
	{ CO_MONITOR_START, sizeof(struct co_start), true, start },
	{ CO_MONITOR_RUN, 0, true, run },
	{ CO_MONITOR_GET_STATE, sizeof(struct co_end_state), true, get_state },
	{ CO_MONITOR_RESET, 0, true, reset },
	{ CO_MONITOR_BIND, sizeof(struct co_bind), true, bind },
	{ CO_MONITOR_CONSOLE, sizeof(struct co_console_shape), true, console },
};

/* The only request that makes something else of the file. */
static int32_t attach_file(struct file *file, uint32_t argument)
{
	struct co_attach request;

	if (file->data)
		return -ERROR_BUSY;		/* it owns a monitor */
	if (!user_may(argument, sizeof(request), false))
		return -ERROR_BAD_ADDRESS;
	memcpy(&request, (const void *)argument, sizeof(request));
	return attach(file, &request);
}

static int32_t driver_ioctl(struct file *file, uint32_t number, uint32_t argument)
{
	struct monitor *owned = file->data;
	union record record;
	int32_t result;

	if (number == CO_MANAGER_ATTACH)
		return attach_file(file, argument);
	for (unsigned i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		const struct request *request = &requests[i];

		if (request->number != number)
			continue;
		if (request->needs_monitor && !owned)
			return -ERROR_NOT_PERMITTED;
		if (!user_may(argument, request->size, true) && request->size)
			return -ERROR_BAD_ADDRESS;
		memcpy(&record, (const void *)argument, request->size);
		result = request->serve(&owned, &record);
		memcpy((void *)argument, &record, request->size);
		file->data = owned;
		return result;
	}
	return -ERROR_INVALID;
}

static void driver_close(struct file *file)
{
	struct monitor *owned = file->data;

	if (owned)
		close_owned(&owned, NULL);
}

const struct device driver_device = { .name = "colinux", .ioctl = driver_ioctl, .close = driver_close };
