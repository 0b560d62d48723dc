// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process can open: `console` (each line it writes becomes a line of the host's log), `status` (the last row
 * of the screen), `colinux`, the driver, and `port0`, `port1` and so on, serial lines of the machine. File 0 is the
 * console from the beginning.
 */
#include "process.h"
#include "syscalls.h"
#include "driver/driver.h"
#include "virtio/virtio.h"

#define NUMBER_TOO_LARGE	1000	/* no more digits are read */

static const char any_file;		/* what poll() sleeps for */

static int32_t console_write(struct file *file, const char *text, uint32_t size)
{
	char prefix[PROCESS_NAME_SIZE + 2];

	(void)file;
	format(prefix, sizeof(prefix), "%s: ", current->name);
	log_lines(prefix, text, size);
	return (int32_t)size;
}

static int32_t status_write(struct file *file, const char *text, uint32_t size)
{
	(void)file;
	screen_status(text, size);
	return (int32_t)size;
}

static const struct device console = { .name = "console", .write = console_write };
static const struct device status = { .name = "status", .write = status_write };
static const struct device *const devices[] = { &console, &status, &driver_device, &port_device };

void files_init(struct file *files)
{
	files[FILE_CONSOLE].device = &console;
}

static struct file *file_at(uint32_t number)
{
	struct file *file = number < PROCESS_FILES ? &current->files[number] : NULL;

	return file && file->device ? file : NULL;
}

/* Is it the name of this device? Then which of several. */
static bool names(const char *name, const struct device *device, unsigned *number)
{
	size_t length = strlen(device->name);

	*number = 0;
	if (!device->numbered)
		return strcmp(device->name, name) == 0;
	if (memcmp(name, device->name, length) != 0 || !name[length])
		return false;
	for (name += length; *name >= '0' && *name <= '9' && *number < NUMBER_TOO_LARGE; name++)
		*number = *number * 10 + (unsigned)(*name - '0');
	return !*name;
}

static int32_t open_device(const struct device *device, unsigned which)
{
	for (uint32_t number = FILE_CONSOLE + 1; number < PROCESS_FILES; number++) {
		struct file *file = &current->files[number];
		int32_t result;

		if (file_at(number))
			continue;
		*file = (struct file){ .data = NULL };
		result = device->open ? device->open(file, which) : 0;
		if (result < 0)
			return result;
		file->device = device;
		return (int32_t)number;
	}
	return -ERROR_TOO_MANY_FILES;
}

int32_t file_open(const char *name)
{
	unsigned number;

	for (unsigned i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (names(name, devices[i], &number))
			return open_device(devices[i], number);
	return -ERROR_NO_ENTRY;
}

int32_t file_read(uint32_t number, char *bytes, uint32_t size)
{
	struct file *file = file_at(number);

	return file && file->device->read ? file->device->read(file, bytes, size) : -ERROR_BAD_FILE;
}

int32_t file_write(uint32_t number, const char *text, uint32_t size)
{
	struct file *file = file_at(number);

	return file && file->device->write ? file->device->write(file, text, size) : -ERROR_BAD_FILE;
}

/* Which of `numbers`, a bit for each file, can be read; sleeps until one can. */
int32_t file_poll(uint32_t numbers)
{
	uint32_t flags = interrupts_save(), ready = 0;

	for (;;) {
		for (uint32_t number = 0; number < PROCESS_FILES; number++) {
			const struct file *file = file_at(number);

			if (numbers & 1u << number && file && file->device->readable && file->device->readable(file))
				ready |= 1u << number;
		}
		if (ready)
			break;
		process_sleep(&any_file, 0);
	}
	interrupts_restore(flags);
	return (int32_t)ready;
}

void files_changed(void)
{
	process_wake(&any_file);
}

int32_t file_ioctl(uint32_t number, uint32_t request, uint32_t argument)
{
	struct file *file = file_at(number);

	return file && file->device->ioctl ? file->device->ioctl(file, request, argument) : -ERROR_BAD_FILE;
}

int32_t file_close(uint32_t number)
{
	struct file *file = file_at(number);

	if (!file)
		return -ERROR_BAD_FILE;
	if (file->device->close)
		file->device->close(file);
	file->device = NULL;
	return 0;
}

void files_close_all(void)
{
	for (uint32_t number = 0; number < PROCESS_FILES; number++)
		file_close(number);
}
