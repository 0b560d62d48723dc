/* Types of every kind, for what they look like and where their parts lie. */
typedef unsigned int u32;
typedef struct foo {
	int a;
	char b;
	long long c;
	unsigned x : 3, y : 5;
	struct {
		int i;
		union {
			float f;
			int g;
		};
	} in;
	union {
		int q;
		char r[4];
	};
	struct foo *next;
	int (*call)(struct foo *, int);
	u32 grid[2][3];
	enum color { RED, GREEN = 5, BLUE } color;
	const volatile char *text;
	struct bar *unknown;
	u32 *const *volatile chain;
	int *(*many[4])(void);
	char flexible[];
} foo_t;
union either {
	int a;
	double d;
};
struct bits {
	unsigned a : 1;
	unsigned : 3;
	unsigned b : 12;
	unsigned c : 20;
	char d;
};
struct outer {
	char c;
	struct bits b;
	struct {
		char k;
		short m;
	} n[2];
};
struct empty {};
enum signs { NEGATIVE = -1, LARGE = 100 };
typedef const foo_t *view_t;
typedef enum { ALONE = 3, TOGETHER } untagged_t;
typedef int handler_t(struct outer *, view_t, ...);

foo_t *pointer;
foo_t many[2];
view_t view;
union either either;
struct outer outer;
struct empty empty;
enum signs sign;
untagged_t untagged;
handler_t *handler;
struct {
	int z;
	enum { HERE, THERE } where;
} bare;
const struct bits fixed;
_Bool truth;
unsigned long long wide;
int (*rows)[4];

__attribute__((noinline)) void checkpoint(void) { __asm__ volatile("" ::: "memory"); }

__attribute__((noinline)) int work(int n)
{
	checkpoint();
	return n + (int)sizeof(bare);
}

void _start(void)
{
	work(1);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	__builtin_unreachable();
}
