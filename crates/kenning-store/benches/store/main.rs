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
mod fill;
mod load;
mod measure;
mod shapes;

fn main() {
    kenning_sparql::on_big_stack(run).unwrap();
}

fn run() {
    let args = fill::args();
    let graphs = args.graphs();
    if args.wants("load") {
        load::run(graphs, args.rival, args.format.as_deref());
    }
    if args.wants("shapes") {
        let kb = fill::fill(graphs);
        shapes::run(&kb, graphs, args.only.as_deref(), args.rival);
    }
}
