//! What a view shows of notes, topics and people, read once: what audits, experts, losses and advice are made of.
//!
//! Everything comes from scans of one [`View`], so nothing here can depend on what its reader does not see. People are
//! one each, under whatever name; topics are what names lead to.

pub(crate) mod authorship;
mod folders;
mod holding;
pub(crate) mod notes;
pub(crate) mod people;
pub(crate) mod scan;
pub(crate) mod topics;

use std::collections::{BTreeMap, BTreeSet};

use kenning_store::{Interrupted, TermId, View};
use kenning_vocab::{Base, km};
use oxrdf::{NamedNode, NamedNodeRef, Term};

pub(crate) use holding::{Event, Holding, Statement};
pub(crate) use notes::{Note, Notes};
pub(crate) use people::{People, PersonId, UNNAMED, Visibility};
pub(crate) use scan::{Many, Scan, of};
pub(crate) use topics::Topics;

use crate::ask::Context;
use crate::day::Day;

/// Note → who confirmed it, and when.
pub(crate) type Confirmed = BTreeMap<TermId, Vec<(PersonId, Option<Day>)>>;

/// All that the insights need of a view, on one day.
#[derive(Debug)]
pub(crate) struct Picture<'a> {
    pub(crate) scan: Scan<'a>,
    pub(crate) base: &'a Base,
    pub(crate) today: Day,
    pub(crate) people: People,
    pub(crate) topics: Topics,
    pub(crate) notes: Notes,
    pub(crate) holding: Holding,
    /// Topic or asset → kinds of knowledge.
    pub(crate) kinds: Many,
    /// Graph → the note it was drawn from.
    pub(crate) from_note: Many,
    /// Note → who confirmed it, and when.
    pub(crate) confirmed: Confirmed,
    labels: topics::Labels,
    pub(crate) folders: folders::Folders,
}

impl<'a> Picture<'a> {
    /// Reads a view.
    ///
    /// # Errors
    /// [`Interrupted`] when the context's `cancel` says so.
    pub(crate) fn read(view: &'a View, context: &'a Context) -> Result<Self, Interrupted> {
        Self::over(Scan::new(view), context)
    }

    /// Reads what a scan is over.
    pub(crate) fn over(scan: Scan<'a>, context: &'a Context) -> Result<Self, Interrupted> {
        let today = Day::from(context.today);
        let topics = Topics::read(&scan)?;
        let people = People::read(&scan, &context.base, today, &topics.own_answers)?;
        let notes = notes::read(&scan, &topics, &people, today)?;
        let holding = holding::read(&scan, &topics, &people, today)?;
        let mut kinds = Many::new();
        for (said, kind) in scan.pairs(km::HAS_KNOWLEDGE_TYPE)? {
            for topic in topics.meant(said) {
                kinds.entry(topic).or_default().insert(kind);
            }
        }
        let from_note = scan.forward(km::FROM_NOTE)?;
        let confirmed = confirmed(&scan, &people)?;
        Ok(Self {
            from_note,
            confirmed,
            scan,
            base: &context.base,
            today,
            people,
            topics,
            notes,
            holding,
            kinds,
            labels: topics::Labels::default(),
            folders: folders::Folders::default(),
        })
    }

    /// Names of topics that are spelt much like `text`, for a hint. Nobody is hinted at who asked not to be named.
    pub(crate) fn like(&self, text: &str) -> Result<Vec<String>, Interrupted> {
        let mut like = self.topics.like(&self.scan, text)?;
        let unnamed = |name: &str| {
            let key = crate::name_key(name);
            self.people.iter().any(|(id, person)| {
                !self.people.is_named(id)
                    && (crate::name_key(&person.name) == key
                        || person
                            .pages
                            .iter()
                            .any(|page| crate::name_key(&self.label(*page)) == key))
            })
        };
        like.retain(|name| !unnamed(name));
        Ok(like)
    }

    /// Whether a note is about somebody who asked not to be named: that it is there would tell of them.
    pub(crate) fn is_reserved(&self, note: TermId) -> bool {
        let whose = self.people.of_page(note);
        whose.is_some_and(|person| !self.people.is_named(person))
    }

