/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With what colinux-daemon ends, and with the worst of these the machine. Larger is worse. */
#ifndef HOST_EXIT_CODE_H
#define HOST_EXIT_CODE_H

#define EXIT_SUCCESS		0	/* the guest ended, powered off or halted */
					/* 1-15: any other reason, enum co_terminate_reason */
#define EXIT_BAD_GUEST		0x20	/* there is no guest that can be started */
#define EXIT_HOST_PANIC		0x21
#define EXIT_PROCESS_FAULT	0x22	/* a process of the host died of an exception */

#endif /* HOST_EXIT_CODE_H */
