/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processor as this kernel uses it: bits of the control registers (Intel SDM vol. 3, 2.5), and the
 * instructions that C cannot say.
 */
#ifndef HOST_X86_H
#define HOST_X86_H

#define CR0_PE		0x00000001
#define CR0_TS		0x00000008
#define CR0_ET		0x00000010
#define CR0_NE		0x00000020
#define CR0_WP		0x00010000
#define CR0_PG		0x80000000
#define CR4_DE		0x08
#define CR4_PSE		0x10
#define CR4_PGE		0x80
#define CR4_OSFXSR	0x200

#define EFLAGS_IF	0x200
#define DR7_ALL_OFF	0x700
#define DR7_RESET	0x400
#define TSS_BUSY	0x02
#define MSR_SYSENTER_CS	0x174

#define PTE_PRESENT	0x001
#define PTE_WRITABLE	0x002
#define PTE_USER	0x004
#define PTE_UNCACHED	0x010
#define PTE_ACCESSED	0x020
#define PTE_DIRTY	0x040
#define PDE_LARGE	0x080

#define SELECTOR_CODE		0x10
#define SELECTOR_DATA		0x18
#define SELECTOR_TSS		0x20
#define SELECTOR_USER_CODE	0x2b	/* RPL 3 */
#define SELECTOR_USER_DATA	0x33

#define PAGE_SIZE	0x1000
#define HOST_OFFSET	0xc0000000	/* VA of physical 0 */

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint16_t inw(uint16_t port)
{
	uint16_t value;

	asm volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void interrupts_on(void) { asm volatile("sti" : : : "memory"); }
static inline void interrupts_off(void) { asm volatile("cli" : : : "memory"); }

/* STI holds interrupts back for one instruction, so none can slip in between it and the HLT. */
static inline void wait_for_interrupt(void) { asm volatile("sti; hlt" : : : "memory"); }

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

static inline uint32_t read_cr2(void)
{
	uint32_t value;

	asm volatile("movl %%cr2, %0" : "=r"(value));
	return value;
}

static inline uint32_t read_cr3(void)
{
	uint32_t value;

	asm volatile("movl %%cr3, %0" : "=r"(value));
	return value;
}

static inline void write_cr3(uint32_t value)
{
	asm volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}

/* Features in EDX of CPUID leaf 1. */
#define CPUID_SEP	(1 << 11)
#define CPUID_FXSR	(1 << 24)

static inline bool cpu_has(uint32_t feature)
{
	uint32_t eax = 1, ebx, ecx, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	return edx & feature;
}

/* The whole of the first 768 MiB of RAM is mapped at HOST_OFFSET. */
static inline void *virtual_address(uint32_t physical) { return (void *)(physical + HOST_OFFSET); }
static inline uint32_t physical_address(const void *address) { return (uint32_t)address - HOST_OFFSET; }

#endif /* __ASSEMBLER__ */
#endif /* HOST_X86_H */
