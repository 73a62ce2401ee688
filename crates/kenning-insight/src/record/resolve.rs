//! What the names in a draft mean: one thing, several, or nothing. Never the first that comes.

use std::collections::BTreeSet;

use kenning_store::{Interrupted, TermId, View};
use kenning_vocab::{Base, Minted, foaf, km, rdf, rdfs};
use oxrdf::{Literal, NamedNode, Term, Triple};

use crate::ask::Context;
use crate::day::Day;
use crate::fold::{distance, name_key};
use crate::insight::{listed, people_called};
use crate::picture::notes::USUAL_INTERVAL;
use crate::picture::{PersonId, Picture, Visibility, of};

/// A value and what it is called, or why it cannot be.
pub(super) type Resolved = Result<(Term, String), String>;

/// How somebody is recorded who is not known, or asked that nobody be told so.
const NEW: &str = "; who is new here, or asked not to be named, is recorded with `new`, so that nothing tells which";

pub(super) struct Resolver<'a, 'b> {
    /// What may flow to the record.
    picture: &'a Picture<'b>,
    /// All that the writer sees, for hints to the writer alone.
    all: &'a View,
    pub(super) context: &'a Context,
    may_name_new: bool,
    /// What is said of new people and topics.
    pub(super) named: Vec<Triple>,
}

impl<'a, 'b> Resolver<'a, 'b> {
    pub(super) fn new(
        picture: &'a Picture<'b>,
        all: &'a View,
        context: &'a Context,
        may_name_new: bool,
    ) -> Self {
        Self {
            picture,
            all,
            context,
            may_name_new,
            named: Vec::new(),
        }
    }

    fn base(&self) -> &Base {
        &self.context.base
    }

    /// Somebody. A name that nobody has becomes a new person only where that was allowed and `may_be_new`.
    ///
    /// Who asked not to be named is nobody here, by name as by IRI: whether they are known is not told, and a record of them is made
    /// as one of somebody new.
    pub(super) fn person(&mut self, text: &str, may_be_new: bool) -> Result<Resolved, Interrupted> {
        let people = &self.picture.people;
        let found = named(self.picture, text)?;
        let found: Vec<_> = found.into_iter().filter_map(|id| people.get(id)).collect();
        match found.as_slice() {
            [person] => Ok(match self.picture.iri(person.id) {
                Some(node) => Ok((node.into(), person.name.clone())),
                None => Err(format!(
                    "is `{text}`, who has no name of their own in the graph"
                )),
            }),
            [] if may_be_new && self.may_name_new => {
                let given = crate::param::iri(text);
                let is_name = given.is_none();
                let node = given.unwrap_or_else(|| self.base().agent(&name_key(text)));
                self.named
                    .push(Triple::new(node.clone(), rdf::TYPE, foaf::PERSON));
                if is_name {
                    let name = Literal::new_simple_literal(text);
                    self.named.push(Triple::new(node.clone(), foaf::NAME, name));
                }
                Ok(Ok((node.into(), format!("{text} (new)"))))
            }
            [] => {
                let key = name_key(text);
                let near = people
                    .iter()
                    .filter(|(_, person)| person.visibility == Visibility::Named)
                    .map(|(_, person)| person.name.as_str());
                let hint = self.hint(&key, near, &mut |picture| {
                    Ok(!named(picture, text)?.is_empty())
                })?;
                Ok(Err(format!(
                    "is `{text}`, whom nobody here is called{hint}{}",
                    if may_be_new { NEW } else { "" }
                )))
            }
            several => {
                let names: Vec<String> = several
                    .iter()
                    .filter_map(|person| self.picture.iri(person.id))
                    .map(|node| format!("<{}>", node.as_str()))
                    .collect();
                Ok(Err(format!(
                    "is `{text}`, which may be {}; write which",
                    listed(&names)
                )))
            }
        }
    }

