/* A program of many types, stopped in checkpoint(): its expressions are compared with gdb's. */
typedef unsigned char u8;
typedef unsigned long long u64;
typedef int (*binary)(int, int);

enum colour { RED, GREEN = 5, BLUE = -1 };
enum flags { READ = 1, WRITE = 2, EXEC = 4, BOTH = 3 };
enum access { A_READ = 1, A_WRITE = 2, A_EXEC = 4, A_USER = 0x100 };

struct list_head {
	struct list_head *next, *prev;
};

struct inner {
	int a;
	union {
		int b;
		u8 c[4];
		struct {
			short d, e;
		};
	};
};

struct task {
	u8 id;
	struct list_head node;
	char name[8];
	binary run;
	enum access access;
};

struct outer {
	u8 tag;
	unsigned low : 3, mid : 11;
	int high : 9;
	enum colour colour : 4;
	struct inner in[2];
	struct outer *self;
	const char *text;
	long long big;
	unsigned long long wide : 40;
	_Bool ready : 1;
};

struct flexible {
	int count;
	short items[];
};

union number {
	float f;
	unsigned u;
	double d;
	u64 q;
	u8 bytes[8];
};

volatile _Bool yes = 1, no = 0;
volatile char letter = 'x', negative_char = -100;
volatile signed char tiny = -128;
volatile u8 byte = 200;
volatile short small = -30000;
volatile unsigned short ushort_max = 65535;
volatile int negative = -7, positive = 9, int_min = -2147483647 - 1;
volatile unsigned large = 4000000000u, two = 2;
volatile long long_value = -123456789;
volatile unsigned long ulong_value = 3000000000ul;
volatile long long huge_negative = -5000000000LL;
volatile unsigned long long huge = 0xfedcba9876543210ull;
volatile float quarter = 0.25f, third = 1.0f / 3.0f, big_float = 3.0e30f;
volatile double ratio = 1.5, minus = -2.75e-5, large_double = 1.0e18;
volatile long double extended = 3.14159265358979323846264338327950288L;
volatile enum colour shade = GREEN, cold = BLUE;
volatile enum access rights = A_READ | A_USER;
volatile float nan_float = __builtin_nanf(""), infinite = -__builtin_inff();

int numbers[2][3] = { { 1, 2, 3 }, { 4, 5, 6 } };
char word[8] = "abc", full[4] = { 'a', 'b', 'c', 'd' };
u8 raw[6] = { 1, 2, 0xff, 0x80, 0, 7 };
short shorts[5] = { -1, 2, -3, 4, -5 };
int *pointer = &numbers[1][1], *none = 0;
int (*row)[3] = &numbers[1];
void *nothing = (void *)&numbers[0][2];
const char *const names[3] = { "zero", "one", 0 };
struct outer box = { 7, 5, 1027, -3, BLUE, { { 1, { 2 } }, { -3, { 0x11223344 } } }, &box, "hello", -5000000000LL, 0xabcdef0123ull, 1 };
union number number = { .d = 1.0 / 3.0 };
struct flexible *flexible;
static struct { struct flexible head; short items[4]; } flexible_storage = { { 3 }, { 10, -20, 30, 40 } };
static int hidden = 77;

static int add(int a, int b) { return a + b; }
static int subtract(int a, int b) { return a - b; }
binary operations[2] = { add, subtract };
binary operation = subtract;

struct list_head tasks;
struct { int count; struct list_head sessions; } users;
struct task first = { 1, { 0, 0 }, "init", add, A_READ }, second = { 2, { 0, 0 }, "shell", subtract, A_WRITE | A_EXEC }, lonely = { 3, { 0, 0 }, "cron", add, A_USER };

/* Operands and what the processor makes of them: our 80-bit arithmetic must agree to the last bit. */
#define LONG_DOUBLES 8
volatile long double left[LONG_DOUBLES] = { 1.0L, 1.0L, -3.5e4000L, 0x1.8p-16440L, 0.1L, 1e18L, -7.25L, 3.3e-4932L };
volatile long double right[LONG_DOUBLES] = { 3.0L, 0x1p-64L, 2.5e4000L, 0x1.4p-16444L, 0.2L, 3.0L, 0x1p70L, 1.7L };
volatile long double sums[LONG_DOUBLES], differences[LONG_DOUBLES], products[LONG_DOUBLES], quotients[LONG_DOUBLES];
volatile double as_double[LONG_DOUBLES];
volatile float as_float[LONG_DOUBLES];

__attribute__((noinline)) void checkpoint(void) { __asm__ volatile("" ::: "memory"); }

static void link_tasks(void)
{
	tasks.next = &first.node;
	first.node.next = &second.node;
	second.node.next = &tasks;
	tasks.prev = &second.node;
	second.node.prev = &first.node;
	first.node.prev = &tasks;
	users.sessions.next = users.sessions.prev = &lonely.node;
	lonely.node.next = lonely.node.prev = &users.sessions;
}

__attribute__((noinline)) int work(int argument, struct outer *where, double scale)
{
	static int calls = 40;
	volatile int local = argument * 3;
	volatile short narrow = -5;
	volatile struct inner copy = where->in[1];
	char text[6] = "local";
	int shadow = 1;

	calls++;
	for (int n = 0; n < LONG_DOUBLES; n++) {
		sums[n] = left[n] + right[n];
		differences[n] = left[n] - right[n];
		products[n] = left[n] * right[n];
		quotients[n] = left[n] / right[n];
		as_double[n] = (double)left[n];
		as_float[n] = (float)left[n];
	}
	{
		volatile int shadow = 2;
		volatile u64 inner_only = 0x100000002ull;
		__asm__ volatile("" : : "r"(text) : "memory");
		checkpoint();
		shadow += (int)inner_only;
	}
	return local + narrow + copy.a + text[0] + shadow + (int)scale + hidden + calls;
}

void _start(void)
{
	flexible = &flexible_storage.head;
	link_tasks();
	positive += work(14, &box, 2.5) * 0;
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
