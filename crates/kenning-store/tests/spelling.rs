//! Language tags are given back as they were written, wherever they came from, and nothing of hidden graphs is shown by them.
#![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

use kenning_access::{Clearance, Label, Scale};
use kenning_store::{
    Batch, GraphPattern, KnowledgeBase, Options, Pattern, Source, View, Written, restore,
};
use oxrdf::{Literal, NamedNode, Term, Triple};
use oxrdfio::RdfFormat;
use std::ops::ControlFlow;

fn node(text: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("urn:{text}"))
}

fn literal(text: &str, tag: &str) -> Literal {
    Literal::new_language_tagged_literal(text, tag).unwrap()
}

fn triple(text: &str, tag: &str) -> Triple {
    Triple::new(node("s"), node("p"), literal(text, tag))
}

fn everything() -> Clearance {
    Clearance::everything("a test")
}

/// The objects that a view shows, taken together.
fn shown(view: &View) -> Vec<String> {
    let quads = view.quads(Pattern::all(GraphPattern::Union));
    let mut all: Vec<String> = quads
        .map(|quad| view.term(quad.unwrap().object).to_string())
        .collect();
    all.sort();
    all
}

/// The objects of one graph.
fn held(view: &View, graph: &str) -> Vec<String> {
    let Some(graph) = view.id(node(graph).as_ref().into()) else {
        return Vec::new();
    };
    let quads = view.quads(Pattern::all(GraphPattern::One(graph)));
    let mut all: Vec<String> = quads
        .map(|quad| view.object(&quad.unwrap()).to_string())
        .collect();
    all.sort();
    all
}

fn put(batch: &mut Batch, graph: &str, label: Label, texts: &[(&str, &str)]) {
    let mut written = Written::default();
    for (text, tag) in texts {
        written.add(text, tag);
    }
    batch.write_tags(written);
    let triples = texts.iter().map(|(text, tag)| triple(text, tag));
    batch.put_graph(node(graph), label, triples);
}

#[test]
fn a_spelling_is_kept_over_changes_restarts_copies_and_damage_to_the_copy() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let texts = [("a", "EN-us"), ("b", "en-US"), ("c", "de-ch"), ("d", "FR")];
    let wanted = ["\"a\"@EN-us", "\"b\"@en-US", "\"c\"@de-ch", "\"d\"@FR"];
    let version = |kb: &KnowledgeBase| {
        let view = kb.view(&everything());
        let id = view.id(node("g").as_ref().into()).unwrap();
        (view.graph(id).unwrap().version, view.fingerprint())
    };
    let before = {
        let kb = KnowledgeBase::open(&data, Options::default()).unwrap();
        let mut batch = Batch::new();
        put(&mut batch, "g", Label::public(), &texts);
        kb.commit(batch).unwrap();
        assert_eq!(shown(&kb.view(&everything())), wanted);
        assert!(kb.settings("").unwrap().is_empty());
        kb.merge();
        kb.backup(&dir.path().join("copy")).unwrap();
        version(&kb)
    };
    for with_copy in [true, false] {
        if !with_copy {
            for file in std::fs::read_dir(&data).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|kind| kind == "index") {
                    std::fs::remove_file(path).unwrap();
                }
            }
        }
        let kb = KnowledgeBase::open(&data, Options::default()).unwrap();
        assert_eq!(shown(&kb.view(&everything())), wanted, "{with_copy}");
        assert_eq!(version(&kb), before, "{with_copy}");
        assert!(kb.verify().unwrap().damages.is_empty());
    }
    let again = dir.path().join("again");
    restore(&dir.path().join("copy"), &again).unwrap();
    let kb = KnowledgeBase::open(&again, Options::default()).unwrap();
    assert_eq!(shown(&kb.view(&everything())), wanted);

    // The same triples with other spellings are another version of the graph, and no others.
    let mut batch = Batch::new();
    put(
        &mut batch,
        "g",
        Label::public(),
        &[("a", "en-us"), ("b", "en-us"), ("c", "DE-CH"), ("d", "fr")],
    );
    kb.commit(batch).unwrap();
    assert_ne!(version(&kb).0, before.0);
    assert_ne!(version(&kb).1, before.1);
    assert_eq!(
        shown(&kb.view(&everything())),
        ["\"a\"@en-us", "\"b\"@en-us", "\"c\"@DE-CH", "\"d\"@fr"]
    );
    let mut batch = Batch::new();
    put(&mut batch, "g", Label::public(), &texts);
    kb.commit(batch).unwrap();
    assert_eq!(version(&kb), before);

    // A graph that is gone leaves nothing.
    let mut batch = Batch::new();
    batch.drop_graph(node("g"));
    batch.put_graph(node("h"), Label::public(), [triple("a", "EN-US")]);
    kb.commit(batch).unwrap();
    assert_eq!(shown(&kb.view(&everything())), ["\"a\"@en-US"]);
}

