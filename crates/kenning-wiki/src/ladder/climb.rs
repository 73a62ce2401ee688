//! One link on its way up the ladder.

use super::{NoteId, Outcome, Verdict};
use crate::labels::{LabelId, Labels};

/// One link on its way up. The next one takes the room of the one before.
#[derive(Debug, Default)]
pub(crate) struct Climb {
    pub(super) own: LabelId,
    /// What a step finds.
    pub(super) notes: Vec<NoteId>,
    /// What steps so far found, sorted.
    pub(super) found: Vec<NoteId>,
    /// How many notes of each label were found.
    tally: Vec<(LabelId, usize)>,
    pub(crate) outcome: Outcome,
}

impl Climb {
    /// Another link, in a text with label `own`.
    pub(super) fn begin(&mut self, own: LabelId) {
        self.own = own;
        self.found.clear();
        self.tally.clear();
        self.outcome.edges.clear();
        self.outcome.verdict = Verdict::default();
    }

    /// Whether any of [`Climb::notes`] was not found before; those are kept, in order.
    pub(super) fn keep_new(&mut self) -> bool {
        let found = &self.found;
        if self.notes.len() > 1 {
            self.notes.sort_unstable();
            self.notes.dedup();
        }
        self.notes.retain(|note| found.binary_search(note).is_err());
        !self.notes.is_empty()
    }

    pub(super) fn count(&mut self, label: LabelId) {
        match self.tally.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => self.tally.push((label, 1)),
        }
    }

    /// How many of the notes found are seen by all who see `label`.
    pub(super) fn rivals(&self, label: LabelId, labels: &mut Labels) -> usize {
        let flowing = self
            .tally
            .iter()
            .filter(|(other, _)| labels.flows(*other, label));
        flowing.map(|(_, count)| *count).sum()
    }

    /// Whether everybody who sees the text sees a note that was found: then nobody climbs further.
    pub(super) fn is_settled(&self, labels: &mut Labels) -> bool {
        self.tally
            .iter()
            .any(|(label, _)| labels.flows(*label, self.own))
    }
}
