//! Work on many things by several threads, with the results in the order of the things.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// How much work may be ahead of the result that is waited for, in whatever `weight` counts.
const AHEAD: u64 = 4 << 20;
/// How much of that goes together, so that threads seldom wait for each other.
const BATCH: u64 = 1 << 19;

/// Something that is handed on before the work on its item is done.
pub(crate) trait Piece: Send {
    /// How much memory it holds, in bytes.
    fn bytes(&self) -> u64;
}

impl Piece for Vec<u8> {
    fn bytes(&self) -> u64 {
        u64::try_from(self.capacity()).unwrap_or(u64::MAX)
    }
}

impl Piece for Infallible {
    fn bytes(&self) -> u64 {
        0
    }
}

/// What work on an item gives.
pub(crate) enum Given<P, R> {
    /// Some of what it makes.
    Piece(P),
    /// What it comes to, after all pieces.
    Result(R),
}

/// Does `work` on each of `items`, and hands the results to `take` in the order of the items, whatever the number of threads.
///
/// `weight` says how much memory, in bytes, an item and its result hold until they are taken; threads wait rather than run far ahead of a
/// slow one, so that memory stays bounded. Each thread works on a `state` of its own.
///
/// # Errors
/// The first error of `take` ends the work.
pub(crate) fn in_order<I: Sync, S, R: Send, E>(
    threads: usize,
    items: &[I],
    weight: impl Fn(&I) -> u64 + Sync,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &I) -> R + Sync,
    mut take: impl FnMut(usize, R) -> Result<(), E>,
) -> Result<(), E> {
    in_pieces(
        threads,
        items,
        weight,
        state,
        |state, item, _: &mut dyn FnMut(Infallible)| work(state, item),
        |place, given| match given {
            Given::Piece(piece) => match piece {},
            Given::Result(result) => take(place, result),
        },
    )
}

/// Like [`in_order`], where `work` may hand on pieces before it is done. They are taken as soon as it is their turn, and until then they
/// count against the memory that may be held.
///
/// # Errors
/// The first error of `take` ends the work.
pub(crate) fn in_pieces<I: Sync, S, P: Piece, R: Send, E>(
    threads: usize,
    items: &[I],
    weight: impl Fn(&I) -> u64 + Sync,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &I, &mut dyn FnMut(P)) -> R + Sync,
    mut take: impl FnMut(usize, Given<P, R>) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads.min(items.len().div_ceil(8));
    if threads < 2 {
        let mut state = state();
        for (place, item) in items.iter().enumerate() {
            let mut taken = Ok(());
            let result = work(&mut state, item, &mut |piece| {
                if taken.is_ok() {
                    taken = take(place, Given::Piece(piece));
                }
            });
            taken?;
            take(place, Given::Result(result))?;
        }
        return Ok(());
    }
    let line = Line::default();
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for _ in 1..threads {
            let send = send.clone();
            let (line, work, state, weight) = (&line, &work, &state, &weight);
            scope.spawn(move || {
                let _watch = Watch(line);
                let mut state = state();
                while let Some(range) = line.next(items, weight) {
                    let mut parcel = Parcel::new(range.start, line);
                    for place in range.clone() {
                        let Some(item) = items.get(place) else { break };
                        let result = work(&mut state, item, &mut |piece| {
                            parcel.piece(place, piece, &send);
                        });
                        parcel.given.push((place, Given::Result(result)));
                    }
                    if !parcel.send(Some(range.end), &send) {
                        return;
                    }
                }
            });
        }
        drop(send);
        let _watch = Watch(&line);
        let mut taker = Taker {
            line: &line,
            items,
            weight: &weight,
            receive,
            take: &mut take,
            early: BTreeMap::new(),
            turn: 0,
            failed: None,
        };
        // Who takes works as well: a thread that only took would be woken for each parcel, and there is a core for each thread.
        let mut state = state();
        while let Some(range) = taker.next() {
            for place in range.clone() {
                let item = items.get(place).filter(|_| taker.failed.is_none());
                let Some(item) = item else { break };
                let result = work(&mut state, item, &mut |piece: P| {
                    let bytes = piece.bytes();
                    taker.own(range.start, (place, Given::Piece(piece)), bytes);
                });
                taker.own(range.start, (place, Given::Result(result)), 0);
            }
            taker.own_done(&range);
        }
        taker.rest()
    })
}

