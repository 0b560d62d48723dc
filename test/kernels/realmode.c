// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real-address mode, entered from protected mode and left again for each case: interrupts through a table wherever IDTR says,
 * IRET and the flag instructions, what does not exist in this mode, control registers, segments that kept other limits than 64 KiB,
 * HLT, the A20 gate, and with virtual-8086 mode in common the edges of segments.
 *
 * Rules: SDM vol. 3B, 20.1 (real-address mode); vol. 3A, 9.8 and 9.9 (switching); vol. 2, the operation and "Real-Address Mode
 * Exceptions" of each instruction.
 */
#include "mode16.h"
#include "realmode.h"

#define UNREAL		0x90		/* descriptors that a case makes for itself: data and code */
#define UNREAL_CODE	0x98
#define TABLES		0xc000		/* of interrupt vectors, below 1 MiB */

extern u8 real_low[], real_low_end[], real_stubs[];
void run_real(void);

/* Selectors that the segment registers hold when protected mode is left; their limits stay. */
u16 leave_es, leave_ss, leave_ds, leave_fs, leave_gs;

struct table_register {
	u16 limit;
	u32 base;
} __attribute__((packed));

struct table_register real_idt;

static struct {
	struct frame in, out;
	u32 handler_flags, handler_cr0;
} *const real = (void *)REAL;

static struct result run_case(const struct frame *f)
{
	struct result r = { 0 };

	memset(real, 0, sizeof(*real));
	real->in = *f;
	run_real();
	asm volatile("" : : : "memory");
	r.f = real->out;
	return r;
}

static const struct mode16 mode = { run_case, FLAG_FIXED, true };

static struct frame real_frame(const u8 *code, const u8 *end)
{
	mode16_place(CODE_OFFSET, code, end);
	return mode16_frame(&mode, CODE_OFFSET);
}

static void expect_end(const struct result *r, const struct frame *f, u32 vector, u32 ip, u32 flags)
{
	expect_fault(r, vector, 0);
	expect("IP", ip & 0xffff, r->f.eip);
	expect("CS", f->cs, r->f.cs);
	expect("FLAGS", flags & 0xffff, r->f.eflags);
	expect("SS", f->ss, r->f.ss);
	expect("ES", f->v86_es, r->f.v86_es);
	expect("DS", f->v86_ds, r->f.v86_ds);
	expect("FS", f->v86_fs, r->f.v86_fs);
	expect("GS", f->v86_gs, r->f.v86_gs);
}

/* Interrupts. */
static void fill_table(u32 base)
{
	for (u32 vector = 0; vector < 256; vector++)
		*(u32 *)(base + vector * 4) = REAL_SEGMENT << 16 | (u32)(real_stubs - real_low + vector * 16);
}

static void use_table(u32 base, u32 limit)
{
	real_idt.base = base;
	real_idt.limit = limit;
}

CODE16(do_int, "int $0x40");

static void test_int(u32 vector, u32 base, u32 limit, u32 flags)
{
	struct frame f = real_frame(do_int, do_int_end);
	bool good = vector * 4 + 3 <= limit;
	struct result r;

	begin("INT %x, IDTR %x limit %x, FLAGS %x", vector, base, limit, flags);
	*far_pointer(CODE_SEGMENT, CODE_OFFSET + 1) = vector;
	use_table(base, limit);
	f.eflags = flags;
	r = run_case(&f);
	use_table(0, 0x3ff);
	expect_end(&r, &f, good ? vector : GP, f.eip + (good ? 2 : 0), flags);
	expect("ESP", f.esp, r.f.esp);
	expect("EFLAGS in the handler", flags & ~(FLAG_IF | FLAG_TF | FLAG_AC), real->handler_flags);
	expect("CR0", 0, real->handler_cr0 & CR0_PE);
}

static void test_interrupts(void)
{
	static u8 high_table[1024 + 4];
	static const u32 flags[] = { 0x0002, 0x0202, 0x7ed7, 0x244ed7, 0x3002 };
	u32 bases[] = { 0, TABLES, TABLES + 1, (u32)high_table, (u32)high_table + 3 };

	for (u32 b = 0; b < 5; b++) {
		fill_table(bases[b]);
		for (u32 vector = 0; vector < 256; vector++)
			test_int(vector, bases[b], 0x3ff, flags[vector % 5]);
		/* The table shows that IDTR's base counts. */
		memset((void *)bases[b], 0xee, 1024);
		fill_table(0);
	}
	for (u32 vector = 0x0e; vector < 256; vector += 11)
		for (u32 limit = vector * 4 - 1; limit < vector * 4 + 6; limit++)
			test_int(vector, 0, limit, 0x0202);
}

