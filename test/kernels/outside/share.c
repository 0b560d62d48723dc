// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A shared folder by messages of 9P2000.L: reads the file `hello` and writes the file `made`, or is refused that when the
 * command line ends with "ro". Rules: VIRTIO 1.2, section 5.10; the 9P2000.L protocol of diod.
 */
#include "irq.h"
#include "virtio.h"

#define SLOT		2
#define TAG		"work"
#define MSIZE		8192
#define HEADER		7	/* size[4] type[1] tag[2] */

#define R_ERROR		7
#define T_LOPEN		12
#define T_LCREATE	14
#define T_VERSION	100
#define T_ATTACH	104
#define T_WALK		110
#define T_READ		116
#define T_WRITE		118
#define T_CLUNK		120

#define NO_TAG		0xffff
#define NO_FID		0xffffffff
#define O_WRONLY	1
#define ENOENT		2
#define EROFS		30

/* Fids */
enum { ROOT, HELLO, MADE, READ_BACK };

/* What the file `made` gets, in pieces. */
#define LENGTH		10000
#define PIECE		4000

static struct virtio v;
static u8 request[MSIZE], answer[MSIZE];
static u32 length;		/* of the request */
static const u8 *field;		/* of the answer: the next one */
static const char hello[] = "Hello from the computer.\n";

static u32 string_length(const char *text)
{
	u32 n = 0;

	while (text[n])
		n++;
	return n;
}

static void put_bytes(const void *data, u32 count)
{
	memcpy(request + length, data, count);
	length += count;
}

static void put(u32 value, u32 bytes)
{
	put_bytes(&value, bytes);
}

static void put64(u64 value)
{
	put_bytes(&value, 8);
}

static void put_text(const char *text)
{
	put(string_length(text), 2);
	put_bytes(text, string_length(text));
}

static u32 get(u32 bytes)
{
	u32 value = 0;

	memcpy(&value, field, bytes);
	field += bytes;
	return value;
}

static void message(u8 type, u16 tag)
{
	length = 4;
	put(type, 1);
	put(tag, 2);
}

/* Sends the message and receives its answer, of that type. */
static void exchange(u8 type)
{
	struct part parts[] = { { request, length, false }, { answer, sizeof(answer), true } };
	u32 head, got = 0;

	memcpy(request, &length, 4);
	memset(answer, 0, sizeof(answer));
	queue_add(&v.queues[0], parts, 2, 0);
	queue_kick(&v.queues[0]);
	/* However long the computer takes, for the guest it is the next instruction. */
	expect("answer at once", true, queue_poll(&v.queues[0], &head, &got));
	field = answer;
	expect("size", got, get(4));
	expect("type", type, get(1));
	expect("tag", request[5] | request[6] << 8, get(2));
}

static void expect_error(u32 number)
{
	exchange(R_ERROR);
	expect("error", number, get(4));
}

static void walk(u32 to, const char *name)
{
	message(T_WALK, 1);
	put(ROOT, 4);
	put(to, 4);
	put(name ? 1 : 0, 2);
	if (name)
		put_text(name);
}

static void open(u32 fid, u32 flags)
{
	message(T_LOPEN, 2);
	put(fid, 4);
	put(flags, 4);
	exchange(T_LOPEN + 1);
}

/* Reads a piece of a file to `answer`, at `field`. Returns its length. */
static u32 read(u32 fid, u32 offset, u32 count)
{
	message(T_READ, 3);
	put(fid, 4);
	put64(offset);
	put(count, 4);
	exchange(T_READ + 1);
	return get(4);
}

static void clunk(u32 fid)
{
	message(T_CLUNK, 4);
	put(fid, 4);
	exchange(T_CLUNK + 1);
}

static void create(void)
{
	message(T_LCREATE, 5);
	put(MADE, 4);
	put_text("made");
	put(O_WRONLY, 4);
	put(0644, 4);
	put(0, 4);
}

static u8 content(u32 n)
{
	return n * 7 + (n >> 8);
}

static void write_file(void)
{
	for (u32 at = 0; at < LENGTH; at += PIECE) {
		u32 count = LENGTH - at < PIECE ? LENGTH - at : PIECE;

		message(T_WRITE, 6);
		put(MADE, 4);
		put64(at);
		put(count, 4);
		for (u32 n = 0; n < count; n++)
			put(content(at + n), 1);
		exchange(T_WRITE + 1);
		expect("written", count, get(4));
	}
}

static void read_back(void)
{
	u32 at = 0, count;

	while ((count = read(READ_BACK, at, PIECE))) {
		for (u32 n = 0; n < count; n++)
			expect("data", content(at + n), field[n]);
		at += count;
	}
	expect("length", LENGTH, at);
}

/* The last word of the command line (Multiboot 0.6.96, section 3.3: at offset 16). */
static bool read_only(void)
{
	const char *text = (const char *)multiboot_info[4];
	u32 size = string_length(text);

	return size > 2 && !memcmp(text + size - 3, " ro", 3);
}

void test_main(void)
{
	group("share");
	begin("start");
	virtio_probe(&v, SLOT, MODERN);
	expect("started", true, virtio_start(&v, FEATURE(0)));
	expect("length of the tag", sizeof(TAG) - 1, virtio_config8(&v, 0) | virtio_config8(&v, 1) << 8);
	for (u32 n = 0; n < sizeof(TAG) - 1; n++)
		expect("tag", TAG[n], virtio_config8(&v, 2 + n));
	begin("version");
	message(T_VERSION, NO_TAG);
	put(MSIZE, 4);
	put_text("9P2000.L");
	exchange(T_VERSION + 1);
	expect("msize", MSIZE, get(4));
	begin("attach");
	message(T_ATTACH, 0);
	put(ROOT, 4);
	put(NO_FID, 4);
	put_text("root");
	put_text("");
	put(0, 4);
	exchange(T_ATTACH + 1);
	begin("walk to a file");
	walk(HELLO, "hello");
	exchange(T_WALK + 1);
	expect("steps", 1, get(2));
	begin("walk to nowhere");
	walk(MADE, "nothing");
	expect_error(ENOENT);
	begin("read");
	open(HELLO, 0);
	expect("length", sizeof(hello) - 1, read(HELLO, 0, 4096));
	expect("content", 0, memcmp(field, hello, sizeof(hello) - 1));
	expect("length of the end", 0, read(HELLO, sizeof(hello) - 1, 4096));
	clunk(HELLO);
	begin("create");
	walk(MADE, 0);
	exchange(T_WALK + 1);
	create();
	if (read_only()) {
		expect_error(EROFS);
	} else {
		exchange(T_LCREATE + 1);
		begin("write");
		write_file();
		clunk(MADE);
		begin("read back");
		walk(READ_BACK, "made");
		exchange(T_WALK + 1);
		open(READ_BACK, 0);
		read_back();
		clunk(READ_BACK);
	}
	virtio_stop(&v);
}
