// SPDX-License-Identifier: GPL-2.0-or-later
/* Address spaces: loads of CR3, context switches, and more pages than a TLB holds. */
#include "machine.h"
#include "lib.h"
#include "work.h"

/* Two spaces that differ in what is at PRIVATE, and have everything else in common. */
#define SPACES		2
#define PRIVATE_PAGES	32u

static u32 directories[SPACES][1024] __attribute__((aligned(4096)));
static u32 tables[SPACES][1024] __attribute__((aligned(4096)));

static u32 frame_of(u32 space, u32 page)
{
	return HIGH_START + (space * PRIVATE_PAGES + page) * PAGE;
}

static void make_spaces(void)
{
	for (u32 space = 0; space < SPACES; space++) {
		for (u32 n = 0; n < 1024; n++)
			directories[space][n] = page_directory[n];
		for (u32 page = 0; page < PRIVATE_PAGES; page++)
			tables[space][page] = frame_of(space, page) | PRESENT | WRITABLE | USER;
		directories[space][PRIVATE >> 22] = (u32)tables[space] | PRESENT | WRITABLE | USER;
	}
}

/* Touches 32 pages in one space and then in the other. */
u32 sys_cr3(u32 rounds)
{
	u32 sum = 0;

	make_spaces();
	for (u32 space = 0; space < SPACES; space++)
		for (u32 page = 0; page < PRIVATE_PAGES; page++)
			*(u32 *)frame_of(space, page) = space + page;
	for (u32 round = 0; round < rounds; round++) {
		load_cr3((u32)directories[round % SPACES]);
		for (u32 page = 0; page < PRIVATE_PAGES; page++)
			sum += ++*(volatile u32 *)(PRIVATE + page * PAGE);
	}
	load_cr3((u32)page_directory);
	return sum;
}

/*
 * Two processes with the same code at the same address, in frames of their own. Each works a little and yields, until the first has
 * done so often enough.
 */
static struct frame processes[SPACES];
static u32 current;

static void yield(struct frame *frame)
{
	processes[current] = *frame;
	current ^= 1;
	*frame = processes[current];
	load_cr3((u32)directories[current]);
}

u32 sys_switch(u32 rounds)
{
	u32 sum = 0;

	make_spaces();
	for (u32 space = 0; space < SPACES; space++) {
		memcpy((void *)frame_of(space, 0), work, (u32)(work_end - work));
		for (u32 n = 0; n < WORK_CELLS; n++)
			((u32 *)frame_of(space, 1))[n] = space * 1000 + n;
	}
	/* The second begins at the first yield, on a stack of its own, with no end in sight. */
	processes[1] = (struct frame){
		.eip = PRIVATE, .cs = USER_CODE, .eflags = 2, .esp = PRIVATE + 3 * PAGE - 16, .ss = USER_DATA,
		.ds = USER_DATA, .es = USER_DATA,
	};
	*(u32 *)(frame_of(1, 2) + PAGE - 12) = 0;
	current = 0;
	system_call = yield;
	load_cr3((u32)directories[0]);
	run_in_ring3((u32 (*)(u32))PRIVATE, rounds);
	load_cr3((u32)page_directory);
	for (u32 space = 0; space < SPACES; space++)
		for (u32 n = 0; n < WORK_CELLS; n++)
			sum = mix(sum, ((u32 *)frame_of(space, 1))[n]);
	return sum;
}

/* Words all over 64 MiB, each in a page that has not been seen for long. */
u32 sys_tlb(u32 rounds)
{
	u32 state = 0x2545f491, sum = 0;

	for (u32 at = 0; at < HIGH_SIZE; at += PAGE)
		*(u32 *)(HIGH_START + at + at / PAGE % 1024 * 4) = at;
	while (rounds--) {
		u32 page = next_random(&state) % (HIGH_SIZE / PAGE);

		sum += ++*(u32 *)(HIGH_START + page * PAGE + page % 1024 * 4);
	}
	return sum;
}
