//! Strict comparison: terms by term, graphs by isomorphism, solutions as bags with one mapping of blank nodes.
//! Language tags are the same in any case of their letters (RDF 1.2 Concepts, literal term equality).

use std::collections::HashMap;

use oxrdf::dataset::CanonicalizationAlgorithm;
use oxrdf::{BlankNode, Dataset, Literal, Quad, Term, Triple};

/// Solutions: each a list of (variable, value), sorted by variable.
pub(crate) type Rows = Vec<Vec<(String, Term)>>;

/// Whether two datasets are isomorphic.
pub(crate) fn isomorphic(a: &Dataset, b: &Dataset) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let canonical = |dataset: &Dataset| {
        let quads = dataset.iter().map(|quad| Quad {
            object: small_tags(quad.object.into_owned()),
            ..quad.into_owned()
        });
        let mut dataset: Dataset = quads.collect();
        dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
        dataset
    };
    canonical(a) == canonical(b)
}

/// A term with its language tags in small letters.
fn small_tags(term: Term) -> Term {
    match term {
        Term::Literal(literal) => match (literal.language(), literal.direction()) {
            (Some(tag), None) => {
                let tag = tag.to_ascii_lowercase();
                Literal::new_language_tagged_literal_unchecked(literal.value(), tag).into()
            }
            _ => literal.into(),
        },
        Term::Triple(triple) => Triple {
            object: small_tags(triple.object),
            ..*triple
        }
        .into(),
        other => other,
    }
}

/// Whether two bags of solutions are equal under one renaming of blank nodes; as sequences where `ordered`.
pub(crate) fn same_rows(a: &Rows, b: &Rows, ordered: bool) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut names = Names::default();
    if ordered {
        return a.iter().zip(b).all(|(a, b)| names.unify_row(a, b));
    }
    // Rows without blank nodes are counted; the others are matched by trying.
    let mut count: HashMap<String, i64> = HashMap::new();
    let (mut open_a, mut open_b) = (Vec::new(), Vec::new());
    for (rows, step, open) in [(a, 1, &mut open_a), (b, -1, &mut open_b)] {
        for row in rows {
            if row.iter().any(|(_, term)| has_blank(term)) {
                open.push(row);
            } else {
                *count.entry(format!("{row:?}")).or_default() += step;
            }
        }
    }
    count.values().all(|count| *count == 0) && matches(&open_a, &mut open_b, &names)
}

/// Whether `got` has the solutions of `wanted`, each at least once and at most as often: what `REDUCED` allows.
pub(crate) fn reduced_rows(wanted: &Rows, got: &Rows) -> bool {
    let count =
        |rows: &Rows, row: &Vec<(String, Term)>| rows.iter().filter(|other| *other == row).count();
    got.iter()
        .all(|row| (1..=count(wanted, row)).contains(&count(got, row)))
        && wanted.iter().all(|row| count(got, row) > 0)
}

fn matches(a: &[&Vec<(String, Term)>], b: &mut Vec<&Vec<(String, Term)>>, names: &Names) -> bool {
    let Some((first, rest)) = a.split_first() else {
        return b.is_empty();
    };
    for i in 0..b.len() {
        let mut names = names.clone();
        if names.unify_row(first, b[i]) {
            let taken = b.remove(i);
            if matches(rest, b, &names) {
                return true;
            }
            b.insert(i, taken);
        }
    }
    false
}

fn has_blank(term: &Term) -> bool {
    match term {
        Term::BlankNode(_) => true,
        Term::Triple(triple) => triple.subject.is_blank_node() || has_blank(&triple.object),
        _ => false,
    }
}

#[derive(Clone, Default)]
struct Names {
    there: HashMap<BlankNode, BlankNode>,
    back: HashMap<BlankNode, BlankNode>,
}

impl Names {
    fn unify_row(&mut self, a: &[(String, Term)], b: &[(String, Term)]) -> bool {
        a.len() == b.len()
            && a.iter()
                .zip(b)
                .all(|((va, a), (vb, b))| va == vb && self.unify(a, b))
    }

    fn unify(&mut self, a: &Term, b: &Term) -> bool {
        match (a, b) {
            (Term::BlankNode(a), Term::BlankNode(b)) => {
                self.there.entry(a.clone()).or_insert_with(|| b.clone()) == b
                    && self.back.entry(b.clone()).or_insert_with(|| a.clone()) == a
            }
            (Term::Triple(a), Term::Triple(b)) => {
                a.predicate == b.predicate
                    && self.unify(&a.subject.clone().into(), &b.subject.clone().into())
                    && self.unify(&a.object, &b.object)
            }
            _ => a == b,
        }
    }
}
