//! Stopping an evaluation wherever it is, and counting what it holds.
//!
//! The evaluator looks at its own cancellation token only when it reads a quad, drops errors in `MINUS` and in expressions, and cannot
//! be stopped at all inside a sort or a join of solutions in memory. But it clones terms all the time. So each term that it
//! is given ticks when it is cloned, and every few thousand ticks we look at the clock, the flag and the number of terms alive.
//! Where a limit is reached, the stack is unwound with a [`Stopped`] that `measured` catches: no panic hook runs, no message is
//! printed, and everything on the way is dropped as usual. The loser was returning errors, which reach only half of the places.

use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use kenning_store::Cancel;

use crate::{Limits, Stopped};

/// How many ticks pass between two looks at the clock: some 50 µs of evaluation.
const TICKS: u32 = 4096;

/// What one term in a solution takes: itself, its share of the vector, the hash table and the allocator.
const TERM_BYTES: i64 = 32;

thread_local! {
    static TICKS_LEFT: Cell<u32> = const { Cell::new(TICKS) };
    static TERMS: Cell<i64> = const { Cell::new(0) };
    static BYTES: Cell<i64> = const { Cell::new(0) };
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
    /// What of this evaluation has been added to [`TOGETHER`].
    static ADDED: Cell<i64> = const { Cell::new(0) };
}

/// About how many bytes all evaluations hold, as far as they have looked.
static TOGETHER: AtomicI64 = AtomicI64::new(0);

/// Who holds less than this is not stopped for what others hold.
const LITTLE: i64 = 16 << 20;

/// What is watched on this thread.
struct Watch {
    cancel: Cancel,
    deadline: Option<(Instant, Duration)>,
    memory: Option<u64>,
    together: Option<u64>,
}

/// Runs `work` with the limits on time and memory; nests.
///
/// # Errors
/// [`Stopped`] when a limit was reached or `cancel` was pulled.
pub(crate) fn measured<T>(
    limits: &Limits,
    cancel: &Cancel,
    work: impl FnOnce() -> T,
) -> Result<T, Failure> {
    let deadline = limits
        .time
        .and_then(|time| Some((Instant::now().checked_add(time)?, time)));
    let watch = Watch {
        cancel: cancel.clone(),
        deadline,
        memory: limits.memory,
        together: limits.together,
    };
    let outer = (
        WATCH.replace(Some(watch)),
        TERMS.replace(0),
        BYTES.replace(0),
        ADDED.replace(0),
    );
    let result = catch_unwind(AssertUnwindSafe(|| {
        look();
        work()
    }));
    WATCH.replace(outer.0);
    TERMS.set(outer.1);
    BYTES.set(outer.2);
    TOGETHER.fetch_sub(ADDED.replace(outer.3), Ordering::Relaxed);
    result.map_err(|payload| {
        payload
            .downcast::<Stopped>()
            .map_or(Failure::Panicked, |stopped| Failure::Stopped(*stopped))
    })
}

/// Why measured work gave no result.
pub(crate) enum Failure {
    Stopped(Stopped),
    /// A fault in the evaluator. Its message has gone to the panic hook.
    Panicked,
}

/// Counts one step of work, and now and then looks whether it may go on.
#[inline]
pub(crate) fn tick() {
    let left = TICKS_LEFT.get();
    if left == 0 {
        look();
    } else {
        TICKS_LEFT.set(left - 1);
    }
}

/// Looks now whether the work may go on; unwinds where it may not.
pub(crate) fn look() {
    TICKS_LEFT.set(TICKS);
    let stopped = WATCH.with_borrow(|watch| {
        let watch = watch.as_ref()?;
        if watch.cancel.is_cancelled() {
            return Some(Stopped::Cancelled);
        }
        if let Some((deadline, time)) = watch.deadline
            && Instant::now() >= deadline
        {
            return Some(Stopped::Time(time));
        }
        let held = TERMS
            .get()
            .saturating_mul(TERM_BYTES)
            .saturating_add(BYTES.get());
        let added = held - ADDED.replace(held);
        let together = TOGETHER.fetch_add(added, Ordering::Relaxed) + added;
        let above = |held: i64, limit: &u64| u64::try_from(held).unwrap_or(0) > *limit;
        let own = watch.memory.filter(|limit| above(held, limit));
        let all = watch.together.filter(|limit| above(together, limit));
        own.map(Stopped::Memory)
            .or(all.filter(|_| held > LITTLE).map(Stopped::Together))
    });
    if let Some(stopped) = stopped {
        resume_unwind(Box::new(stopped));
    }
}

/// Unwinds because a scan was interrupted and nothing here knows why: the flag is up, and `look` raced with it.
pub(crate) fn stop() -> ! {
    resume_unwind(Box::new(Stopped::Cancelled))
}

/// A term came alive.
#[inline]
pub(crate) fn born() {
    TERMS.set(TERMS.get() + 1);
}

/// A term is gone.
#[inline]
pub(crate) fn gone() {
    TERMS.set(TERMS.get() - 1);
}

/// So many bytes were taken, to be given back when the value is dropped.
pub(crate) struct Held(i64);

impl Held {
    /// Takes them. Looks at once when they are many.
    pub(crate) fn new(bytes: usize) -> Self {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let held = Self(bytes);
        BYTES.set(BYTES.get().saturating_add(bytes));
        if bytes > 1 << 20 {
            look();
        }
        held
    }

    /// Counts them until the end of the work.
    pub(crate) fn for_good(self) {
        mem::forget(self);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        BYTES.set(BYTES.get().saturating_sub(self.0));
    }
}
