/* Names and values of kernels in C++: templates, overloads, operators, virtual bases, containers of their own. Compared with gdb. */
using u32 = unsigned;
namespace kernel {
	template <typename T, int N> struct Array { T items[N]; T &operator[](int n) { return items[n]; } const T &operator[](int n) const { return items[n]; } };
	template <typename T> class Vector { T *first; u32 used, room; public: Vector(T *at, u32 size) : first(at), used(size), room(size) {} u32 size() const { return used; } T &at(u32 n) { return first[n]; } };
	template <typename T> struct Optional { union { char none; T value; }; bool has; };
	template <typename T> struct Unique { T *owned; T *operator->() const { return owned; } operator bool() const { return owned; } ~Unique() { owned = nullptr; } };
	template <typename A, typename B> struct Pair { A first; B second; };
	template <typename T, T V> struct Fixed { static constexpr T value = V; T own = V; T get() const { return own; } };
	struct Node { Node *next; int key; };
	struct Named { const char *name = "base"; int tag = 22; virtual int kind() const { return 1; } };
	struct Left : virtual Named { int left = 1; int kind() const override { return left; } };
	struct Right : virtual Named { int right = 2; };
	struct Device : Left, Right { enum class Mode : unsigned char { Off, On = 3 }; struct Port { u32 base; }; Mode mode = Mode::On; Port port = { 0x3f8 }; int tag = 33; int kind() const override; int kind(int more) const; int kind(char letter) const; Device(); Device(int value); ~Device(); static int count(int n); };
	int total = 5;
	template <typename T> __attribute__((noinline)) T twice(T value) { total += 1; return value * 2; }
	__attribute__((noinline)) int operator+(const Pair<int, char> &a, const Pair<int, char> &b) { total++; return a.first + b.first; }
	inline namespace v1 { __attribute__((noinline)) int versioned(int x) { total += x; return total; } }
	namespace { __attribute__((noinline)) int hidden(int x) { total += x; return total * x; } }
}
extern "C" __attribute__((noinline)) void checkpoint() { __asm__ volatile("" ::: "memory"); }
__attribute__((noinline)) int single(int x) { kernel::total += x; return x; }
__attribute__((noinline)) int single_of_many(int x) { kernel::total += x; return x; }
__attribute__((noinline)) int single_of_many(const char *x) { kernel::total += *x; return *x; }
__attribute__((noinline)) int kernel::Device::count(int n) { total += n; return n; }
__attribute__((noinline)) kernel::Device::Device() { total++; }
__attribute__((noinline)) kernel::Device::Device(int value) { port.base = value; }
__attribute__((noinline)) kernel::Device::~Device() { total--; }
__attribute__((noinline)) int kernel::Device::kind() const { total += 7; return right; }
__attribute__((noinline)) int kernel::Device::kind(char letter) const { total += letter; return letter; }
static kernel::Node nodes[3] = { { &nodes[1], 10 }, { &nodes[2], 20 }, { &nodes[0], 30 } };
extern "C" __attribute__((noinline)) int work(kernel::Device &device, kernel::Left &left)
{
	static int words[3] = { 7, 8, 9 };
	kernel::Array<int, 3> array = { { 1, 2, 3 } };
	kernel::Array<kernel::Pair<int, char>, 2> pairs = { { { 4, 'd' }, { 5, 'e' } } };
	kernel::Vector<int> vector(words, 3);
	kernel::Optional<long> some, none;
	kernel::Unique<kernel::Node> unique = { &nodes[1] };
	kernel::Fixed<u32, 3u> fixed;
	int (&referred)[3] = array.items;
	int *pointer = words;
	int *&through = pointer;
	const kernel::Node &node = nodes[2];
	int &&temporary = device.tag + 1;
	int a = 1, b = 2, c = 3;
	int kernel::Device::*member = &kernel::Device::tag;
	struct Local { int inner; int get() const { return inner; } } local = { 44 };
	some.value = 6; some.has = true; none.none = 0; none.has = false;
	auto lambda = [&](int n) { checkpoint(); return n + a + words[0]; };
	__asm__ volatile("" : : "r"(&array), "r"(&pairs), "r"(&vector), "r"(&some), "r"(&none), "r"(&unique) : "memory");
	__asm__ volatile("" : : "r"(&fixed), "r"(&referred), "r"(&through), "r"(&node), "r"(&temporary), "r"(&member) : "memory");
	__asm__ volatile("" : : "r"(&local), "r"(&a), "r"(&b), "r"(&c), "r"(&left) : "memory");
	return lambda(3) + array[1] + vector.at(1) + vector.size() + unique->key + (unique ? 1 : 0) + fixed.get() + local.get() + (pairs[0] + pairs[1]) + left.kind() + (a < b > c);
}
__attribute__((noinline)) int kernel::Device::kind(int more) const
{
	Device *self = const_cast<Device *>(this);
	return work(*self, *self) + more + self->kind('c') + Device::count(2);
}
extern "C" void _start()
{
	kernel::Device device, other(4);
	volatile int result = device.kind(5) + kernel::twice<int>(4) + kernel::twice<long>(5) + kernel::twice(1.5) + single(1) + single_of_many(2) + single_of_many("x") + kernel::versioned(1) + kernel::hidden(2) + other.kind();
	__asm__ volatile("int $0x80" : : "a"(1), "b"(result));
	for (;;)
		;
}
