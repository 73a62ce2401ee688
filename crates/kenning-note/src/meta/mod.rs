//! What the keys of the front matter mean.

mod block;
mod cascade;
mod field;
mod names;
mod people;
mod protection;
mod value;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::front_matter::{Data, Key, Node};
use crate::link;
use crate::name::{normal_key, slug};
use crate::note::{
    Agent, AgentKind, DateRole, Dated, Field, Format, Identifier, Note, SourceRef, Text, Typed,
};
use crate::problem::{Place, Problem, ProblemKind};
use crate::settings::{Dialect, Settings};
use crate::value::{DateOrder, Moment, Value};

pub(crate) use block::block_attributes;
pub use block::may_open_section;
pub use cascade::may_hand_down;
pub(crate) use cascade::{add_lost, is_given_twice};
pub(crate) use people::{
    agent_of, due, is_person_type, level, mention, name_and_rest, odd_level, share,
};
pub(crate) use protection::tell_tags;
pub(crate) use protection::{is_protection_key, names_protection, states_protection};
pub(crate) use value::{scalar, truth, value, words};

use names::{named, parts, tags, unlinked};
use value::node_of;

/// What the reading of keys needs and gives.
pub(crate) struct Meta<'a> {
    pub(crate) problems: &'a mut Vec<Problem>,
    /// The title that the front matter gives.
    pub(crate) title: Option<String>,
    /// Whether keys come from the text, where links have been read and any key is welcome.
    in_text: bool,
    /// Whether a key says when the note was made, so that a bare `date` says something else.
    has_created: bool,
    settings: &'a Settings,
}

/// A key without case and separators: `createdAt`, `created_at` and `Created-At` are one.
pub(crate) fn squeezed(key: &str) -> Cow<'_, str> {
    // Most keys are written so already.
    if key.bytes().all(|b| b.is_ascii_lowercase()) {
        return Cow::Borrowed(key);
    }
    if key.is_ascii() {
        let letters = key
            .bytes()
            .filter(|b| !matches!(b, b'-' | b'_' | b' ' | b'.'))
            .map(|b| b.to_ascii_lowercase());
        return Cow::Owned(String::from_utf8(letters.collect()).unwrap_or_default());
    }
    let letters = key
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '.'))
        .flat_map(char::to_lowercase);
    Cow::Owned(letters.collect())
}

/// The key, squeezed, that means what a property of our vocabulary means, for those who write the property.
fn own_term(key: &str) -> Option<&'static str> {
    Some(match key.strip_prefix("km:")? {
        "hasKnowledgeType" | "knowledgeType" => "knowledgetype",
        "criticality" => "criticality",
        "responsible" => "responsible",
        "lastVerified" => "lastverified",
        "reviewInterval" => "reviewinterval",
        "hasVisibility" | "visibility" => "visibility",
        "carriesMode" => "modes",
        "suitsKnowledgeType" => "suits",
        "hinderedBy" => "barriers",
        "contradicts" => "contradicts",
        _ => return None,
    })
}

/// Whether a squeezed key says when the note was made.
fn is_created(key: &str) -> bool {
    matches!(
        key,
        "created" | "createdat" | "datecreated" | "creationdate" | "createdon" | "createdtime"
    )
}

impl<'a> Meta<'a> {
    pub(crate) fn new(settings: &'a Settings, problems: &'a mut Vec<Problem>) -> Self {
        Self {
            settings,
            problems,
            title: None,
            in_text: false,
            has_created: false,
        }
    }
}

