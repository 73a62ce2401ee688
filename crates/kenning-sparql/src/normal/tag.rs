//! Language tags in expressions.
//!
//! Two tags that differ only in case are one tag, but the evaluator's expressions compare them letter by letter. The parser
//! writes those of a query in small letters, so expressions see those of the data in small letters too; only `LANG` gives
//! them as answers show them.

use kenning_store::View;
use oxrdf::{Literal, NamedNodeRef, Term, Triple};
use spargebra::algebra::{Expression, Function};

/// The function that puts a language tag into the form that answers show. No text can call it.
pub(crate) const SHOWN: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning language");

/// Evaluates [`SHOWN`]: of a literal's tag and the literal.
pub(super) fn shown(tags: Option<&View>, arguments: &[Term]) -> Option<Term> {
    match arguments {
        [Term::Literal(tag), _] if tag.value().is_empty() => Some(tag.clone().into()),
        [Term::Literal(tag), Term::Literal(literal)] => {
            let tag = match tags {
                Some(view) => view.tag(literal.as_ref()),
                None => kenning_store::shown_tag(tag.value()).into_owned(),
            };
            Some(Literal::from(tag).into())
        }
        _ => None,
    }
}

/// A term as expressions see it.
pub(crate) fn compared(term: Term) -> Term {
    with_tag(term, |tag| {
        let has_capitals = tag.bytes().any(|byte| byte.is_ascii_uppercase());
        has_capitals.then(|| tag.to_ascii_lowercase())
    })
}

/// A term as answers show it.
pub(crate) fn answered(term: Term) -> Term {
    with_tag(term, |tag| {
        let shown = kenning_store::shown_tag(tag);
        (shown != tag).then(|| shown.into_owned())
    })
}

/// A triple as triples are compared.
pub(crate) fn compared_triple(mut triple: Triple) -> Triple {
    let object = std::mem::replace(&mut triple.object, Term::from(Literal::from(false)));
    triple.object = compared(object);
    triple
}

/// Changes the tag of a literal, also of one within a triple term: what the dictionary gives back of such a term, it gives with
/// its tags as they are shown, and whether it has the term may be owed to what the asker does not see.
fn with_tag(term: Term, change: impl Fn(&str) -> Option<String> + Copy) -> Term {
    kenning_store::respelled(term, &|literal, _| literal.language().and_then(change))
}

/// `LANG` gives the tag as it is shown, but not to `LANGMATCHES`, which does not look at case.
pub(super) fn mend(expression: &mut Expression) {
    let Expression::FunctionCall(function, arguments) = expression else {
        return;
    };
    match function {
        Function::Lang => {
            let literal = arguments.clone();
            let lang = std::mem::replace(expression, Expression::Coalesce(Vec::new()));
            let arguments = std::iter::once(lang).chain(literal).collect();
            *expression = Expression::FunctionCall(Function::Custom(SHOWN.into_owned()), arguments);
        }
        Function::LangMatches => {
            if let Some(first) = arguments.first_mut()
                && let Expression::FunctionCall(Function::Custom(name), inner) = first
                && name.as_ref() == SHOWN
                && let Some(lang) = inner.first_mut()
            {
                *first = std::mem::replace(lang, Expression::Coalesce(Vec::new()));
            }
        }
        _ => {}
    }
}
