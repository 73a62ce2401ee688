//! Asking a question of a view.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use kenning_sparql::{Cancel, Dataset, Form, Limits, QueryError, RunOptions, on_big_stack};
use kenning_store::{Interrupted, View};
use kenning_vocab::Base;
use oxrdf::{BlankNode, Term, Variable};
use oxsdatatypes::Date;

use crate::answer::{Answer, Cell, Standing};
use crate::labels::Labels;
use crate::param::{InvalidValue, Kind};
use crate::picture::Scan;
use crate::question::Question;
use crate::reserve::Reserve;

/// What an answer depends on besides the view and the values: where IRIs live, which day it is, and what it may cost.
#[derive(Debug, Clone)]
pub struct Context {
    /// Under which addresses names and people are found.
    pub base: Base,
    /// The day that `today` means. The caller looks at the clock, not we.
    pub today: Date,
    /// What the answer may cost.
    pub limits: Limits,
    /// Stops the evaluation from another thread.
    pub cancel: Cancel,
}

impl Context {
    /// The default base and limits, on this day.
    #[must_use]
    pub fn new(today: Date) -> Self {
        Self {
            base: Base::default(),
            today,
            limits: Limits::default(),
            cancel: Cancel::new(),
        }
    }
}

/// A part of a long answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Which page; 1 is the first.
    pub number: u64,
    /// Rows of a page.
    pub rows: usize,
}

