/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this kernel know of each other, one paragraph a file. */
#ifndef KERNEL_H
#define KERNEL_H

#include <colinux/abi.h>
#include <colinux/console.h>
#include "lib.h"

#define PAGE_SIZE	0x1000u
#define EFLAGS_IF	0x200u

static inline void interrupts_on(void) { asm volatile("sti" : : : "memory"); }
static inline void interrupts_off(void) { asm volatile("cli" : : : "memory"); }

static inline uint32_t interrupts_save(void)
{
	uint32_t flags;

	asm volatile("pushfl; popl %0; cli" : "=r"(flags) : : "memory");
	return flags;
}

static inline void interrupts_restore(uint32_t flags)
{
	asm volatile("pushl %0; popfl" : : "r"(flags) : "memory", "cc");
}

/* descriptors.c: GDT, TSS, IDT */
#define SELECTOR_KERNEL_CODE	0x10
#define SELECTOR_KERNEL_DATA	0x18
#define SELECTOR_TSS		0x20
#define SELECTOR_USER_CODE	0x2b	/* RPL 3 */
#define SELECTOR_USER_DATA	0x33
#define SELECTOR_EMERGENCY	0x38
#define VECTOR_SYSTEM_CALL	0x80

void descriptors_init(const struct co_passage_page *page);
uint32_t *ring0_stack(void);		/* where the TSS keeps ESP0 */

/* traps.S, user.S, traps.c */
struct trap_frame {
	uint32_t es, ds;
	uint32_t edi, esi, ebp, esp_ignored, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags;
	uint32_t user_esp, user_ss;	/* only if the trap came from ring 3 */
};

void trap_handler(struct trap_frame *frame);
uint32_t enter_user(uint32_t entry, uint32_t stack, uint32_t argument, uint32_t *kernel_esp);
void leave_user(uint32_t code, uint32_t kernel_esp) __attribute__((noreturn));

/* memory.c: frames and page tables */
void memory_init(const struct co_boot_params *boot);
void memory_map(uint32_t va, uint32_t physical, bool user);
uint32_t memory_frame(void);
uint32_t physical_address(const void *address);
void *virtual_address(uint32_t physical);

/* cooperative.c: everything that crosses the passage page */
void cooperative_init(struct co_passage_page *page, struct co_boot_params *boot);
void cooperative_address_space(uint32_t cr3);
void cooperative_idle(void);
void cooperative_take_messages(void);
void cooperative_forward_interrupt(uint32_t vector);
void cooperative_send(enum co_module to, enum co_message_type type, const void *data, uint32_t size);
uint32_t cooperative_time(void);
uint64_t cooperative_time_ns(void);
void cooperative_console_size(uint16_t *rows, uint16_t *columns);
void terminate(enum co_terminate_reason reason, uint32_t code, uint32_t line, const char *text)
	__attribute__((noreturn));

/* timer.c, keyboard.c: the virtual interrupts */
#define HZ	100

void timer_elapsed(uint64_t nanoseconds);
uint32_t timer_ticks(void);
void timer_wait(uint32_t ticks);
void keyboard_event(const struct co_key_event *event);
bool keyboard_has_room(void);
char keyboard_read(void);

/* console.c: text cells by cocon */
void console_init(void);
void console_attribute(uint8_t attribute);
void console_write(const char *text, size_t length);

/* printk.c */
void printk(const char *text, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *text, ...) __attribute__((format(printf, 1, 2), noreturn));

/* This cannot be: end with the place as the reason. */
#define BUG()	terminate(CO_TERMINATE_BUG, 0, __LINE__, __FILE__)

/* process.c, syscalls.c: the ring-3 program */
uint32_t process_run(uint32_t argument);
void process_exit(uint32_t code) __attribute__((noreturn));
bool process_owns(uint32_t address, uint32_t length);
uint32_t system_call(uint32_t number, uint32_t first, uint32_t second, uint32_t third);

/* exercise.c */
void exercise(void);

/* main.c */
void kernel_start(struct co_passage_page *page);
void kmain(const struct co_boot_params *boot);

#endif /* KERNEL_H */
