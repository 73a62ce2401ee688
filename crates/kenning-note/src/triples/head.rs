//! What the head of a note says: titles, dates, authors, tags, sources, protection.

use kenning_vocab::{dcterms, foaf, km, org, prov, rdf, rdfs, schema, skos, xsd};
use oxrdf::{NamedNode, NamedNodeRef};

use super::{Writer, methods, scheme};
use crate::link;
use crate::name::normal_key;
use crate::note::{
    Agent, AgentKind, DateRole, Dated, Extracted, Identifier, SourceRef, Stated, Tag,
};
use crate::value::{Moment, Precision};

impl Writer<'_> {
    pub(super) fn head(&mut self, wiki: &str) {
        let note = self.note;
        let (iri, concept) = (self.iri, self.concept);
        self.a(iri, km::NOTE);
        let in_wiki = self.base.wiki(wiki);
        self.say(iri, km::IN_WIKI, &in_wiki);
        self.words(iri, dcterms::TITLE, &note.title);
        self.say(iri, km::DESCRIBES_CONCEPT, concept);
        if !self.is_of_many() {
            self.a(concept, skos::CONCEPT);
            let concepts = self.base.concepts(wiki);
            self.say(concept, skos::IN_SCHEME, &concepts);
        }
        self.words(concept, skos::PREF_LABEL, &note.title);
        for alias in &note.aliases {
            self.words(concept, skos::ALT_LABEL, &alias.text);
        }
        for slug in &note.slugs {
            self.text(iri, km::SLUG, slug);
        }
        self.answers();
        self.types();
        if let Some(summary) = &note.summary {
            self.words(iri, dcterms::ABSTRACT, &summary.text);
        }
        if let Some(Identifier::Opaque(id)) = &note.id {
            self.text(iri, dcterms::IDENTIFIER, id);
        }
        for permalink in &note.permalinks {
            self.say_once(
                iri,
                km::PERMALINK,
                oxrdf::LiteralRef::new_simple_literal(permalink),
            );
        }
        if let Some(tag) = &note.language {
            self.text(iri, dcterms::LANGUAGE, tag);
        }
        for dated in &note.dates {
            let property = match dated.role {
                DateRole::Created => dcterms::CREATED,
                DateRole::Issued => dcterms::ISSUED,
                DateRole::Modified => dcterms::MODIFIED,
            };
            let literal = oxrdf::Literal::new_typed_literal(
                dated.date.lexical.as_str(),
                datatype(&dated.date),
            );
            self.say_once(iri, property, literal.as_ref());
        }
        for agent in &note.authors {
            let author = self.agent(agent);
            self.say_once(iri, dcterms::CREATOR, author.as_ref());
        }
        if let (Some(affiliation), Some(author)) = (&note.affiliation, note.authors.first()) {
            let author = self.base.agent(&author.key);
            let place = self.base.agent(&normal_key(&affiliation.text));
            self.say(&author, schema::AFFILIATION, &place);
            self.a(&place, foaf::ORGANIZATION);
            self.text(&place, foaf::NAME, &affiliation.text);
        }
        if let Some(draft) = note.draft {
            self.typed(
                iri,
                km::DRAFT,
                if draft { "true" } else { "false" },
                xsd::BOOLEAN,
            );
        }
        for extracted in &note.extracted {
            let property = match extracted.property {
                "title" => dcterms::TITLE,
                "date" => dcterms::ISSUED,
                "author" => dcterms::CREATOR,
                "affiliation" => schema::AFFILIATION,
                _ => dcterms::ABSTRACT,
            };
            self.say_once(iri, km::EXTRACTED_PROPERTY, property);
            let rule = oxrdf::Literal::new_simple_literal(extracted.rule);
            self.say_once(iri, km::EXTRACTED_BY, rule.as_ref());
            self.extracted(extracted, property);
        }
        self.tags(&note.content.tags);
        self.sources(&note.sources);
        if let Some(link) = &note.redirects_to
            && let Some(key) = link.key()
        {
            let name = self.name(key, &link.target);
            self.say(iri, km::REDIRECTS_TO, &name);
        }
        self.measures(&note.protection);
        self.grounds(&note.protection);
    }

    /// What a rule of thumb drew from text, as a statement of which the rule and its confidence are told (RDF Schema 1.1, section 5.3).
    fn extracted(&mut self, extracted: &Extracted, property: NamedNodeRef<'_>) {
        let (note, iri) = (self.note, self.iri);
        let said = self.base.part(iri, "extracted", extracted.property);
        self.a(&said, rdf::STATEMENT);
        self.say(&said, rdf::PREDICATE, property);
        let author = note.authors.first();
        let author = author.map(|author| self.base.agent(&author.key));
        let place = note.affiliation.as_ref();
        let place = place.map(|place| self.base.agent(&normal_key(&place.text)));
        let of_author = author
            .as_ref()
            .filter(|_| extracted.property == "affiliation");
        self.say(&said, rdf::SUBJECT, of_author.unwrap_or(iri));
        let issued = |dated: &&Dated| dated.role == DateRole::Issued;
        match extracted.property {
            "title" => self.words(&said, rdf::OBJECT, &note.title),
            "date" => {
                if let Some(Dated { date, .. }) = note.dates.iter().find(issued) {
                    self.typed(&said, rdf::OBJECT, &date.lexical, datatype(date));
                }
            }
            "author" => author
                .iter()
                .for_each(|author| self.say(&said, rdf::OBJECT, author)),
            "affiliation" => place
                .iter()
                .for_each(|place| self.say(&said, rdf::OBJECT, place)),
            _ => {
                if let Some(summary) = &note.summary {
                    self.words(&said, rdf::OBJECT, &summary.text);
                }
            }
        }
        self.drawn_by(said.as_ref(), extracted.rule, extracted.confidence);
        self.say(&said, km::HAS_ASSERTION_STATUS, km::EXTRACTED);
    }

    /// The rule of thumb that something was drawn from text by, and how sure that is, from 0 to 100.
    pub(super) fn drawn_by(&mut self, what: NamedNodeRef<'_>, rule: &str, confidence: u8) {
        self.text(what, km::EXTRACTED_BY, rule);
        let share = format!("{}.{:02}", confidence / 100, confidence % 100);
        self.typed(what, km::CONFIDENCE, &share, xsd::DECIMAL);
    }

    /// The names by which links may reach the note.
    fn answers(&mut self) {
        let note = self.note;
        let iri = self.iri;
        let mut keys: Vec<String> = Vec::new();
        let mut name = String::new();
        let stem = link::stem(&note.path);
        let names = [note.title.as_str(), stem]
            .into_iter()
            .chain(note.aliases.iter().map(|alias| alias.text.as_str()));
        let names = names
            .chain(note.slugs.iter().map(String::as_str))
            .map(normal_key);
        let paths = note
            .permalinks
            .iter()
            .map(|path| normal_key(path.trim_matches('/')));
        for key in names.chain(paths).filter(|key| !key.is_empty()) {
            if !keys.contains(&key) {
                self.base.put_name(&mut name, &key);
                self.say(iri, km::ANSWERS_TO, NamedNodeRef::new_unchecked(&name));
                keys.push(key);
            }
        }
    }

    /// Whether the note describes a scheme or a collection of concepts, which is no concept itself (SKOS S9 and S37).
    fn is_of_many(&self) -> bool {
        let many = [
            skos::CONCEPT_SCHEME,
            skos::COLLECTION,
            skos::ORDERED_COLLECTION,
        ];
        let mut types = self
            .note
            .types
            .iter()
            .filter_map(|typed| typed.iri.as_deref());
        types.any(|iri| many.iter().any(|class| class.as_str() == iri))
    }

    fn types(&mut self) {
        let concept = self.concept;
        let note = self.note;
        for typed in &note.types {
            let class = if typed.is_link {
                let name = self.name(&normal_key(&typed.text), &typed.text);
                self.say_once(concept, rdf::TYPE, name.as_ref());
                continue;
            } else if crate::meta::is_person_type(&typed.text) {
                // The person is the agent; the concept of the page is not a second one.
                continue;
            } else {
                self.class(typed)
            };
            self.say_once(concept, rdf::TYPE, class.as_ref());
        }
    }

    pub(super) fn tags(&mut self, tags: &[Tag]) {
        let iri = self.iri;
        let scheme = self.base.tags();
        for tag in tags {
            let node = self.base.tag(&tag.key);
            self.say(iri, dcterms::SUBJECT, &node);
            self.tell_tag(&node, &tag.label, &scheme);
            let (mut key, mut label, mut narrower) = (tag.key.as_str(), tag.label.as_str(), node);
            while let Some((above, _)) = key.rsplit_once('/') {
                let broader = self.base.tag(above);
                self.say_once(&narrower, skos::BROADER, broader.as_ref());
                label = label.rsplit_once('/').map_or(above, |(above, _)| above);
                self.tell_tag(&broader, label, &scheme);
                (key, narrower) = (above, broader);
            }
        }
    }

    fn tell_tag(&mut self, node: &NamedNode, label: &str, scheme: &NamedNode) {
        if self.is_new('#', node.as_str()) {
            self.a(node, km::TAG);
            self.text(node, skos::PREF_LABEL, label);
            self.say(node, skos::IN_SCHEME, scheme);
        }
    }

    pub(super) fn sources(&mut self, sources: &[SourceRef]) {
        let iri = self.iri;
        for source in sources {
            let node = self.source(&source.key);
            self.say_once(iri, dcterms::SOURCE, node.as_ref());
            if let Some(title) = &source.title {
                let title = oxrdf::Literal::new_simple_literal(title.as_str());
                self.say_once(&node, dcterms::TITLE, title.as_ref());
            }
            if let Some(url) = source
                .url
                .as_deref()
                .and_then(|url| NamedNode::new(url).ok())
            {
                self.say_once(&node, rdfs::SEE_ALSO, url.as_ref());
            }
            if let Some(author) = source
                .author
                .as_deref()
                .and_then(|author| crate::meta::agent_of(author, source.place))
            {
                let agent = self.agent(&author);
                self.say_once(&node, dcterms::CREATOR, agent.as_ref());
            }
            self.signals(source, &node);
        }
    }

    /// A source; its key is told once.
    pub(super) fn source(&mut self, key: &str) -> NamedNode {
        let node = self.base.source(key);
        if self.is_new('^', key) {
            self.a(&node, km::SOURCE);
            self.text(&node, km::SOURCE_KEY, key);
        }
        node
    }

    pub(super) fn agent(&mut self, agent: &Agent) -> NamedNode {
        let node = self.base.agent(&agent.key);
        if self.is_new('@', &agent.key) {
            let class = match agent.kind {
                AgentKind::Unknown => prov::AGENT,
                AgentKind::Person => foaf::PERSON,
                AgentKind::Software => prov::SOFTWARE_AGENT,
            };
            self.a(&node, class);
            self.text(&node, foaf::NAME, &agent.name);
            if let Some(role) = &agent.role {
                self.text(&node, schema::JOB_TITLE, role);
            }
        }
        node
    }

    /// What else than a level protects the knowledge of the note.
    pub(super) fn measures(&mut self, stated: &Stated) {
        let iri = self.iri;
        let until = match stated {
            Stated::Says(protection) => protection
                .until
                .as_ref()
                .and_then(|until| Moment::parse(&until.text)),
            _ => None,
        };
        for method in methods(stated) {
            let measure = self.base.part(iri, "measure", &normal_key(&method.text));
            if !self.is_new('!', measure.as_str()) {
                continue;
            }
            self.a(&measure, km::PROTECTION_MEASURE);
            self.say(&measure, km::PROTECTS, iri);
            match scheme::method(&method.text) {
                Some(term) => self.say(&measure, km::APPLIES_METHOD, term),
                None => self.text(&measure, rdfs::LABEL, &method.text),
            }
            if let Some(until) = &until {
                self.moment(&measure, km::VALID_UNTIL, until);
            }
        }
    }

    /// Why the note is protected, and who decides about that. What the label is, is said nowhere in the note's graph.
    fn grounds(&mut self, stated: &Stated) {
        let Stated::Says(protection) = stated else {
            return;
        };
        let iri = self.iri;
        if let Some(basis) = &protection.basis {
            self.text(iri, dcterms::RIGHTS, &basis.text);
        }
        if let Some(owner) = &protection.owner {
            let key = normal_key(&owner.text);
            let node = self.base.agent(&key);
            if self.is_new('@', &key) {
                self.a(&node, prov::AGENT);
                self.text(&node, foaf::NAME, &owner.text);
            }
            self.say(iri, dcterms::RIGHTS_HOLDER, &node);
        }
    }

    pub(super) fn moment(
        &mut self,
        subject: &NamedNode,
        property: NamedNodeRef<'_>,
        moment: &Moment,
    ) {
        self.typed(subject, property, &moment.lexical, datatype(moment));
    }

    pub(super) fn organisation(&mut self, name: &str) -> NamedNode {
        let node = self.base.agent(&normal_key(name));
        if self.is_new('@', &normal_key(name)) {
            self.a(&node, org::ORGANIZATIONAL_UNIT);
            self.text(&node, foaf::NAME, name);
        }
        node
    }
}

/// The datatype of a moment.
pub(super) fn datatype(moment: &Moment) -> NamedNodeRef<'static> {
    match moment.precision {
        Precision::Year => xsd::G_YEAR,
        Precision::Month => xsd::G_YEAR_MONTH,
        Precision::Day => xsd::DATE,
        Precision::Time => xsd::DATE_TIME,
    }
}