/* Exceptions push no error code. */
CODE16(do_int3, "int3");
CODE16(do_into, "into");
CODE16(do_int1, ".byte 0xf1");
CODE16(do_bound, ".byte 0x62, 0x07");
CODE16(do_divide, "divb %dh");
CODE16(do_aam, "aam $0");
CODE16(do_lock, "lock; nop");
CODE16(do_long, ".fill 15, 1, 0x26; nop");
CODE16(do_mov_cs, ".byte 0x8e, 0xc8");
CODE16(do_les_register, ".byte 0xc4, 0xc0");
CODE16(do_mov_cr1, ".byte 0x0f, 0x20, 0xc8");
CODE16(do_arpl, "arpl %ax, %cx");
CODE16(do_lar, "lar %ax, %cx");
CODE16(do_lsl, "lsl %ax, %cx");
CODE16(do_verr, "verr %ax");
CODE16(do_verw, "verw %ax");
CODE16(do_sldt, "sldt %ax");
CODE16(do_str, "str %ax");
CODE16(do_lldt, "lldt %ax");
CODE16(do_ltr, "ltr %ax");
CODE16(do_sysenter, "sysenter");
CODE16(do_sysexit, "sysexit");
CODE16(do_paging, "orl $0x80000000, %eax; movl %eax, %cr0; movl %edi, %cr0");
CODE16(do_not_write_through, "orl $0x20000000, %eax; andl $0xbfffffff, %eax; movl %eax, %cr0; movl %edi, %cr0");

static u32 directory[1024] __attribute__((aligned(4096)));
static u32 tables[2][1024] __attribute__((aligned(4096)));

static void test_exceptions(void)
{
	static const struct {
		const char *name;
		const u8 *code, *end;
		u32 vector, ip;
	} all[] = {
		{ "INT3", do_int3, do_int3_end, BP, 1 },	  { "INTO", do_into, do_into_end, OF, 1 },
		{ "INT1", do_int1, do_int1_end, DB, 1 },	  { "BOUND", do_bound, do_bound_end, BR, 0 },
		{ "DIV", do_divide, do_divide_end, DE, 0 },	  { "AAM 0", do_aam, do_aam_end, DE, 0 },
		{ "LOCK NOP", do_lock, do_lock_end, UD, 0 },	  { "16 bytes", do_long, do_long_end, GP, 0 },
		{ "MOV CS", do_mov_cs, do_mov_cs_end, UD, 0 },	  { "LES AX, AX", do_les_register, do_les_register_end, UD, 0 },
		{ "MOV CR1", do_mov_cr1, do_mov_cr1_end, UD, 0 }, { "ARPL", do_arpl, do_arpl_end, UD, 0 },
		{ "LAR", do_lar, do_lar_end, UD, 0 },		  { "LSL", do_lsl, do_lsl_end, UD, 0 },
		{ "VERR", do_verr, do_verr_end, UD, 0 },	  { "VERW", do_verw, do_verw_end, UD, 0 },
		{ "SLDT", do_sldt, do_sldt_end, UD, 0 },	  { "STR", do_str, do_str_end, UD, 0 },
		{ "LLDT", do_lldt, do_lldt_end, UD, 0 },	  { "LTR", do_ltr, do_ltr_end, UD, 0 },
		{ "SYSENTER", do_sysenter, do_sysenter_end, GP, 0 },
		{ "SYSEXIT", do_sysexit, do_sysexit_end, GP, 0 },
		{ "MOV CR0 with PG", do_paging, do_paging_end, GP, 6 },
		{ "MOV CR0 with NW without CD", do_not_write_through, do_not_write_through_end, GP, 12 },
	};

	/* Where paging is turned on without a fault, the program goes on. */
	for (u32 i = 0; i < 2048; i++)
		tables[i >> 10][i & 1023] = i << 12 | 3;
	directory[0] = (u32)tables[0] | 3;
	directory[1] = (u32)tables[1] | 3;
	WRITE_CR(3, directory);
	wrmsr(0x174, KERNEL_CODE);
	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 flags = 0; flags < 4; flags++) {
			struct frame f = real_frame(all[i].code, all[i].end);
			struct result r;

			begin("%s, flags %u", all[i].name, flags);
			f.eflags = FLAG_FIXED | 0x800 | (flags & 1 ? FLAG_IF : 0) | (flags & 2 ? FLAG_IOPL(3) | FLAG_NT : 0);
			*(u32 *)far_pointer(DS_SEGMENT, 0) = 0x00050001;
			f.eax = f.edi = READ_CR(0) & ~CR0_PE;
			f.edx = 0;
			f.ebx = 0;
			/* BOUND compares AX. */
			if (all[i].code == do_bound)
				f.eax = 6;
			r = run_case(&f);
			if (all[i].code == do_paging || all[i].code == do_not_write_through)
				f.eflags = (f.eflags & ~0x8d5) | (r.f.eflags & 0x8d5);
			/* Flags are undefined after a division that failed. */
			if (all[i].vector == DE)
				f.eflags = (f.eflags & ~0x8d5) | (r.f.eflags & 0x8d5);
			expect_end(&r, &f, all[i].vector, f.eip + all[i].ip, f.eflags);
			expect("ESP", f.esp, r.f.esp);
		}
}

