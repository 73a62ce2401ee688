//! Checking: every constraint of every shape at every node that it is about (SHACL sections 3 and 4).

use super::data::Data;
use super::literal::{compare, is_well_formed};
use super::shape::{Bound, Constraint, NodeKind, Shape, Shapes, Target};
use super::{Path, Violation};
use kenning_sparql::{Cancel, Limits, QueryError, RunOptions};
use kenning_store::{Interrupted, View};
use kenning_vocab::sh;
use oxrdf::{Literal, NamedNode, Term};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

/// Why a check did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The view's scans were stopped.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The query of a constraint failed, or passed a limit.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl Shapes {
    /// Looks at everything the shapes are about in what `view` sees, each query of theirs within the usual limits.
    /// The results come in the order of the shapes and of their focus nodes.
    ///
    /// Call it on a thread with [`STACK_SIZE`](kenning_sparql::STACK_SIZE) bytes of stack when shapes have queries.
    ///
    /// # Errors
    /// [`CheckError`] when the check is stopped or a query fails.
    pub fn check(&self, view: &View) -> Result<Vec<Violation>, CheckError> {
        self.check_within(view, Limits::default(), &Cancel::new())
    }

    /// The same within other limits for each query, and stopped by `cancel`.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_within(
        &self,
        view: &View,
        limits: Limits,
        cancel: &Cancel,
    ) -> Result<Vec<Violation>, CheckError> {
        let view = view.with_cancel(cancel.clone());
        let mut checker = Checker {
            shapes: self,
            data: Data::new(&view),
            view: &view,
            options: RunOptions {
                limits,
                cancel: cancel.clone(),
                ..RunOptions::default()
            },
            entered: HashSet::new(),
        };
        let mut found = Vec::new();
        for name in &self.roots {
            let Some(shape) = self.shapes.get(name) else {
                continue;
            };
            if shape.deactivated {
                continue;
            }
            for focus in checker.focus_nodes(shape)? {
                checker.check(name, &focus, &mut found)?;
            }
        }
        Ok(found)
    }
}

struct Checker<'a> {
    shapes: &'a Shapes,
    data: Data<'a>,
    view: &'a View,
    options: RunOptions,
    /// The shapes and nodes being looked at now: a shape that comes back to itself is taken to hold there, since the
    /// Recommendation leaves recursion open (section 3.4.3).
    entered: HashSet<(Term, Term)>,
}

/// Where results of one shape at one focus node go.
struct Place<'a> {
    shape: &'a Shape,
    name: &'a Term,
    focus: &'a Term,
}

impl Place<'_> {
    fn violation(&self, component: &str, value: Option<&Term>, what: String) -> Violation {
        let messages = if self.shape.messages.is_empty() {
            vec![Literal::new_simple_literal(what)]
        } else {
            self.shape.messages.clone()
        };
        Violation {
            focus: self.focus.clone(),
            path: self.shape.path.clone(),
            value: value.cloned(),
            component: NamedNode::new_unchecked(format!(
                "{}{component}ConstraintComponent",
                sh::NAMESPACE
            )),
            shape: self.name.clone(),
            constraint: None,
            severity: self.shape.severity.clone(),
            messages,
        }
    }
}

impl<'a> Checker<'a> {
    fn focus_nodes(&self, shape: &Shape) -> Result<Vec<Term>, CheckError> {
        let mut nodes = BTreeMap::new();
        for target in &shape.targets {
            let found = match target {
                Target::Node(node) => vec![node.clone()],
                Target::Class(class) => self.data.instances(class)?,
                Target::SubjectsOf(name) => self.data.ends_of(name.as_ref(), false)?,
                Target::ObjectsOf(name) => self.data.ends_of(name.as_ref(), true)?,
            };
            nodes.extend(found.into_iter().map(|node| (node.to_string(), node)));
        }
        Ok(nodes.into_values().collect())
    }

    fn check(
        &mut self,
        name: &Term,
        focus: &Term,
        out: &mut Vec<Violation>,
    ) -> Result<(), CheckError> {
        let shapes = self.shapes;
        let Some(shape) = shapes.shapes.get(name) else {
            return Ok(());
        };
        if shape.deactivated || !self.entered.insert((name.clone(), focus.clone())) {
            return Ok(());
        }
        let place = Place { shape, name, focus };
        let values = match &shape.path {
            Some(path) => path.values(&self.data, focus)?,
            None => vec![focus.clone()],
        };
        for constraint in &shape.constraints {
            self.constraint(constraint, &place, &values, out)?;
        }
        self.entered.remove(&(name.clone(), focus.clone()));
        Ok(())
    }

    fn conforms(&mut self, shape: &Term, node: &Term) -> Result<bool, CheckError> {
        let mut found = Vec::new();
        self.check(shape, node, &mut found)?;
        Ok(found.is_empty())
    }

