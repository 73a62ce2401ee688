//! Problems, each with its place in the folder.

use std::fmt;

use kenning_vocab::{Base, dcterms, km, oa, rdf, xsd};
use oxrdf::{BlankNode, Literal, NamedNode, NamedNodeRef, Term, Triple};
use serde::{Deserialize, Serialize};

use crate::walk::is_note;

/// A problem in a file of the wiki. Printed as `path:line:col: text`, without line and column where there are none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Located {
    /// Path of the file, seen from the folder of the wiki.
    pub path: String,
    /// Line, from 1; 0 where the problem is about the whole file.
    pub line: usize,
    /// Column in characters, from 1; 0 where the problem is about the whole line or file.
    pub column: usize,
    /// What sort of problem, as one word for machines, such as `dangling`.
    pub kind: String,
    /// What is wrong, in words.
    pub text: String,
    /// What might help, where something comes to mind.
    pub hint: Option<String>,
    /// By what the hint was found, where it is a guess.
    pub guess: Option<Guessed>,
}

/// A rule of thumb and how sure it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Guessed {
    /// The name of the rule, such as `spelling`.
    pub rule: String,
    /// How sure it is, from 0 to 100.
    pub confidence: u8,
}

impl Guessed {
    pub(crate) fn by(rule: &str, confidence: u8) -> Self {
        Self {
            rule: rule.to_owned(),
            confidence,
        }
    }
}

/// What follows the guess in a sentence: ` (by the rule NAME, 80 % sure)`.
impl fmt::Display for Guessed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, confidence } = self;
        write!(f, " (by the rule `{rule}`, {confidence} % sure)")
    }
}

impl Located {
    pub(crate) fn file(path: &str, kind: &str, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: 0,
            column: 0,
            kind: kind.to_owned(),
            text: text.into(),
            hint: None,
            guess: None,
        }
    }
}

/// What says how lines of a plain text are counted: between them, so `line=16,17` is the seventeenth.
const LINES: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("http://tools.ietf.org/rfc/rfc5147");

impl Located {
    /// The problem as triples: an annotation of the note, at its line where it has one (Web Annotation Data Model, sections 3.3.5 and
    /// 4.2.1; RFC 5147, section 2.1.2). What is wrong is the body that assesses, what might help the one that edits, and the sort of
    /// problem the one that tags. `number` tells its blank nodes from those of others, `wiki` is the name of the wiki; what is about
    /// another file than a note is about the wiki, and names its file.
    #[must_use]
    pub fn annotation(&self, number: usize, wiki: &str, base: &Base) -> Vec<Triple> {
        let mut triples = Vec::with_capacity(23);
        let node = |part: &str| BlankNode::new_unchecked(format!("{part}{number}"));
        let mut say = |subject: &BlankNode, predicate: NamedNodeRef<'_>, object: Term| {
            triples.push(Triple::new(subject.clone(), predicate, object));
        };
        let problem = node("problem");
        say(&problem, rdf::TYPE, oa::ANNOTATION.into_owned().into());
        say(
            &problem,
            oa::MOTIVATED_BY,
            oa::ASSESSING.into_owned().into(),
        );
        let of_note = is_note(&self.path);
        let source: NamedNode = if of_note {
            base.note(wiki, &self.path)
        } else {
            base.wiki(wiki)
        };
        let target: Term = match self.line.checked_sub(1).filter(|_| of_note) {
            None => source.into(),
            Some(before) => {
                let (place, lines) = (node("place"), node("lines"));
                say(&place, rdf::TYPE, oa::SPECIFIC_RESOURCE.into_owned().into());
                say(&place, oa::HAS_SOURCE, source.into());
                say(&place, oa::HAS_SELECTOR, lines.clone().into());
                say(&lines, rdf::TYPE, oa::FRAGMENT_SELECTOR.into_owned().into());
                say(&lines, dcterms::CONFORMS_TO, LINES.into_owned().into());
                let line = format!("line={before},{}", self.line);
                say(&lines, rdf::VALUE, Literal::from(line).into());
                place.into()
            }
        };
        say(&problem, oa::HAS_TARGET, target);
        let text = if of_note {
            self.text.clone()
        } else {
            format!("{}: {}", self.path, self.text)
        };
        let bodies = [
            (oa::ASSESSING, "text", Some(text)),
            (oa::EDITING, "hint", self.hint.clone()),
            (oa::TAGGING, "kind", Some(self.kind.clone())),
        ];
        for (purpose, part, text) in bodies {
            let Some(text) = text else { continue };
            let body = node(part);
            say(&problem, oa::HAS_BODY, body.clone().into());
            say(&body, rdf::TYPE, oa::TEXTUAL_BODY.into_owned().into());
            say(&body, oa::HAS_PURPOSE, purpose.into_owned().into());
            say(&body, rdf::VALUE, Literal::from(text).into());
            if let Some(guess) = self.guess.as_ref().filter(|_| part == "hint") {
                let share = format!("{}.{:02}", guess.confidence / 100, guess.confidence % 100);
                let share = Literal::new_typed_literal(share, xsd::DECIMAL);
                say(
                    &body,
                    km::EXTRACTED_BY,
                    Literal::from(guess.rule.as_str()).into(),
                );
                say(&body, km::CONFIDENCE, share.into());
            }
        }
        triples
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A file may be called anything; a message stays on its line.
        for c in self.path.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}", self.text)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        if let Some(guess) = &self.guess {
            write!(f, "{guess}")?;
        }
        Ok(())
    }
}