/* PUSHF, POPF and IRET: every flag that there is but VM, VIF and VIP; IOPL and NT too. */
CODE16(do_popf, "popfw; pushfl; popl %edx");
CODE16(do_popfd, "popfl; pushfl; popl %edx");
CODE16(do_iret, "iretw");
CODE16(do_iretd, "iretl");
CODE16(flags_after, "pushfl; popl %edx");
CODE16(do_pushf, "pushfw");

static void test_load_flags(u32 old, u32 image, bool iret, bool wide)
{
	struct frame f = iret ? wide ? real_frame(do_iretd, do_iretd_end) : real_frame(do_iret, do_iret_end) :
				wide ? real_frame(do_popfd, do_popfd_end) : real_frame(do_popf, do_popf_end);
	u32 size = wide ? 4 : 2, at = STACK_TOP, mask = wide ? 0x247ed5 : 0x7ed5, expected, ip;
	struct result r;

	begin("%s%s %x, EFLAGS %x", iret ? "IRET" : "POPF", wide ? "D" : "", image, old);
	if (iret) {
		memcpy(far_pointer(STACK_SEGMENT, at), &(u32){ 0x4567 }, size);
		memcpy(far_pointer(STACK_SEGMENT, at + size), &(u32){ 0xdead0000 | (CODE_SEGMENT - 0x200) }, size);
		at += 2 * size;
		memcpy(far_pointer(CODE_SEGMENT - 0x200, 0x4567), flags_after, flags_after_end - flags_after + 2);
	}
	memcpy(far_pointer(STACK_SEGMENT, at), &image, size);
	f.eflags = old;
	r = run_case(&f);
	expected = (old & ~mask) | (image & mask);
	ip = f.eip + (wide ? do_popfd_end - do_popfd : do_popf_end - do_popf);
	if (iret) {
		f.cs = CODE_SEGMENT - 0x200;
		ip = 0x4567 + (u32)(flags_after_end - flags_after);
	}
	expect_end(&r, &f, UD, ip, expected);
	expect("EFLAGS", expected, r.f.edx);
	expect("ESP", f.esp + (iret ? 3 : 1) * size, r.f.esp);
}

static void test_flags(void)
{
	static const u32 olds[] = { 0x0002, 0x0202, 0x7cd7, 0x247ed7 };
	static const u32 images[] = { 0x0002, 0x0202, 0x0cd7, 0x1002, 0x2002, 0x3002, 0x4002, 0x7ed7, 0x8028, 0x040002, 0x200002, 0x3ffeff };

	for (u32 o = 0; o < sizeof(olds) / sizeof(*olds); o++)
		for (u32 i = 0; i < sizeof(images) / sizeof(*images); i++)
			for (u32 kind = 0; kind < 4; kind++)
				test_load_flags(olds[o], images[i], kind & 1, kind & 2);
	for (u32 i = 0; i < sizeof(images) / sizeof(*images); i++) {
		struct frame f = real_frame(do_pushf, do_pushf_end);
		u32 flags = (images[i] & 0x247ed5) | FLAG_FIXED;
		struct result r;

		begin("PUSHF %x", flags);
		f.eflags = flags;
		r = run_case(&f);
		expect_end(&r, &f, UD, f.eip + 1, flags);
		expect("image", flags & 0xffff, far_word(STACK_SEGMENT, STACK_TOP - 2));
	}
}

/* CLI and STI ask nobody. */
CODE16(do_cli, "cli");
CODE16(do_sti, "sti; nop");

