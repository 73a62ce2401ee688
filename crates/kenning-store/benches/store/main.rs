//! Our store against Oxigraph's in-memory store: loading, size, and fourteen query shapes.
//!
//! ```text
//! cargo bench -p kenning-store --bench store -- [PART]... [--quads 2000000] [--only Q5] [--format nq|ttl|trig] [--no-rival]
//! ```
//!
//! The parts are `load` and `shapes`; without one, both run. Both stores run in this process, in turns; a
//! figure is a median of several runs. Every answer of ours is compared with the answer of an Oxigraph store that holds
//! only the visible triples. Each promise is printed with a verdict, `holds` or `MISSED`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark may end in a panic and prints what it finds"
)]

mod data;
mod load;
mod measure;
mod shapes;

use kenning_store::{Batch, KnowledgeBase, Options};
use std::time::Instant;

struct Args {
    parts: Vec<String>,
    quads: u64,
    only: Option<String>,
    format: Option<String>,
    rival: bool,
}

fn args() -> Args {
    let quads = std::env::var("KENNING_BENCH_QUADS").ok();
    let mut args = Args {
        parts: Vec::new(),
        quads: quads.map_or(2_000_000, |quads| quads.parse().unwrap()),
        only: None,
        format: None,
        rival: true,
    };
    let mut given = std::env::args().skip(1);
    while let Some(arg) = given.next() {
        match arg.as_str() {
            "--quads" => args.quads = given.next().unwrap().parse().unwrap(),
            "--only" => args.only = given.next(),
            "--format" => args.format = given.next(),
            "--no-rival" => args.rival = false,
            // Cargo adds it.
            "--bench" => {}
            part => args.parts.push(part.to_owned()),
        }
    }
    args
}

fn main() {
    kenning_sparql::on_big_stack(run).unwrap();
}

fn run() {
    let args = args();
    let graphs = (args.quads / data::QUADS_OF_A_GRAPH) as u32;
    let wants = |part: &str| args.parts.is_empty() || args.parts.iter().any(|given| given == part);
    if wants("load") {
        load::run(graphs, args.rival, args.format.as_deref());
    }
    if wants("shapes") {
        let kb = fill(graphs);
        shapes::run(&kb, graphs, args.only.as_deref(), args.rival);
    }
}

/// Our store with the data, and what it takes.
fn fill(graphs: u32) -> KnowledgeBase {
    let (before, begun) = (measure::resident(), Instant::now());
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut graph = 0;
    while graph < graphs {
        let mut batch = Batch::new();
        for _ in 0..2000.min(graphs - graph) {
            batch.put_graph(
                data::graph_name(graph),
                data::label(graph),
                data::triples(graph),
            );
            graph += 1;
        }
        kb.commit(batch).unwrap();
    }
    kb.merge();
    let usage = kb.usage();
    let each = usage.bytes as f64 / usage.quads as f64;
    println!(
        "ours: {} quads in {} graphs, {} terms, {} runs; {each:.1} bytes a quad ({:.1} of them terms), {:.0} MiB resident, {:.1} s by batches",
        usage.quads,
        usage.graphs,
        usage.terms,
        usage.runs,
        usage.term_bytes as f64 / usage.quads as f64,
        measure::resident() - before,
        begun.elapsed().as_secs_f64()
    );
    println!(
        "at most 100 bytes a quad: {}",
        if each <= 100.0 { "holds" } else { "MISSED" }
    );
    kb
}
