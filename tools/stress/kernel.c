/*
 * What the stress test of sessions stops, steps and looks at: a loop that comes by each of its lines for ever, with code that is translated, calls,
 * repetitions, interrupts of a timer and, if the debugger wants it, halts until the next of them.
 */
__asm__(".section .text.head, \"ax\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".globl _start\n"
	"_start: movl $stack + 4096, %esp\n"
	"	call kmain\n"
	".bss\n"
	".align 16\n"
	"stack: .skip 4096\n"
	".text\n");

struct gate { unsigned short low, selector, flags, high; };
struct table { unsigned short limit; void *base; } __attribute__((packed));
struct frame;

static struct gate gates[256];
static unsigned long long segments[3] = { 0, 0x00cf9a000000ffffull, 0x00cf92000000ffffull };

/* How often the loop has come by; the debugger compares it with its stops. */
volatile int turns;
/* Set by the debugger: it halts in each turn. */
volatile int halts;
volatile int ticks, sum, depth;
static char from[256], to[256];

#include "../bench/latency/map-everything.h"

static inline void out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" :: "a"(value), "Nd"(port));
}

__attribute__((interrupt)) void timer(struct frame *frame)
{
	(void)frame;
	ticks++; /* tick */
	out(0x20, 0x20);
}

/* A timer interrupt each millisecond. */
static void start_timer(void)
{
	struct table gdt = { sizeof segments - 1, segments }, idt = { sizeof gates - 1, gates };

	__asm__ volatile("lgdt %0\n ljmp $8, $1f\n1: mov %1, %%ds\n mov %1, %%es\n mov %1, %%ss"
			 :: "m"(gdt), "r"(16));
	gates[32] = (struct gate){ (unsigned)timer, 8, 0x8e00, (unsigned)timer >> 16 };
	__asm__ volatile("lidt %0" :: "m"(idt));
	out(0x20, 0x11);
	out(0x21, 32);
	out(0x21, 4);
	out(0x21, 1);
	out(0x21, 0xfe);
	out(0x43, 0x34);
	out(0x40, 1193 & 0xff);
	out(0x40, 1193 >> 8);
	__asm__ volatile("sti");
}

__attribute__((noinline)) int callee(int n)
{
	for (int i = 0; i < 300; i++)
		sum += n ^ i; /* inner */
	return sum; /* result */
}

__attribute__((noinline)) int recursion(int n)
{
	depth = n; /* deep */
	return n == 0 ? 0 : recursion(n - 1) + 1;
}

static inline void copy(void)
{
	const char *source = from;
	char *target = to;
	unsigned count = sizeof to;

	__asm__ volatile("rep movsb" : "+S"(source), "+D"(target), "+c"(count) :: "memory");
}

__attribute__((noinline)) void kmain(void)
{
	map_everything();
	start_timer();
	for (;;) {
		turns++; /* turn */
		callee(turns); /* call */
		recursion(6); /* recursion */
		copy(); /* copy */
		for (int n = 0; n < 2000; n++)
			sum ^= n; /* hot */
		if (halts)
			__asm__ volatile("hlt"); /* halt */
		depth = 0; /* end */
	}
}
