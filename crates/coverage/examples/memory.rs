//! Reads one report, once, and prints two numbers: the most bytes that were allocated at once, and how many of them
//! what was read still takes in the end. Their difference is what reading takes beyond its result.
//!
//! `cargo run --profile dist -p gatewright-coverage --example memory -- <path>`

#![allow(
    unsafe_code,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring program, not a part of the product; only an allocator can count allocations"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use gatewright_coverage::read;

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;
static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn take(bytes: usize) {
    let held = HELD.fetch_add(bytes, Relaxed) + bytes;
    MOST.fetch_max(held, Relaxed);
}

// SAFETY: everything is handed to the system's allocator as it came; nothing but numbers is added.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While it moves, both may be there.
        take(size);
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn main() {
    let path = std::env::args().nth(1).expect("the path of a report");
    let mut file = std::fs::File::open(path).expect("a file that can be read");
    let parsed = read(&mut file).expect("a report that is known");
    println!("{} {}", MOST.load(Relaxed), HELD.load(Relaxed));
    std::mem::forget(parsed);
}
