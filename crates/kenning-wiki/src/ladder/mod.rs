//! The ladder: what a link means, for whom.
//!
//! A link climbs from the surest way of finding a note to the least sure. The first rung that finds anything decides; when it
//! finds several notes, the link is ambiguous, and no note is taken because it came first.
//!
//! Where pages lie in a folder called `wiki`, beside the sources they were written from, a name on a page means a page before it means
//! anything else: on each rung that goes by names, the pages of that folder come first.
//!
//! # Who sees which edge
//!
//! Let a link stand in a text with label *A*, let *t* be a note with label *T*, and let *J* be the join of both.
//!
//! > There is an edge from the text to *t*, labelled *J*, just when *t* is what the link means
//! > among the notes whose label flows to *J*.
//!
//! For a note whose label flows to *A*, *J* is *A*: that is the ladder run over what every reader of the text sees. The others are
//! the further edges, for readers who see more.
//!
//! INVARIANT: who sees an edge sees every note that was asked for it, because all of their labels flow to *J*. So the edges that a
//! reader sees are those that would exist if the notes it does not see did not: hidden notes neither resolve a link, nor make it
//! ambiguous, nor take it away (guards: `tests/twins.rs`, and `every_reader_sees_the_links_of_its_own_world` below).
//!
//! What follows for a reader who sees more than *A*: it sees the edge that others see, and beside it, where a note it alone sees is
//! found on a surer rung, a second edge. The loser among the designs was to withdraw the first edge for that reader; a graph cannot
//! be withdrawn from those who see more, and each edge names its rung, so the surer one can be told.

mod climb;
mod hash;
mod index;
mod known;
mod rung;
mod target;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::catalog::Wanting;
use crate::labels::{LabelId, Labels};
pub(crate) use climb::Climb;
pub(crate) use index::{Habits, Hashes, Index};
pub(crate) use known::{Address, Naming};
pub use rung::Rung;
use rung::STEPS;
use target::Target;

/// A note among those that links may mean.
pub(crate) type NoteId = u32;

/// What a link means to readers of one label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    /// The label that the edge carries.
    pub(crate) label: LabelId,
    pub(crate) target: NoteId,
    pub(crate) rung: Rung,
}

/// How a link fared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) edges: Vec<Edge>,
    /// For readers of the text itself: whether the link has a meaning, has too many, or has none.
    pub(crate) verdict: Verdict,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    #[default]
    Wanted,
    Resolved,
    /// The rung that found several notes, and those of them that readers of the text see.
    Ambiguous(Rung, Vec<NoteId>),
}

impl Index {
    /// What `link`, which stands in a text with label `own` in the note at `path`, means, and for whom.
    pub(crate) fn resolve(
        &self,
        link: &Wanting,
        path: &str,
        own: LabelId,
        labels: &mut Labels,
    ) -> Outcome {
        let mut climb = Climb::default();
        self.climb(link, path, own, labels, &mut climb);
        climb.outcome
    }

    /// The same as [`Index::resolve`], for one link of many: what it means is left in `climb`.
    pub(crate) fn climb(
        &self,
        link: &Wanting,
        path: &str,
        own: LabelId,
        labels: &mut Labels,
        climb: &mut Climb,
    ) {
        climb.begin(own);
        let target = Target::of(link);
        let pages = pages_around(path);
        let mut are_there_any = false;
        for step in STEPS {
            if !step.is_for(link) || step.is_second_look() && !are_there_any {
                continue;
            }
            climb.notes.clear();
            are_there_any = self.candidates(*step, link, &target, path, &mut climb.notes);
            if !climb.keep_new() {
                continue;
            }
            let mut notes = std::mem::take(&mut climb.notes);
            let of_the_wiki = match pages.filter(|_| step.is_by_name()) {
                Some(folder) => {
                    notes.sort_by_key(|note| !self.path(*note).starts_with(folder));
                    notes.partition_point(|note| self.path(*note).starts_with(folder))
                }
                None => 0,
            };
            let (first, rest) = notes.split_at_checked(of_the_wiki).unwrap_or_default();
            for notes in [first, rest] {
                if !notes.is_empty() && !climb.is_settled(labels) {
                    self.judge(step.rung(), notes, climb, labels);
                    climb.found.extend_from_slice(notes);
                }
            }
            climb.notes = notes;
            climb.found.sort_unstable();
            if climb.is_settled(labels) {
                break;
            }
        }
        climb.outcome.edges.sort_unstable();
    }

