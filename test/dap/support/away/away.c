/*
 * A small kernel whose calls and handlers do not go back to where they came from: an assertion that its handler skips, a program
 * in ring 3 that gets a signal and ends its handler by a system call or through a trampoline on its stack, functions that jump to others at
 * their end, what goes back to a frame further out (longjmp) under names that no C library has, and a function that never returns.
 */
typedef unsigned int u32;
typedef unsigned short u16;

__asm__(
	".section .text.head, \"ax\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".globl _start\n"
	"_start:\n"
	"	movl $boot_stack + 4096, %esp\n"
	"	call kmain\n"
	"1:	hlt\n"
	"	jmp 1b\n"
	"assertion_entry:\n"
	"	pusha\n"
	"	call assertion\n"
	"	popa\n"
	"	addl $2, (%esp)\n"
	"	iret\n"
	"timer_entry:\n"
	"	pusha\n"
	"	call timer\n"
	"	popa\n"
	"	iret\n"
	"system_call_entry:\n"
	"	pusha\n"
	"	pushl %esp\n"
	"	call system_call\n"
	"	addl $4, %esp\n"
	"	popa\n"
	"	iret\n"
	/* int mark_frame(u32 *buffer): EBX, ESI, EDI, EBP, ESP, EIP */
	".globl mark_frame\n"
	".type mark_frame, @function\n"
	"mark_frame:\n"
	"	movl 4(%esp), %eax\n"
	"	movl %ebx, (%eax)\n"
	"	movl %esi, 4(%eax)\n"
	"	movl %edi, 8(%eax)\n"
	"	movl %ebp, 12(%eax)\n"
	"	leal 4(%esp), %ecx\n"
	"	movl %ecx, 16(%eax)\n"
	"	movl (%esp), %ecx\n"
	"	movl %ecx, 20(%eax)\n"
	"	xorl %eax, %eax\n"
	"	ret\n"
	".size mark_frame, . - mark_frame\n"
	".globl back_to\n"
	".type back_to, @function\n"
	"back_to:\n"
	"	movl 4(%esp), %edx\n"
	"	movl 8(%esp), %eax\n"
	"	movl (%edx), %ebx\n"
	"	movl 4(%edx), %esi\n"
	"	movl 8(%edx), %edi\n"
	"	movl 12(%edx), %ebp\n"
	"	movl 16(%edx), %esp\n"
	"	jmp *20(%edx)\n"
	".size back_to, . - back_to\n"
	".bss\n"
	".align 16\n"
	"boot_stack: .skip 4096\n"
	".text\n");

struct frame {
	u32 edi, esi, ebp, kernel_esp, ebx, edx, ecx, eax, eip, cs, eflags, esp, ss;
};
enum { NOTHING, SIGNAL, SIGNAL_RETURN, SIGNAL_BY_TRAMPOLINE };

void kmain(void);
extern void assertion_entry(void), system_call_entry(void), timer_entry(void);

static u32 gdt[12] __attribute__((aligned(8)));
static u32 idt[512] __attribute__((aligned(8)));
u32 tss[26];
static u32 user_stack[1024];
static struct frame interrupted;
volatile u32 assertions, signals, ticks, sum;

