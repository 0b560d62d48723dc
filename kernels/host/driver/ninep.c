// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client of 9P2000.L (the protocol of diod, protocol.md; Linux include/net/9p/9p.h). A request is written field by field behind
 * its header, size[4] type[1] tag[2]; the answer is read the same way, and no further than it goes: it comes from outside.
 */
#include "ninep.h"

enum message {
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
#define WRITE_HEAD	23		/* before the data of Twrite */
#define MSIZE		(0x10000 + 0x1000)
#define MSIZE_MIN	0x1000
#define NO_TAG		0xffff
#define GETATTR_BASIC	0x7ffu
#define ERROR_MAX	4095

struct call {
	struct p9 *p9;
	uint8_t *request;
	uint32_t size;			/* of the request so far */
	const uint8_t *answer;
	uint32_t at, end;		/* in the answer */
};

static void put(struct call *call, uint64_t value, unsigned bytes)
{
	for (; bytes; bytes--, value >>= 8)
		call->request[call->size++] = (uint8_t)value;
}

static void put_text(struct call *call, const char *text)
{
	size_t length = strlen(text);

	put(call, length, 2);
	memcpy(call->request + call->size, text, length);
	call->size += length;
}

/* Beyond the end there are zeros. */
static uint64_t get(struct call *call, unsigned bytes)
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

static void skip(struct call *call, uint32_t bytes)
{
	call->at += bytes < call->end - call->at ? bytes : call->end - call->at;
}

static struct call begin(struct p9 *p9, enum message type)
{
	struct call call = { .p9 = p9, .request = p9_begin(p9) };

