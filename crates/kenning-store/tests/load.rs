//! Bulk loading gives what single batches give, or nothing.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may end in a panic"
)]

use kenning_access::{Clearance, Label, Scale};
use kenning_store::{
    Batch, Existing, GraphPattern, KnowledgeBase, LoadError, LoadOptions, Loading, Naming, Options,
    Pattern, Source, View,
};
use oxrdf::{NamedNode, Term, Triple};
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

/// Loads as the command does: documents with mistakes are left out, and what they name is replaced.
fn replace(
    kb: &KnowledgeBase,
    sources: Vec<Source<'_>>,
) -> (Result<(u64, u64), LoadError>, Vec<String>) {
    replace_named(kb, sources, None)
}

fn replace_named(
    kb: &KnowledgeBase,
    sources: Vec<Source<'_>>,
    name: Option<&Naming<'_>>,
) -> (Result<(u64, u64), LoadError>, Vec<String>) {
    let mut told = Vec::new();
    let options = LoadOptions {
        existing: Existing::Replace,
        name,
        label: &|_, known| known.cloned().unwrap_or_else(Label::public),
        mistakes: Some(3),
        memory: None,
    };
    let loaded = kb.load_with(sources, &options, &mut |loading| {
        match loading {
            Loading::Document(number) => told.push(format!("document {number}")),
            Loading::Mistake(LoadError::Parse { line, column, .. }) => {
                told.push(format!("{line}:{column}"));
            }
            Loading::Mistake(error) => told.push(error.to_string()),
            Loading::Refused => told.push("refused".to_owned()),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    (loaded.map(|loaded| (loaded.read, loaded.graphs)), told)
}

/// A long Turtle document whose statements look like ends of statements in every place that is none.
fn long_turtle(statements: u32) -> String {
    let mut text = String::from("@prefix ex: <http://example.org/> .\n");
    for n in 0..statements {
        let places = [
            "ex:a . # not\n",
            "ex:b ;\n  ex:said \"\"\"one .\ntwo .\n\"\"\" .\n",
        ];
        text.push_str(&format!(
            "ex:s{n} a ex:Thing ; ex:number {n} ; ex:p {}",
            places[n as usize % 2]
        ));
        if n == statements / 2 {
            text.push_str("@prefix ex: <http://example.org/second/> .\n");
        }
        if n == statements / 4 * 3 {
            text.push_str("ex:list ex:p ( 1 2 [ ex:q \"it's\" ] ) .\n");
        }
    }
    text
}

#[test]
fn a_long_document_in_many_blocks_is_what_it_is_in_one_piece() {
    let text = long_turtle(60_000);
    let pieces = KnowledgeBase::in_memory(Options::default());
    let (read, _, _) = load(&pieces, vec![source(RdfFormat::Turtle, &text)]).unwrap();
    let mut batch = Batch::new();
    let mut count = 0;
    for quad in oxrdfio::RdfParser::from_format(RdfFormat::Turtle).for_slice(text.as_bytes()) {
        let quad = quad.unwrap();
        count += 1;
        let name = kenning_vocab::DEFAULT_GRAPH.into_owned();
        batch.insert(name, Triple::new(quad.subject, quad.predicate, quad.object));
    }
    assert_eq!(read, count);
    let whole = KnowledgeBase::in_memory(Options::default());
    whole.commit(batch).unwrap();
    let plain = |kb: &KnowledgeBase| -> BTreeSet<String> {
        let quads = quads(&all(kb));
        quads
            .into_iter()
            .filter(|quad| !quad.contains("_:"))
            .collect()
    };
    assert_eq!(plain(&pieces), plain(&whole));
    assert!(
        plain(&pieces)
            .iter()
            .any(|quad| quad.contains("second/s59999"))
    );
}

#[test]
fn a_document_with_mistakes_is_left_out_and_the_others_are_loaded() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut long = long_turtle(40_000);
    let line = long.matches('\n').count() + 1;
    long.push_str(
        "ex:a ex:b ex:c ; oops .\nex:a ex:b ex:c .\nex:a ex:b <http://example.org/with space> .\n",
    );
    long.push_str(&long_turtle(10));
    let lines = "<http://example.org/a> <http://example.org/b> <http://example.org/c> <http://example.org/g> .\n";
    let many = lines.repeat(20_000) + "<a>\n" + &lines.repeat(20_000) + "<b>\n";
    let good = source(RdfFormat::NQuads, lines);
    let sources = vec![
        source(RdfFormat::Turtle, &long),
        good,
        source(RdfFormat::NQuads, &many),
        source(
            RdfFormat::TriG,
            "_:g { <http://example.org/a> a <http://example.org/B> }",
        ),
        source(RdfFormat::RdfXml, "<rdf:RDF"),
    ];
    let (loaded, told) = replace(&kb, sources);
    assert_eq!(loaded.unwrap(), (1, 1));
    let wanted = [
        "document 0".to_owned(),
        format!("{line}:18"),
        format!("{}:11", line + 2),
        "refused".to_owned(),
        "document 1".to_owned(),
        "document 2".to_owned(),
        "20001:1".to_owned(),
        "40002:1".to_owned(),
        "refused".to_owned(),
        "document 3".to_owned(),
        "a graph needs a name; this file has one that is a blank node".to_owned(),
        "refused".to_owned(),
        "document 4".to_owned(),
    ];
    assert_eq!(told[..wanted.len()], wanted);
    assert_eq!(told.last().unwrap(), "refused");
    assert_eq!(quads(&all(&kb)).len(), 1);
    // Nothing of what was left out has left a trace.
    assert_eq!(kb.usage().terms, 4);
}

#[test]
fn loading_twice_changes_nothing_and_loading_other_things_replaces() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let closed = Label::closed();
    let mut batch = Batch::new();
    let triple = Triple::new(node("old"), node("b"), node("c"));
    batch.put_graph(node("g"), closed.clone(), [triple]);
    kb.commit(batch).unwrap();
    let text = "<http://example.org/a> <http://example.org/b> <http://example.org/c> <http://example.org/g> .\n";
    let twice = text.repeat(2);
    for _ in 0..2 {
        let (loaded, _) = replace(&kb, vec![source(RdfFormat::NQuads, &twice)]);
        assert_eq!(loaded.unwrap(), (2, 1));
        assert_eq!(quads(&all(&kb)).len(), 1);
    }
    let view = all(&kb);
    let id = view.id(node("g").as_ref().into()).unwrap();
    let graph = view.graph(id).unwrap();
    assert_eq!((graph.label, graph.triples), (closed, 1));
    let public = kb.view(&Clearance::anonymous());
    assert_eq!(public.quads(Pattern::all(GraphPattern::Union)).count(), 0);
    // An empty document empties its graph.
    let mut empty = source(RdfFormat::Turtle, "# nothing\n");
    empty.graph = Some(node("g"));
    assert_eq!(replace(&kb, vec![empty]).0.unwrap(), (0, 1));
    assert_eq!(all(&kb).graph(id).unwrap().triples, 0);
}

#[test]
fn a_document_may_be_named_by_what_it_says_of_ontologies() {
    let prefix =
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix ex: <http://example.org/> .";
    let header = "ex:o a owl:Ontology ; owl:versionIRI ex:o1 ; owl:imports ex:other .";
    let more = "ex:o ex:p ex:Ontology . ex:s a ex:C . [] a owl:Ontology .";
    let named = "ex:given { ex:x a owl:Ontology . }";
    for (format, text, wanted) in [
        (RdfFormat::Turtle, format!("{prefix} {header} {more}"), 4),
        // The second goes to the general parser, for its list.
        (
            RdfFormat::Turtle,
            format!("{prefix} {header} {more} ex:a ex:b ( 1 ) ."),
            4,
        ),
        (
            RdfFormat::TriG,
            format!("{prefix} {header} {more} {named}"),
            4,
        ),
        (RdfFormat::Turtle, format!("{prefix} ex:s a ex:C ."), 0),
    ] {
        let kb = KnowledgeBase::in_memory(Options::default());
        let mut source = source(format, &text);
        source.graph = Some(node("given"));
        let name = |document: usize, header: &[Triple]| {
            assert_eq!((document, header.len()), (0, wanted), "{text}");
            header.iter().find_map(|triple| match &triple.object {
                Term::NamedNode(version) if version.as_str().ends_with("/o1") => {
                    Some(version.clone())
                }
                _ => None,
            })
        };
        replace_named(&kb, vec![source], Some(&name)).0.unwrap();
        let names: BTreeSet<String> = all(&kb)
            .graphs()
            .map(|graph| graph.name.into_string())
            .collect();
        let expected = if wanted == 0 { "given" } else { "o1" };
        assert!(names.contains(node(expected).as_str()), "{names:?}");
        assert_eq!(names.len(), if text.contains(named) { 2 } else { 1 });
    }
}

#[test]
fn a_load_that_would_take_too_much_memory_changes_nothing() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let text: String = (0..100_000)
        .map(|n| {
            format!("<http://example.org/a{n}> <http://example.org/b> <http://example.org/c> .\n")
        })
        .collect();
    let mut options = LoadOptions {
        existing: Existing::AddTo,
        name: None,
        label: &|_, _| Label::public(),
        mistakes: None,
        memory: Some(1 << 20),
    };
    let load = |options: &LoadOptions<'_>| {
        let sources = vec![source(RdfFormat::NTriples, &text)];
        kb.load_with(sources, options, &mut |_| ControlFlow::Continue(()))
    };
    assert!(matches!(
        load(&options),
        Err(LoadError::Memory { limit: 1_048_576 })
    ));
    assert_eq!(all(&kb).graphs().count(), 0);
    options.memory = Some(1 << 30);
    assert_eq!(load(&options).unwrap().added, 100_000);
}