    /// The topics that `text` names, as if nobody who asked not to be named were there, and no page about them.
    pub(crate) fn topics_called(&self, text: &str) -> Result<BTreeSet<TermId>, Interrupted> {
        let found = self.topics.find(&self.scan, self.base, text)?;
        let is_somebody = |topic: TermId| {
            let who = self.people.of(topic);
            let notes = self.topics.notes(topic);
            who.is_some_and(|who| !self.people.is_named(who))
                || self.is_reserved(topic)
                || (!notes.is_empty() && notes.iter().all(|note| self.is_reserved(*note)))
        };
        let open: BTreeSet<TermId> = found
            .iter()
            .copied()
            .filter(|topic| !is_somebody(*topic))
            .collect();
        if !open.is_empty() || found.is_empty() || crate::param::iri(text).is_some() {
            return Ok(open);
        }
        // A name that others wrote is a wanted topic, whoever else has it.
        let Some(name) = self
            .scan
            .id(self.base.name(&crate::name_key(text)).as_ref())
        else {
            return Ok(open);
        };
        let mentions = self.scan.matching(None, km::MENTIONS_NAME, Some(name))?;
        let is_wanted = mentions.iter().any(|(note, _)| !self.is_reserved(*note));
        Ok(is_wanted.then_some(name).into_iter().collect())
    }

    /// What a thing is called.
    pub(crate) fn label(&self, id: TermId) -> String {
        self.labels.of(&self.scan, self.base, id)
    }

    pub(crate) fn term(&self, id: TermId) -> Term {
        self.scan.view.term(id)
    }

    pub(crate) fn iri(&self, id: TermId) -> Option<NamedNode> {
        self.scan.iri(id)
    }

    pub(crate) fn is(&self, id: TermId, node: NamedNodeRef<'_>) -> bool {
        self.scan.id(node) == Some(id)
    }

    /// Whether anything among `ids` is `node`.
    pub(crate) fn any_is(&self, ids: &BTreeSet<TermId>, node: NamedNodeRef<'_>) -> bool {
        self.scan.id(node).is_some_and(|id| ids.contains(&id))
    }

    /// Who covers each topic that anybody is, or was, said to know: neither hidden nor gone, and said to be more than aware of
    /// it. Who holds a piece of it counts too, unless they are said to be no more than aware. Groups and systems hold pieces
    /// of knowledge, and do not leave.
    pub(crate) fn cover(&self) -> BTreeMap<TermId, BTreeSet<PersonId>> {
        let mut cover: BTreeMap<TermId, BTreeSet<PersonId>> = BTreeMap::new();
        let mut aware: BTreeSet<(TermId, PersonId)> = BTreeSet::new();
        for statement in &self.holding.statements {
            for topic in &statement.topics {
                if statement.rank == Some(1) {
                    aware.insert((*topic, statement.who));
                    continue;
                }
                let known = cover.entry(*topic).or_default();
                if self.people.counts(statement.who) {
                    known.insert(statement.who);
                }
            }
        }
        for asset in &self.holding.assets {
            for (topic, who) in asset
                .topics
                .iter()
                .flat_map(|topic| asset.holders.iter().map(move |who| (*topic, *who)))
            {
                let known = cover.entry(topic).or_default();
                if self.people.counts(who) && !aware.contains(&(topic, who)) {
                    known.insert(who);
                }
            }
        }
        cover
    }
}

/// Who confirmed which note: by a verification of its own, or as the note says.
fn confirmed(scan: &Scan<'_>, people: &People) -> Result<Confirmed, Interrupted> {
    let mut confirmed = Confirmed::new();
    let notes = scan.forward(km::VERIFIED_NOTE)?;
    let ends = scan.forward(kenning_vocab::prov::ENDED_AT_TIME)?;
    let days = scan.forward(km::LAST_VERIFIED)?;
    for (verification, agent) in scan.pairs(km::VERIFIED_BY)? {
        let Some(person) = people.of(agent) else {
            continue;
        };
        match notes.get(&verification) {
            Some(notes) => {
                let day = scan.latest(ends.get(&verification));
                for note in notes {
                    confirmed.entry(*note).or_default().push((person, day));
                }
            }
            None => {
                let day = scan.latest(days.get(&verification));
                confirmed
                    .entry(verification)
                    .or_default()
                    .push((person, day));
            }
        }
    }
    for known in confirmed.values_mut() {
        known.sort_unstable();
        known.dedup();
    }
    Ok(confirmed)
}
