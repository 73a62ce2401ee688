//! Answering a prepared query over a view.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use kenning_store::{Cancel, View};
use oxrdf::{Term, Triple, Variable};
use sparesults::QueryResultsSerializer;
use spareval::{QueryEvaluationError, QueryResults};

use crate::dataset::Dataset;
use crate::gauge::{Failure, measured};
use crate::prepare::Ready;
use crate::source::{Later, ViewDataset};
use crate::xml::XmlText;
use crate::{
    AnswerFormat, Form, GraphWriter, Inexpressible, Limits, Prepared, QueryError, ResultsFormat,
    Stopped, bind, fast, first, normal, prepare,
};

/// How to answer a query.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Which graphs it reads. One that the request names stands instead of the query's own `FROM`.
    pub dataset: Dataset,
    /// Values for variables of the query, as if the query had the value where it has the variable.
    pub bindings: Vec<(Variable, Term)>,
    /// What the answer may cost.
    pub limits: Limits,
    /// Stops the evaluation from another thread.
    pub cancel: Cancel,
    /// Prefixes for answers in formats that abbreviate, before those of the query: (prefix, namespace).
    pub prefixes: Vec<(String, String)>,
}

/// What was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Solutions or triples; 1 for a truth value.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// One solution.
#[derive(Clone, Copy, Debug)]
pub struct Solution<'a> {
    variables: &'a [Variable],
    values: &'a [Option<Term>],
}

impl<'a> Solution<'a> {
    /// The selected variables, in the query's order.
    #[must_use]
    pub const fn variables(&self) -> &'a [Variable] {
        self.variables
    }

    /// The values, in the order of the variables.
    #[must_use]
    pub const fn values(&self) -> &'a [Option<Term>] {
        self.values
    }

    /// The value of a variable, given without `?`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Term> {
        let at = self
            .variables
            .iter()
            .position(|variable| variable.as_str() == name)?;
        self.values.get(at)?.as_ref()
    }
}

impl Prepared {
    /// Answers the query over `view` and writes the answer to `out`, row by row as they come.
    ///
    /// It evaluates and serialises on the calling thread, which must have [`STACK_SIZE`](crate::STACK_SIZE) bytes of stack.
    /// An answer that fails after its first bytes is left unfinished: whoever sends it on must break it off visibly.
    ///
    /// # Errors
    /// [`QueryError::Format`] before anything is written, [`QueryError::Inexpressible`] where the format cannot hold what was found,
    /// [`QueryError::Stopped`] at a limit, [`QueryError::Write`] when `out` fails, [`QueryError::Evaluation`] when we are wrong.
    pub fn run(
        &self,
        view: &View,
        options: &RunOptions,
        format: AnswerFormat,
        out: &mut dyn Write,
    ) -> Result<Outcome, QueryError> {
        if !format.fits(self.form()) {
            return Err(QueryError::Format(format.media_type()));
        }
        let mut out = BufWriter::with_capacity(
            1 << 14,
            Counted {
                out,
                bytes: 0,
                limit: options.limits.bytes,
                over: false,
            },
        );
        let written = self.evaluate(view, options, |results| {
            let rows = write(results, options, &self.prefixes, format, &mut out)?;
            out.flush().map_err(QueryError::Write)?;
            Ok(rows)
        });
        let (counted, _) = out.into_parts();
        match written {
            Ok(rows) => Ok(Outcome {
                rows,
                bytes: counted.bytes,
            }),
            Err(QueryError::Write(_)) if counted.over => {
                Err(Stopped::Bytes(counted.limit.unwrap_or_default()).into())
            }
            Err(error) => Err(error),
        }
    }

