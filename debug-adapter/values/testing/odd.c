/* What C programs seldom have, and what optimisers make of values, stopped in checkpoint(): compared with gdb. */
typedef unsigned char u8;
typedef unsigned long long u64;
typedef int (*binary)(int, int);
typedef struct { int x, y; } point_t;

enum sign { MINUS = -1000000, NOTHING = 0, PLUS = 7 };
enum wide { TOP = 0xffffffffu, LOW = 1 };
enum __attribute__((packed)) tiny { T_MINUS = -1, T_ONE = 1 };
enum huge { H_MINUS = -5, H_TOP = 0x7fffffffffffll };

struct far_bits {
	char before[5001];
	unsigned one : 1;
	long long across : 33;
	signed small : 5;
	enum tiny tiny : 3;
	_Bool yes : 1;
	u64 top : 63;
	enum sign sign : 24;
	char after;
};
struct __attribute__((packed)) tight {
	u8 first : 3;
	unsigned second : 30;
	long long third : 47;
	int fourth : 7, : 3, fifth : 6;
};
struct anonymous {
	int head;
	union {
		struct { short low; union { signed char high[2]; short both; }; };
		int word;
		struct { int bits : 9, rest : 23; };
	};
	struct { point_t at[2]; } named;
};
struct tail { int count; point_t items[]; };

volatile struct far_bits far_bits = { .one = 1, .across = -3000000000ll, .small = -7, .tiny = T_MINUS, .yes = 1, .top = 0x4123456789abcdefull, .sign = -70000, .after = 'z' };
volatile struct tight tight = { 5, 0x2abcdef1, -60000000000000ll, -33, 21 };
struct anonymous anonymous = { 1, { .word = (int)0xfedc8123 }, { { { 2, 3 }, { 4, 5 } } } };
struct anonymous *anonymous_pointer = &anonymous;
static struct { struct tail head; point_t items[3]; } tail_storage = { { 3 }, { { 1, -1 }, { 2, -2 }, { 3, -3 } } };
struct tail *tail = &tail_storage.head;
enum sign sign = MINUS;
enum wide wide = TOP;
enum tiny tiny = T_MINUS;
enum huge huge_enum = H_TOP;
_Atomic int atomic = -12;
_Atomic(point_t *) atomic_pointer = (point_t *)&anonymous.named.at[1];
const volatile int cv = -3;
const volatile int *const volatile cvp = &cv;
const volatile int *const volatile *const chain = &cvp;
volatile int *restrict_me = (int *)&anonymous.head;
float _Complex complex_float = 1.5f - 2.5fi;
int _Complex complex_int = -3 + 4i;
unsigned char _Complex complex_bytes = 1 + 2i;
double _Complex complex_double = -0.25 + 3.0i;
const __WCHAR_TYPE__ broad[] = L"wide \x263a";
const __CHAR16_TYPE__ sixteen[] = u"six";
long double _Complex complex_long = 1.0L / 3.0L + 2.0iL;
int __attribute__((vector_size(16))) lanes = { 1, -2, 3, -4 };
int (*const functions[2])(int, int) = { 0 };
static int add(int a, int b) { return a + b; }
binary operation = add;
int (*(*chooser)(int))(int, int);
int matrix[2][3][2] = { { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { { 7, 8 }, { 9, 10 }, { 11, 12 } } };
int (*planes)[3][2] = matrix;
point_t *points[2] = { &anonymous.named.at[0], &anonymous.named.at[1] };
point_t *(*points_pointer)[2] = &points;
u8 empty[0];
union { float f; struct { unsigned mantissa : 23, exponent : 8, negative : 1; }; } dissected = { -6.25f };
_Bool flags[3] = { 1, 0, 1 };
char letters[2][4] = { "abc", "de" };
static int sink;

__attribute__((noinline)) void checkpoint(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) static int opaque(int x) { __asm__ volatile("" : "+r"(x)); return x; }

static inline __attribute__((always_inline)) int deepest(int a, const point_t *p)
{
	int twice = a * 2;
	point_t moved = { p->x + a, p->y - a };
	long long product = (long long)moved.x * moved.y;
	checkpoint();
	sink += twice + (int)product;
	return moved.x;
}

__attribute__((noinline)) static int variadic(const char *format, int count, ...)
{
	__builtin_va_list list;
	__builtin_va_start(list, count);
	int total = 0;
	for (int n = 0; n < count; n++) total += __builtin_va_arg(list, int);
	__builtin_va_end(list);
	return total + format[0];
}

__attribute__((noinline)) int work(int argument, const struct anonymous *where, double scale, long long big)
{
	int lost = argument * 3;
	point_t pair = { argument + 1, lost - 1 };
	int constant = 42;
	int *to_constant = &constant;
	float single = 0.5f;
	double twofold = 1.25;
	long long shifted = big << 2;
	struct { unsigned a : 4, b : 12; int c : 16; } packed_local = { argument & 7, 100, -5 };
	int count = opaque(3);
	int varying[count][count + 1];
	varying[1][2] = 77;
	u8 *alias = (u8 *)&varying;
	int (*table)[count + 1] = varying;
	__asm__ volatile("" : : "r"(alias), "r"(table) : "memory");
	int result = deepest(argument, &pair);
	return result + variadic("x", 2, 3, 4) + packed_local.b + *to_constant + (int)single + (int)twofold + (int)shifted + where->head +
	       (int)scale + varying[1][2] + table[1][1] + count;
}

void _start(void)
{
	sink = work(opaque(14), &anonymous, 2.5, 0x123456789ll) + deepest(opaque(2), &anonymous.named.at[0]);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
