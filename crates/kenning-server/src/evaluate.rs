//! Blocking work on threads of its own, with a stack that deep queries fit on, and answers that flow while they grow.
//!
//! Work writes into a [`Flow`]. Until the first 64 KiB are full nothing leaves the server, so an early failure is still a
//! proper error. After that, a failure ends the connection without the last chunk: a cut answer never looks complete.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use kenning_store::Cancel;
use std::collections::HashMap;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, mpsc as threads};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::error::HttpError;

/// How much is gathered before it is sent.
const CHUNK: usize = 64 * 1024;
/// How many chunks may wait for a slow client before the work itself waits: 8 MiB.
const WAITING: usize = 128;

type Job = Box<dyn FnOnce() + Send>;

/// The threads that blocking work runs on.
#[derive(Debug)]
pub(crate) struct Evaluators {
    jobs: threads::Sender<Job>,
    slots: Arc<Semaphore>,
    /// How many of the slots each reader holds. Nobody gets all of them, so that others are answered meanwhile.
    shares: Mutex<HashMap<Arc<str>, Arc<Semaphore>>>,
    share: usize,
    patience: Duration,
}

/// What a piece of work holds while it runs.
type Slot = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// Pulls the switch when it is dropped: with the request's future, or with the answer's body, when the asker leaves.
#[derive(Debug)]
struct OnDrop(Cancel);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

enum Piece {
    /// Some of the answer; more follows.
    Part(Bytes),
    /// The rest of the answer.
    Last(Bytes),
    /// No (more) answer.
    Failed(HttpError),
}

impl Evaluators {
    /// `count` threads with `stack` bytes of stack each; requests wait up to `patience` for one of them.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub(crate) fn start(count: usize, stack: usize, patience: Duration) -> io::Result<Self> {
        let (jobs, queue) = threads::channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..count.max(1) {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name(format!("evaluate-{number}"))
                .stack_size(stack)
                .spawn(move || work_through(&queue))?;
        }
        Ok(Self {
            jobs,
            slots: Arc::new(Semaphore::new(count.max(1))),
            shares: Mutex::default(),
            share: (count * 3 / 4).max(1),
            patience,
        })
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
        let (done, result) = tokio::sync::oneshot::channel();
        self.send(Box::new(move || {
            // Whoever waited may be gone; then nobody needs the result.
            let _ = done.send(catch(|| work(&left)));
            drop(slot);
        }))?;
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
        let (pieces, mut arriving) = mpsc::channel(WAITING);
        let handle = Handle::current();
        let patience = self.patience;
        self.send(Box::new(move || {
            let mut flow = Flow {
                buffer: Vec::new(),
                pieces,
                handle,
                patience,
                left: left.clone(),
                whole,
            };
            let result = catch(|| work(&mut flow, &left));
            flow.end(result);
            drop(slot);
        }))?;
        match arriving.recv().await {
            Some(Piece::Last(bytes)) => Ok(Body::from(bytes)),
            Some(Piece::Part(first)) => Ok(Body::new(Arriving {
                first: Some(first),
                pieces: arriving,
                ended: false,
                _guard: guard,
            })),
            Some(Piece::Failed(error)) => Err(error),
            None => Err(HttpError::Internal("evaluation thread ended".to_owned())),
        }
    }

    async fn slot(&self, reader: Arc<str>) -> Result<Slot, HttpError> {
        let share = self.share_of(reader);
        let both = async {
            let own = share.acquire_owned().await.ok()?;
            let slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
            Some((own, slot))
        };
        match tokio::time::timeout(self.patience, both).await {
            Ok(Some(slot)) => Ok(slot),
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

    fn send(&self, job: Job) -> Result<(), HttpError> {
        self.jobs
            .send(job)
            .map_err(|_| HttpError::Internal("no evaluation threads".to_owned()))
    }
}

fn work_through(queue: &Mutex<threads::Receiver<Job>>) {
    loop {
        // The lock is held while waiting: the others wait for the lock instead, which is the same.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

/// A panic while answering one request is a 500 for that request, and nothing for the others.
fn catch<T>(work: impl FnOnce() -> Result<T, HttpError>) -> Result<T, HttpError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(HttpError::Internal("panic while evaluating".to_owned())))
}

/// Where work writes an answer.
pub(crate) struct Flow {
    buffer: Vec<u8>,
    pieces: mpsc::Sender<Piece>,
    handle: Handle,
    patience: Duration,
    left: Cancel,
    whole: bool,
}

impl Flow {
    /// Sends what has been written so far, even if it is little.
    pub(crate) fn send_now(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let part = Bytes::from(std::mem::take(&mut self.buffer));
        self.put(Piece::Part(part))
    }

    /// Waits for a slow client, but not for ever: a client that takes nothing for so long loses its answer.
    fn put(&self, piece: Piece) -> io::Result<()> {
        let gone = || io::Error::new(io::ErrorKind::BrokenPipe, "the client has left");
        let piece = match self.pieces.try_send(piece) {
            Ok(()) => return Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(gone()),
            Err(mpsc::error::TrySendError::Full(piece)) => piece,
        };
        let sending = tokio::time::timeout(self.patience, self.pieces.send(piece));
        match self.handle.block_on(sending) {
            Ok(Ok(())) => Ok(()),
            _ => {
                self.left.cancel();
                Err(gone())
            }
        }
    }

    fn end(mut self, result: Result<(), HttpError>) {
        let last = match result {
            Ok(()) => Piece::Last(Bytes::from(std::mem::take(&mut self.buffer))),
            Err(error) => Piece::Failed(error),
        };
        // An asker who has left needs no end.
        let _ = self.put(last);
    }
}

impl Write for Flow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left.is_cancelled() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK && !self.whole {
            self.send_now()?;
        }
        Ok(bytes.len())
    }

    /// Does nothing: serialisers flush at every turn, and small pieces cost more than they bring.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The body of an answer that is still being written.
struct Arriving {
    first: Option<Bytes>,
    pieces: mpsc::Receiver<Piece>,
    ended: bool,
    _guard: OnDrop,
}

impl hyper::body::Body for Arriving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(hyper::body::Frame::data(first))));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let piece = std::task::ready!(self.pieces.poll_recv(context));
        Poll::Ready(match piece {
            Some(Piece::Part(bytes)) => Some(Ok(hyper::body::Frame::data(bytes))),
            Some(Piece::Last(bytes)) => {
                self.ended = true;
                (!bytes.is_empty()).then(|| Ok(hyper::body::Frame::data(bytes)))
            }
            // An error here makes the connection end without the mark of a complete answer.
            Some(Piece::Failed(error)) => {
                tracing::warn!(?error, "an answer was cut off after it had begun");
                self.ended = true;
                Some(Err(io::Error::other("the answer was cut off")))
            }
            None => {
                self.ended = true;
                Some(Err(io::Error::other("the answer was cut off")))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.ended && self.first.is_none()
    }
}

/// Reads a whole body of at most `limit` bytes.
///
/// # Errors
/// [`HttpError::BodyTooLarge`], or [`HttpError::Request`] when the client stopped sending.
pub(crate) async fn read_body(body: Body, limit: u64) -> Result<Bytes, HttpError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    match http_body_util::Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(HttpError::BodyTooLarge(limit))
        }
        Err(_) => Err(HttpError::Request(
            "the body did not arrive whole".to_owned(),
        )),
    }
}
