// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paging with 32-bit and with PAE entries: every combination of rights in directory and table x CPL x WP x kind of access x present
 * x accessed and dirty bits before, for small and large pages; no-execute pages; reserved bits; the registers that hold the
 * page-directory-pointer entries; accesses across two pages; what the TLB may keep and what drops it.
 *
 * Rules: SDM vol. 3A, 4.3 (32-bit paging), 4.4 (PAE paging), 4.6 (access rights), 4.7 (error code), 4.8 (accessed and dirty flags), 4.10.2-4.10.4
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
#define ERROR_RSVD	8
#define ERROR_I	16

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

/* 4 MiB pages: address bits 32-35 with PSE-36, the rest of bits 13-21 is reserved (SDM vol. 3A, table 4-4). */
static void test_reserved_4m(void)
{
	u32 first = cpuid_edx(1) & FEATURE_PSE36 ? 17 : 13;

	for (u32 bit = first; bit <= 21; bit++)
		for (u32 cpl = 0; cpl < 4; cpl += 3)
			for (u32 kind = READ; kind < EXECUTE; kind++) {
				struct frame f = ring_frame(cpl, kinds[kind].code);
				u32 entry = LARGE | PDE_PS | PTE_P | PTE_RW | PTE_US | 1u << bit;
				struct result r;

				begin("%s of a 4 MiB page with bit %u, CPL %u", kinds[kind].name, bit, cpl);
				directory[REGION >> 22] = entry;
				flush();
				f.ebx = REGION;
				r = run(&f);
				expect_fault(&r, PF, ERROR_P | ERROR_RSVD | (kinds[kind].write ? ERROR_W : 0) | (cpl ? ERROR_U : 0));
				expect("CR2", REGION, r.cr2);
				expect("entry", entry, directory[REGION >> 22]);
			}
	directory[REGION >> 22] = 0;
	flush();
}

/*
 * PAE paging. The first GiB has 2 MiB pages, one to one; the region under test is the second, with its directory and one table.
 */
#define PAE_LARGE	0x00600000u	/* 2 MiB-aligned RAM */
#define XD		0x80000000u	/* in the upper dword */
#define EFER		0xc0000080
#define EFER_NXE	0x800

struct entry {
	u32 low, high;
};

static struct entry pointers[4] __attribute__((aligned(32)));
static struct entry pae_low[512] __attribute__((aligned(4096)));
static struct entry pae_directory[512] __attribute__((aligned(4096)));
static struct entry pae_table[512] __attribute__((aligned(4096)));

static void load_pointers(void)
{
	WRITE_CR(3, pointers);
}

static void start_pae(void)
{
	WRITE_CR(0, READ_CR(0) & ~CR0_PG);
	for (u32 i = 0; i < 4; i++)
		pae_low[i].low = i << 21 | PDE_PS | PTE_P | PTE_RW | PTE_US;
	pointers[0].low = (u32)pae_low | PTE_P;
	pointers[1].low = (u32)pae_directory | PTE_P;
	WRITE_CR(4, READ_CR(4) | CR4_PAE);
	load_pointers();
	WRITE_CR(0, READ_CR(0) | CR0_PG);
}

static void set_nxe(u32 on)
{
	u32 high, low = rdmsr(EFER, &high);

	wrmsr64(EFER, on ? low | EFER_NXE : low & ~EFER_NXE, high);
}