static inline void outb(u16 port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline unsigned char inb(u16 port)
{
	unsigned char value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

void timer(void)
{
	ticks++;
	outb(0x20, 0x20);
}

void assertion(void)
{
	assertions++; /* assertion */
}

static inline __attribute__((always_inline)) void call(u32 number)
{
	__asm__ volatile("int $0x80" : : "a"(number) : "memory");
}

void on_signal(void)
{
	signals++; /* signal */
	call(SIGNAL_RETURN); /* signal return */
}

void on_trampoline(void)
{
	signals++; /* by trampoline */
	sum = signals; /* last of it */
}

void system_call(struct frame *frame)
{
	if (frame->eax == SIGNAL) {
		interrupted = *frame;
		frame->esp -= 16;
		/* Nobody goes there: the handler ends with a system call. */
		*(u32 *)frame->esp = (u32)kmain + 1;
		frame->eip = (u32)on_signal;
	} else if (frame->eax == SIGNAL_BY_TRAMPOLINE) {
		u32 *stack = (u32 *)frame->esp - 8;

		/* As Linux without a vDSO: popl %eax; movl $SIGNAL_RETURN, %eax; int $0x80. */
		interrupted = *frame;
		stack[0] = (u32)&stack[4];
		stack[4] = 0x0002b858;
		stack[5] = 0x80cd0000;
		frame->esp = (u32)stack;
		frame->eip = (u32)on_trampoline;
	} else if (frame->eax == SIGNAL_RETURN) {
		frame->esp = interrupted.esp;
		frame->ebp = interrupted.ebp;
		frame->eip = interrupted.eip;
	}
}

__attribute__((noinline)) void forever(void)
{
	for (;;)
		sum++;
}

void program(void)
{
	sum = 1; /* program */
	call(SIGNAL); /* raises */
	sum = 2; /* raised */
	call(SIGNAL_BY_TRAMPOLINE); /* raises again */
	sum = 3; /* raised again */
	forever(); /* never */
}

__attribute__((noinline)) void enter(u32 stack)
{
	tss[1] = (u32)__builtin_frame_address(0) - 256;
	/* Until the timer waits for interrupts to be on: IRR of the PIC. */
	outb(0x20, 0x0a);
	while ((inb(0x20) & 1) == 0)
		;
	/* enters */ __asm__ volatile("movl $0x23, %%ecx\n movl %%ecx, %%ds\n movl %%ecx, %%es\n pushl $0x23\n pushl %0\n"
			 "pushl $0x202\n pushl $0x1b\n pushl $program\n iret" : : "r"(stack) : "ecx", "memory");
}

__attribute__((noinline)) u32 last(u32 n)
{
	sum += n; /* in last */
	return sum;
}

__attribute__((noinline)) u32 jumps(u32 n)
{
	sum++; /* in jumps */
	return last(n + 1); /* jump */
}

extern int mark_frame(u32 *buffer) __attribute__((returns_twice));
extern void back_to(u32 *buffer, int value) __attribute__((noreturn));
static u32 buffer[6], inner[6];

__attribute__((noinline)) void throws(u32 *where)
{
	sum++;
	back_to(where, 1); /* throws */
}

__attribute__((noinline)) u32 middle(u32 *where)
{
	sum++; /* in middle */
	throws(where); /* through */
	return sum;
}

__attribute__((noinline)) u32 catches_itself(void)
{
	if (mark_frame(inner) == 0)
		throws(inner);
	sum++;
	return sum;
}

__attribute__((noinline)) void same_frame(void)
{
	if (mark_frame(buffer) == 0) {
		sum = middle(buffer); /* throws here */
		sum = 0;
	} else {
		sum = 5; /* caught here */
	}
	sum = 6;
}

__attribute__((noinline)) void outer_frame(void)
{
	if (mark_frame(buffer) == 0) {
		sum = middle(buffer); /* throws further */
		sum = 0;
	}
	sum = catches_itself(); /* caught further */
	sum = 8; /* behind it */
}

__attribute__((noinline)) void maybe_throws(u32 n)
{
	sum += n;
	if (n == 20)
		back_to(buffer, 1); /* throws at last */
}

__attribute__((noinline)) void calls_often(void)
{
	for (u32 n = 0; n < 30; n++) maybe_throws(n); /* often */
	sum = 9;
}

__attribute__((noinline)) void catches_often(void)
{
	if (mark_frame(buffer) == 0)
		calls_often();
	sum = 10; /* caught at last */
}

static void *builtin[5];

__attribute__((noinline)) void throws_builtin(u32 depth)
{
	sum += depth;
	if (depth > 0)
		throws_builtin(depth - 1); /* deeper */
	else
		__builtin_longjmp(builtin, 1);
	sum = 11;
}

__attribute__((noinline)) void catches_builtin(void)
{
	if (__builtin_setjmp(builtin) == 0)
		throws_builtin(3); /* builtin */
	sum = 12; /* caught builtin */
}

static void descriptor(u32 index, u32 base, u32 limit, u32 flags)
{
	gdt[index * 2] = (base << 16) | (limit & 0xffff);
	gdt[index * 2 + 1] = (base & 0xff000000) | flags | (limit & 0xf0000) | ((base >> 16) & 0xff);
}

static void gate(u32 vector, void (*handler)(void), u32 flags)
{
	idt[vector * 2] = 0x80000 | ((u32)handler & 0xffff);
	idt[vector * 2 + 1] = ((u32)handler & 0xffff0000) | flags;
}

static void tables(void)
{
	struct __attribute__((packed)) { u16 limit; u32 base; } pointer;

	descriptor(1, 0, 0xfffff, 0xc09a00);
	descriptor(2, 0, 0xfffff, 0xc09200);
	descriptor(3, 0, 0xfffff, 0xc0fa00);
	descriptor(4, 0, 0xfffff, 0xc0f200);
	descriptor(5, (u32)tss, sizeof(tss) - 1, 0x8900);
	tss[2] = 0x10;
	pointer.limit = sizeof(gdt) - 1;
	pointer.base = (u32)gdt;
	__asm__ volatile("lgdt %0\n ljmp $8, $1f\n1: movl $0x10, %%eax\n movl %%eax, %%ds\n movl %%eax, %%es\n"
			 "movl %%eax, %%ss\n movl $0x28, %%eax\n ltr %%ax" : : "m"(pointer) : "eax", "memory");
	gate(6, assertion_entry, 0x8e00);
	gate(0x20, timer_entry, 0x8e00);
	gate(0x80, system_call_entry, 0xee00);
	pointer.limit = sizeof(idt) - 1;
	pointer.base = (u32)idt;
	__asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
	outb(0x20, 0x11);
	outb(0x21, 0x20);
	outb(0x21, 4);
	outb(0x21, 1);
	outb(0x21, 0xfe);
	outb(0xa1, 0xff);
	outb(0x43, 0x34);
	outb(0x40, 10);
	outb(0x40, 0);
}

void kmain(void)
{
	tables();
	sum = 0;
	__asm__ volatile("ud2"); /* asserts */
	sum = 1; /* asserted */
	sum = jumps(3) + 1; /* calls */
	sum = 2; /* called */
	same_frame();
	outer_frame();
	catches_often();
	catches_builtin();
	enter((u32)(user_stack + 1024));
}
