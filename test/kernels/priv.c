// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may do what: every privileged instruction in each ring and in virtual-8086 mode, every IOPL-sensitive one for each CPL and
 * IOPL, the edges of the I/O permission bitmap, the time-stamp counter and the performance counters under CR4, and what may not
 * be written into control and model-specific registers.
 *
 * Rules: SDM vol. 3A, 5.9 (privileged instructions); vol. 1, 18.5 (I/O protection); vol. 2, CLI, STI, POPF, RDTSC, RDPMC, RDMSR,
 * WRMSR, MOV (control registers); vol. 3A, 2.5; vol. 3B, 20.2.8 (virtual-8086 mode).
 */
#include "mode16.h"

CODE(do_hlt, "hlt");
CODE(do_clts, "clts");
CODE(do_lgdt, "lgdt (%ebx)");
CODE(do_lidt, "lidt 8(%ebx)");
CODE(do_lldt, "lldt %cx");
CODE(do_ltr, "ltr %cx");
CODE(do_lmsw, "lmsw %ax");
CODE(do_mov_cr0, "mov %cr0, %eax");
CODE(do_mov_cr2, "mov %eax, %cr2");
CODE(do_mov_cr3, "mov %cr3, %eax");
CODE(do_mov_cr4, "mov %cr4, %eax");
CODE(do_mov_dr0, "mov %dr0, %eax");
CODE(do_mov_dr7, "mov %dr7, %eax");
CODE(do_wbinvd, "wbinvd");
CODE(do_invd, "invd");
CODE(do_invlpg, "invlpg (%ebx)");
CODE(do_rdmsr, "movl $0x174, %ecx; rdmsr");
CODE(do_wrmsr, "movl $0x174, %ecx; xorl %edx, %edx; movl $8, %eax; wrmsr");

/* Not privileged, whatever their names suggest (CR4.UMIP does not exist here). */
CODE(do_sgdt, "sgdt (%esp)");
CODE(do_sidt, "sidt (%esp)");
CODE(do_sldt, "sldt %ax");
CODE(do_str, "str %ax");
CODE(do_smsw, "smsw %ax");
CODE(do_cpuid, "xorl %eax, %eax; cpuid");
CODE(do_rdtsc, "rdtsc");

CODE(do_cli, "cli");
CODE(do_sti, "sti");
CODE(do_in1, "inb %dx, %al");
CODE(do_in2, "inw %dx, %ax");
CODE(do_in4, "inl %dx, %eax");
CODE(do_out1, "outb %al, %dx");
CODE(do_in_immediate, "inb $0xee, %al");
CODE(do_insb, "insb");
CODE(do_outsl, "movl %ebx, %esi; outsl");
CODE(do_popf, "pushl %eax; popfl");
CODE(do_popf16, "pushw %ax; popfw");

struct instruction {
	const char *name;
	const u8 *code;
};

static struct {
	u16 gdt_limit;
	u32 gdt_base;
	u16 gap;
	u16 idt_limit;
	u32 idt_base;
} __attribute__((packed)) tables;

static void test_ring0_only(void)
{
	static const struct instruction all[] = {
		{ "HLT", do_hlt },	   { "CLTS", do_clts },	      { "LGDT", do_lgdt },	 { "LIDT", do_lidt },
		{ "LLDT", do_lldt },	   { "LTR", do_ltr },	      { "LMSW", do_lmsw },	 { "MOV CR0", do_mov_cr0 },
		{ "MOV CR2", do_mov_cr2 }, { "MOV CR3", do_mov_cr3 }, { "MOV CR4", do_mov_cr4 }, { "MOV DR0", do_mov_dr0 },
		{ "MOV DR7", do_mov_dr7 }, { "WBINVD", do_wbinvd },   { "INVD", do_invd },	 { "INVLPG", do_invlpg },
		{ "RDMSR", do_rdmsr },	   { "WRMSR", do_wrmsr },
	};

	tables.gdt_limit = sizeof(gdt) - 1;
	tables.gdt_base = (u32)gdt;
	tables.idt_limit = sizeof(idt) - 1;
	tables.idt_base = (u32)idt;
	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			for (u32 iopl = 0; iopl < 4; iopl++) {
				struct frame f = ring_frame(cpl, all[i].code);
				struct result r;

				if (cpl == 0 && (all[i].code == do_hlt || all[i].code == do_ltr || all[i].code == do_invd))
					continue;
				begin("%s CPL %u IOPL %u", all[i].name, cpl, iopl);
				f.eflags |= FLAG_IOPL(iopl);
				f.ebx = (u32)&tables;
				f.eax = READ_CR(0);
				f.ecx = 0;
				r = run(&f);
				expect_fault(&r, cpl ? GP : END, 0);
				if (cpl)
					expect("EIP", all[i].code == do_rdmsr ? f.eip + 5 : all[i].code == do_wrmsr ? f.eip + 12 : f.eip, r.f.eip);
			}
}

