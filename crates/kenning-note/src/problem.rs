//! Where a reader stumbled, and over what.

use std::fmt;

/// A place in the text of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line, counted from one.
    pub line: u32,
    /// Character of the line, counted from one.
    pub column: u32,
}

impl Place {
    /// The beginning of the text.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl Default for Place {
    fn default() -> Self {
        Self::START
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Something odd in a note. The note was read all the same.
///
/// `Display` gives `line 4: the text`; a command that knows the path prints `path:line:column: text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Problem {
    /// Line, counted from one.
    pub line: u32,
    /// Character of the line, counted from one.
    pub column: u32,
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// What is odd, in words.
    pub text: String,
    /// What could be done about it, where we have an idea.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(kind: ProblemKind, place: Place, text: impl Into<String>) -> Self {
        Self {
            line: place.line,
            column: place.column,
            kind,
            text: text.into(),
            hint: None,
        }
    }

    /// The same problem with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

/// What sort of problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The bytes are not quite text: wrong encoding, NUL, or too many.
    Encoding,
    /// The front matter cannot be read.
    FrontMatter,
    /// A key of the front matter that has no meaning of its own; it was kept as a property.
    UnknownKey,
    /// A value that is not what its key asks for.
    Value,
    /// A level, an audience or a protected block that cannot be read. It closes what it stands for.
    Protection,
    /// A link that cannot be read or leaves the wiki.
    Link,
    /// A citation that cannot be read.
    Citation,
    /// Something was left out because it went beyond a limit.
    Limit,
    /// A line of a log, or a statement about people, that cannot be read.
    Convention,
}

impl ProblemKind {
    /// The name that findings and JSON lines use, such as `front-matter`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::FrontMatter => "front-matter",
            Self::UnknownKey => "unknown-key",
            Self::Value => "value",
            Self::Protection => "protection",
            Self::Link => "link",
            Self::Citation => "citation",
            Self::Limit => "limit",
            Self::Convention => "convention",
        }
    }
}
