// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual-8086 mode: who may do what at each IOPL, with and without the virtual-mode extensions (CR4.VME), the interrupt
 * redirection bitmap, protected-mode virtual interrupts (CR4.PVI), how interrupts leave the mode, a monitor's round trips, the
 * edges of segments, paging, and tasks that run in this mode.
 *
 * Rules: SDM vol. 3B, chapter 20 (8086 emulation; table 20-2: methods of software interrupts); vol. 2, CLI, STI, PUSHF, POPF,
 * IRET, INT n, with the operation in virtual-8086 mode; vol. 3A, 7.3.
 */
#include "mode16.h"

#define LANDED		0x22
#define TARGET		0x98
#define TASK		0xa8
#define BASE		0x100000u
#define HANDLERS	0x0800		/* of the 8086 program: UD2 for each vector */
#define VIRTUAL		(FLAG_FIXED | FLAG_VM)

CODE16(do_cli, "cli");
CODE16(do_sti, "sti");
CODE16(do_pushf, "pushfw");
CODE16(do_pushfd, "pushfl");
CODE16(do_popf, "popfw");
CODE16(do_popfd, "popfl");
CODE16(do_iret, "iretw");
CODE16(do_iretd, "iretl");
CODE16(do_int, "int $0x40");
CODE16(do_int3, "int3");
CODE16(do_into, "into");
CODE16(do_int1, ".byte 0xf1");
CODE16(do_hlt, "hlt");
CODE16(do_in1, "inb %dx, %al");
CODE16(do_in2, "inw %dx, %ax");
CODE16(do_in4, "inl %dx, %eax");
CODE16(do_in_immediate, "inb $0xe8, %al");
CODE16(do_out1, "outb %al, %dx");
CODE16(do_outs, "outsb");
CODE16(do_ins, "insw");
CODE16(nothing, "");
CODE(landing, "int $0x22");
CODE(ring_cli, "cli");
CODE(ring_sti, "sti");
CODE(ring_pushf, "pushfl; popl %eax");
CODE(ring_popf, "pushl %eax; popfl");

/* The task, with the interrupt redirection bitmap and the I/O bitmap behind it. */
static struct {
	struct tss tss;
	u8 redirection[32];
	u8 io[40];
} task __attribute__((aligned(256)));

static void use_task(u32 limit)
{
	set_gdt(MAIN_TSS, segment((u32)&task, limit, ACCESS_P | TYPE_TSS32, 0));
	asm volatile("ltr %w0" : : "r"(MAIN_TSS));
}

static void set_vme(u32 on)
{
	WRITE_CR(4, on ? READ_CR(4) | CR4_VME : READ_CR(4) & ~CR4_VME);
}

static const struct mode16 mode = { run, VIRTUAL, false };

static struct frame v86_frame(const u8 *code, const u8 *end)
{
	mode16_place(CODE_OFFSET, code, end);
	return mode16_frame(&mode, CODE_OFFSET);
}

/* The places of a case's end that nearly all have in common. RF is set where the end is a fault; that is a case of gates.c. */
static void expect_end(const struct result *r, const struct frame *f, u32 eip, u32 eflags, u32 esp)
{
	expect("EIP", eip, r->f.eip);
	expect("CS", f->cs, r->f.cs & 0xffff);
	expect("EFLAGS", eflags, r->f.eflags & ~FLAG_RF);
	expect("ESP", esp, r->f.esp);
	expect("SS", f->ss, r->f.ss & 0xffff);
	expect("ES of the 8086", f->v86_es, r->f.v86_es & 0xffff);
	expect("DS of the 8086", f->v86_ds, r->f.v86_ds & 0xffff);
	expect("FS of the 8086", f->v86_fs, r->f.v86_fs & 0xffff);
	expect("GS of the 8086", f->v86_gs, r->f.v86_gs & 0xffff);
	expect("ES", 0, r->f.es & 0xffff);
	expect("DS", 0, r->f.ds & 0xffff);
	expect("FS", 0, r->f.fs & 0xffff);
	expect("GS", 0, r->f.gs & 0xffff);
}

static void expect_gp(const struct result *r, const struct frame *f, u32 error)
{
	expect_fault(r, GP, error);
	expect_end(r, f, f->eip, f->eflags, f->esp);
}

/*
 * VIF and VIP both set at the beginning of an instruction are #GP (SDM vol. 3B, 20.3.2), where they are looked at: with VME or
 * PVI, and an IOPL below 3 (vol. 3A, 2.3). No instruction of a case is begun then.
 */
static bool is_pending(u32 enabled, u32 iopl, u32 bits)
{
	return enabled && iopl < 3 && (bits & 6) == 6;
}

/* EFLAGS of a case: each of IF, VIF and VIP. */
static u32 flags_of(u32 iopl, u32 bits)
{
	return VIRTUAL | FLAG_IOPL(iopl) | (bits & 1 ? FLAG_IF : 0) | (bits & 2 ? FLAG_VIF : 0) | (bits & 4 ? FLAG_VIP : 0);
}

