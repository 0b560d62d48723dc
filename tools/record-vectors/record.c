// SPDX-License-Identifier: GPL-2.0
/*
 * record: executes single i386 instructions on the processor of this machine.
 *
 * Owns the environment of test/vectors/FORMAT.md (memory, LDT, registers,
 * x87 and SSE state) and nothing of its JSON: cases come on stdin and results
 * go to stdout as the packed structures below, and record-vectors.mjs
 * translates. It judges nothing.
 *
 * How: this is a 64-bit process, which the linker puts above 4 GiB, so the
 * whole 32-bit address space is free for the environment. IRETQ enters
 * compatibility mode with any CS:EIP, SS:ESP and EFLAGS at once. The
 * instruction ends in a signal: its own exception, or the INT3 filler behind
 * it. The handler runs in 64-bit mode on its own stack and copies the state
 * from the signal frame. The CPU clears what the kernel must not let pass
 * (IOPL, IF, VM), so nothing here needs privilege except mapping page 8000h.
 *
 * Not recordable here: instructions that succeed in entering the kernel
 * (INT 80h, SYSENTER, SYSCALL), what the kernel emulates (UMIP: SGDT, SIDT,
 * SMSW, SLDT, STR), and the kernel's own GDT selectors. Do not ask for those.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#define CODE_BASE	0x200000u
#define TIMEOUT_USEC	50000
#define TRAP_TIMEOUT	0xff

enum { ES, CS, SS, DS, FS, GS, SEGMENTS };

/* One case on stdin; @code_length bytes and @patches patches follow. */
struct input {
	uint32_t regs[8];	/* EAX ECX EDX EBX ESP EBP ESI EDI */
	uint32_t eip;
	uint32_t eflags;
	uint16_t seg[SEGMENTS];
	uint16_t code_length;
	uint16_t patches;
	uint32_t code_address;
	uint8_t fx[512];	/* FXSAVE image */
} __attribute__((packed));

/* Bytes at a linear address: a patch of the input, a change of the output. */
struct run {
	uint32_t address;
	uint32_t length;
} __attribute__((packed));

/* One result on stdout; @runs runs of changed bytes follow. */
struct output {
	uint32_t regs[8];
	uint32_t eip;
	uint32_t eflags;
	uint16_t seg[SEGMENTS];
	uint16_t trap;		/* vector, or TRAP_TIMEOUT */
	uint16_t error_code;
	uint32_t cr2;
	uint32_t runs;
	uint8_t fx[512];
} __attribute__((packed));

static const struct region {
	uint32_t start;
	uint32_t size;
	int writable;
} regions[] = {
	{ 0x008000, 0x4000, 1 },
	{ 0x200000, 0x2000, 1 },
	{ 0x300000, 0x4000, 1 },
	{ 0x304000, 0x1000, 0 },
	{ 0x400000, 0x2000, 1 },
};

#define REGIONS		(sizeof(regions) / sizeof(regions[0]))
#define REGION_MAX	0x4000

static const struct { uint32_t high, low; } ldt[] = {
	{ 0x00000000, 0x00000000 }, { 0x0040f330, 0x00003fff },
	{ 0x0040f330, 0x10000fff }, { 0x0040f130, 0x00003fff },
	{ 0x0040f730, 0x00000fff }, { 0x0000f730, 0x00000fff },
	{ 0x0040fb20, 0x00001fff }, { 0x0040f920, 0x00001fff },
	{ 0x0000fb20, 0x00001fff }, { 0x0000f920, 0x00001fff },
	{ 0x00407330, 0x00003fff }, { 0x00407b20, 0x00001fff },
	{ 0x0000f340, 0x00001fff }, { 0x0040f340, 0x00001fff },
	{ 0x00cff300, 0x0000ffff }, { 0x0040f330, 0x00000000 },
};

static uint8_t pristine[REGIONS][REGION_MAX];
static uint8_t before[REGIONS][REGION_MAX];

/* What the assembly below reads and writes. */
struct entry_frame {
	uint64_t regs[7];	/* all but ESP, in the order of the pops */
	uint64_t rip, cs, rflags, rsp, ss;
};

uint64_t recorder_fs_base;
uint16_t recorder_seg[SEGMENTS];
static struct output result;

void enter(const struct entry_frame *frame, const void *fx, const uint16_t *seg);
void leave(void);
void on_signal_entry(int signal, siginfo_t *info, void *context);
void on_signal(int signal, siginfo_t *info, ucontext_t *context);

/*
 * enter() returns by way of leave(), which the handler calls. The handler
 * starts with the flags and data segments that the instruction left: they
 * are read, and FS.base put back, before any compiled code runs.
 */
