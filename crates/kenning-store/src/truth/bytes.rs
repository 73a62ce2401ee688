//! The alphabet of the on-disk form: variable-length numbers, counted texts and checksums.
//!
//! Numbers are LEB128 (seven bits a byte, least significant first).
//! Everything that is stored ends in a checksum over its place (table and key) and its bytes,
//! so a value that is damaged and a value that stands in the wrong place are both found.

/// The length of a [`checksum`] in bytes.
pub(crate) const CHECKSUM: usize = 16;

/// Bytes that are not what the on-disk form says, at the place given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed bytes: {0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

/// The checksum of `bytes` stored under `key` in `table`: BLAKE3, cut to 16 bytes.
pub(crate) fn checksum(table: &str, key: &[u8], bytes: &[u8]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in [table.as_bytes(), key] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.update(bytes);
    let mut cut = [0; CHECKSUM];
    hasher.finalize_xof().fill(&mut cut);
    u128::from_le_bytes(cut)
}

/// Appends the checksum of what `bytes` holds so far and returns it.
pub(crate) fn seal(table: &str, key: &[u8], bytes: &mut Vec<u8>) -> u128 {
    let sum = checksum(table, key, bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    sum
}

/// Splits the checksum off and tests it: the bytes without it, and the checksum.
pub(crate) fn unseal<'a>(
    table: &str,
    key: &[u8],
    sealed: &'a [u8],
) -> Result<(&'a [u8], u128), Malformed> {
    let (bytes, sum) = sealed
        .split_last_chunk::<CHECKSUM>()
        .ok_or(Malformed("too short for a checksum"))?;
    let sum = u128::from_le_bytes(*sum);
    if checksum(table, key, bytes) == sum {
        Ok((bytes, sum))
    } else {
        Err(Malformed("the checksum does not fit"))
    }
}

/// Appends `number`.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends the length of `bytes` and then `bytes`.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what `put_…` wrote, front to back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self
            .0
            .split_first()
            .ok_or(Malformed("the end is missing"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed("a number is too long"))
    }

    /// A number that counts something that is still to come, so at most as large as what is left.
    pub(crate) fn count(&mut self) -> Result<usize, Malformed> {
        let number = self.number()?;
        usize::try_from(number)
            .ok()
            .filter(|count| *count <= self.0.len())
            .ok_or(Malformed("a count is larger than what follows"))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.count()?;
        let (bytes, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(Malformed("the end is missing"))?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed("a text is not UTF-8"))
    }

    pub(crate) fn sum(&mut self) -> Result<u128, Malformed> {
        let (bytes, rest) = self
            .0
            .split_first_chunk::<16>()
            .ok_or(Malformed("the end is missing"))?;
        self.0 = rest;
        Ok(u128::from_le_bytes(*bytes))
    }

    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Malformed("something follows the end"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            put_number(&mut out, number);
            let mut reader = Reader(&out);
            assert_eq!(reader.number(), Ok(number));
            assert_eq!(reader.end(), Ok(()));
        }
        assert!(Reader(&[0xff; 11]).number().is_err());
        assert!(Reader(&[0x80]).number().is_err());
    }

    #[test]
    fn a_checksum_finds_every_single_flip_and_every_wrong_place() {
        let mut sealed = b"a note".to_vec();
        seal("graphs", b"key", &mut sealed);
        assert!(unseal("graphs", b"key", &sealed).is_ok());
        assert!(unseal("graphs", b"kez", &sealed).is_err());
        assert!(unseal("segments", b"key", &sealed).is_err());
        for at in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            assert!(unseal("graphs", b"key", &flipped).is_err(), "bit {at}");
        }
    }
}