static void test_anyone(void)
{
	static const struct instruction all[] = {
		{ "SGDT", do_sgdt }, { "SIDT", do_sidt },   { "SLDT", do_sldt },   { "STR", do_str },
		{ "SMSW", do_smsw }, { "CPUID", do_cpuid }, { "RDTSC", do_rdtsc },
	};

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			for (u32 tsd = 0; tsd < 2; tsd++) {
				struct frame f = ring_frame(cpl, all[i].code);
				struct result r;

				begin("%s CPL %u TSD %u", all[i].name, cpl, tsd);
				f.esp -= 64;
				WRITE_CR(4, tsd ? READ_CR(4) | CR4_TSD : READ_CR(4) & ~CR4_TSD);
				r = run(&f);
				WRITE_CR(4, READ_CR(4) & ~CR4_TSD);
				expect_fault(&r, all[i].code == do_rdtsc && tsd && cpl ? GP : END, 0);
			}
}

/* CLI, STI and POPF. */
static void test_interrupt_flag(void)
{
	for (u32 cpl = 0; cpl < 4; cpl++)
		for (u32 iopl = 0; iopl < 4; iopl++)
			for (u32 flag = 0; flag < 2; flag++) {
				u32 old = FLAG_FIXED | FLAG_IOPL(iopl) | (flag ? FLAG_IF : 0), image, mask;
				struct frame f = ring_frame(cpl, do_cli);
				struct result r;

				f.eflags = old;
				begin("CLI CPL %u IOPL %u IF %u", cpl, iopl, flag);
				r = run(&f);
				expect_fault(&r, cpl > iopl ? GP : END, 0);
				expect("EFLAGS", cpl > iopl ? old : old & ~FLAG_IF, r.f.eflags & ~FLAG_RF);
				begin("STI CPL %u IOPL %u IF %u", cpl, iopl, flag);
				f.eip = (u32)do_sti;
				r = run(&f);
				expect_fault(&r, cpl > iopl ? GP : END, 0);
				expect("EFLAGS", cpl > iopl ? old : old | FLAG_IF, r.f.eflags & ~FLAG_RF);
				for (image = 0; image < 16; image++) {
					u32 value = FLAG_FIXED | (image & 1 ? FLAG_IF : 0) | FLAG_IOPL(image >> 1 & 3) |
						    (image & 8 ? 0x240cd5 : 0);

					for (u32 wide = 0; wide < 2; wide++) {
						begin("POPF%s %x CPL %u EFLAGS %x", wide ? "D" : "", value, cpl, old);
						mask = 0x244cd5 | (cpl <= iopl ? FLAG_IF : 0) | (cpl ? 0 : FLAG_IOPL(3));
						if (!wide)
							mask &= 0xffff;
						f.eip = (u32)(wide ? do_popf : do_popf16);
						f.eax = value;
						r = run(&f);
						expect_fault(&r, END, 0);
						expect("EFLAGS", (old & ~mask) | (value & mask), r.f.eflags);
					}
				}
			}
}

/* The TSS with a bitmap behind it. */
static struct {
	struct tss tss;
	u8 map[40];
} task __attribute__((aligned(256)));

static void use_task(u32 limit)
{
	set_gdt(MAIN_TSS, segment((u32)&task, limit, ACCESS_P | TYPE_TSS32, 0));
	asm volatile("ltr %w0" : : "r"(MAIN_TSS));
}

/*
 * An access of n bytes needs n clear bits, in the two bytes that hold the first; both must lie within the TSS's limit
 * (SDM vol. 1, 18.5.2).
 */
