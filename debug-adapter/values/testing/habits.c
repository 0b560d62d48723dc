/* What authors of kernels write, beyond `odd.c`: stopped in checkpoint(), and compared with gdb. `habits-elsewhere.c` is its other unit. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef u32 raw_address;
typedef raw_address physical_address;
typedef volatile physical_address *const mapped_register;
typedef int (*handler)(u8 vector, const char *why) __attribute__((regparm(2)));

/* A page-table entry and a gate as they are usually declared. */
union entry {
	u32 value;
	struct { u32 present : 1, writable : 1, user : 1, : 2, accessed : 1, dirty : 1, : 2, available : 3, frame : 20; };
	struct { u32 flags : 12; s8 : 0; int high : 20; };
};
struct __attribute__((packed)) gate { u16 offset_low, selector; u8 zero; u8 type : 4, system : 1, privilege : 2, present : 1; u16 offset_high; };
struct __attribute__((packed)) pointer { u16 limit; u32 base; };
struct __attribute__((packed)) crossing { u8 a : 1; u64 b : 62; u8 c : 1; long long d : 64; u8 e : 2; int f : 31; u64 g : 40; };
struct bits {
	int one : 1; unsigned zero_or_one : 1; s8 tiny : 3; char plain : 4; short middle : 15; unsigned short full : 16;
	int whole : 32; long long wide : 48; u64 top : 16; _Bool yes : 1; enum { B_LOW = -2, B_HIGH = 1 } state : 2;
};
struct node { struct node *next, **previous; u32 key; };
struct nested { int before; struct { int x; union { int y; struct { short lo, hi : 7; s8 more : 5; }; }; } in[3]; struct node node; u8 tail[]; };
struct hidden;
struct either { enum { IS_INT, IS_FLOAT, IS_TEXT = 9 } kind; union { int i; float f; const char *s; struct { u8 r, g, b; } rgb; }; };
enum wide_flags { WF_NONE, WF_LOW = 1, WF_TOP = 0x8000000000000000ull };
enum negative { N_MIN = (-0x7fffffffffffffffll - 1), N_ZERO = 0, N_SMALL = -2 };
enum one_byte { OB_A = 200, OB_B = 1 } __attribute__((packed));

volatile union entry table[4] = { { 0x12345067 }, { 0xfffff003 }, { 0 }, { 0x80000065 } };
union entry (*directory)[2] = (union entry(*)[2])table;
struct gate gates[2] = { { 0x1234, 8, 0, 14, 0, 3, 1, 0xc010 }, { 0xffff, 0x10, 0, 15, 0, 0, 1, 0x8000 } };
struct pointer idtr = { 0x7ff, (u32)gates };
struct crossing crossing = { 1, 0x2123456789abcdefull, 1, -2, 2, -1000000000, 0xabcdef0123ull };
volatile struct bits bits = { -1, 1, -4, -8, -16384, 65535, -2147483647 - 1, -140737488355328ll, 65535, 1, B_LOW };
static struct { struct nested head; u8 more[4]; } nested_storage = { { 1, { { 2, { 0x7fff8001 } }, { 3, { -1 } }, { 4, { .lo = -5, .hi = -64, .more = -16 } } }, { 0, 0, 77 } }, { 250, 251, 252, 253 } };
struct nested *nested = &nested_storage.head;
extern struct hidden *hidden;
struct either any[3] = { { IS_INT, { .i = -3 } }, { IS_FLOAT, { .f = 2.5f } }, { IS_TEXT, { .s = "text" } } };
enum wide_flags wide_flags = WF_TOP;
enum negative lowest = N_MIN;
enum one_byte one_byte = OB_A;
volatile s8 minus_one = -1;
volatile u8 max_byte = 255;
volatile u16 max_short = 65535;
volatile u32 max_word = 0xffffffffu;
volatile int minus_two = -2, thirty_three = 33, minus_shift = -1;
volatile u64 max_long = 0xffffffffffffffffull;
volatile long long min_long = -0x7fffffffffffffffll - 1;
volatile _Bool truth = 1;
volatile float tenth = 0.1f, tiny_float = 1e-45f, big = 3.4028235e38f, zero_minus = -0.0f;
volatile double precise = 0.1, enormous = 1.7976931348623157e308, smallest = 5e-324;
volatile long double most = 1.18973149535723176502e4932L, third = 1.0L / 3.0L;
mapped_register device = (mapped_register)&max_word;
_Atomic _Bool lock = 1;
_Atomic u64 counter = 0x1ffffffffull;
const char *const messages[] = { "zero", "one \x7f\033[0m", 0 };
const char tabs[] = "\ta\0b\\\"'";
char exact[3] = "xyz";
__WCHAR_TYPE__ letter = L'\x263a';
u16 screen[2][80] = { { 0x0741, 0x1f42 }, { 0x4f43 } };
u16 (*rows)[80] = screen;
u8 cube[2][3][4] = { { { 1, 2, 3, 4 }, { 5 } }, { { 9, 8, 7, 6 }, { 0 }, { 0, 0, 0, 255 } } };
u32 words[6] = { 0, 1, 0x80000000u, 3, 4, 5 };
u32 *middle = &words[3], *past = words + 6;
void *untyped = &words[1];
u32 *const *indirect = (u32 *const *)&middle;
static int regparm_handler(u8 vector, const char *why) { return vector + why[0]; }
handler handlers[4] = { regparm_handler, 0, (handler)0xc0101234 };
void (*__attribute__((noreturn)) panic)(const char *, ...);
int (*(*lookup[2])(u8))(int);
static int counted = 5, same_name = 1000;
u8 stack_area[64] __attribute__((aligned(64)));
struct __attribute__((aligned(32))) fxsave { u8 area[40]; } fxsave;
struct inside { char c; int aligned __attribute__((aligned(8))); } inside;
typedef u32 unaligned_word __attribute__((aligned(1)));
typedef struct fxsave fxsave_area;
unaligned_word unaligned;
struct node first_node, second_node = { 0, &first_node.next, 9 };
__attribute__((section(".data.special"))) int placed = 12;
static int sink;