static void test_interrupt_flag(void)
{
	for (u32 iopl = 0; iopl < 4; iopl++)
		for (u32 flag = 0; flag < 2; flag++)
			for (u32 set = 0; set < 2; set++) {
				struct frame f = set ? real_frame(do_sti, do_sti_end) : real_frame(do_cli, do_cli_end);
				struct result r;

				begin("%s, IOPL %u, IF %u", set ? "STI" : "CLI", iopl, flag);
				f.eflags = FLAG_FIXED | FLAG_IOPL(iopl) | (flag ? FLAG_IF : 0);
				r = run_case(&f);
				expect_end(&r, &f, UD, f.eip + 1 + set, set ? f.eflags | FLAG_IF : f.eflags & ~FLAG_IF);
			}
}

/* Far transfers to other segments; segment * 16 + offset is all there is to it, wherever that leads. */
CODE16(jump_16, "ljmpw *(%bx)");
CODE16(jump_32, "ljmpl *(%bx)");
CODE16(call_16, "lcallw *(%bx)");
CODE16(call_32, "lcalll *(%bx)");
CODE16(return_16, "lretw $6");
CODE16(return_32, "lretl $6");

static void test_far(u32 kind, u32 segment, u32 offset)
{
	static const struct {
		const char *name;
		const u8 *code, *end;
		u32 size;
		int pushes;
	} all[] = {
		{ "JMP m16:16", jump_16, jump_16_end, 2, 0 },	 { "JMP m16:32", jump_32, jump_32_end, 4, 0 },
		{ "CALL m16:16", call_16, call_16_end, 2, 2 },	 { "CALL m16:32", call_32, call_32_end, 4, 2 },
		{ "RETF 6", return_16, return_16_end, 2, -2 },	 { "RETFD 6", return_32, return_32_end, 4, -2 },
	};
	struct frame f = real_frame(all[kind].code, all[kind].end);
	u32 size = all[kind].size, esp = f.esp;
	int pushes = all[kind].pushes;
	struct result r;

	begin("%s to %x:%x", all[kind].name, segment, offset);
	for (u32 where = 0; where < 2; where++) {
		u8 *at = where ? far_pointer(STACK_SEGMENT, STACK_TOP) : far_pointer(DS_SEGMENT, 0x40);

		memset(at, 0xee, 16);
		memcpy(at, &offset, size);
		memcpy(at + size, &segment, 2);
	}
	*(u16 *)far_pointer(segment, offset) = 0x0b0f;
	f.ebx = 0x40;
	r = run_case(&f);
	f.cs = segment;
	expect_end(&r, &f, UD, offset, f.eflags);
	if (pushes > 0) {
		expect("return IP", CODE_OFFSET + (all[kind].end - all[kind].code),
		       size == 4 ? *(u32 *)far_pointer(STACK_SEGMENT, STACK_TOP - 8) : far_word(STACK_SEGMENT, STACK_TOP - 4));
		expect("return CS", CODE_SEGMENT, far_word(STACK_SEGMENT, STACK_TOP - size));
	}
	expect("ESP", pushes < 0 ? esp + 2 * size + 6 : esp - pushes * size, r.f.esp);
}

static void test_far_transfers(void)
{
	static const struct {
		u32 segment, offset;
	} places[] = { { 0x2001, 0x0300 }, { 0x1fff, 0xfff0 }, { 0x5000, 0x0000 }, { 0x4003, 0xfffe }, { 0x2fff, 0x8001 } };

	for (u32 kind = 0; kind < 6; kind++)
		for (u32 i = 0; i < sizeof(places) / sizeof(*places); i++)
			test_far(kind, places[i].segment, places[i].offset);
}

/* Descriptor-table registers: 24 bits of the base with 16-bit operands (SDM vol. 2A, LGDT/LIDT). */
CODE16(lidt_16, "lidtw (%bx); sidtl (%si); lidtl (%di)");
CODE16(lidt_32, "lidtl (%bx); sidtl (%si); lidtl (%di)");
CODE16(lgdt_16, "lgdtw (%bx); sgdtl (%si); lgdtl (%di)");
CODE16(lgdt_32, "lgdtl (%bx); sgdtl (%si); lgdtl (%di)");

