/* Functions that only their parameters or template arguments tell apart, with types in scopes, in inline and anonymous namespaces. */
namespace kernel {
	inline namespace v2 { struct A { int x; struct In { int y; }; }; enum class Mode { On }; }
	namespace { struct Hidden { int z; }; }
	namespace mm { struct Page { int frame; }; }
	template <class T, int N> struct Ring { T items[N]; T *at(int n) { return &items[n]; } };
	template <class T, class U = mm::Page, int K = 4> struct Default { T t; U u; int size(T a) { return K + (int)sizeof(a); } };
	using Frame = unsigned long;
	int over(int a, A *b) { return a + b->x; }
	int over(int a, mm::Page *b) { return a + b->frame; }
	int over(const unsigned long a, const A &b) { return a + b.x; }
	int over(const A *const *b) { return (*b)->x; }
	int over(Ring<A, 2> *b) { return b->items[0].x; }
	int over(Ring<mm::Page *, 2> *b) { return b->items[0]->frame; }
	int framed(Frame a, mm::Page *b) { return a + b->frame; }
	int hidden(Hidden *h) { return h->z; }
	int within(A::In *h) { return h->y; }
	int calls(int (*f)(A *, unsigned), A *a) { return f(a, 3); }
	int nothing(void (*f)(void)) { f(); return 1; }
	template <class T> T *same(T *t) { return t; }
	int defaults(Default<int> *d) { return d->size(3); }
	int array(A (&a)[3]) { return a[1].x; }
	int wide(long long a, unsigned long long b, short c, unsigned char d, signed char e, long double f) { return a + b + c + d + e + (int)f; }
	int mode(Mode m) { return (int)m; }
	int changing(volatile A *a, A volatile const *b) { return a->x + b->x; }
	int many(int a, ...) { return a; }
}
namespace other {
	struct A { int q; };
	int over(int a, A *b) { return a + b->q; }
	int two(A *a, kernel::A *b) { return a->q + b->x; }
}
struct A { int g; };
int over(int a, A *b) { return a + b->g; }
kernel::Ring<kernel::Ring<int, 2>, 3> rings;
kernel::Ring<kernel::A, 2> ring;
kernel::Ring<kernel::mm::Page *, 2> pages;
kernel::Default<int> plain;
kernel::Default<kernel::A> scoped;
kernel::Default<int, A, 5> given;
extern "C" void _start()
{
	static kernel::A a, all[3];
	static kernel::mm::Page page;
	static kernel::A::In in;
	static other::A o;
	static A g;
	const kernel::A *constant = &a;
	rings.at(1), rings.items[0].at(1), ring.at(0), pages.at(0);
	kernel::same(&a), kernel::same(&page), kernel::same(&g), kernel::same(&rings);
	volatile int sum = kernel::over(1, &a) + kernel::over(1, &page) + kernel::over(1ul, a) + kernel::over(&constant) + kernel::over(&ring) + kernel::over(&pages);
	sum += other::over(1, &o) + other::two(&o, &a) + over(1, &g) + kernel::defaults(&plain) + scoped.size(a) + given.size(3) + kernel::framed(1, &page);
	sum += kernel::within(&in) + kernel::array(all) + kernel::wide(1, 2, 3, 4, 5, 6) + kernel::mode(kernel::Mode::On) + kernel::changing(&a, &a);
	sum += kernel::calls(nullptr, &a) + kernel::hidden(nullptr) + kernel::nothing(nullptr) + kernel::many(1, 2);
}
