// SPDX-License-Identifier: GPL-2.0-or-later
/* Which tests are run: the words of the command line, in this order. */
#include <colinux/console.h>
#include "tests.h"

void fill(uint8_t *bytes, uint32_t seed, uint32_t at, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		bytes[i] = pattern(seed, at + i);
}

uint32_t differences(const uint8_t *bytes, uint32_t seed, uint32_t at, uint32_t size)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < size; i++)
		count += bytes[i] != pattern(seed, at + i);
	return count;
}

uint8_t *scratch(void)
{
	return (uint8_t *)((boot.kernel_end + 0xffff) & ~0xffffu);
}

static void test_console(void)
{
	struct co_console_message request = { .type = CO_CONSOLE_STARTUP };

	host_device(CO_DEVICE_CONSOLE, 1, &request, sizeof(request));
	print("console: %u columns, %u rows; words: %s", request.config.columns, request.config.rows,
	      boot.command_line);
}

static const struct {
	const char *word;
	void (*run)(void);
} tests[] = {
	{ "console", test_console },
	{ "initrd", test_initrd },
	{ "disk", test_disk },
	{ "read-only", test_disk_read_only },
	{ "flood", test_disk_flood },
	{ "net", test_network },
	{ "crowd", test_crowd },
	{ "folder", test_folder },
	{ "folder-reboot", test_folder_reboot },
	{ "serial", test_serial },
	{ "reboot", test_disk_reboot },
	{ "end", test_disk_end },
	{ "spin", test_disk_spin },
};

uint32_t guest_main(void)
{
	for (unsigned i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		if (has_word(tests[i].word))
			tests[i].run();
	bench();
	return 0;
}
