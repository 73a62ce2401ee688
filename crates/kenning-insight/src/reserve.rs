//! Who asked not to be named, so that no answer names them: a question of the user's own least of all.
//!
//! The questions that come with Kenning leave people who are hidden out where they count, and name nobody who is only
//! reachable. This is the second line: whatever a query returns, a person who asked not to be named, or the page about them,
//! is no cell of an answer: nor are the parts of that page, its graphs, and their name alone as a text. What a page says to those who
//! may read it is not ours to change.

use std::collections::{BTreeSet, HashMap, HashSet};

use kenning_store::{Interrupted, TermId, View};
use kenning_vocab::{Base, Minted, dcterms, foaf, km, owl};
use oxrdf::{NamedNode, Term};

use crate::name_key;
use crate::picture::{Scan, UNNAMED};

/// What stands where somebody is hidden.
const HIDDEN: &str = "not named";
/// What stands where a page is about somebody who asked not to be named.
const PAGE: &str = "a page about somebody who asked not to be named";

/// The IRIs that an answer does not show, and the words that stand in their place.
#[derive(Debug)]
pub(crate) struct Reserve {
    base: Base,
    things: HashMap<NamedNode, &'static str>,
    /// Their names, folded.
    names: HashMap<String, &'static str>,
    /// Wiki and path of the pages.
    paths: HashSet<(String, String)>,
}

impl Reserve {
    /// Those whom `view` shows to have asked. Costs next to nothing where nobody did.
    pub(crate) fn read(view: &View, base: &Base) -> Result<Self, Interrupted> {
        let scan = Scan::new(view);
        let (reachable, hidden) = (scan.id(km::REACHABLE), scan.id(km::HIDDEN));
        let mut people: HashMap<TermId, &'static str> = HashMap::new();
        for (agent, wish) in scan.pairs(km::HAS_VISIBILITY)? {
            // Of several wishes the most reserved one holds.
            if Some(wish) == hidden {
                people.insert(agent, HIDDEN);
            } else if Some(wish) == reachable {
                people.entry(agent).or_insert(UNNAMED);
            }
        }
        let mut reserve = Self {
            base: base.clone(),
            things: HashMap::new(),
            names: HashMap::new(),
            paths: HashSet::new(),
        };
        for (agent, words) in people {
            let pages = pages(&scan, agent)?;
            for id in aliases(&scan, base, agent, &pages)? {
                reserve.called(&scan, id, foaf::NAME, words)?;
                reserve.add(&scan, id, words);
            }
            for page in pages {
                reserve.called(&scan, page, dcterms::TITLE, words)?;
                reserve.add(&scan, page, PAGE);
            }
        }
        Ok(reserve)
    }

    fn add(&mut self, scan: &Scan<'_>, id: TermId, words: &'static str) {
        let Some(node) = scan.iri(id) else { return };
        match self.base.read(node.as_str()) {
            Some(Minted::Note { wiki, path }) => {
                self.paths.insert((wiki, path));
            }
            Some(Minted::Name(key)) => {
                self.names.entry(name_key(&key)).or_insert(words);
            }
            _ => {}
        }
        self.things.entry(node).or_insert(words);
    }

    /// What a thing is called, as a text that names somebody.
    fn called(
        &mut self,
        scan: &Scan<'_>,
        id: TermId,
        naming: oxrdf::NamedNodeRef<'_>,
        words: &'static str,
    ) -> Result<(), Interrupted> {
        for (_, name) in scan.matching(Some(id), naming, None)? {
            if let Term::Literal(name) = scan.view.term(name) {
                self.names.entry(name_key(name.value())).or_insert(words);
            }
        }
        Ok(())
    }

    /// What stands in the place of a term; `None` where it may be shown.
    pub(crate) fn instead_of(&self, term: &Term) -> Option<&'static str> {
        if self.things.is_empty() {
            return None;
        }
        match term {
            Term::NamedNode(node) => self.instead_of_node(node),
            Term::Literal(text) => self.names.get(&name_key(text.value())).copied(),
            Term::Triple(triple) => self
                .instead_of(&triple.subject.clone().into())
                .or_else(|| self.instead_of(&triple.object)),
            Term::BlankNode(_) => None,
        }
    }

    fn instead_of_node(&self, node: &NamedNode) -> Option<&'static str> {
        if let Some(words) = self.things.get(node) {
            return Some(words);
        }
        // A part of a page, or of a page that another program has named.
        let (whole, part) = node.as_str().split_once('#').unwrap_or((node.as_str(), ""));
        if !part.is_empty()
            && let Ok(whole) = NamedNode::new(whole)
            && let Some(words) = self.things.get(&whole)
        {
            return Some(words);
        }
        match self.base.read(whole)? {
            // Somebody of whom only the name is known, as a record of them makes them: the name is not shown either.
            Minted::Agent(key) => self.names.get(&name_key(&key)).copied(),
            Minted::Note { wiki, path }
            | Minted::Concept { wiki, path }
            | Minted::NoteGraph { wiki, path }
            | Minted::SectionGraph { wiki, path, .. }
            | Minted::LinksGraph { wiki, path, .. }
            | Minted::MetaGraph { wiki, path } => {
                self.paths.contains(&(wiki, path)).then_some(PAGE)
            }
            _ => None,
        }
    }
}

fn pages(scan: &Scan<'_>, agent: TermId) -> Result<BTreeSet<TermId>, Interrupted> {
    let pages = scan.matching(Some(agent), foaf::PAGE, None)?;
    Ok(pages.into_iter().map(|(_, page)| page).collect())
}

/// The same person under other IRIs: `owl:sameAs`, and the names that only their page answers to, with those names.
fn aliases(
    scan: &Scan<'_>,
    base: &Base,
    agent: TermId,
    pages: &BTreeSet<TermId>,
) -> Result<BTreeSet<TermId>, Interrupted> {
    let mut same = BTreeSet::from([agent]);
    let mut new = vec![agent];
    while let Some(one) = new.pop() {
        let after = scan.matching(Some(one), owl::SAME_AS, None)?;
        let before = scan.matching(None, owl::SAME_AS, Some(one))?;
        let others = after
            .into_iter()
            .map(|(_, other)| other)
            .chain(before.into_iter().map(|(other, _)| other));
        new.extend(others.filter(|other| same.insert(*other)));
    }
    for page in pages {
        for (_, name) in scan.matching(Some(*page), km::ANSWERS_TO, None)? {
            let also = scan.matching(None, km::ANSWERS_TO, Some(name))?;
            if also.iter().any(|(note, _)| !pages.contains(note)) {
                continue;
            }
            let Some(node) = scan.iri(name) else { continue };
            if let Some(Minted::Name(key)) = base.read(node.as_str()) {
                same.extend(scan.id(base.agent(&key).as_ref()));
                same.insert(name);
            }
        }
    }
    Ok(same)
}