__asm__(
	".text\n"
	"enter:\n"
	"	push %rbx\n"
	"	push %rbp\n"
	"	push %r12\n"
	"	push %r13\n"
	"	push %r14\n"
	"	push %r15\n"
	"	mov %rsp, saved_rsp(%rip)\n"
	"	fxrstor (%rsi)\n"
	"	mov 0(%rdx), %es\n"
	"	mov 6(%rdx), %ds\n"
	"	mov 8(%rdx), %fs\n"
	"	mov 10(%rdx), %gs\n"
	"	mov %rdi, %rsp\n"
	"	pop %rax\n"
	"	pop %rcx\n"
	"	pop %rdx\n"
	"	pop %rbx\n"
	"	pop %rbp\n"
	"	pop %rsi\n"
	"	pop %rdi\n"
	"	iretq\n"
	"leave:\n"
	"	mov saved_rsp(%rip), %rsp\n"
	"	pop %r15\n"
	"	pop %r14\n"
	"	pop %r13\n"
	"	pop %r12\n"
	"	pop %rbp\n"
	"	pop %rbx\n"
	"	ret\n"
	"on_signal_entry:\n"
	"	pushq $0x202\n"
	"	popfq\n"
	"	mov %es, recorder_seg+0(%rip)\n"
	"	mov %ds, recorder_seg+6(%rip)\n"
	"	mov %fs, recorder_seg+8(%rip)\n"
	"	mov %gs, recorder_seg+10(%rip)\n"
	"	mov recorder_fs_base(%rip), %rax\n"
	"	wrfsbase %rax\n"
	"	jmp on_signal\n"
	".local saved_rsp\n"
	".comm saved_rsp, 8, 8\n");

void on_signal(int signal, siginfo_t *info, ucontext_t *context)
{
	const greg_t *g = context->uc_mcontext.gregs;
	static const int order[8] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX,
				      REG_RSP, REG_RBP, REG_RSI, REG_RDI };
	uint64_t selectors = g[REG_CSGSFS];

	(void)info;
	if (g[REG_RIP] >> 32) {
		if (signal == SIGALRM)
			return;
		fprintf(stderr, "record: signal %d in the recorder at %llx, trap %lld, error %llx\n",
			signal, g[REG_RIP], g[REG_TRAPNO], g[REG_ERR]);
		_exit(1);
	}
	for (int i = 0; i < 8; i++)
		result.regs[i] = g[order[i]];
	result.eip = g[REG_RIP];
	result.eflags = g[REG_EFL];
	memcpy(result.seg, recorder_seg, sizeof(result.seg));
	result.seg[CS] = selectors;
	result.seg[SS] = selectors >> 48;
	result.trap = signal == SIGALRM ? TRAP_TIMEOUT : g[REG_TRAPNO];
	result.error_code = g[REG_ERR];
	result.cr2 = g[REG_CR2];
	memcpy(result.fx, context->uc_mcontext.fpregs, sizeof(result.fx));
	leave();
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void set_up_ldt(void)
{
	for (unsigned int n = 1; n < sizeof(ldt) / sizeof(ldt[0]); n++) {
		uint32_t high = ldt[n].high, low = ldt[n].low;
		struct user_desc d = {
			.entry_number = n,
			.base_addr = low >> 16 | (high & 0xff) << 16 | (high & 0xff000000),
			.limit = (low & 0xffff) | (high & 0xf0000),
			.seg_32bit = high >> 22 & 1,
			.contents = high >> 10 & 3,
			.read_exec_only = !(high >> 9 & 1),
			.limit_in_pages = high >> 23 & 1,
			.seg_not_present = !(high >> 15 & 1),
			.useable = high >> 20 & 1,
		};

		if (syscall(SYS_modify_ldt, 0x11, &d, sizeof(d)) != 0)
			die("modify_ldt");
	}
}

static void set_up_memory(void)
{
	for (unsigned int r = 0; r < REGIONS; r++) {
		uint8_t *start = (uint8_t *)(uintptr_t)regions[r].start;
		int code = regions[r].start == CODE_BASE;
		int protection = PROT_READ | PROT_WRITE | (code ? PROT_EXEC : 0);

		if (mmap(start, regions[r].size, protection,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != start)
			die("mmap (is /proc/sys/vm/mmap_min_addr above 8000h?)");
		for (uint32_t i = 0; i < regions[r].size; i++)
			pristine[r][i] = code ? 0xcc : (regions[r].start + i) * 2654435761u >> 24;
		memcpy(start, pristine[r], regions[r].size);
		if (!regions[r].writable && mprotect(start, regions[r].size, PROT_READ) != 0)
			die("mprotect");
	}
}

static void set_up_signals(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGALRM };
	static uint8_t stack[1 << 16];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = {
		.sa_sigaction = on_signal_entry,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART,
	};
	struct itimerval period = {
		.it_interval.tv_usec = TIMEOUT_USEC,
		.it_value.tv_usec = TIMEOUT_USEC,
	};

	if (sigaltstack(&alternate, NULL) != 0)
		die("sigaltstack");
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], &action, NULL) != 0)
			die("sigaction");
	if (setitimer(ITIMER_REAL, &period, NULL) != 0)
		die("setitimer");
}

