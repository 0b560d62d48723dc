/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver: guests and everything that crosses to them, one paragraph a file. */
#ifndef HOST_DRIVER_H
#define HOST_DRIVER_H

#include <colinux/abi.h>
#include <colinux/console.h>
#include <colinux/note.h>
#include "host.h"
#include "ioctl.h"
#include "process/process.h"

/* driver.c: the device `colinux` and the table of monitors */
struct monitor;

extern const struct device driver_device;

struct monitor *monitor_numbered(unsigned id);	/* NULL if there is none */

/* passage.c: the page both sides share */
struct co_passage_page *passage_create(unsigned monitor, uint32_t guest_va);	/* NULL: no memory */
void passage_destroy(struct co_passage_page *page, unsigned monitor);
void passage_switch(struct co_passage_page *page);
bool passage_is_intact(const struct co_passage_page *page);

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
void wire_init(void);
void wire_send(unsigned monitor, const struct co_message *message);

/* fpu.c: whose x87 and SSE registers are in the processor */
struct fpu_image {
	uint8_t bytes[512];		/* of FXSAVE, or the first 108 of FNSAVE */
} __attribute__((aligned(16)));

void fpu_init(void);
void fpu_prepare(struct monitor *monitor);
void fpu_give_to(struct monitor *monitor);
void fpu_forget(const struct monitor *monitor);

/* monitor.c: one guest */
struct monitor {
	unsigned id;
	enum co_monitor_state state;
	uint32_t base, size;		/* the guest's RAM, physical */
	uint32_t kernel_end;		/* VA behind the image and the boot tables; 0: nothing is loaded */
	struct co_note note;
	struct co_passage_page *page;
	struct co_io_area *io_area;
	uint64_t last_delivery;		/* ns */
	struct message_queue queue;
	struct fpu_image fpu;		/* while another guest has the registers */
	struct co_terminate termination;
	uint32_t switches[CO_OPERATIONS + 1];
};

/* guest-space.c: the bottom of the boot page, where the guest finds its first tables */
#define SELECTOR_BOOT_TSS	0x20
#define SELECTOR_BOOT_EMERGENCY	0x28

struct boot_page {
	uint64_t gdt[6];
	struct gate idt[VECTOR_DOUBLE_FAULT + 1];
	struct co_tss tss;
};

/* Those that return a text can fail: NULL, or what is wrong. */
const char *monitor_create(unsigned id, uint32_t memory_mib, struct monitor **created);
const char *monitor_load(struct monitor *monitor, const struct module *module);
const char *monitor_start(struct monitor *monitor, const char *command_line);
enum co_run_result monitor_run(struct monitor *monitor);
void monitor_reset(struct monitor *monitor);
void monitor_close(struct monitor *monitor);

/* operations.c: what the guest asked for; true if it can be entered again at once */
bool monitor_dispatch(struct monitor *monitor);
void monitor_terminate(struct monitor *monitor, enum co_terminate_reason reason, uint32_t code, const char *text);

/* loader.c, guest-space.c: image and first page tables */
const char *loader_check(const void *image, uint32_t size, struct co_note *note);
const char *loader_load(struct monitor *monitor, const void *image, uint32_t size);
const char *guest_space_build(struct monitor *monitor, uint32_t *directory, uint32_t *boot_page);


#endif /* HOST_DRIVER_H */
