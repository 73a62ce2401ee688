//! Aggregates over terms as they are written.
//!
//! The evaluator's aggregates take values: they give `1.5` for the least of `1.50`, take `1` and `01` for the same under DISTINCT, and fail
//! with the first expression that fails, also where the standard leaves such rows out (`COUNT`, and by common consent `MIN` and
//! `MAX`). So terms travel into them in a datatype of ours, exactly, and some aggregates are our own.

use oxrdf::vocab::xsd;
use oxrdf::{Literal, NamedNode, NamedNodeRef, Term};
use oxsdatatypes::{Decimal, Double};
use spareval::{AggregateFunctionAccumulator, ExpressionTerm, QueryEvaluator};
use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern,
};

use super::number::{canonical, exactly, meant};
use super::order::compare;
use super::text::looked_up;
use super::{fresh, number};
use crate::gauge::{Held, tick};

/// The predicate from a term to itself, in a form that expressions do not change. No text can name it.
pub(crate) const SELF: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning self");

const MIN: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning min");
const MAX: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning max");
const SUM: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning sum");
const AVG: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning avg");
/// Before the separator, in the name of `GROUP_CONCAT` with it.
const CONCAT: &str = "kenning concat ";
/// What stands for a value that is missing.
const NONE: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning none");

/// The form of a term that expressions do not change; `None` where they do not change it anyway.
pub(crate) fn boxed(term: &Term) -> Option<Term> {
    let changed = match term {
        Term::Literal(_) | Term::Triple(_) => {
            Term::from(ExpressionTerm::from(term.clone())) != *term
        }
        _ => false,
    };
    match term {
        Term::Literal(literal) if changed => Some(exactly(literal.value(), literal.datatype())),
        Term::Triple(triple) if changed => super::triple::boxed(triple),
        _ => None,
    }
}

/// Solutions that are told apart under `COUNT(DISTINCT *)` differ in variables that the query names, and in nothing else.
pub(super) fn rows(pattern: &mut GraphPattern) {
    let GraphPattern::Group {
        inner, aggregates, ..
    } = pattern
    else {
        return;
    };
    let whole = AggregateExpression::CountSolutions { distinct: true };
    if aggregates.iter().all(|(_, aggregate)| *aggregate != whole) {
        return;
    }
    let mut variables = Vec::new();
    inner.on_in_scope_variable(|variable| {
        if !variable.as_str().starts_with(' ') && !variables.contains(variable) {
            variables.push(variable.clone());
        }
    });
    **inner = GraphPattern::Project {
        inner: Box::new(std::mem::take(&mut **inner)),
        variables,
    };
}

/// `GROUP_CONCAT` joins the strings of its values and gives a plain string (SPARQL 1.1 Query section 18.5.1.7); the evaluator keeps a
/// common language, and what it has joined is not counted.
pub(super) fn strings(pattern: &mut GraphPattern) {
    let GraphPattern::Group { aggregates, .. } = pattern else {
        return;
    };
    for (_, aggregate) in aggregates {
        if let AggregateExpression::FunctionCall { name, expr, .. } = aggregate
            && let AggregateFunction::GroupConcat { separator } = &*name
        {
            let separator = separator.as_deref().unwrap_or(" ");
            *name =
                AggregateFunction::Custom(NamedNode::new_unchecked(format!("{CONCAT}{separator}")));
            number::form(expr);
            let value = std::mem::replace(expr, Expression::Coalesce(Vec::new()));
            *expr = Expression::FunctionCall(Function::Str, vec![value]);
        }
    }
}

pub(super) fn mend(pattern: &mut GraphPattern) {
    let GraphPattern::Group {
        inner, aggregates, ..
    } = pattern
    else {
        return;
    };
    for (_, aggregate) in aggregates {
        let AggregateExpression::FunctionCall {
            name,
            expr,
            distinct,
        } = aggregate
        else {
            continue;
        };
        let own = match name {
            AggregateFunction::Count => None,
            AggregateFunction::Sample => None,
            AggregateFunction::Min => Some(MIN),
            AggregateFunction::Max => Some(MAX),
            AggregateFunction::Sum if *distinct => Some(SUM),
            AggregateFunction::Avg if *distinct => Some(AVG),
            _ => continue,
        };
        let variable = match &*expr {
            Expression::Variable(variable) => variable.clone(),
            _ => {
                let variable = fresh("argument");
                let mut expression = expr.clone();
                number::form(&mut expression);
                **inner = GraphPattern::Extend {
                    inner: Box::new(std::mem::take(&mut **inner)),
                    variable: variable.clone(),
                    expression,
                };
                variable
            }
        };
        if *name == AggregateFunction::Count {
            *expr = variable.into();
            continue;
        }
        let exact = fresh("self");
        looked_up(inner, variable, SELF, exact.clone());
        *expr = exact.into();
        if matches!(name, AggregateFunction::Min | AggregateFunction::Max) {
            let value = std::mem::replace(expr, Expression::Coalesce(Vec::new()));
            *expr = Expression::Coalesce(vec![value, NONE.into_owned().into()]);
            // The least of different values is the least of all.
            *distinct = false;
        }
        if let Some(own) = own {
            *name = AggregateFunction::Custom(own.into_owned());
        }
    }
}

