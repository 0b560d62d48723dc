/* Pointers to members: of base classes, a virtual one too, null, to methods, virtual ones too; stopped in checkpoint() and compared with gdb. */
using u32 = unsigned;
namespace kernel {
	struct Named { const char *name = "nobody"; int tag = 22; int length() { return tag * 2; } };
	struct Object { virtual int id() const { return 1; } virtual int kind(int more) { return more; } int level = 9; };
	struct Task : Object, Named {
		int pid = 100;
		int files[4] = { 3, 4, 5, 6 };
		u32 flags : 4;
		Named inner;
		Task *next = this;
		Task() : flags(5) { inner.tag = 33; }
		int id() const override { return pid; }
		int kind(int more) override { return pid + more; }
		int run(int more) { return pid - more; }
	};
	struct Diamond : virtual Named { int own = 5; virtual int turn() { return own; } };
	struct Other { int nothing = 0; };
}
using kernel::Task;
static volatile int sink;
Task global_task;
int Task::*pid_of = &Task::pid;
int Task::*tag_of = &Task::tag;
int kernel::Named::*named_tag = &kernel::Named::tag;
int kernel::Named::*named_null = nullptr;
int (Task::*files_of)[4] = &Task::files;
kernel::Named Task::*inner_of = &Task::inner;
Task *Task::*next_of = &Task::next;
int (Task::*run_of)(int) = &Task::run;
int (Task::*kind_of)(int) = &Task::kind;
int (Task::*length_of)() = &Task::length;
int (kernel::Object::*object_kind)(int) = &kernel::Object::kind;
int (Task::*method_null)(int) = nullptr;
int kernel::Other::*other_of = &kernel::Other::nothing;
extern "C" __attribute__((noinline)) void checkpoint() { __asm__ volatile("" ::: "memory"); }
extern "C" __attribute__((noinline)) int work(int argument, Task &task, Task *pointer, kernel::Object *object, kernel::Diamond &diamond)
{
	int Task::*local = argument > 3 ? &Task::pid : &Task::level;
	__asm__ volatile("" : : "m"(local), "r"(pointer), "r"(object) : "memory");
	checkpoint();
	return task.*local + (pointer->*run_of)(argument) + object->level + diamond.own + (diamond.*named_tag);
}
extern "C" void _start()
{
	Task task;
	kernel::Diamond diamond;
	sink = work(sink * 0 + 14, task, &global_task, &task, diamond);
	sink = (task.*kind_of)(1) + (task.*length_of)() + (task.*object_kind)(2) + (task.*files_of)[1] + (task.*inner_of).tag;
	sink = task.*pid_of + task.*tag_of + (task.*next_of)->pid + (named_null == nullptr) + (method_null == nullptr) + (other_of == nullptr);
	__asm__ volatile("int $0x80" : : "a"(1), "b"(0));
	for (;;)
		;
}
void *operator new(unsigned, void *p) { return p; }
extern "C" void __cxa_pure_virtual() {}
