//! How often something was done, for tests that guard what things cost. Each thread counts for itself.

use std::cell::Cell;

thread_local! {
    static LABEL_TESTS: Cell<u64> = const { Cell::new(0) };
}

/// Counts one test of a row's label.
pub(crate) fn label_test() {
    LABEL_TESTS.set(LABEL_TESTS.get() + 1);
}

/// How many labels `work` tests.
pub(crate) fn label_tests(work: impl FnOnce()) -> u64 {
    let before = LABEL_TESTS.get();
    work();
    LABEL_TESTS.get() - before
}
