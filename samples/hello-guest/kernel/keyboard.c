// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual keyboard interrupt (CO_VIRQ_KEYBOARD): keys arrive as text or as XT scan codes (set 1) and wait in a small
 * ring until somebody reads them.
 */
#include "kernel.h"

#define RING		64
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

char keyboard_read(void)
{
	while (read == written)
		cooperative_idle();
	return ring[read++ % RING];
}
