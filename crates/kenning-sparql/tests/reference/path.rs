//! Property paths (SPARQL 1.1 Query section 18.4).

use std::collections::BTreeSet;

use oxrdf::{BlankNode, Term, Triple};
use spargebra::algebra::PropertyPathExpression as Path;
use spargebra::term::TermPattern;

use super::{Row, bind, join};

/// The solutions of a path between two terms or variables, translated as section 18.2.2.4 has it.
pub fn solutions(
    subject: &TermPattern,
    path: &Path,
    object: &TermPattern,
    triples: &[Triple],
) -> Vec<Row> {
    match path {
        Path::Reverse(path) => return solutions(object, path, subject, triples),
        Path::Sequence(a, b) => {
            let middle = TermPattern::BlankNode(BlankNode::default());
            let (left, right) = (
                solutions(subject, a, &middle, triples),
                solutions(&middle, b, object, triples),
            );
            return join(&left, &right);
        }
        Path::Alternative(a, b) => {
            let mut rows = solutions(subject, a, object, triples);
            rows.extend(solutions(subject, b, object, triples));
            return rows;
        }
        _ => {}
    }
    let mut terms: Vec<Term> = Vec::new();
    let mut add = |term: Term| {
        if !terms.contains(&term) {
            terms.push(term);
        }
    };
    for triple in triples {
        add(triple.subject.clone().into());
        add(triple.object.clone());
    }
    // A term that the pattern names is where a path of length zero may begin and end, in the graph or not.
    for pattern in [subject, object] {
        match pattern {
            TermPattern::NamedNode(node) => add(node.clone().into()),
            TermPattern::Literal(literal) => add(literal.clone().into()),
            _ => {}
        }
    }
    let mut rows = Vec::new();
    for (from, to) in pairs(path, triples, &terms) {
        let mut row = Row::new();
        if bind(&mut row, subject, &from) && bind(&mut row, object, &to) {
            rows.push(row);
        }
    }
    rows
}

/// All pairs that the path joins, as often as it does.
fn pairs(path: &Path, triples: &[Triple], terms: &[Term]) -> Vec<(Term, Term)> {
    match path {
        Path::NamedNode(name) => triples
            .iter()
            .filter(|triple| triple.predicate == *name)
            .map(|triple| (triple.subject.clone().into(), triple.object.clone()))
            .collect(),
        Path::Reverse(path) => pairs(path, triples, terms)
            .into_iter()
            .map(|(a, b)| (b, a))
            .collect(),
        Path::Sequence(a, b) => {
            let (first, second) = (pairs(a, triples, terms), pairs(b, triples, terms));
            let mut found = Vec::new();
            for (from, middle) in &first {
                for (other, to) in &second {
                    if middle == other {
                        found.push((from.clone(), to.clone()));
                    }
                }
            }
            found
        }
        Path::Alternative(a, b) => {
            let mut found = pairs(a, triples, terms);
            found.extend(pairs(b, triples, terms));
            found
        }
        Path::ZeroOrOne(path) => {
            let mut found: Vec<_> = terms.iter().map(|t| (t.clone(), t.clone())).collect();
            for pair in pairs(path, triples, terms) {
                if !found.contains(&pair) {
                    found.push(pair);
                }
            }
            found
        }
        Path::ZeroOrMore(path) => closure(&pairs(path, triples, terms), terms, true),
        Path::OneOrMore(path) => closure(&pairs(path, triples, terms), terms, false),
        Path::NegatedPropertySet(names) => triples
            .iter()
            .filter(|triple| !names.contains(&triple.predicate))
            .map(|triple| (triple.subject.clone().into(), triple.object.clone()))
            .collect(),
    }
}

fn closure(steps: &[(Term, Term)], terms: &[Term], zero: bool) -> Vec<(Term, Term)> {
    let mut found = Vec::new();
    for from in terms {
        let mut reached: Vec<Term> = Vec::new();
        let mut left = vec![from.clone()];
        if zero {
            reached.push(from.clone());
        }
        let mut walked = BTreeSet::new();
        while let Some(at) = left.pop() {
            if !walked.insert(at.to_string()) {
                continue;
            }
            for (_, to) in steps.iter().filter(|(step, _)| *step == at) {
                if !reached.contains(to) {
                    reached.push(to.clone());
                }
                left.push(to.clone());
            }
        }
        found.extend(reached.into_iter().map(|to| (from.clone(), to)));
    }
    found
}
