// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The story of this guest until its first program runs. The rest of it is told by what that program, /bin/init
 * (user/init.c), asks for.
 */
#include "kernel.h"
#include "../drivers/drivers.h"
#include "../fs/fs.h"
#include "../net/net.h"

struct co_boot_params boot_params;

/* Is `word` or `word=value` on the command line? */
bool boot_word(const char *word, char *value, size_t size)
{
	size_t length = strlen(word);

	for (const char *line = boot_params.command_line; *line;) {
		const char *end = line;

		while (*end && *end != ' ')
			end++;
		if (!strncmp(line, word, length) && (line[length] == '=' || &line[length] == end)) {
			const char *text = &line[length] == end ? end : &line[length + 1];

			if (value)
				strcopy(value, text, minimum(size, (size_t)(end - text) + 1));
			return true;
		}
		while (*end == ' ')
			end++;
		line = end;
	}
	return false;
}

/* Process 1, still in ring 0. */
static void start_init(void)
{
	int error = mount_root();

	if (!error)
		error = process_execute("/bin/init", NULL, NULL);
	if (error)
		panic("/bin/init cannot be started: error %d", -error);
	resume_user(process_frame(current));
}

/* Process 2: what has been written reaches the disks after a few seconds, even if nobody asks. */
static void write_back(void)
{
	for (;;) {
		sleep_ticks(&boot_params, "next write-back", 5 * HZ);
		sync_all();
	}
}

void kmain(void)
{
	uint32_t megabytes = boot_params.memory_size >> 20;
	unsigned disks, interfaces;

	console_attribute(0x0b);	/* bright cyan */
	printk("unix-guest: a small cooperative Unix\n");
	console_attribute(CO_CONSOLE_ATTRIBUTE);
	devices_init();
	disks = block_init();
	interfaces = network_init();
	printk("memory: %u MiB, disks: %u, network interfaces: %u\n", megabytes, disks, interfaces);
	process_create_kernel("init", start_init);
	process_create_kernel("write-back", write_back);
	current->state = PROCESS_SLEEPING;
	current->waits_for = "nothing";
	schedule();
	BUG();
}

/* Called by entry.S. Descriptor tables come first: nothing may switch to the host before TR is loaded. */
void kernel_start(struct co_passage_page *page)
{
	descriptors_init(page);
	cooperative_init(page, &boot_params);
	frames_init(&boot_params);
	space_init(&boot_params);
	fpu_init();
	strcopy(processes[0].name, "start", sizeof(processes[0].name));
	processes[0].state = PROCESS_READY;
	processes[0].space = space_kernel();
	console_init();
	kmain();
}
