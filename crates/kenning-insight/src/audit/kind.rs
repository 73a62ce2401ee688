//! What an audit can find, in words.

use kenning_vocab::km;
use oxrdf::NamedNodeRef;

/// A kind of finding, as `km:FindingKinds` has it, in the order in which gaps hurt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named like its term of the vocabulary")]
pub enum Kind {
    UncoveredDeparture,
    Unheld,
    SingleHolder,
    UnderProtected,
    Unlabelled,
    Contradiction,
    Unshared,
    MissingProtectionFamily,
    OverProtected,
    ExplicitOnly,
    ModeImbalance,
    NoOwner,
    Stale,
    ChangedUnverified,
    DeadSource,
    SingleSource,
    Unsourced,
    Wanted,
    Duplicate,
    Orphan,
    WellCovered,
}

/// One line for each kind: kind, term, what a number of them is called, how much one hurts from 0 to 100, what to do.
type Row = (Kind, NamedNodeRef<'static>, &'static str, u32, &'static str);

const TABLE: [Row; 21] = [
    (
        Kind::UncoveredDeparture,
        km::UNCOVERED_DEPARTURE,
        "Leaving, and no plan keeps what they know",
        80,
        "Decide on a plan and begin with shadowing: what is not written goes with them.",
    ),
    (
        Kind::Unheld,
        km::UNHELD,
        "Topics that nobody is left to know",
        70,
        "Ask who could learn it, or buy it in, and say so on its page.",
    ),
    (
        Kind::SingleHolder,
        km::SINGLE_HOLDER,
        "Topics that hang on one person",
        60,
        "Let a second person work beside the one who knows.",
    ),
    (
        Kind::UnderProtected,
        km::UNDER_PROTECTED,
        "Core knowledge that is open or without protection",
        55,
        "Raise the level of the note, or record what else protects it.",
    ),
    (
        Kind::Unlabelled,
        km::UNLABELLED,
        "Graphs whose label cannot be read",
        50,
        "Mend the front matter, or give the graph a label: until then it is closed to all.",
    ),
    (
        Kind::Contradiction,
        km::CONTRADICTION,
        "Claims that cannot both hold",
        45,
        "Ask whoever is responsible for both which one holds.",
    ),
    (
        Kind::Unshared,
        km::UNSHARED,
        "Held in heads, in no note, and not passed on for a year",
        40,
        "Plan a day of shadowing; write down only what can be put into words.",
    ),
    (
        Kind::MissingProtectionFamily,
        km::MISSING_PROTECTION_FAMILY,
        "Core knowledge that lacks a family of protection",
        30,
        "Formal methods suit what is written, informal ones what is not: add the one that is missing, or say why not.",
    ),
    (
        Kind::OverProtected,
        km::OVER_PROTECTED,
        "Shut away more than it is worth",
        30,
        "Lower the level: whoever needs it has to find it.",
    ),
    (
        Kind::ExplicitOnly,
        km::EXPLICIT_ONLY,
        "Practised, and recorded as explicit alone",
        20,
        "Ask those who do it what the page does not say.",
    ),
    (
        Kind::ModeImbalance,
        km::MODE_IMBALANCE,
        "Topics where some conversions never happen",
        15,
        "Look at which of the four is missing, and whether anybody misses it.",
    ),
    (
        Kind::NoOwner,
        km::NO_OWNER,
        "Notes that nobody keeps right",
        25,
        "Name somebody who is responsible and still here.",
    ),
    (
        Kind::Stale,
        km::STALE,
        "Notes that nobody confirmed in time",
        25,
        "Read it, mend it, and record a verification.",
    ),
    (
        Kind::ChangedUnverified,
        km::CHANGED_UNVERIFIED,
        "Notes that changed after they were last confirmed",
        12,
        "Whoever is responsible reads it once more.",
    ),
    (
        Kind::DeadSource,
        km::DEAD_SOURCE,
        "Sources that are cited and cannot be found",
        12,
        "Put the file where the wiki can see it, or give the source an address.",
    ),
    (
        Kind::SingleSource,
        km::SINGLE_SOURCE,
        "Notes whose claims all rest on one source",
        10,
        "Look for a second one that does not quote the first.",
    ),
    (
        Kind::Unsourced,
        km::UNSOURCED,
        "Notes with claims that name no source",
        8,
        "Say where it comes from, or that it is an opinion.",
    ),
    (
        Kind::Wanted,
        km::WANTED,
        "Pages that are linked to and not written",
        8,
        "Write the page that most notes ask for, or take the links out.",
    ),
    (
        Kind::Duplicate,
        km::DUPLICATE,
        "Notes that explain the same thing",
        10,
        "Merge them, and keep the other name as an alias.",
    ),
    (
        Kind::Orphan,
        km::ORPHAN,
        "Notes that no other note links to",
        5,
        "Link to it from where people look.",
    ),
    (
        Kind::WellCovered,
        km::WELL_COVERED,
        "Topics that are well covered",
        0,
        "Keep it so.",
    ),
];

impl Kind {
    /// All kinds, gaps first.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        // The table has a row for each kind: a test counts them.
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }

    /// The term of the vocabulary.
    #[must_use]
    pub fn term(self) -> NamedNodeRef<'static> {
        self.row().1
    }

    /// The name of the term, such as `singleHolder`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let term = self.term().as_str();
        term.strip_prefix(km::NAMESPACE).unwrap_or(term)
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.name() == name)
    }

    /// What findings of this kind are called together.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// How much one of them hurts, from 0 to 100, before what it is about is weighed.
    #[must_use]
    pub fn harm(self) -> u32 {
        self.row().3
    }

    /// What could be done.
    #[must_use]
    pub fn hint(self) -> &'static str {
        self.row().4
    }

    /// Whether it says that something is in good order.
    #[must_use]
    pub fn is_strength(self) -> bool {
        self == Self::WellCovered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_row_and_its_name() {
        for kind in Kind::all() {
            assert_eq!(kind.row().0, kind);
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        assert_eq!(TABLE.len(), Kind::WellCovered as usize + 1);
    }
}
