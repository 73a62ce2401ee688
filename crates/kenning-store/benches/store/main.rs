//! Our store against Oxigraph's in-memory store: loading, size, and fourteen query shapes.
//!
//! `cargo bench -p kenning-store --bench store` runs it; `-- --scale 5` multiplies the data, `-- --only Q5` picks shapes.
//! Both run in this process, one after the other, on one thread; a figure is the median of thread CPU time over several
//! runs. Every answer of ours is compared with the answer of an Oxigraph store that holds only the visible triples.
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

use kenning_access::{Clearance, Groups, Scale};
use kenning_sparql::{Limits, ParseOptions, Prepared, RunOptions};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use oxigraph::model::{GraphName, Quad, Term};
use oxigraph::sparql::{QueryResults, SparqlEvaluator};
use oxigraph::store::Store;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;
use std::time::Instant;

fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Resident memory in MiB.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = text
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or(0.0);
    pages * 4096.0 / (1 << 20) as f64
}

/// What an answer is, whatever the order of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Answer {
    rows: u64,
    hash: u64,
}

impl Answer {
    fn add<'a>(&mut self, values: impl Iterator<Item = Option<&'a Term>>) {
        let mut hasher = DefaultHasher::new();
        for value in values {
            value.map(ToString::to_string).hash(&mut hasher);
        }
        self.rows += 1;
        self.hash = self.hash.wrapping_add(hasher.finish());
    }
}

