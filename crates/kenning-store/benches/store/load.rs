//! Bulk loading: N-Quads and Turtle, ours against Oxigraph's in-memory loader, each document in memory, wall-clock time.

use crate::data;
use crate::measure::{forget_peak, memory, middle, resident};
use kenning_access::Label;
use kenning_store::{KnowledgeBase, Options, Source};
use oxigraph::io::{RdfFormat, RdfParser, RdfSerializer};
use oxigraph::model::{GraphNameRef, NamedNode, QuadRef};
use oxigraph::store::Store;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::time::Instant;

/// How many times each loader runs.
const ROUNDS: usize = 3;

pub fn run(graphs: u32, rival: bool, formats: Option<&str>) {
    println!(
        "load: seconds from the first byte to the first answer, median of {ROUNDS}, taking turns"
    );
    let all = [
        ("nq", RdfFormat::NQuads),
        ("ttl", RdfFormat::Turtle),
        ("trig", RdfFormat::TriG),
    ];
    for (name, format) in all {
        if formats.map_or(name == "trig", |wanted| wanted != name) {
            continue;
        }
        let (text, statements) = text(format, graphs);
        let mut ours_times = Vec::new();
        let mut their_times = Vec::new();
        let (mut our_memory, mut their_memory, mut our_peak) = (0.0, 0.0, 0.0);
        for _ in 0..ROUNDS {
            let before = resident();
            forget_peak();
            let begun = Instant::now();
            let kb = ours(format, &text);
            ours_times.push(begun.elapsed().as_secs_f64());
            our_peak = f64::max(our_peak, memory("VmHWM") - before);
            our_memory = kb.usage().bytes as f64 / f64::from(1 << 20);
            let ours_quads = kb.usage().quads;
            drop(kb);
            if rival {
                let before = resident();
                let begun = Instant::now();
                let store = theirs(format, &text);
                their_times.push(begun.elapsed().as_secs_f64());
                their_memory = f64::max(their_memory, resident() - before);
                assert_eq!(store.len().unwrap() as u64, ours_quads);
            }
        }
        let (ours, theirs) = (middle(&mut ours_times), middle(&mut their_times));
        let verdict = match (rival, theirs >= 3.0 * ours) {
            (false, _) => "",
            (true, true) => "holds: at least 3 times as fast",
            (true, false) => "MISSED: less than 3 times as fast",
        };
        println!(
            "{name:5} {statements} statements, {:.0} MiB: ours {ours:.2} s ({:.2} M/s, index {our_memory:.0} MiB, peak {our_peak:.0} MiB), \
             oxigraph {theirs:.2} s ({their_memory:.0} MiB), {:.2} times; {verdict}",
            text.len() as f64 / f64::from(1 << 20),
            statements as f64 / ours / 1e6,
            theirs / ours,
        );
    }
}

fn ours(format: RdfFormat, text: &[u8]) -> KnowledgeBase {
    let kb = KnowledgeBase::in_memory(Options::default());
    let source = Source {
        name: "data".to_owned(),
        format,
        base: None,
        graph: None,
        data: Box::new(text),
    };
    let loaded = kb.load(vec![source], &Label::public(), &mut |_| {
        ControlFlow::Continue(())
    });
    loaded.unwrap();
    kb
}

fn theirs(format: RdfFormat, text: &[u8]) -> Store {
    let store = Store::new().unwrap();
    let mut loader = store.bulk_loader();
    let parser = RdfParser::from_format(format);
    loader.parallel_load_from_slice(parser, text).unwrap();
    loader.commit().unwrap();
    store
}

/// The data as a document, and how many statements it has. A format without graphs holds the distinct triples.
fn text(format: RdfFormat, graphs: u32) -> (Vec<u8>, u64) {
    let mut serializer = RdfSerializer::from_format(format);
    let prefixes = [
        ("km", "https://w3id.org/kenning/km#"),
        ("dcterms", "http://purl.org/dc/terms/"),
        ("skos", "http://www.w3.org/2004/02/skos/core#"),
        ("id", "http://localhost:7878/id/"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ];
    for (prefix, namespace) in prefixes {
        serializer = serializer.with_prefix(prefix, namespace).unwrap();
    }
    let mut writer = serializer.for_writer(Vec::new());
    let mut seen = HashSet::new();
    let mut count = 0;
    for graph in 0..graphs {
        let name: NamedNode = data::graph_name(graph);
        for triple in data::triples(graph) {
            let graph = match format.supports_datasets() {
                true => GraphNameRef::from(&name),
                false if seen.insert(triple.clone()) => GraphNameRef::DefaultGraph,
                false => continue,
            };
            let quad = QuadRef::new(&triple.subject, &triple.predicate, &triple.object, graph);
            writer.serialize_quad(quad).unwrap();
            count += 1;
        }
    }
    (writer.finish().unwrap(), count)
}
