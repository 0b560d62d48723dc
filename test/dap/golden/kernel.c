/* What the golden transcripts look at: values of every kind, calls, a loop, text on the serial line, paging, and its end by a triple fault. */
typedef unsigned int u32;

__asm__(".section .text.head, \"ax\"\n.align 4\n.long 0x1badb002, 0, -0x1badb002\n"
	".globl _start\n_start: movl $stack + 4096, %esp\n call kmain\n cli\n1: hlt\n jmp 1b\n"
	".bss\n.align 16\nstack: .skip 4096\n.text\n");

struct point {
	int x, y;
};
enum colour { RED, GREEN, BLUE };

struct point points[3] = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
struct point *chosen = &points[1];
enum colour colour = GREEN;
char name[8] = "golden";
volatile u32 counter, spinning, finish;
u32 directory[1024] __attribute__((aligned(4096)));

int without_source(int value);

static inline void outb(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void print(const char *text)
{
	while (*text)
		outb(0x3f8, *text++);
}

static int add(int a, int b)
{
	int sum = a + b;

	return sum;	/* added */
}

static void paging(void)
{
	directory[0] = 0x83;	/* 4 MiB at the same addresses */
	__asm__ volatile("movl %0, %%cr3\n movl %%cr4, %%eax\n orl $0x10, %%eax\n movl %%eax, %%cr4\n"
			 "movl %%cr0, %%eax\n orl $0x80000000, %%eax\n movl %%eax, %%cr0"
			 : : "r"(directory) : "eax");
}

void kmain(void)
{
	int total = 0;	/* begin */

	paging();
	for (int n = 0; n < 3; n++)
		total += add(points[n].x, points[n].y);	/* calls */
	counter = total;	/* counted */
	print("golden\n");
	without_source(total);
	while (spinning)
		counter++;
	if (finish)
		outb(0xf4, 0);	/* isa-debug-exit */
	__asm__ volatile("ud2");	/* nobody handles it */
}
