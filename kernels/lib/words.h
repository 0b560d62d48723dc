/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a command line, separated by blanks. */
#ifndef WORDS_H
#define WORDS_H

#include "lib.h"

/* What follows `word` where it is a whole word of the line, or begins one if it ends with `=`; else NULL. */
const char *word_in(const char *line, const char *word);

#endif /* WORDS_H */
