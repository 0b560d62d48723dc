// SPDX-License-Identifier: GPL-2.0-or-later
/* The requests of 9P2000.L, in the order in which a file is met: see ninep.h for what each does. */
#include "ninep-call.h"

#define MSIZE		(0x10000 + 0x1000)
#define MSIZE_MIN	0x1000
#define WRITE_HEAD	23		/* before the data of Twrite */
#define GETATTR_BASIC	0x7ffu

/* Once for each server: how long messages may be. */
static int32_t open_session(struct p9 *p9)
{
	struct ninep_call call;
	int32_t result;

	if (p9->message_size)
		return 0;
	call = ninep_begin(p9, T_VERSION);
	ninep_put(&call, MSIZE, 4);
	ninep_put_text(&call, "9P2000.L");
	result = ninep_send(&call, NULL);
	if (!result) {
		uint32_t size = (uint32_t)ninep_get(&call, 4);

		if (ninep_get(&call, 2) != 8 || memcmp(call.answer + call.at, "9P2000.L", 8) != 0 || size < MSIZE_MIN)
			result = -EIO;
		else
			p9->message_size = size < MSIZE ? size : MSIZE;
	}
	return ninep_finish(&call, result);
}

int32_t ninep_attach(struct p9 *p9, uint32_t fid)
{
	int32_t result = open_session(p9);
	struct ninep_call call;

	if (result)
		return result;
	call = ninep_begin(p9, T_ATTACH);
	ninep_put(&call, fid, 4);
	ninep_put(&call, NINEP_NO_FID, 4);
	ninep_put_text(&call, "");		/* user */
	ninep_put_text(&call, "");		/* tree */
	ninep_put(&call, 0, 4);		/* user's number */
	return ninep_complete(&call);
}

int32_t ninep_walk(struct p9 *p9, uint32_t from, uint32_t fid, const char *name)
{
	struct ninep_call call = ninep_begin(p9, T_WALK);

	ninep_put(&call, from, 4);
	ninep_put(&call, fid, 4);
	ninep_put(&call, name ? 1 : 0, 2);
	if (name)
		ninep_put_text(&call, name);
	return ninep_complete(&call);
}

/* Seconds, and nanoseconds that nobody needs. */
static uint32_t get_time(struct ninep_call *call)
{
	uint32_t seconds = (uint32_t)ninep_get(call, 8);

	ninep_skip(call, 8);
	return seconds;
}

int32_t ninep_getattr(struct p9 *p9, uint32_t fid, struct ninep_attr *attr)
{
	struct ninep_call call = ninep_begin(p9, T_GETATTR);
	int32_t result;

	ninep_put(&call, fid, 4);
	ninep_put(&call, GETATTR_BASIC, 8);
	result = ninep_send(&call, NULL);
	if (!result) {
		ninep_skip(&call, 8 + 1 + 4);			/* what is valid; type and version of the qid */
		attr->path = ninep_get(&call, 8);
		attr->mode = (uint32_t)ninep_get(&call, 4);
		ninep_skip(&call, 4 + 4);			/* owner, group */
		attr->links = ninep_get(&call, 8);
		ninep_skip(&call, 8);				/* device */
		attr->size = ninep_get(&call, 8);
		ninep_skip(&call, 8);				/* size of a block */
		attr->blocks = ninep_get(&call, 8);
		attr->atime = get_time(&call);
		attr->mtime = get_time(&call);
		attr->ctime = get_time(&call);
	}
	return ninep_finish(&call, result);
}

int32_t ninep_setattr(struct p9 *p9, uint32_t fid, uint32_t valid, uint32_t mode, uint64_t size)
{
	struct ninep_call call = ninep_begin(p9, T_SETATTR);

	ninep_put(&call, fid, 4);
	ninep_put(&call, valid, 4);
	ninep_put(&call, mode, 4);
	ninep_put(&call, 0, 8);			/* owner, group */
	ninep_put(&call, size, 8);
	for (unsigned i = 0; i < 4; i++)
		ninep_put(&call, 0, 8);		/* times */
	return ninep_complete(&call);
}

int32_t ninep_open(struct p9 *p9, uint32_t fid, uint32_t flags)
{
	struct ninep_call call = ninep_begin(p9, T_OPEN);

	ninep_put(&call, fid, 4);
	ninep_put(&call, flags, 4);
	return ninep_complete(&call);
}

#define CREATE_FLAGS	(0100 | 0200 | 1)	/* O_CREAT, O_EXCL, O_WRONLY */

int32_t ninep_create(struct p9 *p9, uint32_t fid, const char *name, uint32_t mode)
{
	struct ninep_call call = ninep_begin(p9, T_CREATE);

	ninep_put(&call, fid, 4);
	ninep_put_text(&call, name);
	ninep_put(&call, CREATE_FLAGS, 4);
	ninep_put(&call, mode, 4);
	ninep_put(&call, 0, 4);			/* group */
	return ninep_complete(&call);
}

