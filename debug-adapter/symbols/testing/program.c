typedef unsigned int u32;
struct list { struct list *next, *prev; };
enum color { RED, GREEN = 5, BLUE = -1 };
union word { u32 all; unsigned char part[4]; };
struct box {
  int id;
  u32 low : 3, mid : 7, high : 22;
  struct list link;
  union { int left; float right; };
  const char *const name;
  int grid[3][4];
  int (*handler)(struct box *, int, ...);
  void (*table[2])(void);
  enum color color;
  long long big;
  char tail[];
};
struct opaque;
volatile u32 ticks = 7;
static int hidden = 3;
struct box *current_box;
struct opaque *secret;
const char banner[] = "hello";
double ratio = 1.5;
static inline __attribute__((always_inline)) int twice(int x) {
  int y = x * 2;
  ticks += y;
  return y;
}
__attribute__((noinline)) int leaf(int a, int b) {
  int sum = a + b;
  ticks++;
  return sum * hidden;
}
__attribute__((noinline)) int middle(int n) {
  int total = 0;
  for (int i = 0; i < n; i++) {
    int t = twice(i);
    total += leaf(t, n);
  }
  return total;
}
__attribute__((noinline)) long long wide(long long v, struct box *b) {
  b->big += v;
  return b->big * 3;
}
int main(void) {
  struct box local = { .id = 4 };
  current_box = &local;
  int r = middle(5);
  r += (int)wide(r, &local);
  return r + twice(r);
}
void (*const handlers[3])(struct box *, const char *, ...) = {0};
volatile unsigned char grid_of[2][3][4];
union word flags;
enum color shade = BLUE;
