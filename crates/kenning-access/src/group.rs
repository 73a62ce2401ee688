//! Groups: who else, besides a sufficient level, is needed to read something.

use std::collections::BTreeSet;
use std::fmt;

/// The name of a group of people, such as `hr`. Groups are compared exactly as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group(String);

/// A text that cannot name a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot name a group: use letters, digits, `-`, `_`, `.`, `:`, `@` and `/`")]
pub struct InvalidGroup(pub String);

impl Group {
    /// The group of this name; surrounding space is dropped.
    ///
    /// # Errors
    /// [`InvalidGroup`] when nothing is left, or a character could be mistaken for the marks of a label.
    pub fn new(name: &str) -> Result<Self, InvalidGroup> {
        let name = name.trim();
        let fits = |c: char| c.is_alphanumeric() || "-_.:@/".contains(c);
        if name.is_empty() || !name.chars().all(fits) {
            return Err(InvalidGroup(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One condition of a label: a reader needs *any* of these groups.
///
/// A clause of no groups is met by nobody who holds groups one by one, only by [`Groups::all`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clause(BTreeSet<Group>);

impl Clause {
    /// A reader needs any of `groups`.
    #[must_use]
    pub fn any_of(groups: impl IntoIterator<Item = Group>) -> Self {
        Self(groups.into_iter().collect())
    }

    /// The groups of which one is enough, in order of name.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &Group> {
        self.0.iter()
    }

    /// Whether everybody who meets this clause meets `other` too: fewer choices are the stronger condition.
    #[must_use]
    pub fn implies(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }
}

/// The groups that a reader holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Groups(Held);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Held {
    These(BTreeSet<Group>),
    All,
}

impl Groups {
    /// No groups: such a reader sees what asks for none.
    #[must_use]
    pub fn none() -> Self {
        Self(Held::These(BTreeSet::new()))
    }

    /// Every group there is or will be. For whoever owns the files anyway, and for what is closed.
    #[must_use]
    pub fn all() -> Self {
        Self(Held::All)
    }

    /// The groups of these names; the single name `*` means all.
    ///
    /// # Errors
    /// [`InvalidGroup`] for the first name that cannot be one.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidGroup> {
        let mut held = BTreeSet::new();
        let mut all = false;
        for name in names {
            if name.trim() == "*" {
                all = true;
            } else {
                held.insert(Group::new(name)?);
            }
        }
        Ok(Self(if all { Held::All } else { Held::These(held) }))
    }

    /// Whether one of the groups of `clause` is held.
    #[must_use]
    pub fn meet(&self, clause: &Clause) -> bool {
        match &self.0 {
            Held::All => true,
            Held::These(held) => clause.0.iter().any(|group| held.contains(group)),
        }
    }

    /// Whether these are all groups.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0 == Held::All
    }

    /// The groups held one by one, in order of name; nothing for [`Groups::all`].
    pub fn iter(&self) -> impl Iterator<Item = &Group> {
        match &self.0 {
            Held::These(held) => Some(held.iter()),
            Held::All => None,
        }
        .into_iter()
        .flatten()
    }
}

impl fmt::Display for Groups {
    /// Names with commas between them, or `*`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Held::All => f.write_str("*"),
            Held::These(held) => {
                for (place, group) in held.iter().enumerate() {
                    if place > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{group}")?;
                }
                Ok(())
            }
        }
    }
}
