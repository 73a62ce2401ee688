//! Hashes of names, as they are looked up.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Sorts of names that are found by one hash: that of the coarsest form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Path,
    Stem,
    Permalink,
    Title,
    Alias,
    Key,
    Id,
    Work,
    Former,
}

/// So many bytes are hashed at a time.
pub(super) const CHUNK: usize = 64;

pub(super) fn hash(family: Family, text: &str) -> u32 {
    let mut hasher = Chunks::new(family);
    for chunk in text.as_bytes().chunks(CHUNK) {
        hasher.add(chunk);
    }
    hasher.finish()
}

/// Hashes a text in pieces of [`CHUNK`] bytes, the last one shorter.
pub(super) struct Chunks(FxHasher);

impl Chunks {
    pub(super) fn new(family: Family) -> Self {
        let mut hasher = FxHasher::default();
        hasher.write_u8(family as u8);
        Self(hasher)
    }

    pub(super) fn add(&mut self, chunk: &[u8]) {
        self.0.write(chunk);
    }

    pub(super) fn finish(self) -> u32 {
        let hash = self.0.finish();
        u32::try_from((hash ^ (hash >> 32)) & u64::from(u32::MAX)).unwrap_or(0)
    }
}

/// What the table goes by: it looks at both ends of a hash.
pub(super) fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
