//! Labels: what a graph asks of those who read it.

use crate::{Clause, Group, InvalidGroup, Level, Scale, UnknownLevel};
use std::collections::BTreeSet;

/// What a reader needs: a level, and for each clause one of its groups.
///
/// Written `confidential{hr|legal}{project-x}`: the level, then each clause in braces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    level: Level,
    /// INVARIANT: no clause implies another, so equal meaning is equal value (guard: `tests/lattice.rs`).
    clauses: BTreeSet<Clause>,
}

/// A text that is not a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLabel {
    /// The level is not on the scale.
    #[error(transparent)]
    Level(#[from] UnknownLevel),
    /// A group name cannot be one.
    #[error(transparent)]
    Group(#[from] InvalidGroup),
    /// Braces are missing or are left over.
    #[error(
        "`{0}` is not a label: write a level and then clauses as in `confidential{{hr|legal}}`"
    )]
    Shape(String),
}

impl Label {
    /// A label of `level` with these clauses, all of which must be met.
    #[must_use]
    pub fn new(level: Level, clauses: impl IntoIterator<Item = Clause>) -> Self {
        let mut label = Self {
            level,
            clauses: BTreeSet::new(),
        };
        for clause in clauses {
            label.add(clause);
        }
        label
    }

    /// What everybody may read.
    #[must_use]
    pub fn public() -> Self {
        Self::new(Level::LOWEST, [])
    }

    /// What has no valid label: the top level and a clause that only the holder of all groups meets.
    ///
    /// INVARIANT: the top of the lattice, so a forgotten label hides knowledge and never shows it (guard: `tests/lattice.rs`).
    #[must_use]
    pub fn closed() -> Self {
        Self::new(Level::TOP, [Clause::any_of([])])
    }

    /// The level a reader needs at least.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The conditions that must all be met, none of which implies another.
    pub fn clauses(&self) -> impl ExactSizeIterator<Item = &Clause> {
        self.clauses.iter()
    }

    /// Whether knowledge may flow from here to `other`: whoever sees `other` sees this (written `self ⊑ other`).
    #[must_use]
    pub fn flows_to(&self, other: &Self) -> bool {
        self.level <= other.level
            && self
                .clauses
                .iter()
                .all(|mine| other.clauses.iter().any(|theirs| theirs.implies(mine)))
    }

    /// The lowest label that both flow to: seen exactly by those who see both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self::new(
            self.level.max(other.level),
            self.clauses.iter().chain(&other.clauses).cloned(),
        )
    }

    fn add(&mut self, clause: Clause) {
        if self.clauses.iter().any(|known| known.implies(&clause)) {
            return;
        }
        self.clauses.retain(|known| !clause.implies(known));
        self.clauses.insert(clause);
    }
}

impl Scale {
    /// Reads a label as [`Scale::write_label`] writes it.
    ///
    /// # Errors
    /// [`InvalidLabel`] when the level is unknown, a group cannot be one, or the braces do not fit.
    /// A caller that stores labels treats any of these as [`Label::closed`].
    pub fn parse_label(&self, text: &str) -> Result<Label, InvalidLabel> {
        let text = text.trim();
        let shape = || InvalidLabel::Shape(text.to_owned());
        let (level, mut rest) = text.split_at(text.find('{').unwrap_or(text.len()));
        let level = self.parse_level(level)?;
        let mut clauses = Vec::new();
        while !rest.is_empty() {
            let (groups, after) = rest
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or_else(shape)?;
            if groups.contains('{') {
                return Err(shape());
            }
            let names = groups.split('|').filter(|_| !groups.trim().is_empty());
            let groups: Result<Vec<Group>, InvalidGroup> = names.map(Group::new).collect();
            clauses.push(Clause::any_of(groups?));
            rest = after.trim_start();
        }
        Ok(Label::new(level, clauses))
    }

    /// Writes a label as [`Scale::parse_label`] reads it; equal labels give equal text.
    #[must_use]
    pub fn write_label(&self, label: &Label) -> String {
        let mut text = self.name(label.level()).to_owned();
        for clause in label.clauses() {
            let names: Vec<&str> = clause.groups().map(Group::as_str).collect();
            text.push('{');
            text.push_str(&names.join("|"));
            text.push('}');
        }
        text
    }
}
