/* Types as large as memory, which a program may well have pointers to: nothing of them may be read or listed as a whole. */
typedef struct { char bytes[0x7fffffff]; } half;
typedef union { char first[0x7ffffff0]; struct { int tail[0x1fffffff]; }; } both;
typedef char rows[0x7fff][0xffff];
half *memory = (half *)0x08048000;
both *views = (both *)0x08048000;
rows *screen = (rows *)0x08048000;
char *middle = (char *)0x08048000;
int (*words)[0x1fffffff] = (int (*)[0x1fffffff])0x08048000;
struct endless { struct endless *next, **all, *(*many)[0x0fffffff]; } endless = { &endless, &endless.next, (struct endless *(*)[0x0fffffff])&endless };
void checkpoint(void) { __asm__ volatile("" ::: "memory"); }
int work(int x) { checkpoint(); return x; }
void _start(void)
{
	work(1);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
