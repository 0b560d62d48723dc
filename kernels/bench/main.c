// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which benchmarks run, and the lines by which whoever measures sees them begin and end on COM1:
 *
 *	@begin NAME
 *	@end NAME CHECKSUM
 *
 * Words of the command line: `only=NAME,NAME` (all), `repeat=N` (1) times each, `divide=N` (1) makes them shorter. The last
 * line is `@done`; the machine ends by port F4h (QEMU's isa-debug-exit).
 */
#include "bench.h"
#include "machine.h"
#include "lib.h"
#include "words.h"

#define MULTIBOOT_MAGIC		0x2badb002
#define MULTIBOOT_CMDLINE	4

u8 arena[ARENA_SIZE] __attribute__((aligned(4096)));

static const struct benchmark {
	const char *name;
	u32 (*run)(u32 rounds);
	u32 rounds;
} benchmarks[] = {
#define ENTRY(name, rounds) { #name, name, rounds },
	BENCHMARKS(ENTRY)
#undef ENTRY
};

static u32 number_in(const char *line, const char *word, u32 fallback)
{
	const char *digits = word_in(line, word);
	u32 value = 0;

	if (!digits)
		return fallback;
	while (*digits >= '0' && *digits <= '9')
		value = value * 10 + (u32)(*digits++ - '0');
	return value ? value : fallback;
}

/* Is a name in a list with commas that ends at a blank? */
static bool listed(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (;;) {
		size_t size = 0;

		while (list[size] && list[size] != ',' && list[size] != ' ')
			size++;
		if (size == length && memcmp(list, name, size) == 0)
			return true;
		if (list[size] != ',')
			return false;
		list += size + 1;
	}
}

static void measure(const struct benchmark *benchmark, u32 divide)
{
	u32 rounds = benchmark->rounds / divide, checksum;

	print("@begin %s\n", benchmark->name);
	checksum = benchmark->run(rounds ? rounds : 1);
	print("@end %s %08x\n", benchmark->name, checksum);
}

void bench_main(u32 magic, const u32 *info)
{
	const char *line = magic == MULTIBOOT_MAGIC && info[0] & MULTIBOOT_CMDLINE ? (const char *)info[4] : "";
	const char *only = word_in(line, "only=");
	u32 repeat = number_in(line, "repeat=", 1), divide = number_in(line, "divide=", 1);

	start_machine();
	for (size_t n = 0; n < sizeof benchmarks / sizeof *benchmarks; n++)
		if (!only || listed(only, benchmarks[n].name))
			for (u32 count = 0; count < repeat; count++)
				measure(&benchmarks[n], divide);
	print("@done\n");
	end_machine();
}
