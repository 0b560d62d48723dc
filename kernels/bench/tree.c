// SPDX-License-Identifier: GPL-2.0-or-later
/* A binary search tree of random keys in 1 MiB: each step waits for the load before it. */
#include "bench.h"

#define NODES	65536

struct node {
	u32 key, count;
	struct node *children[2];
};

u32 tree_chase(u32 rounds)
{
	struct node *nodes = (struct node *)arena, *root = nodes;
	u32 state = 0x2545f491, used = 0, sum = 0;

	for (u32 n = 0; n < NODES; n++) {
		struct node *new = &nodes[used++], **link = &root;

		*new = (struct node){ .key = next_random(&state) };
		if (n == 0)
			continue;
		while (*link)
			link = &(*link)->children[(*link)->key < new->key];
		*link = new;
	}
	while (rounds--) {
		u32 searched = state;

		for (u32 n = 0; n < NODES / 2; n++) {
			u32 key = next_random(&searched), steps = 0;

			for (struct node *node = root; node; node = node->children[node->key < key])
				steps += ++node->count & 3;
			sum = mix(sum, steps);
		}
	}
	return sum;
}