static void test_tables(void)
{
	static const struct {
		const char *name;
		const u8 *code, *end;
		bool wide;
	} all[] = {
		{ "LIDT 16", lidt_16, lidt_16_end, false }, { "LIDT", lidt_32, lidt_32_end, true },
		{ "LGDT 16", lgdt_16, lgdt_16_end, false }, { "LGDT", lgdt_32, lgdt_32_end, true },
	};
	static const struct table_register values[] = {
		{ 0, 0 }, { 0xffff, 0xffffffff }, { 0x1234, 0x89abcdef }, { 0x03ff, 0x01000000 }, { 0x8000, 0x00fffff0 },
	};

	for (u32 i = 0; i < 4; i++)
		for (u32 v = 0; v < sizeof(values) / sizeof(*values); v++) {
			struct frame f = real_frame(all[i].code, all[i].end);
			struct table_register back = { 0x3ff, 0 }, *got = (void *)far_pointer(DS_SEGMENT, 0x50);
			struct result r;

			begin("%s %x:%x", all[i].name, values[v].base, values[v].limit);
			memcpy(far_pointer(DS_SEGMENT, 0x40), &values[v], 6);
			memcpy(far_pointer(DS_SEGMENT, 0x60), &back, 6);
			f.ebx = 0x40;
			f.esi = 0x50;
			f.edi = 0x60;
			r = run_case(&f);
			expect_end(&r, &f, UD, f.eip + (all[i].end - all[i].code), f.eflags);
			expect("limit", values[v].limit, got->limit);
			expect("base", all[i].wide ? values[v].base : values[v].base & 0xffffff, got->base);
		}
}

/* Control registers and the machine status word. What is changed is put back before the case ends. */
CODE16(machine_status, "movl %cr0, %edi; lmsw %ax; smsw %cx; smsw %esi; movl %cr0, %edx; movl %edi, %cr0");
CODE16(machine_status_memory, "movl %cr0, %edi; lmsw (%bx); smsw 2(%bx); movw 2(%bx), %cx; movl %cr0, %esi; movl %cr0, %edx; "
			      "movl %edi, %cr0");
CODE16(clear_ts, "movl %cr0, %edi; lmsw %ax; clts; movl %cr0, %edx; movl %edi, %cr0");
CODE16(control, "movl %cr2, %edi; movl %ebx, %cr2; movl %cr2, %edx; movl %edi, %cr2; movl %cr3, %edi; movl %ecx, %cr3; "
		"movl %cr3, %esi; movl %edi, %cr3");
CODE16(debug, "movl %ebx, %dr3; movl %dr3, %edx; movl %dr7, %esi");
CODE16(model_specific, "movl $0x175, %ecx; xorl %edx, %edx; wrmsr; xorl %eax, %eax; rdmsr");

static void test_control(void)
{
	u32 cr0 = READ_CR(0) & ~CR0_PE;
	struct frame f;
	struct result r;

	for (u32 value = 0; value < 32; value++) {
		/* PE would be set, and could not be cleared by LMSW again. */
		u32 status = (value & 0xe) | (value & 0x10 ? 0xfff0 : 0);

		begin("LMSW %x", status);
		f = value & 1 ? real_frame(machine_status_memory, machine_status_memory_end) :
				real_frame(machine_status, machine_status_end);
		f.eax = status;
		f.ebx = 0x40;
		*(u16 *)far_pointer(DS_SEGMENT, 0x40) = status;
		r = run_case(&f);
		expect_fault(&r, UD, 0);
		expect("CR0", (cr0 & ~0xe) | (status & 0xe), r.f.edx);
		expect("status", r.f.edx & 0xffff, r.f.ecx & 0xffff);
		expect("status in 32 bits", r.f.edx & 0xffff, r.f.esi & 0xffff);

		begin("CLTS after LMSW %x", status);
		f = real_frame(clear_ts, clear_ts_end);
		f.eax = status;
		r = run_case(&f);
		expect_fault(&r, UD, 0);
		expect("CR0", (cr0 & ~0xe) | (status & 6), r.f.edx);
	}
	begin("CR2 and CR3");
	f = real_frame(control, control_end);
	f.ebx = 0x89abcdef;
	f.ecx = 0x00654000;
	r = run_case(&f);
	expect_fault(&r, UD, 0);
	expect("CR2", f.ebx, r.f.edx);
	expect("CR3", f.ecx, r.f.esi);
	begin("DR3 and DR7");
	f = real_frame(debug, debug_end);
	f.ebx = 0x13572468;
	r = run_case(&f);
	expect_fault(&r, UD, 0);
	expect("DR3", f.ebx, r.f.edx);
	expect("DR7", 0x400, r.f.esi);
	begin("WRMSR and RDMSR");
	f = real_frame(model_specific, model_specific_end);
	f.eax = 0x24681357;
	r = run_case(&f);
	expect_fault(&r, UD, 0);
	expect("low", f.eax, r.f.eax);
	expect("high", 0, r.f.edx);
}

/*
 * Protected mode for some instructions in the middle of a case (SDM vol. 3A, 9.9). Between the switch and a far jump the code
 * segment stays as it is; a data segment loaded there keeps its limit afterwards ("unreal mode").
 */
