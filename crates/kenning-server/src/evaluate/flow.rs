//! The way of an answer from the thread that makes it to the client that takes it.
//!
//! The thread never waits for the client. What the client has not taken yet waits in memory up to a bound, and beyond it in a
//! file that has no name and is gone with the answer. The loser was to make the thread wait: a handful of clients that take a
//! byte a second would have held every thread. Suspending the evaluation itself is not possible, as it lives on its thread's stack.

use axum::body::Bytes;
use kenning_store::Cancel;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::OnDrop;
use crate::error::HttpError;

/// How much is gathered before it is sent.
const CHUNK: usize = 64 * 1024;
/// How much of one answer waits in memory.
const IN_MEMORY: usize = 1024 * 1024;
/// How much of all answers together waits in files.
const IN_FILES: u64 = 8 << 30;

/// What is known of an answer when it begins.
pub(super) enum Begun {
    /// All of it.
    Whole(Bytes),
    /// Some of it; more follows. How long all of it is, where that is known.
    First(Bytes, Arc<Pipe>, Option<u64>),
    /// That there is none.
    Failed(HttpError),
}

/// Where answers wait in files, and how much of them does.
#[derive(Debug)]
pub(super) struct Room {
    place: PathBuf,
    used: AtomicU64,
}

impl Room {
    pub(super) fn new(place: Option<PathBuf>) -> Self {
        Self {
            place: place.unwrap_or_else(std::env::temp_dir),
            used: AtomicU64::new(0),
        }
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: u64) -> io::Result<()> {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > IN_FILES {
            self.give_back(bytes);
            return Err(io::Error::other(
                "too much of the answers waits for slow clients",
            ));
        }
        Ok(())
    }

