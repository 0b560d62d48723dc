/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cooperative ABI: everything a host kernel and a guest kernel must agree on to share one CPU.
 *
 * Two kernels in ring 0 call each other like coroutines. What they share is one page, the passage page: it
 * holds the code that switches address spaces, a block of saved CPU state for each side, and one operation
 * with its parameters (what the side that leaves wants from the other). Messages travel beside it, in the
 * I/O area. The numbers are those of coLinux 0.7.9 on 32-bit x86; the few differences are listed in docs/abi.md.
 *
 * Rules: little endian, packed, fixed width. The host believes nothing the guest writes here.
 * Assembly takes its offsets from asm-offsets.c; core/abi/abi.ts mirrors this file for TypeScript.
 */
#ifndef COLINUX_ABI_H
#define COLINUX_ABI_H

#ifndef __ASSEMBLER__
#include <stdint.h>
#endif

#define CO_PACKED __attribute__((packed))

/* Version of the guest API; the ELF note of a guest must carry the same number. 14 is coLinux 0.7.9. */
#define CO_ABI_VERSION 14

/* --- Addresses in the guest's linear space ---------------------------------------------------------- */

#define CO_ARCH_KERNEL_OFFSET	0xc0000000	/* the direct map: VA = physical - base + this */
#define CO_VPTR_PASSAGE_PAGE	0xfeaff000	/* page 0 of the passage page */
#define CO_VPTR_IO_AREA_START	0xfea00000	/* the message window */
#define CO_VPTR_IO_AREA_SIZE	0x10000

/*
 * The announce port. When the host creates a passage page it writes
 *	physical address of page 0 | monitor number << 4 | CO_ANNOUNCE_CREATED
 * here, and the same with CO_ANNOUNCE_WITHDRAWN before it frees the page. No PC has a device at this port: a
 * real machine and QEMU ignore the write. An emulator that listens learns where every switch happens.
 */
#define CO_ANNOUNCE_PORT	0x0c0c
#define CO_ANNOUNCE_CREATED	0
#define CO_ANNOUNCE_WITHDRAWN	1
#define CO_MAX_MONITORS		64

/* On a wire that several guests share, the module number of a guest carries its monitor number in the upper half. */
#define CO_WIRE_MONITOR_SHIFT	16
#define CO_WIRE_MODULE_MASK	0xffff

#ifndef __ASSEMBLER__

/* --- The passage page ------------------------------------------------------------------------------- */

/* Operand of LGDT, SGDT, LIDT, SIDT (Intel SDM vol. 3, 2.4.1). */
struct co_descriptor_table {
	uint16_t limit;
	uint32_t base;
} CO_PACKED;

/*
 * The CPU as one side left it. `border` marks where the block begins: the passage code receives the
 * address of the `border` of the side that leaves and of the side that arrives.
 */
struct co_state {
	uint32_t border;		/* 00 unused */
	uint32_t cs;			/* 04 */
	uint32_t ds;			/* 08 */
	uint32_t es;			/* 0c */
	uint32_t cr3;			/* 10 */
	uint32_t cr4;			/* 14 */
	uint32_t cr2;			/* 18 */
	uint32_t cr0;			/* 1c */
	struct co_descriptor_table gdt;	/* 20 */
	uint32_t fs;			/* 26 */
	uint32_t gs;			/* 2a */
	uint16_t ldt;			/* 2e */
	struct co_descriptor_table idt;	/* 30 */
	uint16_t tr;			/* 36 */
	uint32_t return_eip;		/* 38 where the caller of the passage code goes on */
	uint32_t eflags;		/* 3c */
	uint32_t esp;			/* 40 with ss: the operand of one LSS */
	uint32_t ss;			/* 44 */
	uint32_t dr0;			/* 48 */
	uint32_t dr1;			/* 4c */
	uint32_t dr2;			/* 50 */
	uint32_t dr3;			/* 54 */
	uint32_t dr6;			/* 58 */
	uint32_t dr7;			/* 5c */
	uint32_t other_map;		/* 60 VA of the page on the other side minus VA on this side */
	uint32_t scratch[2];		/* 64 the only stack while no stack is mapped */
	uint32_t va;			/* 6c VA of this block on its own side */
	uint32_t sysenter_cs;		/* 70 MSR 174h */
	uint32_t sysenter_esp;		/* 74 MSR 175h */
	uint32_t sysenter_eip;		/* 78 MSR 176h */
} CO_PACKED;

/* What the debug registers hold right now, so that a switch rewrites only those that differ. */
struct co_debug_shadow {
	uint32_t dr0, dr1, dr2, dr3, dr6, dr7;
} CO_PACKED;

/* A task state segment (Intel SDM vol. 3, 7.2.1). */
struct co_tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2;
	uint32_t cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_map_base;
} CO_PACKED;