impl Meta<'_> {
    /// Puts fields of the text into the note: those about the note as if they stood in the front matter, others as they are.
    ///
    /// INVARIANT: a field that speaks of protection counts for the whole note, or closes it when it cannot.
    pub(crate) fn read_fields(&mut self, note: &mut Note, fields: Vec<Field>) {
        self.in_text = true;
        let mut protection = Vec::new();
        for field in fields {
            let key = Key {
                text: field.key.clone(),
                place: field.place,
            };
            if is_protection_key(&field.key) {
                protection.push((key, node_of(&field.value, field.place)));
            } else if field.passage.is_some() {
                note.fields.push(field);
            } else if squeezed(&field.key) == "title" {
                let title = words(&node_of(&field.value, field.place))
                    .filter(|title| !title.text.is_empty());
                if let (Some(title), true) = (title, note.title.is_empty()) {
                    note.title = title.text;
                    note.title_from = crate::note::TitleFrom::FrontMatter;
                }
            } else {
                let before = note.fields.len();
                self.key(note, &key, &node_of(&field.value, field.place));
                // What was kept as a property keeps its type, too.
                if let (Value::Typed { text, .. }, Some(kept)) =
                    (&field.value, note.fields.get_mut(before))
                    && kept.value == Value::Text(text.clone())
                {
                    kept.value = field.value;
                }
            }
        }
        if protection.is_empty() {
            return;
        }
        let before = std::mem::take(&mut note.protection);
        protection::read(note, &protection, &self.settings.levels, self.problems);
        if before != crate::note::Stated::Nothing && before != note.protection {
            let place = protection
                .first()
                .map_or(Place::START, |(key, _)| key.place);
            let why = "protection is stated in the front matter and again in the text".to_owned();
            self.problems.push(
                Problem::new(ProblemKind::Protection, place, why.clone())
                    .with_hint("the note is closed until this is mended"),
            );
            note.protection = crate::note::Stated::Unreadable { why, place };
        }
    }

    /// Puts what the front matter says into the note.
    pub(crate) fn read(&mut self, note: &mut Note, mut map: Vec<(Key, Node)>) {
        if note.dialect == Dialect::Logseq {
            // People write `key:: value` there as well, as they do in the text.
            for (key, _) in &mut map {
                let length = key.text.trim_end_matches(':').len();
                key.text.truncate(length);
            }
        }
        // What `aliases` are may depend on the title.
        if let Some((_, node)) = map.iter().find(|(key, _)| squeezed(&key.text) == "title") {
            self.title = words(node)
                .map(|text| text.text)
                .filter(|text| !text.is_empty());
        }
        self.has_created = map.iter().any(|(key, _)| is_created(&squeezed(&key.text)));
        protection::read(note, &map, &self.settings.levels, self.problems);
        if cascade::hands_down(note) {
            note.cascades = cascade::read(&map, &self.settings.levels, self.problems);
        }
        for (key, node) in map {
            self.key(note, &key, &node);
        }
    }

    fn key(&mut self, note: &mut Note, key: &Key, node: &Node) {
        if is_protection_key(&key.text) {
            return;
        }
        let dialect = note.dialect;
        if let Some(context) = self.settings.context.as_ref().filter(|_| !self.in_text) {
            match context.keyword(&key.text) {
                Some("@type") => return self.types(note, node),
                Some("@id") => return self.identifier(note, node),
                _ if context.terms.contains_key(&key.text) => {
                    return self.declared(note, context, key, node);
                }
                _ => {}
            }
        }
        match own_term(&key.text).unwrap_or(&squeezed(&key.text)) {
            "title" => {}
            "alias" | "aliases" => self.aliases(note, node),
            "tags" | "tag" | "keywords" | "categories" | "category" => {
                if !matches!(node.data, Data::Map(_)) {
                    tags(note, node, &key.text);
                    if key.text.starts_with("categor") {
                        let words = node.each().iter().filter_map(Node::text);
                        note.categories.extend(words.map(str::to_owned));
                    }
                }
            }
            "summary" | "description" | "desc" | "excerpt" | "abstract"
                if node.text().is_some() =>
            {
                if note.summary.is_none() {
                    note.summary = words(node).filter(|text| !text.text.is_empty());
                }
            }
            created if is_created(created) => self.date(note, key, node, DateRole::Created),
            // Material's blog for MkDocs writes `date: {created: …, updated: …}`.
            "date" if matches!(node.data, Data::Map(_)) => {
                for (name, role) in [
                    ("created", DateRole::Issued),
                    ("updated", DateRole::Modified),
                ] {
                    if let Some(date) = node.get(name) {
                        self.date(note, key, date, role);
                    }
                }
            }
            "date" => {
                let published = self.has_created
                    || matches!(
                        dialect,
                        Dialect::Jekyll | Dialect::Hugo | Dialect::Docusaurus | Dialect::Article
                    );
                self.date(
                    note,
                    key,
                    node,
                    if published {
                        DateRole::Issued
                    } else {
                        DateRole::Created
                    },
                );
            }
            "publishdate" | "publishedat" | "issued" | "datepublished" | "msdate"
            | "publicationdate" => {
                self.date(note, key, node, DateRole::Issued);
            }
            // Docusaurus writes `last_update: {date: …, author: …}`.
            "lastupdate" if matches!(node.data, Data::Map(_)) => {
                note.authors
                    .extend(node.get("author").and_then(people::agent));
                if let Some(date) = node.get("date") {
                    self.date(note, key, date, DateRole::Modified);
                }
            }
            "updated" | "updatedat" | "modified" | "lastmod" | "lastmodified" | "lastupdate"
            | "lastupdated" | "datemodified" | "lasteditedtime" => {
                self.date(note, key, node, DateRole::Modified);
            }
            // So the first version of OKF called it.
            "timestamp" if matches!(dialect, Dialect::Okf) => {
                self.date(note, key, node, DateRole::Modified);
            }
            "author" | "authors" | "creator" | "creators" | "createdby" => {
                for node in node.each() {
                    note.authors.extend(people::agents(node));
                }
            }
            "generated" if node.get("by").is_some() || node.get("at").is_some() => {
                note.authors.extend(node.get("by").and_then(people::agent));
                if let Some(at) = node.get("at") {
                    self.date(note, key, at, DateRole::Created);
                }
            }
            "sources" | "source" => sources(note, node),
            "slug" => note.slugs.extend(node.text().map(str::to_owned)),
            "permalink" | "url"
                if node
                    .text()
                    .is_some_and(|text| !text.is_empty() && !link::is_address(text)) =>
            {
                note.permalinks
                    .insert(0, node.text().unwrap_or_default().to_owned());
                note.has_permalink = true;
            }
            "redirectfrom" | "redirects" => note
                .permalinks
                .extend(node.each().iter().filter_map(Node::text).map(str::to_owned)),
            "id" | "@id" | "uid" | "uri" | "iri" if node.text().is_some() => {
                self.identifier(note, node)
            }
            "type" | "@type" | "types" | "class" => self.types(note, node),
            "kind" if dialect == Dialect::LlmWiki => self.types(note, node),
            "contradictedby" | "contradicts" => self.contradiction(note, key, node),
            "lang" | "language" | "locale" if !matches!(node.data, Data::Map(_)) => {
                let tag = node.text().unwrap_or_default().replace('_', "-");
                if is_language(&tag) {
                    note.language = Some(tag);
                } else if !node.is_empty() {
                    self.odd(
                        key,
                        format!("`{tag}` is not a language tag"),
                        "write `en`, `de` or `pt-BR`",
                    );
                }
            }
            "draft" if truth(node).is_some() => note.draft = truth(node),
            "published" | "publish" if truth(node).is_some() => {
                note.draft = truth(node).map(|published| !published);
            }
            "kgskip" => {}
            "related" | "seealso" => self.add_links(note, key, node, true),
            name if people::read(self, note, name, key, node) => {}
            _ => self.field(note, key, node),
        }
    }

    fn aliases(&mut self, note: &mut Note, node: &Node) {
        let list: Vec<Text> = match &node.data {
            // Foam writes `alias: one, two`.
            Data::Scalar { text, .. } => parts(text, |c| c == ',')
                .into_iter()
                .map(|part| Text {
                    text: link::one_line(unlinked(part)).into_owned(),
                    place: node.place,
                })
                .collect(),
            _ => named(node)
                .map(|(text, place)| Text {
                    text: link::one_line(unlinked(&text)).into_owned(),
                    place,
                })
                .collect(),
        };
        let title_slug = self.title.as_deref().map(slug);
        for alias in list.into_iter().filter(|alias| !alias.text.is_empty()) {
            // In Hugo, and wherever it looks like one, an alias is an address that leads here.
            let of_hugo = note.dialect == Dialect::Hugo
                && matches!(note.format, Format::Markdown | Format::Html);
            if of_hugo || alias.text.starts_with('/') {
                note.permalinks.push(alias.text);
            } else if title_slug.as_deref() == Some(&alias.text)
                || alias.text == slug(link::stem(&note.path))
            {
                note.slugs.push(alias.text);
            } else {
                note.aliases.push(alias);
            }
        }
    }

    fn date(&mut self, note: &mut Note, key: &Key, node: &Node, role: DateRole) {
        let Some(text) = node.text().filter(|_| !node.is_empty()) else {
            return;
        };
        let date = Moment::parse_in(text, self.settings.dates)
            .or_else(|| Moment::parse_milliseconds(text))
            .or_else(|| crate::page::moment_of(text));
        if let Some(date) = date {
            let once = matches!(role, DateRole::Created | DateRole::Modified);
            let before = note.dates.iter().find(|dated| dated.role == role);
            if let Some(before) = before.filter(|dated| once && dated.date != date) {
                let first = before.date.lexical.clone();
                self.odd(
                    key,
                    format!("the note says `{first}` already; `{text}` is kept as a property"),
                    "say it once",
                );
                note.fields.push(Field {
                    key: key.text.clone(),
                    iri: None,
                    is_reverse: false,
                    value: Value::Text(text.to_owned()),
                    passage: None,
                    place: node.place,
                });
                return;
            }
            note.dates.push(Dated {
                role,
                date,
                place: node.place,
            });
            return;
        }
        if text.contains("{{") || text.contains("<%") {
            self.odd(
                key,
                format!("`{text}` is a place for a template to fill"),
                "this note looks like a template",
            );
        } else {
            let two = Moment::parse_in(text, Some(DateOrder::DayFirst)).is_some();
            let (why, hint) = if two {
                (
                    format!("`{text}` could be two days"),
                    "write it as 2026-03-31, or say `dates = \"day-first\"` or `\"month-first\"` in `kenning.toml`",
                )
            } else {
                (format!("`{text}` is not a date"), "write it as 2026-03-31")
            };
            self.odd(key, why, hint);
        }
        note.fields.push(Field {
            key: key.text.clone(),
            iri: None,
            is_reverse: false,
            value: Value::Text(text.to_owned()),
            passage: None,
            place: node.place,
        });
    }

    fn identifier(&mut self, note: &mut Note, node: &Node) {
        let text = node.text().unwrap_or_default().trim();
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("http://")
            || lower.starts_with("https://")
            || lower.starts_with("urn:")
        {
            if oxrdf::NamedNode::new(text).is_ok() {
                note.id = Some(Identifier::Iri(text.to_owned()));
            } else {
                let problem = Problem::new(
                    ProblemKind::Value,
                    node.place,
                    format!("`{text}` is not an IRI"),
                );
                self.problems.push(problem);
            }
        } else if !text.is_empty() && note.id.is_none() {
            note.id = Some(Identifier::Opaque(text.to_owned()));
        }
    }

    fn types(&mut self, note: &mut Note, node: &Node) {
        // There it names the template of the page.
        if matches!(note.dialect, Dialect::Hugo) {
            return;
        }
        for node in node.each() {
            let Some(text) = node.text().map(str::trim).filter(|text| !text.is_empty()) else {
                continue;
            };
            let context = self.settings.context.as_ref();
            let iri = context
                .and_then(|context| context.expand(text))
                .or_else(|| self.known(text));
            match link::wikilinks_in(text, &note.path, note.dialect)
                .into_iter()
                .next()
            {
                Some((_, _, found)) => {
                    note.types.push(Typed {
                        text: found.target.to_string(),
                        is_link: true,
                        iri: None,
                        place: node.place,
                    });
                }
                None => note.types.push(Typed {
                    text: text.to_owned(),
                    is_link: false,
                    iri,
                    place: node.place,
                }),
            }
        }
    }

    pub(crate) fn odd(&mut self, key: &Key, text: String, hint: &str) {
        self.problems.push(
            Problem::new(
                ProblemKind::Value,
                key.place,
                format!("`{}`: {text}", key.text),
            )
            .with_hint(hint),
        );
    }
}

