/* The same base class more than once, virtual ones on several ways, static members. Compared with gdb. */
extern "C" __attribute__((noinline)) void checkpoint() { __asm__ volatile("" ::: "memory"); }
namespace kernel {
	struct A { int a = 1; static int count; static const int fixed = 9; int f() { return a; } };
	int A::count = 42;
	struct B : A { int b = 2; int both = 20; };
	struct C : A { int c = 3; int both = 30; };
	struct D : B, C { int d = 4; static int total; static D *self; static A list[2]; int run(int more); };
	int D::total = 7;
	D *D::self;
	A D::list[2];
	struct E : D { int e = 5; int count = 77; };
}
struct V { int v = 10; int hidden = 11; };
struct L : virtual V { int l = 12; int hidden = 13; };
struct R : virtual V { int r = 14; };
struct X : L, R { int x = 15; };
struct M : virtual V { int m = 16; };
struct N : V { int n = 17; };
struct Y : M, N { int y = 18; };
struct Z : L, M { int v = 19; };
struct P : kernel::B { int p = 1; };
struct Q : kernel::B { int q = 2; };
struct W : P, Q { };
extern "C" __attribute__((noinline)) int work(kernel::D &d, kernel::D *at, kernel::E &e, X &x, Y &y, Z &z, W &w, P &p)
{
	volatile int sum = d.d + e.e + x.x + kernel::A::count + kernel::A::fixed + w.P::a + z.v + y.y + p.p;
	checkpoint();
	return sum;
}
__attribute__((noinline)) int kernel::D::run(int more)
{
	kernel::E e;
	X x;
	Y y;
	Z z;
	W w;
	P p;
	d += more;
	self = this;
	list[1].a = 5;
	p.a = 6;
	w.P::a = 8;
	w.Q::a = 9;
	y.N::v = 21;
	y.M::v = 22;
	return work(*this, this, e, x, y, z, w, p) + total;
}
extern "C" void _start()
{
	kernel::D d;
	d.B::a = 50;
	d.C::a = 60;
	volatile int result = d.run(1);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(result));
	for (;;)
		;
}
