//! A short name for a piece of text, the same on every machine and for ever.

/// Twelve letters and digits made of the words: FNV-1a, 64 bit, in base 32.
///
/// It names passages within one note, so it needs to be stable and not secret. Two passages of one name are told apart by a number.
pub(crate) fn of(text: &str) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (0..12)
        .map(|at| {
            LETTERS
                .get(((hash >> (at * 5)) & 31) as usize)
                .copied()
                .map_or('a', char::from)
        })
        .collect()
}
