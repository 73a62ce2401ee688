//! Many threads that want the same kind of thing done: one at a time does it for all who wait.
//!
//! A lock would do, if locks were fair: the thread that lets go of one is running and takes it again before those that
//! wait have woken up, so it would do its own next job alone, and the others would wait for seconds.

use rustc_hash::FxHashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Jobs that wait, and results that wait to be fetched.
#[derive(Debug)]
pub(crate) struct Queue<Job, Done> {
    state: Mutex<State<Job, Done>>,
    /// Somebody has stopped leading: there are results, or there is nobody who leads.
    turned: Condvar,
}

#[derive(Debug)]
struct State<Job, Done> {
    waiting: Vec<(u64, Job)>,
    /// `None` for a job whose leader came to grief.
    done: FxHashMap<u64, Option<Done>>,
    leading: bool,
    next: u64,
}

impl<Job, Done> Default for Queue<Job, Done> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                waiting: Vec::new(),
                done: FxHashMap::default(),
                leading: false,
                next: 0,
            }),
            turned: Condvar::new(),
        }
    }
}

impl<Job, Done> Queue<Job, Done> {
    /// Does `job`, or has it done: `lead` is called with all jobs that wait, by one thread at a time, and gives their
    /// results in the same order. Nothing comes back when the thread that took the job along panicked.
    pub(crate) fn run(&self, job: Job, lead: impl FnOnce(Vec<Job>) -> Vec<Done>) -> Option<Done> {
        let mut state = self.lock();
        let ticket = state.next;
        state.next += 1;
        state.waiting.push((ticket, job));
        while state.leading {
            state = self
                .turned
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(done) = state.done.remove(&ticket) {
                return done;
            }
        }
        state.leading = true;
        let (tickets, jobs) = std::mem::take(&mut state.waiting).into_iter().unzip();
        drop(state);
        let mut leading = Leading {
            queue: self,
            tickets,
            results: Vec::new(),
        };
        leading.results = lead(jobs);
        drop(leading);
        self.lock().done.remove(&ticket).flatten()
    }

    fn lock(&self) -> MutexGuard<'_, State<Job, Done>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands the results out and the lead on, also when leading ends in a panic.
struct Leading<'a, Job, Done> {
    queue: &'a Queue<Job, Done>,
    tickets: Vec<u64>,
    results: Vec<Done>,
}

impl<Job, Done> Drop for Leading<'_, Job, Done> {
    fn drop(&mut self) {
        let mut results = std::mem::take(&mut self.results).into_iter();
        let mut state = self.queue.lock();
        for ticket in self.tickets.drain(..) {
            state.done.insert(ticket, results.next());
        }
        state.leading = false;
        self.queue.turned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn everybody_gets_the_result_of_the_own_job_and_nobody_leads_twice_while_others_wait() {
        let queue = Queue::default();
        let calls = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for thread in 0..16 {
                let (queue, calls) = (&queue, &calls);
                scope.spawn(move || {
                    for round in 0..20 {
                        let job = thread * 1000 + round;
                        let done = queue.run(job, |jobs: Vec<usize>| {
                            calls.fetch_add(1, Ordering::Relaxed);
                            std::thread::sleep(Duration::from_millis(1));
                            jobs.into_iter().map(|job| job * 2).collect()
                        });
                        assert_eq!(done, Some(job * 2));
                    }
                });
            }
        });
        let calls = calls.into_inner();
        assert!(calls < 16 * 20 / 3, "{calls} calls for 320 jobs");
    }

    #[test]
    fn a_leader_that_panics_does_not_leave_the_others_waiting() {
        let queue: Queue<usize, usize> = Queue::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| queue.run(1, |_| panic!("on purpose"))));
        assert!(panicked.is_err());
        assert_eq!(queue.run(2, |jobs| jobs), Some(2));
    }
}