static void test_port(u32 port, u32 size, u32 cpl, u32 iopl, u32 bits, u32 limit)
{
	const u8 *code = size == 1 ? do_in1 : size == 2 ? do_in2 : do_in4;
	struct frame f = ring_frame(cpl, code);
	u32 first = sizeof(struct tss) + port / 8;
	bool good = true;
	struct result r;

	begin("IN of %u bytes from %x, CPL %u IOPL %u, bit %x set, limit %x", size, port, cpl, iopl, bits, limit);
	memset(task.map, 0, sizeof(task.map));
	if (bits < sizeof(task.map) * 8)
		task.map[bits / 8] = 1 << bits % 8;
	use_task(limit);
	f.edx = port;
	f.eflags |= FLAG_IOPL(iopl);
	r = run(&f);
	if (cpl > iopl)
		good = first + 1 <= limit && !(bits >= port && bits < port + size);
	expect_fault(&r, good ? END : GP, 0);
}

static void test_bitmap(void)
{
	static const u32 ports[] = { 0xe0, 0xe5, 0xe6, 0xe7, 0xe8, 0xef };
	static const u32 sizes[] = { 1, 2, 4 };
	u32 top = sizeof(struct tss) + 0xe0 / 8;

	task.tss = main_tss;
	task.tss.io_map = sizeof(struct tss);
	for (u32 p = 0; p < sizeof(ports) / sizeof(*ports); p++)
		for (u32 s = 0; s < 3; s++) {
			for (u32 cpl = 0; cpl < 4; cpl++)
				for (u32 iopl = 0; iopl < 4; iopl++)
					for (u32 bit = ports[p] - 1; bit <= ports[p] + sizes[s]; bit++)
						test_port(ports[p], sizes[s], cpl, iopl, bit, sizeof(task) - 1);
			for (u32 limit = top - 1; limit < top + 4; limit++)
				test_port(ports[p], sizes[s], 3, 0, 0, limit);
		}
	task.tss.io_map = 0xffff;
	begin("no bitmap");
	{
		struct frame f = ring_frame(3, do_in1);
		struct result r;

		memset(task.map, 0, sizeof(task.map));
		use_task(sizeof(task) - 1);
		f.edx = 0xe0;
		r = run(&f);
		expect_fault(&r, GP, 0);
	}
	task.tss.io_map = sizeof(struct tss);
}

/* All forms of I/O ask the same. */
static void test_forms(void)
{
	static const struct instruction all[] = {
		{ "OUT", do_out1 }, { "IN imm", do_in_immediate }, { "INSB", do_insb }, { "OUTSL", do_outsl },
	};
	static u32 buffer[4];

	for (u32 i = 0; i < 4; i++)
		for (u32 cpl = 0; cpl < 4; cpl++)
			for (u32 iopl = 0; iopl < 4; iopl++) {
				struct frame f = ring_frame(cpl, all[i].code);
				struct result r;

				begin("%s CPL %u IOPL %u", all[i].name, cpl, iopl);
				memset(task.map, 0xff, sizeof(task.map));
				use_task(sizeof(task) - 1);
				f.edx = 0xee;
				f.ebx = f.edi = (u32)buffer;
				f.eflags |= FLAG_IOPL(iopl);
				r = run(&f);
				expect_fault(&r, cpl > iopl ? GP : END, 0);
			}
}

/* Virtual-8086 mode is ring 3: all that is privileged is #GP at any IOPL, and the selector instructions do not exist. */
CODE16(v86_hlt, "hlt");
CODE16(v86_clts, "clts");
CODE16(v86_lgdt, "lgdtl (%bx)");
CODE16(v86_lidt, "lidtl (%bx)");
CODE16(v86_lmsw, "lmsw %ax");
CODE16(v86_lmsw_memory, "lmsw (%bx)");
CODE16(v86_mov_from_cr0, "movl %cr0, %eax");
CODE16(v86_mov_from_cr2, "movl %cr2, %eax");
CODE16(v86_mov_from_cr3, "movl %cr3, %eax");
CODE16(v86_mov_from_cr4, "movl %cr4, %eax");
CODE16(v86_mov_to_cr0, "movl %eax, %cr0");
CODE16(v86_mov_to_cr2, "movl %eax, %cr2");
CODE16(v86_mov_to_cr3, "movl %eax, %cr3");
CODE16(v86_mov_to_cr4, "movl %eax, %cr4");
CODE16(v86_mov_from_dr, "movl %dr0, %eax");
CODE16(v86_mov_to_dr, "movl %eax, %dr7");
CODE16(v86_invd, "invd");
CODE16(v86_wbinvd, "wbinvd");
CODE16(v86_invlpg, "invlpg (%bx)");
CODE16(v86_rdmsr, "rdmsr");
CODE16(v86_wrmsr, "wrmsr");
CODE16(v86_rdpmc, "rdpmc");
CODE16(v86_rdtsc, "rdtsc");
CODE16(v86_sysexit, "sysexit");
CODE16(v86_arpl, "arpl %ax, %cx");
CODE16(v86_lar, "lar %ax, %cx");
CODE16(v86_lsl, "lsl %ax, %cx");
CODE16(v86_verr, "verr %ax");
CODE16(v86_verw, "verw (%bx)");
CODE16(v86_sldt, "sldt %ax");
CODE16(v86_str, "str (%bx)");
CODE16(v86_lldt, "lldt %ax");
CODE16(v86_ltr, "ltr (%bx)");
CODE16(v86_sgdt, "sgdtl (%bx)");
CODE16(v86_sidt, "sidtl (%bx)");
CODE16(v86_smsw, "smsw %ax");
CODE16(v86_cpuid, "cpuid");