/// What is written, and what a reader gets: forms stay, tags are shown in one form.
const TERMS: &[(&str, &str)] = &[
    ("1.50", r#""1.50"^^<X#decimal>"#),
    ("+5", r#""+5"^^<X#integer>"#),
    ("-0.0", r#""-0.0"^^<X#decimal>"#),
    ("1E0", r#""1E0"^^<X#double>"#),
    ("true", r#""true"^^<X#boolean>"#),
    (r#""1"^^xsd:boolean"#, r#""1"^^<X#boolean>"#),
    (
        r#""-3"^^xsd:negativeInteger"#,
        r#""-3"^^<X#negativeInteger>"#,
    ),
    (r#""007"^^xsd:unsignedByte"#, r#""007"^^<X#unsignedByte>"#),
    (
        r#""2026-01-02T03:04:05.500+00:00"^^xsd:dateTime"#,
        r#""2026-01-02T03:04:05.500+00:00"^^<X#dateTime>"#,
    ),
    (r#""24:00:00"^^xsd:time"#, r#""24:00:00"^^<X#time>"#),
    (r#""P12M"^^xsd:duration"#, r#""P12M"^^<X#duration>"#),
    (r#"" x "^^xsd:integer"#, r#"" x "^^<X#integer>"#),
    (r#""NaN"^^xsd:double"#, r#""NaN"^^<X#double>"#),
    (r#""a"@en-GB"#, r#""a"@en-GB"#),
    (r#""b"@DE-ch"#, r#""b"@DE-ch"#),
    (r#""c"@zh-hant"#, r#""c"@zh-hant"#),
    (r#""d"@fr"#, r#""d"@fr"#),
    (r#""e"@ar-EG--rtl"#, r#""e"@ar-EG--rtl"#),
];

/// Every format in, out as N-Quads, and in again: after the second load everything is as after the first.
#[test]
fn terms_keep_their_form_through_loading_dumping_and_loading_again() {
    let mut turtle = String::from("@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n");
    for (number, (written, _)) in TERMS.iter().enumerate() {
        turtle.push_str(&format!(
            "<http://example.org/{number}> <http://example.org/p> {written} .\n"
        ));
    }
    let wanted: BTreeSet<String> = TERMS
        .iter()
        .enumerate()
        .map(|(number, (_, kept))| {
            let kept = kept.replace("<X#", "<http://www.w3.org/2001/XMLSchema#");
            let graph = "<urn:kenning:default-graph>";
            format!("<http://example.org/{number}> <http://example.org/p> {kept} {graph} .")
        })
        .collect();
    let lines: String = wanted.iter().map(|line| format!("{line}\n")).collect();
    for (format, text) in [
        (RdfFormat::Turtle, turtle.as_str()),
        (RdfFormat::TriG, turtle.as_str()),
        (RdfFormat::NQuads, lines.as_str()),
    ] {
        let place = tempfile::tempdir().unwrap();
        let kb = KnowledgeBase::open(place.path(), Options::default()).unwrap();
        load(&kb, vec![source(format, text)]).unwrap();
        assert_eq!(quads(&all(&kb)), wanted, "{format:?}");
        // Loading what is there adds nothing.
        let (_, added, _) = load(&kb, vec![source(RdfFormat::NQuads, &lines)]).unwrap();
        assert_eq!(added, 0, "{format:?}");
        drop(kb);
        let kb = KnowledgeBase::open(place.path(), Options::default()).unwrap();
        assert_eq!(quads(&all(&kb)), wanted, "{format:?}, opened again");
    }
}

/// A triple comes and goes whatever the case of its tag.
#[test]
fn a_tag_in_another_case_is_the_same_term() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let say = |tag: &str| {
        let text = oxrdf::Literal::new_language_tagged_literal_unchecked("a", tag);
        Triple::new(node("s"), node("p"), text)
    };
    let mut batch = Batch::new();
    batch.put_graph(node("g"), Label::public(), [say("en-GB"), say("EN-gb")]);
    batch.insert(node("g"), say("en-gb"));
    let committed = kb.commit(batch).unwrap();
    assert_eq!(committed.inserted, 0);
    assert_eq!(quads(&all(&kb)).len(), 1);
    let before = all(&kb).fingerprint();
    assert!(all(&kb).id(say("eN-Gb").object.as_ref()).is_some());
    let mut batch = Batch::new();
    batch.remove(node("g"), say("En-GB"));
    assert_eq!(kb.commit(batch).unwrap().removed, 1);
    assert_eq!(quads(&all(&kb)).len(), 0);
    let mut batch = Batch::new();
    batch.insert(node("g"), say("EN-GB"));
    kb.commit(batch).unwrap();
    assert_eq!(all(&kb).fingerprint(), before);
}
