//! Whom to ask about a topic, and what that rests on.
//!
//! Evidence is of three sorts: what was stated of somebody, what they did (passed it on, helped when asked, confirmed a
//! note), and what they wrote, about the topic or beside it. Each piece has a weight between 0 and 1, and the score is `1 − Π(1 − weight)`: more evidence
//! never makes less. What was done or written counts half after two years. A score says how much speaks for asking
//! somebody; it does not measure how much they know, since those who write little leave few traces.

use std::collections::{BTreeMap, BTreeSet};

use kenning_store::{Interrupted, TermId, View};
use kenning_vocab::{foaf, km, prov, rdf, xsd};
use oxrdf::{Literal, NamedNode, Triple};

use crate::answer::{Answer, Cell, Standing};
use crate::ask::Context;
use crate::day::Day;
use crate::insight::{InsightError, counted, listed};
use crate::picture::authorship::{Authored, authors, decay};
use crate::picture::{PersonId, Picture, Statement, UNNAMED, Visibility, of};

/// So many reasons stand in a row of the table.
const REASONS: usize = 3;

/// One reason to ask somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// In words.
    pub words: String,
    /// What it rests on, where that is one thing.
    pub source: Option<NamedNode>,
    /// How much it speaks for asking, between 0 and 1.
    pub weight: f64,
}

/// Somebody who may be asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Expert {
    /// Who; `None` for somebody who asked not to be named.
    pub who: Option<NamedNode>,
    /// What to call them.
    pub name: String,
    /// The level that was stated, in words.
    pub level: Option<String>,
    /// How much speaks for asking them, between 0 and 1.
    pub score: f64,
    /// Why; the strongest first. For who is not named only how many reasons there are is told.
    pub evidence: Vec<Evidence>,
}

/// Whom to ask about `topic`, a name or an IRI, in the eyes of whoever `view` was made for: the answer as a table, and as
/// computed `km:ExpertiseStatement`s.
///
/// # Errors
/// [`InsightError::Stopped`].
pub fn experts(view: &View, topic: &str, context: &Context) -> Result<Answer, InsightError> {
    let view = view.with_cancel(context.cancel.clone());
    let picture = Picture::read(&view, context)?;
    let mut answer = Answer::new("Whom should I ask, and why them?");
    answer.columns = ["who", "score", "level", "because"]
        .map(str::to_owned)
        .to_vec();
    let topics = picture.topics_called(topic)?;
    if topics.is_empty() {
        answer.standing = Standing::Unrecorded(unknown_topic(&picture, topic)?);
        return Ok(answer);
    }
    let found = find(&picture, &topics)?;
    if found.is_empty() {
        answer.standing = if picture.holding.statements.is_empty() {
            Standing::Unrecorded(
                "Nobody has recorded who knows what, and nobody is known to have written about this.".to_owned(),
            )
        } else {
            Standing::None(
                "Nobody is recorded as knowing this. That is a gap worth telling somebody about."
                    .to_owned(),
            )
        };
    }
    for expert in &found {
        let who = match &expert.who {
            Some(node) => Cell::thing(node.clone().into(), &expert.name),
            None => Cell::text(&expert.name),
        };
        // The table shows the strongest reasons; all of them are evidence in the triples.
        let strongest = expert.evidence.iter().take(REASONS);
        let mut because: Vec<String> = strongest.map(|why| why.words.clone()).collect();
        if let more @ 1.. = expert.evidence.len().saturating_sub(REASONS) {
            because.push(format!(
                "and {}",
                counted(more, "more reason", "more reasons")
            ));
        }
        answer.push([
            Some(who),
            Some(Cell::number(decimal(expert.score))),
            expert.level.clone().map(Cell::text),
            Some(Cell::text(because.join("; "))),
        ]);
    }
    let labels: Vec<String> = topics.iter().map(|topic| picture.label(*topic)).collect();
    if topics.len() > 1 {
        answer.notes.push(format!(
            "`{topic}` means {} here; all are answered together.",
            listed(&labels)
        ));
    }
    for topic in &topics {
        answer
            .statements
            .extend(statements(&picture, *topic, &found));
    }
    Ok(answer)
}

/// Whom to ask about each of `topics`, the best first. The view is read once, so this is the way to ask about many.
///
/// # Errors
/// [`InsightError::Stopped`].
pub fn experts_for_each(
    view: &View,
    topics: &[String],
    context: &Context,
) -> Result<Vec<Vec<Expert>>, InsightError> {
    let view = view.with_cancel(context.cancel.clone());
    let picture = Picture::read(&view, context)?;
    let mut all = Vec::with_capacity(topics.len());
    for topic in topics {
        let topics = picture.topics_called(topic)?;
        all.push(find(&picture, &topics)?);
    }
    Ok(all)
}