    fn constraint(
        &mut self,
        constraint: &Constraint,
        place: &Place<'_>,
        values: &[Term],
        out: &mut Vec<Violation>,
    ) -> Result<(), CheckError> {
        let count = values.len() as u64;
        match constraint {
            Constraint::MinCount(min) if count < *min => out.push(place.violation(
                "MinCount",
                None,
                format!("{count} of at least {min} values"),
            )),
            Constraint::MaxCount(max) if count > *max => out.push(place.violation(
                "MaxCount",
                None,
                format!("{count} values where at most {max} are allowed"),
            )),
            Constraint::MinCount(_) | Constraint::MaxCount(_) => {}
            Constraint::HasValue(wanted) => {
                if !values.contains(wanted) {
                    out.push(place.violation(
                        "HasValue",
                        None,
                        format!("the value {wanted} is missing"),
                    ));
                }
            }
            Constraint::UniqueLang => unique_lang(place, values, out),
            Constraint::Equals(name) => {
                let others = self.data.objects(place.focus, name.as_ref())?;
                let only_here = values.iter().filter(|value| !others.contains(value));
                let only_there = others.iter().filter(|other| !values.contains(other));
                for value in only_here.chain(only_there) {
                    let what = format!("the values differ from those of {name}");
                    out.push(place.violation("Equals", Some(value), what));
                }
            }
            Constraint::Disjoint(name) => {
                let others = self.data.objects(place.focus, name.as_ref())?;
                for value in values.iter().filter(|value| others.contains(value)) {
                    let what = format!("the value is one of {name} too");
                    out.push(place.violation("Disjoint", Some(value), what));
                }
            }
            Constraint::LessThan(name) => {
                let fits = |order| order == Ordering::Less;
                self.pairs("LessThan", name, fits, place, values, out)?;
            }
            Constraint::LessThanOrEquals(name) => {
                let fits = |order: Ordering| order.is_le();
                self.pairs("LessThanOrEquals", name, fits, place, values, out)?;
            }
            Constraint::Closed(open) => {
                for value in values {
                    for (predicate, object) in self.data.properties(value)? {
                        if let Term::NamedNode(predicate) = predicate
                            && !open.contains(predicate.as_str())
                        {
                            let what = format!("{predicate} is not foreseen here");
                            let mut found = place.violation("Closed", Some(&object), what);
                            found.path = Some(Path::Property(predicate));
                            out.push(found);
                        }
                    }
                }
            }
            Constraint::Select(select) => {
                let Place { shape, name, focus } = place;
                select.run(self.view, &self.options, shape, name, focus, out)?;
            }
            Constraint::Property(shape) => {
                for value in values {
                    self.check(shape, value, out)?;
                }
            }
            Constraint::Qualified {
                shape,
                min,
                max,
                siblings,
            } => {
                let mut met = 0_u64;
                'values: for value in values {
                    if !self.conforms(shape, value)? {
                        continue;
                    }
                    for sibling in siblings {
                        if self.conforms(sibling, value)? {
                            continue 'values;
                        }
                    }
                    met += 1;
                }
                if min.is_some_and(|min| met < min) {
                    out.push(place.violation(
                        "QualifiedMinCount",
                        None,
                        format!("{met} values of the kind asked for are too few"),
                    ));
                }
                if max.is_some_and(|max| met > max) {
                    out.push(place.violation(
                        "QualifiedMaxCount",
                        None,
                        format!("{met} values of the kind asked for are too many"),
                    ));
                }
            }
            each => {
                for value in values {
                    if let Some((component, what)) = self.wrong(each, value)? {
                        out.push(place.violation(component, Some(value), what));
                    }
                }
            }
        }
        Ok(())
    }

    /// For the constraints that look at one value at a time: which component objects to it, and why.
    fn wrong(
        &mut self,
        constraint: &Constraint,
        value: &Term,
    ) -> Result<Option<(&'static str, String)>, CheckError> {
        let (component, holds, what) = match constraint {
            Constraint::Class(class) => (
                "Class",
                self.data.is_instance(value, class)?,
                format!("it is not of the class {class}"),
            ),
            Constraint::Datatype(datatype) => {
                let fits = matches!(value, Term::Literal(l) if l.datatype() == *datatype && is_well_formed(l));
                (
                    "Datatype",
                    fits,
                    format!("it is not a well-formed {datatype}"),
                )
            }
            Constraint::NodeKind(kind) => (
                "NodeKind",
                is_kind(value, *kind),
                "it is another kind of node".to_owned(),
            ),
            Constraint::Range(bound, limit) => in_range(*bound, limit, value),
            Constraint::MinLength(min) => (
                "MinLength",
                length(value).is_some_and(|n| n >= *min),
                format!("it has fewer than {min} characters"),
            ),
            Constraint::MaxLength(max) => (
                "MaxLength",
                length(value).is_some_and(|n| n <= *max),
                format!("it has more than {max} characters"),
            ),
            Constraint::Pattern(pattern) => (
                "Pattern",
                text(value).is_some_and(|t| pattern.is_match(t)),
                format!("it does not match `{pattern}`"),
            ),
            Constraint::LanguageIn(tags) => (
                "LanguageIn",
                has_language(value, tags),
                format!("its language is not one of {}", tags.join(", ")),
            ),
            Constraint::In(list) => (
                "In",
                list.contains(value),
                "it is not one of the values foreseen".to_owned(),
            ),
            Constraint::Not(shape) => (
                "Not",
                !self.conforms(shape, value)?,
                format!("it meets {shape}, which it must not"),
            ),
            Constraint::Node(shape) => (
                "Node",
                self.conforms(shape, value)?,
                format!("it does not meet {shape}"),
            ),
            Constraint::And(shapes) => (
                "And",
                self.how_many(shapes, value)? == shapes.len(),
                "it does not meet all shapes".to_owned(),
            ),
            Constraint::Or(shapes) => (
                "Or",
                self.how_many(shapes, value)? > 0,
                "it meets none of the shapes".to_owned(),
            ),
            Constraint::Xone(shapes) => (
                "Xone",
                self.how_many(shapes, value)? == 1,
                "it does not meet exactly one of the shapes".to_owned(),
            ),
            _ => return Ok(None),
        };
        Ok((!holds).then_some((component, what)))
    }

    fn how_many(&mut self, shapes: &[Term], value: &Term) -> Result<usize, CheckError> {
        let mut met = 0;
        for shape in shapes {
            met += usize::from(self.conforms(shape, value)?);
        }
        Ok(met)
    }

    fn pairs(
        &self,
        component: &str,
        name: &NamedNode,
        fits: impl Fn(Ordering) -> bool,
        place: &Place<'_>,
        values: &[Term],
        out: &mut Vec<Violation>,
    ) -> Result<(), CheckError> {
        let others = self.data.objects(place.focus, name.as_ref())?;
        for value in values {
            for other in &others {
                if !compare(value, other).is_some_and(&fits) {
                    let what = format!("it does not come before {other} of {name}");
                    out.push(place.violation(component, Some(value), what));
                }
            }
        }
        Ok(())
    }
}

