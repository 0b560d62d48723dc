/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What test guests in C have in common: the way to the host, messages by device, and a log. They run with
 * interrupts off, so what comes from the host comes when they ask for it. Start and descriptor tables are those of
 * the sample guest.
 */
#ifndef GUEST_H
#define GUEST_H

#include <colinux/abi.h>
#include "lib.h"

#define GUEST_MESSAGE_MAX	0x2000

extern struct co_passage_page *passage;
extern struct co_boot_params boot;
extern struct co_io_area *const io_area;

/* guest.c */
void host_call(enum co_operation operation);			/* parameters and results are in passage->params */
/*
 * A request lies at params[at] while the host looks; it is the answer afterwards. False: such a device is not
 * served.
 */
bool host_device(enum co_device device, unsigned at, void *request, uint32_t size);
void host_send(uint32_t module, enum co_message_type type, const void *data, uint32_t size);
void host_idle(void);						/* messages go to their handlers */
void on_message(enum co_device device,
		void (*handler)(const struct co_message *header, const struct co_linux_message *message));
uint64_t host_time_ns(void);
bool wait_until(bool (*true_now)(void), uint32_t milliseconds);	/* idles; false: it has not come true */
bool has_word(const char *word);				/* on the command line */
void print(const char *text, ...) __attribute__((format(printf, 1, 2)));
void tell(const char *what, int32_t value);			/* a line of the log */
void terminate(enum co_terminate_reason reason, uint32_t code, uint32_t line, const char *text)
	__attribute__((noreturn));

/* The program: what it returns is the code with which the guest ends. */
uint32_t guest_main(void);

#endif /* GUEST_H */
