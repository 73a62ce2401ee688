//! Upkeep, people, practices and events.

use kenning_vocab::{dcterms, foaf, km, org, prov, rdfs, schema, xsd};
use oxrdf::{NamedNode, NamedNodeRef};

use super::{Writer, scheme, term_or_text};
use crate::fact::{Event, Fact, FactKind, Held, Knows, Mention};
use crate::meta::due;
use crate::name::normal_key;
use crate::note::Content;

impl Writer<'_> {
    /// What the keys about upkeep and people say.
    pub(super) fn people(&mut self) {
        let note = self.note;
        let about = &note.about;
        let (iri, concept) = (self.iri, self.concept);
        for mention in &about.responsible {
            let agent = self.person(mention);
            self.say_once(iri, km::RESPONSIBLE, agent.as_ref());
        }
        for (at, by) in &about.verified {
            if let Some(at) = at {
                let day = oxrdf::Literal::new_typed_literal(
                    at.lexical.as_str(),
                    super::head::datatype(at),
                );
                self.say_once(iri, km::LAST_VERIFIED, day.as_ref());
            }
            if let Some(by) = by {
                let agent = self.person(by);
                self.say_once(iri, km::VERIFIED_BY, agent.as_ref());
            }
        }
        if about.verified.len() > 1 {
            self.verifications();
        }
        if let Some(interval) = &about.review_interval {
            self.typed(iri, km::REVIEW_INTERVAL, interval, xsd::DURATION);
        }
        let latest = about
            .verified
            .iter()
            .filter_map(|(at, _)| at.as_ref())
            .max();
        let falls_due = about
            .stale_after
            .clone()
            .or_else(|| due(latest?, about.review_interval.as_deref()?));
        if let Some(day) = falls_due {
            self.moment(iri, km::REVIEW_DUE, &day);
        }
        if let Some(status) = &about.status {
            self.text(iri, km::STATUS, &status.text);
        }
        for kind in &about.knowledge_types {
            let term = term_or_text(scheme::knowledge_type(&kind.text), &kind.text);
            self.say_once(concept, km::HAS_KNOWLEDGE_TYPE, term.as_ref());
        }
        if let Some(weight) = about.criticality {
            self.number(concept, km::CRITICALITY, weight);
        }
        if let Some(share) = &about.confidence {
            self.typed(iri, km::CONFIDENCE, share, xsd::DECIMAL);
        }
        for mode in about
            .modes
            .iter()
            .filter_map(|mode| scheme::mode(&mode.text))
        {
            self.say_once(concept, km::CARRIES_MODE, mode);
        }
        for kind in about
            .suits
            .iter()
            .filter_map(|kind| scheme::knowledge_type(&kind.text))
        {
            self.say_once(concept, km::SUITS_KNOWLEDGE_TYPE, kind);
        }
        for barrier in &about.barriers {
            match scheme::barrier(&barrier.text) {
                Some(barrier) => self.say_once(concept, km::HINDERED_BY, barrier),
                None => {
                    let name = self.name(&normal_key(&barrier.text), &barrier.text);
                    self.say_once(concept, km::HINDERED_BY, name.as_ref());
                }
            }
        }
        for member in &about.members {
            let agent = self.person(member);
            self.say_once(concept, foaf::MEMBER, agent.as_ref());
        }
        let is_plan = note
            .types
            .iter()
            .any(|kind| scheme::class(&kind.text) == Some(km::RETENTION_PLAN));
        for topic in &about.covers {
            let name = self.name(&topic.key, &topic.name);
            let property = if is_plan {
                km::ABOUT_CONCEPT
            } else {
                km::COVERS_TOPIC
            };
            self.say_once(concept, property, name.as_ref());
        }
        for person in &about.person {
            let agent = self.person(person);
            let property = if is_plan {
                km::DEPARTING_PERSON
            } else {
                dcterms::RELATION
            };
            self.say_once(concept, property, agent.as_ref());
        }
        if let Some(stage) = about
            .stage
            .as_ref()
            .and_then(|stage| scheme::stage(&stage.text))
        {
            self.say(concept, km::AT_RETENTION_STAGE, stage);
        }
        if let Some(family) = about
            .family
            .as_ref()
            .and_then(|family| scheme::family(&family.text))
        {
            self.say(concept, km::IN_RETENTION_FAMILY, family);
        }
        if about.is_person {
            self.own_person();
        }
    }

    /// Of several verifications, who made which.
    fn verifications(&mut self) {
        let (note, iri) = (self.note, self.iri);
        for (at, by) in &note.about.verified {
            let (Some(at), Some(by)) = (at, by) else {
                continue;
            };
            let name = format!("{}.{}", at.lexical, by.key);
            let node = self.base.part(iri, "verification", &name);
            if !self.is_new('!', node.as_str()) {
                continue;
            }
            let agent = self.person(by);
            self.a(&node, km::VERIFICATION);
            self.say(&node, km::VERIFIED_NOTE, iri);
            self.say(&node, km::VERIFIED_BY, &agent);
            self.moment(&node, prov::ENDED_AT_TIME, at);
        }
    }

    /// The person whose page this is.
    fn own_person(&mut self) {
        let note = self.note;
        let agent = self.person(&self.own_mention());
        let iri = self.iri;
        self.say(&agent, foaf::PAGE, iri);
        if let Some(term) = note
            .about
            .visibility
            .as_ref()
            .and_then(|text| scheme::visibility(&text.text))
        {
            self.say(&agent, km::HAS_VISIBILITY, term);
        } else if note.about.visibility.is_some() {
            // What cannot be read hides.
            self.say(&agent, km::HAS_VISIBILITY, km::HIDDEN);
        }
        if let Some(unit) = &note.about.unit {
            let unit = self.organisation(&unit.text);
            self.say(&agent, org::MEMBER_OF, &unit);
        }
        if let Some(role) = &note.about.role {
            self.text(&agent, schema::JOB_TITLE, &role.text);
        }
    }

    fn own_mention(&self) -> Mention {
        Mention {
            name: self.note.title.clone(),
            key: normal_key(&self.note.title),
            is_link: false,
            is_program: false,
        }
    }

    /// A person of this name.
    fn person(&mut self, mention: &Mention) -> NamedNode {
        let node = self.base.agent(&mention.key);
        if self.is_new('@', &mention.key) {
            let class = if mention.is_program {
                prov::SOFTWARE_AGENT
            } else {
                foaf::PERSON
            };
            self.a(&node, class);
            self.text(&node, foaf::NAME, &mention.name);
        }
        node
    }

    pub(super) fn facts(&mut self, facts: &[Fact], _content: &Content) {
        let iri = self.iri;
        for fact in facts {
            match &fact.kind {
                FactKind::Event(event) => {
                    let node = self.base.part(iri, "event", &fact.anchor);
                    self.event(&node, event, &fact.text);
                }
                FactKind::Knows(knows) => {
                    let node = self.base.part(iri, "knows", &fact.anchor);
                    self.knows(&node, knows);
                }
                FactKind::Held(held) => {
                    let node = self.base.part(iri, "held", &fact.anchor);
                    self.held(&node, held);
                }
                FactKind::Departure { who, at } => {
                    let node = self.base.part(iri, "departure", &fact.anchor);
                    let who = who.clone().unwrap_or_else(|| self.own_mention());
                    let agent = self.person(&who);
                    self.a(&node, km::DEPARTURE);
                    self.say(&node, km::DEPARTING_PERSON, &agent);
                    if let Some(at) = at {
                        self.moment(&node, km::DEPARTURE_DATE, at);
                    }
                }
            }
        }
    }

    fn event(&mut self, node: &NamedNode, event: &Event, text: &str) {
        self.a(node, km::CONVERSION_EVENT);
        self.text(node, rdfs::LABEL, text);
        if let Some(from) = &event.from {
            self.moment(node, prov::STARTED_AT_TIME, from);
        }
        if let Some(until) = &event.until {
            self.moment(node, prov::ENDED_AT_TIME, until);
        }
        match (
            scheme::practice(&event.practice.text),
            scheme::mode(&event.practice.text),
        ) {
            (Some((practice, mode)), _) => {
                self.say(node, km::THROUGH_PRACTICE, practice);
                self.say(node, km::BY_MODE, mode);
            }
            (None, Some(mode)) => self.say(node, km::BY_MODE, mode),
            (None, None) => {
                let name = self.name(&normal_key(&event.practice.text), &event.practice.text);
                self.say(node, km::THROUGH_PRACTICE, &name);
            }
        }
        for (people, property) in [
            (&event.givers, km::SHARED_BY),
            (&event.takers, km::ACQUIRED_BY),
        ] {
            for mention in people {
                let agent = self.person(mention);
                self.say_once(node, property, agent.as_ref());
            }
        }
        self.topics(node, &event.topics);
        if let Some(hours) = &event.hours {
            self.typed(node, km::EFFORT_HOURS, hours, xsd::DECIMAL);
        }
    }

    /// What something is about: these names, or what the note explains.
    fn topics(&mut self, node: &NamedNode, topics: &[Mention]) {
        if topics.is_empty() {
            let concept = self.concept;
            self.say(node, km::ABOUT_CONCEPT, concept);
        }
        for topic in topics {
            let name = self.name(&topic.key, &topic.name);
            self.say_once(node, km::ABOUT_CONCEPT, name.as_ref());
        }
    }

    fn knows(&mut self, node: &NamedNode, knows: &Knows) {
        if !self.is_new('!', node.as_str()) {
            return;
        }
        self.a(node, km::EXPERTISE_STATEMENT);
        let who = knows.who.clone().unwrap_or_else(|| self.own_mention());
        let agent = self.person(&who);
        self.say(node, km::EXPERT, &agent);
        self.topics(node, knows.topic.as_slice());
        if let Some(level) = &knows.level {
            let term = scheme::level(&level.text);
            match term {
                Some(term) => self.say(node, km::HAS_EXPERTISE_LEVEL, term),
                None => self.text(node, rdfs::LABEL, &level.text),
            }
        }
        if let Some(since) = &knows.since {
            self.moment(node, dcterms::VALID, since);
        }
        let stated: NamedNodeRef<'_> = km::STATED;
        self.say(node, km::HAS_ASSERTION_STATUS, stated);
    }

    fn held(&mut self, node: &NamedNode, held: &Held) {
        self.a(node, km::KNOWLEDGE_ASSET);
        self.words(node, dcterms::TITLE, &held.what);
        let concept = self.concept;
        self.say(node, km::ABOUT_CONCEPT, concept);
        for mention in &held.by {
            let agent = self.person(mention);
            self.say_once(node, km::HELD_BY, agent.as_ref());
        }
        for kind in held
            .kinds
            .iter()
            .filter_map(|kind| scheme::knowledge_type(&kind.text))
        {
            self.say_once(node, km::HAS_KNOWLEDGE_TYPE, kind);
        }
        if let Some(weight) = held.criticality {
            self.number(node, km::CRITICALITY, weight);
        }
        if let Some(share) = &held.expressible {
            self.typed(node, km::EXPRESSIBLE_SHARE, share, xsd::DECIMAL);
        }
    }
}