/* CLI and STI */
static void test_interrupt_flag(u32 vme, u32 iopl, u32 bits, bool set)
{
	struct frame f = set ? v86_frame(do_sti, do_sti_end) : v86_frame(do_cli, do_cli_end);
	u32 flag = iopl == 3 ? FLAG_IF : FLAG_VIF;
	struct result r;

	begin("%s, VME %u, IOPL %u, flags %x", set ? "STI" : "CLI", vme, iopl, bits);
	f.eflags = flags_of(iopl, bits);
	r = run(&f);
	if (is_pending(vme, iopl, bits) || (iopl < 3 && (!vme || (set && (f.eflags & FLAG_VIP))))) {
		expect_gp(&r, &f, 0);
		return;
	}
	expect_fault(&r, UD, 0);
	expect_end(&r, &f, f.eip + 1, set ? f.eflags | flag : f.eflags & ~flag, f.esp);
}

static void test_pushf(u32 vme, u32 iopl, u32 bits, bool wide)
{
	struct frame f = wide ? v86_frame(do_pushfd, do_pushfd_end) : v86_frame(do_pushf, do_pushf_end);
	u32 image;
	struct result r;

	begin("PUSHF%s, VME %u, IOPL %u, flags %x", wide ? "D" : "", vme, iopl, bits);
	f.eflags = flags_of(iopl, bits) | 0x244cd5;
	r = run(&f);
	if (is_pending(vme, iopl, bits) || (iopl < 3 && (wide || !vme))) {
		expect_gp(&r, &f, 0);
		return;
	}
	image = f.eflags & ~(FLAG_VM | FLAG_RF);
	if (iopl < 3)
		image = (image & ~FLAG_IF) | FLAG_IOPL(3) | (image & FLAG_VIF ? FLAG_IF : 0);
	expect_fault(&r, UD, 0);
	expect_end(&r, &f, f.eip + (wide ? 2 : 1), f.eflags, f.esp - (wide ? 4 : 2));
	expect("image", wide ? image : image & 0xffff,
	       wide ? *(u32 *)far_pointer(STACK_SEGMENT, STACK_TOP - 4) : far_word(STACK_SEGMENT, STACK_TOP - 2));
}

/* POPF and IRET load an image by the same rules. */
static void test_load_flags(u32 vme, u32 iopl, u32 bits, u32 image, bool iret, bool wide)
{
	struct frame f = iret ? wide ? v86_frame(do_iretd, do_iretd_end) : v86_frame(do_iret, do_iret_end) :
				wide ? v86_frame(do_popfd, do_popfd_end) : v86_frame(do_popf, do_popf_end);
	u32 size = wide ? 4 : 2, at = STACK_TOP, mask = 0x4cd5 | FLAG_TF, expected;
	struct result r;

	begin("%s%s %x, VME %u, IOPL %u, flags %x", iret ? "IRET" : "POPF", wide ? "D" : "", image, vme, iopl, bits);
	if (iret) {
		memcpy(far_pointer(STACK_SEGMENT, at), &(u32){ 0x4567 }, size);
		memcpy(far_pointer(STACK_SEGMENT, at + size), &(u32){ 0xdead0000 | (CODE_SEGMENT - 0x200) }, size);
		at += 2 * size;
		*(u16 *)far_pointer(CODE_SEGMENT - 0x200, 0x4567) = 0x0b0f;
	}
	memcpy(far_pointer(STACK_SEGMENT, at), &image, size);
	f.eflags = flags_of(iopl, bits) | (bits & 1 ? 0x240000 : 0x8d5);
	r = run(&f);
	if (is_pending(vme, iopl, bits) ||
	    (iopl < 3 && (wide || !vme || (image & FLAG_TF) || ((image & FLAG_IF) && (f.eflags & FLAG_VIP))))) {
		expect_gp(&r, &f, 0);
		return;
	}
	expected = f.eflags;
	if (iopl == 3)
		mask |= FLAG_IF;
	else
		expected = image & FLAG_IF ? expected | FLAG_VIF : expected & ~FLAG_VIF;
	if (wide)
		mask |= FLAG_AC | FLAG_ID;
	expect_fault(&r, UD, 0);
	if (iret)
		f.cs = CODE_SEGMENT - 0x200;
	expect_end(&r, &f, iret ? 0x4567 : f.eip + size / 2, (expected & ~mask) | (image & mask),
		   f.esp + (iret ? 3 : 1) * size);
}

/* INT3, INTO and INT1 do not look at the IOPL; the first two look at the gate. */
static void test_traps(u32 vme, u32 iopl, u32 dpl)
{
	static const struct {
		const char *name;
		const u8 *code, *end;
		u32 vector;
		bool checked;
	} all[] = {
		{ "INT3", do_int3, do_int3_end, BP, true },
		{ "INTO", do_into, do_into_end, OF, true },
		{ "INT1", do_int1, do_int1_end, DB, false },
	};

	for (u32 i = 0; i < 3; i++)
		for (u32 overflow = 0; overflow < 2; overflow++) {
			struct frame f = v86_frame(all[i].code, all[i].end);
			struct result r;

			begin("%s, VME %u, IOPL %u, gate DPL %u, OF %u", all[i].name, vme, iopl, dpl, overflow);
			set_idt(all[i].vector, gate(KERNEL_CODE, (u32)stubs + all[i].vector * 16, 0x8e | ACCESS_DPL(dpl), 0));
			f.eflags = flags_of(iopl, 3) | (overflow ? 0x800 : 0);
			r = run(&f);
			default_idt(all[i].vector);
			if (all[i].vector == OF && !overflow) {
				expect_fault(&r, UD, 0);
				expect_end(&r, &f, f.eip + 1, f.eflags, f.esp);
			} else if (all[i].checked && dpl < 3) {
				expect_gp(&r, &f, all[i].vector * 8 + 2);
			} else {
				expect_fault(&r, all[i].vector, 0);
				expect_end(&r, &f, f.eip + 1, f.eflags, f.esp);
			}
		}
}

