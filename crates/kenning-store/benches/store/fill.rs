//! What the benchmarks are asked for, and our store with the data.

use crate::{data, measure};
use kenning_store::{Batch, KnowledgeBase, Options};
use std::time::Instant;

pub struct Args {
    parts: Vec<String>,
    quads: u64,
    pub only: Option<String>,
    pub format: Option<String>,
    pub rival: bool,
}

pub fn args() -> Args {
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

impl Args {
    /// How many graphs have so many quads.
    pub fn graphs(&self) -> u32 {
        (self.quads / data::QUADS_OF_A_GRAPH) as u32
    }

    /// Whether a part is to be run.
    pub fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|given| given == part)
    }
}

/// Our store with the data, and what it takes.
pub fn fill(graphs: u32) -> KnowledgeBase {
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
