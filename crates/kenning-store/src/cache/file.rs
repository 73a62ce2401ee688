//! Columns in a file: numbers and texts, each with its length and a checksum.
//!
//! ```text
//! column    how many bytes (u64), the bytes, a checksum over all that and the number of the column
//! file      columns, then the footer
//! footer    where each part begins, the name of the store and the number of its commit, the version of this form, a checksum
//! ```
//!
//! Numbers are little-endian. They pass through a small buffer in both directions, so that one pass over memory copies,
//! tests and converts.

use super::NoCache;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The version of this form. A copy of another version is made anew.
const FORM: u64 = 1;
/// How many bytes are in hand at once; a multiple of sixteen, which the widest numbers have.
const PIECE: usize = 256 << 10;
const SUM: usize = 16;
/// How many parts a file has.
pub(super) const PARTS: usize = 3;
/// Parts, store, commit, form, checksum.
const FOOTER: usize = (PARTS + 1) * 8 + 16 + 8 + 8 + SUM;

/// What the footer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    /// Where each part begins, and where the last one ends.
    pub(super) parts: [u64; PARTS + 1],
    /// The name of the store that this is a copy of.
    pub(super) store: u128,
    /// The number of the commit that it shows.
    pub(super) commit: u64,
}

/// Writes columns.
pub(super) struct Writer<W> {
    out: W,
    buffer: Vec<u8>,
    /// How many bytes were written.
    at: u64,
    column: u64,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            buffer: Vec::with_capacity(PIECE),
            at: 0,
            column: 0,
        }
    }

    /// How many bytes were written.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut column = self.begin(bytes.len())?;
        for piece in bytes.chunks(PIECE) {
            column.update(piece);
            self.out.write_all(piece)?;
        }
        self.end(column, bytes.len())
    }

    pub(super) fn numbers(&mut self, numbers: &[u32]) -> io::Result<()> {
        self.each::<4>(numbers.len(), numbers.iter().map(|n| n.to_le_bytes()))
    }

    pub(super) fn longs(&mut self, longs: &[u64]) -> io::Result<()> {
        self.each::<8>(longs.len(), longs.iter().map(|n| n.to_le_bytes()))
    }

    pub(super) fn sums(&mut self, sums: &[u128]) -> io::Result<()> {
        self.each::<16>(sums.len(), sums.iter().map(|n| n.to_le_bytes()))
    }

    /// Texts, as one text and where each of them ends.
    pub(super) fn names(&mut self, names: &[Box<str>]) -> io::Result<()> {
        let mut end = 0_u64;
        let ends: Vec<u64> = names
            .iter()
            .map(|name| {
                end += name.len() as u64;
                end
            })
            .collect();
        self.longs(&ends)?;
        self.bytes(names.concat().as_bytes())
    }

    fn each<const SIZE: usize>(
        &mut self,
        count: usize,
        mut items: impl Iterator<Item = [u8; SIZE]>,
    ) -> io::Result<()> {
        let mut column = self.begin(count * SIZE)?;
        loop {
            self.buffer.clear();
            for item in items.by_ref().take(PIECE / SIZE) {
                self.buffer.extend_from_slice(&item);
            }
            if self.buffer.is_empty() {
                break;
            }
            column.update(&self.buffer);
            self.out.write_all(&self.buffer)?;
        }
        self.end(column, count * SIZE)
    }

    fn begin(&mut self, bytes: usize) -> io::Result<blake3::Hasher> {
        let length = (bytes as u64).to_le_bytes();
        self.out.write_all(&length)?;
        Ok(hasher(self.column, &length))
    }

    fn end(&mut self, column: blake3::Hasher, bytes: usize) -> io::Result<()> {
        self.out.write_all(&cut(&column))?;
        self.column += 1;
        self.at += 8 + bytes as u64 + SUM as u64;
        Ok(())
    }

    /// Begins a part: its columns count from the beginning.
    pub(super) fn part(&mut self, part: usize) -> u64 {
        self.column = first_column(part);
        self.at
    }

    /// Writes the footer and gives the file back.
    pub(super) fn finish(mut self, footer: &Footer) -> io::Result<W> {
        let mut bytes = Vec::with_capacity(FOOTER);
        for part in footer.parts {
            bytes.extend_from_slice(&part.to_le_bytes());
        }
        bytes.extend_from_slice(&footer.store.to_le_bytes());
        bytes.extend_from_slice(&footer.commit.to_le_bytes());
        bytes.extend_from_slice(&FORM.to_le_bytes());
        let mut sum = blake3::Hasher::new();
        sum.update(&bytes);
        bytes.extend_from_slice(&cut(&sum));
        self.out.write_all(&bytes)?;
        Ok(self.out)
    }
}

fn first_column(part: usize) -> u64 {
    (part as u64) << 32
}

fn hasher(column: u64, length: &[u8]) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&column.to_le_bytes()).update(length);
    hasher
}

fn cut(hasher: &blake3::Hasher) -> [u8; SUM] {
    let mut cut = [0; SUM];
    hasher.finalize_xof().fill(&mut cut);
    cut
}

/// Reads the columns of one part.
pub(super) struct Reader {
    file: File,
    /// How many bytes of the part are still to come.
    left: u64,
    column: u64,
    buffer: Vec<u8>,
}

impl Reader {
    /// The columns of one part of the file `path`.
    pub(super) fn open(path: &Path, footer: &Footer, part: usize) -> Result<Self, NoCache> {
        let (Some(start), Some(end)) = (footer.parts.get(part), footer.parts.get(part + 1)) else {
            return Err(unreadable("a part is missing"));
        };
        let mut file = File::open(path).map_err(|cause| unreadable(&cause.to_string()))?;
        file.seek(SeekFrom::Start(*start))
            .map_err(|cause| unreadable(&cause.to_string()))?;
        Ok(Self {
            file,
            left: end.saturating_sub(*start),
            column: first_column(part),
            buffer: vec![0; PIECE],
        })
    }

