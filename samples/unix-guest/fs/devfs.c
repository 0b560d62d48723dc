// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev: a table of devices. Some are text: what the kernel knows, written anew at each read, and for some a line to
 * write settings with.
 */
#include "fs.h"

#define DEVICES		64
#define ROOT		1
#define FIRST		2		/* a device's number is its place in the table + 2 */

static struct device {
	char name[16];
	uint32_t mode, unit;
	uint64_t size;
	const struct file_ops *ops;
	void (*show)(struct text *text);
	int (*store)(const char *line);
} devices[DEVICES];
static uint32_t device_count;

void device_add(const char *name, uint32_t mode, const struct file_ops *ops, uint32_t unit, uint64_t size)
{
	struct device *device = &devices[device_count];

	if (device_count == DEVICES)
		panic("too many devices");
	*device = (struct device){ .mode = mode, .unit = unit, .size = size, .ops = ops };
	strcopy(device->name, name, sizeof(device->name));
	device_count++;
}

static int load(struct vnode *vnode)
{
	const struct device *device = &devices[vnode->number - FIRST];

	if (vnode->number == ROOT) {
		vnode->mode = S_IFDIR | 0755;
		vnode->links = 2;
		return 0;
	}
	vnode->mode = device->mode;
	vnode->links = 1;
	vnode->device = device->ops;
	vnode->unit = device->unit;
	vnode->size = device->size;
	return 0;
}

static int lookup(struct vnode *directory, const char *name, uint32_t *number)
{
	(void)directory;
	*number = ROOT;
	if (!strcmp(name, ".."))
		return 0;
	for (uint32_t i = 0; i < device_count; i++)
		if (!strcmp(devices[i].name, name)) {
			*number = FIRST + i;
			return 0;
		}
	return -ENOENT;
}

static int list(struct vnode *directory, uint64_t *offset, struct dirent64 *entry)
{
	uint32_t i = (uint32_t)*offset;

	(void)directory;
	if (*offset >= device_count)
		return 0;
	entry->d_ino = FIRST + i;
	entry->d_type = devices[i].mode >> 12;
	strcopy(entry->d_name, devices[i].name, NAME_MAX);
	++*offset;
	return 1;
}

static const struct vnode_ops ops = { .load = load, .lookup = lookup, .list = list };
const struct fs_type devfs = { .name = "dev", .root = ROOT, .ops = &ops };

/* Appends; what does not fit is cut off. */
void text_add(struct text *text, const char *template, ...)
{
	va_list arguments;

	va_start(arguments, template);
	text->length += format_list(text->buffer + text->length, text->size - text->length, template, arguments);
	va_end(arguments);
}

static int read_text(struct file *file, void *buffer, uint32_t length)
{
	struct text text = { kmalloc(PAGE_SIZE), PAGE_SIZE, 0 };
	uint32_t count = 0;

	if (!text.buffer)
		return -ENOMEM;
	devices[file->vnode->number - FIRST].show(&text);
	if (file->offset < text.length)
		count = minimum(length, text.length - (uint32_t)file->offset);
	memcpy(buffer, text.buffer + file->offset, count);
	file->offset += count;
	kfree(text.buffer);
	return (int)count;
}

static int write_text(struct file *file, const void *buffer, uint32_t length)
{
	int (*store)(const char *line) = devices[file->vnode->number - FIRST].store;
	char line[80];
	int error;

	if (!store || length >= sizeof(line))
		return -EINVAL;
	memcpy(line, buffer, length);
	line[length] = '\0';
	error = store(line);
	return error ? error : (int)length;
}

static const struct file_ops text_ops = { .read = read_text, .write = write_text };

void device_add_text(const char *name, void (*show)(struct text *text), int (*store)(const char *line))
{
	device_add(name, S_IFCHR | (store ? 0644 : 0444), &text_ops, 0, 0);
	devices[device_count - 1].show = show;
	devices[device_count - 1].store = store;
}

static int read_null(struct file *file, void *buffer, uint32_t length)
{
	(void)file, (void)buffer, (void)length;
	return 0;
}

static int read_zero(struct file *file, void *buffer, uint32_t length)
{
	(void)file;
	memset(buffer, 0, length);
	return (int)length;
}

static int write_null(struct file *file, const void *buffer, uint32_t length)
{
	(void)file, (void)buffer;
	return (int)length;
}

static const struct file_ops null_ops = { .read = read_null, .write = write_null };
static const struct file_ops zero_ops = { .read = read_zero, .write = write_null };

static void show_command_line(struct text *text)
{
	text_add(text, "%s\n", boot_params.command_line);
}

static void show_processes(struct text *text)
{
	static const char *const states[] = { "", "ready", "sleeping", "zombie" };

	text_add(text, "PID PARENT STATE    TICKS NAME         WAITS FOR\n");
	for (const struct process *process = processes; process < processes + PROCESSES; process++)
		if (process->state != PROCESS_FREE)
			text_add(text, "%3d %6d %-8s %5u %-12s %s\n", process->pid,
				 process->parent ? process->parent->pid : 0, states[process->state], process->ticks,
				 process->name, process->waits_for ? process->waits_for : "");
}

static void show_mounts(struct text *text)
{
	for (const struct mount *mount = mounts; mount < mounts + MOUNTS; mount++)
		if (mount->type)
			text_add(text, "%s on %s type %s%s\n", mount->source, mount->path, mount->type->name,
				 mount->read_only ? " (read-only)" : "");
}

void devices_init(void)
{
	device_add("null", S_IFCHR | 0666, &null_ops, 0, 0);
	device_add("zero", S_IFCHR | 0666, &zero_ops, 0, 0);
	device_add("console", S_IFCHR | 0666, &console_ops, 0, 0);
	device_add("power", S_IFCHR | 0600, &power_ops, 0, 0);
	for (char name[] = "ttyS0"; name[4] < '4'; name[4]++)
		device_add(name, S_IFCHR | 0666, &serial_ops, (uint32_t)(name[4] - '0'), 0);
	device_add_text("cmdline", show_command_line, NULL);
	device_add_text("processes", show_processes, NULL);
	device_add_text("mounts", show_mounts, NULL);
}
