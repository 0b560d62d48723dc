// Rust without its libraries, for languages.test.ts. `rust.s` is what rustc 1.95 makes of it, so that tests need no rustc:
//   RUSTC_BOOTSTRAP=1 rustc --target i686-unknown-linux-gnu -C debuginfo=2 -C panic=abort --emit=asm rust.rs
#![feature(no_core, lang_items, rustc_attrs, auto_traits)]
#![no_core]
#![no_std]
#![crate_type = "lib"]
#![allow(internal_features, dead_code)]
#[lang = "pointee_sized"] pub trait PointeeSized {}
#[lang = "meta_sized"] pub trait MetaSized: PointeeSized {}
#[lang = "sized"] pub trait Sized: MetaSized {}
#[lang = "unsize"] pub trait Unsize<T: PointeeSized>: PointeeSized {}
#[lang = "coerce_unsized"] pub trait CoerceUnsized<T: PointeeSized> {}
impl<'a, 'b: 'a, T: PointeeSized + Unsize<U>, U: PointeeSized> CoerceUnsized<&'a U> for &'b T {}
#[lang = "copy"] pub trait Copy {}
impl Copy for u32 {} impl Copy for u8 {} impl Copy for i32 {} impl Copy for bool {}
#[lang = "sync"] pub unsafe auto trait Sync {}
#[lang = "freeze"] unsafe auto trait Freeze {}
#[lang = "drop_in_place"] fn drop_in_place<T: PointeeSized>(_: *mut T) {}
#[repr(u8)] pub enum Level { Low = 1, High = 7 }
pub struct Port { pub base: u32, pub bits: u8, pub ready: bool }
pub enum Message { None, Byte(u8), Wide { low: u32, high: u32 } }
pub union Word { all: u32, part: [u8; 4] }
pub mod driver {
    use super::Port;
    pub static mut PORT: Port = Port { base: 0x3f8, bits: 8, ready: true };
    #[unsafe(no_mangle)] pub extern "C" fn port_base(port: &Port, which: bool) -> u32 {
        let base = port.base;
        if which { base } else { 0 }
    }
}
#[unsafe(no_mangle)] pub static mut LAST: Message = Message::Wide { low: 1, high: 2 };
#[unsafe(no_mangle)] pub static mut LEVEL: Level = Level::High;
#[unsafe(no_mangle)] pub static mut WORD: Word = Word { all: 5 };
#[unsafe(no_mangle)] pub unsafe extern "C" fn rust_start(n: u32) -> u32 {
    let first = driver::port_base(&*(&raw const driver::PORT), true);
    let kept = n;
    if first_is(first) { kept } else { first }
}
#[inline(always)] fn first_is(x: u32) -> bool {
    let seen = x;
    match seen {
        0x3f8 => true,
        _ => false,
    }
}
pub enum Maybe<T> { Nothing, Just(T) }
#[unsafe(no_mangle)] pub static NAME: &str = "colinux";
#[unsafe(no_mangle)] pub static BYTES: &[u8] = &[1, 2, 3];
#[unsafe(no_mangle)] pub static PLAIN: Maybe<u32> = Maybe::Just(7);
#[unsafe(no_mangle)] pub static NOTHING: Maybe<u32> = Maybe::Nothing;
#[unsafe(no_mangle)] pub static NICHE: Maybe<&u32> = Maybe::Just(&5);
#[unsafe(no_mangle)] pub static NO_NICHE: Maybe<&u32> = Maybe::Nothing;
