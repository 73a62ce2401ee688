//! Blocking work on threads of its own, with a stack that deep queries fit on, and answers that flow while they grow.
//!
//! Work writes into a [`Flow`]. Until the first 64 KiB are full nothing leaves the server, so an early failure is still a
//! proper error. After that, a failure ends the connection without the last chunk: a cut answer never looks complete.
//! A client that takes its answer slowly holds no thread: what it has not taken waits in memory, then in a file ([`flow`]).

mod flow;
mod queue;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use kenning_store::Cancel;
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::HttpError;
use crate::inflate;
use crate::pace;
pub(crate) use flow::Flow;
use flow::{Begun, Room};
use queue::Queue;

/// The threads that blocking work runs on.
#[derive(Debug)]
pub(crate) struct Evaluators {
    queue: Arc<Queue>,
    slots: Arc<Semaphore>,
    /// How many of the slots each reader holds. Nobody gets all of them, so that others are answered meanwhile.
    shares: Mutex<HashMap<Arc<str>, Arc<Semaphore>>>,
    share: usize,
    patience: Duration,
    room: Arc<Room>,
    counts: Arc<Counts>,
}

/// How much is going on now.
#[derive(Debug, Default)]
struct Counts {
    running: AtomicUsize,
    waiting: AtomicUsize,
}

/// What a piece of work holds while it runs.
struct Slot {
    _own: OwnedSemaphorePermit,
    _any: OwnedSemaphorePermit,
    counts: Arc<Counts>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.counts.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Pulls the switch when it is dropped: with the request's future, or with the answer's body, when the asker leaves.
#[derive(Debug)]
struct OnDrop(Cancel);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Evaluators {
    /// `count` threads with `stack` bytes of stack each; requests wait up to `patience` for one of them.
    /// Answers that wait for slow clients lie in files without a name in `spill`.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub(crate) fn start(
        count: usize,
        stack: usize,
        patience: Duration,
        spill: Option<PathBuf>,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        for number in 0..count.max(1) {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name(format!("evaluate-{number}"))
                .stack_size(stack)
                .spawn(move || queue.work_through())?;
        }
        Ok(Self {
            queue,
            slots: Arc::new(Semaphore::new(count.max(1))),
            shares: Mutex::default(),
            share: (count * 3 / 4).max(1),
            patience,
            room: Arc::new(Room::new(spill)),
            counts: Arc::default(),
        })
    }

    /// How many pieces of work run now.
    pub(crate) fn running(&self) -> usize {
        self.counts.running.load(Ordering::Relaxed)
    }

    /// How many requests wait for a thread now.
    pub(crate) fn waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// How many bytes of answers wait in files for slow clients now.
    pub(crate) fn spilled(&self) -> u64 {
        self.room.used()
    }

    /// Runs `work` for `reader` and returns what it returns.
    ///
    /// # Errors
    /// What `work` fails with, [`HttpError::Busy`] when no thread is free in time.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        reader: Arc<str>,
        work: impl FnOnce(&Cancel) -> Result<T, HttpError> + Send + 'static,
    ) -> Result<T, HttpError> {
        let slot = self.slot(reader).await?;
        let left = Cancel::new();
        let _guard = OnDrop(left.clone());
        let (done, result) = oneshot::channel();
        self.queue.push(Box::new(move || {
            let made = catch(|| work(&left));
            drop(slot);
            // Whoever waited may be gone; then nobody needs the result.
            let _ = done.send(made);
        }));
        result
            .await
            .unwrap_or_else(|_| Err(HttpError::Internal("evaluation thread ended".to_owned())))
    }

    /// Runs `work` for `reader`, which writes the answer's body. Small answers come whole, with their length; others as they grow.
    ///
    /// `whole` keeps the answer back until it is complete, for clients that cannot tell a cut answer from a whole one.
    ///
    /// # Errors
    /// What `work` fails with before the first chunk is full, [`HttpError::Busy`] when no thread is free in time.
    pub(crate) async fn stream(
        &self,
        reader: Arc<str>,
        whole: bool,
        work: impl FnOnce(&mut Flow, &Cancel) -> Result<(), HttpError> + Send + 'static,
    ) -> Result<Body, HttpError> {
        let slot = self.slot(reader).await?;
        let left = Cancel::new();
        let guard = OnDrop(left.clone());
        let (begun, begins) = oneshot::channel();
        let room = Arc::clone(&self.room);
        self.queue.push(Box::new(move || {
            let mut flow = Flow::new(begun, room, left.clone(), whole);
            let result = catch(|| work(&mut flow, &left));
            drop(slot);
            flow.end(result);
        }));
        match begins.await {
            Ok(Begun::Whole(bytes)) => Ok(Body::from(bytes)),
            Ok(Begun::First(first, pipe, length)) => {
                Ok(Body::new(flow::Arriving::new(first, pipe, length, guard)))
            }
            Ok(Begun::Failed(error)) => Err(error),
            Err(_) => Err(HttpError::Internal("evaluation thread ended".to_owned())),
        }
    }

    async fn slot(&self, reader: Arc<str>) -> Result<Slot, HttpError> {
        let share = self.share_of(reader);
        let free = Arc::clone(&share)
            .try_acquire_owned()
            .ok()
            .zip(Arc::clone(&self.slots).try_acquire_owned().ok());
        let (own, any) = match free {
            Some(both) => both,
            None => self.wait(share).await?,
        };
        self.counts.running.fetch_add(1, Ordering::Relaxed);
        Ok(Slot {
            _own: own,
            _any: any,
            counts: Arc::clone(&self.counts),
        })
    }

    async fn wait(
        &self,
        share: Arc<Semaphore>,
    ) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), HttpError> {
        let _waiting = Waiting::new(&self.counts);
        let both = async {
            let own = share.acquire_owned().await.ok()?;
            let any = Arc::clone(&self.slots).acquire_owned().await.ok()?;
            Some((own, any))
        };
        match tokio::time::timeout(self.patience, both).await {
            Ok(Some(both)) => Ok(both),
            _ => Err(HttpError::Busy),
        }
    }

    fn share_of(&self, reader: Arc<str>) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if shares.len() > 1_000 {
            shares.retain(|_, share| share.available_permits() < self.share);
        }
        let new = || Arc::new(Semaphore::new(self.share));
        Arc::clone(shares.entry(reader).or_insert_with(new))
    }
}

