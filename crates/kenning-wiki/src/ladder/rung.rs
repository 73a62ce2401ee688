//! The steps of the ladder, and what each is called.

use kenning_vocab::km;
use oxrdf::NamedNodeRef;

use crate::address::Turn;
use crate::catalog::Wanting;

/// The steps of the ladder, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// `links.toml` says what the name means.
    Override,
    /// The identifier that a note gives itself.
    Identifier,
    /// The path of the note, or of the folder it stands for.
    Path,
    /// The name of a file in the folder of the linking note.
    SameFolder,
    /// The name of a file, with the folders that the link names.
    FileName,
    /// The same without regard to case.
    FoldedFileName,
    /// The shortest path among several files of one name, where the wiki asks for it.
    ShortestPath,
    /// A permalink or slug.
    Permalink,
    /// A title, without regard to case.
    Title,
    /// An alias, without regard to case.
    Alias,
    /// Any name, with hyphens, underscores and spaces alike, and without quotes.
    FoldedName,
    /// Any name, with its plural folded.
    Plural,
    /// A path that the note had before, or the name that its file had.
    FormerPath,
}

impl Rung {
    /// All rungs, surest first.
    pub const ALL: [Self; 13] = [
        Self::Override,
        Self::Identifier,
        Self::Path,
        Self::SameFolder,
        Self::FileName,
        Self::FoldedFileName,
        Self::ShortestPath,
        Self::Permalink,
        Self::Title,
        Self::Alias,
        Self::FoldedName,
        Self::Plural,
        Self::FormerPath,
    ];

    /// The concept that stands for the rung.
    #[must_use]
    pub fn term(self) -> NamedNodeRef<'static> {
        match self {
            Self::Override => km::BY_OVERRIDE,
            Self::Identifier => km::EXPLICIT_IDENTIFIER,
            Self::Path => km::EXACT_PATH,
            Self::SameFolder => km::SAME_FOLDER,
            Self::FileName => km::UNIQUE_FILE_NAME,
            Self::FoldedFileName => km::FOLDED_FILE_NAME,
            Self::ShortestPath => km::SHORTEST_PATH,
            Self::Permalink => km::BY_PERMALINK,
            Self::Title => km::BY_TITLE,
            Self::Alias => km::BY_ALIAS,
            Self::FoldedName => km::BY_FOLDED_NAME,
            Self::Plural => km::BY_PLURAL,
            Self::FormerPath => km::BY_FORMER_PATH,
        }
    }

    /// Whether the shortest path wins among several notes that it finds, where the wiki asks for it.
    pub(crate) fn goes_by_length(self) -> bool {
        matches!(self, Self::FileName | Self::FoldedFileName)
    }

    /// Whether a note is found by what it is called, wherever it lies.
    pub(crate) fn is_by_name(self) -> bool {
        matches!(
            self,
            Self::FileName
                | Self::FoldedFileName
                | Self::ShortestPath
                | Self::Title
                | Self::Alias
                | Self::FoldedName
                | Self::Plural
                | Self::FormerPath
        )
    }

    /// The rung in words: how the note was found.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Override => "`links.toml`",
            Self::Identifier => "its own identifier",
            Self::Path => "its path",
            Self::SameFolder => "a file in the same folder",
            Self::FileName => "the name of its file",
            Self::FoldedFileName => "the name of its file, case aside",
            Self::ShortestPath => "the shortest path",
            Self::Permalink => "its permalink or slug",
            Self::Title => "its title",
            Self::Alias => "an alias",
            Self::FoldedName => "a name, hyphens and spaces alike",
            Self::Plural => "a name, plural folded",
            Self::FormerPath => "a path that it had before",
        }
    }
}

/// Whether a path that ends in a slash finds the page of a folder, and any other a file; or the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Meant,
    Other,
}

/// The steps of the ladder as they are climbed: a rung may take two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Override,
    Identifier,
    /// The path of a link, read in another way: first what it means by itself, a file or a folder, and then the other.
    Way(Turn, Form),
    /// The path as it counts from the file, or from the top of the wiki, and what is read as well.
    Path,
    /// The folder that a note stands for, where no file has the path; a link with a slash at its end means the folder first.
    PathOfFolder,
    /// An address from the top of the site, where that is so many folders above the note: `content/en`, say.
    Above(usize),
    SameFolder,
    FileName,
    /// The whole path, case aside.
    FoldedPath,
    FoldedFileName,
    /// The address that the path of the link is.
    WholePermalink,
    Permalink,
    /// The last part of an address that is written from the top of the site.
    LastOfPermalink,
    Title,
    Alias,
    FoldedName,
    Plural,
    FormerPath,
}

pub(super) const STEPS: &[Step] = &[
    Step::Override,
    Step::Identifier,
    Step::Way(Turn::First, Form::Meant),
    Step::Way(Turn::First, Form::Other),
    Step::Way(Turn::Before, Form::Meant),
    Step::Way(Turn::Before, Form::Other),
    Step::Path,
    Step::PathOfFolder,
    Step::Above(0),
    Step::Above(1),
    Step::Above(2),
    Step::Above(3),
    Step::Above(4),
    Step::Way(Turn::After, Form::Meant),
    Step::Way(Turn::After, Form::Other),
    Step::Way(Turn::Last, Form::Meant),
    Step::Way(Turn::Last, Form::Other),
    Step::SameFolder,
    Step::FileName,
    Step::FoldedPath,
    Step::FoldedFileName,
    Step::WholePermalink,
    Step::Permalink,
    Step::LastOfPermalink,
    Step::Title,
    Step::Alias,
    Step::FoldedName,
    Step::Plural,
    // What is called so today means more than what was called so once.
    Step::FormerPath,
];

impl Step {
    /// Whether it finds anything for a link that is written like this one.
    pub(super) fn is_for(self, link: &Wanting) -> bool {
        let is_absolute = || {
            let path = link.path.as_deref();
            path.is_some_and(|path| path.starts_with('/'))
        };
        // The first page of a site has no name, and many are called index. Where it lies is known from the site.
        let is_home =
            || link.address && link.path.as_deref().is_some_and(|path| *path == *"/index");
        match self {
            Self::Way(..) => !link.ways().is_empty(),
            Self::Override | Self::Path | Self::PathOfFolder => true,
            _ if is_home() => false,
            Self::Above(_) | Self::LastOfPermalink => is_absolute(),
            _ => true,
        }
    }

    /// Whether it looks at the same notes as the step before it, and takes the others.
    pub(super) fn is_second_look(self) -> bool {
        matches!(self, Self::PathOfFolder | Self::Way(_, Form::Other))
    }

    /// Whether a note is found by what it is called, wherever it lies.
    pub(super) fn is_by_name(self) -> bool {
        self != Self::FoldedPath && self.rung().is_by_name()
    }

    pub(super) fn rung(self) -> Rung {
        match self {
            Self::Override => Rung::Override,
            Self::Identifier => Rung::Identifier,
            Self::Path | Self::PathOfFolder | Self::Above(_) | Self::Way(..) => Rung::Path,
            Self::SameFolder => Rung::SameFolder,
            Self::FileName => Rung::FileName,
            Self::FoldedPath | Self::FoldedFileName => Rung::FoldedFileName,
            Self::WholePermalink | Self::Permalink | Self::LastOfPermalink => Rung::Permalink,
            Self::Title => Rung::Title,
            Self::Alias => Rung::Alias,
            Self::FoldedName => Rung::FoldedName,
            Self::Plural => Rung::Plural,
            Self::FormerPath => Rung::FormerPath,
        }
    }
}
