/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug registers, for the programs that test them (SDM vol. 3B, 17.2). */
#ifndef DEBUG_H
#define DEBUG_H

#include "test.h"

#define DR6_BD	0x2000
#define DR6_BS	0x4000
#define DR6_BT	0x8000
#define DR6_BITS	0xe00f
#define DR6_FIXED	0xffff0ff0u
#define DR7_FIXED	0x400
#define DR7_GD	0x2000
#define CR4_DE	0x008

#define READ_DR(n) ({ u32 value_; asm volatile("mov %%dr" #n ", %0" : "=r"(value_)); value_; })
#define WRITE_DR(n, value) asm volatile("mov %0, %%dr" #n : : "r"((u32)(value)) : "memory")

/* The R/W field of DR7. */
enum kind { EXECUTE, WRITE, IO, ACCESS };

static const char *const kinds[] __attribute__((unused)) = { "execute", "write", "I/O", "access" };

/* L, G, R/W and LEN of breakpoint n. */
#define LOCAL(n)	(1u << 2 * (n))
#define GLOBAL(n)	(2u << 2 * (n))
static inline u32 control(u32 n, enum kind kind, u32 length)
{
	return (u32)(kind | (length - 1) << 2) << (16 + 4 * n);
}

static inline void set_address(u32 n, u32 address)
{
	switch (n) {
	case 0:
		WRITE_DR(0, address);
		break;
	case 1:
		WRITE_DR(1, address);
		break;
	case 2:
		WRITE_DR(2, address);
		break;
	case 3:
		WRITE_DR(3, address);
		break;
	}
}

/* A snippet that ends with INT END, with the symbol `name`_end before that. */
#define SNIPPET(name, text) \
	asm(".pushsection .near, \"ax\"\n" #name ":\n" text "\n" #name "_end: int $0x20\n.popsection"); \
	extern const u8 name[], name##_end[]

static inline void disarm(void)
{
	WRITE_DR(7, 0);
	WRITE_DR(6, 0);
}

/* Runs a case with DR7 set; it is 0 again afterwards. */
static inline struct result run_armed(const struct frame *f, u32 dr7, u32 *dr6)
{
	struct result r;

	WRITE_DR(6, 0);
	WRITE_DR(7, dr7);
	r = run(f);
	*dr6 = READ_DR(6);
	disarm();
	return r;
}

#endif
