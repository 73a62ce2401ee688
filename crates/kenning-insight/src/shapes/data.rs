//! What the shapes look at: the union of the graphs that a view sees.

use kenning_store::{GraphPattern, Interrupted, Pattern, TermId, View};
use kenning_vocab::{rdf, rdfs};
use oxrdf::{NamedNodeRef, Term, TermRef};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// A view with the few questions that shapes ask of it.
pub(super) struct Data<'a> {
    view: &'a View,
    /// The subclasses of a class, itself included; asked for once a class and then again for each value.
    subclasses: RefCell<HashMap<Term, std::rc::Rc<HashSet<Term>>>>,
}

impl<'a> Data<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        Self {
            view,
            subclasses: RefCell::new(HashMap::new()),
        }
    }

    pub(super) fn objects(
        &self,
        subject: &Term,
        predicate: NamedNodeRef<'_>,
    ) -> Result<Vec<Term>, Interrupted> {
        let Some((s, p)) = self.both(subject.as_ref(), predicate) else {
            return Ok(Vec::new());
        };
        let quads = self.view.quads(pattern(Some(s), Some(p), None));
        quads.map(|q| Ok(self.view.term(q?.object))).collect()
    }

    pub(super) fn subjects(
        &self,
        predicate: NamedNodeRef<'_>,
        object: &Term,
    ) -> Result<Vec<Term>, Interrupted> {
        let Some((o, p)) = self.both(object.as_ref(), predicate) else {
            return Ok(Vec::new());
        };
        let quads = self.view.quads(pattern(None, Some(p), Some(o)));
        quads.map(|q| Ok(self.view.term(q?.subject))).collect()
    }

    /// The subjects, or the objects, of every triple with this predicate, each once, in the order of their terms.
    pub(super) fn ends_of(
        &self,
        predicate: NamedNodeRef<'_>,
        objects: bool,
    ) -> Result<Vec<Term>, Interrupted> {
        let Some(p) = self.view.id(predicate.into()) else {
            return Ok(Vec::new());
        };
        let mut ids = HashSet::new();
        for quad in self.view.quads(pattern(None, Some(p), None)) {
            let quad = quad?;
            ids.insert(if objects { quad.object } else { quad.subject });
        }
        Ok(ids.into_iter().map(|id| self.view.term(id)).collect())
    }

    /// Every predicate and object of a subject.
    pub(super) fn properties(&self, subject: &Term) -> Result<Vec<(Term, Term)>, Interrupted> {
        let Some(s) = self.view.id(subject.as_ref()) else {
            return Ok(Vec::new());
        };
        let quads = self.view.quads(pattern(Some(s), None, None));
        quads
            .map(|quad| {
                let quad = quad?;
                Ok((self.view.term(quad.predicate), self.view.term(quad.object)))
            })
            .collect()
    }

    /// The SHACL instances of a class (section 1.1): by `rdf:type` and any number of `rdfs:subClassOf`.
    pub(super) fn instances(&self, class: &Term) -> Result<Vec<Term>, Interrupted> {
        let mut found = Vec::new();
        for class in self.subclasses(class)?.iter() {
            found.extend(self.subjects(rdf::TYPE, class)?);
        }
        Ok(found)
    }

    /// Whether `node` is a SHACL instance of `class`.
    pub(super) fn is_instance(&self, node: &Term, class: &Term) -> Result<bool, Interrupted> {
        let types = self.objects(node, rdf::TYPE)?;
        if types.is_empty() {
            return Ok(false);
        }
        let classes = self.subclasses(class)?;
        Ok(types.iter().any(|class| classes.contains(class)))
    }

    fn subclasses(&self, class: &Term) -> Result<std::rc::Rc<HashSet<Term>>, Interrupted> {
        if let Some(known) = self.subclasses.borrow().get(class) {
            return Ok(known.clone());
        }
        let mut all = HashSet::from([class.clone()]);
        let mut open = vec![class.clone()];
        while let Some(above) = open.pop() {
            for below in self.subjects(rdfs::SUB_CLASS_OF, &above)? {
                if all.insert(below.clone()) {
                    open.push(below);
                }
            }
        }
        let all = std::rc::Rc::new(all);
        self.subclasses
            .borrow_mut()
            .insert(class.clone(), all.clone());
        Ok(all)
    }

    fn both(&self, term: TermRef<'_>, predicate: NamedNodeRef<'_>) -> Option<(TermId, TermId)> {
        Some((self.view.id(term)?, self.view.id(predicate.into())?))
    }
}

fn pattern(subject: Option<TermId>, predicate: Option<TermId>, object: Option<TermId>) -> Pattern {
    Pattern {
        subject,
        predicate,
        object,
        graph: GraphPattern::Union,
    }
}