static void test_v86(void)
{
	static const struct mode16 mode = { run, FLAG_FIXED | FLAG_VM, false };
#define ROW(name, snippet, vector) { name, snippet, snippet##_end, vector }
	static const struct {
		const char *name;
		const u8 *code, *end;
		u32 vector;		/* UD behind the instruction for those that are allowed */
	} all[] = {
		ROW("HLT", v86_hlt, GP), ROW("CLTS", v86_clts, GP), ROW("LGDT", v86_lgdt, GP), ROW("LIDT", v86_lidt, GP),
		ROW("LMSW", v86_lmsw, GP), ROW("LMSW m", v86_lmsw_memory, GP),
		ROW("MOV from CR0", v86_mov_from_cr0, GP), ROW("MOV from CR2", v86_mov_from_cr2, GP),
		ROW("MOV from CR3", v86_mov_from_cr3, GP), ROW("MOV from CR4", v86_mov_from_cr4, GP),
		ROW("MOV to CR0", v86_mov_to_cr0, GP), ROW("MOV to CR2", v86_mov_to_cr2, GP),
		ROW("MOV to CR3", v86_mov_to_cr3, GP), ROW("MOV to CR4", v86_mov_to_cr4, GP),
		ROW("MOV from DR0", v86_mov_from_dr, GP), ROW("MOV to DR7", v86_mov_to_dr, GP),
		ROW("INVD", v86_invd, GP), ROW("WBINVD", v86_wbinvd, GP), ROW("INVLPG", v86_invlpg, GP),
		ROW("RDMSR", v86_rdmsr, GP), ROW("WRMSR", v86_wrmsr, GP), ROW("RDPMC", v86_rdpmc, GP),
		ROW("RDTSC", v86_rdtsc, GP), ROW("SYSEXIT", v86_sysexit, GP),
		ROW("ARPL", v86_arpl, UD), ROW("LAR", v86_lar, UD), ROW("LSL", v86_lsl, UD), ROW("VERR", v86_verr, UD),
		ROW("VERW", v86_verw, UD), ROW("SLDT", v86_sldt, UD), ROW("STR", v86_str, UD), ROW("LLDT", v86_lldt, UD),
		ROW("LTR", v86_ltr, UD),
		ROW("SGDT", v86_sgdt, 0), ROW("SIDT", v86_sidt, 0), ROW("SMSW", v86_smsw, 0), ROW("CPUID", v86_cpuid, 0),
	};

	wrmsr(0x174, KERNEL_CODE);
	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 iopl = 0; iopl < 4; iopl++)
			for (u32 open = 0; open < 2; open++) {
				bool counter = all[i].code == v86_rdpmc || all[i].code == v86_rdtsc;
				u32 vector = counter && open ? 0 : all[i].vector;
				struct frame f = mode16_frame(&mode, CODE_OFFSET);
				struct result r;

				begin("%s in virtual-8086 mode, IOPL %u, counters %u", all[i].name, iopl, open);
				mode16_place(CODE_OFFSET, all[i].code, all[i].end);
				WRITE_CR(4, (READ_CR(4) & ~(CR4_TSD | CR4_PCE)) | (open ? CR4_PCE : CR4_TSD));
				f.eflags |= FLAG_IOPL(iopl);
				f.eax = f.ecx = 0;
				f.ebx = 0x40;
				r = run(&f);
				WRITE_CR(4, READ_CR(4) & ~(CR4_TSD | CR4_PCE));
				expect_fault(&r, vector ? vector : UD, 0);
				expect("EIP", f.eip + (vector ? 0 : all[i].end - all[i].code), r.f.eip);
			}
