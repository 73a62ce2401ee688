//! `ORDER BY` of a whole query, done here.
//!
//! The evaluator holds all solutions and works out the values of both sides for each comparison. Where the order is the last
//! thing that a query asks for, it gives the solutions in any order instead, with the keys as columns of their own; each key is
//! worked out once, and where only the first solutions are wanted, only those are held. A term of the data that is no key stays
//! an id until its solution is given.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use kenning_store::{TermId, View};
use oxrdf::{Term, Variable};
use oxsdatatypes::Decimal;
use spareval::{ExpressionTerm, QueryEvaluationError, QuerySolutionIter};
use spargebra::Query;
use spargebra::algebra::{Expression, GraphPattern, OrderExpression};

use crate::gauge::{Held, tick};
use crate::node::{self, size};
use crate::normal;
use crate::source::Later;

/// The order of a query's solutions, and which of them are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Sort {
    /// Places of the keys among the columns, and whether each descends.
    keys: Vec<(usize, bool)>,
    /// How many columns the query selects; the others are keys.
    shown: usize,
    start: usize,
    length: Option<usize>,
    /// Whether what ties is put in the order of its values, and not left as it came: the solutions of a part are found on another
    /// way than those of the next, and parts must neither repeat nor leave out any.
    total: bool,
}

/// The query without its order, and the order; `None` where the order is not the last thing that is asked for.
pub(crate) fn split(query: &Query) -> Option<(Query, Sort)> {
    let Query::Select {
        dataset,
        pattern,
        base_iri,
    } = query
    else {
        return None;
    };
    let (start, length, pattern) = match pattern {
        GraphPattern::Slice {
            inner,
            start,
            length,
        } => (*start, *length, &**inner),
        pattern => (0, None, pattern),
    };
    let (distinct, pattern) = match pattern {
        GraphPattern::Distinct { inner } => (true, &**inner),
        pattern => (false, pattern),
    };
    let GraphPattern::Project { inner, variables } = pattern else {
        return None;
    };
    let GraphPattern::OrderBy { inner, expression } = &**inner else {
        return None;
    };
    let mut columns = variables.clone();
    let mut inner = inner.clone();
    let mut keys = Vec::with_capacity(expression.len());
    for key in expression {
        let (key, descending) = match key {
            OrderExpression::Asc(key) => (key, false),
            OrderExpression::Desc(key) => (key, true),
        };
        let variable = match key {
            Expression::Variable(variable) => variable.clone(),
            key => {
                let variable = normal::fresh("key");
                inner = Box::new(GraphPattern::Extend {
                    inner,
                    variable: variable.clone(),
                    expression: key.clone(),
                });
                variable
            }
        };
        let place = columns.iter().position(|column| *column == variable);
        keys.push((place.unwrap_or(columns.len()), descending));
        if place.is_none() {
            columns.push(variable);
        }
    }
    // Which of equal solutions is kept does not matter, as long as they are equal in what they are ordered by.
    if distinct && columns.len() > variables.len() {
        return None;
    }
    let pattern = GraphPattern::Project {
        inner,
        variables: columns,
    };
    let query = Query::Select {
        dataset: dataset.clone(),
        pattern: match distinct {
            true => GraphPattern::Distinct {
                inner: Box::new(pattern),
            },
            false => pattern,
        },
        base_iri: base_iri.clone(),
    };
    let sort = Sort {
        keys,
        shown: variables.len(),
        start,
        length,
        total: false,
    };
    Some((query, sort))
}

/// A solution and what it is ordered by.
struct Row {
    keys: Vec<Option<Key>>,
    /// In which place it came: what ties stays as it was.
    number: usize,
    values: Vec<Option<Value>>,
    _held: Held,
}

/// A value of a solution that is held.
enum Value {
    Read(TermId),
    Made(Term),
}

impl Value {
    fn of(term: &Term, later: Later) -> Self {
        later
            .id(term)
            .map_or_else(|| Self::Made(term.clone()), Self::Read)
    }

    /// About how many bytes it takes.
    fn size(&self) -> usize {
        match self {
            Self::Read(_) => 0,
            Self::Made(term) => size(term),
        }
    }

    fn term(self, view: &View) -> Term {
        match self {
            Self::Read(id) => view.term(id),
            Self::Made(term) => term,
        }
    }
}

