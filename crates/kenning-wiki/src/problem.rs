//! Problems, each with its place in the folder.

use std::fmt;

use serde::{Deserialize, Serialize};

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
        }
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
        Ok(())
    }
}
