// Frames of C++ that have no names in the source: a method inlined into its thunk, and lambdas that are templates.
extern "C" void checkpoint();
struct Named {
  int tag;
  virtual int id(int more) { return tag + more; }
};
struct Kind {
  int kind;
  virtual int of(int more) { return kind + more; }
};
struct Task : Named, Kind {
  int pid;
  int of(int more) override
  {
    int sum = more + pid + kind;
    checkpoint();
    return sum;
  }
};
int twice(int n)
{
  int doubled = n * 2;
  checkpoint();
  return doubled;
}
Task task;
__attribute__((noinline)) int through(Kind &kind)
{
  return kind.of(3) + 1;
}
extern "C" int work(int times)
{
  task.pid = times;
  int total = through(task);
  auto add = [&total](auto one, auto other) {
    auto sum = one + other;
    checkpoint();
    return static_cast<int>(sum) + total;
  };
  total += add(times, 'a');
  return total + twice(total);
}
__attribute__((noinline)) void checkpoint() { __asm__ volatile("" ::: "memory"); }
void operator delete(void *, unsigned) {}
extern "C" void _start()
{
  work(4);
  __asm__ volatile("int $0x80" : : "a"(1), "b"(0));
}
