//! Reading shapes from the triples of a shapes graph.

use super::select::{Select, text_of};
use super::shape::{Bound, Constraint, InvalidShapes, NodeKind, Shape, Shapes, Target};
use super::{Path, Severity};
use kenning_vocab::{owl, rdf, rdfs, sh};
use oxrdf::{Literal, NamedNode, NamedNodeRef, Term, Triple};
use oxrdfio::{RdfFormat, RdfParser};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

impl Shapes {
    /// The shapes of our own vocabulary, all modules together.
    ///
    /// # Errors
    /// None in a build whose tests have passed: `tests/check.rs` reads them.
    pub fn built_in() -> Result<Self, InvalidShapes> {
        let mut triples = Vec::new();
        for module in kenning_vocab::shapes() {
            let parser = RdfParser::from_format(RdfFormat::Turtle).rename_blank_nodes();
            for quad in parser.for_slice(module.text) {
                let quad = quad.map_err(|error| InvalidShapes {
                    shape: module.iri.to_owned(),
                    why: error.to_string(),
                })?;
                triples.push(Triple::from(quad));
            }
        }
        Self::read(&triples)
    }

    /// Reads every shape that has a target, and the shapes these refer to.
    ///
    /// # Errors
    /// [`InvalidShapes`] for the first shape that is ill-formed and would be used.
    pub fn read<'a>(triples: impl IntoIterator<Item = &'a Triple>) -> Result<Self, InvalidShapes> {
        let graph = Graph::new(triples);
        let mut shapes = Self::default();
        for node in graph.nodes_in_order() {
            let targets = graph.targets(&node);
            if !targets.is_empty() {
                graph.load(&node, &mut shapes.shapes)?;
                shapes.roots.push(node);
            }
        }
        Ok(shapes)
    }
}

/// What makes a path of a path.
type Wrap = fn(Box<Path>) -> Path;

/// The shapes graph, by subject and predicate.
struct Graph {
    values: HashMap<(Term, String), Vec<Term>>,
    subjects: BTreeSet<String>,
    by_name: HashMap<String, Term>,
}

