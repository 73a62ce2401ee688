//! `sync = off`: what was acknowledged comes to the disk soon, also when nobody writes any more.

use crate::SyncMode;
use crate::knowledge_base::{Inner, lock};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often somebody looks. With the time that a flush takes, what was acknowledged is on the disk within a second.
const EVERY: Duration = Duration::from_millis(400);

/// The thread that flushes, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Flushing {
    ended: Arc<(Mutex<bool>, Condvar)>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Flushing {
    /// Ends the thread.
    pub(crate) fn stop(&self) {
        let (ended, turned) = &*self.ended;
        *lock(ended) = true;
        turned.notify_all();
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// Starts the thread, where writes do not wait for the disk. Without one, a later write or the end flushes.
pub(crate) fn start(inner: &Arc<Inner>) {
    if inner.sync() != SyncMode::Off {
        return;
    }
    let ended = Arc::clone(&inner.flushing.ended);
    let weak = Arc::downgrade(inner);
    let started = std::thread::Builder::new()
        .name("kenning-flush".to_owned())
        .spawn(move || run(&ended, &weak));
    *lock(&inner.flushing.thread) = started.ok();
}

fn run((ended, turned): &(Mutex<bool>, Condvar), inner: &Weak<Inner>) {
    let mut over = lock(ended);
    loop {
        let waited = turned.wait_timeout(over, EVERY);
        over = waited.unwrap_or_else(PoisonError::into_inner).0;
        if *over {
            return;
        }
        let Some(inner) = inner.upgrade() else { return };
        if let Some(truth) = inner.truth() {
            // What fails is told to the next writer, and said by whoever shows whether writing goes on.
            let _ = truth.flush();
        }
    }
}