fn sources(note: &mut Note, node: &Node) {
    for node in node.each() {
        let mut source = SourceRef {
            in_front_matter: true,
            place: node.place,
            ..SourceRef::default()
        };
        match &node.data {
            Data::Scalar { text, .. } => {
                let (title, text) = link::named_address(text.trim());
                source.title = title.map(str::to_owned);
                match link::wikilinks_in(text, &note.path, note.dialect)
                    .into_iter()
                    .next()
                {
                    Some((0, _, found)) => source.key = source_key(&found.target).into_owned(),
                    _ => source.key = source_key(text).into_owned(),
                }
                source.url = link::is_address(text)
                    .then(|| text.to_owned())
                    .filter(|t| link::is_safe_address(t));
            }
            Data::Map(_) => {
                let field = |key: &str| {
                    node.get(key)
                        .and_then(Node::text)
                        .map(str::trim)
                        .filter(|t| !t.is_empty())
                        .map(str::to_owned)
                };
                source.id = field("id");
                source.title = field("title").or_else(|| field("name"));
                source.author = field("author");
                if let Data::Map(items) = &node.data {
                    let own = |key: &str| {
                        matches!(
                            key,
                            "id" | "title"
                                | "name"
                                | "author"
                                | "url"
                                | "resource"
                                | "path"
                                | "file"
                        )
                    };
                    let more = items.iter().filter(|(key, _)| !own(&key.text));
                    source.more = more
                        .map(|(key, item)| {
                            (key.text.clone(), value(item, &note.path, note.dialect))
                        })
                        .collect();
                }
                source.url = field("url")
                    .or_else(|| field("resource"))
                    .filter(|t| link::is_address(t) && link::is_safe_address(t));
                let key = field("resource")
                    .or_else(|| field("url"))
                    .or_else(|| field("path"))
                    .or_else(|| field("file"));
                let key = key.or_else(|| field("title")).or_else(|| source.id.clone());
                source.key = source_key(&key.unwrap_or_default()).into_owned();
            }
            Data::Null | Data::List(_) => {}
        }
        if !source.key.is_empty() && !note.sources.iter().any(|other| other.key == source.key) {
            note.sources.push(source);
        }
    }
}

/// The key of a source: what was written, composed and on one line, without `./` in front.
pub(crate) fn source_key(text: &str) -> Cow<'_, str> {
    let key = match link::one_line(text) {
        Cow::Borrowed(line) => Cow::Borrowed(line.strip_prefix("./").unwrap_or(line)),
        Cow::Owned(line) => Cow::Owned(line.strip_prefix("./").unwrap_or(&line).to_owned()),
    };
    if key.is_ascii() {
        return key;
    }
    Cow::Owned(key.nfc().collect())
}

/// Whether a text has the shape of a language tag (BCP 47): `en`, `pt-BR`, `zh-Hant`.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// An agent of this name.
pub(crate) fn named_agent(name: &str, kind: AgentKind, place: Place) -> Option<Agent> {
    let name = link::one_line(name);
    (!name.is_empty()).then(|| Agent {
        key: normal_key(&name),
        name: name.into_owned(),
        kind,
        role: None,
        place,
    })
}