fn unique_lang(place: &Place<'_>, values: &[Term], out: &mut Vec<Violation>) {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for value in values {
        if let Term::Literal(literal) = value
            && let Some(tag) = literal.language()
        {
            *counts.entry(tag.to_lowercase()).or_default() += 1;
        }
    }
    for (tag, _) in counts.into_iter().filter(|(_, count)| *count > 1) {
        let what = format!("more than one value in the language {tag}");
        out.push(place.violation("UniqueLang", None, what));
    }
}

fn is_kind(value: &Term, kind: NodeKind) -> bool {
    match value {
        Term::NamedNode(_) => kind.iri,
        Term::BlankNode(_) => kind.blank,
        Term::Literal(_) => kind.literal,
        Term::Triple(_) => false,
    }
}

fn in_range(bound: Bound, limit: &Literal, value: &Term) -> (&'static str, bool, String) {
    let (component, word, fits): (_, _, fn(Ordering) -> bool) = match bound {
        Bound::MinExclusive => ("MinExclusive", "above", Ordering::is_gt),
        Bound::MinInclusive => ("MinInclusive", "at or above", Ordering::is_ge),
        Bound::MaxExclusive => ("MaxExclusive", "below", Ordering::is_lt),
        Bound::MaxInclusive => ("MaxInclusive", "at or below", Ordering::is_le),
    };
    let holds = compare(value, &limit.clone().into()).is_some_and(fits);
    (component, holds, format!("it is not {word} {limit}"))
}

fn text(value: &Term) -> Option<&str> {
    match value {
        Term::NamedNode(name) => Some(name.as_str()),
        Term::Literal(literal) => Some(literal.value()),
        _ => None,
    }
}

fn length(value: &Term) -> Option<u64> {
    text(value).map(|text| text.chars().count() as u64)
}

/// Basic filtering of RFC 4647 section 3.3.1: a range matches a tag that is it or goes on after it.
fn has_language(value: &Term, ranges: &[String]) -> bool {
    let Term::Literal(literal) = value else {
        return false;
    };
    let Some(tag) = literal.language().map(str::to_lowercase) else {
        return false;
    };
    ranges.iter().any(|range| {
        tag.strip_prefix(range.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}