static void get(void *to, size_t length)
{
	if (fread(to, 1, length, stdin) != length) {
		fprintf(stderr, "record: input ends in the middle of a case\n");
		exit(1);
	}
}

/* Puts bytes from stdin into the image of memory; they may cross regions. */
static void get_patch(uint32_t address, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		unsigned int r = 0;

		while (r < REGIONS && address + i - regions[r].start >= regions[r].size)
			r++;
		if (r == REGIONS) {
			fprintf(stderr, "record: no memory at %x\n", address + i);
			exit(1);
		}
		get(&before[r][address + i - regions[r].start], 1);
	}
}

/* Copies the image to memory; the read-only region only when it changes. */
static void set_memory(void)
{
	for (unsigned int r = 0; r < REGIONS; r++) {
		void *start = (void *)(uintptr_t)regions[r].start;
		uint32_t size = regions[r].size;

		if (regions[r].writable) {
			memcpy(start, before[r], size);
		} else if (memcmp(start, before[r], size)) {
			mprotect(start, size, PROT_READ | PROT_WRITE);
			memcpy(start, before[r], size);
			mprotect(start, size, PROT_READ);
		}
	}
}

/* IRETQ to a 16-bit stack loads only SP and keeps RSP[31:16] of its own. */
static struct entry_frame *frame_for(uint32_t esp)
{
	static struct entry_frame *page;
	static uint32_t high;

	if (!page || high != esp >> 16) {
		void *at = (void *)(1ull << 36 | (esp & 0xffff0000) | 0x8000);

		if (page)
			munmap(page, 4096);
		high = esp >> 16;
		page = mmap(at, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (page != at)
			die("mmap");
	}
	return page;
}

static void execute(const struct input *in)
{
	static uint8_t fx[512] __attribute__((aligned(16)));
	struct entry_frame *frame = frame_for(in->regs[4]);

	uint16_t seg[SEGMENTS];

	set_memory();
	memcpy(seg, in->seg, sizeof(seg));
	memcpy(fx, in->fx, sizeof(fx));
	for (int i = 0, n = 0; i < 8; i++)
		if (i != 4)
			frame->regs[n++] = in->regs[i];
	frame->rip = in->eip;
	frame->cs = in->seg[CS];
	frame->rflags = in->eflags;
	frame->rsp = in->regs[4];
	frame->ss = in->seg[SS];
	enter(frame, fx, seg);
}

/* Writes the runs of changed bytes of one region, or only counts them. */
static uint32_t changes(unsigned int r, int write)
{
	const uint8_t *now = (const uint8_t *)(uintptr_t)regions[r].start;
	uint32_t runs = 0;

	for (uint32_t i = 0; i < regions[r].size; i++) {
		struct run run = { regions[r].start + i, 0 };

		if (!(i & 7) && !memcmp(now + i, before[r] + i, 8)) {
			i += 7;
			continue;
		}
		if (now[i] == before[r][i])
			continue;
		while (i + run.length < regions[r].size &&
		       now[i + run.length] != before[r][i + run.length])
			run.length++;
		runs++;
		if (write) {
			fwrite(&run, sizeof(run), 1, stdout);
			fwrite(now + i, run.length, 1, stdout);
		}
		i += run.length - 1;
	}
	return runs;
}

int main(void)
{
	struct input in;

	__asm__ volatile("rdfsbase %0" : "=r"(recorder_fs_base));
	set_up_ldt();
	set_up_memory();
	set_up_signals();
	while (fread(&in, sizeof(in), 1, stdin) == 1) {
		memcpy(before, pristine, sizeof(before));
		for (int i = 0; i < in.patches; i++) {
			struct run run;

			get(&run, sizeof(run));
			get_patch(run.address, run.length);
		}
		get_patch(in.code_address, in.code_length);
		memset(&result, 0, sizeof(result));
		execute(&in);
		for (unsigned int r = 0; r < REGIONS; r++)
			result.runs += changes(r, 0);
		fwrite(&result, sizeof(result), 1, stdout);
		for (unsigned int r = 0; r < REGIONS; r++)
			changes(r, 1);
	}
	return 0;
}