/* I/O asks the bitmap at every IOPL. */
static void test_io(u32 vme, u32 iopl)
{
	static const struct {
		const char *name;
		const u8 *code, *end;
		u32 size;
	} all[] = {
		{ "IN AL", do_in1, do_in1_end, 1 },	{ "IN AX", do_in2, do_in2_end, 2 },
		{ "IN EAX", do_in4, do_in4_end, 4 },	{ "IN imm", do_in_immediate, do_in_immediate_end, 1 },
		{ "OUT AL", do_out1, do_out1_end, 1 },	{ "OUTSB", do_outs, do_outs_end, 1 },
		{ "INSW", do_ins, do_ins_end, 2 },
	};

	for (u32 i = 0; i < sizeof(all) / sizeof(*all); i++)
		for (u32 bit = 0xe7; bit < 0xee; bit++) {
			struct frame f = v86_frame(all[i].code, all[i].end);
			struct result r;

			begin("%s from e8, VME %u, IOPL %u, bit %x set", all[i].name, vme, iopl, bit);
			memset(task.io, 0, sizeof(task.io));
			task.io[bit / 8] = 1 << bit % 8;
			f.eflags = flags_of(iopl, 3);
			f.edx = 0xe8;
			r = run(&f);
			memset(task.io, 0, sizeof(task.io));
			if (bit >= 0xe8 && bit < 0xe8 + all[i].size) {
				expect_gp(&r, &f, 0);
				continue;
			}
			expect_fault(&r, UD, 0);
			expect_end(&r, &f, f.eip + (all[i].end - all[i].code), f.eflags, f.esp);
		}
}

static void test_sensitive(u32 vme)
{
	static const u32 images[] = { 0x0002, 0x0202, 0x0102, 0x3302, 0x4cd7, 0x4ed7, 0x7202, 0x3c4ed7, 0x1b0202 };

	set_vme(vme);
	for (u32 iopl = 0; iopl < 4; iopl++) {
		for (u32 bits = 0; bits < 8; bits++) {
			for (u32 second = 0; second < 2; second++) {
				test_interrupt_flag(vme, iopl, bits, second);
				test_pushf(vme, iopl, bits, second);
				for (u32 i = 0; i < sizeof(images) / sizeof(*images); i++) {
					test_load_flags(vme, iopl, bits, images[i], false, second);
					test_load_flags(vme, iopl, bits, images[i], true, second);
				}
			}
			{
				struct frame f = v86_frame(do_hlt, do_hlt_end);
				struct result r;

				begin("HLT, VME %u, IOPL %u, flags %x", vme, iopl, bits);
				f.eflags = flags_of(iopl, bits);
				r = run(&f);
				expect_gp(&r, &f, 0);
			}
		}
		for (u32 dpl = 0; dpl < 4; dpl++)
			test_traps(vme, iopl, dpl);
		test_io(vme, iopl);
	}
	set_vme(0);
}

/* Table 20-2: INT n by VME, IOPL and the vector's bit in the redirection bitmap. */
static void test_int(u32 vme, u32 iopl, u32 redirect, u32 vector, u32 dpl, u32 bits)
{
	struct frame f = v86_frame(do_int, do_int_end);
	u32 image;
	struct result r;

	begin("INT %x, VME %u, IOPL %u, bit %u, gate DPL %u, flags %x", vector, vme, iopl, !redirect, dpl, bits);
	*far_pointer(CODE_SEGMENT, CODE_OFFSET + 1) = vector;
	memset(task.redirection, redirect ? 0xff : 0, sizeof(task.redirection));
	task.redirection[vector / 8] ^= 1 << vector % 8;
	set_idt(vector, gate(KERNEL_CODE, (u32)stubs + vector * 16, 0x8e | ACCESS_DPL(dpl), 0));
	f.eflags = flags_of(iopl, bits) | 0x40cd5;
	r = run(&f);
	default_idt(vector);
	if (is_pending(vme, iopl, bits)) {
		expect_gp(&r, &f, 0);
	} else if (vme && redirect) {
		image = f.eflags & 0xffff;
		if (iopl < 3)
			image = (image & ~FLAG_IF) | FLAG_IOPL(3) | (f.eflags & FLAG_VIF ? FLAG_IF : 0);
		expect_fault(&r, UD, 0);
		expect_end(&r, &f, HANDLERS + 2 * vector, f.eflags & ~(iopl == 3 ? FLAG_IF : FLAG_VIF), f.esp - 6);
		expect("pushed IP", CODE_OFFSET + 2, far_word(STACK_SEGMENT, STACK_TOP - 6));
		expect("pushed CS", CODE_SEGMENT, far_word(STACK_SEGMENT, STACK_TOP - 4));
		expect("pushed FLAGS", image, far_word(STACK_SEGMENT, STACK_TOP - 2));
	} else if (iopl < 3) {
		expect_gp(&r, &f, 0);
	} else if (dpl < 3) {
		expect_gp(&r, &f, vector * 8 + 2);
	} else {
		/* A vector with an error code gets none here, and its stub takes EIP for it. */
		if (vector == 8 || (vector >= 10 && vector <= 14) || vector == 17)
			return;
		expect_fault(&r, vector, 0);
		expect_end(&r, &f, f.eip + 2, f.eflags, f.esp);
	}
}

