// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host kernel: sets up the machine and starts its processes: the clock, and for each boot module that is not
 * `data` a colinux-daemon that makes a guest of it. Then the boot stack becomes what runs when nobody else wants
 * to, and ends the machine when the last daemon has ended.
 *
 * Words on the command line: mem=MEGABYTES for each guest that does not say it itself (default 16); `stay` keeps the
 * host alive when all guests have ended; `stats` lets each daemon tell what its guest has asked for.
 */
#include "driver/driver.h"
#include "exit.h"
#include "multiboot.h"
#include "virtio/virtio.h"
#include "words.h"

static uint32_t worst_code;

void host_main(uint32_t magic, const struct multiboot *info);

static void daemon_ended(uint32_t code)
{
	if (code > worst_code)
		worst_code = code;
}

static void clock_ended(uint32_t code)
{
	host_log("the clock has ended with code %u", code);
}

/* How many guests there are going to be. */
static unsigned start_processes(void)
{
	char name[PROCESS_NAME_SIZE];
	unsigned guests = 0;

	process_spawn("clock", "clock", 0, clock_ended);
	for (unsigned i = 0; i < modules_count(); i++) {
		if (module_is_data(i))
			continue;
		format(name, sizeof(name), "daemon%u", i);
		process_spawn("colinux-daemon", name, i, daemon_ended);
		guests++;
	}
	return guests;
}

/* Runs whenever no process does. */
static void __attribute__((noreturn)) idle(bool stay)
{
	for (;;) {
		interrupts_off();
		schedule();
		if (!process_count(daemon_ended) && !stay)
			machine_exit((uint8_t)worst_code);
		wait_for_interrupt();
	}
}

void host_main(uint32_t magic, const struct multiboot *info)
{
	log_init();
	descriptors_init();
	if (magic != MULTIBOOT_LOADER_MAGIC)
		panic("not started by a multiboot loader");
	frames_init(info);
	modules_init(info);
	interrupts_init();
	clock_init();
	watchdog_init();
	scheduler_init();
	fpu_init();
	wire_init();
	host_log("Cooperative Linux host kernel, ABI %u, %u MiB of memory", CO_ABI_VERSION, frames_total_mib());
	virtio_init();
	if (!start_processes()) {
		host_log("cannot start a guest: there is no boot module (QEMU: -initrd \"guest.elf its command line\")");
		machine_exit(EXIT_BAD_GUEST);
	}
	idle(word_in(host_command_line(), "stay") != NULL);
}