/// Terms that are one of several possible values stay as they are written, also where another possibility is computed.
pub(super) fn exact(pattern: &mut GraphPattern) {
    if let GraphPattern::Extend {
        inner, expression, ..
    } = pattern
        && matches!(expression, Expression::Coalesce(_) | Expression::If(..))
        && !is_chosen(expression)
    {
        choices(expression, inner);
    }
}

/// Whether the evaluator only chooses among terms, which it does not change then.
fn is_chosen(expression: &Expression) -> bool {
    match expression {
        Expression::Variable(_) | Expression::Literal(_) | Expression::NamedNode(_) => true,
        Expression::Coalesce(list) => list.iter().all(is_chosen),
        Expression::If(_, yes, no) => is_chosen(yes) && is_chosen(no),
        _ => false,
    }
}

fn choices(expression: &mut Expression, inner: &mut GraphPattern) {
    match expression {
        Expression::Variable(variable) => {
            let exact = fresh("self");
            looked_up(inner, variable.clone(), SELF, exact.clone());
            *expression = exact.into();
        }
        Expression::Literal(literal) => {
            if let Some(Term::Literal(exact)) = boxed(&literal.clone().into()) {
                *expression = exact.into();
            }
        }
        Expression::Coalesce(list) => list.iter_mut().for_each(|item| choices(item, inner)),
        Expression::If(_, yes, no) => {
            choices(yes, inner);
            choices(no, inner);
        }
        _ => {}
    }
}

/// Whether this aggregate of ours computes a number.
pub(super) fn is_number(name: &NamedNode) -> bool {
    name.as_ref() == SUM || name.as_ref() == AVG
}

/// The evaluator with one of these aggregates.
pub(super) fn with_aggregate(evaluator: QueryEvaluator, name: &NamedNode) -> QueryEvaluator {
    let known = name.as_ref();
    let name = name.clone();
    if let Some(separator) = known.as_str().strip_prefix(CONCAT) {
        let separator = separator.to_owned();
        return evaluator.with_custom_aggregate_function(name, move || {
            Box::new(Joined {
                separator: separator.clone(),
                text: Some(None),
            })
        });
    }
    match known {
        _ if known == MIN => {
            evaluator.with_custom_aggregate_function(name, || Box::new(First::new(false)))
        }
        _ if known == MAX => {
            evaluator.with_custom_aggregate_function(name, || Box::new(First::new(true)))
        }
        _ if known == SUM => {
            evaluator.with_custom_aggregate_function(name, || Box::new(Sum::new(false)))
        }
        _ if known == AVG => {
            evaluator.with_custom_aggregate_function(name, || Box::new(Sum::new(true)))
        }
        _ => evaluator,
    }
}

/// The first of its values in the order of `ORDER BY`, or the last.
struct First {
    last: bool,
    best: Option<(Term, ExpressionTerm)>,
}

impl First {
    fn new(last: bool) -> Self {
        Self { last, best: None }
    }
}

impl AggregateFunctionAccumulator for First {
    fn accumulate(&mut self, element: Term) {
        tick();
        if matches!(&element, Term::NamedNode(node) if node.as_ref() == NONE) {
            return;
        }
        let value = ExpressionTerm::from(meant(element.clone()));
        let better = self.best.as_ref().is_none_or(|(_, best)| {
            let order = compare(&value, best);
            if self.last {
                order.is_gt()
            } else {
                order.is_lt()
            }
        });
        if better {
            self.best = Some((element, value));
        }
    }

    fn finish(&mut self) -> Option<Term> {
        let (term, _) = self.best.take()?;
        // The approved agg-min-02 wants the canonical form of a double; what is not one stays as it is written.
        match meant(term.clone()) {
            Term::Literal(literal)
                if literal.datatype() == xsd::DOUBLE || literal.datatype() == xsd::FLOAT =>
            {
                canonical(&[literal.into()]).or(Some(term))
            }
            _ => Some(term),
        }
    }
}