pub(crate) fn unknown_topic(picture: &Picture<'_>, topic: &str) -> Result<String, Interrupted> {
    let like = picture.like(topic)?;
    let like: Vec<String> = like.into_iter().map(|name| format!("`{name}`")).collect();
    Ok(match like.as_slice() {
        [] => format!("Nothing here is called `{topic}`."),
        names => format!(
            "Nothing here is called `{topic}`. Did you mean {}?",
            names.join(" or ")
        ),
    })
}

/// Two decimal places.
pub(crate) fn decimal(number: f64) -> Literal {
    Literal::new_typed_literal(format!("{number:.2}"), xsd::DECIMAL)
}

/// Everybody who may be asked about any of these topics, the best first.
pub(crate) fn find(
    picture: &Picture<'_>,
    topics: &BTreeSet<TermId>,
) -> Result<Vec<Expert>, Interrupted> {
    let mut gathered = Gathered {
        picture,
        by_person: BTreeMap::new(),
    };
    let touches = |about: &BTreeSet<TermId>| !about.is_disjoint(topics);
    let holding = &picture.holding;
    for statement in holding.statements.iter().filter(|it| touches(&it.topics)) {
        gathered.statement(statement)?;
    }
    for asset in holding.assets.iter().filter(|it| touches(&it.topics)) {
        for who in &asset.holders {
            let words = format!("holds `{}`", picture.label(asset.id));
            gathered.add(*who, words, Some(asset.id), 0.5);
        }
    }
    gathered.deeds(&touches);
    for topic in topics {
        for (who, authored) in authors(picture, *topic) {
            gathered.authored(who, &authored);
        }
        gathered.kept(*topic);
        gathered.beside(*topic);
    }
    Ok(gathered.ranked())
}

/// The rank of a level, and what it is called.
type StatedLevel = (i64, String);

struct Gathered<'a, 'b> {
    picture: &'a Picture<'b>,
    by_person: BTreeMap<PersonId, (Option<StatedLevel>, Vec<Evidence>)>,
}

impl Gathered<'_, '_> {
    fn add(&mut self, who: PersonId, words: String, source: Option<TermId>, weight: f64) {
        let people = &self.picture.people;
        let is_group = people.get(who).is_some_and(|person| person.is_group);
        if !people.counts(who) || is_group || weight <= 0.0 {
            return;
        }
        let source = source.and_then(|id| self.picture.iri(id));
        let evidence = Evidence {
            words,
            source,
            weight: weight.min(0.99),
        };
        self.by_person.entry(who).or_default().1.push(evidence);
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Interrupted> {
        let weight = statement.score.map_or_else(
            || match statement.rank {
                Some(4..) => 0.9,
                Some(3) => 0.85,
                Some(2) => 0.6,
                Some(_) => 0.15,
                None => 0.5,
            },
            |score| score.clamp(0.0, 0.95),
        );
        let (words, source) = self.whence(statement)?;
        self.add(statement.who, words, source, weight);
        if let (Some(level), Some((best, _))) =
            (statement.level, self.by_person.get_mut(&statement.who))
        {
            let rank = statement.rank.unwrap_or_default();
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                *best = Some((rank, self.picture.label(level)));
            }
        }
        Ok(())
    }

    /// Who says it: the evidence that is named, else the note or record that the statement stands in.
    fn whence(&self, statement: &Statement) -> Result<(String, Option<TermId>), Interrupted> {
        let picture = self.picture;
        let mut named: Vec<(String, TermId)> = statement
            .evidence
            .iter()
            .map(|id| (picture.label(*id), *id))
            .collect();
        named.sort();
        if let Some((label, id)) = named.first() {
            return Ok((format!("stated, on the evidence of `{label}`"), Some(*id)));
        }
        let pages = picture
            .people
            .get(statement.who)
            .map(|person| &person.pages);
        let mut own = false;
        let mut notes: Vec<(String, TermId)> = Vec::new();
        let mut records: Vec<(String, TermId)> = Vec::new();
        for graph in &statement.graphs {
            let mut drawn = of(&picture.from_note, *graph).peekable();
            if drawn.peek().is_none() {
                records.push((self.recorded(*graph)?, *graph));
            }
            for note in drawn {
                if pages.is_some_and(|pages| pages.contains(&note)) {
                    own = true;
                } else {
                    notes.push((picture.label(note), note));
                }
            }
        }
        notes.sort();
        records.sort();
        if let Some((label, note)) = notes.first() {
            return Ok((format!("`{label}` says so"), Some(*note)));
        }
        if let Some((words, graph)) = records.first() {
            return Ok((words.clone(), Some(*graph)));
        }
        let page = pages
            .filter(|_| own)
            .and_then(|pages| pages.first().copied());
        Ok(("says so on their own page".to_owned(), page))
    }

