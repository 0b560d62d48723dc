// Values of Rust without its libraries, stopped in checkpoint(): compared with gdb. `rust-values.s` is what rustc 1.95 makes of it, so that tests
// need no rustc:
//   RUSTC_BOOTSTRAP=1 rustc --target i686-unknown-linux-gnu -C debuginfo=2 -C panic=abort -C relocation-model=static \
//     --remap-path-prefix $PWD=/src --emit=asm rust-values.rs
#![feature(no_core, lang_items, rustc_attrs, auto_traits, unboxed_closures, arbitrary_self_types, never_type)]
#![no_core]
#![no_std]
#![crate_type = "lib"]
#![allow(internal_features, dead_code, unused)]
#[lang = "pointee_sized"] pub trait PointeeSized {}
#[lang = "meta_sized"] pub trait MetaSized: PointeeSized {}
#[lang = "sized"] pub trait Sized: MetaSized {}
#[lang = "unsize"] pub trait Unsize<T: PointeeSized>: PointeeSized {}
#[lang = "coerce_unsized"] pub trait CoerceUnsized<T: PointeeSized> {}
impl<'a, 'b: 'a, T: PointeeSized + Unsize<U>, U: PointeeSized> CoerceUnsized<&'a U> for &'b T {}
impl<'a, T: PointeeSized + Unsize<U>, U: PointeeSized> CoerceUnsized<&'a mut U> for &'a mut T {}
#[lang = "copy"] pub trait Copy {}
impl Copy for u32 {} impl Copy for u8 {} impl Copy for i32 {} impl Copy for i64 {} impl Copy for bool {} impl Copy for char {}
impl<T: PointeeSized> Copy for &T {}
#[lang = "sync"] pub unsafe auto trait Sync {}
#[lang = "freeze"] unsafe auto trait Freeze {}
#[lang = "legacy_receiver"] pub trait LegacyReceiver {}
impl<T: PointeeSized> LegacyReceiver for &T {}
#[lang = "drop_in_place"] fn drop_in_place<T: PointeeSized>(_: *mut T) {}
#[lang = "tuple_trait"] pub trait Tuple {}
#[lang = "fn_once"] pub trait FnOnce<A: Tuple> { #[lang = "fn_once_output"] type Output; extern "rust-call" fn call_once(self, args: A) -> Self::Output; }
#[lang = "fn_mut"] pub trait FnMut<A: Tuple>: FnOnce<A> { extern "rust-call" fn call_mut(&mut self, args: A) -> Self::Output; }
#[lang = "fn"] pub trait Fn<A: Tuple>: FnMut<A> { extern "rust-call" fn call(&self, args: A) -> Self::Output; }

pub mod task {
    use super::*;
    #[repr(u8)] pub enum State { Idle, Running = 7, Dead = 200 }
    pub struct Task<'a> { pub pid: u32, pub name: &'a str, pub state: State, pub parent: Maybe<&'a Task<'a>> }
    pub struct Pid(pub u32);
    pub struct Pair<A, B>(pub A, pub B);
    impl<'a> Task<'a> { #[inline(never)] pub fn run(&self, times: u32) -> u32 { super::work(self, times, &[1, 2, 3], "colinux") } }
    pub trait Runs { fn runs(&self) -> u32; }
    impl Runs for Pid { #[inline(never)] fn runs(&self) -> u32 { let kept = self.0; kept } }
}
pub enum Maybe<T> { Nothing, Just(T) }
pub enum Event { Quiet, Key(u8), Move { x: i32, y: i32 }, Line(u32, char), Nested(Maybe<u32>) }
pub enum Outcome<T, E> { Good(T), Bad(E) }
#[repr(i32)] pub enum Signed { Low = 0, High = 70000 }
pub enum Only { One(u32) }
pub union Word { pub all: u32, pub part: [u8; 4] }
#[inline(never)] pub fn generic<T: Copy>(value: T) -> T { let copy = value; checkpoint(); copy }
#[unsafe(no_mangle)] #[inline(never)] pub extern "C" fn checkpoint() {}
#[inline(always)] fn apply<F: Fn(u32) -> u32>(f: &F, x: u32) -> u32 { f(x) }
#[unsafe(no_mangle)] #[inline(never)]
pub extern "C" fn work(task: &task::Task, times: u32, numbers: &[u32], text: &str) -> u32 {
    let pid = task::Pid(12);
    let pair = task::Pair(5u8, true);
    let tuple = (1u32, 'x', 0x7fff_fff0i32);
    let unit = ();
    let nested = ((1u8, 2u8), [(3u8, 4u8), (5u8, 6u8)]);
    let array = [10u32, 20, 30];
    let letter = 'ß';
    let smile = '\u{263a}';
    let big = 5_000_000_000i64;
    let some: Maybe<u32> = Maybe::Just(7);
    let none: Maybe<u32> = Maybe::Nothing;
    let some_ref: Maybe<&u32> = Maybe::Just(&pid.0);
    let none_ref: Maybe<&u32> = Maybe::Nothing;
    let some_bool: Maybe<bool> = Maybe::Just(true);
    let none_bool: Maybe<bool> = Maybe::Nothing;
    let deep: Maybe<Maybe<bool>> = Maybe::Just(Maybe::Nothing);
    let deep_none: Maybe<Maybe<bool>> = Maybe::Nothing;
    let some_text: Maybe<&str> = Maybe::Just("inner");
    let quiet = Event::Quiet;
    let key = Event::Key(65);
    let moved = Event::Move { x: 1, y: 2 };
    let line = Event::Line(3, 'q');
    let inner = Event::Nested(Maybe::Just(9));
    let good: Outcome<u32, &str> = Outcome::Good(1);
    let bad: Outcome<u32, &str> = Outcome::Bad("failed");
    let low = Signed::Low;
    let high = Signed::High;
    let only = Only::One(4);
    let state = task::State::Running;
    let word = Word { all: 0x01020304 };
    let bytes: &[u8] = &[1, 2, 3];
    let empty: &str = "";
    let pairs: &[(u8, u8)] = &[(7, 8), (9, 10)];
    let pointer: *const u32 = &raw const pid.0;
    let twofold = &&array;
    let whole = &some;
    let closure = |x: u32| { let captured = times; checkpoint(); if true { captured } else { x } };
    let result = apply(&closure, 1);
    result
}
#[unsafe(no_mangle)] pub extern "C" fn _start() -> ! {
    let parent = task::Task { pid: 1, name: "init", state: task::State::Idle, parent: Maybe::Nothing };
    let child = task::Task { pid: 2, name: "shell", state: task::State::Dead, parent: Maybe::Just(&parent) };
    child.run(6);
    generic(5u32);
    use task::Runs;
    task::Pid(3).runs();
    loop {}
}
