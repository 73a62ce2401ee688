//! What can be recorded, and the fields of each: the shape that a record has to have.

use kenning_vocab::{dcterms, km, prov, rdfs};
use oxrdf::NamedNodeRef;

/// A kind of record.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Its name, as in `kenning record NAME` and `POST /api/record/NAME`.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub summary: &'static str,
    pub(crate) class: NamedNodeRef<'static>,
    /// What it may and must say.
    pub fields: &'static [Field],
}

/// One thing that a record says.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name, as in `--NAME` and in JSON.
    pub name: &'static str,
    /// What it means.
    pub summary: &'static str,
    /// Which values it takes.
    pub takes: Takes,
    /// Whether the record is nothing without it.
    pub required: bool,
    /// Whether it may have several values.
    pub many: bool,
    pub(crate) property: NamedNodeRef<'static>,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// Somebody whom the graph knows, by name, alias or IRI; who writes, where the field is left out and `true`.
    Person(bool),
    /// A name that notes answer to or link to, a label of a concept, or an IRI.
    Topic,
    /// A note, by title, alias, path or IRI.
    Note,
    /// A value of a list of the vocabulary, by its label or name; the class of the values.
    Choice(NamedNodeRef<'static>),
    /// A day; the day of today where the field is left out and required. `true` when it may lie in the future.
    Day(bool),
    /// A number within these bounds.
    Number(f64, f64),
    /// Any text of up to 2,000 characters.
    Text,
}

impl Takes {
    /// What it takes, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Person(_) => "a person".to_owned(),
            Self::Topic => "a topic".to_owned(),
            Self::Note => "a note".to_owned(),
            Self::Choice(class) => {
                let choices = super::choice::labels(*class);
                format!("one of {}", choices.join(", "))
            }
            Self::Day(_) => "a day, such as 2026-05-14 or today-P1D".to_owned(),
            Self::Number(least, most) => format!("a number from {least} to {most}"),
            Self::Text => "a text".to_owned(),
        }
    }
}

const fn field(
    name: &'static str,
    takes: Takes,
    property: NamedNodeRef<'static>,
    summary: &'static str,
) -> Field {
    Field {
        name,
        summary,
        takes,
        required: false,
        many: false,
        property,
    }
}

impl Field {
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn many(mut self) -> Self {
        self.many = true;
        self
    }
}

const TOPIC: Field = field(
    "topic",
    Takes::Topic,
    km::ABOUT_CONCEPT,
    "What it was about",
)
.required()
.many();
const COMMENT: Field = field(
    "comment",
    Takes::Text,
    rdfs::COMMENT,
    "A sentence of your own",
);
const DATE: Field = field(
    "date",
    Takes::Day(false),
    prov::STARTED_AT_TIME,
    "The day on which it happened",
)
.required();

