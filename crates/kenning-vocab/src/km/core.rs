//! Constants of the module `core`: notes, passages, claims, sources and names.
//! Defined in `ontologies/km-core.ttl`.

terms! { CORE_LIST
    /// Class. A folder of notes that is kept in step with the graph as one collection.
    WIKI = "Wiki";
    /// Class. One document of a wiki, such as a page, a post or an article.
    NOTE = "Note";
    /// Class. A contiguous piece of a note, such as a paragraph or a list item, that can be cited, checked or
    /// protected on its own.
    PASSAGE = "Passage";
    /// Class. A passage that starts with a heading and runs to the next heading of the same or a higher rank.
    SECTION = "Section";
    /// Class. A passage that is fenced off from the rest of its note because fewer readers may see it.
    PROTECTED_SECTION = "ProtectedSection";
    /// Class. A passage that says something which could be right or wrong, and should therefore name a source.
    CLAIM = "Claim";
    /// Class. Something outside the note on which the note, or one of its claims, says that it rests.
    SOURCE = "Source";
    /// Class. One mark in a note by which a passage names a source, with the lines of the source when the mark
    /// gives them.
    CITATION = "Citation";
    /// Class. A name that somebody wrote in a link, folded so that spellings of one name are one thing.
    NAME = "Name";
    /// Class. One occurrence of a link in the text of a note.
    LINK = "Link";
    /// Class. A keyword that authors put on notes.
    TAG = "Tag";
    /// Class. A step of the ladder by which a link finds the note it means.
    RESOLUTION_RUNG = "ResolutionRung";
    /// Property. Joins a note to the concept it mainly explains.
    DESCRIBES_CONCEPT = "describesConcept";
    /// Property. Joins a concept to a note that mainly explains it.
    DESCRIBED_IN_NOTE = "describedInNote";
    /// Property. Joins a note or passage to a name that it links to, whatever that name may resolve to.
    MENTIONS_NAME = "mentionsName";
    /// Property. Joins a note to a name by which links may reach it.
    ANSWERS_TO = "answersTo";
    /// Property. Joins a note or passage to a concept that it refers to, once the name it wrote has been resolved.
    MENTIONS_CONCEPT = "mentionsConcept";
    /// Property. Joins a note to another note that it points at.
    LINKS_TO = "linksTo";
    /// Property. Joins a note to a name whose content it shows in place.
    EMBEDS = "embeds";
    /// Property. Joins a note that only forwards its readers to the name it forwards to.
    REDIRECTS_TO = "redirectsTo";
    /// Property. Joins a note to one of its passages.
    HAS_PASSAGE = "hasPassage";
    /// Property. Joins a passage to the section whose heading stands above it.
    IN_SECTION = "inSection";
    /// Property. Joins a note to the wiki it was read from.
    IN_WIKI = "inWiki";
    /// Property. Joins a passage to one of its citation marks.
    HAS_CITATION = "hasCitation";
    /// Property. Joins a citation mark to the source it names.
    CITES_SOURCE = "citesSource";
    /// Property. Joins a note to one occurrence of a link in it.
    HAS_LINK = "hasLink";
    /// Property. Joins a link to the name that it writes.
    LINK_NAME = "linkName";
    /// Property. Joins a link or a name to the note that it means for readers of the graph in which this is said.
    RESOLVES_TO = "resolvesTo";
    /// Property. Names the step of the ladder that found the note a link means.
    RESOLVED_BY = "resolvedBy";
    /// Property. Names a property whose value for this note was drawn from running text by a rule of thumb instead
    /// of being stated as such.
    EXTRACTED_PROPERTY = "extractedProperty";
    /// Property with a plain value. Place of a passage among the passages of its note, counted from one.
    POSITION = "position";
    /// Property with a plain value. Line of the file on which a passage or link begins, counted from one.
    FIRST_LINE = "firstLine";
    /// Property with a plain value. Line of the file on which a passage or link ends.
    LAST_LINE = "lastLine";
    /// Property with a plain value. Text of the heading of a section, or of the section that holds a passage or
    /// link.
    HEADING = "heading";
    /// Property with a plain value. Rank of the heading of a section.
    HEADING_RANK = "headingRank";
    /// Property with a plain value. Short name of a note that is meant for addresses, not for reading.
    SLUG = "slug";
    /// Property with a plain value. Path under which a published wiki serves the note, and by which other notes may
    /// link to it.
    PERMALINK = "permalink";
    /// Property with a plain value. Folded form of a name, by which spellings are compared.
    NAME_KEY = "nameKey";
    /// Property with a plain value. Target of a link exactly as it was written.
    LINK_TARGET = "linkTarget";
    /// Property with a plain value. Text that a reader sees in place of the target of a link.
    LINK_TEXT = "linkText";
    /// Property with a plain value. Heading or block inside the target note that a link points at.
    LINK_FRAGMENT = "linkFragment";
    /// Property with a plain value. Text by which notes refer to a source when no address of it is known.
    SOURCE_KEY = "sourceKey";
    /// Property with a plain value. Lines of the source that a citation names, such as “42-58”.
    SOURCE_LINES = "sourceLines";
    /// Property with a plain value. Kind of a callout box as its author wrote it, such as “warning”.
    CALLOUT_KIND = "calloutKind";
    /// Property with a plain value. Whether the author marked the note as not ready for its readers.
    DRAFT = "draft";
    /// Property with a plain value. State of a note in its author's own words, such as “review” or “superseded”.
    STATUS = "status";
    /// Scheme. The steps of the ladder by which links find notes, surest first.
    RESOLUTION_RUNGS = "ResolutionRungs";
    /// In `km:ResolutionRungs`. The link gave the identifier of the note.
    EXPLICIT_IDENTIFIER = "explicitIdentifier";
    /// In `km:ResolutionRungs`. The link gave the path of the note in its wiki.
    EXACT_PATH = "exactPath";
    /// In `km:ResolutionRungs`. The link gave the path as seen from the folder of the linking note.
    SAME_FOLDER = "sameFolder";
    /// In `km:ResolutionRungs`. Just one file of the wiki has the name that the link gave.
    UNIQUE_FILE_NAME = "uniqueFileName";
    /// In `km:ResolutionRungs`. Just one file has the name when upper and lower case are not told apart.
    FOLDED_FILE_NAME = "foldedFileName";
    /// In `km:ResolutionRungs`. Several files have the name, and the dialect of the wiki prefers the one with the
    /// shortest path.
    SHORTEST_PATH = "shortestPath";
    /// In `km:ResolutionRungs`. The link gave a permalink or a slug of the note.
    BY_PERMALINK = "byPermalink";
    /// In `km:ResolutionRungs`. The link gave the title of just one note.
    BY_TITLE = "byTitle";
    /// In `km:ResolutionRungs`. The link gave an alias of just one note.
    BY_ALIAS = "byAlias";
    /// In `km:ResolutionRungs`. The name matches once case, hyphens, quotes and width are folded.
    BY_FOLDED_NAME = "byFoldedName";
    /// In `km:ResolutionRungs`. The name matches once a plural ending of its head noun is dropped.
    BY_PLURAL = "byPlural";
    /// In `km:ResolutionRungs`. The link gave a path that the note had before it was moved, or the name that its file had.
    BY_FORMER_PATH = "byFormerPath";
    /// In `km:ResolutionRungs`. Somebody wrote down by hand what this name means.
    BY_OVERRIDE = "byOverride";
}
