/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What drivers offer to the rest of the kernel. What they do with messages of the host is in kernel.h. */
#ifndef DRIVERS_H
#define DRIVERS_H

#include "../kernel/kernel.h"
#include <colinux/block.h>

/* console.c draws, escape.c understands escape sequences, cp437.c knows what cells can show */
struct position { uint16_t x, y; };

struct position console_position(void);
void console_move(int x, int y);
void console_put(const uint8_t *characters, uint32_t count);	/* on one line, no control characters */
void console_clear(struct position from, struct position to);	/* of one line, or of whole lines */
void console_new_line(void);
uint16_t console_rows(void);
uint16_t console_columns(void);
uint8_t cp437_from_unicode(uint32_t code_point);
uint32_t utf8_length(uint8_t first);

/* tty.c: the line discipline between a terminal and who reads from it */
struct tty {
	void (*output)(struct tty *tty, const char *text, size_t length);
	uint32_t unit;
	char line[256];				/* being typed */
	uint32_t length;
	char ring[1024];			/* typed; an END_OF_FILE ends what there is to read */
	uint32_t written, taken;
};

void tty_input(struct tty *tty, char c);
int tty_read(struct tty *tty, void *buffer, uint32_t length);
extern struct tty console_tty;

/* block.c: cobd. A transfer belongs to who submits it until it is no longer pending. */
struct transfer {
	uint32_t unit, type;			/* enum co_block_type: READ, WRITE or FLUSH */
	uint64_t offset;			/* bytes */
	uint32_t size;
	void *data;				/* in the direct map */
	bool pending, failed;
};

struct disk {
	uint64_t size;				/* bytes; 0: there is no such disk */
	uint32_t block_size;			/* of the file system on it, for the buffer cache */
	bool read_only;
	bool write_failed;			/* since the cache has looked last */
};

extern struct disk disks[CO_BLOCK_UNITS];
unsigned block_init(void);			/* how many there are */
void block_submit(struct transfer *transfer);	/* may sleep until the host has room for it */
int block_wait(struct transfer *transfer);	/* 0 or -EIO */
void block_wait_any(void);			/* until one of all that are under way has ended */

/* conet.c */
bool conet_address(uint32_t unit, uint8_t mac[6]);
void conet_send(uint32_t unit, const void *frame, uint32_t size);

#endif /* DRIVERS_H */