    /// A topic, as a name where notes answer to one, else as a concept.
    pub(super) fn topic(&mut self, text: &str) -> Result<Resolved, Interrupted> {
        let picture = self.picture;
        let found = picture.topics_called(text)?;
        let found: Vec<TermId> = found.into_iter().collect();
        match found.as_slice() {
            [topic] => {
                let label = picture.label(*topic);
                let name = self.base().name(&name_key(text));
                // A name outlives the note that answers to it now, as in what notes say themselves.
                let is_name = crate::param::iri(text).is_none()
                    && picture
                        .scan
                        .id(name.as_ref())
                        .is_some_and(|id| id == *topic || picture.topics.answers.contains_key(&id));
                let node = if is_name {
                    Some(name)
                } else {
                    picture.iri(*topic)
                };
                Ok(node.map_or_else(
                    || Err(format!("is `{text}`, which has no address")),
                    |node| Ok((node.into(), label)),
                ))
            }
            [] if self.may_name_new && crate::param::iri(text).is_none() => {
                let key = name_key(text);
                let node = self.base().name(&key);
                self.named
                    .push(Triple::new(node.clone(), rdf::TYPE, km::NAME));
                self.named.push(Triple::new(
                    node.clone(),
                    km::NAME_KEY,
                    Literal::new_simple_literal(key),
                ));
                self.named.push(Triple::new(
                    node.clone(),
                    rdfs::LABEL,
                    Literal::new_simple_literal(text),
                ));
                Ok(Ok((node.into(), format!("{text} (new)"))))
            }
            [] => {
                let like = picture.like(text)?;
                let hint = self.hint("", like.iter().map(String::as_str), &mut |picture| {
                    Ok(!picture.topics_called(text)?.is_empty())
                })?;
                Ok(Err(format!(
                    "is `{text}`, which nothing here is called{hint}"
                )))
            }
            several => {
                let mut names: Vec<String> = several
                    .iter()
                    .filter_map(|id| picture.iri(*id))
                    .map(|node| format!("<{}>", node.as_str()))
                    .collect();
                names.sort();
                Ok(Err(format!(
                    "is `{text}`, which may be {}; write which",
                    listed(&names)
                )))
            }
        }
    }

    /// A note, by a name that it answers to, its path or its IRI.
    pub(super) fn note(&mut self, text: &str) -> Result<Resolved, Interrupted> {
        let found = notes_called(self.picture, self.base(), text)?;
        let found: Vec<TermId> = found.into_iter().collect();
        match found.as_slice() {
            [note] => Ok(match self.picture.iri(*note) {
                Some(node) => Ok((node.into(), self.picture.label(*note))),
                None => Err(format!("is `{text}`, which has no address")),
            }),
            // By its address any note can be confirmed: whether it is there, and about whom, is not told.
            [] if self.may_name_new && self.note_at(text).is_some() => Ok(self
                .note_at(text)
                .map(|node| (node.into(), format!("{text} (new)")))
                .ok_or_else(|| format!("is `{text}`, which has no address"))),
            [] => {
                let base = self.base().clone();
                let titles: Vec<String> = self
                    .picture
                    .notes
                    .keys()
                    .filter(|id| !self.picture.is_reserved(**id))
                    .map(|id| self.picture.label(*id))
                    .collect();
                let hint = self.hint(
                    &name_key(text),
                    titles.iter().map(String::as_str),
                    &mut |picture| Ok(!notes_called(picture, &base, text)?.is_empty()),
                )?;
                Ok(Err(format!("is `{text}`, and there is no such note{hint}")))
            }
            several => {
                let mut names: Vec<String> = several
                    .iter()
                    .filter_map(|id| self.picture.iri(*id))
                    .map(|node| format!("<{}>", node.as_str()))
                    .collect();
                names.sort();
                Ok(Err(format!(
                    "is `{text}`, which may be {}; write which",
                    listed(&names)
                )))
            }
        }
    }

    /// The address of a note, written as an IRI.
    fn note_at(&self, text: &str) -> Option<NamedNode> {
        let node = crate::param::iri(text)?;
        let minted = self.base().read(node.as_str());
        matches!(minted, Some(Minted::Note { .. })).then_some(node)
    }