impl Page {
    /// How many rows stand on the pages before.
    fn before(self) -> usize {
        let pages = usize::try_from(self.number.saturating_sub(1)).unwrap_or(usize::MAX);
        pages.saturating_mul(self.rows)
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// A value is of another type than the question takes.
    #[error(transparent)]
    Value(#[from] InvalidValue),
    /// A value is missing and has no default.
    #[error("this question needs a value for `{name}`: {expected}")]
    Missing {
        /// Which value.
        name: String,
        /// What it has to be.
        expected: String,
    },
    /// A value was given that the question does not take.
    #[error("this question takes no `{name}`; it takes {known}")]
    Unknown {
        /// Which value.
        name: String,
        /// The names that it takes.
        known: String,
    },
    /// The evaluation failed or was stopped.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The evaluation could not be started.
    #[error("the question could not be evaluated")]
    Thread(#[from] std::io::Error),
    /// It was stopped from another thread.
    #[error("stopped before it was done")]
    Stopped(#[from] Interrupted),
}

impl Question {
    /// The values as terms for the variables of the query: what the caller gives, else the defaults.
    ///
    /// # Errors
    /// [`AskError::Value`], [`AskError::Missing`] and [`AskError::Unknown`].
    pub fn bind(
        &self,
        values: &BTreeMap<String, String>,
        context: &Context,
    ) -> Result<Vec<(Variable, Term)>, AskError> {
        if let Some(name) = values
            .keys()
            .find(|name| !self.params.iter().any(|param| param.name == **name))
        {
            let known: Vec<_> = self
                .params
                .iter()
                .map(|param| format!("`{}`", param.name))
                .collect();
            return Err(AskError::Unknown {
                name: name.clone(),
                known: if known.is_empty() {
                    "no values".to_owned()
                } else {
                    known.join(", ")
                },
            });
        }
        let mut bindings = Vec::new();
        for param in &self.params {
            match values.get(&param.name).or(param.default.as_ref()) {
                Some(value) => bindings.push((param.bound(), param.term(value, context)?)),
                None if param.optional => {}
                None => {
                    return Err(AskError::Missing {
                        name: param.name.clone(),
                        expected: param.kind.words(),
                    });
                }
            }
        }
        Ok(bindings)
    }

    /// The whole answer for whoever `view` was made for.
    ///
    /// # Errors
    /// [`AskError`] when a value does not fit, or the evaluation fails or is stopped.
    pub fn ask(
        &self,
        view: &View,
        values: &BTreeMap<String, String>,
        context: &Context,
    ) -> Result<Answer, AskError> {
        self.part(view, values, context, None)
    }

    /// One page of the answer, and whether there is another after it. Page 1 is the first, and each has `rows` rows.
    ///
    /// What stands on other pages is neither held nor given names, so a page costs less than the whole.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn page(
        &self,
        view: &View,
        values: &BTreeMap<String, String>,
        context: &Context,
        page: Page,
    ) -> Result<(Answer, bool), AskError> {
        let mut answer = self.part(view, values, context, Some(page))?;
        if answer.rows.is_empty() && page.number > 1 {
            // After the last page there is nothing; whether there is anything at all, the first page knows.
            let first = Page { number: 1, rows: 1 };
            answer.standing = self.part(view, values, context, Some(first))?.standing;
        }
        let is_more = answer.rows.len() > page.rows;
        answer.rows.truncate(page.rows);
        Ok((answer, is_more))
    }

    /// The answer, or of its rows those of a page and one more.
    fn part(
        &self,
        view: &View,
        values: &BTreeMap<String, String>,
        context: &Context,
        page: Option<Page>,
    ) -> Result<Answer, AskError> {
        let bindings = self.bind(values, context)?;
        let reserve = Reserve::read(view, &context.base)?;
        if let Some(name) = self.reserved_name(values, &bindings, &reserve) {
            let mut answer = Answer::new(&self.summary);
            answer.columns = self.prepared.columns();
            answer.standing = unknown(name);
            return Ok(answer);
        }
        let mut answer = on_big_stack(|| self.evaluate(view, &bindings, context, page, &reserve))??;
        if answer.rows.is_empty()
            && let Some(name) = self.unknown_name(view, values, &bindings)?
        {
            answer.standing = unknown(name);
        }
        Ok(answer)
    }

    /// The first value that names somebody who asked not to be named: the answer is the one about a name that nobody has.
    fn reserved_name<'v>(
        &self,
        values: &'v BTreeMap<String, String>,
        bindings: &[(Variable, Term)],
        reserve: &Reserve,
    ) -> Option<&'v str> {
        let agents = self.params.iter().filter(|it| it.kind == Kind::Agent);
        agents.into_iter().find_map(|param| {
            let (_, term) = bindings
                .iter()
                .find(|(variable, _)| *variable == param.bound())?;
            reserve.instead_of(term)?;
            Some(values.get(&param.name)?.as_str())
        })
    }

    /// The first value that should name something and of which the view says nothing at all: a question about it has no
    /// answer, and "none" would be a claim about something nobody has heard of.
    fn unknown_name<'v>(
        &self,
        view: &View,
        values: &'v BTreeMap<String, String>,
        bindings: &[(Variable, Term)],
    ) -> Result<Option<&'v str>, Interrupted> {
        let named = self
            .params
            .iter()
            .filter(|param| matches!(param.kind, Kind::Topic | Kind::Agent));
        let given = named.filter_map(|param| {
            let (_, term) = bindings
                .iter()
                .find(|(variable, _)| *variable == param.bound())?;
            Some((values.get(&param.name)?.as_str(), term))
        });
        for (value, term) in given {
            if !is_mentioned(view, term)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn evaluate(
        &self,
        view: &View,
        bindings: &[(Variable, Term)],
        context: &Context,
        page: Option<Page>,
        reserve: &Reserve,
    ) -> Result<Answer, QueryError> {
        let options = RunOptions {
            dataset: Dataset::default(),
            bindings: Vec::new(),
            limits: context.limits,
            cancel: context.cancel.clone(),
            prefixes: Vec::new(),
        };
        let mut prepared = self.prepared.with_parameters(bindings)?;
        // The whole is the part that is everything, so that rows that tie stand in one order there and on pages.
        let from = page.map_or(0, Page::before);
        let most = page.map_or(usize::MAX, |page| page.rows.saturating_add(1));
        if self.form() == Form::Select {
            prepared = prepared.part(from, most);
        }
        let mut answer = Answer::new(&self.summary);
        let mut labels = Labels::new(view, &context.base);
        let mut cell = |term: &Term| match reserve.instead_of(term) {
            Some(words) => Cell::text(words),
            None => Cell {
                label: labels.of(term),
                term: term.clone(),
            },
        };
        match self.form() {
            Form::Select => {
                let mut columns = self.prepared.columns();
                let mut rows = Vec::new();
                prepared.solutions(view, &options, &mut |solution| {
                    if rows.is_empty() {
                        columns = solution
                            .variables()
                            .iter()
                            .map(|variable| variable.as_str().to_owned())
                            .collect();
                    }
                    rows.push(
                        solution
                            .values()
                            .iter()
                            .map(|term| term.as_ref().map(&mut cell))
                            .collect(),
                    );
                    ControlFlow::Continue(())
                })?;
                answer.columns = columns;
                answer.rows = rows;
            }
            Form::Ask => {
                let truth: Term = oxrdf::Literal::from(prepared.ask(view, &options)?).into();
                answer.columns = vec!["answer".to_owned()];
                if from == 0 {
                    answer.rows = vec![vec![Some(cell(&truth))]];
                }
            }
            Form::Construct | Form::Describe => {
                answer.columns = ["subject", "predicate", "object"]
                    .map(str::to_owned)
                    .to_vec();
                let mut before = from;
                let mut names = HashMap::new();
                prepared.triples(view, &options, &mut |triple| {
                    let terms = [
                        Term::from(triple.subject),
                        Term::from(triple.predicate),
                        triple.object,
                    ];
                    let terms = terms.map(|term| numbered(term, &mut names));
                    // A triple has no place for words instead of a subject. What is left out is no row, so it is not counted either.
                    if terms.iter().any(|term| reserve.instead_of(term).is_some()) {
                        return ControlFlow::Continue(());
                    }
                    if before > 0 {
                        before -= 1;
                        return ControlFlow::Continue(());
                    }
                    if answer.rows.len() >= most {
                        return ControlFlow::Break(());
                    }
                    answer
                        .rows
                        .push(terms.iter().map(|term| Some(cell(term))).collect());
                    ControlFlow::Continue(())
                })?;
                answer.is_graph = true;
            }
        }
        if answer.rows.is_empty() {
            let is_recorded = match &self.basis {
                None => true,
                Some(basis) => basis.ask(
                    view,
                    &RunOptions {
                        bindings: Vec::new(),
                        ..options
                    },
                )?,
            };
            answer.standing = if is_recorded {
                Standing::None(self.none.clone().unwrap_or_else(|| "none".to_owned()))
            } else {
                Standing::Unrecorded(
                    self.unrecorded
                        .clone()
                        .unwrap_or_else(|| "nothing is recorded about this".to_owned()),
                )
            };
        }
        Ok(answer)
    }
}

/// A blank node under its number: the evaluator makes new ones at each evaluation, and one that stands on two pages has one name.
fn numbered(term: Term, names: &mut HashMap<BlankNode, BlankNode>) -> Term {
    match term {
        Term::BlankNode(node) => {
            let number = names.len();
            let name = names
                .entry(node)
                .or_insert_with(|| BlankNode::new_unchecked(format!("b{number}")));
            name.clone().into()
        }
        other => other,
    }
}

/// What is said about a name that nobody has heard of.
fn unknown(name: &str) -> Standing {
    Standing::Unrecorded(format!(
        "Nothing called `{name}` is known here, so nothing follows."
    ))
}

/// Whether the view says anything of a thing, or anything that leads to it.
fn is_mentioned(view: &View, thing: &Term) -> Result<bool, Interrupted> {
    match view.id(thing.as_ref()) {
        Some(id) => Scan::new(view).shows(id),
        None => Ok(false),
    }
}
