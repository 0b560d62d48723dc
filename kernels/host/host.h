/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the host kernel know of each other, one paragraph a file. */
#ifndef HOST_H
#define HOST_H

#include <colinux/abi.h>
#include <colinux/console.h>
#include <colinux/note.h>
#include "lib.h"
#include "x86.h"

/* descriptors.c */
#define GATE_INTERRUPT	0x8e00	/* present, ring 0, 32-bit interrupt gate */

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

void descriptors_init(void);

/* entry.S */
struct trap_frame {
	uint32_t edi, esi, ebp, esp_ignored, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags;
};

void forward_interrupt(uint32_t offset, uint32_t selector);

/* interrupts.c: exceptions, the interrupt controllers, and who handles which line */
#define IRQ_BASE	0x20
#define IRQ_TIMER	0
#define IRQ_COM2	3

void interrupts_init(void);
void irq_register(unsigned irq, void (*handler)(void));
bool irq_requested(unsigned irq);
bool irq_in_service(unsigned irq);
void interrupt_handler(struct trap_frame *frame);

/* log.c: the host's text on COM1 */
void log_init(void);
void log_text(const char *text, size_t length);
void host_log(const char *text, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *text, ...) __attribute__((format(printf, 1, 2), noreturn));

/* uart.c: 16550 serial ports */
#define COM1	0x3f8
#define COM2	0x2f8

void uart_init(uint16_t port, bool receive_interrupt);
void uart_write(uint16_t port, const void *bytes, size_t size);
bool uart_read(uint16_t port, uint8_t *byte);

/* clock.c: the 100 Hz tick, nanoseconds since boot, wall clock */
#define HZ	100

void clock_init(void);
uint64_t clock_ns(void);
uint32_t clock_unix_seconds(void);
bool clock_take_tick(void);

/* frames.c: physical memory, in frames of 4 KiB */
struct multiboot;

void frames_init(const struct multiboot *info);
void frames_reserve(uint32_t from, uint32_t to);
uint32_t frames_allocate(uint32_t count);
uint32_t frames_allocate_region(uint32_t size, uint32_t alignment, uint32_t minimum);
uint32_t frames_total_mib(void);

/* passage.c: the page both sides share */
#define PASSAGE_FRAMES	4	/* the page, a temporary directory and its two tables */

struct co_passage_page *passage_create(unsigned monitor, uint32_t guest_va);
void passage_withdraw(struct co_passage_page *page, unsigned monitor);
void passage_switch(struct co_passage_page *page);

/* queue.c: messages waiting for the guest */
#define QUEUE_SIZE		0x10000
#define QUEUE_MESSAGES_MAX	1024

struct message_queue {
	uint32_t read, write, count;
	uint8_t bytes[QUEUE_SIZE];
};

bool queue_push(struct message_queue *queue, const struct co_message *header, const void *data);
uint32_t queue_take_batch(struct message_queue *queue, void *buffer, uint32_t room);

/* wire.c: the cocon wire on COM2 */
void wire_init(struct message_queue *queue);
void wire_send(const struct co_message *message);

/* monitor.c: one guest */
struct monitor {
	unsigned id;
	enum co_monitor_state state;
	uint32_t base, size;		/* the guest's RAM, physical */
	uint32_t kernel_end;		/* VA behind the image and the boot tables */
	struct co_note note;
	struct co_passage_page *page;
	struct co_io_area *io_area;
	uint64_t last_delivery;		/* ns */
	struct message_queue queue;
	struct co_terminate termination;
};

enum monitor_result {
	MONITOR_AGAIN,			/* run again at once */
	MONITOR_IDLE,			/* run again when there is a tick or a message */
	MONITOR_TERMINATED,
};

/* The ones that can fail return NULL or what is wrong. */
void monitor_create(struct monitor *monitor, uint32_t base, uint32_t size);
const char *monitor_start(struct monitor *monitor, const char *command_line);
enum monitor_result monitor_run(struct monitor *monitor);
void monitor_destroy(struct monitor *monitor);

/* operations.c: what the guest asked for; true if it can be re-entered without a look at the host's own work */
bool monitor_dispatch(struct monitor *monitor);
void monitor_terminate(struct monitor *monitor, enum co_terminate_reason reason, uint32_t code, const char *text);

/* loader.c, guest-space.c: image and first page tables; return NULL or what is wrong */
const char *loader_check(const void *image, uint32_t size, struct co_note *note);
const char *loader_load(struct monitor *monitor, const void *image, uint32_t size);
const char *guest_space_build(struct monitor *monitor, uint32_t *directory, uint32_t *boot_page);

#endif /* HOST_H */
