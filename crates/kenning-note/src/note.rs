//! What a note says: the types that reading gives.

use crate::problem::Place;
use crate::value::Value;
use crate::word::Word;
use crate::{Dialect, Problem};

/// A note as it was understood, and where the reader stumbled.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// What the note says.
    pub note: Note,
    /// What is odd about it, in the order of lines.
    pub problems: Vec<Problem>,
}

/// What one note says. It knows nothing of any other note: links hold names, never notes.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Note {
    /// Path relative to the folder of the wiki, with `/`.
    pub path: String,
    /// The path by which its addresses are minted, where that is another: whoever follows a wiki lets a note that was moved keep them.
    pub identity: Option<String>,
    /// The sort of text.
    pub format: Format,
    /// Whose habits were followed.
    pub dialect: Dialect,
    /// How much of it becomes triples.
    pub detail: crate::Detail,
    /// The title: from the front matter, else the first heading, else the name of the file.
    pub title: String,
    /// Where the title was found.
    pub title_from: TitleFrom,
    /// Other names of what the note describes. Never the slug of the title: see `slugs`.
    pub aliases: Vec<Text>,
    /// Names that are spelt for addresses: `slug`, and aliases that only repeat the title in that spelling.
    pub slugs: Vec<String>,
    /// Paths under which the note is or was published: `permalink`, `url`, `redirect_from`, Hugo's `aliases`.
    /// The first one is current when `has_permalink` says so.
    pub permalinks: Vec<String>,
    /// Whether the first of `permalinks` is where the note stands today.
    pub has_permalink: bool,
    /// What makers of sites file it under, in order. They are tags of the note as well.
    pub categories: Vec<String>,
    /// An identifier that the note gives itself, which outlasts a change of path.
    pub id: Option<Identifier>,
    /// Names that blocks and headings of the note have in the whole wiki: Logseq's `id::`, Org's `:ID:`.
    pub blocks: Vec<String>,
    /// The day whose journal this is.
    pub journal: Option<crate::Moment>,
    /// Types that the note gives what it describes, as written.
    pub types: Vec<Typed>,
    /// A sentence or two about it.
    pub summary: Option<Text>,
    /// Language tag of the note's own words.
    pub language: Option<String>,
    /// When the note was created, published and changed, as it says itself.
    pub dates: Vec<Dated>,
    /// Who wrote it.
    pub authors: Vec<Agent>,
    /// Where the author works, where a byline says so.
    pub affiliation: Option<Text>,
    /// Sources of the note as a whole: front matter and the "Sources" section.
    pub sources: Vec<SourceRef>,
    /// What the note says about its protection, uninterpreted.
    pub protection: Stated,
    /// What the page of a section asks for all notes in its folder and below, itself among them: Hugo's `cascade`, in so far as it speaks
    /// of protection. It stands beside `protection`, which is of the note alone.
    pub cascades: Vec<Cascade>,
    /// Keys with a value that have no place above, in the order of the note. Also inline fields of the note.
    pub fields: Vec<Field>,
    /// Upkeep, weight and people: what the keys for these say.
    pub about: crate::About,
    /// Who knows what, what happened, who leaves: what the conventions for people and practices say.
    pub facts: Vec<crate::Fact>,
    /// Properties that a rule of thumb drew from running text, with the name of the rule.
    pub extracted: Vec<Extracted>,
    /// Whether the author marked the note as not ready.
    pub draft: Option<bool>,
    /// The name this note forwards its readers to.
    pub redirects_to: Option<Link>,
    /// The text outside protected blocks.
    pub content: Content,
    /// Protected blocks, in the order of the note. What they hold is nowhere else.
    pub sections: Vec<Protected>,
}

/// Part of the text of a note: all of it outside protected blocks, or one of these.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Content {
    /// Headings, in order.
    pub headings: Vec<Heading>,
    /// Paragraphs, list items and the like, in order.
    pub passages: Vec<Passage>,
    /// Links, in order: those of front matter come first.
    pub links: Vec<Link>,
    /// Tags, each key once.
    pub tags: Vec<Tag>,
}

/// A block that fewer readers may see than the rest of its note.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Protected {
    /// What its graph is called, such as `restricted.1`: what it says about its protection, and its number among those that say
    /// the same. So a name tells nothing of other blocks.
    pub name: String,
    /// Who may read it, uninterpreted. It can only raise what holds for the note.
    pub protection: Stated,
    /// The protected block it stands in, whose protection holds for it too: its place in [`Note::sections`].
    pub within: Option<usize>,
    /// Where it begins and ends.
    pub span: Span,
    /// Its text.
    pub content: Content,
    /// Sources of a "Sources" section inside it.
    pub sources: Vec<SourceRef>,
    /// Inline fields inside it.
    pub fields: Vec<Field>,
    /// What the conventions for people and practices say inside it.
    pub facts: Vec<crate::Fact>,
}

/// What sort of text a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// Markdown, with or without front matter.
    #[default]
    Markdown,
    /// Plain text with a byline.
    Article,
    /// Org.
    Org,
    /// TiddlyWiki.
    Tiddler,
    /// MediaWiki text.
    MediaWiki,
    /// HTML.
    Html,
}