    /// Answers a SELECT query over `view`, one solution after the other, until `each` breaks.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`QueryError::Format`] when the query is no SELECT.
    pub fn solutions(
        &self,
        view: &View,
        options: &RunOptions,
        each: &mut dyn FnMut(Solution<'_>) -> ControlFlow<()>,
    ) -> Result<Outcome, QueryError> {
        if self.form() != Form::Select {
            return Err(QueryError::Format("solutions"));
        }
        let rows = self.evaluate(view, options, |results| {
            let QueryResults::Solutions(solutions) = results else {
                return Err(QueryError::Format("solutions"));
            };
            let mut rows = Rows::new(options);
            for solution in solutions {
                rows.count()?;
                let solution = solution.map_err(evaluation)?;
                let solution = Solution {
                    variables: solution.variables(),
                    values: solution.values(),
                };
                if each(solution).is_break() {
                    break;
                }
            }
            Ok(rows.rows)
        })?;
        Ok(Outcome { rows, bytes: 0 })
    }

    /// Answers an ASK query over `view`.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`QueryError::Format`] when the query is no ASK.
    pub fn ask(&self, view: &View, options: &RunOptions) -> Result<bool, QueryError> {
        self.evaluate(view, options, |results| match results {
            QueryResults::Boolean(answer) => Ok(answer),
            _ => Err(QueryError::Format("boolean")),
        })
    }

    /// Answers a CONSTRUCT or DESCRIBE query over `view`, each triple once, until `each` breaks.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`QueryError::Format`] when the query gives no graph.
    pub fn triples(
        &self,
        view: &View,
        options: &RunOptions,
        each: &mut dyn FnMut(Triple) -> ControlFlow<()>,
    ) -> Result<Outcome, QueryError> {
        let rows = self.evaluate(view, options, |results| {
            let QueryResults::Graph(triples) = results else {
                return Err(QueryError::Format("triples"));
            };
            let mut rows = Rows::new(options);
            for triple in triples {
                rows.count()?;
                if each(triple.map_err(evaluation)?).is_break() {
                    break;
                }
            }
            Ok(rows.rows)
        })?;
        Ok(Outcome { rows, bytes: 0 })
    }

    fn evaluate<T>(
        &self,
        view: &View,
        options: &RunOptions,
        take: impl FnOnce(QueryResults<'static>) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        let bound;
        let ready = if options.bindings.is_empty() {
            &self.ready
        } else {
            bound = Ready::of(bind::query(self.written.clone(), &options.bindings)?);
            &bound
        };
        let dataset = options.dataset.or(ready.query.dataset());
        let keeps = matches!(self.form(), Form::Construct | Form::Describe);
        let dataset = ViewDataset::new(
            view.clone().with_cancel(options.cancel.clone()),
            &dataset,
            keeps,
        );
        let evaluated = measured(&options.limits, &options.cancel, || {
            let whole = ready.whole.as_ref();
            let (shorter, sort) = match whole.and_then(|whole| fast::query(whole, &dataset)) {
                Some(whole) => (Some(whole), None),
                None => (fast::query(&ready.query, &dataset), ready.sort.as_ref()),
            };
            let query = shorter
                .as_ref()
                .map_or(&ready.query, |shorter| &shorter.query);
            let narrowed = match sort {
                Some(sort) => first::narrowed(query, sort, &dataset).map_err(evaluation)?,
                None => None,
            };
            let query = narrowed.as_ref().unwrap_or(query);
            let evaluator = normal::evaluator(prepare::pattern(query), Some(dataset.view()));
            let mut prepared = evaluator.prepare(query);
            // Which graphs are read is the dataset's business; the evaluator's own lists would not remove duplicates.
            *prepared.dataset_mut() = spareval::QueryDatasetSpecification::new();
            let Some(sort) = sort else {
                return take(prepared.execute(dataset).map_err(evaluation)?);
            };
            let (later, view) = (Later::new(), dataset.view().clone());
            let results = prepared
                .execute(dataset.leaving(later))
                .map_err(evaluation)?;
            take(match results {
                QueryResults::Solutions(solutions) => QueryResults::Solutions(
                    sort.sorted(solutions, view, later).map_err(evaluation)?,
                ),
                results => results,
            })
        });
        match evaluated {
            Ok(result) => result,
            Err(Failure::Stopped(stopped)) => Err(stopped.into()),
            Err(Failure::Panicked) => Err(QueryError::Evaluation("the evaluator failed".into())),
        }
    }
}

pub(crate) fn evaluation(error: QueryEvaluationError) -> QueryError {
    match error {
        QueryEvaluationError::UnsupportedCustomFunction(name) => {
            QueryError::Refused(format!("there is no function `{}`", name.as_str()))
        }
        QueryEvaluationError::UnsupportedCustomFunctionArity { name, actual, .. } => {
            QueryError::Refused(format!(
                "the function `{}` does not take {actual} arguments",
                name.as_str()
            ))
        }
        error => QueryError::Evaluation(Box::new(error)),
    }
}

fn write<W: Write>(
    results: QueryResults<'_>,
    options: &RunOptions,
    own: &[(String, String)],
    format: AnswerFormat,
    out: &mut W,
) -> Result<u64, QueryError> {
    match (results, format) {
        (QueryResults::Graph(triples), AnswerFormat::Graph(format)) => {
            let mut rows = Rows::new(options);
            let prefixes = options
                .prefixes
                .iter()
                .chain(own)
                .map(|(prefix, namespace)| (prefix.as_str(), namespace.as_str()));
            let mut writer = GraphWriter::new(format, prefixes, out);
            for triple in triples {
                rows.count()?;
                writer
                    .triple(&triple.map_err(evaluation)?)
                    .map_err(unwritten)?;
            }
            writer.finish().map_err(unwritten)?;
            Ok(rows.rows)
        }
        (results, AnswerFormat::Results(ResultsFormat::Xml)) => {
            write_results(results, options, ResultsFormat::Xml, &mut XmlText::new(out))
        }
        (results, AnswerFormat::Results(format)) => write_results(results, options, format, out),
        (_, format) => Err(QueryError::Format(format.media_type())),
    }
}

fn write_results<W: Write>(
    results: QueryResults<'_>,
    options: &RunOptions,
    format: ResultsFormat,
    out: &mut W,
) -> Result<u64, QueryError> {
    let mut rows = Rows::new(options);
    let serializer = QueryResultsSerializer::from_format(format.engine());
    match results {
        QueryResults::Boolean(answer) => {
            rows.count()?;
            serializer
                .serialize_boolean_to_writer(out, answer)
                .map_err(unwritten)?;
        }
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            let mut writer = serializer
                .serialize_solutions_to_writer(out, variables)
                .map_err(unwritten)?;
            for solution in solutions {
                rows.count()?;
                writer
                    .serialize(&solution.map_err(evaluation)?)
                    .map_err(unwritten)?;
            }
            writer.finish().map_err(unwritten)?;
        }
        QueryResults::Graph(_) => {
            return Err(QueryError::Format(
                AnswerFormat::Results(format).media_type(),
            ));
        }
    }
    Ok(rows.rows)
}

fn unwritten(error: io::Error) -> QueryError {
    match Inexpressible::within(&error) {
        Some(why) => QueryError::Inexpressible(why.clone()),
        None => QueryError::Write(error),
    }
}

/// Counts rows up to the limit.
struct Rows {
    rows: u64,
    limit: u64,
}

impl Rows {
    fn new(options: &RunOptions) -> Self {
        Self {
            rows: 0,
            limit: options.limits.rows.unwrap_or(u64::MAX),
        }
    }

    fn count(&mut self) -> Result<(), Stopped> {
        if self.rows >= self.limit {
            return Err(Stopped::Rows(self.limit));
        }
        self.rows += 1;
        Ok(())
    }
}

/// Counts bytes up to the limit.
struct Counted<'a> {
    out: &'a mut dyn Write,
    bytes: u64,
    limit: Option<u64>,
    over: bool,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self
            .limit
            .is_some_and(|limit| self.bytes.saturating_add(bytes.len() as u64) > limit)
        {
            self.over = true;
            return Err(io::Error::other("the answer is too long"));
        }
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
