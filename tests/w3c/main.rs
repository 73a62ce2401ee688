//! The W3C's test suites, where they are present beside the checkout.
//!
//! Comparison is strict: terms by term and not by value, graphs by isomorphism. `expected.txt` names each test that is known
//! to fail, with whose fault it is; a test that passes although it is named there fails the run.
//! `cargo test -p kenning-sparql --test w3c -- NAME` runs those whose name holds NAME.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod compare;
mod jsonld;
mod manifest;
mod query;
mod rdf;
mod update;

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use manifest::Case;

/// Suite, manifest below the suites' folder.
const SUITES: &[(&str, &str)] = &[
    ("sparql10", "sparql/sparql10/manifest.ttl"),
    ("sparql11", "sparql/sparql11/manifest.ttl"),
    ("sparql12", "sparql/sparql12/manifest.ttl"),
    ("rdf11", "rdf/rdf11/manifest.ttl"),
    ("rdf12", "rdf/rdf12/manifest.ttl"),
];

/// (suite, syntax or evaluation) → (passed, all).
type Table = Arc<Mutex<BTreeMap<(String, String), (u32, u32)>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    if manifest::folder().is_none() {
        println!("skipped: the test suites are not beside the checkout");
        return ExitCode::SUCCESS;
    }
    let table = Table::default();
    let expected = manifest::expected();
    let mut trials = Vec::new();
    for (suite, path) in SUITES {
        for case in manifest::cases(&format!("{}{path}", manifest::WEB)) {
            // Entailment is a reasoner's business.
            if case.kind.ends_with("EntailmentTest") {
                continue;
            }
            let (suite, kind, id) = (*suite, kind(suite, &case), case.id.clone());
            let run = move || run_case(&case);
            trials.push(trial(suite, kind, &id, &expected, &table, run));
        }
    }
    for case in jsonld::cases() {
        let (kind, id) = match case.id.split_once('/') {
            Some((kind, _)) => (kind.to_owned(), case.id.clone()),
            None => continue,
        };
        let run = move || jsonld::run(&case);
        trials.push(trial("json-ld", kind, &id, &expected, &table, run));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    println!("\nstrictly passed, of those that ran:");
    for ((suite, kind), (passed, all)) in table.lock().unwrap().iter() {
        println!(
            "  {suite:<10} {kind:<25} {passed:>4} of {all:>4}  {:.1} %",
            100.0 * f64::from(*passed) / f64::from(*all)
        );
    }
    conclusion.exit_code()
}

/// One test of the run, with what is known of it.
fn trial(
    suite: &'static str,
    kind: String,
    id: &str,
    expected: &HashMap<&'static str, &'static str>,
    table: &Table,
    run: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Trial {
    let name = format!("{suite}/{id}");
    let cause = expected.get(name.as_str()).copied();
    let table = Arc::clone(table);
    Trial::test(name, move || {
        judge((suite.into(), kind), cause, &table, run)
    })
}

/// The row of the table that a case counts in.
fn kind(suite: &str, case: &Case) -> String {
    let kind = if case.kind.contains("Syntax") {
        "syntax"
    } else {
        "evaluation"
    };
    if case.approved || !suite.starts_with("sparql") {
        kind.to_owned()
    } else {
        format!("{kind}, not approved")
    }
}

fn judge(
    place: (String, String),
    cause: Option<&str>,
    table: &Table,
    run: impl FnOnce() -> Result<(), String> + Send,
) -> Result<(), Failed> {
    let result = kenning_sparql::on_big_stack(move || {
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err("it panicked".into()))
    })
    .unwrap_or_else(|error| Err(error.to_string()));
    let mut table = table.lock().unwrap();
    let counts = table.entry(place).or_default();
    counts.1 += 1;
    counts.0 += u32::from(result.is_ok());
    match (result, cause) {
        (Ok(()), None) | (Err(_), Some(_)) => Ok(()),
        (Err(why), None) => Err(why.into()),
        (Ok(()), Some(cause)) => {
            Err(format!("it passes, and `expected.txt` says it fails: {cause}").into())
        }
    }
}

fn run_case(case: &Case) -> Result<(), String> {
    match case.kind.as_str() {
        "PositiveSyntaxTest" | "PositiveSyntaxTest11" => query::syntax(case, true),
        "NegativeSyntaxTest" | "NegativeSyntaxTest11" => query::syntax(case, false),
        "QueryEvaluationTest" | "CSVResultFormatTest" => query::evaluation(case),
        "PositiveUpdateSyntaxTest" | "PositiveUpdateSyntaxTest11" => update::syntax(case, true),
        "NegativeUpdateSyntaxTest" | "NegativeUpdateSyntaxTest11" => update::syntax(case, false),
        "UpdateEvaluationTest" => update::evaluation(case),
        kind if kind.ends_with("PositiveSyntax") => rdf::syntax(case, true),
        kind if kind.ends_with("NegativeSyntax") => rdf::syntax(case, false),
        kind if kind.ends_with("PositiveC14N") => rdf::canonical(case),
        "TestTurtleEval" | "TestTrigEval" | "TestXMLEval" => rdf::evaluation(case),
        other => Err(format!("no runner for `{other}`")),
    }
}