/// Everything that can be recorded.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "event",
        summary: "Knowledge was passed on, or changed its form.",
        class: km::CONVERSION_EVENT,
        fields: &[
            field(
                "practice",
                Takes::Choice(km::PRACTICE),
                km::THROUGH_PRACTICE,
                "How it was done",
            )
            .required(),
            field("from", Takes::Person(false), km::SHARED_BY, "Who gave")
                .required()
                .many(),
            field("to", Takes::Person(false), km::ACQUIRED_BY, "Who took").many(),
            TOPIC,
            field(
                "hours",
                Takes::Number(0.0, 10_000.0),
                km::EFFORT_HOURS,
                "Hours, once for all who took part",
            ),
            field(
                "mode",
                Takes::Choice(km::CONVERSION_MODE),
                km::BY_MODE,
                "Which conversion it was; the usual one of the practice where it is left out",
            ),
            DATE,
            COMMENT,
        ],
    },
    Kind {
        name: "referral",
        summary: "Somebody was sent to somebody with a question.",
        class: km::REFERRAL,
        fields: &[
            TOPIC,
            field("to", Takes::Person(false), km::REFERRED_TO, "Who was asked")
                .required()
                .many(),
            field(
                "by",
                Takes::Person(true),
                km::REFERRED_BY,
                "Who asked; whoever records it where it is left out",
            ),
            field(
                "outcome",
                Takes::Choice(km::REFERRAL_OUTCOME),
                km::HAS_OUTCOME,
                "Whether it helped",
            ),
            DATE,
            COMMENT,
        ],
    },
    Kind {
        name: "expertise",
        summary: "Somebody knows a topic.",
        class: km::EXPERTISE_STATEMENT,
        fields: &[
            field("person", Takes::Person(false), km::EXPERT, "Who knows it").required(),
            TOPIC,
            field(
                "degree",
                Takes::Choice(km::EXPERTISE_LEVEL),
                km::HAS_EXPERTISE_LEVEL,
                "How well",
            ),
            field(
                "evidence",
                Takes::Note,
                km::EVIDENCE,
                "A note that shows it",
            )
            .many(),
            COMMENT,
        ],
    },
    Kind {
        name: "verification",
        summary: "Somebody read a note and says that it is still right.",
        class: km::VERIFICATION,
        fields: &[
            field(
                "note",
                Takes::Note,
                km::VERIFIED_NOTE,
                "The note that was read",
            )
            .required(),
            field(
                "by",
                Takes::Person(true),
                km::VERIFIED_BY,
                "Who read it; whoever records it where it is left out",
            ),
            field(
                "date",
                Takes::Day(false),
                prov::ENDED_AT_TIME,
                "The day on which it was read",
            )
            .required(),
            COMMENT,
        ],
    },
    Kind {
        name: "departure",
        summary: "Somebody leaves.",
        class: km::DEPARTURE,
        fields: &[
            field(
                "person",
                Takes::Person(false),
                km::DEPARTING_PERSON,
                "Who leaves",
            )
            .required(),
            field("date", Takes::Day(true), km::DEPARTURE_DATE, "The last day").required(),
            COMMENT,
        ],
    },
    Kind {
        name: "asset",
        summary: "Something is held in heads.",
        class: km::KNOWLEDGE_ASSET,
        fields: &[
            field("title", Takes::Text, dcterms::TITLE, "What it is").required(),
            field("holder", Takes::Person(false), km::HELD_BY, "Who holds it")
                .required()
                .many(),
            TOPIC,
            field(
                "kind",
                Takes::Choice(km::KNOWLEDGE_TYPE),
                km::HAS_KNOWLEDGE_TYPE,
                "Of which kind it is",
            )
            .many(),
            field(
                "criticality",
                Takes::Number(0.0, 3.0),
                km::CRITICALITY,
                "How much it would hurt to lose it; 3 is core knowledge",
            ),
            field(
                "expressible",
                Takes::Number(0.0, 1.0),
                km::EXPRESSIBLE_SHARE,
                "How much of it could be put into words",
            ),
            COMMENT,
        ],
    },
    Kind {
        name: "plan",
        summary: "The knowledge of somebody who leaves is to be kept.",
        class: km::RETENTION_PLAN,
        fields: &[
            field(
                "title",
                Takes::Text,
                dcterms::TITLE,
                "What the plan is called",
            )
            .required(),
            field(
                "person",
                Takes::Person(false),
                km::DEPARTING_PERSON,
                "Whose knowledge it is",
            )
            .required(),
            field("topic", Takes::Topic, km::ABOUT_CONCEPT, "What is kept")
                .required()
                .many(),
            field(
                "stage",
                Takes::Choice(km::RETENTION_STAGE),
                km::AT_RETENTION_STAGE,
                "How far it is; a plan that is still deciding keeps nothing",
            )
            .required(),
            field(
                "family",
                Takes::Choice(km::RETENTION_FAMILY),
                km::IN_RETENTION_FAMILY,
                "How it is kept",
            ),
            COMMENT,
        ],
    },
];

/// Everything that can be recorded.
#[must_use]
pub fn kinds() -> &'static [Kind] {
    KINDS
}