#define CO_EMERGENCY_CODE_SIZE	0x98
#define CO_EMERGENCY_STACK_SIZE	0x180

#define CO_PASSAGE_CODE_SIZE	0x260
#define CO_PASSAGE_PARAMS	0x100	/* dwords: room for 0x400 bytes */

struct co_passage_page {
	uint32_t temp_pgd;			/* 000 physical: a page directory with this page at both VAs */
	struct co_debug_shadow shadow;		/* 004 */
	uint8_t code[CO_PASSAGE_CODE_SIZE];	/* 01c position independent */
	uint32_t pad;				/* 27c */
	struct co_state host;			/* 280 */
	struct co_state guest;			/* 2fc */
	uint32_t operation;			/* 378 enum co_operation */
	uint32_t params[CO_PASSAGE_PARAMS];	/* 37c */
	uint32_t pad2;				/* 77c */

	/*
	 * The emergency task of the guest, for faults that its own stack may not survive. Where the guest's IDT has a
	 * task gate for #DF or NMI to this TSS, the code below ends the guest with the reason. The host fills it in
	 * for the first address space and GDT; a guest with others writes its own CR3, CS and data selectors here.
	 */
	struct co_tss emergency_tss;		/* 780 */
	uint8_t emergency_code[CO_EMERGENCY_CODE_SIZE];		/* 7e8 position independent */
	uint8_t emergency_stack[CO_EMERGENCY_STACK_SIZE];	/* 880 */
} CO_PACKED;

/*
 * How either side calls the code in the page: `from` and `to` are both addresses on the caller's own side. It
 * returns when the other side switches back.
 */
typedef void (*co_switch_t)(struct co_passage_page *page, struct co_state *from, struct co_state *to);

/* --- Operations ------------------------------------------------------------------------------------- */

enum co_operation {
	CO_OPERATION_EMPTY = 0,
	CO_OPERATION_START = 1,			/* host to guest, once: params = struct co_boot_params */
	CO_OPERATION_IDLE = 2,			/* guest has nothing to do */
	CO_OPERATION_TERMINATE = 3,		/* params = struct co_terminate */
	CO_OPERATION_MESSAGE_TO_MONITOR = 4,	/* one co_message in the I/O area */
	CO_OPERATION_MESSAGE_FROM_MONITOR = 5,	/* host to guest: params = struct co_delivery */
	CO_OPERATION_FORWARD_INTERRUPT = 6,	/* [0] = vector of a hardware interrupt */
	CO_OPERATION_DEVICE = 7,		/* [0] = enum co_device, [1..] = request, answered in place */
	CO_OPERATION_GET_TIME = 8,		/* result [0] = UNIX seconds */
	CO_OPERATION_DEBUG_LINE = 9,		/* no effect */
	CO_OPERATION_GET_HIGH_PREC_TIME = 10,	/* result: struct co_high_prec_time */
	CO_OPERATION_TRACE_POINT = 11,		/* no effect */
	CO_OPERATION_FREE_PAGES = 12,		/* answered CO_UNSUPPORTED in [4] */
	CO_OPERATION_ALLOC_PAGES = 13,		/* answered CO_UNSUPPORTED in [4] */
	CO_OPERATION_PRINTK = 14,		/* unused, as in coLinux */
	CO_OPERATION_GETPP = 15,		/* answered CO_UNSUPPORTED in [4] */
};

/* Answer to an operation or a device this host does not serve. */
#define CO_UNSUPPORTED	0xffffffffu
#define CO_OK		0u

enum co_terminate_reason {
	CO_TERMINATE_END = 0,
	CO_TERMINATE_REBOOT = 1,
	CO_TERMINATE_POWEROFF = 2,
	CO_TERMINATE_PANIC = 3,
	CO_TERMINATE_HALT = 4,
	CO_TERMINATE_FORCED_OFF = 5,
	CO_TERMINATE_FORCED_END = 6,
	CO_TERMINATE_INVALID_OPERATION = 7,
	CO_TERMINATE_STACK_OVERFLOW = 8,
	CO_TERMINATE_BUG = 9,
	CO_TERMINATE_VMXE = 10,
	CO_TERMINATE_DOUBLE_FAULT = 11,		/* by the emergency task; code = where, EIP */
	CO_TERMINATE_NMI = 12,			/* likewise */
	CO_TERMINATE_LAST = CO_TERMINATE_NMI,
};

enum co_monitor_state {
	CO_MONITOR_STATE_EMPTY = 0,
	CO_MONITOR_STATE_INITIALIZED = 1,
	CO_MONITOR_STATE_STARTED = 2,
	CO_MONITOR_STATE_RUNNING = 3,
	CO_MONITOR_STATE_TERMINATED = 4,
};

#define CO_COMMAND_LINE_SIZE	256