    /// From when on a note is stale again, when it was confirmed on a day.
    pub(super) fn due(&self, note: &NamedNode, day: &str, picture: &Picture<'_>) -> Option<Day> {
        // What the page of somebody unnamed says is not told; it is due as one that says nothing.
        let id = picture.scan.id(note.as_ref());
        let id = id.filter(|id| picture.notes.contains_key(id) && !picture.is_reserved(*id));
        let intervals = match id {
            Some(id) => picture.scan.matching(Some(id), km::REVIEW_INTERVAL, None),
            None => Ok(Vec::new()),
        };
        let intervals = intervals.ok()?;
        let own = intervals
            .into_iter()
            .filter_map(|(_, interval)| picture.scan.text(interval)?.parse().ok())
            .next();
        let interval = match own {
            Some(own) => own,
            None => USUAL_INTERVAL.parse().ok()?,
        };
        Day::read(day)?.plus(interval)
    }

    /// The agent who records: somebody of the graph where the name means one person, else an agent of that name.
    pub(super) fn recorder(&mut self, who: &str) -> NamedNode {
        match self.person(who, false) {
            Ok(Ok((Term::NamedNode(node), _))) => node,
            _ => self.base().agent(&name_key(who)),
        }
    }

    /// What the writer may have meant. That something is known above the record's label is told to a writer who sees it.
    fn hint<'n>(
        &self,
        key: &str,
        near: impl Iterator<Item = &'n str>,
        is_known: &mut dyn FnMut(&Picture<'_>) -> Result<bool, Interrupted>,
    ) -> Result<String, Interrupted> {
        let all = Picture::read(self.all, self.context)?;
        if is_known(&all)? {
            return Ok(
                "; it is known to you, and not to all who may read this record: give the record a higher level".to_owned(),
            );
        }
        let mut near: Vec<(usize, &str)> = near
            .filter_map(|name| {
                let other = name_key(name);
                // People write first names: the nearest word counts as well as the whole.
                let words = other.split(' ').map(|word| distance(key, word));
                let far = words.fold(distance(key, &other), usize::min);
                let close = key.is_empty() || far <= 2.max(key.chars().count() / 4);
                close.then_some((far, name))
            })
            .collect();
        near.sort_unstable();
        near.dedup();
        let near: Vec<String> = near
            .into_iter()
            .take(3)
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        Ok(if near.is_empty() {
            String::new()
        } else {
            format!("; did you mean {}?", near.join(" or "))
        })
    }
}

/// Those called so who may be named.
fn named(picture: &Picture<'_>, text: &str) -> Result<BTreeSet<PersonId>, Interrupted> {
    let mut found = people_called(picture, text)?;
    found.retain(|id| picture.people.is_named(*id));
    Ok(found)
}

/// The notes called so. A page about somebody who asked not to be named is none.
fn notes_called(
    picture: &Picture<'_>,
    base: &Base,
    text: &str,
) -> Result<BTreeSet<TermId>, Interrupted> {
    if let Some(node) = crate::param::iri(text) {
        let id = picture.scan.id(node.as_ref());
        return Ok(id
            .filter(|id| picture.notes.contains_key(id) && !picture.is_reserved(*id))
            .into_iter()
            .collect());
    }
    let mut found: BTreeSet<TermId> = BTreeSet::new();
    if let Some(name) = picture.scan.id(base.name(&name_key(text)).as_ref()) {
        found.extend(of(&picture.topics.own_answers, name));
    }
    if found.is_empty() {
        let path = text.strip_suffix(".md").unwrap_or(text);
        found.extend(picture.notes.keys().copied().filter(|id| {
            let node = picture.iri(*id);
            let minted = node.and_then(|node| base.read(node.as_str()));
            matches!(minted, Some(Minted::Note { path: own, .. }) if own.strip_suffix(".md").unwrap_or(&own) == path)
        }));
    }
    found.retain(|id| !picture.is_reserved(*id));
    Ok(found)
}
