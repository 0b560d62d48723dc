// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * colinux-daemon: the process in whose time one guest runs. Its argument is the number of a boot module, which is the
 * guest's image; the number of the monitor is the same.
 *
 * The module's command line: the name of the file, then words. Those of bindings.c are ours, and mem=MEGABYTES, which
 * may stand on the host's own command line instead, for all guests; the others are the guest's.
 */
#include "daemon.h"
#include "exit-code.h"
#include "words.h"

#define MEMORY_DEFAULT_MIB	16
#define MEMORY_TOO_MUCH		10000	/* no more digits are read */

static int driver;
static struct co_info host;
static struct co_module_info module;

void give_up(const char *problem, ...)
{
	char text[CO_PROBLEM_SIZE + CO_WORDS_SIZE];
	va_list arguments;
	size_t length = 0;

	while (module.command_line[length] && module.command_line[length] != ' ')
		length++;
	va_start(arguments, problem);
	format_list(text, sizeof(text), problem, arguments);
	va_end(arguments);
	module.command_line[length] = '\0';
	print("cannot start %s: %s", length ? module.command_line : "the boot module", text);
	exit(EXIT_BAD_GUEST);
}

static uint32_t memory_mib(void)
{
	const char *digits = word_in(module.command_line, "mem=");
	uint32_t value = 0;

	if (!digits)
		digits = word_in(host.command_line, "mem=");
	if (!digits)
		return MEMORY_DEFAULT_MIB;
	for (; *digits >= '0' && *digits <= '9' && value < MEMORY_TOO_MUCH; digits++)
		value = value * 10 + (uint32_t)(*digits - '0');
	return value;
}

/* All words but the first and those that are ours. */
static void guest_words(char *words)
{
	const char *at = module.command_line;
	char word[CO_WORDS_SIZE];
	size_t length = 0;

	next_word(&at, word);
	words[0] = '\0';
	while (next_word(&at, word))
		if (!is_host_word(word))
			length += format(words + length, CO_COMMAND_LINE_SIZE - length, "%s%s", length ? " " : "",
					 word);
}

static uint32_t create_monitor(uint32_t number, uint32_t mib)
{
	struct co_create create = { .id = number, .memory_mib = mib };

	if (ioctl(driver, CO_MANAGER_CREATE, &create) < 0)
		give_up("%s", create.problem);
	return create.memory_base;
}

static void load_and_start(uint32_t number, uint32_t initrd)
{
	struct co_load load = { .module = number, .initrd = initrd };
	struct co_start start = { .problem = "" };

	if (ioctl(driver, CO_MONITOR_LOAD, &load) < 0)
		give_up("%s", load.problem);
	guest_words(start.command_line);
	if (ioctl(driver, CO_MONITOR_START, &start) < 0)
		give_up("%s", start.problem);
}

static void tell_statistics(uint32_t number)
{
	static const char *const names[CO_OPERATIONS + 1] = {
		"EMPTY", "START", "IDLE", "TERMINATE", "MESSAGE_TO_MONITOR", "MESSAGE_FROM_MONITOR",
		"FORWARD_INTERRUPT", "DEVICE", "GET_TIME", "DEBUG_LINE", "GET_HIGH_PREC_TIME", "TRACE_POINT",
		"FREE_PAGES", "ALLOC_PAGES", "PRINTK", "GETPP", "unknown",
	};
	struct co_status status = { .id = number };
	char line[400];
	size_t length = 0;

	ioctl(driver, CO_MANAGER_STATUS, &status);
	for (unsigned i = 0; i <= CO_OPERATIONS; i++)
		if (status.switches[i])
			length += format(line + length, sizeof(line) - length, "%s %s %u", length ? "," : "",
					 names[i], status.switches[i]);
	print("guest%u asked for:%s", number, line);
}

/* Runs the guest to its end, says why it ended, and returns the reason. */
static enum co_terminate_reason run(uint32_t number)
{
	static const char *const reasons[] = {
		"END", "REBOOT", "POWEROFF", "PANIC", "HALT", "FORCED_OFF", "FORCED_END", "INVALID_OPERATION",
		"STACK_OVERFLOW", "BUG", "VMXE", "DOUBLE_FAULT", "NMI",
	};
	struct co_end_state end;

	while (ioctl(driver, CO_MONITOR_RUN, NULL) != CO_RUN_TERMINATED)
		;
	ioctl(driver, CO_MONITOR_GET_STATE, &end);
	print("guest%u terminated: %s (reason %u, code 0x%x, line %u)%s%s", number, reasons[end.termination.reason],
	      end.termination.reason, end.termination.code, end.termination.line, end.termination.length ? ": " : "",
	      end.termination.text);
	if (word_in(host.command_line, "stats"))
		tell_statistics(number);
	return end.termination.reason;
}

static int exit_code(enum co_terminate_reason reason)
{
	bool success = reason == CO_TERMINATE_END || reason == CO_TERMINATE_POWEROFF || reason == CO_TERMINATE_HALT;

	return success ? EXIT_SUCCESS : (int)reason;
}

int main(uint32_t number)
{
	enum co_terminate_reason reason;
	uint32_t mib, base, initrd;

	driver = open("colinux");
	module.index = number;
	ioctl(driver, CO_MANAGER_INFO, &host);
	ioctl(driver, CO_MANAGER_MODULE, &module);
	mib = memory_mib();
	base = create_monitor(number, mib);
	initrd = bind_devices(driver, number, module.command_line);
	for (;;) {
		load_and_start(number, initrd);
		print("guest%u starts with %u MiB at 0x%08x", number, mib, base);
		reason = run(number);
		if (reason != CO_TERMINATE_REBOOT)
			return exit_code(reason);
		ioctl(driver, CO_MONITOR_RESET, NULL);
	}
}