/// What the terms of solutions stand for.
struct Source<'a> {
    view: &'a View,
    later: Later,
}

struct Key {
    rank: Decimal,
    value: ExpressionTerm,
    /// About how many bytes the text takes that it was made of.
    bytes: usize,
}

impl Key {
    fn of(term: &Term, source: &Source<'_>) -> Self {
        let of = |term: Term| {
            let bytes = size(&term);
            (ExpressionTerm::from(normal::compared(term)), bytes)
        };
        let (value, bytes) = match source.later.id(term) {
            Some(id) => match source.view.value(id) {
                Some(value) => (node::value(value), 0),
                None => of(source.view.term(id)),
            },
            None => of(term.clone()),
        };
        Self {
            rank: normal::place(&value),
            value,
            bytes,
        }
    }
}

/// The part `start..start + length` of what a slice gives that already leaves out and cuts off.
pub(crate) fn slice(
    (start, length): (usize, Option<usize>),
    (from, rows): (usize, usize),
) -> (usize, Option<usize>) {
    let rows = length.map_or(rows, |length| length.saturating_sub(from).min(rows));
    (start.saturating_add(from), Some(rows))
}

impl Sort {
    /// The variable of these columns that the order begins with, and whether it descends.
    pub(crate) fn first_key<'v>(&self, columns: &'v [Variable]) -> Option<(&'v Variable, bool)> {
        let (place, descending) = *self.keys.first()?;
        Some((columns.get(place)?, descending))
    }

    /// How many of the first solutions are wanted, with those that are left out at the start.
    pub(crate) fn wanted(&self) -> usize {
        self.length
            .map_or(usize::MAX, |length| length.saturating_add(self.start))
    }

    /// The same order, of which only `rows` solutions from `from` on are wanted.
    pub(crate) fn part(&self, from: usize, rows: usize) -> Self {
        let (start, length) = slice((self.start, self.length), (from, rows));
        Self {
            start,
            length,
            total: true,
            ..self.clone()
        }
    }

    /// The solutions in order, as many as are wanted. Where the dataset gave a term by its id, `later` knows it, and `view` has it.
    pub(crate) fn sorted(
        &self,
        solutions: QuerySolutionIter<'static>,
        view: View,
        later: Later,
    ) -> Result<QuerySolutionIter<'static>, QueryEvaluationError> {
        let variables: Arc<[Variable]> = solutions
            .variables()
            .get(..self.shown)
            .unwrap_or_default()
            .into();
        if self.length == Some(0) {
            return Ok(QuerySolutionIter::from_tuples(variables, Vec::new()));
        }
        let source = Source { view: &view, later };
        let wanted = self.wanted();
        let most = wanted.saturating_mul(2).max(1024);
        let mut rows: Vec<Row> = Vec::new();
        // Whether the first rows are the wanted ones of all before, in order: what comes after the last of them is not kept.
        let mut full = false;
        for (number, solution) in solutions.enumerate() {
            let solution = solution?;
            let values = solution.values();
            let last = match full {
                true => rows.get(wanted.saturating_sub(1)),
                false => None,
            };
            let Some(keys) = self.keys_before(values, last, &source) else {
                continue;
            };
            let shown = values.get(..self.shown).unwrap_or_default().iter();
            let values: Vec<Option<Value>> = shown
                .map(|value| value.as_ref().map(|term| Value::of(term, later)))
                .collect();
            let bytes: usize = values.iter().flatten().map(Value::size).sum();
            let of_keys: usize = keys.iter().flatten().map(|key| key.bytes).sum();
            let held = Held::new(bytes + of_keys + 64 * (values.len() + 2 * keys.len()));
            rows.push(Row {
                keys,
                number,
                values,
                _held: held,
            });
            if rows.len() >= most {
                self.order(&mut rows, &view);
                rows.truncate(wanted);
                full = true;
            }
        }
        self.order(&mut rows, &view);
        rows.truncate(wanted);
        let wanted = rows.into_iter().skip(self.start).map(move |row| {
            let values = row.values.into_iter();
            Ok(values
                .map(|value| value.map(|value| value.term(&view)))
                .collect())
        });
        Ok(QuerySolutionIter::from_tuples(variables, wanted))
    }

    /// The keys of a solution, or `None` when it comes after `last`, the last that is wanted of those before it. Most do where
    /// few are wanted, and most of them by their first key.
    fn keys_before(
        &self,
        values: &[Option<Term>],
        last: Option<&Row>,
        source: &Source<'_>,
    ) -> Option<Vec<Option<Key>>> {
        let mut keys = Vec::with_capacity(self.keys.len());
        let last_row = last;
        let mut last = last.map(|row| row.keys.iter());
        for (place, descending) in &self.keys {
            let value = values.get(*place).and_then(Option::as_ref);
            // What is unbound comes first: no key is needed to know that.
            let unbound = last
                .as_ref()
                .is_some_and(|keys| keys.as_slice().first().is_some_and(Option::is_none));
            if unbound && value.is_some() && !descending {
                return None;
            }
            let key = value.map(|term| Key::of(term, source));
            if let Some(its) = last.as_mut().and_then(Iterator::next) {
                match in_order(key.as_ref(), its.as_ref(), *descending) {
                    Ordering::Less => last = None,
                    Ordering::Equal => {}
                    Ordering::Greater => return None,
                }
            }
            keys.push(key);
        }
        // What ties with the last came later.
        let ties_before = |row: &Row| {
            let values = values.iter().map(|value| {
                let term = value.as_ref()?;
                Some(match source.later.id(term) {
                    Some(id) => Cow::Owned(source.view.term(id)),
                    None => Cow::Borrowed(term),
                })
            });
            by_values(values, terms(&row.values, source.view)).is_lt()
        };
        let comes_before = last.is_none() || self.total && last_row.is_some_and(ties_before);
        comes_before.then_some(keys)
    }

    fn order(&self, rows: &mut [Row], view: &View) {
        rows.sort_unstable_by(|a, b| self.compare(a, b, view));
    }

    /// What is unbound comes first (SPARQL 1.1 Query section 15.1).
    fn compare(&self, a: &Row, b: &Row, view: &View) -> Ordering {
        tick();
        for ((_, descending), (a, b)) in self.keys.iter().zip(a.keys.iter().zip(&b.keys)) {
            let order = in_order(a.as_ref(), b.as_ref(), *descending);
            if order.is_ne() {
                return order;
            }
        }
        let tie = match self.total {
            true => by_values(terms(&a.values, view), terms(&b.values, view)),
            false => Ordering::Equal,
        };
        tie.then(a.number.cmp(&b.number))
    }
}