/* The bitmap's byte must lie within the TSS. */
static void test_redirection_limit(u32 vector, u32 limit)
{
	struct frame f = v86_frame(do_int, do_int_end);
	struct result r;

	begin("INT %x with the bitmap's byte %s limit", vector,
	      limit < 0x68 + vector / 8 ? "beyond the" : limit == 0x68 + vector / 8 ? "at the" : "before the");
	*far_pointer(CODE_SEGMENT, CODE_OFFSET + 1) = vector;
	memset(task.redirection, 0, sizeof(task.redirection));
	use_task(limit);
	f.eflags = flags_of(0, 0);
	r = run(&f);
	use_task(sizeof(task) - 1);
	if (limit < 0x68 + vector / 8)
		expect_gp(&r, &f, 0);
	else
		expect_fault(&r, UD, 0);
}

static void test_software_interrupts(u32 vme)
{
	set_vme(vme);
	for (u32 iopl = 0; iopl < 4; iopl++)
		for (u32 redirect = 0; redirect < 2; redirect++) {
			for (u32 vector = 0; vector < 256; vector += iopl == 1 || iopl == 2 ? 37 : 1)
				test_int(vme, iopl, redirect, vector, vector & 3, vector >> 2 & 7);
			for (u32 bits = 0; bits < 8; bits++)
				for (u32 dpl = 0; dpl < 4; dpl++)
					test_int(vme, iopl, redirect, 0x40, dpl, bits);
		}
	for (u32 vector = 0; vme && vector < 256; vector += 15)
		for (u32 limit = 0x68 + vector / 8 - 1; limit < 0x68 + vector / 8 + 2; limit++)
			test_redirection_limit(vector, limit);
	set_vme(0);
}

/* In ring 3 of protected mode CR4.PVI gives CLI and STI a VIF, and nothing else (SDM vol. 3B, 20.4). */
static void test_pvi(u32 pvi, u32 cpl, u32 iopl, u32 bits)
{
	u32 flags = flags_of(iopl, bits) & ~FLAG_VM, mask;
	struct frame f = ring_frame(cpl, ring_cli);
	bool virtual = cpl == 3 && iopl < 3 && pvi, pending = cpl == 3 && is_pending(pvi, iopl, bits);
	struct result r;

	WRITE_CR(4, pvi ? READ_CR(4) | CR4_PVI : READ_CR(4) & ~CR4_PVI);
	for (u32 set = 0; set < 2; set++) {
		u32 flag = cpl <= iopl ? FLAG_IF : FLAG_VIF;

		begin("%s, PVI %u, CPL %u, IOPL %u, flags %x", set ? "STI" : "CLI", pvi, cpl, iopl, bits);
		f.eip = (u32)(set ? ring_sti : ring_cli);
		f.eflags = flags;
		r = run(&f);
		if (pending || (cpl > iopl && (!virtual || (set && (flags & FLAG_VIP))))) {
			expect_fault(&r, GP, 0);
			expect("EIP", f.eip, r.f.eip);
			expect("EFLAGS", flags, r.f.eflags & ~FLAG_RF);
		} else {
			expect_fault(&r, END, 0);
			expect("EFLAGS", set ? flags | flag : flags & ~flag, r.f.eflags);
		}
	}
	begin("PUSHF, PVI %u, CPL %u, IOPL %u, flags %x", pvi, cpl, iopl, bits);
	f.eip = (u32)ring_pushf;
	f.eflags = flags;
	r = run(&f);
	if (pending) {
		expect_fault(&r, GP, 0);
		WRITE_CR(4, READ_CR(4) & ~CR4_PVI);
		return;
	}
	expect_fault(&r, END, 0);
	expect("image", flags, r.f.eax);
	for (u32 image = 0; image < 4; image++) {
		u32 value = FLAG_FIXED | (image & 1 ? FLAG_IF : 0) | (image & 2 ? FLAG_IOPL(3) | 0xd5 : 0);

		begin("POPF %x, PVI %u, CPL %u, IOPL %u, flags %x", value, pvi, cpl, iopl, bits);
		f.eip = (u32)ring_popf;
		f.eflags = flags;
		f.eax = value;
		r = run(&f);
		mask = 0x244cd5 | (cpl <= iopl ? FLAG_IF : 0) | (cpl ? 0 : FLAG_IOPL(3));
		expect_fault(&r, END, 0);
		expect("EFLAGS", (flags & ~mask) | (value & mask), r.f.eflags);
	}
	WRITE_CR(4, READ_CR(4) & ~CR4_PVI);
}

