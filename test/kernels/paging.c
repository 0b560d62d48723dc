// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paging with 32-bit entries: every combination of rights in directory and table x CPL x WP x kind of access x present x accessed
 * and dirty bits before, for 4 KiB and 4 MiB pages; accesses across two pages; what the TLB may keep and what drops it.
 *
 * Rules: SDM vol. 3A, 4.3 (32-bit paging), 4.6 (access rights), 4.7 (error code), 4.8 (accessed and dirty flags), 4.10.2-4.10.4
 * (TLB, global pages, invalidation).
 */
#include "test.h"

#define PTE_P	0x001
#define PTE_RW	0x002
#define PTE_US	0x004
#define PTE_A	0x020
#define PTE_D	0x040
#define PDE_PS	0x080
#define PTE_G	0x100

#define ERROR_P	1
#define ERROR_W	2
#define ERROR_U	4

/* The pages under test lie in a region of their own, so that their directory entry is too. */
#define REGION	0x40000000u
#define LARGE	0x00400000u	/* 4 MiB-aligned RAM */

static u32 directory[1024] __attribute__((aligned(4096)));
static u32 low_table[2][1024] __attribute__((aligned(4096)));
static u32 table[1024] __attribute__((aligned(4096)));
static u8 frames[4][4096] __attribute__((aligned(4096)));

CODE(read_it, "movl (%ebx), %ecx");
CODE(write_it, "movl %eax, (%ebx)");
CODE(update_it, "addl %eax, (%ebx)");
CODE(exchange_it, "xchgl %eax, (%ebx)");
CODE(compare_it, "cmpl %eax, (%ebx)");
CODE(push_it, "pushl (%ebx); popl %ecx");
CODE(execute_it, "jmp *%ebx");

enum { READ, WRITE, UPDATE, EXCHANGE, COMPARE, PUSH, EXECUTE, KINDS };

static const struct {
	const char *name;
	const u8 *code;
	bool write;
} kinds[KINDS] = {
	{ "read", read_it, false },	    { "write", write_it, true },     { "add", update_it, true },
	{ "xchg", exchange_it, true },	    { "cmp", compare_it, false },    { "push", push_it, false },
	{ "execute", execute_it, false },
};

static void flush(void)
{
	WRITE_CR(3, directory);
}

static void start_paging(void)
{
	for (u32 i = 0; i < 2048; i++)
		low_table[i >> 10][i & 1023] = i << 12 | PTE_P | PTE_RW | PTE_US;
	directory[0] = (u32)low_table[0] | PTE_P | PTE_RW | PTE_US;
	directory[1] = (u32)low_table[1] | PTE_P | PTE_RW | PTE_US;
	flush();
	WRITE_CR(0, READ_CR(0) | CR0_PG);
}

static void set_wp(u32 wp)
{
	WRITE_CR(0, (READ_CR(0) & ~CR0_WP) | (wp ? CR0_WP : 0));
}

/* May this access be done? (SDM vol. 3A, 4.6.1) */
static bool allowed(u32 flags, u32 cpl, u32 wp, bool write)
{
	if (cpl == 3)
		return (flags & PTE_US) && (!write || (flags & PTE_RW));
	return !write || (flags & PTE_RW) || !wp;
}

