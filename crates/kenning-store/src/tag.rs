//! Language tags: one tag is one tag, however its letters are cased, and is shown as BCP 47 recommends.
//!
//! Two tags that differ only in case are the same tag (RDF 1.2 Concepts, section 3.4), so `"colour"@en-GB` and
//! `"colour"@EN-gb` are one term. Terms are kept with the tag in small letters, which is how they are found, compared and
//! counted; whoever reads one gets the tag in the form that BCP 47 recommends (RFC 5646, section 2.1.1): `en-GB`, `zh-Hant`.
//! The alternatives, and why not: `docs/decisions/language-tags.md`.

use oxrdf::{Literal, LiteralRef, Term, TermRef, Triple};
use std::borrow::Cow;

/// The form of a tag that people are shown: `EN-gb` is `en-GB`.
///
/// All letters are small, but those of a region of two letters, and the first of a script of four; neither stands at the
/// beginning or after a subtag of one letter.
#[must_use]
pub fn shown(tag: &str) -> Cow<'_, str> {
    if !tag.contains('-') && !has_capitals(tag) {
        return Cow::Borrowed(tag);
    }
    let mut shown = String::with_capacity(tag.len());
    let mut after_single = false;
    for (place, part) in tag.split('-').enumerate() {
        if place > 0 {
            shown.push('-');
        }
        let start = shown.len();
        shown.push_str(part);
        let new = shown.get_mut(start..).unwrap_or_default();
        new.make_ascii_lowercase();
        if place > 0 && !after_single {
            match part.len() {
                2 => new.make_ascii_uppercase(),
                4 => {
                    if let Some(first) = new.get_mut(..1) {
                        first.make_ascii_uppercase();
                    }
                }
                _ => {}
            }
        }
        after_single |= part.len() == 1;
    }
    Cow::Owned(shown)
}

/// The form of a tag that is kept.
pub(crate) fn kept(tag: &str) -> Cow<'_, str> {
    match has_capitals(tag) {
        true => Cow::Owned(tag.to_ascii_lowercase()),
        false => Cow::Borrowed(tag),
    }
}

fn has_capitals(tag: &str) -> bool {
    tag.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// The literal as it is kept, where it differs from this one.
pub(crate) fn kept_literal(literal: LiteralRef<'_>) -> Option<Literal> {
    let tag = literal.language().filter(|tag| has_capitals(tag))?;
    let (text, tag) = (literal.value(), tag.to_ascii_lowercase());
    Some(match literal.direction() {
        None => Literal::new_language_tagged_literal_unchecked(text, tag),
        Some(direction) => {
            Literal::new_directional_language_tagged_literal_unchecked(text, tag, direction)
        }
    })
}

/// The triple as it is kept.
pub(crate) fn kept_triple(mut triple: Triple) -> Triple {
    if let Some(object) = kept_object(triple.object.as_ref()) {
        triple.object = object;
    }
    triple
}

fn kept_object(object: TermRef<'_>) -> Option<Term> {
    match object {
        TermRef::Literal(literal) => kept_literal(literal).map(Term::from),
        TermRef::Triple(triple) => {
            let object = kept_object(triple.object.as_ref())?;
            let (subject, predicate) = (triple.subject.clone(), triple.predicate.clone());
            Some(Triple::new(subject, predicate, object).into())
        }
        TermRef::NamedNode(_) | TermRef::BlankNode(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_shown_as_bcp_47_recommends() {
        // The examples of RFC 5646, section 2.1.1 and appendix A.
        for tag in [
            "en",
            "mn-Cyrl-MN",
            "en-CA-x-ca",
            "sgn-BE-FR",
            "az-Latn-x-latn",
            "zh-cmn-Hans-CN",
            "sl-rozaj-biske",
            "de-CH-1901",
            "sl-IT-nedis",
            "hy-Latn-IT-arevela",
            "es-419",
            "de-CH-x-phonebk",
            "x-whatever",
            "qaa-Qaaa-QM-x-southern",
            "en-US-u-islamcal",
            "zh-CN-a-myext-x-private",
            "i-klingon",
            "de-1996",
            "",
        ] {
            for written in [tag.to_owned(), tag.to_lowercase(), tag.to_uppercase()] {
                assert_eq!(shown(&written), tag, "{written}");
                assert_eq!(kept(&written), tag.to_lowercase());
            }
        }
    }
}
