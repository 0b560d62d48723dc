// Trait objects and slices of them, of Rust without its libraries, stopped in checkpoint(): compared with gdb. `rust-objects.s` is what rustc 1.95
// makes of it, so that tests need no rustc:
//   RUSTC_BOOTSTRAP=1 rustc --target i686-unknown-linux-gnu -C debuginfo=2 -C panic=abort -C relocation-model=static \
//     --remap-path-prefix $PWD=/src --emit=asm rust-objects.rs
#![feature(no_core, lang_items, rustc_attrs, auto_traits, arbitrary_self_types)]
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
#[lang = "dispatch_from_dyn"] pub trait DispatchFromDyn<T> {}
impl<'a, T: PointeeSized + Unsize<U>, U: PointeeSized> DispatchFromDyn<&'a U> for &'a T {}
#[unsafe(no_mangle)] #[inline(never)] pub extern "C" fn checkpoint() {}
pub trait Shape { fn area(&self) -> u32; }
pub struct Square { pub side: u32 }
pub struct Circle<'a> { pub radius: u32, pub name: &'a str }
pub struct Held<'a> { pub shape: &'a dyn Shape, pub all: &'a [&'a dyn Shape] }
impl Shape for Square { #[inline(never)] fn area(&self) -> u32 { self.side } }
impl<'a> Shape for Circle<'a> { #[inline(never)] fn area(&self) -> u32 { self.radius } }
impl Shape for u32 { #[inline(never)] fn area(&self) -> u32 { *self } }
#[unsafe(no_mangle)] #[inline(never)]
pub extern "C" fn work(side: u32) -> u32 {
    let square = Square { side };
    let circle = Circle { radius: 7, name: "round" };
    let number = 31u32;
    let one: &dyn Shape = &square;
    let other: &dyn Shape = &circle;
    let plain: &dyn Shape = &number;
    let raw: *const dyn Shape = one;
    let shapes: [&dyn Shape; 3] = [&square, &circle, &number];
    let slice: &[&dyn Shape] = &shapes;
    let held = Held { shape: other, all: slice };
    checkpoint();
    one.area();
    other.area()
}
#[unsafe(no_mangle)] pub extern "C" fn _start() -> ! { work(4); loop {} }