#undef ROW
}

/* RDPMC: ring 0, or anyone with CR4.PCE; this family has counters 0 and 1. */
CODE(do_rdpmc, "rdpmc");

static void test_counters(void)
{
	static const u32 counters[] = { 0, 1, 2, 0x7fffffff, 0xffffffff };

	for (u32 cpl = 0; cpl < 4; cpl++)
		for (u32 pce = 0; pce < 2; pce++)
			for (u32 i = 0; i < sizeof(counters) / sizeof(*counters); i++) {
				struct frame f = ring_frame(cpl, do_rdpmc);
				struct result r;

				begin("RDPMC %x, CPL %u, PCE %u", counters[i], cpl, pce);
				WRITE_CR(4, pce ? READ_CR(4) | CR4_PCE : READ_CR(4) & ~CR4_PCE);
				f.ecx = counters[i];
				r = run(&f);
				WRITE_CR(4, READ_CR(4) & ~CR4_PCE);
				expect_fault(&r, (cpl && !pce) || counters[i] > 1 ? GP : END, 0);
				expect("EIP", f.eip + (r.f.vector == END ? 4 : 0), r.f.eip);
			}
}

/*
 * Combinations and reserved bits of CR0 and CR4. A processor that lets one through goes on in the next instruction, which puts the
 * old value back: that is why there are page tables, and nothing between.
 */
CODE(do_set_cr0, "mov %eax, %cr0; mov %ecx, %cr0");
CODE(do_show_cr0, "mov %eax, %cr0; mov %cr0, %edx; mov %ecx, %cr0");
CODE(do_set_cr4, "mov %eax, %cr4; mov %ecx, %cr4");

static u32 directory[1024] __attribute__((aligned(4096)));
static u32 tables_of_pages[2][1024] __attribute__((aligned(4096)));

static void test_control_registers(void)
{
	u32 old;

	for (u32 i = 0; i < 2048; i++)
		tables_of_pages[i >> 10][i & 1023] = i << 12 | 3;
	directory[0] = (u32)tables_of_pages[0] | 3;
	directory[1] = (u32)tables_of_pages[1] | 3;
	WRITE_CR(3, directory);
	WRITE_CR(0, READ_CR(0) & ~(CR0_CD | CR0_NW));
	old = READ_CR(0);
	for (u32 i = 0; i < 16; i++) {
		u32 pe = i & 1, pg = i & 2, cd = i & 4, nw = i & 8;
		struct frame f = ring_frame(0, do_set_cr0);
		bool bad = (pg && !pe) || (nw && !cd);
		struct result r;

		/* Real-address mode is another program's. */
		if (!pe && !bad)
			continue;
		begin("MOV CR0 with PE %u PG %u CD %u NW %u", pe, !!pg, !!cd, !!nw);
		f.ecx = old;
		f.eax = (old & ~CR0_PE) | (pe ? CR0_PE : 0) | (pg ? CR0_PG : 0) | (cd ? CR0_CD : 0) | (nw ? CR0_NW : 0);
		r = run(&f);
		expect_fault(&r, bad ? GP : END, 0);
		expect("EIP", bad ? f.eip : f.eip + 8, r.f.eip);
		expect("CR0", old, READ_CR(0));
	}
	/* SDM vol. 2B, MOV: reserved bits of CR0 are ignored and stay as they are. */
	for (u32 bit = 0; bit < 32; bit++) {
		struct frame f = ring_frame(0, do_show_cr0);
		struct result r;

		if (!(0x1ffaffc0 >> bit & 1))
			continue;
		begin("MOV CR0 with bit %u", bit);
		f.ecx = old;
		f.eax = old | 1u << bit;
		r = run(&f);
		expect_fault(&r, END, 0);
		expect("CR0", old, r.f.edx);
	}
}

/* Bits of CR4 from 11 on belong to features that CPUID does not report here, UMIP among them. */
static void test_reserved_cr4(void)
{
	u32 old = READ_CR(4);

	for (u32 bit = 11; bit < 32; bit++) {
		struct frame f = ring_frame(0, do_set_cr4);
		struct result r;

		begin("MOV CR4 with bit %u", bit);
		f.ecx = old;
		f.eax = old | 1u << bit;
		r = run(&f);
		expect_fault(&r, GP, 0);
		expect("EIP", f.eip, r.f.eip);
		expect("CR4", old, READ_CR(4));
	}
}