CODE16(visit, "movl %cr0, %eax; orb $1, %al; movl %eax, %cr0; jmp 1f; 1: movw %cs, %cx; movw %ss, %di; sldt %si; "
	      "movw $0x90, %dx; movw %dx, %gs; movl %gs:(%ebx), %edx; movw %gs, %bp; andb $0xfe, %al; movl %eax, %cr0; "
	      "addl %gs:(%ebx), %edx; movw $0x6000, %ax; movw %ax, %gs");
CODE16(visit_far, "movl %cr0, %eax; orb $1, %al; movl %eax, %cr0; ljmp $0x98, $(1f - visit_far + 0x100); 1: movw %cs, %cx; "
		  "verr %cx; setz %dl; andb $0xfe, %al; movl %eax, %cr0; movw %cs, %si; ljmp $0x2000, $(2f - visit_far + 0x100); "
		  "2: movw %cs, %di");
CODE16(status_enters, "movw $1, %ax; lmsw %ax; sldt %cx; movl $0, %eax; lmsw %ax; smsw %dx; movl %cr0, %eax; andb $0xfe, %al; "
		      "movl %eax, %cr0; smsw %si");

static u32 high_word = 0x10203040;

static void test_visits(void)
{
	struct frame f = real_frame(visit, visit_end);
	struct result r;

	begin("protected mode without a far jump");
	set_gdt(UNREAL, segment(0, 0xfffff, 0x93, PAGES));
	f.ebx = (u32)&high_word;
	r = run_case(&f);
	expect_fault(&r, UD, 0);
	expect("IP", f.eip + (visit_end - visit), r.f.eip);
	expect("CS", CODE_SEGMENT, r.f.ecx & 0xffff);
	expect("SS", STACK_SEGMENT, r.f.edi & 0xffff);
	expect("LDTR", 0, r.f.esi & 0xffff);
	expect("GS there", UNREAL, r.f.ebp & 0xffff);
	expect("high memory, twice", 2 * high_word, r.f.edx);

	begin("protected mode with far jumps");
	set_gdt(UNREAL_CODE, segment(CODE_SEGMENT * 16, 0xffff, 0x9b, 0));
	f = real_frame(visit_far, visit_far_end);
	r = run_case(&f);
	expect_fault(&r, UD, 0);
	expect("IP", f.eip + (visit_far_end - visit_far), r.f.eip);
	expect("CS there", UNREAL_CODE, r.f.ecx & 0xffff);
	expect("readable", 1, r.f.edx & 0xff);
	expect("CS after PE is cleared", UNREAL_CODE, r.f.esi & 0xffff);
	expect("CS after the jump", CODE_SEGMENT, r.f.edi & 0xffff);

	begin("LMSW enters protected mode and does not leave it");
	f = real_frame(status_enters, status_enters_end);
	r = run_case(&f);
	expect_fault(&r, UD, 0);
	expect("IP", f.eip + (status_enters_end - status_enters), r.f.eip);
	expect("LDTR", 0, r.f.ecx & 0xffff);
	expect("PE after LMSW 0", 1, r.f.edx & 1);
	expect("PE after MOV CR0", 0, r.f.esi & 1);
}

/* A segment keeps the limit that it had in protected mode, also when it is loaded in real-address mode. */
CODE16(unreal_es, "movl %es:(%ebx), %ecx");
CODE16(unreal_ds, "movl %ds:(%ebx), %ecx");
CODE16(unreal_fs, "movl %fs:(%ebx), %ecx");
CODE16(unreal_gs, "movl %gs:(%ebx), %ecx");
CODE16(unreal_ss, "movl %ss:(%ebx), %ecx");
CODE16(unreal_reload, "movw $0x1234, %ax; movw %ax, %es; pushw %ds; popw %es; movl %es:(%ebx), %ecx");