static u32 slot(u32 at, u32 index, u32 size)
{
	return size == 4 ? ((u32 *)at)[index] : ((u16 *)at)[index];
}

/* Interrupts out of the mode lead to ring 0 alone, and not into conforming code (SDM vol. 2A, INT n). */
static void test_gate(u32 type, u32 target_type, u32 dpl, bool software)
{
	struct frame f = software ? v86_frame(do_int, do_int_end) : v86_frame(nothing, nothing_end);
	u32 size = type & 8 ? 4 : 2, esp, vector = software ? 0x40 : UD, flags = flags_of(3, 1) | 0x4cd5;
	struct result r;

	begin("%s through gate type %x to code %x DPL %u", software ? "INT n" : "#UD", type, target_type, dpl);
	set_gdt(TARGET, segment(BASE, 0xfffff, ACCESS_P | ACCESS_DPL(dpl) | target_type, PAGES | BIG));
	set_idt(vector, gate(TARGET, (u32)landing - BASE, ACCESS_P | ACCESS_DPL(3) | type, 0));
	f.eflags = flags;
	f.esp = 0x12348000;
	r = run(&f);
	default_idt(vector);
	if (dpl != 0 || (target_type & 4)) {
		expect_gp(&r, &f, TARGET | (software ? 0 : 1));
		return;
	}
	expect_fault(&r, LANDED, 0);
	expect("CS", TARGET, r.f.cs & 0xffff);
	expect("EIP", (u32)landing - BASE + 2, r.f.eip);
	expect("EFLAGS", flags & ~(FLAG_VM | FLAG_NT | (type & 1 ? 0 : FLAG_IF)), r.f.eflags);
	expect("SS", KERNEL_DATA, r.f.ss & 0xffff);
	expect("ESP", (u32)trap_stack_top - 9 * size, r.f.esp);
	esp = r.f.esp;
	expect("pushed EIP", f.eip + (software ? 2 : 0), slot(esp, 0, size));
	expect("pushed CS", f.cs, slot(esp, 1, size) & 0xffff);
	expect("pushed EFLAGS", size == 4 ? flags : flags & 0xffff, slot(esp, 2, size) & ~FLAG_RF);
	expect("pushed ESP", size == 4 ? f.esp : f.esp & 0xffff, slot(esp, 3, size));
	expect("pushed SS", f.ss, slot(esp, 4, size) & 0xffff);
	expect("pushed ES", f.v86_es, slot(esp, 5, size) & 0xffff);
	expect("pushed DS", f.v86_ds, slot(esp, 6, size) & 0xffff);
	expect("pushed FS", f.v86_fs, slot(esp, 7, size) & 0xffff);
	expect("pushed GS", f.v86_gs, slot(esp, 8, size) & 0xffff);
	expect("ES", 0, r.f.es & 0xffff);
	expect("DS", 0, r.f.ds & 0xffff);
	expect("FS", 0, r.f.fs & 0xffff);
	expect("GS", 0, r.f.gs & 0xffff);
}

static void test_gates(void)
{
	static const u32 gates[] = { TYPE_INT16, TYPE_TRAP16, TYPE_INT32, TYPE_TRAP32 };
	static const u32 targets[] = { 0x18, TYPE_CODE, 0x1c, TYPE_CONFORMING };

	for (u32 g = 0; g < 4; g++)
		for (u32 t = 0; t < 4; t++)
			for (u32 dpl = 0; dpl < 4; dpl++)
				for (u32 software = 0; software < 2; software++)
					test_gate(gates[g], targets[t], dpl, software);
}

/*
 * A monitor: the program at IOPL 0 does what it may not, again and again, and each time the monitor does it in its stead. All
 * registers must come through each of the trips.
 */
CODE16(guest, "1: cli; pushfw; popw %bx; incw %cx; sti; outb %al, $0xe9; pushw %cs; pushw $(2f - guest + 0x100); iretw; 2: int $0x21; "
	      "movw %es, %ax; cmpw $40, %cx; jne 1b; hlt");

static void pop_words(struct frame *f, u32 count, u16 *words)
{
	for (u32 i = 0; i < count; i++)
		words[i] = far_word(f->ss, f->esp + 2 * i);
	f->esp += 2 * count;
}