static void test_rights(u32 large, u32 pde_flags, u32 pte_flags, u32 cpl, u32 wp, u32 kind)
{
	struct frame f = ring_frame(cpl, kinds[kind].code);
	u32 *pde = &directory[REGION >> 22], *pte = large ? pde : &table[5];
	u32 address = REGION + 5 * 4096 + 0x123, denied, before, pde_before;
	bool write = kinds[kind].write, present = (pte_flags & PTE_P) && (large || (pde_flags & PTE_P)), good;
	u32 flags = large ? pte_flags : pde_flags & pte_flags;
	u8 *target = large ? (u8 *)LARGE + 5 * 4096 + 0x123 : frames[0] + 0x123;
	struct result r;

	begin("%s PDE %x PTE %x CPL %u WP %u", kinds[kind].name, pde_flags, pte_flags, cpl, wp);
	*(u32 *)target = 0x000020cd;		/* INT END, for the case that it is executed */
	if (large) {
		*pde = LARGE | pte_flags | PDE_PS;
	} else {
		*pde = (u32)table | pde_flags;
		*pte = (u32)frames[0] | pte_flags;
	}
	before = *pte;
	pde_before = *pde;
	flush();
	set_wp(wp);
	f.ebx = address;
	r = run(&f);
	set_wp(0);

	good = present && allowed(flags, cpl, wp, write);
	denied = (present ? ERROR_P : 0) | (write ? ERROR_W : 0) | (cpl == 3 ? ERROR_U : 0);
	if (good) {
		expect_fault(&r, END, 0);
	} else {
		expect_fault(&r, PF, denied);
		expect("CR2", address, r.cr2);
		expect("EIP", kind == EXECUTE ? address : (u32)kinds[kind].code, r.f.eip);
	}
	expect("entry after", good ? before | PTE_A | (write ? PTE_D : 0) : before, *pte);
	if (!large && (pde_flags & PTE_A || good))
		expect("directory entry after", good ? pde_before | PTE_A : pde_before, *pde);
}

static void test_all_rights(u32 large)
{
	static const u32 before[] = { 0, PTE_A, PTE_A | PTE_D };

	for (u32 pde = large ? 7 : 0; pde < 8; pde++)
		for (u32 pte = 0; pte < 8; pte++)
			for (u32 cpl = 0; cpl < 4; cpl++)
				for (u32 wp = 0; wp < 2; wp++)
					for (u32 kind = 0; kind < KINDS; kind++)
						for (u32 b = 0; b < 3; b++)
							test_rights(large, pde | (before[b] & PTE_A), pte | before[b], cpl, wp, kind);
}

/* An access of four bytes, `over` of which lie in the second page: both pages count, CR2 names the first byte that fails. */
static void test_crossing(u32 first, u32 second, u32 cpl, u32 kind, u32 over)
{
	struct frame f = ring_frame(cpl, kinds[kind].code);
	u32 boundary = REGION + 6 * 4096, address = boundary - 4 + over;
	bool write = kinds[kind].write, good1, good2;
	struct result r;

	begin("%s across, %u bytes over, PTEs %x and %x, CPL %u", kinds[kind].name, over, first, second, cpl);
	directory[REGION >> 22] = (u32)table | PTE_P | PTE_RW | PTE_US;
	table[5] = (u32)frames[0] | first;
	table[6] = (u32)frames[2] | second;	/* not the frame that follows */
	memset(frames, 0x11, sizeof(frames));
	flush();
	set_wp(1);
	f.ebx = address;
	f.eax = 0x44332211;
	r = run(&f);
	set_wp(0);
	good1 = (first & PTE_P) && allowed(first, cpl, 1, write);
	good2 = (second & PTE_P) && allowed(second, cpl, 1, write);
	if (good1 && good2) {
		expect_fault(&r, END, 0);
	} else {
		u32 flags = good1 ? second : first;

		expect_fault(&r, PF, (flags & PTE_P) | (write ? ERROR_W : 0) | (cpl == 3 ? ERROR_U : 0));
		expect("CR2", good1 ? boundary : address, r.cr2);
	}
	if (kind == WRITE) {
		u8 *low = frames[0] + 4096 - 4 + over, *high = frames[2];

		for (u32 i = 0; i < 4; i++) {
			u32 byte = i < 4 - over ? low[i] : high[i - (4 - over)];

			expect("byte", good1 && good2 ? 0x11 * (i + 1) : 0x11, byte);
		}
		expect("next frame", 0x11, frames[1][0]);
	}
}

static void test_crossings(void)
{
	for (u32 first = 0; first < 8; first++)
		for (u32 second = 0; second < 8; second++)
			for (u32 cpl = 0; cpl < 4; cpl += 3)
				for (u32 kind = READ; kind <= COMPARE; kind++)
					for (u32 over = 1; over < 4; over++)
						test_crossing(first, second, cpl, kind, over);
}

