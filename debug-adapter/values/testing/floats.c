/* Variables that optimisers keep in SSE, MMX and x87 registers. `checkpoint` is in the middle of `work`. */
typedef float v4 __attribute__((vector_size(16)));
typedef double v2 __attribute__((vector_size(16)));
typedef int i4 __attribute__((vector_size(16)));
typedef int v2si __attribute__((vector_size(8)));
typedef short v4hi __attribute__((vector_size(8)));
typedef struct { double re, im; } complex_t;
typedef struct { float x, y, z; } point_t;

static volatile double sink;
#ifdef MMX
static v2si pairs[3] = { { 3, -4 }, { 0x12345678, 1 } };
#endif

__attribute__((noinline)) static double opaque(double x)
{
	__asm__ volatile("" : "+m"(x));
	return x;
}

__attribute__((noinline)) double work(double seed, float factor, const v4 *lanes)
{
#ifdef MMX
	v2si low = pairs[0] + pairs[1], high = pairs[1] - pairs[0];
	v4hi words = (v4hi)low ^ (v4hi){ 1, -1, 0x100, 0 };
	v2si doubled = low + low;
	__asm__ volatile("nop\n\t.globl checkpoint\ncheckpoint:" : "+y"(low), "+y"(high), "+y"(words) : "y"(doubled) : "memory");
	pairs[2] = low + high + (v2si)words + doubled;
	__builtin_ia32_emms();
	return 0;
#elif defined X87
	double x = opaque(seed) * 3;
	float g = (float)opaque(factor) * 0.3f;
	long double wide = opaque(seed) / 3.0L;
	__asm__ volatile("nop\n\t.globl checkpoint\ncheckpoint:" : "+t"(x), "+u"(g) : : "memory");
	sink = x + g + wide;
	return x;
#else
	double x = opaque(seed) * 3;
	float g = factor * 0.3f;
	complex_t value = { x + 0.1, x - 0.7 };
	point_t point = { g * 2, g * 3, g * 5 };
	v4 vector = *lanes + *lanes;
	v2 two = { x, -x };
	i4 whole = (i4)vector ^ 3;
	double unused = x * 2;
	float unused_too = g + 1;
	double constant = 0.125;
	int rounded = (int)x;
	__asm__ volatile("nop\n\t.globl checkpoint\ncheckpoint:"
			 : "+x"(x), "+x"(g), "+x"(value.re), "+x"(value.im), "+x"(point.x), "+x"(vector), "+x"(whole)
			 : "x"(two)
			 : "memory");
	sink = x + g + value.re * value.im + point.x + vector[1] + whole[2] + two[1] + point.y + point.z + constant + rounded;
	return x;
#endif
}

v4 numbers = { 1.5f, -2.25f, 1e10f, 0.1f };

/* The kernel leaves the stack otherwise aligned than a call does. */
__attribute__((force_align_arg_pointer)) void _start(void)
{
	sink = work(opaque(1.1), (float)opaque(7), &numbers) + opaque(2);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
