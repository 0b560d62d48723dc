// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A monitor: one guest, its memory, its passage page, its queue, and its life
 *
 *	EMPTY -> INITIALIZED -> STARTED -> RUNNING -> TERMINATED
 *
 * monitor_run() is the RUN request: it switches to the guest again and again until something wants the attention of
 * the process that runs the guest. The very first call makes one switch only.
 */
#include "driver.h"

#define CR4_VMXE	0x2000
#define FIRST_STACK	0x50	/* room above the first ESP: the passage pops a frame on its way out */
#define MIB		0x100000u
#define MEMORY_MIN_MIB	2
#define MEMORY_MAX_MIB	512
#define MINIMUM_BASE	(16 * MIB)
#define ALIGNMENT	(4 * MIB)
#define IO_AREA_FRAMES	(CO_VPTR_IO_AREA_SIZE / PAGE_SIZE)
#define MONITOR_FRAMES	((sizeof(struct monitor) + PAGE_SIZE - 1) / PAGE_SIZE)

static void free_memory(struct monitor *monitor)
{
	if (monitor->base)
		frames_free(monitor->base, monitor->size / PAGE_SIZE);
	console_destroy(&monitor->console);
	if (monitor->io_area)
		frames_free(physical_address(monitor->io_area), IO_AREA_FRAMES);
	frames_free(physical_address(monitor), MONITOR_FRAMES);
}

const char *monitor_create(unsigned id, uint32_t memory_mib, struct monitor **created)
{
	const struct co_console_config config = { CO_CONSOLE_ROWS, CO_CONSOLE_COLUMNS, CO_CONSOLE_ATTRIBUTE };
	uint32_t frames, io_area;
	struct monitor *monitor;

	if (memory_mib < MEMORY_MIN_MIB || memory_mib > MEMORY_MAX_MIB)
		return "mem= wants a number of megabytes from 2 to 512";
	frames = frames_allocate(MONITOR_FRAMES);
	if (!frames)
		return "the host has no memory left";
	monitor = virtual_address(frames);
	monitor->id = id;
	monitor->size = memory_mib * MIB;
	monitor->base = frames_allocate_region(monitor->size, ALIGNMENT, MINIMUM_BASE);
	io_area = frames_allocate(IO_AREA_FRAMES);
	monitor->io_area = io_area ? virtual_address(io_area) : NULL;
	if (!monitor->base || !io_area || !console_create(&monitor->console, &config, CO_CONSOLE_SCROLLBACK)) {
		free_memory(monitor);
		return "there is not as much memory as mem= asks for: ask for less, or give the machine more";
	}
	monitor->state = CO_MONITOR_STATE_INITIALIZED;
	*created = monitor;
	return NULL;
}

const char *monitor_load(struct monitor *monitor, const struct module *module, const struct module *initrd)
{
	const char *problem = loader_check(module->image, module->size, &monitor->note);

	monitor->initrd = initrd;
	if (!problem)
		problem = loader_load(monitor, module->image, module->size);
	return problem || !initrd ? problem : loader_load_initrd(monitor);
}

static void fill_guest_state(struct monitor *monitor, uint32_t directory, uint32_t boot_page)
{
	struct co_state *guest = &monitor->page->guest;
	const struct boot_page *first = NULL;

	guest->cr0 = CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_PE;
	guest->cr3 = directory;
	guest->gdt = (struct co_descriptor_table){ sizeof(first->gdt) - 1, boot_page + offsetof(struct boot_page, gdt) };
	guest->idt = (struct co_descriptor_table){ sizeof(first->idt) - 1, boot_page + offsetof(struct boot_page, idt) };
	guest->tr = SELECTOR_BOOT_TSS;
	guest->cs = SELECTOR_CODE;
	guest->ds = guest->es = guest->fs = guest->gs = guest->ss = SELECTOR_DATA;
	guest->esp = boot_page + PAGE_SIZE - FIRST_STACK;
	guest->return_eip = monitor->note.entry;
	guest->dr7 = DR7_RESET;
	monitor->page->emergency_tss.cr3 = directory;
}