int32_t ninep_mkdir(struct p9 *p9, uint32_t fid, const char *name, uint32_t mode)
{
	struct ninep_call call = ninep_begin(p9, T_MKDIR);

	ninep_put(&call, fid, 4);
	ninep_put_text(&call, name);
	ninep_put(&call, mode, 4);
	ninep_put(&call, 0, 4);			/* group */
	return ninep_complete(&call);
}

int32_t ninep_unlink(struct p9 *p9, uint32_t fid, const char *name, uint32_t flags)
{
	struct ninep_call call = ninep_begin(p9, T_UNLINKAT);

	ninep_put(&call, fid, 4);
	ninep_put_text(&call, name);
	ninep_put(&call, flags, 4);
	return ninep_complete(&call);
}

int32_t ninep_rename(struct p9 *p9, uint32_t from, const char *name, uint32_t to, const char *new_name)
{
	struct ninep_call call = ninep_begin(p9, T_RENAMEAT);

	ninep_put(&call, from, 4);
	ninep_put_text(&call, name);
	ninep_put(&call, to, 4);
	ninep_put_text(&call, new_name);
	return ninep_complete(&call);
}

int32_t ninep_fsync(struct p9 *p9, uint32_t fid)
{
	struct ninep_call call = ninep_begin(p9, T_FSYNC);

	ninep_put(&call, fid, 4);
	ninep_put(&call, 0, 4);			/* not the data alone */
	return ninep_complete(&call);
}

int32_t ninep_statfs(struct p9 *p9, uint32_t fid, struct ninep_space *space)
{
	struct ninep_call call = ninep_begin(p9, T_STATFS);
	int32_t result;

	ninep_put(&call, fid, 4);
	result = ninep_send(&call, NULL);
	if (!result) {
		ninep_skip(&call, 4);			/* kind of file system */
		space->block_size = (uint32_t)ninep_get(&call, 4);
		space->blocks = ninep_get(&call, 8);
		space->blocks_free = ninep_get(&call, 8);
		space->blocks_available = ninep_get(&call, 8);
		space->files = ninep_get(&call, 8);
		space->files_free = ninep_get(&call, 8);
		ninep_skip(&call, 8);			/* its number */
		space->name_max = (uint32_t)ninep_get(&call, 4);
	}
	return ninep_finish(&call, result);
}

/* One message; fewer bytes than asked for are the end of the file. */
static int32_t read_piece(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size)
{
	struct p9_payload payload = { .address = address, .size = size, .head = COUNT_HEAD, .in = true };
	struct ninep_call call = ninep_begin(p9, T_READ);
	int32_t result;

	ninep_put(&call, fid, 4);
	ninep_put(&call, offset, 8);
	ninep_put(&call, size, 4);
	result = ninep_send(&call, &payload);
	if (!result) {
		uint32_t count = (uint32_t)ninep_get(&call, 4);

		result = count <= size && count <= p9->written - COUNT_HEAD ? (int32_t)count : -EIO;
	}
	return ninep_finish(&call, result);
}

static int32_t write_piece(struct p9 *p9, uint32_t fid, uint64_t offset, uint32_t address, uint32_t size)
{
	struct p9_payload payload = { .address = address, .size = size };
	struct ninep_call call = ninep_begin(p9, T_WRITE);
	int32_t result;

	ninep_put(&call, fid, 4);
	ninep_put(&call, offset, 8);
	ninep_put(&call, size, 4);
	result = ninep_send(&call, &payload);
	if (!result) {
		uint32_t count = (uint32_t)ninep_get(&call, 4);

		result = count <= size ? (int32_t)count : -EIO;
	}
	return ninep_finish(&call, result);
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
static bool next_entry(struct ninep_call *call, struct ninep_entry *entry)
{
	if (call->at == call->end)
		return false;
	ninep_skip(call, 1 + 4 + 8);			/* the qid: QEMU gives its type in the answer to a walk only */
	entry->next = ninep_get(call, 8);
	entry->type = (uint8_t)ninep_get(call, 1);
	entry->length = (uint16_t)ninep_get(call, 2);
	entry->name = (const char *)call->answer + call->at;
	if (entry->length > call->end - call->at)
		return false;
	call->at += entry->length;
	return entry->length != 0;
}

int32_t ninep_readdir(struct p9 *p9, uint32_t fid, uint64_t offset, ninep_take_t take, void *to)
{
	uint32_t room = p9->message_size < P9_BUFFER ? p9->message_size : P9_BUFFER;
	struct ninep_call call = ninep_begin(p9, T_READDIR);
	struct ninep_entry entry;
	int32_t result;

	ninep_put(&call, fid, 4);
	ninep_put(&call, offset, 8);
	ninep_put(&call, room - COUNT_HEAD - 13, 4);	/* 24 bytes are reserved for the head, as in Linux */
	result = ninep_send(&call, NULL);
	if (!result) {
		ninep_skip(&call, 4);
		while (next_entry(&call, &entry)) {
			result++;
			if (!take(to, &entry))
				break;
		}
	}
	return ninep_finish(&call, result);
}
