//! A short name for a piece of text, the same on every machine and for ever.

/// Twelve letters and digits made of the words: a digest of 64 bits, of which 60 count, in base 32.
///
/// It names passages within one note, so it needs to be stable and not secret. Two passages of one name are told apart by a number.
pub(crate) fn of(text: &str) -> String {
    letters(number(text))
}

/// The digest as a number: eight bytes at a time are mixed in by a multiplication, then the length, and the result is stirred as
/// MurmurHash3 ends (Appleby, `fmix64`).
pub(crate) fn number(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |word: u64| {
        hash = (hash.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    };
    let (words, rest) = bytes.as_chunks::<8>();
    words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    mix(u64::from_le_bytes(last));
    mix(bytes.len() as u64);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^= hash >> 33;
    hash & ((1 << 60) - 1)
}

/// A digest in base 32.
pub(crate) fn letters(digest: u64) -> String {
    let mut out = String::with_capacity(12);
    push_letters(&mut out, digest);
    out
}

/// Adds a digest in base 32.
pub(crate) fn push_letters(out: &mut String, digest: u64) {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    for at in 0..12 {
        let letter = LETTERS.get(((digest >> (at * 5)) & 31) as usize);
        out.push(letter.copied().map_or('a', char::from));
    }
}
