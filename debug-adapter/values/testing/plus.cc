/* What kernels in C++ are made of, stopped in checkpoint(): compared with gdb. */
using u32 = unsigned;
namespace kernel {
	int counter = 41;
	static int hidden = -9;
	enum class State : unsigned char { Idle, Running = 7, Dead = 200 };
	enum Plain { PLAIN_A = 3, PLAIN_B };
	namespace mm { int counter = 17; struct Page { u32 flags : 4; u32 frame : 28; static int total; }; int Page::total = 99; Page pages[2] = { { 5, 0x123 }, { 1, 7 } }; }
	class Object { public: virtual ~Object() {} virtual int id() const { return 1; } void operator delete(void *, unsigned) {} protected: int tag = 11; };
	struct Named { const char *name = "nobody"; int tag = 22; };
	template <typename T, int N> struct Ring { T items[N]; int head; T &at(int n) { return items[n % N]; } };
	class Task : public Object, public Named { public: Task(int n) : pid(n), next(this) {} int id() const override { return pid; } int run(int more); int pid; Task *next; State state = State::Running; Ring<int, 3> ring = { { 10, 20, 30 }, 1 }; mutable bool dirty = true; int Task::*member = &Task::pid; private: union { int as_int; float as_float; }; };
	struct Diamond : virtual Named { int own = 5; };
}
namespace { int anonymous = 1234; }
kernel::State global_state = kernel::State::Dead;
const int &reference = kernel::counter;
volatile bool flag = true;
char16_t wide_letter = u'\x263a';
decltype(nullptr) nothing = nullptr;
static volatile int sink;
extern "C" __attribute__((noinline)) void checkpoint() { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) static int overloaded(int x) { return x + sink; }
__attribute__((noinline)) static int overloaded(double x) { return (int)x + sink; }
extern "C" __attribute__((noinline)) int work(int argument, kernel::Task &task, const kernel::mm::Page *page, int &&moved)
{
	using kernel::mm::Page;
	static int calls = 3;
	kernel::Task *pointer = &task;
	kernel::Object &base = task;
	auto lambda = [&](int n) { return n + argument; };
	int &alias = argument;
	const kernel::State state = task.state;
	bool is_set = argument > 3;
	int (*array)[2] = (int (*)[2])task.ring.items;
	calls++;
	__asm__ volatile("" : : "r"(pointer), "r"(&base), "r"(&alias), "r"(array) : "memory");
	checkpoint();
	return lambda(calls) + alias + (int)state + is_set + page->frame + moved + overloaded(1) + overloaded(2.5) + base.id();
}
int kernel::Task::run(int more)
{
	int here = pid + more;
	return work(here, *this, &mm::pages[0], here + 1);
}
extern "C" void _start()
{
	kernel::Task task(100);
	kernel::Diamond diamond;
	sink = diamond.own + anonymous + kernel::hidden;
	sink = task.run(sink * 0 + 14) + reference + (int)global_state;
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
void *operator new(unsigned, void *p) { return p; }
extern "C" void __cxa_pure_virtual() {}
