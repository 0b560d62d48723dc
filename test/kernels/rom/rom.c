// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a processor is after a reset, and where a flat ROM of 64 KiB lies: reset.S has written down the state that it found at the
 * reset vector, and has then started this program out of the ROM.
 *
 * Rules: SDM vol. 3A, 9.1 (initialization overview, table 9-1) and 9.1.4 (first instruction executed).
 */
#include "test.h"
#include "state.h"

#define ROM_LOW		0xf0000u
#define ROM_HIGH	0xffff0000u
#define ROM_SIZE	0x10000u

#define FEATURE_SSE	0x2000000
#define CR4_OSFXSR	0x200

static const struct state *state;

static void test_registers(void)
{
	static const char *const names[] = { "EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI" };
	static const char *const segments[] = { "ES", "CS", "SS", "DS", "FS", "GS" };
	u32 signature = 1, ebx, ecx, edx;

	asm volatile("cpuid" : "+a"(signature), "=b"(ebx), "=c"(ecx), "=d"(edx));
	for (u32 i = 0; i < 8; i++) {
		begin("%s", names[i]);
		expect("value", i == 2 ? signature : 0, state->registers[i]);
	}
	for (u32 i = 0; i < 6; i++) {
		begin("%s", segments[i]);
		expect("selector", i == 1 ? 0xf000 : 0, state->selectors[i]);
	}
	begin("EFLAGS");
	expect("value", FLAG_FIXED, state->eflags);
	begin("CR0");
	expect("value", 0x60000010, state->cr0);
	begin("CR2");
	expect("value", 0, state->cr2);
	begin("CR3");
	expect("value", 0, state->cr3);
	begin("CR4");
	expect("value", 0, state->cr4);
	for (u32 i = 0; i < 4; i++) {
		begin("DR%u", i);
		expect("value", 0, state->dr[i]);
	}
	begin("DR6");
	expect("value", 0xffff0ff0, state->dr6);
	begin("DR7");
	expect("value", 0x400, state->dr7);
}

static void test_tables(void)
{
	begin("GDTR");
	expect("base", 0, state->gdt_base);
	expect("limit", 0xffff, state->gdt_limit);
	begin("IDTR");
	expect("base", 0, state->idt_base);
	expect("limit", 0xffff, state->idt_limit);
	begin("LDTR is a present table of 64 KiB at 0");
	expect("selector", 0, state->ldt_selector);
	expect("word by a local descriptor", STATE_MAGIC, state->by_ldt);
	begin("TR");
	expect("selector", 0, state->task_selector);
}

static void test_segments(void)
{
	static const char *const segments[] = { "DS", "ES", "SS", "FS", "GS" };

	begin("CS begins at FFFF0000");
	expect("word", STATE_HIGH, state->by_high_cs);
	begin("CS begins at F0000 after a far jump");
	expect("word", STATE_LOW, state->by_low_cs);
	begin("CS reads the ROM");
	expect("word", STATE_MAGIC, state->by_cs);
	for (u32 i = 0; i < 5; i++) {
		begin("%s begins at 0 and can be written", segments[i]);
		expect("word", STATE_MAGIC + i, state->written[i]);
		begin("%s ends at FFFF", segments[i]);
		expect("faults of a byte at FFFF", 0, state->byte_faults[i]);
		expect("faults of a word at FFFF", 1, state->word_faults[i]);
	}
}

static void test_rom(void)
{
	begin("the ROM is the same below 1 MiB and below 4 GiB");
	for (u32 offset = 0; offset < ROM_SIZE; offset += 4)
		expect("word", *(volatile u32 *)(ROM_LOW + offset), *(volatile u32 *)(ROM_HIGH + offset));
	begin("this program is what the ROM holds");
	expect("multiboot header", 0x1badb002, *(volatile u32 *)ROM_LOW);
	begin("the reset vector is 16 bytes below the end");
	expect("a jump", 0xe9, *(volatile u8 *)(ROM_HIGH + 0xfff0));
	for (u32 high = 0; high < 2; high++)
		for (u32 size = 1; size <= 4; size *= 2)
			for (u32 at = 0x100; at < 0x104; at++) {
				u32 address = (high ? ROM_HIGH : ROM_LOW) + at, before = *(volatile u32 *)address;

				begin("%u bytes written to %x are lost", size, address);
				if (size == 1)
					*(volatile u8 *)address = ~before;
				else if (size == 2)
					*(volatile u16 *)address = ~before;
				else
					*(volatile u32 *)address = ~before;
				expect("word", before, *(volatile u32 *)address);
				expect("the alias", before, *(volatile u32 *)(address ^ ROM_HIGH ^ ROM_LOW));
			}
	begin("reads of the high ROM across its dwords");
	for (u32 at = 0; at < 8; at++)
		expect("word", *(volatile u32 *)(ROM_LOW + 0x2000 + at), *(volatile u32 *)(ROM_HIGH + 0x2000 + at));
}

static void test_units(void)
{
	struct {
		u32 control, status, tag, rest[4];
	} environment;
	u32 mxcsr, low, high;

	begin("x87 after a reset");
	asm volatile("fnstenv %0" : "=m"(environment));
	expect("control", 0x40, environment.control & 0xffff);
	expect("status", 0, environment.status & 0xffff);
	expect("tags", 0x5555, environment.tag & 0xffff);
	if (cpuid_edx(1) & FEATURE_SSE) {
		begin("MXCSR after a reset");
		WRITE_CR(4, READ_CR(4) | CR4_OSFXSR);
		asm volatile("stmxcsr %0" : "=m"(mxcsr));
		expect("value", 0x1f80, mxcsr);
	}
	begin("IA32_SYSENTER_CS");
	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0x174));
	expect("value", 0, low);
	if (cpuid_edx(1) & FEATURE_PAT) {
		begin("IA32_PAT");
		asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0x277));
		expect("low", 0x00070406, low);
		expect("high", 0x00070406, high);
	}
}

void test_main(void)
{
	state = (const struct state *)multiboot_info;
	group("registers at the reset vector");
	test_registers();
	group("tables");
	test_tables();
	group("segments");
	test_segments();
	group("ROM");
	test_rom();
	group("units");
	test_units();
}
