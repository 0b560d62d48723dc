// SPDX-License-Identifier: GPL-2.0-or-later
/* Quicksort of random words: comparisons that nobody foresees, recursion, exchanges in memory. */
#include "bench.h"

#define COUNT	50000

static void insertion_sort(u32 *words, int count)
{
	for (int n = 1; n < count; n++) {
		u32 word = words[n];
		int hole = n;

		for (; hole > 0 && words[hole - 1] > word; hole--)
			words[hole] = words[hole - 1];
		words[hole] = word;
	}
}

static inline void exchange(u32 *a, u32 *b)
{
	u32 word = *a;

	*a = *b;
	*b = word;
}

static void quick_sort(u32 *words, int count)
{
	while (count > 12) {
		int low = 0, high = count - 1;
		u32 pivot = words[count / 2];

		while (low <= high) {
			while (words[low] < pivot)
				low++;
			while (words[high] > pivot)
				high--;
			if (low <= high)
				exchange(&words[low++], &words[high--]);
		}
		quick_sort(words + low, count - low);
		count = high + 1;
	}
	insertion_sort(words, count);
}

u32 sort_quick(u32 rounds)
{
	u32 *words = (u32 *)arena, state = 0x2545f491, sum = 0;

	while (rounds--) {
		for (u32 n = 0; n < COUNT; n++)
			words[n] = next_random(&state);
		quick_sort(words, COUNT);
		for (u32 n = 0; n < COUNT; n += 997)
			sum = mix(sum, words[n]);
	}
	return sum;
}