static void test_monitor(void)
{
	struct frame f = v86_frame(guest, guest_end), last;
	u32 trips = 0, outs = 0, ints = 0, flags = 0;
	u16 words[3];
	struct result r;

	begin("a monitor's round trips");
	memset(task.io, 0xff, sizeof(task.io));
	f.eflags = flags_of(0, 1);
	f.eax = 0xaaaa1111, f.ecx = 0xcccc0000, f.edx = 0xdddd3333, f.ebx = 0xbbbb4444;
	f.ebp = 0x55556666, f.esi = 0x66667777, f.edi = 0x77778888;
	for (;;) {
		const u8 *at;

		last = f;
		r = run(&f);
		trips++;
		expect_fault(&r, GP, 0);
		expect_end(&r, &last, r.f.eip, (last.eflags & ~0x8d5) | (r.f.eflags & 0x8d5), r.f.esp);
		if (r.f.vector != GP || trips > 400)
			break;
		f = r.f;
		f.eflags &= ~FLAG_RF;
		at = far_pointer(f.cs, f.eip);
		if (*at == 0xf4)
			break;
		switch (*at) {
		case 0xfa:
			flags &= ~FLAG_IF;
			break;
		case 0xfb:
			flags |= FLAG_IF;
			break;
		case 0x9c:
			f.esp -= 2;
			*(u16 *)far_pointer(f.ss, f.esp) = flags | 0x3002;
			break;
		case 0xcf:
			pop_words(&f, 3, words);
			f.eip = words[0] - 1;
			f.cs = words[1];
			flags = words[2] & FLAG_IF;
			break;
		case 0xe6:
			outs++;
			f.eip++;
			break;
		case 0xcd:
			ints++;
			f.v86_es++;
			f.eip++;
			break;
		default:
			expect("an instruction to emulate", 0, *at);
			trips = 500;
		}
		f.eip++;
		if (*at == 0xfb) {
			/* The stack of the IRET wants flags too. */
			f.esp -= 2;
			*(u16 *)far_pointer(f.ss, f.esp) = flags | 2;
		}
	}
	memset(task.io, 0, sizeof(task.io));
	expect("vector of the end", GP, r.f.vector);
	expect("opcode of the end", 0xf4, *far_pointer(r.f.cs, r.f.eip));
	expect("rounds", 0xcccc0000 | 40, r.f.ecx);
	expect("OUT", 40, outs);
	expect("INT", 40, ints);
	expect("trips", 40 * 6 + 1, trips);
	expect("EBX", 0xbbbb3002, r.f.ebx);
	expect("EAX", 0xaaaa0000 | (ES_SEGMENT + 40), r.f.eax);
	expect("EDX", 0xdddd3333, r.f.edx);
	expect("EBP", 0x55556666, r.f.ebp);
	expect("ESI", 0x66667777, r.f.esi);
	expect("EDI", 0x77778888, r.f.edi);
	expect("ESP", STACK_TOP, r.f.esp);
}

/* The 64 KiB - 16 bytes above 1 MiB that segment FFFFh reaches while A20 is on: this program lies there. */
static void test_high_memory(u32 offset)
{
	CODE16(read_high, "movl (%bx), %ecx");
	struct frame f = v86_frame(read_high, read_high_end);
	struct result r;

	begin("FFFF:%x is above 1 MiB", offset);
	f.v86_ds = 0xffff;
	f.ebx = offset;
	r = run(&f);
	expect_fault(&r, UD, 0);
	expect("value", *(u32 *)(0xffff0 + offset), r.f.ecx);
}

/* Paging: the mode runs in ring 3. */
#define PTE_P	1
#define PTE_RW	2
#define PTE_US	4

static u32 directory[1024] __attribute__((aligned(4096)));
static u32 table[2][1024] __attribute__((aligned(4096)));
static u8 frame_of_data[4096] __attribute__((aligned(4096)));

CODE16(page_read, "movl %ds:0x234, %ecx");
CODE16(page_write, "movl %eax, %ds:0x234");
CODE16(page_push, "pushl %eax");
CODE16(page_jump, "ljmp $0x3000, $0x234");

static void test_page(u32 flags, u32 kind)
{
	static const struct {
		const char *name;
		const u8 *code, *end;
		u32 error;
	} kinds[] = {
		{ "read", page_read, page_read_end, 4 },
		{ "write", page_write, page_write_end, 6 },
		{ "push", page_push, page_push_end, 6 },
		{ "execute", page_jump, page_jump_end, 4 },
	};
	u32 page = DS_SEGMENT >> 8, address = DS_SEGMENT * 16 + 0x234, entry = (u32)frame_of_data | flags;
	bool writes = kinds[kind].error & 2, good = (flags & 5) == 5 && (!writes || (flags & PTE_RW));
	struct frame f = v86_frame(kinds[kind].code, kinds[kind].end);
	struct result r;

	begin("%s of a page %x", kinds[kind].name, flags);
	*(u32 *)(frame_of_data + 0x234) = 0x12340b0f;	/* UD2 for the case that it is executed */
	table[0][page] = entry;
	WRITE_CR(3, directory);
	f.eax = 0x87654321;
	if (kind == 2)
		f.ss = DS_SEGMENT, f.esp = 0x238;
	r = run(&f);
	if (!good) {
		expect_fault(&r, PF, kinds[kind].error | (flags & PTE_P));
		expect("CR2", address, r.cr2);
		if (kind == 3)
			expect("EIP", 0x234, r.f.eip);
		else
			expect_end(&r, &f, f.eip, f.eflags, f.esp);
		expect("entry", entry, table[0][page]);
		return;
	}
	expect_fault(&r, UD, 0);
	expect("memory", writes ? f.eax : 0x12340b0f, *(u32 *)(frame_of_data + 0x234));
	expect("entry", entry | 0x20 | (writes ? 0x40 : 0), table[0][page]);
	if (kind == 0)
		expect("ECX", 0x12340b0f, r.f.ecx);
}

