//! Where the rows of each first key begin.

use std::ops::Range;

/// The ranges of rows that share a first key, for rows that are sorted by it.
#[derive(Debug, Clone)]
pub(crate) enum Keys {
    /// One offset for each number from `low` on, used or not, and one for the end: found in one step.
    Dense {
        /// The first key.
        low: u32,
        /// Where the rows of each key begin.
        offsets: Vec<u32>,
    },
    /// The keys that are used, and where the rows of each begin: for small runs, whose keys lie far apart.
    Sparse {
        /// The keys, sorted.
        keys: Vec<u32>,
        /// Where the rows of each begin, and one more for the end.
        offsets: Vec<u32>,
    },
}

impl Default for Keys {
    fn default() -> Self {
        Self::Sparse {
            keys: Vec::new(),
            offsets: vec![0],
        }
    }
}

impl Keys {
    /// The ranges of `sorted`, the first keys of all rows in order.
    pub(crate) fn of(sorted: impl ExactSizeIterator<Item = u32>) -> Self {
        let rows = sorted.len();
        let mut keys = Vec::new();
        let mut offsets = Vec::new();
        for (row, key) in sorted.enumerate() {
            if keys.last() != Some(&key) {
                keys.push(key);
                offsets.push(row as u32);
            }
        }
        offsets.push(rows as u32);
        let (Some(low), Some(high)) = (keys.first().copied(), keys.last().copied()) else {
            return Self::default();
        };
        let span = (high - low) as usize + 1;
        if span > keys.len() * 2 && span > rows {
            keys.shrink_to_fit();
            offsets.shrink_to_fit();
            return Self::Sparse { keys, offsets };
        }
        let mut dense = Vec::with_capacity(span + 1);
        for (key, offset) in keys.iter().zip(&offsets) {
            // Keys without rows end where they begin.
            dense.resize((key - low) as usize + 1, *offset);
        }
        dense.push(rows as u32);
        Self::Dense {
            low,
            offsets: dense,
        }
    }

    /// The rows of one key.
    #[inline]
    pub(crate) fn range(&self, key: u32) -> Range<u32> {
        let (offsets, place) = match self {
            Self::Dense { low, offsets } => match key.checked_sub(*low) {
                Some(place) => (offsets, place as usize),
                None => return 0..0,
            },
            Self::Sparse { keys, offsets } => match keys.binary_search(&key) {
                Ok(place) => (offsets, place),
                Err(_) => return 0..0,
            },
        };
        match offsets.get(place..).and_then(|rest| rest.first_chunk()) {
            Some([start, end]) => *start..*end,
            None => 0..0,
        }
    }

    /// Every key that has rows, with its rows, in order.
    pub(crate) fn each(&self) -> impl Iterator<Item = (u32, Range<u32>)> + '_ {
        let (low, keys, offsets) = match self {
            Self::Dense { low, offsets } => (*low, None, offsets),
            Self::Sparse { keys, offsets } => (0, Some(keys), offsets),
        };
        offsets
            .windows(2)
            .enumerate()
            .filter_map(move |(place, ends)| {
                let [start, end] = ends.first_chunk().copied()?;
                let key = match keys {
                    Some(keys) => *keys.get(place)?,
                    None => low + place as u32,
                };
                (start < end).then_some((key, start..end))
            })
    }

    /// How many keys there are at most.
    pub(crate) fn most(&self) -> usize {
        let (Self::Dense { offsets, .. } | Self::Sparse { offsets, .. }) = self;
        offsets.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Dense { offsets, .. } => offsets.capacity() * 4,
            Self::Sparse { keys, offsets } => (keys.capacity() + offsets.capacity()) * 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_and_sparse_keys_give_the_same_ranges() {
        for keys in [
            vec![],
            vec![7],
            vec![3, 3, 4, 6, 6, 6, 7],
            vec![5, 900, 900, 70_000],
        ] {
            let made = Keys::of(keys.iter().copied());
            for key in [0, 3, 4, 5, 6, 7, 8, 899, 900, 901, 70_000, u32::MAX] {
                let found: Vec<u32> = made.range(key).map(|row| keys[row as usize]).collect();
                let wanted = vec![key; keys.iter().filter(|k| **k == key).count()];
                assert_eq!(found, wanted, "key {key} of {keys:?}");
            }
            let all: usize = made.each().map(|(_, rows)| rows.len()).sum();
            assert_eq!(all, keys.len());
        }
    }
}
