// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host kernel: sets up the machine, makes a monitor of the first boot module, and runs it until it ends.
 *
 * Command line: mem=MEGABYTES for the guest (default 16); `stay` keeps the host alive when the guest has ended.
 * The module's command line goes to the guest; its first word is the file name.
 */
#include "host.h"
#include "exit.h"
#include "multiboot.h"

#define MIB			0x100000u
#define GUEST_MEMORY_DEFAULT	16
#define GUEST_MEMORY_MIN	2
#define GUEST_MEMORY_MAX	512
#define GUEST_MINIMUM_BASE	(16 * MIB)
#define GUEST_ALIGNMENT		(4 * MIB)

static struct monitor guest;

static const char *const reason_names[] = {
	"END", "REBOOT", "POWEROFF", "PANIC", "HALT", "FORCED_OFF", "FORCED_END", "INVALID_OPERATION", "STACK_OVERFLOW",
	"BUG", "VMXE",
};

void host_main(uint32_t magic, const struct multiboot *info);

static void __attribute__((noreturn)) no_guest(const char *name, const char *problem)
{
	host_log("cannot start %s: %s", name, problem);
	machine_exit(EXIT_BAD_GUEST);
}

/* The word behind `key` if the command line has one that begins so, else NULL. */
static const char *option(const char *line, const char *key)
{
	size_t length = strlen(key);

	while (*line) {
		while (*line == ' ')
			line++;
		if (memcmp(line, key, length) == 0)
			return line + length;
		while (*line && *line != ' ')
			line++;
	}
	return NULL;
}

static uint32_t guest_memory_mib(const char *line)
{
	const char *digits = option(line, "mem=");
	uint32_t value = 0;

	if (!digits)
		return GUEST_MEMORY_DEFAULT;
	for (; *digits >= '0' && *digits <= '9' && value <= GUEST_MEMORY_MAX; digits++)
		value = value * 10 + (uint32_t)(*digits - '0');
	if (value < GUEST_MEMORY_MIN || value > GUEST_MEMORY_MAX)
		no_guest("the guest", "mem= wants a number of megabytes from 2 to 512");
	return value;
}

static void reserve_boot_data(const struct multiboot *info)
{
	const struct multiboot_module *modules = virtual_address(info->modules);

	if (!(info->flags & MULTIBOOT_MODULES))
		return;
	frames_reserve(info->modules, info->modules + info->modules_count * sizeof(*modules));
	for (uint32_t i = 0; i < info->modules_count; i++)
		frames_reserve(modules[i].begin, modules[i].end);
}

static void load_guest(const struct multiboot *info, const char *command_line)
{
	const struct multiboot_module *module = virtual_address(info->modules);
	uint32_t size = guest_memory_mib(command_line) * MIB;
	const char *name, *problem;
	uint32_t base, image_size;
	const void *image;

	if (!(info->flags & MULTIBOOT_MODULES) || !info->modules_count)
		no_guest("a guest", "there is no boot module (QEMU: -initrd \"guest.elf its command line\")");
	name = module->command_line ? virtual_address(module->command_line) : "";
	image = virtual_address(module->begin);
	image_size = module->end - module->begin;
	problem = loader_check(image, image_size, &guest.note);
	if (problem)
		no_guest("the boot module", problem);
	base = frames_allocate_region(size, GUEST_ALIGNMENT, GUEST_MINIMUM_BASE);
	if (!base)
		no_guest("the guest", "there is not as much memory as mem= asks for");
	monitor_create(&guest, base, size);
	problem = loader_load(&guest, image, image_size);
	if (problem)
		no_guest("the boot module", problem);
	while (*name && *name != ' ')
		name++;
	while (*name == ' ')
		name++;
	problem = monitor_start(&guest, name);
	if (problem)
		no_guest("the boot module", problem);
	host_log("guest%u starts with %u MiB at 0x%08x", guest.id, size / MIB, base);
}

/* What colinux-daemon does: run the guest; while it idles, let the processor sleep. */
static void daemon(void)
{
	enum monitor_result result;

	while ((result = monitor_run(&guest)) != MONITOR_TERMINATED) {
		interrupts_off();
		while (result == MONITOR_IDLE && !clock_take_tick() && !guest.queue.count) {
			wait_for_interrupt();
			interrupts_off();
		}
		interrupts_on();
	}
}

static void __attribute__((noreturn)) finish(bool stay)
{
	const struct co_terminate *end = &guest.termination;
	bool success = end->reason == CO_TERMINATE_END || end->reason == CO_TERMINATE_POWEROFF ||
		       end->reason == CO_TERMINATE_HALT;

	host_log("guest%u terminated: %s (reason %u, code 0x%x, line %u)%s%s", guest.id, reason_names[end->reason],
		 end->reason, end->code, end->line, end->length ? ": " : "", end->text);
	monitor_destroy(&guest);
	while (stay)
		wait_for_interrupt();
	machine_exit(success ? EXIT_SUCCESS : (uint8_t)end->reason);
}

void host_main(uint32_t magic, const struct multiboot *info)
{
	const char *command_line = "";

	log_init();
	descriptors_init();
	if (magic != MULTIBOOT_LOADER_MAGIC)
		panic("not started by a multiboot loader");
	if (info->flags & MULTIBOOT_COMMAND_LINE)
		command_line = virtual_address(info->command_line);
	frames_init(info);
	reserve_boot_data(info);
	interrupts_init();
	clock_init();
	wire_init(&guest.queue);
	interrupts_on();
	host_log("Cooperative Linux host kernel, ABI %u, %u MiB of memory", CO_ABI_VERSION, frames_total_mib());
	load_guest(info, command_line);
	daemon();
	finish(option(command_line, "stay") != NULL);
}