/* Memory above 1 MiB as an 8086 sees it: the monitor maps it onto the first 64 KiB. Here the frames are others. */
static void test_wrap_by_paging(void)
{
	CODE16(read_es, "movl %es:(%bx), %ecx");
	struct frame f = v86_frame(read_es, read_es_end);
	struct result r;

	for (u32 i = 0; i < 16; i++) {
		begin("page %u of an address space is where the monitor puts it", i);
		table[0][(ES_SEGMENT >> 8) + i] = (u32)frame_of_data | 7;
		WRITE_CR(3, directory);
		*(u32 *)(frame_of_data + 0x10) = 0x1000 + i;
		f.ebx = i * 4096 + 0x10;
		r = run(&f);
		expect_fault(&r, UD, 0);
		expect("value", 0x1000 + i, r.f.ecx);
	}
}

static void test_paging(void)
{
	for (u32 i = 0; i < 2048; i++)
		table[i >> 10][i & 1023] = i << 12 | PTE_P | PTE_RW | PTE_US;
	directory[0] = (u32)table[0] | PTE_P | PTE_RW | PTE_US;
	directory[1] = (u32)table[1] | PTE_P | PTE_RW | PTE_US;
	WRITE_CR(3, directory);
	WRITE_CR(0, READ_CR(0) | CR0_PG);
	for (u32 kind = 0; kind < 4; kind++)
		for (u32 flags = 0; flags < 8; flags++)
			test_page(flags, kind);
	table[0][DS_SEGMENT >> 8] = DS_SEGMENT * 16 | 7;
	test_wrap_by_paging();
	WRITE_CR(0, READ_CR(0) & ~CR0_PG);
}

/* Task switches into the mode and out of it (SDM vol. 3A, 7.3; vol. 3B, 20.2.5). */
static struct tss other __attribute__((aligned(128)));

CODE(jump_task, "ljmp $0xa8, $0");
CODE(call_task, "lcall $0xa8, $0");
CODE(return_task, "iretl");

static void prepare_task(bool virtual, bool busy)
{
	memset(&other, 0, sizeof(other));
	other.esp0 = (u32)trap_stack_top;
	other.ss0 = KERNEL_DATA;
	other.io_map = sizeof(other);
	other.eax = 0xa0a0a0a0;
	other.ebp = 0xb5b5b5b5;
	other.edi = 0xd7d7d7d7;
	if (virtual) {
		other.eip = CODE_OFFSET;
		other.eflags = VIRTUAL | FLAG_IOPL(1) | 0x8d5;
		other.cs = CODE_SEGMENT;
		other.ss = STACK_SEGMENT;
		other.esp = STACK_TOP;
		other.ds = DS_SEGMENT;
		other.es = ES_SEGMENT;
		other.fs = FS_SEGMENT;
		other.gs = GS_SEGMENT;
	} else {
		other.eip = (u32)landing;
		other.eflags = FLAG_FIXED;
		other.cs = KERNEL_CODE;
		other.ss = other.ds = other.es = other.fs = other.gs = KERNEL_DATA;
		other.esp = (u32)user_stack_top - 1024;
	}
	set_gdt(TASK, segment((u32)&other, sizeof(other) - 1, ACCESS_P | (busy ? 0xb : 9), 0));
}

static void leave_task(void)
{
	WRITE_CR(0, READ_CR(0) & ~CR0_TS);
	use_task(sizeof(task) - 1);
	task.tss.link = 0;
}

static void test_task_in(u32 cause)
{
	static const struct {
		const char *name;
		const u8 *code;
		bool nests;
	} causes[] = {
		{ "JMP", jump_task, false }, { "CALL", call_task, true }, { "IRET", return_task, false },
	};
	CODE16(look, "movw %ds:0x10, %cx; movw %es:0x10, %dx; movw %fs:0x10, %si; movw %gs:0x10, %di; movw %ss:0x10, %bp");
	u32 words[] = { DS_SEGMENT, ES_SEGMENT, FS_SEGMENT, GS_SEGMENT, STACK_SEGMENT };
	struct frame f = ring_frame(0, causes[cause].code), there = v86_frame(look, look_end);
	struct result r;

	begin("%s to a task in virtual-8086 mode", causes[cause].name);
	prepare_task(true, cause == 2);
	for (u32 i = 0; i < 5; i++)
		*(u16 *)far_pointer(words[i], 0x10) = words[i] + 5;
	task.tss.link = TASK;
	if (cause == 2)
		f.eflags |= FLAG_NT;
	r = run(&f);
	leave_task();
	expect_fault(&r, UD, 0);
	expect_end(&r, &there, CODE_OFFSET + (look_end - look), other.eflags | (causes[cause].nests ? FLAG_NT : 0), STACK_TOP);
	expect("EAX", other.eax, r.f.eax);
	expect("by DS", DS_SEGMENT + 5, r.f.ecx);
	expect("by ES", ES_SEGMENT + 5, r.f.edx);
	expect("by FS", FS_SEGMENT + 5, r.f.esi);
	expect("by GS", GS_SEGMENT + 5, r.f.edi & 0xffff);
	expect("by SS", STACK_SEGMENT + 5, r.f.ebp & 0xffff);
}

