//! The people of a view: who is who, how openly each may be named, and who has left.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kenning_store::{Interrupted, TermId};
use kenning_vocab::{Base, Minted, dcterms, foaf, km, org, owl, prov};
use oxrdf::{NamedNodeRef, Term};

use super::scan::{Many, Scan, of};
use crate::day::Day;
use crate::fold::name_key;
use crate::labels::label;

/// How openly somebody may be named. Of several wishes the most reserved one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Visibility {
    /// With the name.
    Named,
    /// Is counted, and reached through somebody else.
    Reachable,
    /// Is neither named nor counted.
    Hidden,
}

/// Somebody: one person, however many IRIs, aliases and statements there are.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The IRI to speak of them by.
    pub(crate) id: TermId,
    pub(crate) name: String,
    pub(crate) visibility: Visibility,
    /// The last day, past or to come, as the latest record has it.
    pub(crate) leaves: Option<Day>,
    pub(crate) has_left: bool,
    /// A unit, a community or a program: it holds knowledge, and does not leave.
    pub(crate) is_group: bool,
    /// The notes about them.
    pub(crate) pages: BTreeSet<TermId>,
}

/// Number of a person among the people of a picture.
pub(crate) type PersonId = usize;

/// Everybody that a view knows.
#[derive(Debug, Default)]
pub(crate) struct People {
    all: Vec<Person>,
    by_term: HashMap<TermId, PersonId>,
    by_page: HashMap<TermId, PersonId>,
}

/// What stands where a person asked not to be named.
pub(crate) const UNNAMED: &str = "somebody who is reached through the office";