impl Graph {
    fn new<'a>(triples: impl IntoIterator<Item = &'a Triple>) -> Self {
        let mut graph = Self {
            values: HashMap::new(),
            subjects: BTreeSet::new(),
            by_name: HashMap::new(),
        };
        for triple in triples {
            let subject = Term::from(triple.subject.clone());
            if graph.subjects.insert(subject.to_string()) {
                graph.by_name.insert(subject.to_string(), subject.clone());
            }
            let key = (subject, triple.predicate.as_str().to_owned());
            let values = graph.values.entry(key).or_default();
            if !values.contains(&triple.object) {
                values.push(triple.object.clone());
            }
        }
        graph
    }

    fn nodes_in_order(&self) -> Vec<Term> {
        let found = self.subjects.iter().filter_map(|n| self.by_name.get(n));
        found.cloned().collect()
    }

    fn all(&self, node: &Term, predicate: NamedNodeRef<'_>) -> &[Term] {
        self.values
            .get(&(node.clone(), predicate.as_str().to_owned()))
            .map_or(&[], Vec::as_slice)
    }

    fn has(&self, node: &Term, predicate: NamedNodeRef<'_>, value: NamedNodeRef<'_>) -> bool {
        self.all(node, predicate)
            .contains(&value.into_owned().into())
    }

    fn targets(&self, node: &Term) -> Vec<Target> {
        let mut targets = Vec::new();
        for value in self.all(node, sh::TARGET_NODE) {
            targets.push(Target::Node(value.clone()));
        }
        for value in self.all(node, sh::TARGET_CLASS) {
            targets.push(Target::Class(value.clone()));
        }
        for value in self.all(node, sh::TARGET_SUBJECTS_OF) {
            targets.extend(iri(value).map(Target::SubjectsOf));
        }
        for value in self.all(node, sh::TARGET_OBJECTS_OF) {
            targets.extend(iri(value).map(Target::ObjectsOf));
        }
        // Section 2.1.3.3: a shape that is a class is about its instances.
        let is_shape = [sh::NODE_SHAPE, sh::PROPERTY_SHAPE]
            .into_iter()
            .any(|kind| self.has(node, rdf::TYPE, kind));
        if is_shape && self.is_class(node) {
            targets.push(Target::Class(node.clone()));
        }
        targets
    }

    fn is_class(&self, node: &Term) -> bool {
        let mut seen = HashSet::new();
        let mut open: Vec<&Term> = self.all(node, rdf::TYPE).iter().collect();
        let class = [rdfs::CLASS, owl::CLASS].map(|class| Term::from(class.into_owned()));
        while let Some(kind) = open.pop() {
            if class.contains(kind) {
                return true;
            }
            if seen.insert(kind) {
                open.extend(self.all(kind, rdfs::SUB_CLASS_OF));
            }
        }
        false
    }

    /// Loads a shape and whatever it refers to.
    fn load(&self, node: &Term, known: &mut HashMap<Term, Shape>) -> Result<(), InvalidShapes> {
        let mut open = vec![node.clone()];
        while let Some(node) = open.pop() {
            if let Entry::Vacant(place) = known.entry(node) {
                let shape = self.shape(place.key())?;
                open.extend(
                    shape
                        .constraints
                        .iter()
                        .flat_map(Constraint::shapes)
                        .cloned(),
                );
                place.insert(shape);
            }
        }
        Ok(())
    }

    fn shape(&self, node: &Term) -> Result<Shape, InvalidShapes> {
        let invalid = |why: &str| InvalidShapes {
            shape: node.to_string(),
            why: why.to_owned(),
        };
        let path = match self.all(node, sh::PATH) {
            [] => None,
            [path] => Some(self.path(path, 0).map_err(|why| invalid(&why))?),
            _ => return Err(invalid("it has more than one sh:path")),
        };
        let severity = match self.all(node, sh::SEVERITY).first().and_then(iri) {
            None => Severity::Violation,
            Some(name) if name == sh::VIOLATION => Severity::Violation,
            Some(name) if name == sh::WARNING => Severity::Warning,
            Some(name) if name == sh::INFO => Severity::Info,
            Some(name) => Severity::Other(name),
        };
        let messages = self.all(node, sh::MESSAGE).iter();
        let messages = messages.filter_map(|term| match term {
            Term::Literal(text) => Some(text.clone()),
            _ => None,
        });
        let deactivated = self.all(node, sh::DEACTIVATED).iter().any(is_true);
        let mut constraints = Vec::new();
        self.simple(node, path.is_some(), &mut constraints)
            .and_then(|()| self.logical(node, path.is_some(), &mut constraints))
            .and_then(|()| self.queries(node, path.as_ref(), &mut constraints))
            .map_err(|why| invalid(&why))?;
        Ok(Shape {
            targets: self.targets(node),
            path,
            severity,
            messages: messages.collect(),
            deactivated,
            constraints,
        })
    }

    /// Constraints on values as such: kinds, numbers, ranges, texts, pairs of properties, lists of values.
    fn simple(&self, node: &Term, property: bool, out: &mut Vec<Constraint>) -> Result<(), String> {
        let all = |predicate| self.all(node, predicate).iter();
        out.extend(all(sh::CLASS).cloned().map(Constraint::Class));
        out.extend(all(sh::DATATYPE).filter_map(iri).map(Constraint::Datatype));
        for kind in all(sh::NODE_KIND).filter_map(iri) {
            out.push(Constraint::NodeKind(node_kind(&kind)?));
        }
        if property {
            for count in all(sh::MIN_COUNT) {
                out.push(Constraint::MinCount(number(count, "sh:minCount")?));
            }
            for count in all(sh::MAX_COUNT) {
                out.push(Constraint::MaxCount(number(count, "sh:maxCount")?));
            }
            if all(sh::UNIQUE_LANG).any(is_true) {
                out.push(Constraint::UniqueLang);
            }
            out.extend(all(sh::LESS_THAN).filter_map(iri).map(Constraint::LessThan));
            let at_most = all(sh::LESS_THAN_OR_EQUALS).filter_map(iri);
            out.extend(at_most.map(Constraint::LessThanOrEquals));
        }
        for (predicate, bound) in [
            (sh::MIN_EXCLUSIVE, Bound::MinExclusive),
            (sh::MIN_INCLUSIVE, Bound::MinInclusive),
            (sh::MAX_EXCLUSIVE, Bound::MaxExclusive),
            (sh::MAX_INCLUSIVE, Bound::MaxInclusive),
        ] {
            for value in all(predicate) {
                match value {
                    Term::Literal(value) => out.push(Constraint::Range(bound, value.clone())),
                    other => return Err(format!("the bound {other} is not a literal")),
                }
            }
        }
        for length in all(sh::MIN_LENGTH) {
            out.push(Constraint::MinLength(number(length, "sh:minLength")?));
        }
        for length in all(sh::MAX_LENGTH) {
            out.push(Constraint::MaxLength(number(length, "sh:maxLength")?));
        }
        let flags = all(sh::FLAGS).filter_map(text).next().unwrap_or_default();
        for pattern in all(sh::PATTERN).filter_map(text) {
            out.push(Constraint::Pattern(regex(pattern, flags)?));
        }
        for list in all(sh::LANGUAGE_IN) {
            let tags = self.list(list)?;
            let tags = tags.iter().filter_map(text).map(str::to_lowercase);
            out.push(Constraint::LanguageIn(tags.collect()));
        }
        out.extend(all(sh::EQUALS).filter_map(iri).map(Constraint::Equals));
        out.extend(all(sh::DISJOINT).filter_map(iri).map(Constraint::Disjoint));
        out.extend(all(sh::HAS_VALUE).cloned().map(Constraint::HasValue));
        for list in all(sh::IN) {
            out.push(Constraint::In(self.list(list)?));
        }
        Ok(())
    }

    /// Constraints that refer to other shapes, and closedness.
    fn logical(
        &self,
        node: &Term,
        property: bool,
        out: &mut Vec<Constraint>,
    ) -> Result<(), String> {
        let all = |predicate| self.all(node, predicate).iter();
        out.extend(all(sh::NOT).cloned().map(Constraint::Not));
        for list in all(sh::AND) {
            out.push(Constraint::And(self.list(list)?));
        }
        for list in all(sh::OR) {
            out.push(Constraint::Or(self.list(list)?));
        }
        for list in all(sh::XONE) {
            out.push(Constraint::Xone(self.list(list)?));
        }
        out.extend(all(sh::NODE).cloned().map(Constraint::Node));
        out.extend(all(sh::PROPERTY).cloned().map(Constraint::Property));
        if property {
            let count = |predicate, name| match all(predicate).next() {
                Some(term) => number(term, name).map(Some),
                None => Ok(None),
            };
            for shape in all(sh::QUALIFIED_VALUE_SHAPE) {
                let disjoint = all(sh::QUALIFIED_VALUE_SHAPES_DISJOINT).any(is_true);
                out.push(Constraint::Qualified {
                    shape: shape.clone(),
                    min: count(sh::QUALIFIED_MIN_COUNT, "sh:qualifiedMinCount")?,
                    max: count(sh::QUALIFIED_MAX_COUNT, "sh:qualifiedMaxCount")?,
                    siblings: if disjoint {
                        self.siblings(node, shape)
                    } else {
                        Vec::new()
                    },
                });
            }
        }
        if all(sh::CLOSED).any(is_true) {
            let properties = all(sh::PROPERTY).flat_map(|shape| self.all(shape, sh::PATH));
            let mut open: BTreeSet<String> = properties.filter_map(iri).map(name_of).collect();
            for list in all(sh::IGNORED_PROPERTIES) {
                open.extend(self.list(list)?.iter().filter_map(iri).map(name_of));
            }
            out.push(Constraint::Closed(open));
        }
        Ok(())
    }

    /// Queries of the shapes' author (section 5.1).
    fn queries(
        &self,
        node: &Term,
        path: Option<&Path>,
        out: &mut Vec<Constraint>,
    ) -> Result<(), String> {
        for constraint in self.all(node, sh::SPARQL) {
            if self.all(constraint, sh::DEACTIVATED).iter().any(is_true) {
                continue;
            }
            let [query] = self.all(constraint, sh::SELECT) else {
                return Err("a SPARQL constraint has one sh:select".to_owned());
            };
            let query = text(query).ok_or("sh:select is a text")?;
            let messages = self.all(constraint, sh::MESSAGE).iter();
            let messages = messages.filter_map(|term| match term {
                Term::Literal(text) => Some(text.clone()),
                _ => None,
            });
            let prefixes = self.prefixes(constraint)?;
            let select = Select::read(constraint, &prefixes, query, messages.collect(), path)?;
            out.push(Constraint::Select(Box::new(select)));
        }
        Ok(())
    }

    /// The prefixes of a query: those that `sh:prefixes` declares, and what the declaring ontologies import (section 5.2.1).
    fn prefixes(&self, constraint: &Term) -> Result<Vec<(String, String)>, String> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut open: Vec<&Term> = self.all(constraint, sh::PREFIXES).iter().collect();
        while let Some(declaring) = open.pop() {
            if !seen.insert(declaring) {
                continue;
            }
            open.extend(self.all(declaring, owl::IMPORTS));
            for declared in self.all(declaring, sh::DECLARE) {
                let one = |predicate| match self.all(declared, predicate) {
                    [value] => text_of(value),
                    _ => None,
                };
                match (one(sh::PREFIX), one(sh::NAMESPACE_PROPERTY)) {
                    (Some(prefix), Some(namespace)) => found.push((prefix, namespace)),
                    _ => return Err(format!("{declared} declares no prefix")),
                }
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// The other qualified value shapes of the shapes that this property shape belongs to (section 4.7.3).
    fn siblings(&self, node: &Term, own: &Term) -> Vec<Term> {
        let property = sh::PROPERTY.as_str();
        let parents = self
            .values
            .iter()
            .filter(|((_, predicate), values)| predicate == property && values.contains(node));
        let mut found = Vec::new();
        for (_, properties) in parents {
            for shape in properties {
                found.extend_from_slice(self.all(shape, sh::QUALIFIED_VALUE_SHAPE));
            }
        }
        found.retain(|shape| shape != own);
        found
    }

    fn path(&self, node: &Term, depth: usize) -> Result<Path, String> {
        if depth > 64 {
            return Err("its path goes on for ever".to_owned());
        }
        if let Term::NamedNode(name) = node {
            return Ok(Path::Property(name.clone()));
        }
        if !self.all(node, rdf::FIRST).is_empty() {
            let parts = self.list(node)?;
            if parts.len() < 2 {
                return Err("a sequence path has at least two parts".to_owned());
            }
            let parts = parts.iter().map(|part| self.path(part, depth + 1));
            return Ok(Path::Sequence(parts.collect::<Result<_, _>>()?));
        }
        if let [list] = self.all(node, sh::ALTERNATIVE_PATH) {
            let parts = self.list(list)?;
            if parts.len() < 2 {
                return Err("an alternative path has at least two parts".to_owned());
            }
            let parts = parts.iter().map(|part| self.path(part, depth + 1));
            return Ok(Path::Alternative(parts.collect::<Result<_, _>>()?));
        }
        let wrappers: [(NamedNodeRef<'_>, Wrap); 4] = [
            (sh::INVERSE_PATH, Path::Inverse),
            (sh::ZERO_OR_MORE_PATH, Path::ZeroOrMore),
            (sh::ONE_OR_MORE_PATH, Path::OneOrMore),
            (sh::ZERO_OR_ONE_PATH, Path::ZeroOrOne),
        ];
        for (predicate, wrap) in wrappers {
            if let [inner] = self.all(node, predicate) {
                return Ok(wrap(Box::new(self.path(inner, depth + 1)?)));
            }
        }
        Err(format!("{node} is not a path"))
    }

    fn list(&self, head: &Term) -> Result<Vec<Term>, String> {
        let nil = Term::from(rdf::NIL.into_owned());
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        let mut cell = head.clone();
        while cell != nil {
            if !seen.insert(cell.clone()) {
                return Err("a list runs in a circle".to_owned());
            }
            match (self.all(&cell, rdf::FIRST), self.all(&cell, rdf::REST)) {
                ([item], [rest]) => {
                    items.push(item.clone());
                    cell = rest.clone();
                }
                _ => return Err(format!("{cell} is not a list")),
            }
        }
        Ok(items)
    }
}

impl Constraint {
    /// The shapes that this constraint refers to.
    fn shapes(&self) -> Vec<&Term> {
        match self {
            Self::Not(shape) | Self::Node(shape) | Self::Property(shape) => vec![shape],
            Self::And(shapes) | Self::Or(shapes) | Self::Xone(shapes) => shapes.iter().collect(),
            Self::Qualified {
                shape, siblings, ..
            } => std::iter::once(shape).chain(siblings).collect(),
            _ => Vec::new(),
        }
    }
}

fn iri(term: &Term) -> Option<NamedNode> {
    match term {
        Term::NamedNode(name) => Some(name.clone()),
        _ => None,
    }
}

fn name_of(name: NamedNode) -> String {
    name.into_string()
}

fn text(term: &Term) -> Option<&str> {
    match term {
        Term::Literal(literal) => Some(literal.value()),
        _ => None,
    }
}

/// Parameters are switched on by the term `true` itself, not by other ways to write the value (section 4.4.2).
fn is_true(term: &Term) -> bool {
    *term == Literal::from(true).into()
}

fn number(term: &Term, name: &str) -> Result<u64, String> {
    text(term)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("{name} is {term}, not a count"))
}

fn node_kind(name: &NamedNode) -> Result<NodeKind, String> {
    let kind = |iri, blank, literal| NodeKind {
        iri,
        blank,
        literal,
    };
    [
        (sh::IRI, kind(true, false, false)),
        (sh::BLANK_NODE, kind(false, true, false)),
        (sh::LITERAL, kind(false, false, true)),
        (sh::BLANK_NODE_OR_IRI, kind(true, true, false)),
        (sh::BLANK_NODE_OR_LITERAL, kind(false, true, true)),
        (sh::IRI_OR_LITERAL, kind(true, false, true)),
    ]
    .into_iter()
    .find(|(known, _)| name == known)
    .map(|(_, kind)| kind)
    .ok_or_else(|| format!("{name} is not a kind of node"))
}

/// A pattern with the flags of SPARQL's REGEX (XPath Functions 3.1, section 5.6.2).
fn regex(pattern: &str, flags: &str) -> Result<regex::Regex, String> {
    let quoted = flags.contains('q');
    let source = if quoted {
        regex::escape(pattern)
    } else {
        pattern.to_owned()
    };
    regex::RegexBuilder::new(&source)
        .case_insensitive(flags.contains('i'))
        .dot_matches_new_line(flags.contains('s'))
        .multi_line(flags.contains('m'))
        .ignore_whitespace(flags.contains('x') && !quoted)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| format!("`{pattern}` is not a pattern"))
}
