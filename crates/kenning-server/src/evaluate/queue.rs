//! The queue that evaluating threads take work from.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A piece of work.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// Work that waits for a thread, first come first served.
///
/// The standard library's channel has one receiver; behind a lock it wakes a second thread for each piece of work, to wait in turn.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a piece of work, and wakes one thread for it.
    pub(super) fn push(&self, job: Job) {
        self.lock().jobs.push_back(job);
        self.ready.notify_one();
    }

    /// Lets the threads end once there is nothing left to do.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }

    /// Does one piece of work after the other until the queue is closed.
    pub(super) fn work_through(&self) {
        loop {
            let job = {
                let state = self.lock();
                let mut state = self
                    .ready
                    .wait_while(state, |state| state.jobs.is_empty() && !state.closed)
                    .unwrap_or_else(PoisonError::into_inner);
                match state.jobs.pop_front() {
                    Some(job) => job,
                    None => return,
                }
            };
            job();
        }
    }
}