/* QEMU without hardware's help calls itself TCGTCGTCGTCG in leaf 40000000h. */
static bool is_tcg(void)
{
	u32 eax = 1, ebx, ecx, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	if (!(ecx >> 31))
		return false;
	eax = 0x40000000;
	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	return ebx == 0x54474354;
}

/* Registers that do not exist, and values that may not be. */
CODE(read_msr, "rdmsr");
CODE(write_msr, "wrmsr");

#define MSR_APIC_BASE	0x1b
#define MSR_PAT		0x277
#define MSR_EFER	0xc0000080

static void expect_wrmsr(u32 msr, u32 low, u32 high, bool good)
{
	struct frame f = ring_frame(0, write_msr);
	struct result r;

	begin("WRMSR %x of %x:%x", msr, high, low);
	f.ecx = msr;
	f.eax = low;
	f.edx = high;
	r = run(&f);
	expect_fault(&r, good ? END : GP, 0);
	expect("EIP", f.eip + (good ? 4 : 0), r.f.eip);
}

static void test_model_specific(void)
{
	static const u32 unknown[] = { 0x00003fff, 0x12345678, 0x40000000, 0x80000000, 0xc0000100, 0xc0002000, 0xffffffff };
	u32 low, high;

	for (u32 i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		struct frame f = ring_frame(0, read_msr);
		struct result r;

		begin("RDMSR %x", unknown[i]);
		f.ecx = unknown[i];
		f.eax = 0x11223344;
		f.edx = 0x55667788;
		r = run(&f);
		expect_fault(&r, GP, 0);
		expect("EAX", f.eax, r.f.eax);
		expect("EDX", f.edx, r.f.edx);
		expect_wrmsr(unknown[i], 0, 0, false);
	}
	if (cpuid_edx(1) & FEATURE_PAT) {
		low = rdmsr(MSR_PAT, &high);
		/* Types 2, 3 and 8 on are reserved: SDM vol. 3A, table 11-10. */
		for (u32 type = 0; type < 256; type = type < 16 ? type + 1 : type * 2)
			for (u32 at = 0; at < 64; at += 24) {
				u32 shift = at & 31, value = 0x06060606 & ~(0xff << shift);

				expect_wrmsr(MSR_PAT, at < 32 ? value | type << shift : 0x06060606,
					     at < 32 ? 0x06060606 : value | type << shift,
					     type < 8 && type != 2 && type != 3);
			}
		wrmsr64(MSR_PAT, low, high);
	}
	/* SDM vol. 3A, 10.4.4, without x2APIC, and no more than 40 bits of physical address. */
	low = rdmsr(MSR_APIC_BASE, &high);
	for (u32 bit = 0; bit < 64; bit++)
		if (bit < 8 || bit == 9 || bit == 10 || bit >= 40)
			expect_wrmsr(MSR_APIC_BASE, bit < 32 ? low | 1u << bit : low, bit < 32 ? high : high | 1u << (bit - 32), false);
	expect_wrmsr(MSR_APIC_BASE, low, high, true);
	if (cpuid_edx(0x80000001) & FEATURE_NX) {
		/* Only NXE exists without long mode and SYSCALL: SDM vol. 3A, 2.2.1. */
		for (u32 bit = 0; bit < 64; bit++)
			expect_wrmsr(MSR_EFER, bit < 32 ? 1u << bit : 0, bit < 32 ? 0 : 1u << (bit - 32), bit == 11);
		expect_wrmsr(MSR_EFER, 0, 0, true);
	}
}

void test_main(void)
{
	group("ring 0 only");
	test_ring0_only();
	group("for every ring");
	test_anyone();
	group("interrupt flag");
	test_interrupt_flag();
	group("I/O permission bitmap");
	test_bitmap();
	group("forms of I/O");
	test_forms();
	group("virtual-8086 mode");
	test_v86();
	group("performance counters");
	test_counters();
	group("control registers");
	test_control_registers();
	if (is_tcg()) {
		skip("reserved bits of CR4", "QEMU 7.2 begins the instruction again for ever");
	} else {
		group("reserved bits of CR4");
		test_reserved_cr4();
	}
	group("model-specific registers");
	test_model_specific();
}