static void test_unreal(u32 seg, u32 limit, u32 offset)
{
	static const struct {
		const char *name;
		const u8 *code, *end;
		u16 *leave;
		u32 base;
	} all[] = {
		{ "ES", unreal_es, unreal_es_end, &leave_es, ES_SEGMENT * 16 },
		{ "DS", unreal_ds, unreal_ds_end, &leave_ds, DS_SEGMENT * 16 },
		{ "FS", unreal_fs, unreal_fs_end, &leave_fs, FS_SEGMENT * 16 },
		{ "GS", unreal_gs, unreal_gs_end, &leave_gs, GS_SEGMENT * 16 },
		{ "SS", unreal_ss, unreal_ss_end, &leave_ss, STACK_SEGMENT * 16 },
		{ "ES after a load", unreal_reload, unreal_reload_end, &leave_es, DS_SEGMENT * 16 },
	};
	struct frame f = real_frame(all[seg].code, all[seg].end);
	bool pages = limit > 0xfffff, good = offset <= limit - 3 && limit >= 3;
	u32 address = all[seg].base + offset;
	struct result r;

	/* The program above 1 MiB is not to be changed, so this only reads. */
	begin("%s:%x with limit %x", all[seg].name, offset, limit);
	set_gdt(UNREAL, segment(0, pages ? limit >> 12 : limit, 0x93, pages ? PAGES : 0));
	*all[seg].leave = UNREAL;
	f.ebx = offset;
	r = run_case(&f);
	*all[seg].leave = LEAVE_DATA;
	if (!good) {
		expect_fault(&r, all[seg].leave == &leave_ss ? SS : GP, 0);
		return;
	}
	expect_fault(&r, UD, 0);
	expect("value", *(u32 *)address, r.f.ecx);
}

/* With its B bit kept, the stack is used by ESP, for the frame of an interrupt too. */
CODE16(push_high, "pushl %eax; pushw %ax");

static void test_unreal_stack(u32 esp)
{
	struct frame f = real_frame(push_high, push_high_end);
	struct result r;

	begin("a stack of 32 bits at %x", esp);
	set_gdt(UNREAL, segment(0, 0xfffff, 0x93, PAGES | BIG));
	leave_ss = UNREAL;
	f.ss = 0x1000;
	f.esp = esp;
	f.eax = 0x11223344;
	r = run_case(&f);
	leave_ss = LEAVE_DATA;
	expect_end(&r, &f, UD, f.eip + (push_high_end - push_high), f.eflags);
	expect("ESP", esp - 6, r.f.esp);
	expect("pushed dword", f.eax, *(u32 *)(f.ss * 16 + esp - 4));
	expect("pushed word", f.eax & 0xffff, *(u16 *)(f.ss * 16 + esp - 6));
}

static void test_unreal_segments(void)
{
	static const u32 limits[] = { 0x0fff, 0x7ffe, 0xffff, 0x10000, 0x12345, 0xfffff, 0x1fffff, 0xffffffff };

	for (u32 seg = 0; seg < 6; seg++)
		for (u32 i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
			/* The stack must take the frame of the end. */
			if (seg == 4 && limits[i] < STACK_TOP)
				continue;
			for (u32 back = 0; back < 8; back++)
				if (limits[i] != 0xffffffff)
					test_unreal(seg, limits[i], limits[i] - back + 2);
			test_unreal(seg, limits[i], 0x20);
			test_unreal(seg, limits[i], 0xfffd);
			test_unreal(seg, limits[i], 0x20000);
			test_unreal(seg, limits[i], 0x100000);
		}
	for (u32 esp = 0x8000; esp < 0x60000; esp += 0x8002)
		test_unreal_stack(esp);
}

/* HLT is allowed, and an interrupt that IF lets through ends it. */
CODE16(halt, "sti; hlt");

static void test_halt(void)
{
	struct frame f = real_frame(halt, halt_end);
	struct result r;

	begin("HLT until the timer's interrupt");
	outb(0x20, 0x11);
	outb(0x21, 0x50);
	outb(0x21, 0x04);
	outb(0x21, 0x01);
	outb(0x21, 0xfe);
	outb(0x43, 0x34);
	outb(0x40, 1193 & 0xff);
	outb(0x40, 1193 >> 8);
	r = run_case(&f);
	outb(0x21, 0xff);
	outb(0x20, 0x20);
	expect_end(&r, &f, 0x50, f.eip + (halt_end - halt), f.eflags | FLAG_IF);
	expect("IF in the handler", 0, real->handler_flags & FLAG_IF);
}

/* With A20 off address bit 20 is 0: what lies above 1 MiB is seen at 0 (SDM vol. 3B, 20.1.1). The end of a case turns it on. */
CODE16(gate_by_port, "inb $0x92, %al; andb $0xfc, %al; outb %al, $0x92; inb $0x92, %al; movl %fs:(%bx), %ecx; movl %fs:0xd(%bx), %esi; "
		     "movl %edx, %fs:(%di); movl %gs:(%ebp), %edi; orb $2, %al; outb %al, $0x92; movl %fs:(%bx), %edx");
CODE16(gate_by_keyboard, "1: inb $0x64, %al; testb $2, %al; jnz 1b; movb $0xdd, %al; outb %al, $0x64; "
			 "1: inb $0x64, %al; testb $2, %al; jnz 1b; movb $0, %al; movl %fs:(%bx), %ecx; movl %fs:0xd(%bx), %esi; "
			 "movl %edx, %fs:(%di); movl %gs:(%ebp), %edi; "
			 "1: inb $0x64, %al; testb $2, %al; jnz 1b; movb $0xdf, %al; outb %al, $0x64; "
			 "1: inb $0x64, %al; testb $2, %al; jnz 1b; movb $0, %al; movl %fs:(%bx), %edx");
