/*
 * A small kernel that does what makes kernels hard to debug: it runs at its physical address before paging is on, takes a
 * fast timer interrupt, switches between two tasks that run the same code, enters ring 3, uses its own breakpoint
 * instruction, and stops the machine.
 */
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

#define OFFSET 0xc0000000u

__asm__(
	".section .multiboot, \"a\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".text\n"
	".globl start\n"
	"start:\n"
	"	movl $boot_stack + 4096 - 0xc0000000, %esp\n"
	"	call early\n"
	"	movl $directory - 0xc0000000, %eax\n"
	"	movl %eax, %cr3\n"
	"	movl %cr4, %eax\n"
	"	orl $0x10, %eax\n"
	"	movl %eax, %cr4\n"
	"	movl %cr0, %eax\n"
	"	orl $0x80010000, %eax\n"
	"	movl %eax, %cr0\n"
	"	movl $high, %eax\n"
	"	jmp *%eax\n"
	"high:	addl $0xc0000000, %esp\n"
	"	call kmain\n"
	"1:	hlt\n"
	"	jmp 1b\n"
	/* What hand-written entries look like: no frame information. */
	"timer_entry:\n"
	"	pusha\n"
	"	call timer_tick\n"
	"	popa\n"
	"	iret\n"
	"breakpoint_entry:\n"
	"	pusha\n"
	"	call own_breakpoint\n"
	"	popa\n"
	"	iret\n"
	"system_call_entry:\n"
	"	pusha\n"
	"	call system_call\n"
	"	popa\n"
	"	iret\n"
	/* void switch_stacks(u32 *save, u32 to) */
	".globl switch_stacks\n"
	"switch_stacks:\n"
	"	movl 4(%esp), %eax\n"
	"	movl 8(%esp), %edx\n"
	"	pushl %ebp\n"
	"	pushl %ebx\n"
	"	pushl %esi\n"
	"	pushl %edi\n"
	"	movl %esp, (%eax)\n"
	"	movl %edx, %esp\n"
	"	popl %edi\n"
	"	popl %esi\n"
	"	popl %ebx\n"
	"	popl %ebp\n"
	"	ret\n"
	"user_code:\n"
	"	movl $7, %eax\n"
	"	int $0x80\n"
	"1:	jmp 1b\n"
	".bss\n"
	".align 4096\n"
	"directory: .skip 4096\n"
	"boot_stack: .skip 4096\n"
	".text\n");

extern u32 directory[1024];
extern void timer_entry(void), breakpoint_entry(void), system_call_entry(void), user_code(void);
extern void switch_stacks(u32 *save, u32 to);

static u32 gdt[12] __attribute__((aligned(8)));
static u32 idt[512] __attribute__((aligned(8)));
static u32 tss[26];
static u32 stacks[3][1024];
static u32 saved[2];
volatile u32 ticks, breakpoints, calls, turns[2], shared, worked;

static inline void outb(u16 port, u8 value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

/* Runs twice: before paging at its physical address, and later where it is linked. */
u32 twice_run(u32 n)
{
	u32 result = n + 1;
	__asm__ volatile("" : "+r"(result)); /* in both places */
	return result;
}

void early(void)
{
	u32 *low = (u32 *)((u32)directory - OFFSET);
	low[0] = 0x83;
	low[OFFSET >> 22] = 0x83;
	twice_run(1);
}

static void gate(u32 vector, void (*handler)(void), u32 flags)
{
	idt[vector * 2] = 0x80000 | ((u32)handler & 0xffff);
	idt[vector * 2 + 1] = ((u32)handler & 0xffff0000) | flags;
}

void timer_tick(void)
{
	ticks++; /* tick */
	outb(0x20, 0x20);
}

void own_breakpoint(void)
{
	breakpoints++; /* own */
}

void system_call(void)
{
	calls++; /* call */
	outb(0xf4, 0);
}

static void descriptor(u32 index, u32 base, u32 limit, u32 flags)
{
	gdt[index * 2] = (base << 16) | (limit & 0xffff);
	gdt[index * 2 + 1] = (base & 0xff000000) | flags | (limit & 0xf0000) | ((base >> 16) & 0xff);
}

static void tables(void)
{
	struct __attribute__((packed)) { u16 limit; u32 base; } pointer;
	descriptor(1, 0, 0xfffff, 0xc09a00);
	descriptor(2, 0, 0xfffff, 0xc09200);
	descriptor(3, 0, 0xfffff, 0xc0fa00);
	descriptor(4, 0, 0xfffff, 0xc0f200);
	descriptor(5, (u32)tss, sizeof(tss) - 1, 0x8900);
	tss[1] = (u32)stacks[2] + sizeof(stacks[2]);
	tss[2] = 0x10;
	pointer.limit = sizeof(gdt) - 1;
	pointer.base = (u32)gdt;
	__asm__ volatile("lgdt %0\n ljmp $8, $1f\n1: movl $0x10, %%eax\n movl %%eax, %%ds\n movl %%eax, %%es\n"
			 "movl %%eax, %%ss\n movl $0x28, %%eax\n ltr %%ax" : : "m"(pointer) : "eax");
	gate(3, breakpoint_entry, 0xee00);
	gate(0x20, timer_entry, 0x8e00);
	gate(0x80, system_call_entry, 0xee00);
	pointer.limit = sizeof(idt) - 1;
	pointer.base = (u32)idt;
	__asm__ volatile("lidt %0" : : "m"(pointer));
}

static void timer(void)
{
	static const u8 setup[][2] = { { 0x20, 0x11 }, { 0x21, 0x20 }, { 0x21, 4 }, { 0x21, 1 },
				       { 0x43, 0x34 }, { 0x40, 0 }, { 0x40, 1 }, { 0x21, 0xfe } };
	for (u32 n = 0; n < sizeof(setup) / 2; n++)
		outb(setup[n][0], setup[n][1]);
}

/* Both tasks run this. */
static void take_turns(u32 me)
{
	for (;;) {
		turns[me]++; /* before the switch */
		switch_stacks(&saved[me], saved[1 - me]); /* the switch */
		shared = me; /* after the switch */
		if (turns[me] == 3 && me == 0)
			return;
	}
}

static void second_task(void)
{
	take_turns(1);
}

static void start_second(void)
{
	u32 *top = stacks[1] + 1024;
	*--top = 0;
	*--top = (u32)second_task;
	for (u32 n = 0; n < 4; n++)
		*--top = 0;
	saved[1] = (u32)top;
	take_turns(0);
}

/* Long enough for many ticks. */
u32 work(u32 rounds)
{
	u32 sum = 0;
	for (u32 n = 0; n < rounds; n++) sum += n; /* loop */
	worked = sum; /* worked */
	return sum;
}

static void enter_user(void)
{
	__asm__ volatile("pushl $0x23\n pushl %0\n pushl $0x202\n pushl $0x1b\n pushl $user_code\n iret"
			 : : "r"((u32)stacks[1] + 1024));
}

void kmain(void)
{
	tables();
	twice_run(2);
	timer();
	__asm__ volatile("sti");
	work(50000); /* working */
	__asm__ volatile("int3"); /* own int3 */
	start_second(); /* tasks */
	/* Ring 3 may execute the kernel's pages in this toy. */
	directory[OFFSET >> 22] = 0x87;
	__asm__ volatile("cli\n movl %cr3, %eax\n movl %eax, %cr3");
	enter_user(); /* to ring 3 */
}