    fn recorded(&self, graph: TermId) -> Result<String, Interrupted> {
        let picture = self.picture;
        let by = picture
            .scan
            .matching(Some(graph), prov::WAS_ATTRIBUTED_TO, None)?;
        let when = picture
            .scan
            .matching(Some(graph), prov::GENERATED_AT_TIME, None)?;
        let by = by
            .into_iter()
            .filter_map(|(_, agent)| {
                let person = picture.people.of(agent)?;
                picture.people.called(person).map(str::to_owned)
            })
            .min();
        let when = when
            .into_iter()
            .filter_map(|(_, day)| picture.scan.day(day))
            .max();
        Ok(match (by, when) {
            (Some(by), Some(when)) => format!("recorded by {by} on {when}"),
            (Some(by), None) => format!("recorded by {by}"),
            (None, Some(when)) => format!("recorded on {when}"),
            (None, None) => "stated".to_owned(),
        })
    }

    /// What people did: passed it on, learnt it, helped when asked.
    fn deeds(&mut self, touches: &dyn Fn(&BTreeSet<TermId>) -> bool) {
        #[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
        enum Deed {
            Gave,
            Helped,
            Took,
        }
        let picture = self.picture;
        // How often, last when, by what, and the weight.
        type Done = (usize, Option<Day>, Option<TermId>, f64);
        let mut done: BTreeMap<(PersonId, Deed), Done> = BTreeMap::new();
        let mut add = |who: PersonId, deed: Deed, day: Option<Day>, id: TermId, worth: f64| {
            let fresh = day.map_or(0.5, |day| decay(picture.today.since(day)));
            let known = done.entry((who, deed)).or_insert((0, None, None, 0.0));
            known.0 += 1;
            if known.2.is_none() || day > known.1 {
                known.1 = day.max(known.1);
                known.2 = Some(id);
            }
            known.3 = 1.0 - (1.0 - known.3) * (1.0 - worth * fresh);
        };
        for event in picture
            .holding
            .events
            .iter()
            .filter(|it| touches(&it.topics))
        {
            for who in &event.givers {
                add(*who, Deed::Gave, event.day, event.id, 0.45);
            }
            for who in event.takers.difference(&event.givers) {
                add(*who, Deed::Took, event.day, event.id, 0.15);
            }
        }
        for referral in picture
            .holding
            .referrals
            .iter()
            .filter(|it| touches(&it.topics))
        {
            let helped = referral
                .outcome
                .is_some_and(|outcome| picture.is(outcome, km::HELPED));
            for who in referral.to.iter().filter(|_| helped) {
                add(*who, Deed::Helped, referral.day, referral.id, 0.5);
            }
        }
        for ((who, deed), (times, last, id, weight)) in done {
            let often = match times {
                1 => "once".to_owned(),
                2 => "twice".to_owned(),
                times => format!("{times} times"),
            };
            let last = last.map_or_else(String::new, |day| match times {
                1 => format!(", on {day}"),
                _ => format!(", last on {day}"),
            });
            let deed = match deed {
                Deed::Gave => "passed it on",
                Deed::Helped => "helped when asked",
                Deed::Took => "learnt it from somebody",
            };
            self.add(who, format!("{deed} {often}{last}"), id, weight);
        }
    }

    fn authored(&mut self, who: PersonId, authored: &Authored) {
        // Writing shows that something can be put into words, which is less than being able to do it.
        let weight = 0.7 * authored.strength;
        if weight < 0.005 {
            return;
        }
        let words = match (authored.note, authored.last) {
            (Some(note), Some(last)) => {
                let deed = if authored.began { "began" } else { "worked on" };
                let changes = counted(authored.changes, "change", "changes");
                format!(
                    "{deed} `{}`: {changes}, last on {last}",
                    self.picture.label(note)
                )
            }
            _ => "wrote notes that link to it".to_owned(),
        };
        self.add(who, words, authored.note, weight);
    }

    /// Who works on what lies in one folder with the notes about the topic. A weak sign, which tells people apart where
    /// nothing else does.
    fn beside(&mut self, topic: TermId) {
        let picture = self.picture;
        let about = picture.topics.notes(topic);
        let mut best: BTreeMap<PersonId, (f64, String)> = BTreeMap::new();
        for note in &about {
            let Some((folder, done)) = picture.folders.of(picture, *note) else {
                continue;
            };
            for (who, beside) in done.iter() {
                let others = beside.notes.difference(&about).count();
                let known = best.get(who).map_or(0.0, |(share, _)| *share);
                if others > 0 && beside.share > known {
                    let notes = counted(others, "other note", "other notes");
                    best.insert(
                        *who,
                        (beside.share, format!("worked on {notes} in `{folder}`")),
                    );
                }
            }
        }
        for (who, (share, words)) in best {
            // Who did less than a twentieth of the work there is not worth a line.
            if share >= 0.05 {
                self.add(who, words, None, 0.2 * share);
            }
        }
    }