    /// What each step finds for `link`, in the order of paths, for people who ask why.
    pub(crate) fn explain(&self, link: &Wanting, path: &str) -> Vec<(Rung, Vec<NoteId>)> {
        let target = Target::of(link);
        let mut rungs: Vec<(Rung, Vec<NoteId>)> = Vec::new();
        for step in STEPS.iter().filter(|step| step.is_for(link)) {
            let mut notes = Vec::new();
            self.candidates(*step, link, &target, path, &mut notes);
            let rung = step.rung();
            match rungs.iter_mut().find(|(known, _)| *known == rung) {
                Some((_, known)) => known.extend(notes),
                None => rungs.push((rung, notes)),
            }
        }
        for (_, notes) in &mut rungs {
            notes.sort_unstable_by_key(|note| self.path(*note));
            notes.dedup();
        }
        rungs
    }

    /// By what paths are ordered where the shortest wins.
    fn length(&self, note: NoteId) -> (usize, &str) {
        let path = self.path(note);
        (path.len(), path)
    }

    /// Of several notes that a rung found and readers of a text see, the one that it would mean where the shortest path wins. `None` where
    /// length does not matter.
    pub(crate) fn shortest(&self, rung: Rung, notes: &[NoteId]) -> Option<&str> {
        let notes = notes.iter().filter(|_| rung.goes_by_length());
        let shortest = notes.min_by_key(|note| self.length(**note))?;
        Some(self.path(*shortest))
    }

    /// Gives an edge to each new note that has no rival, as far as readers of the edge can tell.
    fn judge(&self, rung: Rung, notes: &[NoteId], climb: &mut Climb, labels: &mut Labels) {
        let by_length = self.habits().shortest && rung.goes_by_length();
        let mut order = Cow::Borrowed(notes);
        if by_length {
            let order = order.to_mut();
            order.sort_by_key(|note| self.length(*note));
        } else {
            // All of them are rivals of each other.
            for note in notes {
                climb.count(self.label(*note));
            }
        }
        let mut judged: HashMap<LabelId, (LabelId, usize)> = HashMap::new();
        for note in order.iter() {
            let label = self.label(*note);
            if by_length {
                // Only shorter paths are rivals, so they are counted as they come.
                climb.count(label);
                judged.clear();
            }
            let (joined, rivals) = match judged.get(&label) {
                Some(known) => *known,
                None => {
                    let joined = labels.join(climb.own, label);
                    let known = (joined, climb.rivals(joined, labels));
                    // One note asks once.
                    if order.len() > 1 {
                        judged.insert(label, known);
                    }
                    known
                }
            };
            if rivals != 1 {
                continue;
            }
            let among_several = by_length
                && notes
                    .iter()
                    .any(|other| other != note && labels.flows(self.label(*other), joined));
            let rung = if among_several {
                Rung::ShortestPath
            } else {
                rung
            };
            climb.outcome.edges.push(Edge {
                label: joined,
                target: *note,
                rung,
            });
            if joined == climb.own {
                climb.outcome.verdict = Verdict::Resolved;
            }
        }
        if climb.outcome.verdict == Verdict::Wanted {
            let own = climb.own;
            let seen = |note: &NoteId| labels.flows(self.label(*note), own);
            let mut several: Vec<NoteId> = order.iter().copied().filter(seen).collect();
            if several.len() > 1 {
                several.sort_unstable_by_key(|note| self.path(*note));
                climb.outcome.verdict = Verdict::Ambiguous(rung, several);
            }
        }
    }
}

/// For a note below a folder called `wiki`: that folder, with a slash at its end.
fn pages_around(path: &str) -> Option<&str> {
    let mut end = 0;
    for part in path.split_inclusive('/') {
        end += part.len();
        if part.eq_ignore_ascii_case("wiki/") {
            return path.get(..end);
        }
    }
    None
}