/// Takes what the threads give when it is its turn, on the thread that asked for the work.
struct Taker<'l, I, W, P, R, E, T> {
    line: &'l Line,
    items: &'l [I],
    weight: &'l W,
    receive: mpsc::Receiver<Sent<P, R>>,
    take: &'l mut T,
    /// What was given of ranges whose turn it is not.
    early: BTreeMap<usize, VecDeque<Sent<P, R>>>,
    /// Where the range begins whose turn it is.
    turn: usize,
    /// Why no more is taken.
    failed: Option<E>,
}

impl<I, W, P, R, E, T> Taker<'_, I, W, P, R, E, T>
where
    W: Fn(&I) -> u64,
    P: Piece,
    T: FnMut(usize, Given<P, R>) -> Result<(), E>,
{
    /// The next items for this thread, as soon as there is room for what becomes of them.
    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            while let Ok(sent) = self.receive.try_recv() {
                self.keep(sent);
            }
            match self.line.next_if_room(self.items, self.weight) {
                Some(range) => return range,
                // Room comes of what is taken, and nobody else takes.
                None => self.keep(self.receive.recv().ok()?),
            }
        }
    }

    /// What this thread made of an item of the range that begins at `start`: taken at once when it is its turn.
    fn own(&mut self, start: usize, given: (usize, Given<P, R>), bytes: u64) {
        if self.turn == start {
            return self.take(given);
        }
        self.line.add(bytes, start);
        let own = self.early.entry(start).or_default();
        match own.back_mut() {
            Some(sent) => {
                sent.given.push(given);
                sent.bytes += bytes;
            }
            None => own.push_back(Sent {
                start,
                given: vec![given],
                bytes,
                end: None,
            }),
        }
        while self.turn != start && self.failed.is_none() {
            let sent = if self.line.is_full() {
                self.receive.recv().ok()
            } else {
                self.receive.try_recv().ok()
            };
            let Some(sent) = sent else { break };
            self.keep(sent);
        }
    }

    /// This thread has done a range.
    fn own_done(&mut self, range: &Range<usize>) {
        self.keep(Sent {
            start: range.start,
            given: Vec::new(),
            bytes: 0,
            end: Some(range.end),
        });
    }

    /// Takes what the other threads still make.
    fn rest(mut self) -> Result<(), E> {
        while let (None, Ok(sent)) = (&self.failed, self.receive.recv()) {
            self.keep(sent);
        }
        self.failed.map_or(Ok(()), Err)
    }

    /// Keeps what was sent until it is its turn, and takes all whose turn it is.
    fn keep(&mut self, sent: Sent<P, R>) {
        self.early.entry(sent.start).or_default().push_back(sent);
        while let Some(sent) = self.early.get_mut(&self.turn).and_then(VecDeque::pop_front) {
            for given in sent.given {
                self.take(given);
            }
            self.line.taken(sent.bytes);
            if let Some(end) = sent.end {
                let done = self.items.get(self.turn..end).unwrap_or_default();
                self.early.remove(&self.turn);
                self.turn = end;
                self.line.done(done.iter().map(self.weight).sum(), end);
            }
        }
    }

    fn take(&mut self, (place, given): (usize, Given<P, R>)) {
        if self.failed.is_some() {
            return;
        }
        if let Err(error) = (self.take)(place, given) {
            self.line.stop();
            self.failed = Some(error);
        }
    }
}

/// What a thread sends of a range of items.
struct Sent<P, R> {
    /// Where the range begins.
    start: usize,
    /// What was made of its items, in their order.
    given: Vec<(usize, Given<P, R>)>,
    /// How much the pieces hold.
    bytes: u64,
    /// Where the range ends, when nothing more comes of it.
    end: Option<usize>,
}

/// What a thread has made of a range and not sent yet: many small things go together.
struct Parcel<'l, P, R> {
    line: &'l Line,
    start: usize,
    given: Vec<(usize, Given<P, R>)>,
    bytes: u64,
}

impl<'l, P: Piece, R> Parcel<'l, P, R> {
    fn new(start: usize, line: &'l Line) -> Self {
        Self {
            line,
            start,
            given: Vec::new(),
            bytes: 0,
        }
    }

    fn piece(&mut self, place: usize, piece: P, send: &mpsc::Sender<Sent<P, R>>) {
        self.bytes += piece.bytes();
        self.given.push((place, Given::Piece(piece)));
        if self.bytes >= BATCH {
            self.send(None, send);
        }
    }

