//! Clearances: with whose eyes something is read.

use crate::{Groups, Label, Level};

/// What a reader has been cleared for: a level and the groups it holds.
///
/// There is no `Default`: a caller has to say whose eyes it reads with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Clearance {
    level: Level,
    groups: Groups,
}

impl Clearance {
    /// Cleared up to `level`, holding `groups`.
    #[must_use]
    pub fn new(level: Level, groups: Groups) -> Self {
        Self { level, groups }
    }

    /// Somebody who did not say who they are: the lowest level, no groups.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(Level::LOWEST, Groups::none())
    }

    /// Sees all there is, also what is closed. `_reason` says in the code why nobody's clearance applies.
    #[must_use]
    pub fn everything(_reason: &'static str) -> Self {
        Self::new(Level::TOP, Groups::all())
    }

    /// The highest level this reader sees.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The groups this reader holds.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Whether this reader may see what carries `label`.
    #[must_use]
    pub fn sees(&self, label: &Label) -> bool {
        label.level() <= self.level && label.clauses().all(|clause| self.groups.meet(clause))
    }
}
