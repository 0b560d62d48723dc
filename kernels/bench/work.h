/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the processes of `sys_switch` do: code without any reference to where it is, with data in the next page. */
#ifndef WORK_H
#define WORK_H

#define PRIVATE		0x40000000	/* where it runs */
#define WORK_CELLS	16

#ifndef __ASSEMBLER__
/* As `u32 work(u32 rounds)`. */
extern const u8 work[], work_end[];
#endif
#endif
