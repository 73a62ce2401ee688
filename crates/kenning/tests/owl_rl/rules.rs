//! A reasoner for tests: the rules of OWL 2 RL/RDF (OWL 2 Profiles, section 4.3) that lead to a contradiction or feed one.
//!
//! It repeats all rules until nothing new comes, which is fast enough for a vocabulary and a handbook. Rules that only tell
//! more about classes and properties (`scm-*`) are left out: what follows for individuals follows without them.

use std::collections::{BTreeMap, HashMap, HashSet};

use oxrdf::{Literal, Term, Triple};

const OWL: &str = "http://www.w3.org/2002/07/owl#";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";

type Pairs = HashSet<(Term, Term)>;

/// Statements by predicate.
#[derive(Default)]
pub(crate) struct Facts(BTreeMap<String, Pairs>);

fn name(prefix: &str, local: &str) -> Term {
    oxrdf::NamedNode::new_unchecked(format!("{prefix}{local}")).into()
}

fn owl(local: &str) -> String {
    format!("{OWL}{local}")
}

fn iri(term: &Term) -> Option<&str> {
    match term {
        Term::NamedNode(node) => Some(node.as_str()),
        _ => None,
    }
}

impl Facts {
    pub(crate) fn add(&mut self, triple: Triple) -> bool {
        self.put(
            triple.subject.into(),
            triple.predicate.as_str(),
            triple.object,
        )
    }

