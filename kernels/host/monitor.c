// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A monitor: one guest, its memory, its passage page, its queue, and its life
 *
 *	EMPTY -> INITIALIZED -> STARTED -> RUNNING -> TERMINATED
 *
 * monitor_run() is the RUN call of coLinux's driver: it switches to the guest again and again until something wants
 * the attention of whoever runs the guest. The very first call makes one switch only.
 */
#include "host.h"

#define CR4_VMXE	0x2000
#define FIRST_STACK	0x50	/* room above the first ESP: the passage pops a frame on its way out */

void monitor_create(struct monitor *monitor, uint32_t base, uint32_t size)
{
	uint32_t frames = CO_VPTR_IO_AREA_SIZE / PAGE_SIZE;

	monitor->base = base;
	monitor->size = size;
	monitor->io_area = virtual_address(frames_allocate(frames));
	monitor->state = CO_MONITOR_STATE_INITIALIZED;
}

static void fill_guest_state(struct monitor *monitor, uint32_t directory, uint32_t boot_page)
{
	struct co_state *guest = &monitor->page->guest;
	struct co_descriptor_table idt = { 0, 0 };

	guest->cr0 = CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_PE;
	guest->cr3 = directory;
	guest->gdt = (struct co_descriptor_table){ 4 * 8 - 1, boot_page };
	guest->idt = idt;
	guest->cs = SELECTOR_CODE;
	guest->ds = guest->es = guest->fs = guest->gs = guest->ss = SELECTOR_DATA;
	guest->esp = boot_page + PAGE_SIZE - FIRST_STACK;
	guest->return_eip = monitor->note.entry;
	guest->dr7 = DR7_RESET;
}

static void fill_boot_params(struct monitor *monitor, const char *command_line)
{
	struct co_boot_params *params = (void *)monitor->page->params;

	memset(params, 0, sizeof(*params));
	params->kernel_end = monitor->kernel_end;
	params->memory_size = monitor->size;
	params->memory_base = monitor->base;
	format(params->command_line, sizeof(params->command_line), "%s", command_line);
}

const char *monitor_start(struct monitor *monitor, const char *command_line)
{
	uint32_t directory, boot_page;
	const char *problem;

	monitor->page = passage_create(monitor->id, monitor->note.passage_va);
	problem = guest_space_build(monitor, &directory, &boot_page);
	if (problem)
		return problem;
	fill_guest_state(monitor, directory, boot_page);
	fill_boot_params(monitor, command_line);
	monitor->page->operation = CO_OPERATION_START;
	monitor->last_delivery = clock_ns();
	monitor->state = CO_MONITOR_STATE_STARTED;
	return NULL;
}

/* On return from IDLE and from a forwarded interrupt, and only then, events travel to the guest. */
static void deliver(struct monitor *monitor)
{
	struct co_delivery *delivery = (void *)monitor->page->params;
	struct co_io_area *io_area = monitor->io_area;
	uint64_t now = clock_ns();

	delivery->size = 0;
	if (!io_area->messages_waiting) {
		delivery->size = queue_take_batch(&monitor->queue, io_area->buffer, sizeof(io_area->buffer));
		io_area->messages_waiting = delivery->size != 0;
	}
	delivery->elapsed = now - monitor->last_delivery;
	monitor->last_delivery = now;
	monitor->page->operation = CO_OPERATION_MESSAGE_FROM_MONITOR;
}

/* One crossing there and back; true if the guest may be entered again at once. */
static bool iterate(struct monitor *monitor)
{
	uint32_t operation = monitor->page->operation;
	uint32_t cr4;

	asm volatile("movl %%cr4, %0" : "=r"(cr4));
	if (cr4 & CR4_VMXE) {
		monitor_terminate(monitor, CO_TERMINATE_VMXE, 0, "paging cannot be left in VMX operation");
		return false;
	}
	if (operation == CO_OPERATION_FORWARD_INTERRUPT || operation == CO_OPERATION_IDLE)
		deliver(monitor);
	interrupts_off();
	passage_switch(monitor->page);
	return monitor_dispatch(monitor);
}

enum monitor_result monitor_run(struct monitor *monitor)
{
	bool first = monitor->state == CO_MONITOR_STATE_STARTED;
	bool again;

	if (first)
		monitor->state = CO_MONITOR_STATE_RUNNING;
	if (monitor->state != CO_MONITOR_STATE_RUNNING)
		return MONITOR_TERMINATED;
	do {
		again = iterate(monitor);
	} while (again && !first);
	if (monitor->state == CO_MONITOR_STATE_TERMINATED)
		return MONITOR_TERMINATED;
	return monitor->page->operation == CO_OPERATION_IDLE ? MONITOR_IDLE : MONITOR_AGAIN;
}

void monitor_destroy(struct monitor *monitor)
{
	passage_withdraw(monitor->page, monitor->id);
	monitor->page = NULL;
	monitor->state = CO_MONITOR_STATE_EMPTY;
}