    /// Sends what there is, and says whether anybody is left to take it.
    fn send(&mut self, end: Option<usize>, send: &mpsc::Sender<Sent<P, R>>) -> bool {
        self.line.hold(self.bytes, self.start);
        let sent = Sent {
            start: self.start,
            given: std::mem::take(&mut self.given),
            bytes: std::mem::take(&mut self.bytes),
            end,
        };
        send.send(sent).is_ok()
    }
}

/// Lets the others go on when a thread panics, so that the panic is heard.
struct Watch<'l>(&'l Line);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// Which items come next, and how much is under way.
#[derive(Default)]
struct Line {
    state: Mutex<State>,
    room: Condvar,
}

#[derive(Default)]
struct State {
    next: usize,
    /// Where the range begins whose turn it is.
    turn: usize,
    /// How much was sent of which range and is not taken yet.
    sent: BTreeMap<usize, u64>,
    ahead: u64,
    /// How many threads wait.
    waiting: usize,
    stopped: bool,
}

impl State {
    /// The next few items: few enough that no thread has long to do while the others are done.
    fn next<I>(&mut self, items: &[I], weight: &impl Fn(&I) -> u64) -> Option<Range<usize>> {
        if self.stopped || self.next >= items.len() {
            return None;
        }
        let start = self.next;
        let mut sum = 0;
        for item in items.get(start..).unwrap_or_default().iter().take(16) {
            sum += weight(item);
            self.next += 1;
            if sum > BATCH {
                break;
            }
        }
        self.ahead += sum;
        Some(start..self.next)
    }
}

impl Line {
    /// The next few items, as soon as there is room.
    fn next<I>(&self, items: &[I], weight: &impl Fn(&I) -> u64) -> Option<Range<usize>> {
        self.wait_while(|state| state.ahead > AHEAD)
            .next(items, weight)
    }

    /// The next few items, for whom waiting would be waiting for itself: nothing where there is no room.
    fn next_if_room<I>(
        &self,
        items: &[I],
        weight: &impl Fn(&I) -> u64,
    ) -> Option<Option<Range<usize>>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let room = state.stopped || state.ahead <= AHEAD;
        room.then(|| state.next(items, weight))
    }

    /// Whether there is more under way than there should be.
    fn is_full(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ahead > AHEAD && !state.stopped
    }

    /// Counts what was made of the range that begins at `start`, by the thread that takes: nobody else would make room for it.
    fn add(&self, bytes: u64, start: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ahead += bytes;
        *state.sent.entry(start).or_default() += bytes;
    }

    /// Waits until there is room for what was made of the range that begins at `start`. Whose turn it is waits only for what it sent itself.
    fn hold(&self, bytes: u64, start: usize) {
        let mut state = self.wait_while(|state| {
            let waits = state.turn != start || state.sent.get(&start).is_some_and(|sent| *sent > 0);
            state.ahead > AHEAD && waits
        });
        state.ahead += bytes;
        *state.sent.entry(start).or_default() += bytes;
    }

    fn wait_while(&self, full: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting += 1;
        let mut state = self
            .room
            .wait_while(state, |state| full(state) && !state.stopped)
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Makes room for what was taken of the range whose turn it is.
    fn taken(&self, bytes: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ahead -= bytes.min(state.ahead);
        let turn = state.turn;
        let mut all_taken = false;
        if let Some(sent) = state.sent.get_mut(&turn) {
            *sent -= bytes.min(*sent);
            all_taken = *sent == 0;
        }
        // Who is woken for little room soon waits again, and waking takes longer than the work.
        let wake = state.waiting > 0 && (all_taken || state.ahead <= AHEAD / 2);
        drop(state);
        if wake {
            self.room.notify_all();
        }
    }

    /// Makes room for the range that is done, whose items weigh so much, and says whose turn it is now.
    fn done(&self, weight: u64, turn: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ahead -= weight.min(state.ahead);
        let before = std::mem::replace(&mut state.turn, turn);
        state.sent.remove(&before);
        let wake = state.waiting > 0;
        drop(state);
        if wake {
            self.room.notify_all();
        }
    }

    fn stop(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        drop(state);
        self.room.notify_all();
    }
}

#[cfg(test)]
mod tests;
