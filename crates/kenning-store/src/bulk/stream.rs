//! Documents in, batches out: cutting, reading on several threads, and putting things in order again.
//!
//! Blocks are read ahead, with the prefixes that hold as far as is known. Their batches are handed on strictly in order,
//! and a block whose prefixes turn out to be others is read again. A block that does not parse hands its document over to
//! one parser, which goes on from there, so that mistakes are told as they would be without all this.

use super::cut::{Block, Cutter, Kind};
use super::parse::{Context, Document, Made, Parsed};
use super::{LoadError, Source};
use crate::knowledge_base::lock;
use hashbrown::DefaultHashBuilder;
use std::collections::{BTreeMap, VecDeque};
use std::io::{Cursor, Read};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// So many blocks may be in memory at once.
const WINDOW: usize = 8;

/// What is told to the thread that gathers, in the order of the documents.
pub(super) enum Told {
    Begin(usize),
    Parsed(Box<Parsed>),
    /// A mistake in the document that began last.
    Mistake(LoadError),
    /// The document that began last is over; whether it had no mistakes.
    End(bool),
    /// All documents are over; whether no thread failed.
    Over(bool),
}

/// What all threads share.
pub(super) struct Stream<'a> {
    state: Mutex<State<'a>>,
    turned: Condvar,
    hasher: DefaultHashBuilder,
    salt: u64,
    /// How many mistakes of a document are told.
    most: usize,
    send: SyncSender<Told>,
}

struct State<'a> {
    sources: VecDeque<(usize, Source<'a>)>,
    current: Option<Current<'a>>,
    /// The number of the next block to be cut, and of the next to be handed on.
    next: usize,
    done: usize,
    /// What was read and waits for its turn.
    parked: BTreeMap<usize, Piece>,
    /// What holds after the blocks of each document that have been handed on.
    contexts: BTreeMap<usize, (Arc<Context>, u64)>,
    handing_on: bool,
    stopped: bool,
}

struct Current<'a> {
    document: Arc<Document>,
    cutter: Cutter<'a>,
}

/// A block, and what was made of it with a context.
struct Piece {
    document: Arc<Document>,
    block: Block,
    first: bool,
    context: Arc<Context>,
    made: Outcome,
}

enum Outcome {
    Good(Made),
    Bad,
    /// A document that cannot be cut: batches and mistakes.
    Whole(Vec<Parsed>, Vec<LoadError>),
}

/// What a thread is to do.
enum Task<'a> {
    Block(usize, Piece),
    Whole(usize, Arc<Document>, Cutter<'a>),
}

impl<'a> Stream<'a> {
    pub(super) fn new(
        sources: Vec<Source<'a>>,
        hasher: DefaultHashBuilder,
        salt: u64,
        most: usize,
        send: SyncSender<Told>,
    ) -> Self {
        Self {
            state: Mutex::new(State {
                sources: sources.into_iter().enumerate().collect(),
                current: None,
                next: 0,
                done: 0,
                parked: BTreeMap::new(),
                contexts: BTreeMap::new(),
                handing_on: false,
                stopped: false,
            }),
            turned: Condvar::new(),
            hasher,
            salt,
            most,
            send,
        }
    }

    /// Reads until there is nothing left to read. Any number of threads may call this.
    pub(super) fn work(&self) {
        let _alarm = Alarm(self);
        while let Some(task) = self.task() {
            let (number, piece) = match task {
                Task::Block(number, mut piece) => {
                    let (document, text) = (&piece.document, &piece.block.text);
                    if let Some(made) = document.block(text, &piece.context, &self.hasher) {
                        piece.made = Outcome::Good(made);
                    }
                    (number, piece)
                }
                Task::Whole(number, document, cutter) => {
                    (number, self.whole(document, cutter.into_rest()))
                }
            };
            lock(&self.state).parked.insert(number, piece);
            // Whoever hands on may wait for it.
            self.turned.notify_all();
            self.hand_on();
        }
    }

    /// Makes all threads end soon.
    pub(super) fn stop(&self) {
        lock(&self.state).stopped = true;
        self.turned.notify_all();
    }