/* Code across a page: the second page is only needed when the instruction reaches into it. */
static void test_code_crossing(u32 second, u32 over)
{
	u32 boundary = REGION + 6 * 4096, start = boundary - 5 + over;
	struct frame f = ring_frame(3, (void *)start);
	static const u8 code[] = { 0xb8, 0x78, 0x56, 0x34, 0x12, 0xcd, 0x20 };	/* mov $0x12345678, %eax; int $0x20 */
	bool good = (second & (PTE_P | PTE_US)) == (PTE_P | PTE_US);
	struct result r;

	begin("code across, %u bytes over, PTE %x", over, second);
	table[5] = (u32)frames[0] | PTE_P | PTE_US;
	table[6] = (u32)frames[2] | second;
	for (u32 i = 0; i < sizeof(code); i++)
		*(i < 5 - over ? frames[0] + 4096 - 5 + over + i : frames[2] + i - (5 - over)) = code[i];
	flush();
	r = run(&f);
	if (good) {
		expect_fault(&r, END, 0);
	} else {
		expect_fault(&r, PF, (second & PTE_P) | ERROR_U);
		expect("CR2", boundary, r.cr2);
		expect("EIP", over ? start : boundary, r.f.eip);
	}
	expect("EAX", good || !over ? 0x12345678 : 0, r.f.eax);
}

static u32 peek(u32 address)
{
	return *(volatile u32 *)address;
}

static void poke(u32 address, u32 value)
{
	*(volatile u32 *)address = value;
}

/* What software must do so that a changed entry counts, and what the CPU must keep (SDM vol. 3A, 4.10.4). */
static void test_tlb(void)
{
	u32 at = REGION + 5 * 4096;

	directory[REGION >> 22] = (u32)table | PTE_P | PTE_RW | PTE_US;
	*(u32 *)frames[0] = 0xaaaa0000;
	*(u32 *)frames[1] = 0xaaaa0001;
	*(u32 *)frames[2] = 0xaaaa0002;

	begin("INVLPG makes a new frame seen");
	table[5] = (u32)frames[0] | PTE_P | PTE_RW;
	flush();
	expect("value", 0xaaaa0000, peek(at));
	table[5] = (u32)frames[1] | PTE_P | PTE_RW;
	asm volatile("invlpg (%0)" : : "r"(at) : "memory");
	expect("value", 0xaaaa0001, peek(at));

	begin("a CR3 load makes a new frame seen");
	table[5] = (u32)frames[2] | PTE_P | PTE_RW;
	flush();
	expect("value", 0xaaaa0002, peek(at));

	begin("a global page is dropped by INVLPG");
	WRITE_CR(4, READ_CR(4) | CR4_PGE);
	table[5] = (u32)frames[0] | PTE_P | PTE_RW | PTE_G;
	flush();
	asm volatile("invlpg (%0)" : : "r"(at) : "memory");
	expect("value", 0xaaaa0000, peek(at));
	table[5] = (u32)frames[1] | PTE_P | PTE_RW | PTE_G;
	asm volatile("invlpg (%0)" : : "r"(at) : "memory");
	expect("value", 0xaaaa0001, peek(at));

	begin("a change of CR4.PGE drops global pages");
	table[5] = (u32)frames[2] | PTE_P | PTE_RW | PTE_G;
	WRITE_CR(4, READ_CR(4) & ~CR4_PGE);
	expect("value", 0xaaaa0002, peek(at));

	begin("a change of CR0.PG drops all");
	table[5] = (u32)frames[0] | PTE_P | PTE_RW;
	WRITE_CR(0, READ_CR(0) & ~CR0_PG);
	WRITE_CR(0, READ_CR(0) | CR0_PG);
	expect("value", 0xaaaa0000, peek(at));

	begin("a page not present is not cached: presence needs no flush");
	table[7] = 0;
	flush();
	{
		struct frame f = ring_frame(0, read_it);
		struct result r;

		f.ebx = REGION + 7 * 4096;
		r = run(&f);
		expect_fault(&r, PF, 0);
		table[7] = (u32)frames[1] | PTE_P;
		asm volatile("" : : : "memory");
		r = run(&f);
		expect_fault(&r, END, 0);
		expect("value", 0xaaaa0001, r.f.ecx);
	}

	begin("a first write after reads sets the dirty bit");
	table[5] = (u32)frames[0] | PTE_P | PTE_RW;
	flush();
	peek(at);
	expect("entry", (u32)frames[0] | PTE_P | PTE_RW | PTE_A, table[5]);
	poke(at, 1);
	expect("entry", (u32)frames[0] | PTE_P | PTE_RW | PTE_A | PTE_D, table[5]);

	begin("two pages of one frame show the same bytes");
	table[5] = (u32)frames[0] | PTE_P | PTE_RW;
	table[9] = (u32)frames[0] | PTE_P | PTE_RW;
	flush();
	for (u32 i = 0; i < 4096; i += 4) {
		poke(at + i, i * 3);
		expect("alias", i * 3, peek(REGION + 9 * 4096 + i));
		poke(REGION + 9 * 4096 + i, i * 5);
		expect("alias back", i * 5, peek(at + i));
	}

	begin("CR3 loads change the address space");
	{
		static u32 other[1024] __attribute__((aligned(4096))), other_table[1024] __attribute__((aligned(4096)));

		memcpy(other, directory, sizeof(other));
		other[REGION >> 22] = (u32)other_table | PTE_P | PTE_RW | PTE_US;
		other_table[5] = (u32)frames[1] | PTE_P | PTE_RW;
		poke(at, 0x11111111);
		WRITE_CR(3, other);
		expect("value", 0xaaaa0001, peek(at));
		flush();
		expect("value", 0x11111111, peek(at));
	}

	begin("PS is ignored without CR4.PSE");
	WRITE_CR(4, READ_CR(4) & ~CR4_PSE);
	directory[REGION >> 22] = (u32)table | PTE_P | PTE_RW | PTE_US | PDE_PS;
	flush();
	expect("value", 0x11111111, peek(at));
	directory[REGION >> 22] = (u32)table | PTE_P | PTE_RW | PTE_US;
	flush();

	begin("INVLPG is for ring 0");
	{
		CODE(invalidate, "invlpg (%ebx)");
		struct frame f = ring_frame(3, invalidate);
		struct result r = run(&f);

		expect_fault(&r, GP, 0);
	}
}

