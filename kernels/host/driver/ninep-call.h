/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One 9P message and its answer while they are made and read. See ninep.c. */
#ifndef HOST_NINEP_CALL_H
#define HOST_NINEP_CALL_H

#include "ninep.h"

enum ninep_message {
	R_ERROR = 7,
	T_STATFS = 8,
	T_OPEN = 12,
	T_CREATE = 14,
	T_GETATTR = 24,
	T_SETATTR = 26,
	T_READDIR = 40,
	T_FSYNC = 50,
	T_MKDIR = 72,
	T_RENAMEAT = 74,
	T_UNLINKAT = 76,
	T_VERSION = 100,
	T_ATTACH = 104,
	T_WALK = 110,
	T_READ = 116,
	T_WRITE = 118,
	T_CLUNK = 120,
};

#define HEADER		7
#define COUNT_HEAD	(HEADER + 4)	/* before the data of Rread; as long as Rlerror */

struct ninep_call {
	struct p9 *p9;
	uint8_t *request;
	uint32_t size;			/* of the request so far */
	const uint8_t *answer;
	uint32_t at, end;		/* in the answer */
};

struct ninep_call ninep_begin(struct p9 *p9, enum ninep_message type);
void ninep_put(struct ninep_call *call, uint64_t value, unsigned bytes);
void ninep_put_text(struct ninep_call *call, const char *text);
int32_t ninep_send(struct ninep_call *call, const struct p9_payload *payload);	/* 0, or an error; then: */
uint64_t ninep_get(struct ninep_call *call, unsigned bytes);	/* beyond the end there are zeros */
void ninep_skip(struct ninep_call *call, uint32_t bytes);
int32_t ninep_finish(struct ninep_call *call, int32_t result);	/* `result` */
int32_t ninep_complete(struct ninep_call *call);	/* send and finish: the answer says no more than "done" */

#endif /* HOST_NINEP_CALL_H */
