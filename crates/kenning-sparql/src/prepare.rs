//! Texts that have been found to be SPARQL.

use oxrdf::{Term, Variable};
use spargebra::algebra::{AggregateExpression, Expression, Function, GraphPattern};
use spargebra::{Query, SparqlParser};

use crate::diagnose::{Language, refuses};
use crate::error::SyntaxError;
use crate::sort::{self, Sort};
use crate::walk::{Part, visit};
use crate::{QueryError, TextError, TextLimits, fast, guard, normal, spelling};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Solutions.
    Select,
    /// Yes or no.
    Ask,
    /// A graph made by a template.
    Construct,
    /// A graph that describes resources.
    Describe,
}

/// How to read a text.
#[derive(Clone, Debug, Default)]
pub struct ParseOptions {
    /// The absolute IRI that relative ones are resolved against, until the text gives its own `BASE`.
    pub base: Option<String>,
    /// What the text may cost.
    pub limits: TextLimits,
}

/// Most triple patterns of a query.
const PATTERNS: usize = 1_000;

/// A query that parses. It belongs to no view and may be kept and run many times.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// As it is evaluated.
    pub(crate) ready: Ready,
    /// As it was written, for values to be put in before it is made ready for the evaluator.
    pub(crate) written: Query,
    /// What it abbreviates with, and its answer too, where it is a graph.
    pub(crate) prefixes: Vec<(String, String)>,
    repeatable: bool,
}

/// A query as it is evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) query: Query,
    /// What its solutions are ordered by, when that is done here.
    pub(crate) sort: Option<Sort>,
    /// The same with its order, where there may be a short cut for both together.
    pub(crate) whole: Option<Query>,
}

impl Ready {
    /// The same, of which only `rows` solutions from `from` on are wanted.
    fn part(&self, from: usize, rows: usize) -> Self {
        if let Some(sort) = &self.sort {
            return Self {
                query: self.query.clone(),
                sort: Some(sort.part(from, rows)),
                whole: None,
            };
        }
        let mut query = self.query.clone();
        if let Query::Select { pattern, .. } = &mut query {
            *pattern = GraphPattern::Slice {
                inner: Box::new(std::mem::take(pattern)),
                start: from,
                length: Some(rows),
            };
        }
        Self {
            query,
            sort: None,
            whole: None,
        }
    }

    /// Makes a query ready.
    pub(crate) fn of(query: Query) -> Self {
        match sort::split(&query) {
            None => Self {
                query: normal::query(query),
                sort: None,
                whole: None,
            },
            Some((without, sort)) => Self {
                query: normal::query(without),
                sort: Some(sort),
                whole: fast::may_order(pattern(&query)).then(|| normal::query(query)),
            },
        }
    }

    /// The same with each of its queries changed.
    fn with(
        &self,
        change: impl Fn(&Query) -> Result<Query, QueryError>,
    ) -> Result<Self, QueryError> {
        Ok(Self {
            query: change(&self.query)?,
            sort: self.sort.clone(),
            whole: self.whole.as_ref().map(change).transpose()?,
        })
    }
}

impl Prepared {
    /// This query with values in the place of its parameters.
    ///
    /// A parameter is a variable that means the same everywhere, also in subqueries that do not select it, as the queries of
    /// grlc have them. Values for the variables of the outermost query alone are [`RunOptions::bindings`](crate::RunOptions).
    ///
    /// # Errors
    /// [`QueryError::Refused`] for a blank node: it has no name that a query could say.
    pub fn with_parameters(&self, values: &[(Variable, Term)]) -> Result<Self, QueryError> {
        Ok(Self {
            ready: self
                .ready
                .with(|query| crate::bind::parameters(query.clone(), values))?,
            ..self.clone()
        })
    }

    /// This query with only `rows` of its solutions wanted, from `from` on (0 is the first). Other forms than SELECT stay whole.
    ///
    /// Where the query has an order, no more solutions than these and those before them are held.
    #[must_use]
    pub fn part(&self, from: usize, rows: usize) -> Self {
        Self {
            ready: self.ready.part(from, rows),
            ..self.clone()
        }
    }

    /// Parses `text`, after checking that its size and nesting are within the limits.
    ///
    /// Call it on a thread with [`STACK_SIZE`](crate::STACK_SIZE) bytes of stack. Prefixes must be declared in the text
    /// (SPARQL 1.1 Query section 4.1.1).
    ///
    /// # Errors
    /// [`QueryError::Text`] when the text is not SPARQL or is too large; [`QueryError::Refused`] for `SERVICE`.
    pub fn parse(text: &str, options: &ParseOptions) -> Result<Self, QueryError> {
        let text = spelling::without_mark(text);
        guard::check(text, &options.limits)?;
        let spelled = spelling::booleans(text);
        let mut query = match parser(options)?.parse_query(&spelled) {
            Ok(query) => query,
            Err(error) => again(&error.to_string(), &spelled, options).ok_or_else(|| {
                TextError::Syntax(SyntaxError::of(&error.to_string(), text, Language::Query))
            })?,
        };
        if let Some(error) = refuses(text, Language::Query) {
            return Err(TextError::Syntax(error).into());
        }
        if let Query::Select { pattern, .. } = &mut query {
            columns(pattern, text);
        }
        let pattern = pattern(&query);
        check(pattern)?;
        let mut repeatable = true;
        visit(Part::Pattern(pattern), &mut |part| {
            if let Part::Expression(Expression::FunctionCall(function, _)) = part {
                repeatable &= !matches!(
                    function,
                    Function::Now
                        | Function::Rand
                        | Function::Uuid
                        | Function::StrUuid
                        | Function::BNode
                );
            }
        });
        let written = query.clone();
        let prefixes = match &query {
            Query::Construct { .. } | Query::Describe { .. } => spelling::prefixes(text),
            Query::Select { .. } | Query::Ask { .. } => Vec::new(),
        };
        Ok(Self {
            ready: Ready::of(query),
            written,
            prefixes,
            repeatable,
        })
    }