/* Implicit supervisor accesses: a program of ring 3 uses the GDT, IDT and TSS in pages that it may not read. */
static void test_implicit(void)
{
	static const struct {
		const char *name;
		const void *at;
	} tables[] = { { "GDT", gdt }, { "IDT", idt }, { "TSS", &main_tss }, { "stack", trap_stack_top - 64 } };
	CODE(load_segment, "movl $0x43, %eax; movl %eax, %es");

	for (u32 i = 0; i < 4; i++) {
		struct frame f = ring_frame(3, load_segment);
		u32 page = (u32)tables[i].at >> 12;
		struct result r;

		begin("implicit access of ring 3 to the %s", tables[i].name);
		low_table[0][page] &= ~PTE_US;
		low_table[0][page + 1] &= ~PTE_US;
		flush();
		r = run(&f);
		low_table[0][page] |= PTE_US;
		low_table[0][page + 1] |= PTE_US;
		flush();
		expect_fault(&r, END, 0);
		expect("ES", 0x43, r.f.es & 0xffff);
	}
}

void test_main(void)
{
	u32 codes[] = { 0, PTE_P, PTE_US, PTE_P | PTE_US, PTE_P | PTE_US | PTE_RW };

	start_paging();
	group("rights of 4 KiB pages");
	test_all_rights(0);
	group("rights of 4 MiB pages");
	WRITE_CR(4, READ_CR(4) | CR4_PSE);
	test_all_rights(1);
	WRITE_CR(4, READ_CR(4) & ~CR4_PSE);
	group("data across pages");
	test_crossings();
	group("code across pages");
	for (u32 i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		for (u32 over = 0; over < 5; over++)
			test_code_crossing(codes[i], over);
	group("TLB");
	test_tlb();
	group("implicit accesses");
	test_implicit();
}