    fn wait<'l>(&self, state: MutexGuard<'l, State<'a>>) -> MutexGuard<'l, State<'a>> {
        let state = self.turned.wait(state);
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// The next thing to do; waits where that cannot be begun yet.
    fn task(&self) -> Option<Task<'a>> {
        let mut state = lock(&self.state);
        loop {
            if state.stopped {
                return None;
            }
            if state.current.is_none() {
                let (number, source) = state.sources.pop_front()?;
                let document = Arc::new(Document {
                    number,
                    apart: format!("l{:x}n{number}x", self.salt),
                    name: source.name,
                    format: source.format,
                    base: source.base,
                });
                let context = Arc::new(document.context());
                state.contexts.insert(number, (context, 0));
                let cutter = Cutter::new(Kind::of(document.format), source.data);
                state.current = Some(Current { document, cutter });
            }
            let ahead = state.next - state.done >= WINDOW;
            let number = state.current.as_ref()?.document.number;
            let (context, blocks) = state.contexts.get(&number)?.clone();
            let current = state.current.as_mut()?;
            if ahead || !(blocks > 0 || current.cutter.may_run_ahead()) {
                state = self.wait(state);
                continue;
            }
            let document = Arc::clone(&current.document);
            if Kind::of(document.format) == Kind::Whole {
                let cutter = state.current.take()?.cutter;
                state.next += 1;
                return Some(Task::Whole(state.next - 1, document, cutter));
            }
            let first = current.cutter.is_fresh();
            let (block, made) = match current.cutter.block() {
                Ok(block) => (block, Outcome::Bad),
                Err(cause) => {
                    let error = LoadError::read(&document.name, &cause);
                    let nothing = Block {
                        text: Vec::new(),
                        lines_before: 0,
                        last: true,
                    };
                    (nothing, Outcome::Whole(Vec::new(), vec![error]))
                }
            };
            if block.last {
                state.current = None;
            }
            state.next += 1;
            let piece = Piece {
                document,
                block,
                first,
                context,
                made,
            };
            return Some(Task::Block(state.next - 1, piece));
        }
    }

    /// Reads a document that cannot be cut.
    fn whole(&self, document: Arc<Document>, text: impl Read) -> Piece {
        let context = Arc::new(document.context());
        let mut batches = Vec::new();
        let mistakes = document.whole(text, &context, &self.hasher, self.most, &mut |parsed| {
            batches.push(parsed);
            true
        });
        Piece {
            document,
            block: Block {
                text: Vec::new(),
                lines_before: 0,
                last: true,
            },
            first: true,
            context,
            made: Outcome::Whole(batches, mistakes),
        }
    }

    /// Hands on what has its turn. One thread at a time does it.
    fn hand_on(&self) {
        let mut state = lock(&self.state);
        if state.handing_on {
            return;
        }
        state.handing_on = true;
        loop {
            let done = state.done;
            let Some(piece) = state.parked.remove(&done) else {
                break;
            };
            let number = piece.document.number;
            let context = state
                .contexts
                .get(&number)
                .map(|known| Arc::clone(&known.0));
            drop(state);
            let context = context.unwrap_or_default();
            let mut heard = !piece.first || self.tell(Told::Begin(number));
            let last = piece.block.last;
            let made = match piece.made {
                Outcome::Good(made) if piece.context == context => Some(made),
                Outcome::Whole(batches, mistakes) => {
                    heard = heard && self.end(batches, mistakes);
                    None
                }
                // The prefixes are others, or one was missing.
                _ if piece.context != context => {
                    let text = &piece.block.text;
                    let made = piece.document.block(text, &context, &self.hasher);
                    if made.is_none() {
                        heard = heard && self.go_on(&piece.document, piece.block, &context);
                    }
                    made
                }
                _ => {
                    heard = heard && self.go_on(&piece.document, piece.block, &context);
                    None
                }
            };
            state = lock(&self.state);
            if let Some((batches, end)) = made {
                drop(state);
                for parsed in batches {
                    heard = heard && self.tell(Told::Parsed(Box::new(parsed)));
                }
                if last {
                    heard = heard && self.tell(Told::End(true));
                }
                state = lock(&self.state);
                state.done += 1;
                if let Some(known) = state.contexts.get_mut(&number) {
                    *known = (end, known.1 + 1);
                }
            } else if state.done == done {
                state.done += 1;
            }
            if last {
                state.contexts.remove(&number);
            }
            state.stopped |= !heard;
            self.turned.notify_all();
        }
        state.handing_on = false;
    }

    /// Reads a document on from a block that does not parse, and tells everything that comes of it.
    fn go_on(&self, document: &Document, block: Block, context: &Context) -> bool {
        let mut state = lock(&self.state);
        // Nobody cuts the document any further, and what has been cut is waited for.
        let rest = match &state.current {
            Some(current) if current.document.number == document.number => state.current.take(),
            _ => None,
        };
        let mut texts = vec![block.text];
        let mut last = block.last;
        state.done += 1;
        while !last && !state.stopped {
            let done = state.done;
            if rest.is_some() && done == state.next {
                break;
            }
            match state.parked.remove(&done) {
                Some(piece) if piece.document.number == document.number => {
                    last = piece.block.last;
                    texts.push(piece.block.text);
                    state.done += 1;
                }
                Some(other) => {
                    state.parked.insert(done, other);
                    break;
                }
                None => state = self.wait(state),
            }
        }
        state.contexts.remove(&document.number);
        drop(state);
        // Empty lines stand for those that were read before, so that places are told rightly.
        let before = std::io::repeat(b'\n').take(block.lines_before);
        let texts = Cursor::new(texts.concat());
        let rest: Box<dyn Read> = match rest {
            Some(rest) => Box::new(rest.cutter.into_rest()),
            None => Box::new(std::io::empty()),
        };
        let text = before.chain(texts).chain(rest);
        let mut heard = true;
        let mistakes = document.whole(text, context, &self.hasher, self.most, &mut |parsed| {
            heard = self.tell(Told::Parsed(Box::new(parsed)));
            heard
        });
        heard && self.end(Vec::new(), mistakes)
    }

    fn end(&self, batches: Vec<Parsed>, mistakes: Vec<LoadError>) -> bool {
        let whole = mistakes.is_empty();
        let batches = batches
            .into_iter()
            .map(|parsed| Told::Parsed(Box::new(parsed)));
        let mistakes = mistakes.into_iter().map(Told::Mistake);
        let mut all = batches.chain(mistakes).chain([Told::End(whole)]);
        all.all(|told| self.tell(told))
    }

    /// Whether anybody listens.
    fn tell(&self, told: Told) -> bool {
        self.send.send(told).is_ok()
    }
}

/// Stops the others when a thread ends in a panic, because they would wait for its block.
struct Alarm<'s, 'a>(&'s Stream<'a>);

impl Drop for Alarm<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}