    fn put(&mut self, subject: Term, predicate: &str, object: Term) -> bool {
        match self.0.get_mut(predicate) {
            Some(pairs) => pairs.insert((subject, object)),
            None => self
                .0
                .entry(predicate.to_owned())
                .or_default()
                .insert((subject, object)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.values().map(HashSet::len).sum()
    }

    fn of<'a>(&'a self, predicate: &str) -> impl Iterator<Item = &'a (Term, Term)> + use<'a> {
        self.0.get(predicate).into_iter().flatten()
    }

    fn has(&self, subject: &Term, predicate: &str, object: &Term) -> bool {
        self.0
            .get(predicate)
            .is_some_and(|pairs| pairs.contains(&(subject.clone(), object.clone())))
    }

    fn objects<'a>(&'a self, subject: &Term, predicate: &str) -> std::vec::IntoIter<&'a Term> {
        let pairs = self.of(predicate).filter(|(s, _)| s == subject);
        let objects: Vec<&Term> = pairs.map(|(_, object)| object).collect();
        objects.into_iter()
    }

    /// What is of a class.
    fn members(&self, class: &Term) -> HashSet<&Term> {
        let types = self.of(&format!("{RDF}type"));
        types.filter(|(_, c)| c == class).map(|(s, _)| s).collect()
    }

    fn is(&self, thing: &Term, class: &Term) -> bool {
        self.has(thing, &format!("{RDF}type"), class)
    }

    /// Properties of a class of properties.
    fn properties(&self, class: &str) -> Vec<String> {
        let class = name(OWL, class);
        let found = self.members(&class);
        found
            .into_iter()
            .filter_map(|p| iri(p).map(str::to_owned))
            .collect()
    }

    fn list(&self, head: &Term) -> Vec<Term> {
        let mut items = Vec::new();
        let mut at = head.clone();
        while let Some(first) = self.objects(&at, &format!("{RDF}first")).next().cloned() {
            items.push(first);
            let Some(rest) = self.objects(&at, &format!("{RDF}rest")).next().cloned() else {
                break;
            };
            at = rest;
        }
        items
    }

    /// Adds all that follows.
    pub(crate) fn close(&mut self) {
        loop {
            let mut new = Vec::new();
            self.follow_properties(&mut new);
            self.follow_classes(&mut new);
            self.follow_equals(&mut new);
            let mut is_more = false;
            for (subject, predicate, object) in new {
                is_more |= self.put(subject, &predicate, object);
            }
            if !is_more {
                return;
            }
        }
    }

    fn follow_properties(&self, new: &mut Vec<(Term, String, Term)>) {
        let a = format!("{RDF}type");
        // prp-dom, prp-rng
        for (property, class) in self.of(&format!("{RDFS}domain")) {
            for (s, _) in iri(property).into_iter().flat_map(|p| self.of(p)) {
                new.push((s.clone(), a.clone(), class.clone()));
            }
        }
        for (property, class) in self.of(&format!("{RDFS}range")) {
            for (_, o) in iri(property).into_iter().flat_map(|p| self.of(p)) {
                if !matches!(o, Term::Literal(_)) {
                    new.push((o.clone(), a.clone(), class.clone()));
                }
            }
        }
        // prp-spo1, prp-eqp1, prp-eqp2
        let mut below: Vec<(&str, &str)> = Vec::new();
        for (one, other) in self.of(&format!("{RDFS}subPropertyOf")) {
            below.extend(iri(one).zip(iri(other)));
        }
        for (one, other) in self.of(&owl("equivalentProperty")) {
            below.extend(iri(one).zip(iri(other)));
            below.extend(iri(other).zip(iri(one)));
        }
        for (one, other) in below {
            for (s, o) in self.of(one) {
                new.push((s.clone(), other.to_owned(), o.clone()));
            }
        }
        // prp-inv1, prp-inv2, prp-symp
        let mut turned: Vec<(String, String)> = Vec::new();
        for (one, other) in self.of(&owl("inverseOf")) {
            if let Some((one, other)) = iri(one).zip(iri(other)) {
                turned.push((one.to_owned(), other.to_owned()));
                turned.push((other.to_owned(), one.to_owned()));
            }
        }
        turned.extend(
            self.properties("SymmetricProperty")
                .into_iter()
                .map(|p| (p.clone(), p)),
        );
        for (one, other) in &turned {
            for (s, o) in self.of(one) {
                if !matches!(o, Term::Literal(_)) {
                    new.push((o.clone(), other.clone(), s.clone()));
                }
            }
        }
        // prp-trp, prp-spo2 for chains of any length
        let mut chains: Vec<(String, Vec<String>)> = Vec::new();
        for property in self.properties("TransitiveProperty") {
            chains.push((property.clone(), vec![property.clone(), property]));
        }
        for (property, list) in self.of(&owl("propertyChainAxiom")) {
            let parts: Vec<String> = self
                .list(list)
                .iter()
                .filter_map(|p| iri(p).map(str::to_owned))
                .collect();
            chains.extend(iri(property).map(|p| (p.to_owned(), parts)));
        }
        for (property, parts) in chains {
            let Some((first, rest)) = parts.split_first() else {
                continue;
            };
            let mut reached: Pairs = self.of(first).cloned().collect();
            for part in rest {
                let mut next = Pairs::new();
                let mut by_subject: HashMap<&Term, Vec<&Term>> = HashMap::new();
                for (s, o) in self.of(part) {
                    by_subject.entry(s).or_default().push(o);
                }
                for (s, middle) in &reached {
                    for o in by_subject.get(middle).into_iter().flatten() {
                        next.insert((s.clone(), (*o).clone()));
                    }
                }
                reached = next;
            }
            new.extend(reached.into_iter().map(|(s, o)| (s, property.clone(), o)));
        }
        // prp-fp, prp-ifp
        for (class, is_inverse) in [
            ("FunctionalProperty", false),
            ("InverseFunctionalProperty", true),
        ] {
            for property in self.properties(class) {
                let mut by_key: HashMap<&Term, Vec<&Term>> = HashMap::new();
                for (s, o) in self.of(&property) {
                    let (key, value) = if is_inverse { (o, s) } else { (s, o) };
                    by_key.entry(key).or_default().push(value);
                }
                for values in by_key.values() {
                    for pair in values.windows(2) {
                        new.push((pair[0].clone(), owl("sameAs"), pair[1].clone()));
                    }
                }
            }
        }
    }

    fn follow_classes(&self, new: &mut Vec<(Term, String, Term)>) {
        let a = format!("{RDF}type");
        // cax-sco, cax-eqc1, cax-eqc2
        let mut below: Vec<(&Term, &Term)> = Vec::new();
        below.extend(
            self.of(&format!("{RDFS}subClassOf"))
                .map(|(one, other)| (one, other)),
        );
        for (one, other) in self.of(&owl("equivalentClass")) {
            below.push((one, other));
            below.push((other, one));
        }
        let mut by_class: HashMap<&Term, Vec<&Term>> = HashMap::new();
        for (thing, class) in self.of(&a) {
            by_class.entry(class).or_default().push(thing);
        }
        for (one, other) in below {
            for thing in by_class.get(one).into_iter().flatten() {
                new.push(((*thing).clone(), a.clone(), other.clone()));
            }
        }
        // cls-int1, cls-int2, cls-uni
        for (class, list) in self.of(&owl("intersectionOf")) {
            let parts = self.list(list);
            for thing in parts
                .first()
                .map(|part| self.members(part))
                .unwrap_or_default()
            {
                if parts.iter().all(|part| self.is(thing, part)) {
                    new.push((thing.clone(), a.clone(), class.clone()));
                }
            }
            for thing in self.members(class) {
                new.extend(
                    parts
                        .iter()
                        .map(|part| (thing.clone(), a.clone(), part.clone())),
                );
            }
        }
        for (class, list) in self.of(&owl("unionOf")) {
            for part in self.list(list) {
                for thing in self.members(&part) {
                    new.push((thing.clone(), a.clone(), class.clone()));
                }
            }
        }
        // cls-svf1, cls-svf2, cls-avf, cls-hv1, cls-hv2, cls-maxc2
        for (restriction, property) in self.of(&owl("onProperty")) {
            let Some(property) = iri(property) else {
                continue;
            };
            for class in self.objects(restriction, &owl("someValuesFrom")) {
                for (s, o) in self.of(property) {
                    if *class == name(OWL, "Thing") || self.is(o, class) {
                        new.push((s.clone(), a.clone(), restriction.clone()));
                    }
                }
            }
            let members = self.members(restriction);
            for class in self.objects(restriction, &owl("allValuesFrom")) {
                for (_, o) in self.of(property).filter(|(s, _)| members.contains(s)) {
                    if !matches!(o, Term::Literal(_)) {
                        new.push((o.clone(), a.clone(), class.clone()));
                    }
                }
            }
            for value in self.objects(restriction, &owl("hasValue")) {
                for thing in &members {
                    new.push(((*thing).clone(), property.to_owned(), value.clone()));
                }
                for (s, _) in self.of(property).filter(|(_, o)| o == value) {
                    new.push((s.clone(), a.clone(), restriction.clone()));
                }
            }
            if self.most(restriction) == Some(1) {
                for thing in &members {
                    let values: Vec<&Term> = self.objects(thing, property).collect();
                    for pair in values.windows(2) {
                        new.push((pair[0].clone(), owl("sameAs"), pair[1].clone()));
                    }
                }
            }
        }
    }

    /// eq-sym, eq-trans, eq-rep-s, eq-rep-o
    fn follow_equals(&self, new: &mut Vec<(Term, String, Term)>) {
        let same = owl("sameAs");
        let equal: Vec<&(Term, Term)> =
            self.of(&same).filter(|(one, other)| one != other).collect();
        for (one, other) in equal {
            new.push((other.clone(), same.clone(), one.clone()));
            for (predicate, pairs) in &self.0 {
                for (s, o) in pairs {
                    if s == one {
                        new.push((other.clone(), predicate.clone(), o.clone()));
                    }
                    if o == one {
                        new.push((s.clone(), predicate.clone(), other.clone()));
                    }
                }
            }
        }
    }

    fn most(&self, restriction: &Term) -> Option<u32> {
        let found = self.objects(restriction, &owl("maxCardinality")).next()?;
        match found {
            Term::Literal(number) => number.value().parse().ok(),
            _ => None,
        }
    }

    /// Everything that cannot be: the name of the rule, and what it is about.
    pub(crate) fn contradictions(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut say = |rule: &str, about: &[&Term]| {
            let about: Vec<String> = about.iter().map(ToString::to_string).collect();
            found.push(format!("{rule}: {}", about.join(" ")));
        };
        // eq-diff1, eq-diff2
        for (one, other) in self.of(&owl("sameAs")) {
            if self.has(one, &owl("differentFrom"), other) {
                say("eq-diff1", &[one, other]);
            }
            if let (Term::Literal(x), Term::Literal(y)) = (one, other)
                && x != y
            {
                say("dt-diff", &[one, other]);
            }
        }
        for all in self.members(&name(OWL, "AllDifferent")) {
            let lists = self
                .objects(all, &owl("members"))
                .chain(self.objects(all, &owl("distinctMembers")));
            for (one, other) in lists.flat_map(|list| twos(self.list(list))) {
                if self.has(&one, &owl("sameAs"), &other) {
                    say("eq-diff2", &[&one, &other]);
                }
            }
        }
        for property in self.properties("IrreflexiveProperty") {
            for (s, _) in self.of(&property).filter(|(s, o)| s == o) {
                say("prp-irp", &[s]);
            }
        }
        for property in self.properties("AsymmetricProperty") {
            for (s, o) in self.of(&property) {
                if self.has(o, &property, s) {
                    say("prp-asyp", &[s, o]);
                }
            }
        }
        let mut apart: Vec<(Term, Term)> = self.of(&owl("propertyDisjointWith")).cloned().collect();
        for all in self.members(&name(OWL, "AllDisjointProperties")) {
            apart.extend(
                self.objects(all, &owl("members"))
                    .flat_map(|list| twos(self.list(list))),
            );
        }
        for (one, other) in &apart {
            let Some((p, q)) = iri(one).zip(iri(other)) else {
                continue;
            };
            for (s, o) in self.of(p).filter(|(s, o)| self.has(s, q, o)) {
                say("prp-pdw", &[s, o]);
            }
        }
        for (not, s) in self.of(&owl("sourceIndividual")) {
            let targets = self
                .objects(not, &owl("targetIndividual"))
                .chain(self.objects(not, &owl("targetValue")));
            for o in targets {
                for property in self.objects(not, &owl("assertionProperty")).filter_map(iri) {
                    if self.has(s, property, o) {
                        say("prp-npa", &[s, o]);
                    }
                }
            }
        }
        for thing in self.members(&name(OWL, "Nothing")) {
            say("cls-nothing2", &[thing]);
        }
        let mut apart: Vec<(&str, Term, Term)> = Vec::new();
        apart.extend(
            self.of(&owl("complementOf"))
                .map(|(c, d)| ("cls-com", c.clone(), d.clone())),
        );
        apart.extend(
            self.of(&owl("disjointWith"))
                .map(|(c, d)| ("cax-dw", c.clone(), d.clone())),
        );
        for all in self.members(&name(OWL, "AllDisjointClasses")) {
            let lists = self.objects(all, &owl("members"));
            let pairs = lists.flat_map(|list| twos(self.list(list)));
            apart.extend(pairs.map(|(c, d)| ("cax-adc", c, d)));
        }
        for (rule, c, d) in &apart {
            for thing in self.members(c).intersection(&self.members(d)) {
                say(rule, &[thing, c, d]);
            }
        }
        for (restriction, property) in self.of(&owl("onProperty")) {
            if self.most(restriction) != Some(0) {
                continue;
            }
            let members = self.members(restriction);
            for (s, o) in iri(property).into_iter().flat_map(|p| self.of(p)) {
                if members.contains(s) {
                    say("cls-maxc1", &[s, o]);
                }
            }
        }
        // prp-rng with dt-not-type: a literal that is not of the datatype its property has.
        for (property, range) in self.of(&format!("{RDFS}range")) {
            let Some(range) = iri(range).filter(|range| range.starts_with(XSD)) else {
                continue;
            };
            for (s, o) in iri(property).into_iter().flat_map(|p| self.of(p)) {
                match o {
                    Term::Literal(literal) if may_be(literal, range) => {}
                    _ => say("dt-not-type", &[s, property, o]),
                }
            }
        }
        for pairs in self.0.values() {
            for (s, o) in pairs {
                if let Term::Literal(literal) = o
                    && !is_well_formed(literal)
                {
                    say("dt-not-type", &[s, o]);
                }
            }
        }
        found.sort();
        found
    }
}

