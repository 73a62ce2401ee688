//! A stack deep enough for evaluation.
//!
//! The parser and the evaluator are recursive, so a nested query needs a deep stack: an ordinary thread of 2 MiB
//! overflows on a few hundred nested braces, and an overflow ends the process. The guard bounds the nesting,
//! this bounds what the nesting may need; both numbers are tested together.

use std::io;
use std::thread;

/// Bytes of stack that parsing and evaluating any text within the default [`TextLimits`](crate::TextLimits) fits into.
///
/// A server gives this to its pool of blocking threads (`thread_stack_size`); memory is taken only as it is used.
pub const STACK_SIZE: usize = 64 << 20;

/// Runs `work` on a thread of its own with [`STACK_SIZE`] bytes of stack, and waits for its result.
///
/// # Errors
/// When the thread cannot be started, or when `work` panicked (the panic ends here and not in the caller).
pub fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        thread::Builder::new()
            .name("kenning-sparql".into())
            .stack_size(STACK_SIZE)
            .spawn_scoped(scope, work)?
            .join()
            .map_err(|_| io::Error::other("the evaluating thread panicked"))
    })
}
