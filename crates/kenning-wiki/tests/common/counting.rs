//! An allocator that counts: for the test and for the example that say how much memory a conversion takes.
#![allow(
    unsafe_code,
    dead_code,
    reason = "an allocator is unsafe to write, and not everybody asks for everything"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system's allocator, with what is allocated now and what was at most.
pub(crate) struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(
            NOW.fetch_add(layout.size(), Relaxed) + layout.size(),
            Relaxed,
        );
        // SAFETY: as it came.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as it came.
        unsafe { System.dealloc(pointer, layout) }
    }

    // What grows is counted by how much it grows, since the system moves pages and not bytes where there are many.
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match size.checked_sub(layout.size()) {
            Some(more) => MOST.fetch_max(NOW.fetch_add(more, Relaxed) + more, Relaxed),
            None => NOW.fetch_sub(layout.size() - size, Relaxed),
        };
        // SAFETY: as it came.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What is allocated now; from here on, the most is counted anew.
pub(crate) fn begin() -> usize {
    let now = NOW.load(Relaxed);
    MOST.store(now, Relaxed);
    now
}

/// The bytes that are allocated now.
pub(crate) fn now() -> usize {
    NOW.load(Relaxed)
}

/// The bytes that were allocated at most.
pub(crate) fn most() -> usize {
    MOST.load(Relaxed)
}
