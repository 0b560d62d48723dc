// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The exercise of docs/guide.md, run by the word `exercise` on the command line: there is a bug in here. A text is typed in lines of
 * 16 characters, and the lines are counted; but the count is wrong.
 */
#include "kernel.h"

#define COLUMNS	16

static const char TEXT[] = "A ring 0 program may write wherever it likes, and so do its bugs";

static struct {
	char text[COLUMNS];
	uint32_t lines;
	uint32_t length;
} paper;

static void end_line(void)
{
	paper.lines++;
	paper.length = 0;
}

static void type(char letter)
{
	paper.text[paper.length++] = letter;
	if (paper.length > COLUMNS)
		end_line();
}

void exercise(void)
{
	const uint32_t expected = (sizeof(TEXT) - 1) / COLUMNS;

	for (const char *letter = TEXT; *letter; letter++)
		type(*letter);
	if (paper.lines == expected)
		printk("exercise: solved, %u lines were typed\n", paper.lines);
	else
		printk("kernel/exercise.c:%u: %u lines were typed, but %u should be\n", __LINE__, paper.lines, expected);
}