	put(&call, 0, 4);
	put(&call, type, 1);
	put(&call, type == T_VERSION ? NO_TAG : 0, 2);
	return call;
}

/* The head of the answer: what it is, and how much of it has come. */
static int32_t check(struct call *call, uint8_t type, const struct p9_payload *payload)
{
	uint32_t size, answered, code;

	call->at = 0;
	call->end = payload && payload->in ? payload->head : P9_BUFFER;
	if (call->end > call->p9->written)
		call->end = call->p9->written;
	size = (uint32_t)get(call, 4);
	answered = (uint32_t)get(call, 1);
	skip(call, 2);
	if (size > call->p9->written || call->p9->written < HEADER)
		return -EIO;
	if (answered == R_ERROR) {
		code = (uint32_t)get(call, 4);
		return code && code <= ERROR_MAX ? -(int32_t)code : -EIO;
	}
	if (call->end > size)
		call->end = size;
	return answered == type + 1u ? 0 : -EIO;
}

static int32_t send(struct call *call, const struct p9_payload *payload)
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

static int32_t finish(struct call *call, int32_t result)
{
	p9_end(call->p9);
	return result;
}

/* For requests whose answer says no more than that it is done. */
static int32_t complete(struct call *call)
{
	return finish(call, send(call, NULL));
}

/* --- Fids ------------------------------------------------------------------------------------------------ */

uint32_t fid_take(struct p9 *p9)
{
	for (uint32_t fid = 0; fid < P9_FIDS; fid++) {
		if (p9->fids[fid / 32] & 1u << fid % 32)
			continue;
		p9->fids[fid / 32] |= 1u << fid % 32;
		return fid;
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
	struct call call = begin(p9, T_CLUNK);

	put(&call, fid, 4);
	complete(&call);
	fid_return(p9, fid);
}

/* --- Requests -------------------------------------------------------------------------------------------- */

/* Once for each server: how long messages may be. */
static int32_t open_session(struct p9 *p9)
{
	struct call call;
	int32_t result;

	if (p9->message_size)
		return 0;
	call = begin(p9, T_VERSION);
	put(&call, MSIZE, 4);
	put_text(&call, "9P2000.L");
	result = send(&call, NULL);
	if (!result) {
		uint32_t size = (uint32_t)get(&call, 4);

		if (get(&call, 2) != 8 || memcmp(call.answer + call.at, "9P2000.L", 8) != 0 || size < MSIZE_MIN)
			result = -EIO;
		else
			p9->message_size = size < MSIZE ? size : MSIZE;
	}
	return finish(&call, result);
}

int32_t ninep_attach(struct p9 *p9, uint32_t fid)
{
	int32_t result = open_session(p9);
	struct call call;

	if (result)
		return result;
	call = begin(p9, T_ATTACH);
	put(&call, fid, 4);
	put(&call, NINEP_NO_FID, 4);
	put_text(&call, "");		/* user */
	put_text(&call, "");		/* tree */
	put(&call, 0, 4);		/* user's number */
	return complete(&call);
}

int32_t ninep_walk(struct p9 *p9, uint32_t from, uint32_t fid, const char *name)
{
	struct call call = begin(p9, T_WALK);

	put(&call, from, 4);
	put(&call, fid, 4);
	put(&call, name ? 1 : 0, 2);
	if (name)
		put_text(&call, name);
	return complete(&call);
}

/* Seconds, and nanoseconds that nobody needs. */
static uint32_t get_time(struct call *call)
{
	uint32_t seconds = (uint32_t)get(call, 8);

	skip(call, 8);
	return seconds;
}

int32_t ninep_getattr(struct p9 *p9, uint32_t fid, struct ninep_attr *attr)
{
	struct call call = begin(p9, T_GETATTR);
	int32_t result;

	put(&call, fid, 4);
	put(&call, GETATTR_BASIC, 8);
	result = send(&call, NULL);
	if (!result) {
		skip(&call, 8 + 1 + 4);			/* what is valid; type and version of the qid */
		attr->path = get(&call, 8);
		attr->mode = (uint32_t)get(&call, 4);
		skip(&call, 4 + 4);			/* owner, group */
		attr->links = get(&call, 8);
		skip(&call, 8);				/* device */
		attr->size = get(&call, 8);
		skip(&call, 8);				/* size of a block */
		attr->blocks = get(&call, 8);
		attr->atime = get_time(&call);
		attr->mtime = get_time(&call);
		attr->ctime = get_time(&call);
	}
	return finish(&call, result);
}

int32_t ninep_setattr(struct p9 *p9, uint32_t fid, uint32_t valid, uint32_t mode, uint64_t size)
{
	struct call call = begin(p9, T_SETATTR);

	put(&call, fid, 4);
	put(&call, valid, 4);
	put(&call, mode, 4);
	put(&call, 0, 8);			/* owner, group */
	put(&call, size, 8);
	for (unsigned i = 0; i < 4; i++)
		put(&call, 0, 8);		/* times */
	return complete(&call);
}

int32_t ninep_open(struct p9 *p9, uint32_t fid, uint32_t flags)
{
	struct call call = begin(p9, T_OPEN);

	put(&call, fid, 4);
	put(&call, flags, 4);
	return complete(&call);
}

#define CREATE_FLAGS	(0100 | 0200 | 1)	/* O_CREAT, O_EXCL, O_WRONLY */

int32_t ninep_create(struct p9 *p9, uint32_t fid, const char *name, uint32_t mode)
{
	struct call call = begin(p9, T_CREATE);

	put(&call, fid, 4);
	put_text(&call, name);
	put(&call, CREATE_FLAGS, 4);
	put(&call, mode, 4);
	put(&call, 0, 4);			/* group */
	return complete(&call);
}

int32_t ninep_mkdir(struct p9 *p9, uint32_t fid, const char *name, uint32_t mode)
{
	struct call call = begin(p9, T_MKDIR);

	put(&call, fid, 4);
	put_text(&call, name);
	put(&call, mode, 4);
	put(&call, 0, 4);			/* group */
	return complete(&call);
}

int32_t ninep_unlink(struct p9 *p9, uint32_t fid, const char *name, uint32_t flags)
{
	struct call call = begin(p9, T_UNLINKAT);

	put(&call, fid, 4);
	put_text(&call, name);
	put(&call, flags, 4);
	return complete(&call);
}

int32_t ninep_rename(struct p9 *p9, uint32_t from, const char *name, uint32_t to, const char *new_name)
{
	struct call call = begin(p9, T_RENAMEAT);

	put(&call, from, 4);
	put_text(&call, name);
	put(&call, to, 4);
	put_text(&call, new_name);
	return complete(&call);
}

int32_t ninep_fsync(struct p9 *p9, uint32_t fid)
{
	struct call call = begin(p9, T_FSYNC);

	put(&call, fid, 4);
	put(&call, 0, 4);			/* not the data alone */
	return complete(&call);
}

int32_t ninep_statfs(struct p9 *p9, uint32_t fid, struct ninep_space *space)
{
	struct call call = begin(p9, T_STATFS);
	int32_t result;

	put(&call, fid, 4);
	result = send(&call, NULL);
	if (!result) {
		skip(&call, 4);			/* kind of file system */
		space->block_size = (uint32_t)get(&call, 4);
		space->blocks = get(&call, 8);
		space->blocks_free = get(&call, 8);
		space->blocks_available = get(&call, 8);
		space->files = get(&call, 8);
		space->files_free = get(&call, 8);
		skip(&call, 8);			/* its number */
		space->name_max = (uint32_t)get(&call, 4);
	}
	return finish(&call, result);
}

/* One message; fewer bytes than asked for are the end of the file. */
static int32_t read_piece(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size)
{
	struct p9_payload payload = { .address = address, .size = size, .head = COUNT_HEAD, .in = true };
	struct call call = begin(p9, T_READ);
	int32_t result;

	put(&call, fid, 4);
	put(&call, offset, 8);
	put(&call, size, 4);
	result = send(&call, &payload);
	if (!result) {
		uint32_t count = (uint32_t)get(&call, 4);

		result = count <= size && count <= p9->written - COUNT_HEAD ? (int32_t)count : -EIO;
	}
	return finish(&call, result);
}

static int32_t write_piece(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size)
{
	struct p9_payload payload = { .address = address, .size = size };
	struct call call = begin(p9, T_WRITE);
	int32_t result;

	put(&call, fid, 4);
	put(&call, offset, 8);
	put(&call, size, 4);
	result = send(&call, &payload);
	if (!result) {
		uint32_t count = (uint32_t)get(&call, 4);

		result = count <= size ? (int32_t)count : -EIO;
	}
	return finish(&call, result);
}

typedef int32_t (*piece_t)(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size);

/* As many messages as it takes. An error counts only if nothing was done before it. */
static int32_t in_pieces(piece_t piece, struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size)
{
	uint32_t most = p9->message_size - WRITE_HEAD - 1, done = 0;

	while (done < size) {
		uint32_t now = size - done < most ? size - done : most;
		int32_t result = piece(p9, fid, offset + done, address + done, now);

		if (result < 0)
			return done ? (int32_t)done : result;
		done += (uint32_t)result;
		if ((uint32_t)result < now)
			break;
	}
	return (int32_t)done;
}

int32_t ninep_read(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size)
{
	return in_pieces(read_piece, p9, fid, offset, address, size);
}

int32_t ninep_write(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size)
{
	return in_pieces(write_piece, p9, fid, offset, address, size);
}

/* The next entry of an answer; false at its end. */
static bool next_entry(struct call *call, struct ninep_entry *entry)
{
	if (call->at == call->end)
		return false;
	entry->type = (uint8_t)get(call, 1);
	skip(call, 4 + 8);			/* version and path of the qid */
	entry->next = get(call, 8);
	skip(call, 1);				/* Linux's type */
	entry->length = (uint16_t)get(call, 2);
	entry->name = (const char *)call->answer + call->at;
	if (entry->length > call->end - call->at)
		return false;
	call->at += entry->length;
	return entry->length != 0;
}

int32_t ninep_readdir(struct p9 *p9, uint32_t fid, uint64_t offset, bool (*take)(void *to, const struct ninep_entry *entry),
		      void *to)
{
	uint32_t room = p9->message_size < P9_BUFFER ? p9->message_size : P9_BUFFER;
	struct call call = begin(p9, T_READDIR);
	struct ninep_entry entry;
	int32_t result;

	put(&call, fid, 4);
	put(&call, offset, 8);
	put(&call, room - COUNT_HEAD - 13, 4);	/* 24 bytes are reserved for the head, as in Linux */
	result = send(&call, NULL);
	if (!result) {
		skip(&call, 4);
		while (next_entry(&call, &entry)) {
			result++;
			if (!take(to, &entry))
				break;
		}
	}
	return finish(&call, result);
}
