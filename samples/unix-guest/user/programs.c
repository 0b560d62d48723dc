// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All programs are one file. It is known by many names, and this is where it looks at the one it was called by. So
 * there is one copy of the library, and a debugger finds all programs at addresses of their own.
 */
#include "libc.h"

#define PROGRAM(name) int name##_main(int argc, char **argv);
#include "programs.inc.h"
#undef PROGRAM

int run_program(int argc, char **argv);

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} programs[] = {
#define PROGRAM(name) { #name, name##_main },
#include "programs.inc.h"
#undef PROGRAM
};

/* Called by start.S. */
int run_program(int argc, char **argv)
{
	program_name = argc ? argv[0] : "";
	for (const char *c = program_name; *c; c++)
		if (*c == '/')
			program_name = c + 1;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (!strcmp(programs[i].name, program_name))
			return programs[i].main(argc, argv);
	fail("there is no such program in this file", -ENOENT);
}
