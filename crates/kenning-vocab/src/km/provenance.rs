//! Constants of the module `provenance`: where notes and statements come from.
//! Defined in `ontologies/km-provenance.ttl`.

terms! { PROVENANCE_LIST
    /// Class. The named graph that holds just what one note says.
    NOTE_GRAPH = "NoteGraph";
    /// Class. The named graph that holds just what one protected section of a note says.
    SECTION_GRAPH = "SectionGraph";
    /// Class. The named graph that holds what the links of one note resolve to, for readers of one label.
    LINK_GRAPH = "LinkGraph";
    /// Class. The named graph that holds facts about the file of one note and how it was read.
    META_GRAPH = "MetaGraph";
    /// Class. The named graph that holds one thing somebody recorded directly, such as an event or a verification.
    RECORD_GRAPH = "RecordGraph";
    /// Class. One stored state of a note, such as a commit of its file.
    NOTE_REVISION = "NoteRevision";
    /// Class. One run in which a wiki was brought into step with the graph.
    SYNC_RUN = "SyncRun";
    /// Class. How a statement came into the graph.
    ASSERTION_STATUS = "AssertionStatus";
    /// Property. Joins a graph to the note from which its statements were drawn.
    FROM_NOTE = "fromNote";
    /// Property. Joins a revision to the note whose state it is.
    REVISION_OF = "revisionOf";
    /// Property. Says whether a statement, a graph or an expertise statement was stated by a person, drawn from
    /// text, or computed.
    HAS_ASSERTION_STATUS = "hasAssertionStatus";
    /// Property. Joins an inferred graph or statement to one of the graphs from which it follows.
    PREMISE = "premise";
    /// Property with a plain value. Path of the file of a note, seen from the folder of its wiki.
    NOTE_PATH = "notePath";
    /// Property with a plain value. A path that the note had before it was moved.
    FORMER_PATH = "formerPath";
    /// Property with a plain value. Why the file of a note could not be read when its wiki was last brought into
    /// step; what is stored of the note is its last good version.
    UNREADABLE_BECAUSE = "unreadableBecause";
    /// Property with a plain value. Digest of the bytes of a note or a revision, with which unchanged files are
    /// skipped.
    CONTENT_HASH = "contentHash";
    /// Property with a plain value. Size of the file of a note in bytes.
    BYTE_SIZE = "byteSize";
    /// Property with a plain value. The way of writing notes by which a file was read.
    DIALECT = "dialect";
    /// Property with a plain value. Version of the program that turned a note into triples.
    CONVERTER_VERSION = "converterVersion";
    /// Property with a plain value. Identifier of a revision in the version control that keeps it.
    REVISION_IDENTIFIER = "revisionIdentifier";
    /// Property with a plain value. Number of lines that a revision added to a note.
    AUTHORED_LINES = "authoredLines";
    /// Property with a plain value. Trust in a statement that was drawn from text or computed, between 0 and 1.
    CONFIDENCE = "confidence";
    /// Property with a plain value. Name of the rule of thumb that drew a statement from text.
    EXTRACTED_BY = "extractedBy";
    /// Scheme. How statements come into the graph.
    ASSERTION_STATUSES = "AssertionStatuses";
    /// In `km:AssertionStatuses`. A person said so, in a place meant for it.
    STATED = "stated";
    /// In `km:AssertionStatuses`. Drawn from running text by a rule of thumb.
    EXTRACTED = "extracted";
    /// In `km:AssertionStatuses`. Follows from other statements by a rule.
    INFERRED = "inferred";
    /// In `km:AssertionStatuses`. Counted or calculated from other statements.
    COMPUTED = "computed";
}
