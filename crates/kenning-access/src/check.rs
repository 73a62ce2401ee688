//! The checks that protection rests on, by name, so that a test can leave one out and see that somebody notices.
//!
//! In every build but that of the tests which ask for the feature `mutants`, [`Check::is_on`] is the constant `true`: there is
//! nothing to switch, and the compiler leaves nothing of the question (guard: `tests/tests/tidy.rs`).

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Check {
    /// A row counts only if its label is seen.
    Label = 1,
    /// A triple that several visible graphs hold counts once, after the label test.
    Once = 2,
    /// Only visible graphs are listed.
    Listing = 4,
    /// A write needs a grant that names its graph.
    Grant = 8,
    /// What an update reads must flow to what it writes.
    Flow = 16,
    /// What is kept is kept by what its asker sees.
    Key = 32,
}

impl Check {
    /// Every check.
    pub const ALL: [Self; 6] = [
        Self::Label,
        Self::Once,
        Self::Listing,
        Self::Grant,
        Self::Flow,
        Self::Key,
    ];
}

#[cfg(not(feature = "mutants"))]
impl Check {
    /// Whether the check is made: always.
    #[inline(always)]
    #[must_use]
    pub const fn is_on(self) -> bool {
        true
    }
}

#[cfg(feature = "mutants")]
mod switched {
    use super::Check;
    use std::sync::atomic::{AtomicU8, Ordering};

    /// The checks that are left out, in the whole process.
    static OFF: AtomicU8 = AtomicU8::new(0);

    impl Check {
        /// Whether the check is made.
        #[must_use]
        pub fn is_on(self) -> bool {
            OFF.load(Ordering::SeqCst) & self as u8 == 0
        }

        /// Leaves this check out until [`Check::all_on`], in the whole process.
        pub fn switch_off(self) {
            OFF.store(self as u8, Ordering::SeqCst);
        }

        /// Makes all checks again.
        pub fn all_on() {
            OFF.store(0, Ordering::SeqCst);
        }
    }
}
