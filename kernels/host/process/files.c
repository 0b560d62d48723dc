// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a process can open: `console` (each line it writes becomes a line of the host's log), `status` (the last row of
 * the screen), and `colinux`, the driver. File 0 is the console from the beginning.
 */
#include "process.h"
#include "syscalls.h"
#include "driver/driver.h"

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
static const struct device *const devices[] = { &console, &status, &driver_device };

void files_init(struct file *files)
{
	files[FILE_CONSOLE].device = &console;
}

static struct file *file_at(uint32_t number)
{
	struct file *file = number < PROCESS_FILES ? &current->files[number] : NULL;

	return file && file->device ? file : NULL;
}

int32_t file_open(const char *name)
{
	for (unsigned i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		if (strcmp(devices[i]->name, name) != 0)
			continue;
		for (uint32_t number = FILE_CONSOLE + 1; number < PROCESS_FILES; number++) {
			if (file_at(number))
				continue;
			current->files[number] = (struct file){ .device = devices[i] };
			return (int32_t)number;
		}
		return -ERROR_TOO_MANY_FILES;
	}
	return -ERROR_NO_ENTRY;
}

int32_t file_write(uint32_t number, const char *text, uint32_t size)
{
	struct file *file = file_at(number);

	return file && file->device->write ? file->device->write(file, text, size) : -ERROR_BAD_FILE;
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
