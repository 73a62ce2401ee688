//! Who asked not to be named, so that no answer names them: a question of the user's own least of all.
//!
//! The questions that come with Kenning leave people who are hidden out where they count, and name nobody who is only
//! reachable. This is the second line: whatever a query returns, a person who asked not to be named, or the page about them,
//! is no cell of an answer. What a page says to those who may read it is not ours to change.

use std::collections::{BTreeSet, HashMap};

use kenning_store::{Interrupted, TermId, View};
use kenning_vocab::{Base, Minted, foaf, km, owl};
use oxrdf::{NamedNode, Term};

use crate::picture::{Scan, UNNAMED};

/// What stands where somebody is hidden.
const HIDDEN: &str = "not named";
/// What stands where a page is about somebody who asked not to be named.
const PAGE: &str = "a page about somebody who asked not to be named";

/// The IRIs that an answer does not show, and the words that stand in their place.
#[derive(Debug, Default)]
pub(crate) struct Reserve(HashMap<NamedNode, &'static str>);

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
        let mut reserve = Self::default();
        for (agent, words) in people {
            let pages = pages(&scan, agent)?;
            for id in aliases(&scan, base, agent, &pages)? {
                reserve.add(&scan, id, words);
            }
            for page in pages {
                reserve.add(&scan, page, PAGE);
            }
        }
        Ok(reserve)
    }

    fn add(&mut self, scan: &Scan<'_>, id: TermId, words: &'static str) {
        if let Some(node) = scan.iri(id) {
            self.0.entry(node).or_insert(words);
        }
    }

    /// What stands in the place of a term; `None` where it may be shown.
    pub(crate) fn instead_of(&self, term: &Term) -> Option<&'static str> {
        match term {
            Term::NamedNode(node) => self.0.get(node).copied(),
            _ => None,
        }
    }
}

fn pages(scan: &Scan<'_>, agent: TermId) -> Result<BTreeSet<TermId>, Interrupted> {
    let pages = scan.matching(Some(agent), foaf::PAGE, None)?;
    Ok(pages.into_iter().map(|(_, page)| page).collect())
}

/// The same person under other IRIs: `owl:sameAs`, and the names that only their page answers to.
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
            }
        }
    }
    Ok(same)
}
