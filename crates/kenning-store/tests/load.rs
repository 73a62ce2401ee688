//! Bulk loading gives what single batches give, or nothing.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Label, Scale};
use kenning_store::{
    Batch, GraphPattern, KnowledgeBase, LoadError, Options, Pattern, Source, View,
};
use oxrdf::{NamedNode, Triple};
use oxrdfio::RdfFormat;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

fn node(name: &str) -> NamedNode {
    NamedNode::new(format!("http://example.org/{name}")).unwrap()
}

fn source<'a>(format: RdfFormat, text: &'a str) -> Source<'a> {
    Source {
        name: "data".to_owned(),
        format,
        base: None,
        graph: None,
        data: Box::new(text.as_bytes()),
    }
}

fn load(kb: &KnowledgeBase, sources: Vec<Source<'_>>) -> Result<(u64, u64, u64), LoadError> {
    let mut told = 0;
    let loaded = kb.load(sources, &Label::public(), &mut |read| {
        assert!(read >= told);
        told = read;
        ControlFlow::Continue(())
    })?;
    assert_eq!(told, loaded.read);
    Ok((loaded.read, loaded.added, loaded.graphs))
}

fn all(kb: &KnowledgeBase) -> View {
    kb.view(&Clearance::everything("a test looks at everything"))
}

fn quads(view: &View) -> BTreeSet<String> {
    let text = |id| view.term(id).to_string();
    view.quads(Pattern::all(GraphPattern::Each))
        .map(|quad| {
            let quad = quad.unwrap();
            let [s, p, o, g] = [quad.subject, quad.predicate, quad.object, quad.graph].map(text);
            format!("{s} {p} {o} {g} .")
        })
        .collect()
}

/// Many quads with duplicates, in many blocks, as lines and as batches.
#[test]
fn loading_gives_what_batches_give() {
    let mut text = String::new();
    let mut batches = KnowledgeBase::in_memory(Options::default());
    for part in 0..2 {
        let kb = &mut batches;
        let mut batch = Batch::new();
        for graph in 0..150 {
            let mut triples = Vec::new();
            for n in 0..200u32 {
                let triple = Triple::new(
                    node(&format!("subject/{}", (n * 7 + graph) % 900)),
                    node(&format!("p{}", n % 5)),
                    node(&format!("object/{}", n * graph % 1000)),
                );
                text.push_str(&format!("{triple} {} .\n", node(&format!("graph/{graph}"))));
                triples.push(triple);
            }
            batch.put_graph(node(&format!("graph/{graph}")), Label::public(), triples);
        }
        if part == 0 {
            kb.commit(batch).unwrap();
        }
    }
    let loaded = KnowledgeBase::in_memory(Options::default());
    let (read, added, graphs) = load(&loaded, vec![source(RdfFormat::NQuads, &text)]).unwrap();
    assert_eq!((read, graphs), (60_000, 150));
    let (wanted, found) = (quads(&all(&batches)), quads(&all(&loaded)));
    assert_eq!(added as usize, found.len());
    assert_eq!(found, wanted);
    assert_eq!(all(&loaded).fingerprint(), all(&batches).fingerprint());
    // Again, half of it into what is there, after some of it was removed.
    let mut batch = Batch::new();
    let gone: Vec<Triple> = (0..3)
        .map(|n| {
            Triple::new(
                node(&format!("subject/{}", n * 7)),
                node(&format!("p{n}")),
                node("object/0"),
            )
        })
        .collect();
    for triple in &gone {
        batch.remove(node("graph/0"), triple.clone());
    }
    assert_eq!(loaded.commit(batch).unwrap().removed, 3);
    assert_ne!(all(&loaded).fingerprint(), all(&batches).fingerprint());
    let (_, added, graphs) = load(&loaded, vec![source(RdfFormat::NQuads, &text)]).unwrap();
    assert_eq!((added, graphs), (3, 0));
    assert_eq!(all(&loaded).fingerprint(), all(&batches).fingerprint());
    assert_eq!(quads(&all(&loaded)), wanted);
}

