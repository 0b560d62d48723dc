/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two halves of the shell: sh-words.c makes words of lines, sh.c does what they say. */
#ifndef SH_H
#define SH_H

#include "libc.h"

#define LINE		1024
#define TOKENS		128
#define TWICE(c)	((c) | 0x80)

/* A word, or an operator: then `operator` is its character, or TWICE() that for && and >>. */
struct token {
	char *text;
	int operator;
};

extern int sh_status;			/* $? */

int sh_cut(const char **line, struct token tokens[TOKENS], char *room, size_t size);
bool sh_assign(const char *word);

#endif /* SH_H */
