// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client of 9P2000.L (the protocol of diod, protocol.md; Linux include/net/9p/9p.h). A request is written field
 * by field behind its header, size[4] type[1] tag[2]; the answer is read the same way, and no further than it goes:
 * it comes from outside.
 */
#include "ninep-call.h"

#define NO_TAG		0xffff
#define ERROR_MAX	4095

void ninep_put(struct ninep_call *call, uint64_t value, unsigned bytes)
{
	for (; bytes; bytes--, value >>= 8)
		call->request[call->size++] = (uint8_t)value;
}

void ninep_put_text(struct ninep_call *call, const char *text)
{
	size_t length = strlen(text);

	ninep_put(call, length, 2);
	memcpy(call->request + call->size, text, length);
	call->size += length;
}

uint64_t ninep_get(struct ninep_call *call, unsigned bytes)
{
	uint64_t value = 0;

	if (bytes > call->end - call->at) {
		call->at = call->end;
		return 0;
	}
	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)call->answer[call->at++] << 8 * i;
	return value;
}

void ninep_skip(struct ninep_call *call, uint32_t bytes)
{
	call->at += bytes < call->end - call->at ? bytes : call->end - call->at;
}

struct ninep_call ninep_begin(struct p9 *p9, enum ninep_message type)
{
	struct ninep_call call = { .p9 = p9, .request = p9_begin(p9) };

	ninep_put(&call, 0, 4);
	ninep_put(&call, type, 1);
	ninep_put(&call, type == T_VERSION ? NO_TAG : 0, 2);
	return call;
}

/* The head of the answer: what it is, and how much of it has come. */
static int32_t check(struct ninep_call *call, uint8_t type, const struct p9_payload *payload)
{
	uint32_t size, answered, code;

	call->at = 0;
	call->end = payload && payload->in ? payload->head : P9_BUFFER;
	if (call->end > call->p9->written)
		call->end = call->p9->written;
	size = (uint32_t)ninep_get(call, 4);
	answered = (uint32_t)ninep_get(call, 1);
	ninep_skip(call, 2);
	if (size > call->p9->written || call->p9->written < HEADER)
		return -EIO;
	if (answered == R_ERROR) {
		code = (uint32_t)ninep_get(call, 4);
		return code && code <= ERROR_MAX ? -(int32_t)code : -EIO;
	}
	if (call->end > size)
		call->end = size;
	return answered == type + 1u ? 0 : -EIO;
}

int32_t ninep_send(struct ninep_call *call, const struct p9_payload *payload)
{
	uint32_t size = call->size;
	uint8_t type = call->request[4];

	if (payload && !payload->in)
		size += payload->size;
	for (unsigned i = 0; i < 4; i++)
		call->request[i] = (uint8_t)(size >> 8 * i);
	call->answer = p9_send(call->p9, call->size, payload);
	return call->answer ? check(call, type, payload) : -EIO;
}

int32_t ninep_finish(struct ninep_call *call, int32_t result)
{
	p9_end(call->p9);
	return result;
}

int32_t ninep_complete(struct ninep_call *call)
{
	return ninep_finish(call, ninep_send(call, NULL));
}

/* --- Fids ------------------------------------------------------------------------------------------------ */

uint32_t fid_take(struct p9 *p9)
{
	for (uint32_t word = 0; word < P9_FIDS / 32; word++) {
		uint32_t free = ~p9->fids[word];

		if (!free)
			continue;
		p9->fids[word] |= free & -free;
		return word * 32 + (uint32_t)__builtin_ctz(free);
	}
	return NINEP_NO_FID;
}

void fid_return(struct p9 *p9, uint32_t fid)
{
	p9->fids[fid / 32] &= ~(1u << fid % 32);
}

/* Whatever the server answers, it does not know the fid any more. */
void fid_drop(struct p9 *p9, uint32_t fid)
{
	struct ninep_call call = ninep_begin(p9, T_CLUNK);

	ninep_put(&call, fid, 4);
	ninep_complete(&call);
	fid_return(p9, fid);
}