/// Where a title was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TitleFrom {
    /// The front matter or a header field.
    FrontMatter,
    /// The first heading.
    Heading,
    /// A line that a rule of thumb took for the title.
    Byline,
    /// The name of the file.
    #[default]
    FileName,
}

/// Where something stands in a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte in the bytes of the note, counted from zero.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// Line of the first byte, counted from one.
    pub first_line: u32,
    /// Line of the last byte.
    pub last_line: u32,
}

/// Words with their place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub place: Place,
}

/// An identifier that a note gives itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// An absolute IRI (`http`, `https` or `urn`), used as it is.
    Iri(String),
    /// Some other text, unique in its wiki.
    Opaque(String),
}

/// A type as a note writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The text: `Concept`, `owl:Class`, an IRI, or the target of a wikilink.
    pub text: String,
    /// Whether it was written as a wikilink.
    pub is_link: bool,
    /// The IRI it stands for, where prefixes or a context tell.
    pub iri: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// A date that a note states about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// What happened then.
    pub role: DateRole,
    /// When.
    pub date: crate::Moment,
    /// Where it stands.
    pub place: Place,
}

/// What a date is the date of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DateRole {
    /// The note was created.
    Created,
    /// The note was published.
    Issued,
    /// The note was changed.
    Modified,
}

/// Somebody, or some program, that a note names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Folded name: the key of its IRI.
    pub key: String,
    /// The name as written.
    pub name: String,
    /// What it is, where the note tells.
    pub kind: AgentKind,
    /// As what the agent works, where the note tells.
    pub role: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// What an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AgentKind {
    /// Not said.
    #[default]
    Unknown,
    /// A person.
    Person,
    /// A program.
    Software,
}

/// A source that a note or a passage names.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct SourceRef {
    /// The key of its IRI: the text as written, in Normalization Form C, or the URL.
    pub key: String,
    /// An address, where the note gives one.
    pub url: Option<String>,
    /// Its title, where the note gives one.
    pub title: Option<String>,
    /// Its author, where the note gives one.
    pub author: Option<String>,
    /// By what the note's footnotes call it.
    pub id: Option<String>,
    /// What else the note says of it, such as how often it was used: keys with values.
    pub more: Vec<(String, Value)>,
    /// Whether the front matter names it.
    pub in_front_matter: bool,
    /// Whether a "Sources" section names it.
    pub in_section: bool,
    /// Where it stands first.
    pub place: Place,
}

/// What a text says about who may read it. Levels and groups are words here: what they mean is not ours to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one in a note, and a box would be in everybody's way"
)]
pub enum Stated {
    /// It says nothing.
    #[default]
    Nothing,
    /// It says this.
    Says(Protection),
    /// It says something that cannot be read, so it has to be closed.
    Unreadable {
        /// Why, in words.
        why: String,
        /// Where it stands.
        place: Place,
    },
}

/// What the page of a section asks for the notes in its folder and below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Cascade {
    /// Which notes are meant: a pattern of paths from the top of the site's pages, as written. `None` for all, also where something else
    /// than their paths says which.
    pub path: Option<Text>,
    /// What is said of them; never [`Stated::Nothing`].
    pub protection: Stated,
}

/// What a text says about who may read it, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Protection {
    /// `protection`: the level, as written.
    pub level: Option<Text>,
    /// `audience`: each clause is a list of groups of which a reader needs one.
    pub audience: Vec<Vec<Text>>,
    /// `protection-method`: how it is protected.
    pub methods: Vec<Text>,
    /// `protection-basis`: the reason.
    pub basis: Option<Text>,
    /// `protection-owner`: who decides.
    pub owner: Option<Text>,
    /// `protection-until`: until when it holds.
    pub until: Option<Text>,
    /// `protection-then`: the level after that.
    pub then: Option<Text>,
    /// `private`, `publish`, `classification` and `tlp` as written: they count only where the operator says so.
    pub imported: Vec<(String, Text)>,
    /// Levels that are named where none is read: whoever sees the text should have each of them.
    pub marks: Vec<Marked>,
    /// Where the first of these keys stands.
    pub place: Place,
}

/// A level that is named where none is read, such as by a callout.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Marked {
    /// The level, and where it is named.
    pub level: Text,
    /// By what, in words.
    pub what: String,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Heading {
    /// From 1 to 6.
    pub rank: u8,
    /// Its words, without markup.
    pub text: String,
    /// Its anchor within the note, unique there: the words in lower case, with hyphens.
    pub anchor: String,
    /// The heading above it in rank: its place in [`Content::headings`].
    pub parent: Option<usize>,
    /// Where it stands.
    pub span: Span,
}

