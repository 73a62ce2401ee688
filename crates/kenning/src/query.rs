//! `kenning query`: one SPARQL query, with somebody's eyes.

use crate::flags::DefaultGraph;
use crate::site::Site;
use crate::table::Table;
use anyhow::{Context, Result, bail};
use kenning_server::{Line, Outcome};
use kenning_sparql::{
    AnswerFormat, Dataset, DefaultGraphs, Form, Limits, ParseOptions, Prepared, RunOptions,
    on_big_stack,
};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::ops::ControlFlow;
use std::time::Duration;

/// How much of an answer is passed on at once, in bytes.
const PIECE: usize = 1 << 16;
/// How many rows are looked at to find out how wide the columns of a table are; a longer answer is a table as well, with these widths.
const MEASURED: usize = 1_000;

/// What is asked, and with whose eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The query.
    pub text: String,
    /// The name of the reader's level.
    pub clearance: String,
    /// The names of the reader's groups.
    pub groups: Vec<String>,
    /// The form of the answer; a table, or Turtle, where it is not named.
    pub format: Option<String>,
    /// What a query that names no graph reads.
    pub default_graph: Option<DefaultGraph>,
    /// How long it may take, in seconds.
    pub timeout: u64,
}

/// Answers the query; the answer is output.
///
/// # Errors
/// When there is no such level or format, the query does not parse, or a limit is reached.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let clearance = site.clearance(&request.clearance, &request.groups)?;
    let view = site.kb.view(&clearance);
    let default_graph = request
        .default_graph
        .or(site.config().file.server.default_graph);
    let options = RunOptions {
        dataset: Dataset {
            default: match default_graph {
                Some(DefaultGraph::Own) => DefaultGraphs::Own,
                _ => DefaultGraphs::Union,
            },
            ..Dataset::default()
        },
        limits: Limits {
            time: Some(Duration::from_secs(request.timeout)),
            ..Limits::default()
        },
        prefixes: prefixes(),
        ..RunOptions::default()
    };
    // The report is not for other threads, so the pieces of the answer come over a channel.
    let (pieces, received) = std::sync::mpsc::sync_channel::<String>(4);
    std::thread::scope(|scope| {
        let answering = scope.spawn(move || {
            on_big_stack(|| {
                let prepared = Prepared::parse(&request.text, &ParseOptions::default())?;
                let mut out = Pieces {
                    pieces,
                    waiting: Vec::new(),
                };
                answer(
                    &prepared,
                    &view,
                    &options,
                    request.format.as_deref(),
                    &mut out,
                )?;
                out.end().context("nobody reads the answer")
            })
        });
        for text in received {
            report(Line::Output { text });
        }
        match answering.join() {
            Ok(answered) => answered?,
            Err(_) => bail!("the query could not be answered"),
        }
    })?;
    Ok(Outcome::done(""))
}

fn prefixes() -> Vec<(String, String)> {
    let prefixes = kenning_vocab::prefixes().iter();
    prefixes
        .map(|(name, iri)| ((*name).to_owned(), (*iri).to_owned()))
        .collect()
}

fn answer(
    prepared: &Prepared,
    view: &kenning_store::View,
    options: &RunOptions,
    format: Option<&str>,
    out: &mut Pieces,
) -> Result<()> {
    let form = prepared.form();
    let format = match (format, form) {
        (None | Some("table"), Form::Select) => return table(prepared, view, options, out),
        (None | Some("table"), Form::Ask) => {
            writeln!(out, "{}", prepared.ask(view, options)?)?;
            return Ok(());
        }
        (None | Some("table"), _) => AnswerFormat::named("ttl", form),
        (Some(name), _) => AnswerFormat::named(name, form),
    };
    let Some(format) = format else {
        let known: Vec<&str> = AnswerFormat::offers(form)
            .iter()
            .filter_map(|format| format.names().first().copied())
            .collect();
        bail!(
            "this query has no answer in that format; there are {}",
            known.join(", ")
        );
    };
    prepared.run(view, options, format, out)?;
    Ok(())
}

fn table(
    prepared: &Prepared,
    view: &kenning_store::View,
    options: &RunOptions,
    out: &mut Pieces,
) -> Result<()> {
    let mut table: Option<Table> = None;
    let mut failed = None;
    let outcome = prepared.solutions(view, options, &mut |solution| {
        let table = table.get_or_insert_with(|| {
            Table::new(
                solution
                    .variables()
                    .iter()
                    .map(|variable| variable.as_str()),
                MEASURED,
            )
        });
        match table.row(solution.values(), out) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if let Some(table) = table {
        table.end(out)?;
    }
    writeln!(
        out,
        "{}",
        crate::report::counted(outcome.rows, "row", "rows")
    )?;
    Ok(())
}

/// Sends what is written in pieces of text.
struct Pieces {
    pieces: std::sync::mpsc::SyncSender<String>,
    waiting: Vec<u8>,
}

impl Pieces {
    fn end(mut self) -> std::io::Result<()> {
        self.send(true)
    }

    /// Sends what is waiting up to the last whole character; at the end all of it.
    fn send(&mut self, last: bool) -> std::io::Result<()> {
        let whole = match std::str::from_utf8(&self.waiting) {
            Ok(_) => self.waiting.len(),
            Err(_) if last => self.waiting.len(),
            Err(error) => error.valid_up_to(),
        };
        let rest = self.waiting.split_off(whole);
        let piece = std::mem::replace(&mut self.waiting, rest);
        if piece.is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&piece).into_owned();
        self.pieces
            .send(text)
            .map_err(|_| std::io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE {
            self.send(false)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.send(false)
    }
}

/// What to ask a server for, so that its answer has this format.
///
/// # Errors
/// When no query has an answer of that name.
pub fn accept(format: Option<&str>) -> Result<String> {
    let forms = [Form::Select, Form::Construct];
    let Some(name) = format else {
        return Ok("text/tab-separated-values, text/turtle;q=0.9, */*;q=0.1".to_owned());
    };
    let types: Vec<&str> = forms
        .iter()
        .filter_map(|form| AnswerFormat::named(name, *form))
        .map(AnswerFormat::media_type)
        .collect();
    if types.is_empty() {
        bail!("`{name}` is not the format of an answer");
    }
    Ok(types.join(", "))
}