    fn give_back(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// What has been made of an answer and not yet been taken.
#[derive(Debug)]
pub(super) struct Pipe {
    state: Mutex<State>,
    room: Arc<Room>,
}

#[derive(Debug, Default)]
struct State {
    /// Comes before what is in the file.
    memory: VecDeque<Bytes>,
    in_memory: usize,
    file: Option<Arc<File>>,
    written: u64,
    read: u64,
    end: Option<Result<(), HttpError>>,
    waker: Option<Waker>,
    gone: bool,
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to the answer. Never waits for the client.
    fn push(&self, bytes: Bytes) -> io::Result<()> {
        let mut state = self.lock();
        if state.gone {
            return Err(gone());
        }
        if state.read == state.written && state.in_memory + bytes.len() <= IN_MEMORY {
            state.in_memory += bytes.len();
            state.memory.push_back(bytes);
            return self.wake(state);
        }
        if state.read == state.written {
            // All of the file has been taken: it begins anew.
            self.room.give_back(state.written);
            (state.read, state.written) = (0, 0);
        }
        let known = state.file.clone();
        let at = state.written;
        // Only this thread writes, so the place is still right when the lock is taken again.
        drop(state);
        let length = bytes.len() as u64;
        self.room.take(length)?;
        let written = known
            .map_or_else(|| tempfile::tempfile_in(&self.room.place).map(Arc::new), Ok)
            .and_then(|file| file.write_all_at(&bytes, at).map(|()| file));
        let mut state = self.lock();
        state.file = Some(written.inspect_err(|_| self.room.give_back(length))?);
        state.written = at + bytes.len() as u64;
        self.wake(state)
    }

    fn end(&self, result: Result<(), HttpError>) {
        let mut state = self.lock();
        state.end = Some(result);
        let _ = self.wake(state);
    }

    fn wake(&self, mut state: MutexGuard<'_, State>) -> io::Result<()> {
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let written = self.lock().written;
        self.room.give_back(written);
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the client has left")
}

/// Where work writes an answer.
pub(crate) struct Flow {
    buffer: Vec<u8>,
    begun: Option<oneshot::Sender<Begun>>,
    pipe: Option<Arc<Pipe>>,
    room: Arc<Room>,
    left: Cancel,
    /// Whether nothing leaves before all of it is there.
    whole: bool,
    /// The first part of an answer that waits until it is whole; what follows it waits in the pipe.
    first: Option<Bytes>,
    length: u64,
}

impl Flow {
    pub(super) fn new(
        begun: oneshot::Sender<Begun>,
        room: Arc<Room>,
        left: Cancel,
        whole: bool,
    ) -> Self {
        Self {
            buffer: Vec::new(),
            begun: Some(begun),
            pipe: None,
            room,
            left,
            whole,
            first: None,
            length: 0,
        }
    }

    /// Sends what has been written so far, even if it is little.
    pub(crate) fn send_now(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let part = Bytes::from(std::mem::take(&mut self.buffer));
        self.length += part.len() as u64;
        if let Some(pipe) = &self.pipe {
            return pipe.push(part).inspect_err(|error| {
                if error.kind() != io::ErrorKind::BrokenPipe {
                    tracing::warn!(%error, "an answer could not be kept for a slow client");
                }
                self.left.cancel();
            });
        }
        let pipe = Arc::new(Pipe {
            state: Mutex::default(),
            room: Arc::clone(&self.room),
        });
        self.pipe = Some(Arc::clone(&pipe));
        if self.whole {
            self.first = Some(part);
            return Ok(());
        }
        let begun = self.begun.take().ok_or_else(gone)?;
        begun
            .send(Begun::First(part, pipe, None))
            .map_err(|_| gone())
    }

    pub(super) fn end(mut self, result: Result<(), HttpError>) {
        let result = match self.first.is_some() {
            true => result.and_then(|()| {
                let sent = self.send_now();
                sent.map_err(|error| HttpError::Internal(error.to_string()))
            }),
            false => result,
        };
        let bytes = Bytes::from(std::mem::take(&mut self.buffer));
        match (self.begun.take(), &self.pipe) {
            (Some(begun), Some(pipe)) => {
                let first = self.first.take().unwrap_or_default();
                pipe.end(Ok(()));
                // An asker who has left needs no end.
                let _ = begun.send(match result {
                    Ok(()) => Begun::First(first, Arc::clone(pipe), Some(self.length)),
                    Err(error) => Begun::Failed(error),
                });
            }
            (Some(begun), None) => {
                // An asker who has left needs no end.
                let _ = begun.send(match result {
                    Ok(()) => Begun::Whole(bytes),
                    Err(error) => Begun::Failed(error),
                });
            }
            (None, Some(pipe)) => {
                let last = match result {
                    Ok(()) if bytes.is_empty() => Ok(()),
                    Ok(()) => pipe
                        .push(bytes)
                        .map_err(|error| HttpError::Internal(error.to_string())),
                    Err(error) => Err(error),
                };
                pipe.end(last);
            }
            (None, None) => {}
        }
    }
}

impl Write for Flow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left.is_cancelled() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
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
pub(super) struct Arriving {
    first: Option<Bytes>,
    pipe: Arc<Pipe>,
    /// How many bytes are still to come, where that is known.
    left: Option<u64>,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    ended: bool,
    _guard: OnDrop,
}

impl Arriving {
    pub(super) fn new(first: Bytes, pipe: Arc<Pipe>, length: Option<u64>, guard: OnDrop) -> Self {
        Self {
            first: Some(first),
            pipe,
            left: length,
            reading: None,
            ended: false,
            _guard: guard,
        }
    }

    /// An error here makes the connection end without the mark of a complete answer.
    fn cut(&mut self, why: &dyn std::fmt::Debug) -> io::Error {
        tracing::warn!(?why, "an answer was cut off after it had begun");
        self.ended = true;
        io::Error::other("the answer was cut off")
    }

    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        loop {
            if let Some(reading) = &mut self.reading {
                let read = std::task::ready!(Pin::new(reading).poll(context));
                self.reading = None;
                return Poll::Ready(Some(match read {
                    Ok(Ok(bytes)) => {
                        self.pipe.lock().read += bytes.len() as u64;
                        Ok(bytes)
                    }
                    Ok(Err(error)) => Err(self.cut(&error)),
                    Err(error) => Err(self.cut(&error)),
                }));
            }
            let pipe = Arc::clone(&self.pipe);
            let mut state = pipe.lock();
            if let Some(bytes) = state.memory.pop_front() {
                state.in_memory -= bytes.len();
                return Poll::Ready(Some(Ok(bytes)));
            }
            let unread = state.written - state.read;
            if let Some(file) = state.file.clone().filter(|_| unread > 0) {
                let (at, length) = (state.read, unread.min(CHUNK as u64) as usize);
                drop(state);
                self.reading = Some(tokio::task::spawn_blocking(move || {
                    let mut bytes = vec![0; length];
                    file.read_exact_at(&mut bytes, at)?;
                    Ok(Bytes::from(bytes))
                }));
                continue;
            }
            return match state.end.take() {
                None => {
                    state.waker = Some(context.waker().clone());
                    Poll::Pending
                }
                Some(Ok(())) => {
                    self.ended = true;
                    Poll::Ready(None)
                }
                Some(Err(error)) => {
                    drop(state);
                    Poll::Ready(Some(Err(self.cut(&error))))
                }
            };
        }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.pipe.lock().gone = true;
    }
}

impl hyper::body::Body for Arriving {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, io::Error>>> {
        let piece = std::task::ready!(self.poll_bytes(context));
        if let (Some(left), Some(Ok(bytes))) = (self.left.as_mut(), &piece) {
            *left = left.saturating_sub(bytes.len() as u64);
        }
        Poll::Ready(piece.map(|piece| piece.map(hyper::body::Frame::data)))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.left
            .map(hyper::body::SizeHint::with_exact)
            .unwrap_or_default()
    }

    fn is_end_stream(&self) -> bool {
        self.ended && self.first.is_none()
    }
}