static void test_pae_rights(u32 large, u32 pde_flags, u32 pte_flags, u32 cpl, u32 wp, u32 kind, u32 nxe, u32 xd)
{
	struct frame f = ring_frame(cpl, kinds[kind].code);
	struct entry *pde = &pae_directory[0], *pte = large ? pde : &pae_table[5], before, pde_before;
	u32 address = REGION + 5 * 4096 + 0x123, error, flags = large ? pte_flags : pde_flags & pte_flags;
	bool write = kinds[kind].write, present = (pte_flags & PTE_P) && (large || (pde_flags & PTE_P));
	u8 *target = large ? (u8 *)PAE_LARGE + 5 * 4096 + 0x123 : frames[0] + 0x123;
	bool reserved = present && xd && !nxe, good;
	struct result r;

	begin("%s PDE %x PTE %x CPL %u WP %u NXE %u XD %u", kinds[kind].name, pde_flags, pte_flags, cpl, wp, nxe, xd);
	*(u32 *)target = 0x000020cd;
	if (large) {
		pde->low = PAE_LARGE | pte_flags | PDE_PS;
		pde->high = xd ? XD : 0;
	} else {
		pde->low = (u32)pae_table | pde_flags;
		pde->high = xd & 2 ? XD : 0;
		pte->low = (u32)frames[0] | pte_flags;
		pte->high = xd & 1 ? XD : 0;
	}
	before = *pte;
	pde_before = *pde;
	load_pointers();
	set_wp(wp);
	f.ebx = address;
	r = run(&f);
	set_wp(0);
	good = present && !reserved && allowed(flags, cpl, wp, write) && !(kind == EXECUTE && xd);
	/* A directory entry with XD is met before a table entry that is not present. */
	if (!large && (pde_flags & PTE_P) && (xd & 2) && !nxe)
		reserved = present = true;
	error = (present ? ERROR_P : 0) | (reserved ? ERROR_RSVD : 0) | (write ? ERROR_W : 0) | (cpl == 3 ? ERROR_U : 0) |
		(kind == EXECUTE && nxe ? ERROR_I : 0);
	if (good) {
		expect_fault(&r, END, 0);
	} else {
		expect_fault(&r, PF, error);
		expect("CR2", address, r.cr2);
		expect("EIP", kind == EXECUTE ? address : (u32)kinds[kind].code, r.f.eip);
	}
	expect("entry after", good ? before.low | PTE_A | (write ? PTE_D : 0) : before.low, pte->low);
	expect("its upper half", before.high, pte->high);
	if (good)
		expect("directory entry after", large ? pte->low : pde_before.low | PTE_A, pde->low);
}

static void test_all_pae_rights(u32 large, u32 nxe)
{
	static const u32 some[] = { READ, WRITE, UPDATE, EXECUTE };

	if (nxe)
		set_nxe(1);
	for (u32 pde = large ? 7 : 0; pde < 8; pde++)
		for (u32 pte = 0; pte < 8; pte++)
			for (u32 cpl = 0; cpl < 4; cpl += 3)
				for (u32 wp = 0; wp < 2; wp++)
					for (u32 k = 0; k < 4; k++)
						for (u32 xd = 0; xd < (large ? 2 : 4); xd++)
							test_pae_rights(large, pde, pte, cpl, wp, some[k], nxe, xd);
	if (nxe)
		set_nxe(0);
}

/* Bit `bit` of one entry, which is reserved: SDM vol. 3A, tables 4-8 to 4-11, with 36 bits of physical address. */
static void test_pae_reserved(u32 which, u32 bit, u32 cpl, u32 kind)
{
	static const char *const names[] = { "PDE", "PTE", "2 MiB PDE" };
	struct entry *entry = which == 1 ? &pae_table[5] : &pae_directory[0], before;
	struct frame f = ring_frame(cpl, kinds[kind].code);
	struct result r;

	begin("%s with bit %u of a %s, CPL %u", kinds[kind].name, bit, names[which], cpl);
	pae_directory[0].low = which == 2 ? PAE_LARGE | 7 | PDE_PS : (u32)pae_table | 7;
	pae_directory[0].high = 0;
	pae_table[5].low = (u32)frames[0] | 7;
	pae_table[5].high = 0;
	if (bit < 32)
		entry->low |= 1u << bit;
	else
		entry->high |= 1u << (bit - 32);
	before = *entry;
	load_pointers();
	f.ebx = REGION + 5 * 4096;
	r = run(&f);
	expect_fault(&r, PF, ERROR_P | ERROR_RSVD | (kinds[kind].write ? ERROR_W : 0) | (cpl ? ERROR_U : 0));
	expect("CR2", f.ebx, r.cr2);
	expect("entry", before.low, entry->low);
	pae_directory[0].low = (u32)pae_table | 7;
	pae_directory[0].high = 0;
	pae_table[5].high = 0;
}

static void test_all_pae_reserved(void)
{
	for (u32 kind = READ; kind <= UPDATE; kind++)
		for (u32 cpl = 0; cpl < 4; cpl += 3) {
			for (u32 bit = 36; bit < 63; bit++)
				for (u32 which = 0; which < 3; which++)
					test_pae_reserved(which, bit, cpl, kind);
			for (u32 bit = 13; bit < 21; bit++)
				test_pae_reserved(2, bit, cpl, kind);
		}
}

/*
 * The page-directory-pointer entries are read when CR3 is loaded, or when bits of CR0 and CR4 that matter for paging change; a
 * present one with a reserved bit is #GP then, and nothing is loaded (SDM vol. 3A, 4.4.1). Until the next load they stay.
 */
