/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What 16-bit code in segments of 64 KiB meets alike in real-address and in virtual-8086 mode (SDM vol. 3B, 20.1 and 20.2): the
 * memory map of such cases, and the groups of cases on the edges of the segments that both modes share.
 */
#ifndef MODE16_H
#define MODE16_H

#include "test.h"

/* Each segment has 64 KiB of its own below 640 KiB. */
#define CODE_SEGMENT	0x2000
#define DS_SEGMENT	0x3000
#define ES_SEGMENT	0x4000
#define FS_SEGMENT	0x5000
#define GS_SEGMENT	0x6000
#define STACK_SEGMENT	0x7000
#define STACK_TOP	0x8000
/* Where code lies when its offset does not matter. */
#define CODE_OFFSET	0x0100

/* A linear address: there is no paging, or the low megabytes are mapped one to one. */
static inline u8 *far_pointer(u32 segment, u32 offset)
{
	return (u8 *)(segment * 16 + offset);
}

static inline u32 far_word(u32 segment, u32 offset)
{
	return *(u16 *)far_pointer(segment, offset);
}

struct mode16 {
	/* Runs the context, whose segments are in `cs`, `ss` and `v86_*`, and tells of its end in the same fields. */
	struct result (*run)(const struct frame *);
	/* EFLAGS that every context has. */
	u32 eflags;
	/* The handler's frame goes to the program's own stack, which must have room for it. */
	bool own_stack;
};

/* A context in the segments above, at `offset` of the code segment. */
struct frame mode16_frame(const struct mode16 *mode, u32 offset);
/* Copies a snippet of CODE16 there, with its UD2. */
void mode16_place(u32 offset, const u8 *code, const u8 *end);

/* The groups. */
void mode16_data(const struct mode16 *mode);
void mode16_strings(const struct mode16 *mode);
void mode16_stack(const struct mode16 *mode);
void mode16_code(const struct mode16 *mode);

#endif
