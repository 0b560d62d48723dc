/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segment selectors, in the order that SYSENTER and SYSEXIT want (SDM vol. 2B, "SYSENTER"), and the system call that ends ring 3. */
#ifndef SELECTORS_H
#define SELECTORS_H

#define KERNEL_CODE	0x08
#define KERNEL_DATA	0x10
#define USER_CODE	0x1b
#define USER_DATA	0x23
#define TASK_STATE	0x28

#define SYSTEM_VECTOR	0x80
#define SYSTEM_EXIT	0x4558

#endif
