//! One link on its way up the ladder.

use super::{NoteId, Outcome};
use crate::labels::{LabelId, Labels};

/// One link on its way up.
pub(super) struct Climb {
    pub(super) own: LabelId,
    /// What steps so far found, sorted.
    pub(super) found: Vec<NoteId>,
    /// How many notes of each label were found.
    tally: Vec<(LabelId, usize)>,
    pub(super) outcome: Outcome,
}

impl Climb {
    pub(super) fn new(own: LabelId) -> Self {
        Self {
            own,
            found: Vec::new(),
            tally: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    pub(super) fn keep_new(&self, notes: &mut Vec<NoteId>) {
        notes.sort_unstable();
        notes.dedup();
        notes.retain(|note| self.found.binary_search(note).is_err());
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
