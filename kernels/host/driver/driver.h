/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver: guests and everything that crosses to them, one paragraph a file. */
#ifndef HOST_DRIVER_H
#define HOST_DRIVER_H

#include <colinux/abi.h>
#include <colinux/block.h>
#include <colinux/console.h>
#include <colinux/filesystem.h>
#include <colinux/network.h>
#include <colinux/note.h>
#include <colinux/serial.h>
#include "host.h"
#include "ioctl.h"
#include "process/process.h"
#include "virtio/virtio.h"

/* driver.c: the device `colinux` and the table of monitors */
struct monitor;

extern const struct device driver_device;

struct monitor *monitor_numbered(unsigned id);	/* NULL if there is none */

/* passage.c: the page both sides share */
struct co_passage_page *passage_create(unsigned monitor, uint32_t guest_va);	/* NULL: no memory */
void passage_destroy(struct co_passage_page *page, unsigned monitor);
void passage_switch(struct co_passage_page *page);
bool passage_is_intact(const struct co_passage_page *page);

/*
 * queue.c: messages waiting for the guest, or for a process that has attached. Who waits for messages sleeps for
 * the queue.
 */
#define QUEUE_SIZE		0x10000
#define QUEUE_MESSAGES_MAX	1024

struct message_queue {
	uint32_t read, write, count;
	uint8_t bytes[QUEUE_SIZE];
};

bool queue_push(struct message_queue *queue, const struct co_message *header, const void *data);
bool queue_push_linux(struct message_queue *queue, const struct co_message *header,
		      const struct co_linux_message *message, const void *payload);
uint32_t queue_take_batch(struct message_queue *queue, void *buffer, uint32_t room);
void queue_clear(struct message_queue *queue);
void queue_wait_for_room(struct message_queue *queue, uint32_t ticks);	/* sleeps, at most so long */

/* wire.c: the cocon wire on COM2 */
void wire_init(void);
void wire_send(unsigned monitor, const struct co_message *message);

/* console.c: the shadow of a guest's console */
struct console {
	uint16_t columns, rows, scrollback;
	uint16_t attribute;
	uint16_t history_count, history_next;
	uint16_t *cells;		/* row after row: the screen, then the ring of those that have scrolled off */
	struct co_console_cursor cursor;
	bool cursor_on, blanked, mouse;
};

bool console_create(struct console *console, const struct co_console_config *config, uint32_t scrollback);
void console_destroy(struct console *console);
bool console_draw(struct console *console, const struct co_console_message *message, uint32_t size);
void console_replay(unsigned monitor, const struct console *console);

/* fpu.c: whose x87 and SSE registers are in the processor */
struct fpu_image {
	uint8_t bytes[512];		/* of FXSAVE, or the first 108 of FNSAVE */
} __attribute__((aligned(16)));

void fpu_init(void);
void fpu_prepare(struct monitor *monitor);
void fpu_give_to(struct monitor *monitor);
void fpu_forget(const struct monitor *monitor);

/* block.c: cobd */
#define BLOCK_SLOTS	64		/* requests of one guest under way */

struct block_unit {
	struct blk *disk;		/* NULL: there is no such unit */
	bool read_only, sync;
	char alias[CO_BLOCK_ALIAS_SIZE];
};

struct block_slot {
	struct blk_request request;
	struct monitor *monitor;
	struct blk *disk;
	enum { SLOT_FREE, SLOT_UNDER_WAY, SLOT_ENDED } state;
	bool waited_for, good;		/* somebody sleeps for its end, which was good */
	uint32_t unit, id;
};

void block_request(struct monitor *monitor);	/* sleeps, if the guest wants to wait */
void block_tell_ends(struct monitor *monitor);	/* those for which there was no room in the queue */
void block_reset(struct monitor *monitor);	/* until no disk touches the guest's memory; sleeps */

/* network.c: conet */
struct network_unit {
	struct net *net;		/* NULL: there is no such unit */
	struct monitor *monitor;
	uint8_t mac[6];
};

void network_request(struct monitor *monitor);
void network_send(struct monitor *monitor, unsigned unit, const struct co_message *message);
void network_start(struct monitor *monitor);
void network_close(struct monitor *monitor);

/* filesystem.c, volume.c, ninep.c: cofs. These sleep. */
struct volume;

void filesystem_request(struct monitor *monitor);
void filesystem_reset(struct monitor *monitor);
void filesystem_close(struct monitor *monitor);

/* attach.c: processes as back-ends of modules */
int32_t attach(struct file *file, const struct co_attach *request);
void attach_deliver(const struct monitor *monitor, const struct co_message *message);	/* sleeps */
const char *attach_await_lines(const struct monitor *monitor);	/* sleeps; NULL, or which line nobody serves */
void attach_monitor_gone(unsigned monitor);

/* binding.c: which devices of the machine a guest has */
const char *binding_add(struct monitor *monitor, const struct co_bind *request);	/* NULL, or what is wrong */

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
	struct console console;
	volatile bool console_attached;	/* and shows nothing yet */
	struct fpu_image fpu;		/* while another guest has the registers */
	struct co_terminate termination;
	uint32_t switches[CO_OPERATIONS + 1];
	const struct module *initrd;	/* NULL: it has none */
	uint32_t initrd_offset;		/* in its RAM */
	struct block_unit blocks[CO_BLOCK_UNITS];
	struct block_slot block_slots[BLOCK_SLOTS];
	struct network_unit networks[CO_NETWORK_UNITS];
	struct volume *volumes[CO_FS_UNITS];	/* NULL: there is no such unit */
	struct port *ports[CO_SERIAL_UNITS];	/* likewise */
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
const char *monitor_load(struct monitor *monitor, const struct module *module, const struct module *initrd);
const char *monitor_start(struct monitor *monitor, const char *command_line);
enum co_run_result monitor_run(struct monitor *monitor);
void monitor_reset(struct monitor *monitor);
void monitor_close(struct monitor *monitor);
/* Physical address of `size` bytes at a VA of the guest's direct map; 0: they are not its RAM. */
uint32_t guest_range(const struct monitor *monitor, uint32_t va, uint32_t size);
/* A message of a device to its guest; false: the queue is full. */
bool monitor_tell(struct monitor *monitor, enum co_module from, enum co_message_priority priority,
		  enum co_message_type type, enum co_device device, uint32_t unit, const void *payload, uint32_t size);

/* operations.c: what the guest asked for; true if it can be entered again at once */
bool monitor_dispatch(struct monitor *monitor);
void monitor_terminate(struct monitor *monitor, enum co_terminate_reason reason, uint32_t code, const char *text);

/* loader.c, guest-space.c: image and first page tables */
const char *loader_check(const void *image, uint32_t size, struct co_note *note);
const char *loader_load(struct monitor *monitor, const void *image, uint32_t size);
const char *loader_load_initrd(struct monitor *monitor);
uint32_t guest_space_size(uint32_t memory_size);
const char *guest_space_build(struct monitor *monitor, uint32_t *directory, uint32_t *boot_page);

#endif /* HOST_DRIVER_H */
