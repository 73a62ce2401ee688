//! Literals inside of triple terms, as they are written.
//!
//! The evaluator takes a triple term apart into values, so `1.50` in it becomes `1.5`, and a term with `1.50` in it is not found. Such literals pass
//! through it in a datatype of ours; `OBJECT`, which gives one of them out, is our own.

use oxrdf::{Literal, NamedNodeRef, Term, Triple};
use spargebra::algebra::{Expression, Function, GraphPattern};
use spargebra::term::{GroundTerm, GroundTriple, TermPattern, TriplePattern};

use super::number::meant;

/// `OBJECT`, whose value is an operand. No text can call it.
pub(crate) const OBJECT: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning object");
/// `OBJECT`, whose value is kept. No text can call it.
pub(crate) const EXACT_OBJECT: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("kenning exact object");

/// Mends an expression.
pub(super) fn mend(expression: &mut Expression) {
    if let Expression::FunctionCall(function @ Function::Object, _) = expression {
        *function = Function::Custom(OBJECT.into_owned());
    }
}

/// Evaluates [`OBJECT`].
pub(crate) fn object(arguments: &[Term]) -> Option<Term> {
    match arguments {
        [Term::Triple(triple)] => Some(meant(triple.object.clone())),
        _ => None,
    }
}

/// Evaluates [`EXACT_OBJECT`].
pub(crate) fn exact_object(arguments: &[Term]) -> Option<Term> {
    object(arguments).map(|term| super::boxed(&term).unwrap_or(term))
}

/// A triple term in a form that expressions do not change; `None` where they do not change it anyway.
pub(super) fn boxed(triple: &Triple) -> Option<Term> {
    let object = super::boxed(&triple.object)?;
    Some(Triple::new(triple.subject.clone(), triple.predicate.clone(), object).into())
}

/// The constants of a pattern: triple terms without variables. In others a constant is compared as the term that it is.
pub(super) fn constants(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Bgp { patterns } => {
            for triple in patterns {
                constant(&mut triple.object);
            }
        }
        GraphPattern::Path {
            subject, object, ..
        } => {
            constant(subject);
            constant(object);
        }
        GraphPattern::Values { bindings, .. } => {
            for term in bindings.iter_mut().flatten().flatten() {
                if let GroundTerm::Triple(triple) = term {
                    ground(triple);
                }
            }
        }
        _ => {}
    }
}

fn constant(term: &mut TermPattern) {
    if let TermPattern::Triple(triple) = term
        && let Ok(fixed) = Triple::try_from((**triple).clone())
        && let Ok(mut fixed) = GroundTriple::try_from(fixed)
    {
        ground(&mut fixed);
        **triple = TriplePattern::from(Triple::from(fixed));
    }
}

fn ground(triple: &mut GroundTriple) {
    match &mut triple.object {
        GroundTerm::Literal(literal) => exact(literal),
        GroundTerm::Triple(triple) => ground(triple),
        GroundTerm::NamedNode(_) => {}
    }
}

fn exact(literal: &mut Literal) {
    if let Some(Term::Literal(exact)) = super::boxed(&literal.clone().into()) {
        *literal = exact;
    }
}
