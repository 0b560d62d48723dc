// SPDX-License-Identifier: GPL-2.0-or-later
/* The shell: words, quotes and variables. */
#include "sh.h"

#define VARIABLES	32
#define OPERATORS	";|&<>"

static struct { char name[16], value[128]; } variables[VARIABLES];

static const char *variable(const char *name)
{
	static char text[12];

	if (!strcmp(name, "?")) {
		format(text, sizeof(text), "%d", sh_status);
		return text;
	}
	for (int i = 0; i < VARIABLES; i++)
		if (!strcmp(variables[i].name, name))
			return variables[i].value;
	return "";
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '?';
}

/* NAME=value */
bool sh_assign(const char *word)
{
	const char *equals = strchr(word, '=');

	for (const char *c = word; equals && c < equals; c++)
		if (!is_name(*c))
			equals = NULL;
	if (!equals || equals == word || equals - word >= 16)
		return false;
	for (int i = 0; i < VARIABLES; i++) {
		bool same = strlen(variables[i].name) == (size_t)(equals - word) &&
			    !strncmp(variables[i].name, word, (size_t)(equals - word));

		if (!same && variables[i].name[0])
			continue;
		strcopy(variables[i].name, word, (size_t)(equals - word) + 1);
		strcopy(variables[i].value, equals + 1, sizeof(variables[i].value));
		return true;
	}
	return true;
}

/* Appends the value of the variable whose name begins at `from`; returns where the name ends. */
static const char *expand(const char *from, char **to, const char *end)
{
	char name[16];
	size_t length = 0;

	while (is_name(from[length]) && length < sizeof(name) - 1)
		length++;
	strcopy(name, from, length + 1);
	for (const char *value = variable(name); *value && *to < end; value++)
		*(*to)++ = *value;
	return from + length;
}

static int cut_operator(const char **line)
{
	int operator = *(*line)++;

	if (**line != operator || (operator != '&' && operator != '>'))
		return operator;
	(*line)++;
	return TWICE(operator);
}

/* One word, with its NUL. Returns NULL if a quote is open at the end or there is no room. */
static char *cut_word(const char **from, char *to, const char *end)
{
	const char *line = *from;
	char quote = 0;

	while (*line && (quote || !strchr(" \t" OPERATORS, *line)) && to < end) {
		if (quote ? *line == quote : *line == '\'' || *line == '"')
			quote = quote ? 0 : *line, line++;
		else if (*line == '$' && quote != '\'' && is_name(line[1]))
			line = expand(line + 1, &to, end);
		else if (*line == '\\' && quote != '\'' && line[1])
			*to++ = line[1], line += 2;
		else
			*to++ = *line++;
	}
	*from = line;
	if (quote || to >= end)
		return NULL;
	*to++ = '\0';
	return to;
}

/*
 * Cuts a piece of a line, up to `;` or `&` and with it, into tokens, whose texts are put into `room`. Returns how many,
 * or -1 if it makes no sense. A piece is cut when those before it have been run, so it sees what they have set.
 */
int sh_cut(const char **line, struct token tokens[TOKENS], char *room, size_t size)
{
	const char *end = room + size - 1;
	int count = 0;

	for (;;) {
		while (**line == ' ' || **line == '\t')
			(*line)++;
		if (!**line || **line == '#')
			return count;
		if (count == TOKENS)
			return -1;
		tokens[count] = (struct token){ room, 0 };
		if (strchr(OPERATORS, **line))
			tokens[count].operator = cut_operator(line);
		else
			room = cut_word(line, room, end);
		if (!room)
			return -1;
		if (tokens[count].operator == ';' || tokens[count].operator == '&')
			return count + 1;
		count++;
	}
}
