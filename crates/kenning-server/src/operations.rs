//! What the operator may have a running server do: the commands of `kenning`, sent to its socket.
//!
//! One process holds a data directory, so a command that is given a held one sends itself to the holder and prints what comes back.
//! This module fixes only the shape of that talk. What a command means is known to whoever implements [`Operations`],
//! so `sync` or `load` is the same code inside a server and without one.
//! The loser was a route for each command: it would have put the command's rules into two crates.

use std::sync::Arc;

use kenning_store::Cancel;
use serde::{Deserialize, Serialize};

use crate::policy::Policy;

/// The commands that the operator may have run inside the process that holds the data.
pub trait Operations: Send + Sync {
    /// Runs `command`, which is the JSON that the `kenning` command wrote, and returns when it is done.
    ///
    /// This blocks, and may take minutes. Everything worth saying on the way goes to `report`, in order; how it ended is the answer.
    /// A command that is not understood is an outcome that failed, never a panic.
    ///
    /// `left` is set when whoever asked has left. A command that does all or nothing, or that only answers, ends then; one whose
    /// half would be worth less than nothing goes on.
    fn run(&self, command: &[u8], left: &Cancel, report: &mut dyn FnMut(Line)) -> Outcome;

    /// The policy that holds now, where it may be another than the one that the server began with. Asked at every request, so it
    /// must be quick where nothing has changed.
    fn policy(&self) -> Option<Arc<Policy>> {
        None
    }

    /// What keeps the operator's configuration from holding as it stands, in words that everybody may read; `None` when it holds.
    fn waiting(&self) -> Option<String> {
        None
    }
}

/// A server without an operator's commands: it says so to whoever asks.
#[derive(Debug, Clone, Copy)]
pub struct NoOperations;

impl Operations for NoOperations {
    fn run(&self, _command: &[u8], _left: &Cancel, _report: &mut dyn FnMut(Line)) -> Outcome {
        Outcome::failed("this server runs no commands")
    }
}

/// One thing said while a command runs. On the socket each is one line of JSON, as `--json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Line {
    /// How far the work has come: `done` of `total` things named by `what`.
    Progress {
        /// What is being counted, in the plural: `notes`.
        what: String,
        /// How many are done.
        done: u64,
        /// How many there are, where that is known.
        total: Option<u64>,
    },
    /// Something worth knowing that is no problem.
    Info {
        /// The sentence, without a full stop.
        text: String,
    },
    /// Something odd in the input. The command goes on, and ends with exit code 2.
    Problem(Problem),
    /// A piece of the answer, for standard output exactly as it stands.
    Output {
        /// The piece.
        text: String,
    },
    /// The last line: how the command ended.
    Outcome(Outcome),
}

/// Something odd in the input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The file, as the caller named it.
    pub path: String,
    /// The line, from 1; 0 when the problem has no place.
    pub line: u32,
    /// The column, from 1, in characters; 0 when the problem has no place.
    pub column: u32,
    /// Which problem it is, as one word for machines, such as `dangling`. The kind of a line is `problem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What is wrong.
    pub text: String,
    /// What might help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The rule of thumb by which the hint was found, where it is a guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// How sure that rule is, from 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
}

impl Problem {
    /// One of a whole file.
    pub fn of_file(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// The same at a line and a column, from 1; 0 where there is none.
    #[must_use]
    pub fn at(self, line: u32, column: u32) -> Self {
        Self {
            line,
            column,
            ..self
        }
    }

    /// What is wrong and what might help, in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut words = self.text.clone();
        if let Some(hint) = &self.hint {
            words.push_str("; ");
            words.push_str(hint);
        }
        if let (Some(rule), Some(confidence)) = (&self.rule, self.confidence) {
            words.push_str(&format!(" (by the rule `{rule}`, {confidence} % sure)"));
        }
        words
    }
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The exit code: 0 done, 1 failed, 2 done with problems in the input.
    pub code: u8,
    /// The closing line: what was done, or why it was not. Empty when the output says it all.
    pub text: String,
}

impl Outcome {
    /// All was done.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            code: 0,
            text: text.into(),
        }
    }

    /// It could not be done, for this reason.
    pub fn failed(text: impl Into<String>) -> Self {
        Self {
            code: 1,
            text: text.into(),
        }
    }

    /// All was done that could be, and the input has problems.
    pub fn done_with_problems(text: impl Into<String>) -> Self {
        Self {
            code: 2,
            text: text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_survives_the_socket() {
        let lines = [
            Line::Progress {
                what: "notes".into(),
                done: 3,
                total: Some(9),
            },
            Line::Problem(Problem::of_file("a.md", "odd\n\"").at(1, 2)),
            Line::Problem(Problem {
                problem: Some("dangling".into()),
                hint: Some("did you mean `b.md`?".into()),
                rule: Some("spelling".into()),
                confidence: Some(80),
                ..Problem::of_file("a.md", "it leads to nothing")
            }),
            Line::Output {
                text: "?a\n".into(),
            },
            Line::Outcome(Outcome::done_with_problems("3 notes")),
        ];
        for line in lines {
            let text = serde_json::to_string(&line).unwrap();
            assert!(!text.contains('\n'));
            assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), line);
        }
    }
}
