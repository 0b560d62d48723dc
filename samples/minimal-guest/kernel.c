// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The smallest cooperative guest kernel that does something: it says hello in the log of the host and on its console,
 * counts five ticks of the timer, and ends. Read kernel_main() at the bottom first.
 */
#include <colinux/abi.h>
#include <colinux/console.h>

#define TICKS_PER_SECOND	100
#define NS_PER_TICK		(1000000000u / TICKS_PER_SECOND)
#define TICKS_TO_COUNT		5
#define LINE_MAX		80

/* --- The processor: segments, the task state segment, gates (Intel SDM vol. 3, 3.4.5, 7.2, 6.11) ---------------- */

#define CODE			0x10
#define DATA			0x18
#define TSS			0x20
#define EMERGENCY		0x28
#define VECTOR_NMI		2
#define VECTOR_DOUBLE_FAULT	8
#define VECTOR_HARDWARE		0x20	/* from here on interrupts belong to the host */
#define GATE_INTERRUPT		0x8e00
#define GATE_TASK		0x8500
#define EFLAGS_IF		0x200u

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

/* What interrupt_common has pushed. */
struct frame {
	uint32_t edi, esi, ebp, esp_ignored, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags;
};

static inline void interrupts_on(void) { asm volatile("sti" : : : "memory"); }
static inline void interrupts_off(void) { asm volatile("cli" : : : "memory"); }

extern const uint8_t interrupt_stubs[];	/* entry.S: 16 bytes each */

static uint64_t gdt[] = { 0, 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0, 0 };
static struct gate idt[256];
static struct co_tss tss = { .io_map_base = sizeof(tss) };

static uint64_t tss_descriptor(const struct co_tss *segment)
{
	uint32_t base = (uint32_t)segment;

	return (uint64_t)(base >> 24) << 56 | 0x89ull << 40 | (uint64_t)(base & 0xffffff) << 16 | (sizeof(tss) - 1);
}

/* Before the first switch to the host: it keeps our task register, and expects it to be ours. */
static void load_tables(const struct co_passage_page *page)
{
	struct co_descriptor_table gdt_pointer = { sizeof(gdt) - 1, (uint32_t)gdt };
	struct co_descriptor_table idt_pointer = { sizeof(idt) - 1, (uint32_t)idt };

	gdt[TSS / 8] = tss_descriptor(&tss);
	gdt[EMERGENCY / 8] = tss_descriptor(&page->emergency_tss);
	for (unsigned vector = 0; vector < 256; vector++) {
		uint32_t stub = (uint32_t)interrupt_stubs + 16 * vector;

		idt[vector] = (struct gate){ (uint16_t)stub, CODE, GATE_INTERRUPT, (uint16_t)(stub >> 16) };
	}
	/* When our stack is what is broken, or interrupts stay off for too long, a task of the host's ends us. */
	idt[VECTOR_NMI] = idt[VECTOR_DOUBLE_FAULT] = (struct gate){ 0, EMERGENCY, GATE_TASK, 0 };
	asm volatile("lgdt %0; lidt %1; ltr %w2" : : "m"(gdt_pointer), "m"(idt_pointer), "r"(TSS));
	asm volatile("movw %w0, %%fs; movw %w0, %%gs; lldt %w0" : : "r"(0));
}

/* --- The passage: everything that goes to the host and comes back ---------------------------------------------- */

static struct co_passage_page *passage;
static struct co_io_area *const io_area = (struct co_io_area *)CO_VPTR_IO_AREA_START;
static volatile uint32_t ticks;

static void copy(void *to, const void *from, uint32_t size)
{
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

/* Interrupts are off: nothing else may use the page meanwhile. */
static void call_host(enum co_operation operation)
{
	co_switch_t code = (co_switch_t)(void *)passage->code;

	passage->operation = operation;
	code(passage, &passage->guest, &passage->host);
}

/* On the way back from IDLE and from a forwarded interrupt there are news: time, and messages, which we have no use for. */
static void take_news(void)
{
	const struct co_delivery *delivery = (void *)passage->params;
	static uint64_t rest;

	if (passage->operation != CO_OPERATION_MESSAGE_FROM_MONITOR)
		return;
	io_area->messages_waiting = 0;
	for (rest += delivery->elapsed; rest >= NS_PER_TICK; rest -= NS_PER_TICK)
		ticks++;
}

static void idle(void)
{
	interrupts_off();
	call_host(CO_OPERATION_IDLE);
	take_news();
	interrupts_on();
}

static void send(enum co_module to, enum co_message_type type, const void *data, uint32_t size)
{
	struct co_message *message = (void *)io_area->buffer;

	interrupts_off();
	*message = (struct co_message){ CO_MODULE_LINUX, to, CO_PRIORITY_IMPORTANT, type, size };
	copy(message + 1, data, size);
	call_host(CO_OPERATION_MESSAGE_TO_MONITOR);
	interrupts_on();
}

static void __attribute__((noreturn)) terminate(enum co_terminate_reason reason, uint32_t code)
{
	interrupts_off();
	*(struct co_terminate *)passage->params = (struct co_terminate){ .reason = reason, .code = code };
	for (;;)
		call_host(CO_OPERATION_TERMINATE);
}

/* Called by interrupt_common. Exceptions are bugs of this kernel; hardware is served by the host, with interrupts off. */
void interrupt(const struct frame *frame)
{
	if (frame->vector < VECTOR_HARDWARE)
		terminate(CO_TERMINATE_PANIC, frame->eip);
	passage->params[0] = frame->vector;
	passage->host.eflags &= ~EFLAGS_IF;
	call_host(CO_OPERATION_FORWARD_INTERRUPT);
	take_news();
}

/* --- What it says ----------------------------------------------------------------------------------------------- */

static uint32_t length_of(const char *text)
{
	uint32_t length = 0;

	while (text[length])
		length++;
	return length;
}

/* A line of the host's log. */
static void log_line(const char *text)
{
	send(CO_MODULE_PRINTK, CO_MESSAGE_TYPE_STRING, text, length_of(text));
}

/* Text on the console, at a row from its left edge. */
static void show(uint16_t row, uint8_t attribute, const char *text)
{
	struct {
		uint32_t type;
		struct co_console_putcs putcs;
		uint16_t cells[LINE_MAX];
	} CO_PACKED message = { CO_CONSOLE_PUTCS, { row, 0, 0 }, { 0 } };

	for (; *text && message.putcs.count < LINE_MAX; message.putcs.count++)
		message.cells[message.putcs.count] = (uint16_t)(attribute << 8 | (uint8_t)*text++);
	send(CO_MODULE_CONSOLE, CO_MESSAGE_TYPE_OTHER, &message,
	     sizeof(message) - (LINE_MAX - message.putcs.count) * sizeof(*message.cells));
}

/* Called by entry.S. */
void kernel_main(struct co_passage_page *page)
{
	char line[] = "tick 0\n";

	load_tables(page);
	passage = page;
	log_line("hello from a new kernel\n");
	show(0, 0x0b, "Hello from a new kernel!");
	for (uint32_t seen = 0; seen < TICKS_TO_COUNT; idle()) {
		if (ticks == seen)
			continue;
		seen++;
		line[sizeof("tick ") - 1] = (char)('0' + seen);
		log_line(line);
	}
	show(1, CO_CONSOLE_ATTRIBUTE, "Five ticks have passed: goodbye.");
	log_line("goodbye\n");
	terminate(CO_TERMINATE_POWEROFF, 0);
}
