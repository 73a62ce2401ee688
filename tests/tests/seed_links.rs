//! The links of the two wiki pages among the seeds, one by one, counted by hand and asked for in SPARQL.
//!
//! Single occurrences of links are triples at the level `full`, which the other tests of the seeds do not use.
#![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

use kenning_access::{Clearance, Label};
use kenning_note::{Detail, Settings, graphs, read};
use kenning_sparql::{ParseOptions, Prepared, RunOptions, on_big_stack};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use kenning_vocab::Base;
use std::ops::ControlFlow;
use std::path::Path;

fn numbers(view: &View, query: &str) -> Vec<String> {
    on_big_stack(|| {
        let prepared = Prepared::parse(query, &ParseOptions::default()).unwrap();
        let mut found = Vec::new();
        prepared
            .solutions(view, &RunOptions::default(), &mut |row| {
                let values = row.values().iter().flatten();
                found.extend(values.map(|term| match term {
                    oxrdf::Term::Literal(text) => text.value().to_owned(),
                    other => other.to_string(),
                }));
                ControlFlow::Continue(())
            })
            .unwrap();
        found
    })
    .unwrap()
}

#[test]
fn two_pages_hold_51_links_in_39_spellings_to_30_targets() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/seeds");
    if !folder.is_dir() {
        println!("skipped: `{}` is not here", folder.display());
        return;
    }
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("000") && !name.starts_with("001") {
            continue;
        }
        let mut settings = Settings::default();
        settings.detail = Detail::Full;
        let note = read(&std::fs::read(&path).unwrap(), &name, &settings).note;
        for graph in graphs(&note, "seeds", &Base::default()) {
            batch.put_graph(graph.name, Label::public(), graph.triples);
        }
    }
    kb.commit(batch).unwrap();
    let view = kb.view(&Clearance::anonymous());
    let counts = "PREFIX km: <https://w3id.org/kenning/km#>
        SELECT (COUNT(?link) AS ?tokens) (COUNT(DISTINCT ?spelling) AS ?spellings) (COUNT(DISTINCT ?key) AS ?targets) {
            ?note km:hasLink ?link .
            ?link km:linkTarget ?spelling ; km:linkName/km:nameKey ?key
        }";
    assert_eq!(numbers(&view, counts), ["51", "39", "30"]);
}
