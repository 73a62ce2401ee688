//! What a conversion keeps of a note until all names are known: its links and of which work it is a version, packed.
//!
//! A sync keeps whole notes, because it will be asked about them again. A conversion is not, and a link in one piece with its strings takes
//! several times the room of its letters.

use serde::{Deserialize, Serialize};

use crate::catalog::{Entry, Names, Unit};
use crate::translation::Version;

/// The links of one note. Empty where it has none and is no version of a work.
#[derive(Debug, Default)]
pub(crate) struct Kept(Box<[u8]>);

/// What linking asks a note for.
#[derive(Default, Serialize, Deserialize)]
struct Links {
    concept: Option<String>,
    units: Vec<Unit>,
    version: Option<Box<Version>>,
}

impl Kept {
    /// Packs the links of a note, and takes them from it.
    pub(crate) fn of(entry: &mut Entry) -> Self {
        let is_linked = entry.units.iter().any(|unit| !unit.links.is_empty());
        if entry.names.version.is_none() && !is_linked {
            return Self::default();
        }
        for unit in &mut entry.units {
            unit.said = None;
            for link in &mut unit.links {
                // Only where a Markdown link leads to nothing, its words are asked what was meant.
                if let Some(more) = &mut link.more
                    && !link.markdown
                {
                    more.text = None;
                }
            }
        }
        let links = Links {
            concept: entry.concept.clone(),
            units: std::mem::take(&mut entry.units),
            version: entry.names.version.clone(),
        };
        let room = links.units.iter().map(|unit| 64 + 64 * unit.links.len());
        let room = Vec::with_capacity(room.sum());
        let packed = postcard::to_extend(&links, room).unwrap_or_default();
        // The labels stay.
        entry.units = links.units;
        for unit in &mut entry.units {
            unit.links = Vec::new();
        }
        Self(packed.into_boxed_slice())
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }

    /// The note with its links, its concept, its labels and its version, and nothing else. `None` where there is nothing to link.
    pub(crate) fn entry(&self) -> Option<Entry> {
        if self.0.is_empty() {
            return None;
        }
        let links: Links = postcard::from_bytes(&self.0).ok()?;
        Some(Entry {
            concept: links.concept,
            units: links.units,
            names: Names {
                version: links.version,
                ..Names::default()
            },
            ..Entry::default()
        })
    }
}
