//! How long it takes until a store that was closed answers.

use crate::replace::disk;
use anyhow::{Result, ensure};
use kenning_access::{Clearance, Label};
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
use oxrdf::{Literal, NamedNode, Term, Triple};
use std::path::Path;
use std::time::Instant;

/// How many quads a graph has.
const QUADS: u64 = 100;

pub(crate) fn run(quads: u64) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let start = Instant::now();
    fill(directory.path(), quads)?;
    println!(
        "open: {quads} quads written in {:.1?}, {} MB on disk",
        start.elapsed(),
        disk(directory.path())? >> 20
    );
    let mut times = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let kb = KnowledgeBase::open(directory.path(), Options::default())?;
        let view = kb.view(&Clearance::anonymous());
        let first = view.quads(Pattern::all(GraphPattern::Union)).next();
        ensure!(first.is_some(), "nothing is there");
        times.push(start.elapsed());
    }
    times.sort();
    println!(
        "open: first answer after {:.0?} (median of 5, longest {:.0?})",
        times[2], times[4]
    );
    Ok(())
}

/// Notes that share concepts: a tenth of the objects are texts of their own, the others come again in other notes.
fn fill(directory: &Path, quads: u64) -> Result<()> {
    let kb = KnowledgeBase::open(directory, Options::default())?;
    let node = |text: String| NamedNode::new_unchecked(format!("http://localhost:7878/id/{text}"));
    let mut graph = 0;
    while graph * QUADS < quads {
        let mut batch = Batch::new();
        for _ in 0..1000.min(quads / QUADS - graph) {
            let note = node(format!("note/handbook/topic-{}/note-{graph}", graph % 50));
            let triples = (0..QUADS).map(|k| {
                let concept = (graph * 31 + k * 977) % 20_000;
                let object: Term = if k % 10 == 0 {
                    Literal::new_simple_literal(format!(
                        "sentence {k} of note {graph} says something of its own"
                    ))
                    .into()
                } else {
                    node(format!("concept/handbook/concept-{concept}")).into()
                };
                let subject = if k % 2 == 0 {
                    note.clone()
                } else {
                    node(format!(
                        "concept/handbook/concept-{}",
                        (concept * 7) % 20_000
                    ))
                };
                Triple::new(subject, node(format!("km/property-{}", k % 23)), object)
            });
            batch.put_graph(
                node(format!("graph/note/handbook/{graph}")),
                Label::public(),
                triples.collect::<Vec<_>>(),
            );
            graph += 1;
        }
        kb.commit(batch)?;
    }
    Ok(())
}
