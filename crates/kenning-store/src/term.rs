//! Ids of terms.

use std::fmt;

/// The id of a term that the store holds. Ids are equal exactly when the terms are the same term (SPARQL `sameTerm`).
///
/// An id is good for the view that gave it out and its clones. In another view it may name another term, since ids are
/// given anew when most of them are no longer used. Ids say nothing about the order of terms.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(pub(crate) u32);

impl TermId {
    /// Every id of a stored term is below this number, so a caller may use the numbers from here on for terms of its own.
    pub const LIMIT: u32 = 1 << 31;

    /// The number of this id, below [`TermId::LIMIT`].
    #[must_use]
    #[inline]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The id of this number, if it can be one. An id that no view gave out names no term.
    #[must_use]
    #[inline]
    pub fn from_number(number: u32) -> Option<Self> {
        (number < Self::LIMIT).then_some(Self(number))
    }
}

impl fmt::Debug for TermId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}