/// An order of solutions that only equal ones tie in. `a` may have further columns, which are keys.
fn by_values<'t>(
    a: impl Iterator<Item = Option<Cow<'t, Term>>>,
    b: impl Iterator<Item = Option<Cow<'t, Term>>>,
) -> Ordering {
    a.zip(b)
        .map(|(a, b)| a.as_deref().map(parts).cmp(&b.as_deref().map(parts)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// The terms of values. Their ids say nothing of their order, and differ from one part of an answer to the next.
fn terms<'t>(
    values: &'t [Option<Value>],
    view: &View,
) -> impl Iterator<Item = Option<Cow<'t, Term>>> {
    values.iter().map(|value| {
        Some(match value.as_ref()? {
            Value::Read(id) => Cow::Owned(view.term(*id)),
            Value::Made(term) => Cow::Borrowed(term),
        })
    })
}

/// What tells a term from every other: its kind, its text and what stands beside the text.
fn parts(term: &Term) -> (u8, Cow<'_, str>, &str, &str) {
    match term {
        Term::NamedNode(node) => (0, node.as_str().into(), "", ""),
        Term::BlankNode(node) => (1, node.as_str().into(), "", ""),
        Term::Literal(literal) => (
            2,
            literal.value().into(),
            literal.datatype().as_str(),
            literal.language().unwrap_or_default(),
        ),
        other => (3, other.to_string().into(), "", ""),
    }
}

fn in_order(a: Option<&Key>, b: Option<&Key>, descending: bool) -> Ordering {
    let order = match (a, b) {
        (Some(a), Some(b)) => a
            .rank
            .cmp(&b.rank)
            .then_with(|| normal::compare_alike(&a.value, &b.value)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    if descending { order.reverse() } else { order }
}
