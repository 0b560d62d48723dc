// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"

const char *word_in(const char *line, const char *word)
{
	size_t length = strlen(word);
	bool prefix = length && word[length - 1] == '=';

	while (*line) {
		size_t here = 0;

		while (*line == ' ')
			line++;
		while (line[here] && line[here] != ' ')
			here++;
		if (here >= length && (prefix || here == length) && memcmp(line, word, length) == 0)
			return line + length;
		line += here;
	}
	return NULL;
}
