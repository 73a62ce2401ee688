//! Property paths of shapes (SHACL section 2.3.1) and the values they reach.

use super::data::Data;
use kenning_store::Interrupted;
use oxrdf::{NamedNode, Term};
use std::collections::HashSet;
use std::fmt;

/// How to get from a focus node to its values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Path {
    /// One property.
    Property(NamedNode),
    /// A path walked backwards.
    Inverse(Box<Path>),
    /// One path after the other.
    Sequence(Vec<Path>),
    /// Any of several paths.
    Alternative(Vec<Path>),
    /// Any number of times, also none.
    ZeroOrMore(Box<Path>),
    /// Once or more.
    OneOrMore(Box<Path>),
    /// Once or not at all.
    ZeroOrOne(Box<Path>),
}

impl fmt::Display for Path {
    /// As SPARQL writes it (SPARQL 1.1 section 9.1).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, parts: &[Self], mark: &str| {
            f.write_str("(")?;
            for (place, part) in parts.iter().enumerate() {
                if place > 0 {
                    f.write_str(mark)?;
                }
                write!(f, "{part}")?;
            }
            f.write_str(")")
        };
        match self {
            Self::Property(name) => write!(f, "{name}"),
            Self::Inverse(path) => write!(f, "^{path}"),
            Self::Sequence(parts) => join(f, parts, "/"),
            Self::Alternative(parts) => join(f, parts, "|"),
            Self::ZeroOrMore(path) => write!(f, "({path})*"),
            Self::OneOrMore(path) => write!(f, "({path})+"),
            Self::ZeroOrOne(path) => write!(f, "({path})?"),
        }
    }
}

impl Path {
    /// The values that this path reaches from `start`, each once, in the order in which they are found.
    pub(super) fn values(&self, data: &Data, start: &Term) -> Result<Vec<Term>, Interrupted> {
        let mut found = self.step(data, start, false)?;
        let mut seen = HashSet::new();
        found.retain(|term| seen.insert(term.clone()));
        Ok(found)
    }

    fn step(&self, data: &Data, from: &Term, back: bool) -> Result<Vec<Term>, Interrupted> {
        match self {
            Self::Property(name) if back => data.subjects(name.as_ref(), from),
            Self::Property(name) => data.objects(from, name.as_ref()),
            Self::Inverse(path) => path.step(data, from, !back),
            Self::Sequence(parts) => {
                let mut ends = vec![from.clone()];
                let order: Vec<&Self> = if back {
                    parts.iter().rev().collect()
                } else {
                    parts.iter().collect()
                };
                for part in order {
                    let mut next = Vec::new();
                    let mut seen = HashSet::new();
                    for end in &ends {
                        let reached = part.step(data, end, back)?;
                        next.extend(reached.into_iter().filter(|t| seen.insert(t.clone())));
                    }
                    ends = next;
                }
                Ok(ends)
            }
            Self::Alternative(parts) => {
                let mut ends = Vec::new();
                for part in parts {
                    ends.extend(part.step(data, from, back)?);
                }
                Ok(ends)
            }
            Self::ZeroOrMore(path) => path.closure(data, from, back, true),
            Self::OneOrMore(path) => path.closure(data, from, back, false),
            Self::ZeroOrOne(path) => {
                let mut ends = vec![from.clone()];
                ends.extend(path.step(data, from, back)?);
                Ok(ends)
            }
        }
    }

    fn closure(
        &self,
        data: &Data,
        from: &Term,
        back: bool,
        with_start: bool,
    ) -> Result<Vec<Term>, Interrupted> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        if with_start {
            seen.insert(from.clone());
            found.push(from.clone());
        }
        let mut open = vec![from.clone()];
        while let Some(node) = open.pop() {
            for next in self.step(data, &node, back)? {
                if seen.insert(next.clone()) {
                    found.push(next.clone());
                    open.push(next);
                }
            }
        }
        Ok(found)
    }
}