    /// Reads a column of items of `size` bytes. `take` gets them piece by piece, each of whole items, and is told how many
    /// bytes the column has.
    fn column(&mut self, size: usize, mut take: impl FnMut(&[u8], usize)) -> Result<(), NoCache> {
        let mut length = [0; 8];
        self.exactly(&mut length)?;
        let mut bytes = u64::from_le_bytes(length);
        // A length that is damaged must not make us ask for memory that is not there.
        if bytes > self.left || bytes % size as u64 != 0 {
            return Err(unreadable("a length is wrong"));
        }
        let all = bytes as usize;
        let mut hasher = hasher(self.column, &length);
        let mut buffer = std::mem::take(&mut self.buffer);
        while bytes > 0 {
            let many = bytes.min(PIECE as u64) as usize;
            let piece = buffer.get_mut(..many).unwrap_or_default();
            self.exactly(piece)?;
            hasher.update(piece);
            take(piece, all);
            bytes -= many as u64;
        }
        self.buffer = buffer;
        let mut sum = [0; SUM];
        self.exactly(&mut sum)?;
        self.column += 1;
        match sum == cut(&hasher) {
            true => Ok(()),
            false => Err(unreadable("a checksum does not fit")),
        }
    }

    fn exactly(&mut self, bytes: &mut [u8]) -> Result<(), NoCache> {
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| unreadable("a part ends early"))?;
        self.file
            .read_exact(bytes)
            .map_err(|cause| unreadable(&cause.to_string()))
    }

    fn each<const SIZE: usize, T>(
        &mut self,
        item: impl Fn([u8; SIZE]) -> T,
    ) -> Result<Vec<T>, NoCache> {
        let mut items = Vec::new();
        self.column(SIZE, |piece, all| {
            if items.is_empty() {
                items.reserve_exact(all / SIZE);
            }
            let chunks = piece.chunks_exact(SIZE);
            items.extend(chunks.filter_map(|chunk| chunk.first_chunk().copied().map(&item)));
        })?;
        Ok(items)
    }

    pub(super) fn numbers(&mut self) -> Result<Vec<u32>, NoCache> {
        self.each(u32::from_le_bytes)
    }

    pub(super) fn longs(&mut self) -> Result<Vec<u64>, NoCache> {
        self.each(u64::from_le_bytes)
    }

    pub(super) fn sums(&mut self) -> Result<Vec<u128>, NoCache> {
        self.each(u128::from_le_bytes)
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, NoCache> {
        let mut bytes = Vec::new();
        self.column(1, |piece, all| {
            if bytes.is_empty() {
                bytes.reserve_exact(all);
            }
            bytes.extend_from_slice(piece);
        })?;
        Ok(bytes)
    }

    pub(super) fn text(&mut self) -> Result<String, NoCache> {
        String::from_utf8(self.bytes()?).map_err(|_| unreadable("a text is not UTF-8"))
    }

    pub(super) fn names(&mut self) -> Result<Vec<Box<str>>, NoCache> {
        let ends = self.longs()?;
        let text = self.text()?;
        let mut start = 0;
        let mut names = Vec::with_capacity(ends.len());
        for end in ends {
            let name = text.get(start..end as usize);
            names.push(name.ok_or_else(|| unreadable("a name is missing"))?.into());
            start = end as usize;
        }
        Ok(names)
    }

    /// Numbers of which there are as many as one asks for.
    pub(super) fn some<const MANY: usize>(&mut self) -> Result<[u64; MANY], NoCache> {
        let longs = self.longs()?;
        <[u64; MANY]>::try_from(longs).map_err(|_| unreadable("a column has another length"))
    }

    /// Nothing may follow the last column of a part.
    pub(super) fn end(&self) -> Result<(), NoCache> {
        match self.left {
            0 => Ok(()),
            _ => Err(unreadable("something follows the end of a part")),
        }
    }
}

/// The footer of the file `path`.
pub(super) fn footer(path: &Path) -> Result<Footer, NoCache> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(NoCache::Missing),
        Err(cause) => return Err(unreadable(&cause.to_string())),
    };
    let mut bytes = [0; FOOTER];
    let mut read = || {
        let end = file.seek(SeekFrom::End(-(FOOTER as i64)))?;
        file.read_exact(&mut bytes).map(|()| end)
    };
    let end = read().map_err(|_| unreadable("the end is missing"))?;
    let (said, sum) = bytes.split_last_chunk::<SUM>().unwrap_or((&[], &[0; SUM]));
    let mut hasher = blake3::Hasher::new();
    hasher.update(said);
    if *sum != cut(&hasher) {
        return Err(unreadable("the end is damaged"));
    }
    let mut words = said.chunks_exact(8).map(|word| {
        let word = word.first_chunk().copied();
        u64::from_le_bytes(word.unwrap_or_default())
    });
    let mut word = || words.next().unwrap_or_default();
    let parts = std::array::from_fn(|_| word());
    let [low, high, commit, form] = std::array::from_fn(|_| word());
    if form != FORM {
        return Err(unreadable("it is of another version"));
    }
    if parts.first() != Some(&0) || !parts.is_sorted() || parts.last() != Some(&end) {
        return Err(unreadable("a part is missing"));
    }
    Ok(Footer {
        parts,
        store: u128::from(high) << 64 | u128::from(low),
        commit,
    })
}

pub(super) fn unreadable(why: &str) -> NoCache {
    NoCache::Unreadable(why.to_owned())
}
