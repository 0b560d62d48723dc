/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where realmode.c and realmode-code.S keep a case: offsets in the segment that lies at REAL. */
#ifndef REALMODE_H
#define REALMODE_H

#include "selectors.h"

#define REAL		0x8000
#define REAL_SEGMENT	(REAL >> 4)

/* struct frame of test.h, twice: what to enter, and what came of it. */
#define FRAME_EDI	16
#define FRAME_ESI	20
#define FRAME_EBP	24
#define FRAME_EBX	32
#define FRAME_EDX	36
#define FRAME_ECX	40
#define FRAME_EAX	44
#define FRAME_VECTOR	48
#define FRAME_EIP	56
#define FRAME_CS	60
#define FRAME_EFLAGS	64
#define FRAME_ESP	68
#define FRAME_SS	72
#define FRAME_V86_ES	76
#define FRAME_V86_DS	80
#define FRAME_V86_FS	84
#define FRAME_V86_GS	88
#define OUTCOME		92
#define HANDLER_FLAGS	184	/* EFLAGS in the handler */
#define HANDLER_CR0	188
#define GDT_POINTER	192
#define STACK_END	4096	/* of the way in and out; code has pages of its own behind it */

/* Code with the base REAL and 16 bits, to leave protected mode from. */
#define LEAVE_CODE	0x80
#define LEAVE_DATA	0x88

#endif