/// A piece of a note that can be cited, checked or protected on its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Passage {
    /// Its name within the note: a block identifier its author gave it (`^name`), else a digest of its words, so that it
    /// stays the same when other passages change.
    pub anchor: Word,
    /// Its place among the passages of its content, counted from one.
    pub position: u32,
    /// What it is.
    pub kind: PassageKind,
    /// Its words, without markup.
    pub text: String,
    /// Whether it says something that could be right or wrong.
    pub is_claim: bool,
    /// The heading it stands under: its place in [`Content::headings`].
    pub heading: Option<usize>,
    /// The callout it stands in, as its author calls it: `warning`.
    pub callout: Option<String>,
    /// The sources it names.
    pub citations: Vec<Citation>,
    /// Its links: places in [`Content::links`], from the first to before the second.
    pub links: (usize, usize),
    /// Where it stands.
    pub span: Span,
    /// Where it stands in characters of the text with line ends of one character and without a byte order mark. Counted at
    /// detail `full` only.
    pub characters: Option<(usize, usize)>,
    /// For a task: whether it is done.
    pub task: Option<bool>,
}

impl Passage {
    /// The rule of thumb that took it for a claim, and how sure that is, from 0 to 100. `None` for what is no claim, and for what
    /// cites a source: that says so itself.
    #[must_use]
    pub fn guessed_by(&self) -> Option<(&'static str, u8)> {
        (self.is_claim && self.citations.is_empty()).then_some(("sentence", 70))
    }
}

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PassageKind {
    /// A paragraph.
    #[default]
    Paragraph,
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
    /// The text of a footnote.
    Footnote,
}

/// One mark by which a passage names a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Citation {
    /// The source: the key of its IRI.
    pub source: Word,
    /// Lines of the source, from and to, where the mark gives them.
    pub lines: Option<(u64, u64)>,
    /// Where the mark stands.
    pub place: Place,
}

/// One occurrence of a link. What most links have not takes the room of a pointer: a note may have a million.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Link {
    /// How it is written.
    pub kind: LinkKind,
    /// What stands where the target belongs, exactly as written and without a fragment: `supply chain`, `../a%20b.md`.
    pub target: Word,
    /// What it points at.
    pub to: LinkTo,
    /// The heading or block inside the target: `Causes`, `^b1`.
    pub fragment: Option<Box<Word>>,
    /// The words a reader sees, where they differ from the target: those after `|`, and letters that follow the link.
    pub text: Option<Box<Word>>,
    /// Whether it shows its target in place (`![[…]]`).
    pub embeds: bool,
    /// Whether it stands in a section of related concepts.
    pub related: bool,
    /// The key, field or relation that gives it its meaning, as written: `requires`.
    pub relation: Option<Box<Word>>,
    /// The heading it stands under: its place in [`Content::headings`].
    pub heading: Option<u32>,
    /// Where it stands.
    pub place: Place,
    /// First byte and the byte after the last one, in the bytes of the note (a note has fewer than 4 GiB).
    pub bytes: (u32, u32),
}

/// How a link is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum LinkKind {
    /// `[[target]]`
    #[default]
    Wiki,
    /// `[text](target)`, and the links of HTML and Org.
    Markdown,
    /// A value of the front matter: `related: "[[target]]"`.
    Property,
    /// `((block))`, Logseq's reference to a block.
    Block,
    /// A picture or another file that is no note.
    File,
    /// The page above the note, as its path tells.
    Above,
}

/// What a link points at, as far as the note itself tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LinkTo {
    /// A name: what it means is for the reader of the whole wiki to find out.
    Name {
        /// The folded name: the key of its IRI.
        key: Word,
        /// The path in the wiki, without `..`, where the link is written as a path. For `/x/` it begins with `/`.
        path: Option<Box<Word>>,
    },
    /// This very note.
    #[default]
    Itself,
    /// An address outside the wiki.
    Url(Box<str>),
    /// A block that gave itself this identifier, in whatever note it stands.
    Block(Box<str>),
    /// A file of the wiki that is no note: its path, or what was written.
    File(Box<str>),
    /// Nothing: the target cannot be used, and a problem says why.
    Nothing,
}

impl Link {
    /// The folded name it points at, or the name of the block.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match &self.to {
            LinkTo::Name { key, .. } => Some(key),
            LinkTo::Block(name) => Some(name),
            _ => None,
        }
    }
}

/// A keyword.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag {
    /// Folded spelling: the key of its IRI. `/` separates a tag from a narrower one.
    pub key: String,
    /// The first spelling.
    pub label: String,
    /// Where it stands first.
    pub place: Place,
}

/// A key and its value, kept as a property.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Field {
    /// The key as written.
    pub key: String,
    /// The IRI it stands for, where prefixes or a context tell.
    pub iri: Option<String>,
    /// Whether the property runs from the value to the subject.
    pub is_reverse: bool,
    /// The value.
    pub value: Value,
    /// What it is said about: the note's concept, or one of its passages (place in [`Content::passages`]).
    pub passage: Option<usize>,
    /// Where it stands.
    pub place: Place,
}

/// A property that a rule of thumb found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extracted {
    /// Which property: `title`, `date`, `author`, `affiliation`, `summary`.
    pub property: &'static str,
    /// The name of the rule: `byline`.
    pub rule: &'static str,
    /// How sure it is, from 0 to 100.
    pub confidence: u8,
    /// Where it was found.
    pub place: Place,
}