/// The median CPU time in milliseconds of several runs.
fn median(mut run: impl FnMut() -> u64) -> f64 {
    let mut times = Vec::new();
    let begun = Instant::now();
    while times.len() < 3 || (times.len() < 15 && begun.elapsed().as_secs_f64() < 2.0) {
        let before = cpu();
        std::hint::black_box(run());
        times.push(cpu() - before);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn ours(view: &View, query: &Prepared, answer: Option<&mut Answer>) -> u64 {
    let options = RunOptions {
        limits: Limits::NONE,
        ..RunOptions::default()
    };
    let mut found = Answer::default();
    let checked = answer.is_some();
    let outcome = query
        .solutions(view, &options, &mut |solution| {
            if checked {
                found.add(solution.values().iter().map(Option::as_ref));
            } else {
                std::hint::black_box(solution.values());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    if let Some(answer) = answer {
        *answer = found;
    }
    outcome.rows
}

fn theirs(store: &Store, query: &str, union: bool, answer: Option<&mut Answer>) -> u64 {
    let mut prepared = SparqlEvaluator::new().parse_query(query).unwrap();
    if union {
        prepared.dataset_mut().set_default_graph_as_union();
    }
    let QueryResults::Solutions(solutions) = prepared.on_store(store).execute().unwrap() else {
        panic!("not a SELECT");
    };
    let mut found = Answer::default();
    let mut rows = 0;
    let checked = answer.is_some();
    for solution in solutions {
        let solution = solution.unwrap();
        rows += 1;
        if checked {
            found.add(solution.values().iter().map(Option::as_ref));
        } else {
            std::hint::black_box(solution.values());
        }
    }
    if let Some(answer) = answer {
        *answer = found;
    }
    rows
}

struct Args {
    graphs: u32,
    only: Option<String>,
    rival: bool,
}

fn args() -> Args {
    let mut args = Args {
        graphs: data::GRAPHS,
        only: None,
        rival: true,
    };
    let mut given = std::env::args().skip(1);
    while let Some(arg) = given.next() {
        match arg.as_str() {
            "--scale" => {
                let scale: f64 = given.next().unwrap().parse().unwrap();
                args.graphs = (f64::from(data::GRAPHS) * scale) as u32;
            }
            "--only" => args.only = given.next(),
            "--no-rival" => args.rival = false,
            _ => {}
        }
    }
    args
}

fn main() {
    kenning_sparql::on_big_stack(run).unwrap();
}

fn run() {
    let args = args();
    let scale = Scale::default();
    let half = Clearance::new(
        scale.parse_level("internal").unwrap(),
        Groups::of(["hr"]).unwrap(),
    );
    let everything = Clearance::everything("the benchmark reads all");

    let before = resident();
    let begun = Instant::now();
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut graph = 0;
    while graph < args.graphs {
        let mut batch = Batch::new();
        for _ in 0..2000.min(args.graphs - graph) {
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
    println!(
        "ours: {} quads in {} graphs, {} terms, {} runs; {:.1} bytes a quad ({:.1} of them terms), {:.0} MiB resident, {:.1} s by batches",
        usage.quads,
        usage.graphs,
        usage.terms,
        usage.runs,
        usage.bytes as f64 / usage.quads as f64,
        usage.term_bytes as f64 / usage.quads as f64,
        resident() - before,
        begun.elapsed().as_secs_f64()
    );
    let all = kb.view(&everything);
    let some = kb.view(&half);

    let (rival, visible) = match args.rival {
        true => {
            let store = Store::new().unwrap();
            let visible = Store::new().unwrap();
            let before = resident();
            let begun = Instant::now();
            let mut loader = store.bulk_loader();
            let quads = (0..args.graphs).flat_map(|graph| {
                let name = data::graph_name(graph);
                data::triples(graph).into_iter().map(move |triple| {
                    Quad::new(
                        triple.subject,
                        triple.predicate,
                        triple.object,
                        name.clone(),
                    )
                })
            });
            loader.load_quads(quads).unwrap();
            loader.commit().unwrap();
            println!(
                "oxigraph: {:.0} MiB resident, {:.1} s by quads",
                resident() - before,
                begun.elapsed().as_secs_f64()
            );
            let mut loader = visible.bulk_loader();
            let quads = (0..args.graphs)
                .filter(|graph| half.sees(&data::label(*graph)))
                .flat_map(|graph| data::triples(graph).into_iter())
                .map(|triple| {
                    Quad::new(
                        triple.subject,
                        triple.predicate,
                        triple.object,
                        GraphName::DefaultGraph,
                    )
                });
            loader.load_quads(quads).unwrap();
            loader.commit().unwrap();
            (Some(store), Some(visible))
        }
        false => (None, None),
    };

    println!(
        "{:20} {:>9} {:>9} {:>9} {:>9} {:>7} {:>7}  answer",
        "CPU ms", "half", "all", "oxi all", "oxi vis", "all x", "half x"
    );
    let (mut product, mut product_half, mut shapes) = (1.0, 1.0, 0);
    for (name, text) in data::queries() {
        if args
            .only
            .as_ref()
            .is_some_and(|only| !name.starts_with(only))
        {
            continue;
        }
        let query = Prepared::parse(&text, &ParseOptions::default()).unwrap();
        let our_half = median(|| ours(&some, &query, None));
        let our_all = median(|| ours(&all, &query, None));
        let mut answer = Answer::default();
        ours(&some, &query, Some(&mut answer));
        let (mut their_all, mut their_visible, mut check) = (f64::NAN, f64::NAN, "");
        if let (Some(store), Some(visible)) = (&rival, &visible) {
            their_all = median(|| theirs(store, &text, true, None));
            their_visible = median(|| theirs(visible, &text, false, None));
            let mut right = Answer::default();
            theirs(visible, &text, false, Some(&mut right));
            check = match (name.starts_with("Q9"), right == answer) {
                (true, _) => "has graphs",
                (_, true) => "equal",
                (_, false) => "DIFFERENT",
            };
            product *= their_all / our_all;
            product_half *= their_visible / our_half;
            shapes += 1;
        }
        println!(
            "{name:20} {our_half:9.3} {our_all:9.3} {their_all:9.3} {their_visible:9.3} {:7.1} {:7.1}  {} rows {check}",
            their_all / our_all,
            their_visible / our_half,
            answer.rows
        );
    }
    if shapes > 0 {
        let root = 1.0 / f64::from(shapes);
        println!(
            "geometric means: {:.1} times Oxigraph's union, {:.1} times Oxigraph on the visible triples alone",
            f64::powf(product, root),
            f64::powf(product_half, root)
        );
    }
}