#[test]
fn a_single_triple_brings_its_spelling_and_takes_it_along() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let insert = |text: &str, tag: &str| {
        let mut batch = Batch::new();
        let mut written = Written::default();
        written.add(text, tag);
        batch.write_tags(written);
        batch.insert(node("g"), triple(text, tag));
        kb.commit(batch).unwrap()
    };
    let mut batch = Batch::new();
    put(&mut batch, "g", Label::public(), &[("a", "EN")]);
    kb.commit(batch).unwrap();
    assert_eq!(insert("b", "en").inserted, 1);
    assert_eq!(shown(&kb.view(&everything())), ["\"a\"@EN", "\"b\"@en"]);
    // It is the same triple, written otherwise.
    assert_eq!(insert("b", "En").inserted, 0);
    assert_eq!(shown(&kb.view(&everything())), ["\"a\"@EN", "\"b\"@En"]);
    let mut batch = Batch::new();
    batch.remove(node("g"), triple("B", "eN"));
    batch.remove(node("g"), triple("b", "eN"));
    assert_eq!(kb.commit(batch).unwrap().removed, 1);
    let mut batch = Batch::new();
    batch.insert(node("g"), triple("b", "en"));
    batch.insert(
        node("g"),
        Triple::new(node("s"), node("p"), triple("b", "en")),
    );
    kb.commit(batch).unwrap();
    assert_eq!(
        shown(&kb.view(&everything())),
        ["\"a\"@EN", "\"b\"@en", "<<( <urn:s> <urn:p> \"b\"@en )>>"]
    );
    // What expects a version is told apart by the spelling too.
    let view = kb.view(&everything());
    let id = view.id(node("g").as_ref().into()).unwrap();
    let version = view.graph(id).unwrap().version;
    let expect = || {
        let mut batch = Batch::new();
        batch.expect(node("g"), Some(version));
        kb.commit(batch)
    };
    assert!(expect().is_ok());
    insert("b", "EN");
    assert!(expect().is_err());
}

#[test]
fn a_hidden_spelling_shows_nowhere() {
    let scale = Scale::default();
    let kb = KnowledgeBase::in_memory(Options::default());
    let secret = scale.parse_label("restricted").unwrap();
    let hidden = [("both", "EN-gb"), ("only hidden", "EN-gb")];
    let mut batch = Batch::new();
    put(&mut batch, "hidden", secret, &hidden);
    kb.commit(batch).unwrap();
    let twin = KnowledgeBase::in_memory(Options::default());
    for kb in [&kb, &twin] {
        let mut batch = Batch::new();
        let open = [("both", "en-GB"), ("odd", "en-gb")];
        put(&mut batch, "open", Label::public(), &open);
        let other = [("odd", "en-GB"), ("x", "En-Gb")];
        put(&mut batch, "other", Label::public(), &other);
        kb.commit(batch).unwrap();
    }

    let public = Clearance::anonymous();
    let (view, twin) = (kb.view(&public), twin.view(&public));
    assert_eq!(
        shown(&view),
        ["\"both\"@en-GB", "\"odd\"@en-gb", "\"x\"@En-Gb"]
    );
    assert_eq!(shown(&view), shown(&twin));
    assert_eq!(view.fingerprint(), twin.fingerprint());
    for text in ["both", "only hidden", "odd", "nowhere"] {
        let literal = literal(text, "en-gb");
        assert_eq!(
            view.tag(literal.as_ref()),
            twin.tag(literal.as_ref()),
            "{text}"
        );
    }
    // Whoever sees more is shown more, and each graph as it is.
    let all = kb.view(&everything());
    assert!(shown(&all).contains(&"\"both\"@EN-gb".to_owned()));
    assert_eq!(held(&all, "open"), ["\"both\"@en-GB", "\"odd\"@en-gb"]);
    assert_eq!(held(&all, "other"), ["\"odd\"@en-GB", "\"x\"@En-Gb"]);
    assert_eq!(
        held(&all, "hidden"),
        ["\"both\"@EN-gb", "\"only hidden\"@EN-gb"]
    );
    assert_ne!(all.fingerprint(), view.fingerprint());
    // One literal, however it is written.
    let id = all.id(Term::from(literal("both", "En-gB")).as_ref());
    assert_eq!(id, all.id(Term::from(literal("both", "en-gb")).as_ref()));
}

