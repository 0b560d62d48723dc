/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x87 and SSE units, for the programs that test them. */
#ifndef FPU_H
#define FPU_H

#include "test.h"

#define CR4_OSFXSR	0x200
#define CR4_OSXMMEXCPT	0x400

/* Status word */
#define SW_ES	0x80
#define SW_B	0x8000
#define TOP(n)	((n) << 11)

#define STORE(text, variable) asm volatile(text " %0" : "=m"(variable))
#define LOAD(text, variable) asm volatile(text " %0" : : "m"(variable))

static inline void set_control(u32 word)
{
	u16 value = word;

	LOAD("fldcw", value);
}

static inline u32 status_word(void)
{
	u16 value;

	STORE("fnstsw", value);
	return value;
}

static inline void set_mxcsr(u32 value)
{
	LOAD("ldmxcsr", value);
}

static inline u32 get_mxcsr(void)
{
	u32 value;

	STORE("stmxcsr", value);
	return value;
}

/* The state in which all cases begin. */
static inline void clean(void)
{
	WRITE_CR(0, (READ_CR(0) & ~(CR0_EM | CR0_TS)) | CR0_NE | CR0_MP);
	WRITE_CR(4, READ_CR(4) | CR4_OSFXSR | CR4_OSXMMEXCPT);
	asm volatile("fninit");
	set_mxcsr(0x1f80);
}

#endif
