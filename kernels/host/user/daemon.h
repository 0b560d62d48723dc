/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two files of colinux-daemon know of each other. */
#ifndef DAEMON_H
#define DAEMON_H

#include "runtime.h"

/* colinux-daemon.c: the guest cannot be started, and why */
void give_up(const char *problem, ...) __attribute__((format(printf, 1, 2), noreturn));

/* bindings.c: words of the command line for the host */
bool next_word(const char **line, char *word);	/* of a line and a buffer of CO_WORDS_SIZE; false at the end */
bool is_host_word(const char *word);
uint32_t bind_devices(int driver, uint32_t monitor, const char *line);	/* the boot module of the initial RAM disk */

#endif /* DAEMON_H */