#[test]
fn documents_keep_their_spellings_whichever_parser_reads_them() {
    let xml = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:">
        <rdf:Description rdf:about="urn:s"><e:p xml:lang="EN-us">a</e:p><e:p xml:lang="de-ch">b</e:p>
        <e:p xml:lang="pt-BR">c</e:p></rdf:Description></rdf:RDF>"#;
    let json = r#"{"@id":"urn:s","urn:p":[{"@value":"a","@language":"EN-us"},{"@value":"b","@language":"de-ch"},
        {"@value":"c","@language":"pt-BR"}]}"#;
    let quick = "@prefix e: <urn:> . e:s e:p \"a\"@EN-us , \"b\"@de-ch , \"c\"@pt-BR .";
    let slow = "@prefix e: <urn:> . e:s e:p 'a'@EN-us , 'b'@de-ch ; <\\u0075rn:p> 'c'@pt-BR .";
    let lines = "<urn:s> <urn:p> \"a\"@EN-us .\n<urn:s> <urn:p> \"b\"@de-ch .\n<urn:s> <urn:p> \"c\"@pt-BR .\n";
    let json_ld = RdfFormat::from_extension("jsonld").unwrap();
    for (text, format) in [
        (xml, RdfFormat::RdfXml),
        (json, json_ld),
        (quick, RdfFormat::Turtle),
        (slow, RdfFormat::Turtle),
        (lines, RdfFormat::NTriples),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let kb = KnowledgeBase::open(dir.path(), Options::default()).unwrap();
        let load = |kb: &KnowledgeBase, text: &str, format, graph: &str| {
            let source = Source {
                name: "a document".to_owned(),
                format,
                base: Some("urn:base:".to_owned()),
                graph: Some(node(graph)),
                data: Box::new(std::io::Cursor::new(text.to_owned())),
            };
            let go_on = &mut |_| ControlFlow::Continue(());
            kb.load(vec![source], &Label::public(), go_on).unwrap()
        };
        load(&kb, text, format, "g");
        let wanted = ["\"a\"@EN-us", "\"b\"@de-ch", "\"c\"@pt-BR"];
        assert_eq!(shown(&kb.view(&everything())), wanted, "{text}");
        // More comes to the graph: what is there stays as it was, unless it is written again.
        let more = "<urn:s> <urn:p> \"d\"@EN-US .\n<urn:s> <urn:p> \"b\"@DE-ch .\n<urn:s> <urn:p> \"e\"@en-US .\n";
        load(&kb, more, RdfFormat::NTriples, "g");
        let wanted = [
            "\"a\"@EN-us",
            "\"b\"@DE-ch",
            "\"c\"@pt-BR",
            "\"d\"@EN-US",
            "\"e\"@en-US",
        ];
        assert_eq!(shown(&kb.view(&everything())), wanted, "{text}");
        drop(kb);
        let kb = KnowledgeBase::open(dir.path(), Options::default()).unwrap();
        assert_eq!(shown(&kb.view(&everything())), wanted, "{text}");
    }
}

#[test]
fn a_graph_that_writes_all_its_tags_unusually_costs_next_to_nothing() {
    let mut text = String::new();
    for number in 0..5_000 {
        text.push_str(&format!(
            "<urn:s{number}> <urn:p> \"text {number}\"@EN <urn:g> .\n"
        ));
    }
    text.push_str("<urn:s> <urn:p> \"other\"@en <urn:g> .\n");
    let dir = tempfile::tempdir().unwrap();
    let kb = KnowledgeBase::open(dir.path(), Options::default()).unwrap();
    let source = Source {
        name: "a document".to_owned(),
        format: RdfFormat::NQuads,
        base: None,
        graph: None,
        data: Box::new(std::io::Cursor::new(text)),
    };
    let go_on = &mut |_| ControlFlow::Continue(());
    kb.load(vec![source], &Label::public(), go_on).unwrap();
    let shown = shown(&kb.view(&everything()));
    assert_eq!(
        shown.iter().filter(|term| term.ends_with("@EN")).count(),
        5_000
    );
    assert!(shown.contains(&"\"other\"@en".to_owned()));
}