    /// What is asked for.
    #[must_use]
    pub const fn form(&self) -> Form {
        match self.ready.query {
            Query::Select { .. } => Form::Select,
            Query::Ask { .. } => Form::Ask,
            Query::Construct { .. } => Form::Construct,
            Query::Describe { .. } => Form::Describe,
        }
    }

    /// The names of the columns of a SELECT query, in their order; none for other forms.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let Query::Select { pattern, .. } = &self.written else {
            return Vec::new();
        };
        let mut pattern = pattern;
        loop {
            match pattern {
                GraphPattern::Project { variables, .. } => {
                    return variables
                        .iter()
                        .map(|variable| variable.as_str().to_owned())
                        .collect();
                }
                GraphPattern::Slice { inner, .. }
                | GraphPattern::Distinct { inner }
                | GraphPattern::Reduced { inner } => pattern = inner,
                _ => return Vec::new(),
            }
        }
    }

    /// Whether the same view gives the same answer again: whether `NOW`, `RAND`, `UUID`, `STRUUID` and `BNODE` take no part.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        self.repeatable
    }
}

/// The query, where the parser failed at a variable that an expression before it in the same `SELECT` has bound.
fn again(error: &str, text: &str, options: &ParseOptions) -> Option<Query> {
    if !error.contains("expression with a variable that is unbound") {
        return None;
    }
    let text = spelling::repeated(text)?;
    guard::check(&text, &options.limits).ok()?;
    parser(options).ok()?.parse_query(&text).ok()
}

/// Puts the variables of `SELECT *` in the order in which the text has them; the standard leaves it open, and the parser goes by letter.
fn columns(pattern: &mut GraphPattern, text: &str) {
    match pattern {
        GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => columns(inner, text),
        GraphPattern::Project { variables, .. } => {
            if let Some(order) = spelling::star(text) {
                let place =
                    |variable: &Variable| order.iter().position(|name| *name == variable.as_str());
                variables.sort_by_cached_key(|variable| place(variable).unwrap_or(usize::MAX));
            }
        }
        _ => {}
    }
}

pub(crate) fn parser(options: &ParseOptions) -> Result<SparqlParser, TextError> {
    let parser = SparqlParser::new();
    match &options.base {
        Some(base) => parser
            .with_base_iri(base)
            .map_err(|_| TextError::Base(base.clone())),
        None => Ok(parser),
    }
}

/// What no query and no WHERE clause may hold.
pub(crate) fn check(pattern: &GraphPattern) -> Result<(), QueryError> {
    let (mut service, mut patterns, mut nested) = (false, 0_usize, false);
    visit(Part::Pattern(pattern), &mut |part| match part {
        // Whoever writes SILENT takes one empty solution where no other server is asked (SPARQL 1.1 Federated Query, section 3).
        Part::Pattern(GraphPattern::Service { silent, .. }) => service |= !silent,
        Part::Pattern(GraphPattern::Bgp { patterns: triples }) => patterns += triples.len(),
        Part::Pattern(GraphPattern::Path { .. }) => patterns += 1,
        Part::Pattern(GraphPattern::Group { aggregates, .. }) => nested |= nests(aggregates),
        _ => {}
    });
    if service {
        return Err(QueryError::Refused(
            "`SERVICE` is switched off: this server asks no other server".into(),
        ));
    }
    if nested {
        return Err(QueryError::Refused(
            "an aggregate cannot be the argument of an aggregate".into(),
        ));
    }
    if patterns > PATTERNS {
        return Err(QueryError::Refused(format!(
            "the query has {patterns} triple patterns, and {PATTERNS} are allowed"
        )));
    }
    Ok(())
}

/// Whether an aggregate is computed from another one of the same group (SPARQL 1.2 Query section 19.8, note 13).
fn nests(aggregates: &[(Variable, AggregateExpression)]) -> bool {
    let mut found = false;
    for (_, aggregate) in aggregates {
        if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
            visit(Part::Expression(expr), &mut |part| {
                if let Part::Expression(Expression::Variable(variable)) = part {
                    found |= aggregates.iter().any(|(other, _)| other == variable);
                }
            });
        }
    }
    found
}

pub(crate) const fn pattern(query: &Query) -> &GraphPattern {
    match query {
        Query::Select { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => pattern,
    }
}