impl People {
    pub(crate) fn get(&self, id: PersonId) -> Option<&Person> {
        self.all.get(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PersonId, &Person)> {
        self.all.iter().enumerate()
    }

    /// Who an IRI stands for.
    pub(crate) fn of(&self, term: TermId) -> Option<PersonId> {
        self.by_term.get(&term).copied()
    }

    /// Whose page a note is.
    pub(crate) fn of_page(&self, note: TermId) -> Option<PersonId> {
        self.by_page.get(&note).copied()
    }

    /// Whether somebody counts: is not hidden, and has not left.
    pub(crate) fn counts(&self, id: PersonId) -> bool {
        self.get(id)
            .is_some_and(|person| !person.has_left && person.visibility != Visibility::Hidden)
    }

    /// What to call somebody, as openly as they wish; `None` for who is hidden.
    pub(crate) fn called(&self, id: PersonId) -> Option<&str> {
        let person = self.get(id)?;
        match person.visibility {
            Visibility::Named => Some(&person.name),
            Visibility::Reachable => Some(UNNAMED),
            Visibility::Hidden => None,
        }
    }

    pub(crate) fn is_named(&self, id: PersonId) -> bool {
        self.get(id)
            .is_some_and(|person| person.visibility == Visibility::Named)
    }

    /// Everybody of the view on this day. `answers` says which notes answer to a name.
    pub(crate) fn read(
        scan: &Scan<'_>,
        base: &Base,
        today: Day,
        answers: &Many,
    ) -> Result<Self, Interrupted> {
        let agents = agents(scan)?;
        let pages = scan.forward(foaf::PAGE)?;
        let mut sets = Sets::default();
        for agent in &agents {
            sets.add(*agent);
        }
        for (one, other) in scan.pairs(owl::SAME_AS)? {
            if agents.contains(&one) && agents.contains(&other) {
                sets.join(one, other);
            }
        }
        join_aliases(scan, base, &agents, &pages, answers, &mut sets);
        let wishes = wishes(scan)?;
        join_names(scan, base, &agents, &wishes, &mut sets)?;
        let days = departures(scan)?;
        let groups = groups(scan)?;
        let mut people = Self::default();
        for members in sets.groups() {
            // Who has a page is known by it; else the first IRI by letter, so that one view gives one name.
            let chosen = members
                .iter()
                .map(|id| {
                    (
                        !pages.contains_key(id),
                        scan.view.term(*id).to_string(),
                        *id,
                    )
                })
                .min();
            let Some((_, _, id)) = chosen else { continue };
            let leaves = members.iter().filter_map(|id| days.get(id)).max().copied();
            let wish = members.iter().filter_map(|id| wishes.get(id)).max();
            let own_pages: BTreeSet<TermId> =
                members.iter().flat_map(|id| of(&pages, *id)).collect();
            let number = people.all.len();
            people
                .by_term
                .extend(members.iter().map(|id| (*id, number)));
            people
                .by_page
                .extend(own_pages.iter().map(|id| (*id, number)));
            people.all.push(Person {
                id,
                name: label(scan.view, base, &scan.view.term(id)),
                visibility: wish.copied().unwrap_or(Visibility::Named),
                leaves,
                has_left: leaves.is_some_and(|day| day < today),
                is_group: members.iter().any(|id| groups.contains(id)),
                pages: own_pages,
            });
        }
        Ok(people)
    }
}

/// Whatever stands where an agent does.
fn agents(scan: &Scan<'_>) -> Result<BTreeSet<TermId>, Interrupted> {
    let mut agents = BTreeSet::new();
    for class in [
        foaf::PERSON,
        km::KNOWLEDGE_WORKER,
        foaf::GROUP,
        org::ORGANIZATIONAL_UNIT,
        km::COMMUNITY_OF_PRACTICE,
    ] {
        agents.extend(scan.instances(class)?);
    }
    for property in AGENT_OBJECTS {
        agents.extend(scan.pairs(*property)?.into_iter().map(|(_, object)| object));
    }
    for property in [km::HAS_VISIBILITY, org::MEMBER_OF] {
        agents.extend(
            scan.pairs(property)?
                .into_iter()
                .map(|(subject, _)| subject),
        );
    }
    agents.retain(|id| !matches!(scan.view.term(*id), Term::Literal(_)));
    Ok(agents)
}

const AGENT_OBJECTS: &[NamedNodeRef<'static>] = &[
    km::EXPERT,
    km::HELD_BY,
    km::SHARED_BY,
    km::ACQUIRED_BY,
    km::REFERRED_BY,
    km::REFERRED_TO,
    km::DEPARTING_PERSON,
    km::RESPONSIBLE,
    km::VERIFIED_BY,
    dcterms::CREATOR,
    prov::WAS_ATTRIBUTED_TO,
    foaf::MEMBER,
];

/// Somebody whose page answers to "Marit" is whom `[[Marit]]` means, unless another page answers to it too.
fn join_aliases(
    scan: &Scan<'_>,
    base: &Base,
    agents: &BTreeSet<TermId>,
    pages: &Many,
    answers: &Many,
    sets: &mut Sets,
) {
    let mut of_page: BTreeMap<TermId, TermId> = BTreeMap::new();
    for (agent, notes) in pages.iter().filter(|(agent, _)| agents.contains(agent)) {
        for note in notes {
            match of_page.get(note) {
                // Two people with one page: the page is not an identity.
                Some(other) if other != agent => {}
                _ => {
                    of_page.insert(*note, *agent);
                }
            }
        }
    }
    for agent in agents {
        let Some(node) = scan.iri(*agent) else {
            continue;
        };
        let Some(Minted::Agent(key)) = base.read(node.as_str()) else {
            continue;
        };
        let name = scan.id(base.name(&key).as_ref());
        let Some(notes) = name.and_then(|name| answers.get(&name)) else {
            continue;
        };
        let mut notes = notes.iter();
        if let (Some(note), None) = (notes.next(), notes.next())
            && let Some(other) = of_page.get(note)
        {
            sets.join(*agent, *other);
        }
    }
}

/// An agent that is nothing but a name is whoever has that name and asked not to be named: so a record of them, made as one of
/// somebody new, names them no more than any other.
fn join_names(
    scan: &Scan<'_>,
    base: &Base,
    agents: &BTreeSet<TermId>,
    wishes: &BTreeMap<TermId, Visibility>,
    sets: &mut Sets,
) -> Result<(), Interrupted> {
    let reserved = wishes
        .iter()
        .filter(|(agent, wish)| **wish != Visibility::Named && agents.contains(*agent));
    for (agent, _) in reserved {
        for (_, name) in scan.matching(Some(*agent), foaf::NAME, None)? {
            let Some(name) = scan.text(name) else {
                continue;
            };
            let other = scan.id(base.agent(&name_key(&name)).as_ref());
            if let Some(other) = other.filter(|other| agents.contains(other)) {
                sets.join(*agent, other);
            }
        }
    }
    Ok(())
}

fn wishes(scan: &Scan<'_>) -> Result<BTreeMap<TermId, Visibility>, Interrupted> {
    let (reachable, hidden) = (scan.id(km::REACHABLE), scan.id(km::HIDDEN));
    let mut wishes: BTreeMap<TermId, Visibility> = BTreeMap::new();
    for (agent, wish) in scan.pairs(km::HAS_VISIBILITY)? {
        let wish = match Some(wish) {
            wish if wish == hidden => Visibility::Hidden,
            wish if wish == reachable => Visibility::Reachable,
            _ => Visibility::Named,
        };
        let known = wishes.entry(agent).or_insert(wish);
        *known = wish.max(*known);
    }
    Ok(wishes)
}

/// The last day of each: of several, the latest, because plans change and are recorded again.
fn departures(scan: &Scan<'_>) -> Result<BTreeMap<TermId, Day>, Interrupted> {
    let dates = scan.forward(km::DEPARTURE_DATE)?;
    let mut days: BTreeMap<TermId, Day> = BTreeMap::new();
    for (departure, person) in scan.pairs(km::DEPARTING_PERSON)? {
        if let Some(day) = scan.latest(dates.get(&departure)) {
            let known = days.entry(person).or_insert(day);
            *known = day.max(*known);
        }
    }
    Ok(days)
}

fn groups(scan: &Scan<'_>) -> Result<BTreeSet<TermId>, Interrupted> {
    let mut groups = BTreeSet::new();
    for class in [
        foaf::GROUP,
        org::ORGANIZATIONAL_UNIT,
        km::COMMUNITY_OF_PRACTICE,
        prov::SOFTWARE_AGENT,
    ] {
        groups.extend(scan.instances(class)?);
    }
    Ok(groups)
}

/// Sets of terms that mean one thing.
#[derive(Debug, Default)]
struct Sets {
    parent: BTreeMap<TermId, TermId>,
}

impl Sets {
    fn add(&mut self, id: TermId) {
        self.parent.entry(id).or_insert(id);
    }

    fn root(&self, id: TermId) -> TermId {
        let mut id = id;
        while let Some(parent) = self.parent.get(&id).copied().filter(|parent| *parent != id) {
            id = parent;
        }
        id
    }

    fn join(&mut self, one: TermId, other: TermId) {
        let (one, other) = (self.root(one), self.root(other));
        self.parent.insert(one.max(other), one.min(other));
    }

    fn groups(&self) -> Vec<BTreeSet<TermId>> {
        let mut groups: BTreeMap<TermId, BTreeSet<TermId>> = BTreeMap::new();
        for id in self.parent.keys() {
            groups.entry(self.root(*id)).or_default().insert(*id);
        }
        groups.into_values().collect()
    }
}