/// Strings one after the other; fails with the first that is none.
struct Joined {
    separator: String,
    /// `None` after a failure, and inside it before the first.
    text: Option<Option<String>>,
}

impl AggregateFunctionAccumulator for Joined {
    fn accumulate(&mut self, element: Term) {
        tick();
        let (Some(text), Term::Literal(literal)) = (&mut self.text, element) else {
            self.text = None;
            return;
        };
        let value = literal.value();
        // Once here, and once where the evaluator keeps what it has seen.
        Held::new(2 * value.len() + self.separator.len()).for_good();
        match text {
            None => *text = Some(value.to_owned()),
            Some(text) => {
                text.push_str(&self.separator);
                text.push_str(value);
            }
        }
    }

    fn finish(&mut self) -> Option<Term> {
        let text = self.text.take()?;
        Some(Literal::from(text.unwrap_or_default()).into())
    }
}

/// A sum of numbers that were told apart as terms; fails with the first that is no number.
struct Sum {
    average: bool,
    count: i64,
    sum: Option<Number>,
}

#[derive(Clone, Copy)]
enum Number {
    Integer(oxsdatatypes::Integer),
    Decimal(Decimal),
    Float(oxsdatatypes::Float),
    Double(Double),
}

impl Sum {
    fn new(average: bool) -> Self {
        Self {
            average,
            count: 0,
            sum: Some(Number::Integer(0.into())),
        }
    }
}

impl AggregateFunctionAccumulator for Sum {
    fn accumulate(&mut self, element: Term) {
        tick();
        self.count += 1;
        // The evaluator keeps what it has seen, to know what is new.
        Held::new(crate::node::size(&element)).for_good();
        let value = match ExpressionTerm::from(meant(element)) {
            ExpressionTerm::IntegerLiteral(value) => Some(Number::Integer(value)),
            ExpressionTerm::DecimalLiteral(value) => Some(Number::Decimal(value)),
            ExpressionTerm::FloatLiteral(value) => Some(Number::Float(value)),
            ExpressionTerm::DoubleLiteral(value) => Some(Number::Double(value)),
            _ => None,
        };
        self.sum = self
            .sum
            .zip(value)
            .and_then(|(sum, value)| plus(sum, value));
    }

    fn finish(&mut self) -> Option<Term> {
        let sum = self.sum?;
        if !self.average || self.count == 0 {
            return Some(match sum {
                Number::Integer(value) => Literal::from(value).into(),
                Number::Decimal(value) => Literal::from(value).into(),
                Number::Float(value) => Literal::from(value).into(),
                Number::Double(value) => Literal::from(value).into(),
            });
        }
        Some(match sum {
            Number::Integer(value) => {
                Literal::from(Decimal::from(value).checked_div(self.count)?).into()
            }
            Number::Decimal(value) => Literal::from(value.checked_div(self.count)?).into(),
            Number::Float(value) => Literal::from(
                value / oxsdatatypes::Float::from(oxsdatatypes::Integer::from(self.count)),
            )
            .into(),
            Number::Double(value) => {
                Literal::from(value / Double::from(oxsdatatypes::Integer::from(self.count))).into()
            }
        })
    }
}

fn plus(a: Number, b: Number) -> Option<Number> {
    let decimal = |number: Number| match number {
        Number::Integer(value) => Some(Decimal::from(value)),
        Number::Decimal(value) => Some(value),
        _ => None,
    };
    let float = |number: Number| match number {
        Number::Integer(value) => oxsdatatypes::Float::from(value),
        Number::Decimal(value) => oxsdatatypes::Float::from(value),
        Number::Float(value) => value,
        Number::Double(value) => oxsdatatypes::Float::from(value),
    };
    let double = |number: Number| match number {
        Number::Integer(value) => Double::from(value),
        Number::Decimal(value) => Double::from(value),
        Number::Float(value) => Double::from(value),
        Number::Double(value) => value,
    };
    match (a, b) {
        (Number::Integer(a), Number::Integer(b)) => a.checked_add(b).map(Number::Integer),
        (Number::Double(_), _) | (_, Number::Double(_)) => {
            Some(Number::Double(double(a) + double(b)))
        }
        (Number::Float(_), _) | (_, Number::Float(_)) => Some(Number::Float(float(a) + float(b))),
        _ => decimal(a)?.checked_add(decimal(b)?).map(Number::Decimal),
    }
}
