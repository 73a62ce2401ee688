//! Constants of the module `protection`: protection of knowledge.
//! Defined in `ontologies/km-protection.ttl`.

terms! { PROTECTION_LIST
    /// Class. A step of an ordered scale that says how widely something may be read.
    PROTECTION_LEVEL = "ProtectionLevel";
    /// Class. A group of readers to which something is restricted in addition to its level.
    READER_GROUP = "ReaderGroup";
    /// Class. A means of keeping knowledge from use by those who should not use it.
    PROTECTION_METHOD = "ProtectionMethod";
    /// Class. Whether a protection method rests on law and formal procedure, on agreement, or on behaviour.
    PROTECTION_FAMILY = "ProtectionFamily";
    /// Class. The use of one protection method for particular assets or notes over a period.
    PROTECTION_MEASURE = "ProtectionMeasure";
    /// Class. A way in which too much, too little or the wrong protection does harm.
    PROTECTION_RISK = "ProtectionRisk";
    /// Class. A recorded answer to the question whether a reader might see or change something.
    ACCESS_DECISION = "AccessDecision";
    /// Property. States the level of a graph, a passage, an asset or a concept.
    HAS_PROTECTION_LEVEL = "hasProtectionLevel";
    /// Property. Names a group of readers to which something is restricted.
    HAS_AUDIENCE = "hasAudience";
    /// Property. The highest level that an agent has been cleared to read.
    CLEARANCE = "clearance";
    /// Property. Joins a measure to what it protects.
    PROTECTS = "protects";
    /// Property. Joins a measure to its method.
    APPLIES_METHOD = "appliesMethod";
    /// Property. Places a method in the formal, the semi-formal or the informal family.
    IN_PROTECTION_FAMILY = "inProtectionFamily";
    /// Property. Joins an asset or note to a protection risk that it runs.
    EXPOSED_TO = "exposedTo";
    /// Property. Joins a method to a risk that it lowers.
    GUARDS_AGAINST = "guardsAgainst";
    /// Property with a plain value. Position in an ordered scale.
    RANK = "rank";
    /// Property with a plain value. How much it would hurt to lose or leak something, from 0 to 3.
    CRITICALITY = "criticality";
    /// Property with a plain value. First day on which a measure or plan holds.
    VALID_FROM = "validFrom";
    /// Property with a plain value. Last day on which a measure or plan holds.
    VALID_UNTIL = "validUntil";
    /// Scheme. The usual scale, lowest first.
    PROTECTION_LEVELS = "ProtectionLevels";
    /// In `km:ProtectionLevels`. Anybody may read it.
    PUBLIC = "public";
    /// In `km:ProtectionLevels`. Everybody who works here may read it.
    INTERNAL = "internal";
    /// In `km:ProtectionLevels`. Those may read it who need it for their work.
    CONFIDENTIAL = "confidential";
    /// In `km:ProtectionLevels`. A few named readers may read it.
    RESTRICTED = "restricted";
    /// Scheme. What a protection method rests on.
    PROTECTION_FAMILIES = "ProtectionFamilies";
    /// In `km:ProtectionFamilies`. Rests on law, or on procedures and technical barriers that are set down.
    FORMAL_PROTECTION = "formalProtection";
    /// In `km:ProtectionFamilies`. Rests on agreements between people or firms.
    SEMI_FORMAL_PROTECTION = "semiFormalProtection";
    /// In `km:ProtectionFamilies`. Rests on how people behave and how work is arranged.
    INFORMAL_PROTECTION = "informalProtection";
    /// Scheme. Means of protection that the literature names.
    PROTECTION_METHODS = "ProtectionMethods";
    /// In `km:ProtectionMethods`. A time-limited right to forbid others the use of an invention, in return for
    /// publishing it.
    PATENT = "patent";
    /// In `km:ProtectionMethods`. A right to a sign by which customers know a product.
    TRADEMARK = "trademark";
    /// In `km:ProtectionMethods`. A right to the form in which something is expressed.
    COPYRIGHT = "copyright";
    /// In `km:ProtectionMethods`. A grant of use to others under set terms.
    LICENSING = "licensing";
    /// In `km:ProtectionMethods`. A technical barrier before systems, rooms or documents.
    TECHNICAL_ACCESS = "technicalAccess";
    /// In `km:ProtectionMethods`. Safeguards for the ways and places by which knowledge is sent and stored.
    CHANNEL_PROTECTION = "channelProtection";
    /// In `km:ProtectionMethods`. An agreement that binds people or partners to keep or not use what they learn.
    CONTRACT = "contract";
    /// In `km:ProtectionMethods`. Knowledge that the law guards as long as its holder takes steps to keep it
    /// secret.
    TRADE_SECRET = "tradeSecret";
    /// In `km:ProtectionMethods`. Telling as few people as the work allows.
    SECRECY = "secrecy";
    /// In `km:ProtectionMethods`. Shared habits and values about what is told to whom.
    SOCIAL_NORMS = "socialNorms";
    /// In `km:ProtectionMethods`. An arrangement that outsiders cannot follow without help from inside.
    COMPLEXITY = "complexity";
    /// In `km:ProtectionMethods`. Being on the market long before anybody can copy.
    LEAD_TIME = "leadTime";
    /// In `km:ProtectionMethods`. Ways of hiring, keeping and placing people that keep what they know in the house.
    PEOPLE_PRACTICE = "peoplePractice";
    /// Scheme. What goes wrong when protection does not fit.
    PROTECTION_RISKS = "ProtectionRisks";
    /// In `km:ProtectionRisks`. So much is shut away that nobody can build on it.
    OVERPROTECTION = "overprotection";
    /// In `km:ProtectionRisks`. Somebody takes or uses knowledge to which they have no right.
    MISAPPROPRIATION = "misappropriation";
    /// In `km:ProtectionRisks`. Somebody asserts that our use breaks a right of theirs.
    INFRINGEMENT_CLAIM = "infringementClaim";
    /// In `km:ProtectionRisks`. Rights are lost, or cannot be enforced, because protection was weak or late.
    INADEQUATE_PROTECTION = "inadequateProtection";
}
