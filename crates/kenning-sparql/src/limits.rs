//! What a question may cost, before it is parsed and while it runs.

use std::time::Duration;

/// Limits that are checked on the text alone, before the parser sees it.
///
/// The parser is recursive and has no limits of its own, so these keep it within [`STACK_SIZE`](crate::STACK_SIZE).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLimits {
    /// Longest text, in bytes.
    pub bytes: usize,
    /// Deepest nesting of brackets of any kind.
    pub depth: usize,
    /// Deepest nesting of function calls, which the parser reads again at each level.
    pub calls: usize,
    /// Most operators (`||`, `/`, `+` …) of one expression or path, each of which deepens it.
    pub operators: usize,
    /// Most pattern keywords (`UNION`, `OPTIONAL`, `FILTER` …) and braces, each of which deepens the algebra.
    pub keywords: usize,
    /// Most different variables, which are compared with each other.
    pub variables: usize,
    /// Most bytes that the prefixes and the base of the text may stand for where its names are written out.
    pub spelled: usize,
}

impl TextLimits {
    /// For queries: 1 MiB, 128 brackets deep, 12 calls deep, 5,000 operators, 1,000 keywords, 2,000 variables, 32 MiB spelled out.
    pub const QUERY: Self = Self {
        bytes: 1 << 20,
        depth: 128,
        calls: 12,
        operators: 5_000,
        keywords: 1_000,
        variables: 2_000,
        spelled: 32 << 20,
    };
    /// For updates, whose data blocks are long but flat: 64 MiB, and 512 MiB spelled out.
    pub const UPDATE: Self = Self {
        bytes: 64 << 20,
        spelled: 512 << 20,
        ..Self::QUERY
    };
}

impl Default for TextLimits {
    fn default() -> Self {
        Self::QUERY
    }
}

/// Limits that hold while a question is answered. `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest time, from the call of `run` to the last byte.
    pub time: Option<Duration>,
    /// Most solutions or triples in the answer.
    pub rows: Option<u64>,
    /// Most bytes of the serialised answer, before compression.
    pub bytes: Option<u64>,
    /// Most bytes held while evaluating: intermediate solutions, sorts, groups. An estimate, kept by counting terms.
    pub memory: Option<u64>,
    /// Most bytes that all evaluations of this process hold together. Beyond it those that hold much are stopped.
    pub together: Option<u64>,
}

impl Limits {
    /// No limit at all: for the operator's own commands and for tests.
    pub const NONE: Self = Self {
        time: None,
        rows: None,
        bytes: None,
        memory: None,
        together: None,
    };
}

impl Default for Limits {
    /// One minute, ten million rows, 1 GiB of answer, 256 MiB of memory: a handful of greedy queries at once fit into a small
    /// machine. However many there are, 2 GiB together.
    fn default() -> Self {
        Self {
            time: Some(Duration::from_secs(60)),
            rows: Some(10_000_000),
            bytes: Some(1 << 30),
            memory: Some(256 << 20),
            together: Some(2 << 30),
        }
    }
}