CODE(load_cr3, "movl %eax, %cr3");
CODE(load_cr4, "movl %eax, %cr4; movl %ecx, %cr4");
CODE(load_cr0, "movl %eax, %cr0; movl %ecx, %cr0");

static void test_pointers(void)
{
	static struct entry others[4] __attribute__((aligned(32)));
	u32 at = REGION + 5 * 4096;

	WRITE_CR(0, READ_CR(0) & ~(CR0_CD | CR0_NW));
	for (u32 present = 0; present < 2; present++)
		for (u32 index = 2; index < 4; index++)
			for (u32 bit = 1; bit < 64; bit++)
				for (u32 how = 0; how < 3; how++) {
					static const u8 *const codes[] = { load_cr3, load_cr4, load_cr0 };
					static const char *const names[] = { "CR3", "CR4.PGE", "CR0.CD" };
					bool reserved = (bit < 12 ? 0x1e6 >> bit & 1 : bit >= 36);
					struct frame f = ring_frame(0, codes[how]);
					u32 cr3 = READ_CR(3);
					struct result r;

					/* Its page would be elsewhere; that does not matter here, nor does it fault. */
					if (how && bit % 5)
						continue;
					begin("load by %s with bit %u of pointer %u, P %u", names[how], bit, index, present);
					if (how == 0) {
						memcpy(others, pointers, sizeof(others));
						f.eax = (u32)others;
					} else {
						f.ecx = how == 1 ? READ_CR(4) : READ_CR(0);
						f.eax = f.ecx ^ (how == 1 ? CR4_PGE : CR0_CD);
					}
					*(how ? &pointers[index] : &others[index]) = (struct entry){
						present | (bit < 32 ? 1u << bit : 0), bit < 32 ? 0 : 1u << (bit - 32),
					};
					r = run(&f);
					pointers[index] = (struct entry){ 0, 0 };
					expect_fault(&r, reserved && present ? GP : END, 0);
					expect("CR3", how || (reserved && present) ? cr3 : (u32)others, READ_CR(3));
					load_pointers();
				}

	begin("a pointer is kept until CR3 is loaded");
	pae_table[5] = (struct entry){ (u32)frames[0] | 7, 0 };
	load_pointers();
	poke(at, 0x31415926);
	pointers[1].low &= ~PTE_P;
	asm volatile("invlpg (%0)" : : "r"(at) : "memory");
	{
		struct frame f = ring_frame(0, read_it);
		struct result r;

		f.ebx = at;
		r = run(&f);
		expect_fault(&r, END, 0);
		expect("value", 0x31415926, r.f.ecx);
		begin("a pointer that is not present");
		load_pointers();
		r = run(&f);
		expect_fault(&r, PF, 0);
		expect("CR2", at, r.cr2);
		pointers[1].low |= PTE_P;
		load_pointers();
	}
	begin("global pages and CR3 loads");
	WRITE_CR(4, READ_CR(4) | CR4_PGE);
	pae_table[6] = (struct entry){ (u32)frames[1] | 7, 0 };
	load_pointers();
	peek(at + 4096);
	pae_table[6].low = (u32)frames[2] | 7;
	load_pointers();
	*(u32 *)frames[2] = 0x27182818;
	expect("value", 0x27182818, peek(at + 4096));
	WRITE_CR(4, READ_CR(4) & ~CR4_PGE);
	begin("a 2 MiB page needs no CR4.PSE");
	pae_directory[1] = (struct entry){ PAE_LARGE | 7 | PDE_PS, 0 };
	load_pointers();
	*(u32 *)(PAE_LARGE + 0x12344) = 0x16180339;
	expect("value", 0x16180339, peek(REGION + 0x200000 + 0x12344));
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
	group("reserved bits of 4 MiB pages");
	test_reserved_4m();
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
	if (!(cpuid_edx(1) & FEATURE_PAE)) {
		skip("PAE", "no CPUID.PAE");
		return;
	}
	start_pae();
	group("rights of PAE pages");
	test_all_pae_rights(0, 0);
	test_all_pae_rights(1, 0);
	if (cpuid_edx(0x80000000 + 1) & FEATURE_NX) {
		group("no-execute pages");
		test_all_pae_rights(0, 1);
		test_all_pae_rights(1, 1);
	} else {
		skip("no-execute pages", "no CPUID.NX");
	}
	group("reserved bits of PAE entries");
	test_all_pae_reserved();
	group("page-directory pointers");
	test_pointers();
}
