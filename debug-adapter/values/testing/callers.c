/*
 * What is left of a caller's variables in registers that a called function may change. `checkpoint` is in a function that changes all of
 * them; every variable of `work` is used up before the calls, so no compiler saves it anywhere.
 */
typedef int v2si __attribute__((vector_size(8)));

volatile double double_sink;
volatile long double wide_sink;
volatile int int_sink;
volatile long long long_sink;

__attribute__((noinline)) static double opaque(double x)
{
	__asm__ volatile("" : "+m"(x));
	return x;
}

__attribute__((noinline)) void checkpoint(void) { __asm__ volatile("" ::: "memory"); }

#ifdef __SSE2__
#define FLOATING "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7"
#define CHANGE "pcmpeqd %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm1; movdqa %%xmm0, %%xmm2; movdqa %%xmm0, %%xmm3;" \
	       "movdqa %%xmm0, %%xmm4; movdqa %%xmm0, %%xmm5; movdqa %%xmm0, %%xmm6; movdqa %%xmm0, %%xmm7;"
#else
#define FLOATING "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)"
#define CHANGE "fninit; fldpi; fldpi;"
#endif

__attribute__((noinline)) void change(int argument)
{
	__asm__ volatile(CHANGE "movl $-1, %%eax; movl %%eax, %%ecx; movl %%eax, %%edx" : : : "eax", "ecx", "edx", FLOATING);
	int_sink = argument;
	checkpoint();
	int_sink = argument;
}

/* Leaves all registers of floating point alone: GCC knows (-fipa-ra). */
__attribute__((noinline)) static void quiet(int argument)
{
	int_sink = argument;
	checkpoint();
	int_sink = argument;
}

__attribute__((noinline)) int work(const double *numbers, const int *integers, const long long *longs)
{
	double used = numbers[0] * 2;
	float single = (float)(numbers[1] + 1);
	int word = integers[0] * 3;
	int other = integers[1] + 5;
	long long pair = longs[0] + 1;
	double halves[2] = { numbers[2], numbers[3] };
	struct { int a, b; } split = { word + 1, other + 1 };
	double_sink = used;
	double_sink = single;
	double_sink = halves[0] + halves[1];
	int_sink = word;
	int_sink = other;
	int_sink = split.a + split.b;
	long_sink = pair;
#ifdef QUIET
	quiet(7);
	double_sink = used;
	double_sink = single;
	int_sink = word;
#else
	change(7);
#endif
	change(8);
	return 0;
}

const double numbers[4] = { 1.25, 2.5, -8, 0.5 };
const int integers[2] = { 14, 37 };
const long long longs[1] = { 0x123456789all };

__attribute__((force_align_arg_pointer)) void _start(void)
{
	double_sink = opaque(1) + work(numbers, integers, longs);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
