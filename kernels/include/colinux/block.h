/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cobd: block devices, the disk part of the cooperative ABI (see abi.h).
 *
 * A request is a DEVICE operation for CO_DEVICE_BLOCK: params[1] is the unit, and struct co_block_request begins at
 * params[2]. A sector has 512 bytes; offsets and sizes are multiples of it. The buffer is in the guest's direct map
 * and inside its RAM.
 *
 * A guest that can wait sets `async`. If `async` is still set when the host comes back with rc = 0, the request is
 * on its way and the buffer is the host's until a message for CO_DEVICE_BLOCK brings the guest's own `id` back
 * (struct co_block_done); else the answer is complete. Requests under way may end in any order. FLUSH is about all
 * writes that had ended before it was asked: when it ends, they will survive a power cut.
 */
#ifndef COLINUX_BLOCK_H
#define COLINUX_BLOCK_H

#include <colinux/abi.h>

#define CO_BLOCK_UNITS		32
#define CO_BLOCK_SECTOR		512
#define CO_BLOCK_MAX		0x100000	/* bytes of one request */
#define CO_BLOCK_ALIAS_SIZE	20

enum co_block_type {
	CO_BLOCK_OPEN = 0,		/* answer: disk_size, flags */
	CO_BLOCK_STAT = 1,		/* answer: disk_size, flags */
	CO_BLOCK_READ = 2,
	CO_BLOCK_WRITE = 3,
	CO_BLOCK_CLOSE = 4,
	CO_BLOCK_GET_ALIAS = 5,		/* answer: alias, "" if it has none */
	CO_BLOCK_FLUSH = 6,		/* not in coLinux */
};

#define CO_BLOCK_READ_ONLY	0x1	/* of `flags` */

/* `rc` is 0 or one of these, Linux's numbers. */
enum co_block_error {
	CO_BLOCK_EIO = 5,
	CO_BLOCK_ENXIO = 6,		/* there is no such unit */
	CO_BLOCK_EAGAIN = 11,		/* too many are under way: ask again when one has ended */
	CO_BLOCK_EFAULT = 14,		/* the buffer is not in the guest's RAM */
	CO_BLOCK_EINVAL = 22,		/* not whole sectors, behind the end, too large, or no such type */
	CO_BLOCK_EROFS = 30,
};

#ifndef __ASSEMBLER__
struct co_block_request {
	uint32_t type;			/* enum co_block_type */
	uint32_t rc;
	union {
		struct {
			uint64_t offset;	/* bytes */
			uint64_t size;		/* bytes */
			uint64_t disk_size;	/* bytes */
			uint32_t address;	/* VA of the buffer */
			uint32_t id;		/* the guest's own: comes back in co_block_done */
			uint32_t async;
			uint32_t flags;		/* not in coLinux */
		} CO_PACKED;
		char alias[CO_BLOCK_ALIAS_SIZE];
	};
} CO_PACKED;

/* Payload of a message for CO_DEVICE_BLOCK. */
struct co_block_done {
	uint32_t id;
	uint32_t uptodate;		/* 1: done, 0: failed */
} CO_PACKED;
#endif

#endif /* COLINUX_BLOCK_H */
