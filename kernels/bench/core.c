// SPDX-License-Identifier: GPL-2.0-or-later
/* A bit of everything that programs do all day: a linked list, a small matrix, a state machine over text, a CRC. */
#include "bench.h"

static u16 crc16(u16 crc, u32 word)
{
	for (int bit = 0; bit < 32; bit++, word >>= 1)
		crc = (u16)(crc >> 1 ^ ((crc ^ word) & 1 ? 0xa001 : 0));
	return crc;
}

struct item {
	struct item *next;
	int value;
	u32 index;
};

#define ITEMS	200

/* Merges two sorted lists. */
static struct item *merge(struct item *a, struct item *b)
{
	struct item *head, **link = &head;

	while (a && b) {
		struct item **smaller = a->value <= b->value ? &a : &b;

		*link = *smaller;
		link = &(*link)->next;
		*smaller = *link;
	}
	*link = a ? a : b;
	return head;
}

static struct item *sort_list(struct item *list)
{
	struct item *half = list, *end = list, *second;

	if (!list || !list->next)
		return list;
	while (end->next && end->next->next) {
		half = half->next;
		end = end->next->next;
	}
	second = half->next;
	half->next = NULL;
	return merge(sort_list(list), sort_list(second));
}

static NOINLINE u16 work_on_list(u32 seed)
{
	struct item *items = (struct item *)arena, *list = NULL;
	u16 crc = 0;

	for (u32 n = 0; n < ITEMS; n++) {
		items[n] = (struct item){ .next = list, .value = (int)(next_random(&seed) % 1000), .index = n };
		list = &items[n];
	}
	list = sort_list(list);
	for (const struct item *item = list; item; item = item->next)
		crc = crc16(crc, item->index);
	return crc;
}

#define ORDER	12

static NOINLINE u16 work_on_matrix(u32 seed)
{
	static int a[ORDER][ORDER], b[ORDER][ORDER];
	u16 crc = 0;

	for (int row = 0; row < ORDER; row++)
		for (int column = 0; column < ORDER; column++) {
			a[row][column] = (short)next_random(&seed);
			b[row][column] = (short)(seed >> 16);
		}
	for (int row = 0; row < ORDER; row++)
		for (int column = 0; column < ORDER; column++) {
			int sum = 0;

			for (int n = 0; n < ORDER; n++)
				sum += a[row][n] * b[n][column] >> 2;
			crc = crc16(crc, (u32)sum);
		}
	return crc;
}

/* What a number is, as a parser finds it out: integer, fraction, with an exponent, or nothing of the sort. */
enum state { START, SIGNED, INTEGER, FRACTION, EXPONENT, POWER, WRONG, STATES };

static enum state step(enum state state, char c)
{
	bool digit = c >= '0' && c <= '9';

	switch (state) {
	case START:
		if (c == '+' || c == '-')
			return SIGNED;
		/* fall through */
	case SIGNED:
		return digit ? INTEGER : c == '.' ? FRACTION : WRONG;
	case INTEGER:
		return digit ? INTEGER : c == '.' ? FRACTION : c == 'e' ? EXPONENT : WRONG;
	case FRACTION:
		return digit ? FRACTION : c == 'e' ? EXPONENT : WRONG;
	case EXPONENT:
		return digit || c == '-' ? POWER : WRONG;
	case POWER:
		return digit ? POWER : WRONG;
	default:
		return WRONG;
	}
}

static NOINLINE u16 work_on_text(u32 seed)
{
	static const char *const words[] = {
		"4711", "-17.25", "+3.e5", "1e-9", "twelve", "0x10", ".5", "-", "31415926", "2.71828e10", "7,5", "+e",
	};
	u32 counts[STATES] = { 0 };
	u16 crc = 0;

	for (int n = 0; n < 100; n++) {
		enum state state = START;

		for (const char *c = words[next_random(&seed) % 12]; *c && state != WRONG; c++)
			state = step(state, *c);
		counts[state]++;
	}
	for (int n = 0; n < STATES; n++)
		crc = crc16(crc, counts[n]);
	return crc;
}

u32 core_mix(u32 rounds)
{
	u32 sum = 0;

	while (rounds--) {
		sum = mix(sum, work_on_list(rounds + 1));
		sum = mix(sum, work_on_matrix(rounds + 1));
		sum = mix(sum, work_on_text(rounds + 1));
	}
	return sum;
}