#[test]
fn a_load_keeps_labels_and_what_is_there() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let internal = Scale::default().parse_label("internal").unwrap();
    let mut batch = Batch::new();
    batch.put_graph(
        node("g"),
        internal.clone(),
        [Triple::new(node("a"), node("b"), node("c"))],
    );
    kb.commit(batch).unwrap();
    let text = "@prefix : <http://example.org/> . :g { :x :y \"1.50\"^^<http://www.w3.org/2001/XMLSchema#decimal> . << :x :y :z >> :said :a } :h { :a :b :c }";
    assert_eq!(load(&kb, vec![source(RdfFormat::TriG, text)]).unwrap().2, 1);
    let view = all(&kb);
    let id = |name: &str| view.id(node(name).as_ref().into()).unwrap();
    assert_eq!(view.graph(id("g")).unwrap().label, internal);
    assert_eq!(view.graph(id("h")).unwrap().label, Label::public());
    assert!(quads(&view).iter().any(|quad| quad.contains("\"1.50\"")));
    assert!(quads(&view).iter().any(|quad| quad.contains("<<(")));
}

#[test]
fn blank_nodes_of_different_documents_stay_apart_and_those_of_one_do_not() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let text = "_:a <http://example.org/p> _:b .\n_:b <http://example.org/p> _:a .\n";
    load(
        &kb,
        vec![
            source(RdfFormat::NTriples, text),
            source(RdfFormat::NTriples, text),
        ],
    )
    .unwrap();
    let view = all(&kb);
    let mut subjects = BTreeSet::new();
    for quad in view.quads(Pattern::all(GraphPattern::Union)) {
        let quad = quad.unwrap();
        subjects.insert(quad.subject);
        let back = view.quads(Pattern {
            subject: Some(quad.object),
            predicate: None,
            object: Some(quad.subject),
            graph: GraphPattern::Union,
        });
        assert_eq!(back.count(), 1);
    }
    assert_eq!(subjects.len(), 4);
    let default = view.id(kenning_vocab::DEFAULT_GRAPH.into()).unwrap();
    assert_eq!(view.graph(default).unwrap().triples, 4);
}

#[test]
fn a_document_that_does_not_parse_leaves_everything_as_it_was() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let good = "<http://example.org/a> <http://example.org/b> <http://example.org/c> .\n".repeat(3);
    let bad = format!("{good}<http://example.org/a> oops\n{good}");
    let sources = vec![
        source(RdfFormat::NTriples, &good),
        source(RdfFormat::NTriples, &bad),
    ];
    match load(&kb, sources) {
        Err(LoadError::Parse { line, .. }) => assert_eq!(line, 4),
        other => panic!("{other:?}"),
    }
    assert_eq!(all(&kb).graphs().count(), 0);
    let stopped = kb.load(
        vec![source(RdfFormat::NTriples, &good)],
        &Label::public(),
        &mut |_| ControlFlow::Break(()),
    );
    assert!(matches!(stopped, Err(LoadError::Stopped)));
    assert_eq!(all(&kb).graphs().count(), 0);
}

#[test]
fn what_was_loaded_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let text = "<http://example.org/a> <http://example.org/b> \"+5\"^^<http://www.w3.org/2001/XMLSchema#integer> <http://example.org/g> .\n";
    let more = "<http://example.org/x> <http://example.org/b> _:n <http://example.org/g> .\n";
    let before = {
        let kb = KnowledgeBase::open(dir.path(), Options::default()).unwrap();
        load(&kb, vec![source(RdfFormat::NQuads, text)]).unwrap();
        load(&kb, vec![source(RdfFormat::NQuads, more)]).unwrap();
        (quads(&all(&kb)), all(&kb).fingerprint())
    };
    let kb = KnowledgeBase::open(dir.path(), Options::default()).unwrap();
    assert_eq!((quads(&all(&kb)), all(&kb).fingerprint()), before);
    assert_eq!(before.0.len(), 2);
}