static void fill_boot_params(struct monitor *monitor, const char *command_line)
{
	struct co_boot_params *params = (void *)monitor->page->params;

	memset(params, 0, sizeof(*params));
	params->kernel_end = monitor->kernel_end;
	params->memory_size = monitor->size;
	params->memory_base = monitor->base;
	if (monitor->initrd) {
		params->initrd = CO_ARCH_KERNEL_OFFSET + monitor->initrd_offset;
		params->initrd_size = monitor->initrd->size;
	}
	format(params->command_line, sizeof(params->command_line), "%s", command_line);
}

const char *monitor_start(struct monitor *monitor, const char *command_line)
{
	const char *problem = attach_await_lines(monitor);
	uint32_t directory, boot_page;

	if (problem)
		return problem;
	monitor->page = passage_create(monitor->id, monitor->note.passage_va);
	if (!monitor->page)
		return "the host has no memory left";
	problem = guest_space_build(monitor, &directory, &boot_page);
	if (problem) {
		monitor_reset(monitor);
		return problem;
	}
	fill_guest_state(monitor, directory, boot_page);
	fill_boot_params(monitor, command_line);
	monitor->page->operation = CO_OPERATION_START;
	fpu_prepare(monitor);
	monitor->last_delivery = clock_ns();
	monitor->state = CO_MONITOR_STATE_STARTED;
	network_start(monitor);
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
		block_tell_ends(monitor);
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
	fpu_give_to(monitor);
	passage_switch(monitor->page);
	if (!passage_is_intact(monitor->page)) {
		interrupts_on();
		monitor_terminate(monitor, CO_TERMINATE_INVALID_OPERATION, monitor->page->operation,
				  "the passage page is damaged");
		return false;
	}
	return monitor_dispatch(monitor);
}

/* The guest has nothing to do before a message or the next tick comes: nor has its process. */
static void wait_for_event(struct monitor *monitor)
{
	interrupts_off();
	if (!monitor->queue.count)
		process_sleep(&monitor->queue, 1);
	interrupts_on();
}

enum co_run_result monitor_run(struct monitor *monitor)
{
	bool first = monitor->state == CO_MONITOR_STATE_STARTED;
	bool again;

	if (monitor->console_attached) {
		monitor->console_attached = false;
		console_replay(monitor->id, &monitor->console);
	}
	if (first)
		monitor->state = CO_MONITOR_STATE_RUNNING;
	if (monitor->state != CO_MONITOR_STATE_RUNNING)
		return CO_RUN_TERMINATED;
	do {
		again = iterate(monitor);
	} while (again && !first && !scheduler_wants_switch());
	if (monitor->state == CO_MONITOR_STATE_TERMINATED)
		return CO_RUN_TERMINATED;
	if (again || monitor->page->operation != CO_OPERATION_IDLE)
		return CO_RUN_AGAIN;
	wait_for_event(monitor);
	return CO_RUN_IDLE;
}

/*
 * Back to INITIALIZED, from any state: memory, devices and counts stay, the passage page goes. Afterwards no device
 * works on the guest's memory any more.
 */
void monitor_reset(struct monitor *monitor)
{
	monitor->state = CO_MONITOR_STATE_TERMINATED;
	block_reset(monitor);
	filesystem_reset(monitor);
	if (monitor->page)
		passage_destroy(monitor->page, monitor->id);
	monitor->page = NULL;
	monitor->kernel_end = 0;
	monitor->io_area->messages_waiting = 0;
	queue_clear(&monitor->queue);
	monitor->state = CO_MONITOR_STATE_INITIALIZED;
}

void monitor_close(struct monitor *monitor)
{
	monitor_reset(monitor);
	network_close(monitor);
	filesystem_close(monitor);
	attach_monitor_gone(monitor->id);
	fpu_forget(monitor);
	free_memory(monitor);
}

uint32_t guest_range(const struct monitor *monitor, uint32_t va, uint32_t size)
{
	uint32_t offset = va - CO_ARCH_KERNEL_OFFSET;

	return offset <= monitor->size && size <= monitor->size - offset ? monitor->base + offset : 0;
}

bool monitor_tell(struct monitor *monitor, enum co_module from, enum co_message_priority priority,
		  enum co_message_type type, enum co_device device, uint32_t unit, const void *payload, uint32_t size)
{
	const struct co_linux_message message = { device, unit, size };
	const struct co_message header = { from, CO_MODULE_LINUX, priority, type, sizeof(message) + size };

	return queue_push_linux(&monitor->queue, &header, &message, payload);
}
