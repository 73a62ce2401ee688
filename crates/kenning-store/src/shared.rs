//! Tables that two snapshots share except where they differ.

use rustc_hash::FxHashMap;
use std::sync::Arc;

const PAGE: usize = 256;
const SHARDS: u32 = 256;

/// A list whose copies share all pages but those that were written since.
#[derive(Debug, Clone)]
pub(crate) struct Paged<T> {
    pages: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { pages: Vec::new() }
    }
}

impl<T: Clone + Default> Paged<T> {
    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<&T> {
        let place = place as usize;
        self.pages.get(place / PAGE)?.get(place % PAGE)
    }

    /// The place to write, which is made if need be.
    pub(crate) fn at_mut(&mut self, place: u32) -> Option<&mut T> {
        let place = place as usize;
        while self.pages.len() <= place / PAGE {
            self.pages.push(Arc::new(vec![T::default(); PAGE]));
        }
        Arc::make_mut(self.pages.get_mut(place / PAGE)?).get_mut(place % PAGE)
    }
}

/// A map between numbers whose copies share all shards but those that were written since.
#[derive(Debug, Clone)]
pub(crate) struct Sharded {
    shards: Vec<Arc<FxHashMap<u32, u32>>>,
    len: usize,
}

impl Default for Sharded {
    fn default() -> Self {
        Self {
            shards: vec![Arc::default(); SHARDS as usize],
            len: 0,
        }
    }
}

impl Sharded {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn get(&self, key: u32) -> Option<u32> {
        let shard = self.shards.get((key % SHARDS) as usize)?;
        shard.get(&key).copied()
    }

    pub(crate) fn insert(&mut self, key: u32, value: u32) {
        if let Some(shard) = self.shards.get_mut((key % SHARDS) as usize)
            && Arc::make_mut(shard).insert(key, value).is_none()
        {
            self.len += 1;
        }
    }

    pub(crate) fn remove(&mut self, key: u32) -> Option<u32> {
        let shard = self.shards.get_mut((key % SHARDS) as usize)?;
        let removed = Arc::make_mut(shard).remove(&key)?;
        self.len -= 1;
        Some(removed)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let shards = self.shards.iter();
        shards.flat_map(|shard| shard.iter().map(|(key, value)| (*key, *value)))
    }
}
