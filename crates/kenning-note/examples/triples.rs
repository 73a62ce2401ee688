//! Prints what a note says as N-Quads, and its problems on standard error.
//!
//! `cargo run -p kenning-note --example triples -- NOTE [DIALECT] [DETAIL]`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints")]

use kenning_note::{Detail, Dialect, Settings, graphs, read};
use kenning_vocab::Base;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let dialect = arguments
        .next()
        .and_then(|name| Dialect::named(&name))
        .unwrap_or_default();
    let mut settings = Settings::of(dialect);
    settings.detail = arguments
        .next()
        .and_then(|name| Detail::named(&name))
        .unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let reading = read(&std::fs::read(&path)?, name, &settings);
    for graph in graphs(&reading.note, "example", &Base::default()) {
        for triple in &graph.triples {
            println!("{} {} .", triple, graph.name);
        }
    }
    for problem in &reading.problems {
        eprintln!(
            "{name}:{}:{}: {}",
            problem.line, problem.column, problem.text
        );
    }
    Ok(())
}