/* params of START. `base` takes the first of coLinux's five spare dwords. */
struct co_boot_params {
	uint32_t kernel_end;		/* VA: everything from here to the end of RAM is free */
	uint32_t memory_size;		/* bytes */
	uint32_t initrd;		/* VA, 0 if there is none */
	uint32_t initrd_size;
	uint32_t cpu_khz;		/* 0 if unknown */
	uint32_t memory_base;		/* physical address of the guest's RAM */
	uint32_t spare[4];
	char command_line[CO_COMMAND_LINE_SIZE];
} CO_PACKED;

#define CO_TERMINATE_TEXT_SIZE	256

/* params of TERMINATE */
struct co_terminate {
	uint32_t reason;		/* enum co_terminate_reason */
	uint32_t code;
	uint32_t line;
	uint32_t length;		/* of the text, without a NUL */
	char text[CO_TERMINATE_TEXT_SIZE];
} CO_PACKED;

/* params of MESSAGE_FROM_MONITOR. coLinux counts jiffies; here time crosses as nanoseconds. */
struct co_delivery {
	uint32_t size;			/* bytes of messages in the I/O area */
	uint64_t elapsed;		/* ns since the previous delivery */
} CO_PACKED;

/* result of GET_HIGH_PREC_TIME */
struct co_high_prec_time {
	uint64_t counter;
	uint64_t frequency;		/* always 1000000000: the counter is in ns */
} CO_PACKED;

/* --- Messages --------------------------------------------------------------------------------------- */

/* Where a message comes from or goes to. Devices with several units own a run of numbers. */
enum co_module {
	CO_MODULE_LINUX = 0,		/* the guest */
	CO_MODULE_MONITOR = 1,
	CO_MODULE_DAEMON = 2,
	CO_MODULE_IDLE = 3,
	CO_MODULE_KERNEL_SWITCH = 4,
	CO_MODULE_USER_SWITCH = 5,
	CO_MODULE_CONSOLE = 6,
	CO_MODULE_PRINTK = 7,
	CO_MODULE_CONET0 = 8,		/* 16 units */
	CO_MODULE_COBD0 = 24,		/* 32 units */
	CO_MODULE_COFS0 = 56,		/* 32 units */
	CO_MODULE_SERIAL0 = 88,		/* 32 units */
	CO_MODULE_COSCSI0 = 120,	/* 32 units */
	CO_MODULE_COVIDEO0 = 152,	/* 2 units */
	CO_MODULE_COAUDIO0 = 154,	/* 2 units */
	CO_MODULE_MAX = 156,
};

enum co_message_priority {
	CO_PRIORITY_DISCARDABLE = 0,
	CO_PRIORITY_IMPORTANT = 1,
};

enum co_message_type {
	CO_MESSAGE_TYPE_STRING = 0,
	CO_MESSAGE_TYPE_OTHER = 1,
};

/* Every message begins with this; `size` bytes of data follow. */
struct co_message {
	uint32_t from;			/* enum co_module */
	uint32_t to;			/* enum co_module */
	uint32_t priority;		/* enum co_message_priority */
	uint32_t type;			/* enum co_message_type */
	uint32_t size;
} CO_PACKED;

/* The data of a message *to the guest* begins with this; `size` bytes of payload follow. */
struct co_linux_message {
	uint32_t device;		/* enum co_device */
	uint32_t unit;
	uint32_t size;
} CO_PACKED;

struct co_io_area {
	uint32_t messages_waiting;	/* host sets it with a batch, guest clears it when copied */
	uint8_t buffer[CO_VPTR_IO_AREA_SIZE - 4];
} CO_PACKED;

enum co_device {
	CO_DEVICE_BLOCK = 0,
	CO_DEVICE_CONSOLE = 1,
	CO_DEVICE_KEYBOARD = 2,
	CO_DEVICE_NETWORK = 3,
	CO_DEVICE_TIMER = 4,
	CO_DEVICE_POWER = 5,
	CO_DEVICE_SERIAL = 6,
	CO_DEVICE_FILESYSTEM = 7,
	CO_DEVICE_MOUSE = 8,
	CO_DEVICE_SCSI = 9,
	CO_DEVICE_VIDEO = 10,
	CO_DEVICE_AUDIO = 11,
	CO_DEVICE_PCI = 12,
	CO_DEVICES_TOTAL = 13,
};

/* Interrupt lines of the guest's virtual controller. */
enum co_virtual_irq {
	CO_VIRQ_TIMER = 0,
	CO_VIRQ_KEYBOARD = 1,
	CO_VIRQ_SERIAL = 3,
	CO_VIRQ_SOUND = 5,
	CO_VIRQ_POWER = 9,
	CO_VIRQ_NETWORK = 10,
	CO_VIRQ_SCSI = 11,
	CO_VIRQ_MOUSE = 12,
	CO_VIRQ_BLOCKDEV = 15,
};

#endif /* __ASSEMBLER__ */

#endif /* COLINUX_ABI_H */