    /// Who is named as author of the notes, and who confirmed them.
    fn kept(&mut self, topic: TermId) {
        let picture = self.picture;
        for id in picture.topics.notes(topic) {
            let Some(note) = picture.notes.get(&id) else {
                continue;
            };
            // A note that many others link to says more about its author.
            #[expect(clippy::cast_precision_loss, reason = "a count of links")]
            let cited = (note.linked_from.len() as f64).ln_1p() / 20.0;
            for who in &note.creators {
                let words = format!("author of `{}`", picture.label(id));
                self.add(*who, words, Some(id), (0.4 + cited).min(0.6));
            }
            let confirmed = picture.confirmed.get(&id);
            let mut last: BTreeMap<PersonId, Option<Day>> = BTreeMap::new();
            for (who, day) in confirmed.into_iter().flatten() {
                let known = last.entry(*who).or_default();
                *known = (*known).max(*day);
            }
            for (who, day) in last {
                let fresh = day.map_or(0.5, |day| decay(picture.today.since(day)));
                let on = day.map_or_else(String::new, |day| format!(" on {day}"));
                self.add(
                    who,
                    format!("confirmed `{}`{on}", picture.label(id)),
                    Some(id),
                    0.25 * fresh,
                );
            }
        }
    }

    fn ranked(self) -> Vec<Expert> {
        let people = &self.picture.people;
        let mut found: Vec<Expert> = self
            .by_person
            .into_iter()
            .filter_map(|(id, (level, mut evidence))| {
                let person = people.get(id)?;
                let missing: f64 = evidence.iter().map(|why| 1.0 - why.weight).product();
                evidence.sort_by(|one, other| {
                    other
                        .weight
                        .total_cmp(&one.weight)
                        .then_with(|| one.words.cmp(&other.words))
                });
                evidence.dedup_by(|one, other| one.words == other.words);
                let named = person.visibility == Visibility::Named;
                if !named {
                    // The reasons would tell who it is.
                    evidence = vec![Evidence {
                        words: format!(
                            "asked not to be named; {} for it",
                            counted(evidence.len(), "thing speaks", "things speak")
                        ),
                        source: None,
                        weight: 1.0 - missing,
                    }];
                }
                Some(Expert {
                    who: named.then(|| self.picture.iri(person.id)).flatten(),
                    name: if named {
                        person.name.clone()
                    } else {
                        UNNAMED.to_owned()
                    },
                    level: level.map(|(_, level)| level),
                    score: 1.0 - missing,
                    evidence,
                })
            })
            .collect();
        found.sort_by(|one, other| {
            let score = other.score.total_cmp(&one.score);
            score
                .then_with(|| one.name.cmp(&other.name))
                .then_with(|| one.who.cmp(&other.who))
        });
        found
    }
}

/// What was found, as computed statements of expertise. Who is not named is in none.
fn statements(picture: &Picture<'_>, topic: TermId, found: &[Expert]) -> Vec<Triple> {
    let Some(about) = picture.iri(topic) else {
        return Vec::new();
    };
    let mut triples = Vec::new();
    for expert in found {
        let Some(who) = &expert.who else { continue };
        let key = format!("{} {}", about.as_str(), who.as_str());
        let key: String = blake3::hash(key.as_bytes())
            .to_hex()
            .chars()
            .take(16)
            .collect();
        let statement = picture.base.record("computed-expertise", &key);
        triples.push(Triple::new(
            statement.clone(),
            rdf::TYPE,
            km::EXPERTISE_STATEMENT,
        ));
        triples.push(Triple::new(statement.clone(), km::EXPERT, who.clone()));
        triples.push(Triple::new(
            who.clone(),
            foaf::NAME,
            Literal::new_simple_literal(&expert.name),
        ));
        triples.push(Triple::new(
            statement.clone(),
            km::ABOUT_CONCEPT,
            about.clone(),
        ));
        triples.push(Triple::new(
            statement.clone(),
            km::SCORE,
            decimal(expert.score),
        ));
        triples.push(Triple::new(
            statement.clone(),
            km::HAS_ASSERTION_STATUS,
            km::COMPUTED,
        ));
        for source in expert.evidence.iter().filter_map(|why| why.source.clone()) {
            triples.push(Triple::new(statement.clone(), km::EVIDENCE, source));
        }
    }
    triples
}
