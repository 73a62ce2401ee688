//! What protection costs: the shapes with and without the label test, for a reader who sees everything, and the time it
//! takes to make a view when there are a thousand labels.
//!
//! `cargo bench -p kenning-store --features measure --bench label -- [--quads 2000000] [--only Q5]`
//!
//! The same view is asked with and without the test, in turns, each figure a median of thread CPU time. Without the test
//! there is no deletion and no snapshot either, because all three are one test.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark may end in a panic, prints what it finds, and shares files with another"
)]

#[path = "../store/data.rs"]
mod data;
#[path = "../store/fill.rs"]
mod fill;
#[path = "../store/measure.rs"]
mod measure;
#[path = "../store/shapes.rs"]
mod shapes;

use kenning_access::{Clause, Clearance, Group, Groups, Label, Scale};
use kenning_store::{Batch, GraphPattern, KnowledgeBase, Options, Pattern};
use measure::medians;
use oxrdf::{NamedNode, Triple};

fn main() {
    kenning_sparql::on_big_stack(run).unwrap();
}

fn run() {
    let args = fill::args();
    let kb = fill::fill(args.graphs());
    let tested = kb.view(&Clearance::everything("the benchmark reads all"));
    let untested = tested.untested().unwrap();
    println!(
        "{:20} {:>9} {:>9} {:>7}",
        "CPU ms", "tested", "untested", "cost"
    );
    let (mut product, mut worst, mut count) = (1.0, (0.0, ""), 0);
    let mut row = |name: &'static str, [with, without]: [f64; 2]| {
        let cost = with / without;
        println!(
            "{name:20} {with:9.4} {without:9.4} {:6.1}%",
            (cost - 1.0) * 100.0
        );
        if cost > worst.0 {
            worst = (cost, name);
        }
        product *= cost;
        count += 1;
    };
    for (name, text) in data::queries(args.graphs()) {
        if args
            .only
            .as_ref()
            .is_none_or(|only| name.starts_with(only.as_str()))
        {
            let query = shapes::prepare(&text);
            let times = medians([&mut || shapes::ours(&tested, &query, None), &mut || {
                shapes::ours(&untested, &query, None)
            }]);
            row(name, times);
        }
    }
    let mean = (f64::powf(product, 1.0 / f64::from(count)) - 1.0) * 100.0;
    println!(
        "in the mean of the shapes {mean:.1} %, at most {:.1} % ({})",
        (worst.0 - 1.0) * 100.0,
        worst.1
    );
    println!("at most 5 % in the mean: {}", verdict(mean <= 5.0));
    // The worst case: a scan that does nothing else.
    let all = || Pattern::all(GraphPattern::Union);
    let [with, without] = medians([
        &mut || tested.quads(all()).count_all().unwrap(),
        &mut || untested.quads(all()).count_all().unwrap(),
    ]);
    println!(
        "a bare scan of everything: {with:.2} ms tested, {without:.2} ms untested, {:.1} % ({:.2} ns a row)",
        (with / without - 1.0) * 100.0,
        (with - without) * 1e6 / kb.usage().quads as f64
    );
    drop((tested, untested, kb));
    views();
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}

/// Making a view when there are a thousand labels.
fn views() {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    let node = |text: String| NamedNode::new(format!("http://example.org/{text}")).unwrap();
    let level = Scale::default().parse_level("internal").unwrap();
    let group = |n: u32| Group::new(&format!("group{n}")).unwrap();
    for n in 0..1000u32 {
        let clauses = [n, n / 2, n / 3].map(|n| Clause::any_of([group(n), group(n + 7)]));
        let triple = Triple::new(node(format!("s{n}")), node("p".into()), node("o".into()));
        batch.put_graph(node(format!("g{n}")), Label::new(level, clauses), [triple]);
    }
    kb.commit(batch).unwrap();
    let names: Vec<String> = (0..300).map(|n| format!("group{n}")).collect();
    let reader = Clearance::new(level, Groups::of(names.iter().map(String::as_str)).unwrap());
    let [view] = medians([&mut || {
        std::hint::black_box(kb.view(&reader));
        0
    }]);
    println!(
        "making a view over 1,000 labels for a reader in 300 groups: {view:.3} ms; at most 5 ms: {}",
        verdict(view <= 5.0)
    );
}
