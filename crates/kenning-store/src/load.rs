//! Making the index from what is stored.

use crate::dictionary::Growing;
use crate::run::{build, pack};
use crate::snapshot::{Snapshot, mark, mark_triple};
use crate::truth::Truth;
use crate::{CommitError, OpenError};
use std::sync::Arc;

/// The index of everything that is stored.
pub(crate) fn from_truth(truth: &Truth) -> Result<Snapshot, OpenError> {
    let mut snapshot = Snapshot::default();
    let mut terms = Growing::new(&snapshot.dictionary);
    let mut quads = Vec::new();
    let mut full = None;
    truth.load(&mut |graph| {
        let mut add = || {
            let no_room = CommitError::Full { what: "terms" };
            let Some(name) = terms.intern(graph.name.as_ref().into()) else {
                return Err(no_room);
            };
            let mark = mark(graph.name.as_ref().into());
            let number = snapshot.graphs.add(name, mark, &graph.label)?;
            let mut sum = 0u128;
            for triple in &graph.triples {
                let Some(ids) = terms.intern_triple(triple.as_ref()) else {
                    return Err(no_room);
                };
                quads.push(pack(ids, number));
                sum = sum.wrapping_add(mark_triple(triple.as_ref()));
            }
            let count = graph.triples.len() as u64;
            snapshot.graphs.change(number, (count, sum), (0, 0));
            Ok(())
        };
        if let Err(error) = add() {
            full.get_or_insert(error);
        }
    })?;
    if let Some(error) = full {
        return Err(OpenError::Full(error));
    }
    snapshot.dictionary = terms.finish();
    if !quads.is_empty() {
        snapshot.runs.push(Arc::new(build(quads)));
    }
    snapshot.number = 1;
    Ok(snapshot)
}
