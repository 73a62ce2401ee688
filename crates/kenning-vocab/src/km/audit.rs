//! Constants of the module `audit`: verification, audits and findings.
//! Defined in `ontologies/km-audit.ttl`.

terms! { AUDIT_LIST
    /// Class. A dated examination of which knowledge exists, who holds it, how good it is and what is missing.
    KNOWLEDGE_AUDIT = "KnowledgeAudit";
    /// Class. One observation that an audit made about one thing.
    FINDING = "Finding";
    /// Class. A finding that something is in good order.
    STRENGTH = "Strength";
    /// Class. A finding that something needed is missing or weak.
    GAP = "Gap";
    /// Class. What sort of strength or gap a finding reports.
    FINDING_KIND = "FindingKind";
    /// Class. A number that an audit computes over the graph.
    AUDIT_METRIC = "AuditMetric";
    /// Class. The act of a named person who confirms that a note is still right.
    VERIFICATION = "Verification";
    /// Property. Joins a verification to the note that was confirmed.
    VERIFIED_NOTE = "verifiedNote";
    /// Property. The person who confirmed that a note is still right.
    VERIFIED_BY = "verifiedBy";
    /// Property. The person or group who must keep a note right.
    RESPONSIBLE = "responsible";
    /// Property. Joins an audit to a finding.
    FINDS = "finds";
    /// Property. Joins a finding to the thing it is about.
    CONCERNS = "concerns";
    /// Property. Says what sort of finding it is.
    HAS_FINDING_KIND = "hasFindingKind";
    /// Property. Joins a claim, a note or what it explains to another that cannot hold at the same time.
    CONTRADICTS = "contradicts";
    /// Property with a plain value. Says with whose eyes an audit looked: a level, and the groups that were held.
    LOOKS_AS = "looksAs";
    /// Property with a plain value. When somebody last confirmed that a note is right.
    LAST_VERIFIED = "lastVerified";
    /// Property with a plain value. How long a verification of a note stays good.
    REVIEW_INTERVAL = "reviewInterval";
    /// Property with a plain value. From when on a note counts as stale unless somebody confirms it.
    REVIEW_DUE = "reviewDue";
    /// Property with a plain value. A sentence that says what could be done about a finding.
    FINDING_HINT = "findingHint";
    /// Scheme. What an audit can find.
    FINDING_KINDS = "FindingKinds";
    /// In `km:FindingKinds`. A note was never confirmed, or its confirmation has run out.
    STALE = "stale";
    /// In `km:FindingKinds`. A claim names no source.
    UNSOURCED = "unsourced";
    /// In `km:FindingKinds`. All claims of a note, or of a topic, rest on one source.
    SINGLE_SOURCE = "singleSource";
    /// In `km:FindingKinds`. A source that is cited cannot be found.
    DEAD_SOURCE = "deadSource";
    /// In `km:FindingKinds`. Notes link to a name to which no note answers.
    WANTED = "wanted";
    /// In `km:FindingKinds`. No other note links to a note.
    ORPHAN = "orphan";
    /// In `km:FindingKinds`. Just one person is known to know a topic.
    SINGLE_HOLDER = "singleHolder";
    /// In `km:FindingKinds`. Nobody is known to know a topic.
    UNHELD = "unheld";
    /// In `km:FindingKinds`. Core knowledge can be read too widely, or nothing protects it.
    UNDER_PROTECTED = "underProtected";
    /// In `km:FindingKinds`. Something is shut away more than its worth calls for.
    OVER_PROTECTED = "overProtected";
    /// In `km:FindingKinds`. Core knowledge is protected, though not by all families of methods.
    MISSING_PROTECTION_FAMILY = "missingProtectionFamily";
    /// In `km:FindingKinds`. A topic sees some conversion modes and never others.
    MODE_IMBALANCE = "modeImbalance";
    /// In `km:FindingKinds`. A topic that people practise is recorded as explicit alone.
    EXPLICIT_ONLY = "explicitOnly";
    /// In `km:FindingKinds`. Two notes explain one concept.
    DUPLICATE = "duplicate";
    /// In `km:FindingKinds`. Two claims cannot both hold.
    CONTRADICTION = "contradiction";
    /// In `km:FindingKinds`. Nobody is responsible for a note.
    NO_OWNER = "noOwner";
    /// In `km:FindingKinds`. A note changed after somebody last confirmed it.
    CHANGED_UNVERIFIED = "changedUnverified";
    /// In `km:FindingKinds`. Somebody leaves, and no plan past deciding keeps what they hold.
    UNCOVERED_DEPARTURE = "uncoveredDeparture";
    /// In `km:FindingKinds`. Something that is held in heads stands in no note, and nobody passed it on by doing in the last year.
    UNSHARED = "unshared";
    /// In `km:FindingKinds`. A graph has no label that could be read, and is closed to everybody but the holders of all groups.
    UNLABELLED = "unlabelled";
    /// In `km:FindingKinds`. Several people know a topic, and its notes are confirmed and sourced.
    WELL_COVERED = "wellCovered";
}