CODE16(gate_jump, "inb $0x92, %al; andb $0xfc, %al; outb %al, $0x92; ljmp $0xffff, $0x0510");

static void test_a20(bool keyboard)
{
	struct frame f = keyboard ? real_frame(gate_by_keyboard, gate_by_keyboard_end) : real_frame(gate_by_port, gate_by_port_end);
	u32 bx = 0x0603, di = 0x0700, low = 0x900;
	struct result r;

	begin("A20 by %s", keyboard ? "the keyboard controller" : "port 92");
	set_gdt(UNREAL, segment(0, 0xfffff, 0x93, PAGES));
	leave_gs = UNREAL;
	f.v86_fs = 0xffff;
	f.v86_gs = 0;
	f.ebx = bx;
	f.edi = di;
	f.edx = 0x5a5aa5a5;
	/* GS reaches all memory; with bit 20 taken away an address of the second megabyte is one of the first. */
	f.ebp = low | 0x100000;
	*(u32 *)(bx - 0x10) = 0x01234567;
	*(u32 *)(bx - 0x10 + 0xd) = 0x89abcdef;
	*(u32 *)(di - 0x10) = 0;
	*(u32 *)low = 0x600df00d;
	r = run_case(&f);
	leave_gs = LEAVE_DATA;
	expect_end(&r, &f, UD, r.f.eip, r.f.eflags);
	expect("low memory", 0x01234567, r.f.ecx);
	expect("low memory", 0x89abcdef, r.f.esi);
	expect("by a 32-bit address", 0x600df00d, r.f.edi);
	expect("written to low memory", f.edx, *(u32 *)(di - 0x10));
	expect("high memory", *(u32 *)(0xffff0 + bx), r.f.edx);
	if (!keyboard)
		expect("port 92", 2, r.f.eax & 3);
}

static void test_a20_edges(void)
{
	CODE16(gate_edge, "inb $0x92, %al; andb $0xfc, %al; outb %al, $0x92; movl %fs:(%bx), %ecx");
	struct frame f;
	struct result r;

	for (u32 back = 1; back < 4; back++) {
		u32 below = *(u32 *)(0x100000 - 4), expected = 0;

		begin("A20 off, %u of 4 bytes below 1 MiB", back);
		*(u32 *)0 = 0x44332211;
		memcpy(&expected, (u8 *)&below + 4 - back, back);
		memcpy((u8 *)&expected + back, (void *)0, 4 - back);
		f = real_frame(gate_edge, gate_edge_end);
		f.v86_fs = 0xffff;
		f.ebx = 0x10 - back;
		r = run_case(&f);
		expect_fault(&r, UD, 0);
		expect("value", expected, r.f.ecx);
		fill_table(0);
	}
	begin("A20 off, code above 1 MiB");
	*(u16 *)0x500 = 0x0b0f;
	f = real_frame(gate_jump, gate_jump_end);
	r = run_case(&f);
	f.cs = 0xffff;
	expect_end(&r, &f, UD, 0x510, r.f.eflags);
}

void test_main(void)
{
	memcpy((void *)REAL, real_low, real_low_end - real_low);
	set_gdt(LEAVE_CODE, segment(REAL, 0xffff, 0x9b, 0));
	set_gdt(LEAVE_DATA, segment(0, 0xffff, 0x93, 0));
	leave_es = leave_ss = leave_ds = leave_fs = leave_gs = LEAVE_DATA;
	use_table(0, 0x3ff);
	fill_table(0);

	group("interrupts");
	test_interrupts();
	group("exceptions");
	test_exceptions();
	group("flags");
	test_flags();
	test_interrupt_flag();
	group("far transfers");
	test_far_transfers();
	group("descriptor tables");
	test_tables();
	group("control registers");
	test_control();
	group("protected mode between");
	test_visits();
	group("kept limits");
	test_unreal_segments();
	group("HLT");
	test_halt();
	group("A20");
	test_a20(false);
	test_a20(true);
	test_a20_edges();
	group("data at the ends of segments");
	mode16_data(&mode);
	group("strings at the ends of segments");
	mode16_strings(&mode);
	group("stacks at the ends of segments");
	mode16_stack(&mode);
	group("code at the ends of segments");
	mode16_code(&mode);
}