int elsewhere(int);
__attribute__((noinline)) void checkpoint(void) { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) static int opaque(int x) { __asm__ volatile("" : "+r"(x)); return x; }

static inline __attribute__((always_inline)) int innermost(int depth, struct nested *where)
{
	static int entered = 3;
	int level = depth * 10;
	entered++;
	where->before = level;
	{
		int level = depth + 100;
		__asm__ volatile("" : : "r"(level));
		{
			unsigned level = 0xfffffff0u;
			__asm__ volatile("" : : "r"(level));
			checkpoint();
		}
		sink += level;
	}
	return level + entered;
}

static inline __attribute__((always_inline)) int middle_one(int depth, struct nested *where)
{
	int here = depth + 1;
	int result = innermost(here, where);
	return result + here;
}

__attribute__((noinline)) int work(int argument, u8 narrow, long long broad, float real, struct either by_value, struct nested *where)
{
	static int entered = 900;
	static const u8 digits[] = "0123456789abcdef";
	register int kept = opaque(argument) + 7;
	register u64 pair_of_registers = ((u64)opaque(3) << 32) | 0x89abcdefu;
	struct { u16 a; u16 b; } split = { (u16)argument, (u16)(kept + 1) };
	u8 buffer[8] = "buf";
	char *cursor = (char *)buffer + 1;
	volatile struct bits local_bits = { 0 };
	volatile float local_float = real * 2;
	volatile double local_double = real / 3;
	volatile long double local_long_double = real / 3.0L;
	_Bool is_set = argument > 3;
	entered += narrow;
	local_bits.wide = broad;
	__asm__ volatile("" : : "r"(cursor), "r"(buffer) : "memory");
	int result = middle_one(argument, where);
retry:
	result += split.a + split.b + kept + (int)pair_of_registers + (int)(pair_of_registers >> 32) + buffer[1] + *cursor + digits[argument & 15];
	result += (int)local_float + (int)local_double + (int)local_long_double + is_set + entered + counted + same_name + by_value.i;
	if (result == sink)
		goto retry;
	return result;
}

/* A caller's registers are saved by those it calls; its own floating-point ones by nobody. */
__attribute__((noinline)) int caller(int a, int b, const float *f)
{
	int saved_a = opaque(a) * 3, saved_b = opaque(b) + 11, saved_c = opaque(a + b);
	float single = f[0] * 1.5f;
	double twice = f[1] * 2.0;
	struct either either = { IS_INT, { .i = saved_a } };
	int result = work(a, (u8)b, ((long long)saved_a << 33) | 1, f[2], either, nested);
	result += saved_a ^ saved_b ^ saved_c;
	return result + (int)single + (int)twice + (int)(single * saved_a);
}

const float floats[3] = { 1.25f, -7.5f, 10.0f };

void _start(void)
{
	lookup[0] = 0;
	first_node.next = &second_node;
	sink = caller(opaque(14), opaque(0x1fe), floats) + elsewhere(opaque(2)) + placed;
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
