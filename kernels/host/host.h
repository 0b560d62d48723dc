/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as the rest of the host kernel sees it, one paragraph a file. Processes are in process/process.h, guests
 * in driver/driver.h.
 */
#ifndef HOST_H
#define HOST_H

#include "ioctl.h"
#include "lib.h"
#include "x86.h"

/* boot.S, device-memory.c: linear addresses of the kernel, which every process shares */
extern uint32_t host_page_directory[];

volatile void *device_memory(uint32_t physical);

/* descriptors.c: GDT, TSS, IDT */
#define GATE_INTERRUPT		0x8e00	/* present, ring 0, 32-bit interrupt gate */
#define GATE_INTERRUPT_USER	0xee00	/* present, ring 3 may call it */
#define GATE_TASK		0x8500	/* present, ring 0, task gate */
#define VECTOR_NMI		2
#define VECTOR_DOUBLE_FAULT	8
#define VECTOR_SYSTEM_CALL	0x80

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

void descriptors_init(void);
void descriptors_set_kernel_stack(uint32_t top);	/* where ring 3 enters ring 0 */

/* entry.S: every way into the kernel */
struct trap_frame {
	uint32_t es, ds;
	uint32_t edi, esi, ebp, esp_ignored, ebx, edx, ecx, eax;
	uint32_t vector, error;
	uint32_t eip, cs, eflags;
	uint32_t user_esp, user_ss;	/* only if the interrupt came from ring 3 */
};

void interrupt_return(void);		/* the way out: a trap frame lies on the stack */
void forward_interrupt(uint32_t offset, uint32_t selector);

/* interrupts.c: exceptions, the interrupt controllers, and who handles which line */
#define IRQ_BASE	0x20
#define IRQ_TIMER	0
#define IRQ_COM2	3

void interrupts_init(void);

/* Who serves a line. PCI lines are shared: each handler looks whether it is its own device that asks. */
struct irq_handler {
	void (*serve)(void *device);
	void *device;
	struct irq_handler *next;
};

void irq_register(unsigned irq, struct irq_handler *handler);
bool irq_requested(unsigned irq);
bool irq_in_service(unsigned irq);
void interrupt_handler(struct trap_frame *frame);

/*
 * pci.c: PCI bus 0. A function is named by device << 3 | function number, offsets are bytes of its configuration space,
 * multiples of the width.
 */
#define PCI_VENDOR		0x00
#define PCI_DEVICE		0x02
#define PCI_COMMAND		0x04
#define PCI_COMMAND_IO		0x0001
#define PCI_COMMAND_MEMORY	0x0002
#define PCI_COMMAND_MASTER	0x0004
#define PCI_HEADER_TYPE		0x0e
#define PCI_BAR0		0x10
#define PCI_SUBSYSTEM		0x2e
#define PCI_INTERRUPT_LINE	0x3c
#define PCI_INTERRUPT_PIN	0x3d
#define PCI_NOBODY		0xffff	/* the vendor of what is not there */
#define PCI_ANY			0xffff
#define PCI_NONE		(-1)
#define PCI_NO_IRQ		16

struct pci_bar {
	bool is_io;			/* ports, else memory */
	uint32_t address;
};

int pci_find(uint16_t vendor, uint16_t device, int after);	/* the next one behind `after`; PCI_NONE begins and ends */
uint32_t pci_read32(unsigned function, unsigned offset);
uint16_t pci_read16(unsigned function, unsigned offset);
uint8_t pci_read8(unsigned function, unsigned offset);
void pci_write32(unsigned function, unsigned offset, uint32_t value);
void pci_write16(unsigned function, unsigned offset, uint16_t value);
void pci_write8(unsigned function, unsigned offset, uint8_t value);
bool pci_bar(unsigned function, unsigned number, struct pci_bar *bar);	/* false: it has no address */
unsigned pci_irq(unsigned function);	/* the line the firmware has given it, or PCI_NO_IRQ */
void pci_enable(unsigned function);	/* its BARs answer, and it may be bus master */

/* watchdog.c: an NMI when no tick has come for a second */
#define WATCHDOG_MS	1000

void watchdog_init(void);		/* before there are processes */
bool watchdog_has_barked(void);		/* since the last call */

/* log.c: the host's text, on COM1 and on the screen */
void log_init(void);
void log_lines(const char *prefix, const char *text, size_t size);
void host_log(const char *text, ...) __attribute__((format(printf, 1, 2)));
void panic(const char *text, ...) __attribute__((format(printf, 1, 2), noreturn));

/* screen.c: the text screen of the machine */
void screen_init(void);
void screen_write(const char *text, size_t length);
void screen_status(const char *text, size_t length);

/* uart.c: 16550 serial ports */
#define COM1	0x3f8
#define COM2	0x2f8

void uart_init(uint16_t port);
void uart_receive_interrupt(uint16_t port, bool on);
void uart_write(uint16_t port, const void *bytes, size_t size);
bool uart_read(uint16_t port, uint8_t *byte);

/* clock.c: the 100 Hz tick, nanoseconds since boot, wall clock */
#define HZ	100

void clock_init(void);
void clock_at_tick(void (*hook)(void));
uint32_t clock_ticks(void);
uint64_t clock_ns(void);
uint32_t clock_unix_seconds(void);

/* frames.c: physical memory, in frames of 4 KiB. Nothing left is 0: the first MiB is never given out. */
struct multiboot;

void frames_init(const struct multiboot *info);
void frames_reserve(uint32_t from, uint32_t to);
uint32_t frames_allocate(uint32_t count);
uint32_t frames_allocate_region(uint32_t size, uint32_t alignment, uint32_t minimum);
void frames_free(uint32_t physical, uint32_t count);
uint32_t frames_total_mib(void);
uint32_t frames_free_mib(void);

/* modules.c: what the boot loader has brought along */
struct module {
	const void *image;
	uint32_t size;
	char command_line[CO_WORDS_SIZE];	/* the file's name, then words for the guest */
};

void modules_init(const struct multiboot *info);
unsigned modules_count(void);
const struct module *module_at(unsigned index);	/* NULL if there is none */
bool module_is_data(unsigned index);		/* it is no guest */
const char *host_command_line(void);

/* elf.c: a file is bytes from outside, so every offset is checked before it is followed */
struct elf_segment;

bool elf_inside(uint32_t offset, uint32_t length, uint32_t size);
const char *elf_check(const void *image, uint32_t size);	/* NULL or what is wrong */
unsigned elf_segments(const void *image, const struct elf_segment **first);

#endif /* HOST_H */
