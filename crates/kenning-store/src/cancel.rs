//! Stopping work that nobody waits for any longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A flag and, if wanted, a deadline, shared by those who may stop some work and those who do it.
///
/// A clone is the same flag.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    flag: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

/// A scan ended early, because its [`Cancel`] said so; what it gave until then is not the whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the end")]
pub struct Interrupted;

impl Cancel {
    /// A flag that is not set, without a deadline.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same flag, which also counts as set once `deadline` has passed.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the flag: work that tests it ends soon.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether the work is to end. Reads the clock when there is a deadline, so test it once in a thousand steps.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
            || self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
    }
}