/* With VME the first instruction of a task meets VIF and VIP as that behind an IRET does. */
static void test_task_pending(u32 iopl, u32 flags)
{
	struct frame f = ring_frame(0, jump_task), there = v86_frame(nothing, nothing_end);
	struct result r;

	begin("JMP to a task in virtual-8086 mode, IOPL %u, flags %x", iopl, flags);
	prepare_task(true, false);
	other.eflags = flags_of(iopl, flags);
	set_vme(1);
	r = run(&f);
	set_vme(0);
	leave_task();
	expect_fault(&r, is_pending(1, iopl, flags) ? GP : UD, 0);
	expect_end(&r, &there, CODE_OFFSET, other.eflags, STACK_TOP);
}

/* A task whose EIP is beyond its 64 KiB faults in itself. */
static void test_task_beyond(void)
{
	struct frame f = ring_frame(0, jump_task), there = v86_frame(nothing, nothing_end);
	struct result r;

	begin("JMP to a task in virtual-8086 mode with EIP 10100");
	prepare_task(true, false);
	other.eip = 0x10000 + CODE_OFFSET;
	r = run(&f);
	leave_task();
	expect_fault(&r, GP, 0);
	expect_end(&r, &there, 0x10000 + CODE_OFFSET, other.eflags, STACK_TOP);
}

/* Through a task gate out of the mode: by INT n and by an exception with an error code. */
static void test_task_out(bool software)
{
	struct frame f = software ? v86_frame(do_int, do_int_end) : v86_frame(do_hlt, do_hlt_end);
	u32 vector = software ? 0x40 : GP;
	struct result r;

	begin("%s from virtual-8086 mode through a task gate", software ? "INT n" : "#GP");
	prepare_task(false, false);
	set_idt(vector, gate(TASK, 0, ACCESS_P | ACCESS_DPL(3) | TYPE_TASK_GATE, 0));
	f.eflags = flags_of(3, 1) | 0x8d5;
	f.ecx = 0x31415926;
	r = run(&f);
	leave_task();
	default_idt(vector);
	expect_fault(&r, LANDED, 0);
	expect("CS", KERNEL_CODE, r.f.cs & 0xffff);
	expect("EFLAGS", FLAG_FIXED | FLAG_NT, r.f.eflags);
	expect("ESP", other.esp - (software ? 0 : 4), r.f.esp);
	expect("DS", KERNEL_DATA, r.f.ds & 0xffff);
	expect("link", MAIN_TSS, other.link & 0xffff);
	expect("saved EIP", f.eip + (software ? 2 : 0), task.tss.eip);
	expect("saved EFLAGS", f.eflags, task.tss.eflags & ~FLAG_RF);
	expect("saved CS", f.cs, task.tss.cs & 0xffff);
	expect("saved SS", f.ss, task.tss.ss & 0xffff);
	expect("saved ESP", f.esp, task.tss.esp);
	expect("saved DS", f.v86_ds, task.tss.ds & 0xffff);
	expect("saved ES", f.v86_es, task.tss.es & 0xffff);
	expect("saved FS", f.v86_fs, task.tss.fs & 0xffff);
	expect("saved GS", f.v86_gs, task.tss.gs & 0xffff);
	expect("saved ECX", f.ecx, task.tss.ecx);
}

void test_main(void)
{
	const char *why = "no CPUID.VME";
	bool vme = cpuid_edx(1) & FEATURE_VME;

	task.tss = main_tss;
	task.tss.io_map = sizeof(struct tss) + sizeof(task.redirection);
	use_task(sizeof(task) - 1);
	for (u32 vector = 0; vector < 256; vector++) {
		*(u32 *)far_pointer(0, vector * 4) = CODE_SEGMENT << 16 | (HANDLERS + 2 * vector);
		*(u16 *)far_pointer(CODE_SEGMENT, HANDLERS + 2 * vector) = 0x0b0f;
	}

	group("sensitive instructions");
	test_sensitive(0);
	group("software interrupts");
	test_software_interrupts(0);
	if (vme) {
		group("sensitive instructions with VME");
		test_sensitive(1);
		group("software interrupts with VME");
		test_software_interrupts(1);
		group("protected-mode virtual interrupts");
		for (u32 pvi = 0; pvi < 2; pvi++)
			for (u32 cpl = 0; cpl < 4; cpl++)
				for (u32 iopl = 0; iopl < 4; iopl++)
					for (u32 bits = 0; bits < 8; bits++)
						test_pvi(pvi, cpl, iopl, bits);
	} else {
		skip("sensitive instructions with VME", why);
		skip("software interrupts with VME", why);
		skip("protected-mode virtual interrupts", why);
	}
	group("gates");
	test_gates();
	group("monitor");
	test_monitor();
	group("data at the ends of segments");
	mode16_data(&mode);
	for (u32 offset = 0; offset < 0xfffd; offset += 0x7fff)
		test_high_memory(offset | 0x10);
	test_high_memory(0xfffc);
	group("strings at the ends of segments");
	mode16_strings(&mode);
	group("stacks at the ends of segments");
	mode16_stack(&mode);
	group("code at the ends of segments");
	mode16_code(&mode);
	group("paging");
	test_paging();
	group("tasks");
	for (u32 cause = 0; cause < 3; cause++)
		test_task_in(cause);
	for (u32 iopl = 0; vme && iopl < 4; iopl++)
		for (u32 flags = 0; flags < 8; flags++)
			test_task_pending(iopl, flags);
	test_task_beyond();
	test_task_out(true);
	test_task_out(false);
}
