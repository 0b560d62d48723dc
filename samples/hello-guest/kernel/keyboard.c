// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual keyboard interrupt (CO_VIRQ_KEYBOARD): keys arrive as text or as XT scan codes (set 1) and wait in a small
 * ring until somebody reads them. A text that is pasted comes quicker than a program reads it: while the ring has no
 * room for the most that the host delivers at once, no more is taken from the host, which keeps the rest.
 */
#include "kernel.h"

#define RING		16384
#define BATCH		1024	/* keys that the host delivers at once, at most */
#define RELEASED	0x80

static const char scan_codes[] = "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";

static char ring[RING];
static volatile uint32_t written, read;

void keyboard_event(const struct co_key_event *event)
{
	char c = (char)event->code;

	if (event->mode == CO_KEYBOARD_RAW) {
		if (event->code & RELEASED || event->code >= sizeof(scan_codes))
			return;
		c = scan_codes[event->code];
	}
	if (c == '\r')
		c = '\n';
	if (c && written - read < RING)
		ring[written++ % RING] = c;
}

bool keyboard_has_room(void)
{
	return RING - (written - read) >= BATCH;
}

char keyboard_read(void)
{
	char c;

	while (read == written)
		cooperative_idle();
	c = ring[read++ % RING];
	if (keyboard_has_room())
		cooperative_take_messages();
	return c;
}