fn twos(items: Vec<Term>) -> Vec<(Term, Term)> {
    let mut twos = Vec::new();
    for (at, one) in items.iter().enumerate() {
        twos.extend(
            items[at + 1..]
                .iter()
                .map(|other| (one.clone(), other.clone())),
        );
    }
    twos
}

/// Whether the values of a literal's datatype may lie in another one.
fn may_be(literal: &Literal, range: &str) -> bool {
    const WHOLE: &[&str] = &[
        "integer",
        "nonNegativeInteger",
        "positiveInteger",
        "int",
        "long",
        "nonPositiveInteger",
        "negativeInteger",
        "short",
        "byte",
    ];
    let datatype = literal.datatype();
    let own = datatype.as_str().strip_prefix(XSD);
    let range = range.strip_prefix(XSD).unwrap_or_default();
    let Some(own) = own else { return false };
    own == range
        || (range == "decimal" && WHOLE.contains(&own))
        || (range == "nonNegativeInteger"
            && WHOLE.contains(&own)
            && !literal.value().starts_with('-'))
        || (range == "integer" && WHOLE.contains(&own))
}

/// Whether the text of a literal is one of its datatype, for those that are easily told.
fn is_well_formed(literal: &Literal) -> bool {
    let text = literal.value();
    match literal.datatype().as_str().strip_prefix(XSD) {
        Some("integer" | "nonNegativeInteger") => text.parse::<i128>().is_ok(),
        Some("decimal") => text.parse::<f64>().is_ok() && !text.contains(['e', 'E', 'n', 'N']),
        Some("boolean") => ["true", "false", "0", "1"].contains(&text),
        Some("date") => text.get(..10).is_some_and(is_day),
        Some("dateTime") => text.get(..10).is_some_and(is_day) && text.get(10..11) == Some("T"),
        _ => true,
    }
}

fn is_day(text: &str) -> bool {
    kenning_insight::Day::read(text).is_some()
}
