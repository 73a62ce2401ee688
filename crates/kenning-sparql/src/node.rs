//! Terms in solutions.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use kenning_store::{TermId, Value};
use oxrdf::Term;
use spareval::ExpressionTerm;

use crate::gauge::{self, Held};

/// A term in a solution: one that was read, or one that was computed.
///
/// INVARIANT: a term that the dictionary has always has its id here, so that equal terms are equal nodes.
pub(crate) struct Node(pub(crate) Inner);

#[derive(Clone)]
pub(crate) enum Inner {
    /// It was read.
    Id(TermId),
    /// It was computed, and the dictionary has it.
    Found(Rc<Found>),
    /// It was computed, and the dictionary does not have it.
    Own(Rc<Own>),
}

/// A computed term that the dictionary has.
///
/// INVARIANT: it weighs as much as one that the dictionary does not have: that it is there may be owed to what the asker does not
/// see, and a limit that is reached or not would tell (guard: `tests/limits.rs`).
pub(crate) struct Found {
    pub(crate) id: TermId,
    pub(crate) _held: Held,
}

pub(crate) struct Own {
    pub(crate) term: Term,
    /// Its value, where it has been worked out already.
    pub(crate) value: Option<Value>,
    pub(crate) _held: Held,
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.term == other.term
    }
}

impl Eq for Own {}

impl Node {
    pub(crate) fn of(inner: Inner) -> Self {
        gauge::born();
        Self(inner)
    }

    #[inline]
    pub(crate) fn id(&self) -> Option<TermId> {
        match &self.0 {
            Inner::Id(id) => Some(*id),
            Inner::Found(found) => Some(found.id),
            Inner::Own(_) => None,
        }
    }
}

impl Clone for Node {
    #[inline]
    fn clone(&self) -> Self {
        gauge::tick();
        Self::of(self.0.clone())
    }
}

impl Drop for Node {
    #[inline]
    fn drop(&mut self) {
        gauge::gone();
    }
}

impl PartialEq for Node {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Inner::Id(a), Inner::Id(b)) => a == b,
            (Inner::Own(a), Inner::Own(b)) => a == b,
            _ => self.id().is_some() && self.id() == other.id(),
        }
    }
}

impl Eq for Node {}

impl Hash for Node {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Inner::Id(id) => state.write_u32(id.number()),
            Inner::Found(found) => state.write_u32(found.id.number()),
            Inner::Own(own) => own.term.hash(state),
        }
    }
}

/// About how many bytes a term takes.
pub(crate) fn size(term: &Term) -> usize {
    64 + match term {
        Term::NamedNode(node) => node.as_str().len(),
        Term::BlankNode(node) => node.as_str().len(),
        Term::Literal(literal) => literal.value().len() + literal.language().map_or(0, str::len),
        Term::Triple(triple) => {
            size(&triple.subject.clone().into())
                + triple.predicate.as_str().len()
                + size(&triple.object)
        }
    }
}

/// The value that the store keeps beside a literal, as expressions want it.
pub(crate) fn value(value: Value) -> ExpressionTerm {
    match value {
        Value::Boolean(value) => ExpressionTerm::BooleanLiteral(value),
        Value::Integer(value) => ExpressionTerm::IntegerLiteral(value),
        Value::Decimal(value) => ExpressionTerm::DecimalLiteral(value),
        Value::Float(value) => ExpressionTerm::FloatLiteral(value),
        Value::Double(value) => ExpressionTerm::DoubleLiteral(value),
        Value::DateTime(value) => ExpressionTerm::DateTimeLiteral(value),
        Value::Date(value) => ExpressionTerm::DateLiteral(value),
        Value::Time(value) => ExpressionTerm::TimeLiteral(value),
        Value::GYear(value) => ExpressionTerm::GYearLiteral(value),
        Value::GYearMonth(value) => ExpressionTerm::GYearMonthLiteral(value),
        Value::GMonth(value) => ExpressionTerm::GMonthLiteral(value),
        Value::GMonthDay(value) => ExpressionTerm::GMonthDayLiteral(value),
        Value::GDay(value) => ExpressionTerm::GDayLiteral(value),
        Value::Duration(value) => ExpressionTerm::DurationLiteral(value),
        Value::YearMonthDuration(value) => ExpressionTerm::YearMonthDurationLiteral(value),
        Value::DayTimeDuration(value) => ExpressionTerm::DayTimeDurationLiteral(value),
    }
}

/// The value of a term that expressions have, as the store would keep it; `None` where it would have to be read from the text.
pub(crate) fn known_value(term: &ExpressionTerm) -> Option<Value> {
    Some(match term {
        ExpressionTerm::BooleanLiteral(value) => Value::Boolean(*value),
        ExpressionTerm::IntegerLiteral(value) => Value::Integer(*value),
        ExpressionTerm::DecimalLiteral(value) => Value::Decimal(*value),
        ExpressionTerm::DateTimeLiteral(value) => Value::DateTime(*value),
        ExpressionTerm::DateLiteral(value) => Value::Date(*value),
        ExpressionTerm::TimeLiteral(value) => Value::Time(*value),
        ExpressionTerm::DurationLiteral(value) => Value::Duration(*value),
        ExpressionTerm::YearMonthDurationLiteral(value) => Value::YearMonthDuration(*value),
        ExpressionTerm::DayTimeDurationLiteral(value) => Value::DayTimeDuration(*value),
        _ => return None,
    })
}