impl Drop for Evaluators {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Counts a request that waits, also when it is given up.
struct Waiting<'a>(&'a Counts);

impl<'a> Waiting<'a> {
    fn new(counts: &'a Counts) -> Self {
        counts.waiting.fetch_add(1, Ordering::Relaxed);
        Self(counts)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A panic while answering one request is a 500 for that request, and nothing for the others.
fn catch<T>(work: impl FnOnce() -> Result<T, HttpError>) -> Result<T, HttpError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(HttpError::Internal("panic while evaluating".to_owned())))
}

/// How much of all bodies together is held while they arrive.
const ARRIVING: u64 = 1 << 30;

/// Reads a whole body of at most `limit` bytes.
///
/// # Errors
/// [`HttpError::BodyTooLarge`], [`HttpError::Slow`], [`HttpError::Busy`] when too much of all bodies is arriving, or
/// [`HttpError::Request`] when the client stopped sending.
pub(crate) async fn read_body(body: Body, limit: u64) -> Result<Bytes, HttpError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut body = http_body_util::Limited::new(body, most);
    let mut share = Share::default();
    let mut parts: Vec<Bytes> = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>()
                || is_caused_by::<inflate::TooDense>(error.as_ref())
            {
                HttpError::BodyTooLarge(limit)
            } else if is_caused_by::<pace::TooSlow>(error.as_ref()) {
                HttpError::Slow
            } else {
                HttpError::Request("the body did not arrive whole".to_owned())
            }
        })?;
        if let Ok(data) = frame.into_data() {
            share.take(data.len() as u64)?;
            parts.push(data);
        }
    }
    Ok(match parts.len() {
        1 => parts.pop().unwrap_or_default(),
        _ => parts.concat().into(),
    })
}

/// Whether an error is an `E`, or was caused by one: what stands between a body and its reader wraps errors.
fn is_caused_by<E: std::error::Error + 'static>(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<E>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// How much of all bodies is held that are arriving now.
static HELD: AtomicU64 = AtomicU64::new(0);

/// What one body takes of [`ARRIVING`] while it arrives.
#[derive(Default)]
struct Share(u64);

impl Share {
    fn take(&mut self, bytes: u64) -> Result<(), HttpError> {
        self.0 += bytes;
        let before = HELD.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > ARRIVING {
            return Err(HttpError::Busy);
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The count is the whole process's; no other test of this crate's own reads bodies.
    #[test]
    fn all_bodies_that_arrive_share_what_there_is() {
        let mut large = Share::default();
        large.take(ARRIVING - 10).unwrap();
        let mut small = Share::default();
        small.take(10).unwrap();
        assert_eq!(small.take(1), Err(HttpError::Busy));
        drop(small);
        let mut other = Share::default();
        other.take(10).unwrap();
        drop((large, other));
        assert_eq!(
            HELD.load(Ordering::Relaxed),
            0,
            "what has gone holds nothing"
        );
    }
}
