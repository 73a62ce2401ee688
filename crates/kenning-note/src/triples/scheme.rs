//! Words of a note as terms of the schemes of the ontology.

use kenning_vocab::{foaf, km, skos};
use oxrdf::NamedNodeRef;

type Term = NamedNodeRef<'static>;

/// The letters of a word. A term written as one (`km:tacit`, or its IRI) is the word that it stands for.
fn key(text: &str) -> String {
    let text = text.trim();
    let local = ["km:", km::NAMESPACE]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix));
    local
        .unwrap_or(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

pub(super) fn knowledge_type(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "tacit" => km::TACIT,
        "explicit" => km::EXPLICIT,
        "embedded" => km::EMBEDDED,
        "embodied" => km::EMBODIED,
        _ => return None,
    })
}

pub(super) fn level(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "aware" | "awareness" | "beginner" | "learning" | "knowsof" | "basic" => km::AWARE,
        "practitioner" | "practising" | "practicing" | "intermediate" | "proficient" | "user" => {
            km::PRACTITIONER
        }
        "expert" | "expertlevel" | "advanced" | "master" => km::EXPERT_LEVEL,
        "soleholder" | "sole" | "only" | "onlyholder" => km::SOLE_HOLDER,
        _ => return None,
    })
}

pub(super) fn visibility(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "named" | "public" | "open" => km::NAMED,
        "reachable" => km::REACHABLE,
        "hidden" | "private" => km::HIDDEN,
        _ => return None,
    })
}

pub(super) fn mode(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "socialization" | "socialisation" => km::SOCIALIZATION,
        "externalization" | "externalisation" => km::EXTERNALIZATION,
        "combination" => km::COMBINATION,
        "internalization" | "internalisation" => km::INTERNALIZATION,
        _ => return None,
    })
}

/// A practice, and the mode that a line of a log about it means when it names no other: the first that it carries.
pub(super) fn practice(text: &str) -> Option<(Term, Term)> {
    Some(match key(text).as_str() {
        "storytelling" | "story" | "storyevening" | "stories" => {
            (km::STORYTELLING, km::SOCIALIZATION)
        }
        "mentoring" | "coaching" => (km::MENTORING, km::SOCIALIZATION),
        "apprenticeship" => (km::APPRENTICESHIP, km::SOCIALIZATION),
        "shadowing" | "jobshadowing" => (km::JOB_SHADOWING, km::SOCIALIZATION),
        "pairing" | "pairwork" | "pairprogramming" => (km::PAIR_WORK, km::SOCIALIZATION),
        "afteractionreview" | "aar" | "retrospective" | "retro" | "debrief" => {
            (km::AFTER_ACTION_REVIEW, km::EXTERNALIZATION)
        }
        "crossprojectlearning" => (km::CROSS_PROJECT_LEARNING, km::COMBINATION),
        "bestpracticetransfer" => (km::BEST_PRACTICE_TRANSFER, km::COMBINATION),
        "knowledgemapping" | "mapping" => (km::KNOWLEDGE_MAPPING, km::EXTERNALIZATION),
        "knowledgefair" | "fair" => (km::KNOWLEDGE_FAIR, km::SOCIALIZATION),
        "expertinterview" | "interview" | "handoverinterview" | "handover" | "exitinterview" => {
            (km::EXPERT_INTERVIEW, km::EXTERNALIZATION)
        }
        "knowledgebroker" | "knowledgebrokering" | "brokering" => {
            (km::KNOWLEDGE_BROKER, km::SOCIALIZATION)
        }
        "competencymanagement" => (km::COMPETENCY_MANAGEMENT, km::COMBINATION),
        "training" | "course" | "workshop" | "elearning" => (km::TRAINING, km::INTERNALIZATION),
        "documentation" | "writeup" | "writing" | "documenting" => {
            (km::DOCUMENTATION, km::EXTERNALIZATION)
        }
        "communitymeeting" | "meetup" | "communityofpractice" => {
            (km::COMMUNITY_MEETING, km::SOCIALIZATION)
        }
        _ => return None,
    })
}

pub(super) fn method(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "patent" => km::PATENT,
        "trademark" => km::TRADEMARK,
        "copyright" => km::COPYRIGHT,
        "license" | "licence" | "licensing" => km::LICENSING,
        "accesscontrol" | "technicalaccess" | "technicalaccessconstraint" => km::TECHNICAL_ACCESS,
        "channelprotection" | "encryption" => km::CHANNEL_PROTECTION,
        "contract" | "nda" => km::CONTRACT,
        "tradesecret" => km::TRADE_SECRET,
        "secrecy" => km::SECRECY,
        "norms" | "socialnorms" => km::SOCIAL_NORMS,
        "complexity" => km::COMPLEXITY,
        "leadtime" => km::LEAD_TIME,
        "hrpractice" | "hr" | "peoplepractice" => km::PEOPLE_PRACTICE,
        _ => return None,
    })
}

pub(super) fn barrier(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "sharingbarrier" | "barriertosharing" => km::SHARING_BARRIER,
        "insufficientknowledge" | "lackofknowledge" | "lackoftraining" => {
            km::INSUFFICIENT_KNOWLEDGE
        }
        "perceptualmismatch" => km::PERCEPTUAL_MISMATCH,
        "resistance" | "resistancetochange" => km::RESISTANCE,
        "silo" | "silos" | "organizationalsilos" | "organisationalsilos" => km::SILO,
        "lackoftrust" | "trust" | "lackofincentives" | "lackoftrustandincentives" => {
            km::LACK_OF_TRUST
        }
        "overload" | "informationoverload" => km::OVERLOAD,
        "unclearprocess" | "lackofclearprocesses" => km::UNCLEAR_PROCESS,
        "technologylimit" | "limitoftechnology" | "technologylimitations" => km::TECHNOLOGY_LIMIT,
        _ => return None,
    })
}

pub(super) fn stage(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "deciding" => km::DECIDING,
        "planning" => km::PLANNING,
        "implementing" => km::IMPLEMENTING,
        _ => return None,
    })
}

pub(super) fn family(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "people" | "peopleretention" | "humanresources" | "hr" => km::PEOPLE_RETENTION,
        "transfer" | "knowledgetransfer" | "transferretention" => km::TRANSFER_RETENTION,
        "recovery" | "knowledgerecovery" | "recoveryretention" => km::RECOVERY_RETENTION,
        "technical" | "informationtechnology" | "technology" | "it" | "technicalretention" => {
            km::TECHNICAL_RETENTION
        }
        _ => return None,
    })
}

/// The class that a type in plain words names.
pub(super) fn class(text: &str) -> Option<Term> {
    Some(match key(text).as_str() {
        "concept" => skos::CONCEPT,
        "person" => foaf::PERSON,
        "knowledgeworker" => km::KNOWLEDGE_WORKER,
        "communityofpractice" | "community" => km::COMMUNITY_OF_PRACTICE,
        "practice" => km::PRACTICE,
        "retentionplan" => km::RETENTION_PLAN,
        "initiative" => km::INITIATIVE,
        "knowledgeasset" => km::KNOWLEDGE_ASSET,
        "expertdirectory" => km::EXPERT_DIRECTORY,
        "technology" => km::TECHNOLOGY,
        _ => return None,
    })
}
