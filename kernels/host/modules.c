// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the boot loader has brought along: the host's own command line and the boot modules, each of which is the
 * image of one guest or, with the word `data`, something that a guest uses: an initial RAM disk. The images stay
 * where they are, out of the frame allocator's reach, so that a guest can be loaded again; the texts are copied,
 * for nobody says where they lie.
 */
#include "host.h"
#include "multiboot.h"

#define MODULES_MAX	64	/* as many as there can be monitors */

static struct module modules[MODULES_MAX];
static unsigned count;
static char command_line[CO_WORDS_SIZE];

void modules_init(const struct multiboot *info)
{
	const struct multiboot_module *records = virtual_address(info->modules);

	if (info->flags & MULTIBOOT_COMMAND_LINE)
		format(command_line, sizeof(command_line), "%s", (const char *)virtual_address(info->command_line));
	if (!(info->flags & MULTIBOOT_MODULES))
		return;
	for (unsigned i = 0; i < info->modules_count && i < MODULES_MAX; i++) {
		struct module *module = &modules[count++];

		module->image = virtual_address(records[i].begin);
		module->size = records[i].end - records[i].begin;
		if (records[i].command_line)
			format(module->command_line, sizeof(module->command_line), "%s",
			       (const char *)virtual_address(records[i].command_line));
		frames_reserve(records[i].begin, records[i].end);
	}
	if (info->modules_count > MODULES_MAX)
		host_log("there are %u boot modules, and only the first %u become guests", info->modules_count,
			 MODULES_MAX);
}

unsigned modules_count(void)
{
	return count;
}

const struct module *module_at(unsigned index)
{
	return index < count ? &modules[index] : NULL;
}

/* The first word behind the file's name says so. */
bool module_is_data(unsigned index)
{
	const char *words = modules[index].command_line;

	while (*words && *words != ' ')
		words++;
	while (*words == ' ')
		words++;
	return memcmp(words, "data", 4) == 0 && (!words[4] || words[4] == ' ');
}

const char *host_command_line(void)
{
	return command_line;
}
