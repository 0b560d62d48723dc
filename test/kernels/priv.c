// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may do what: every privileged instruction in each ring, every IOPL-sensitive one for each CPL and IOPL, the edges of the
 * I/O permission bitmap, and the time-stamp counter under CR4.TSD.
 *
 * Rules: SDM vol. 3A, 5.9 (privileged instructions); vol. 1, 18.5 (I/O protection); vol. 2, CLI, STI, POPF, RDTSC; vol. 3A, 2.5.
 */
#include "test.h"

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
}
