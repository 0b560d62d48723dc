// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The story of this guest, from its first C function to its last.
 *
 * Words on its command line change the story: `interactive` lets the program echo what is typed, `panic` ends in a
 * kernel panic, `bug` in a BUG(), `overflow` runs out of stack and a call of the host notices, `recurse`
 * does so without a call, `fault` dies of a double fault, `spin` never ends, with interrupts off; `exercise` has a bug for you.
 */
#include "kernel.h"

#define TICKS_TO_WAIT	5
#define PRIME_LIMIT	100

static struct co_boot_params boot_params;

static bool has_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	while (*line) {
		if (memcmp(line, word, length) == 0 && (line[length] == ' ' || !line[length]))
			return true;
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			line++;
	}
	return false;
}

static bool is_prime(unsigned number)
{
	for (unsigned divisor = 2; divisor * divisor <= number; divisor++)
		if (number % divisor == 0)
			return false;
	return number >= 2;
}

static unsigned count_primes(unsigned limit)
{
	unsigned found = 0;

	for (unsigned number = 0; number < limit; number++)
		if (is_prime(number))
			found++;
	return found;
}

static unsigned to_megabytes(uint32_t bytes)
{
	return bytes / (1024 * 1024);
}

static void greet(const char *name)
{
	console_attribute(0x0b);	/* bright cyan */
	printk("Hello from %s!\n", name);
	console_attribute(CO_CONSOLE_ATTRIBUTE);
}

static uint32_t overflow_stack(uint32_t depth, bool ask_host)
{
	volatile uint32_t local[16] = { depth };

	if (ask_host)
		cooperative_time();
	if (!~depth)
		return 0;
	return overflow_stack(depth + 1, ask_host) + local[0];
}

static void double_fault(void)
{
	asm volatile("xorl %esp, %esp; pushl %eax");
}

void kmain(const struct co_boot_params *boot)
{
	unsigned megabytes = to_megabytes(boot->memory_size);
	bool interactive = has_word(boot->command_line, "interactive");
	unsigned primes;
	uint32_t code;

	greet("a cooperative guest kernel");
	printk("memory: %u MiB, direct map at 0x%08x\n", megabytes, CO_ARCH_KERNEL_OFFSET);
	if (has_word(boot->command_line, "spin"))
		for (interrupts_off();;)
			;
	if (has_word(boot->command_line, "panic"))
		panic("asked to on the command line");
	if (has_word(boot->command_line, "bug"))
		BUG();
	if (has_word(boot->command_line, "overflow"))
		overflow_stack(0, true);
	if (has_word(boot->command_line, "recurse"))
		overflow_stack(0, false);
	if (has_word(boot->command_line, "fault"))
		double_fault();

	primes = count_primes(PRIME_LIMIT);
	printk("arithmetic: %u primes below %u\n", primes, PRIME_LIMIT);
	timer_wait(TICKS_TO_WAIT);
	printk("timer: %u ticks counted\n", TICKS_TO_WAIT);

	code = process_run(interactive);
	printk("process: ended with code %u\n", code);
	if (has_word(boot->command_line, "exercise"))
		exercise();
	printk("goodbye\n");
	terminate(CO_TERMINATE_POWEROFF, 0, 0, "");
}

/* Called by entry.S. Descriptor tables come first: nothing may switch to the host before TR is loaded. */
void kernel_start(struct co_passage_page *page)
{
	descriptors_init(page);
	cooperative_init(page, &boot_params);
	memory_init(&boot_params);
	console_init();
	interrupts_on();
	kmain(&boot_params);
}
