//! What can go wrong on the durable side, in the words of the person who keeps the store.

use super::bytes::Malformed;
use std::fmt;
use std::io;

/// Why something durable could not be done.
///
/// It can be cloned because one failed commit answers every writer of its group.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something that was stored is damaged or missing.
    #[error("{}", Damage::summary(.0))]
    Damaged(Vec<Damage>),
    /// The disk is full. Reading goes on, and so does writing as soon as there is room again.
    #[error("the disk is full: nothing of this was stored")]
    Full,
    /// Writing has stopped until the store is opened again, since nobody can say what is on disk.
    #[error("writing has stopped until the store is opened again: {0}")]
    Stopped(String),
    /// The form on disk is one that this version cannot read.
    #[error("the store has form {found}, this version of kenning reads form {known}")]
    Form {
        /// The form on disk.
        found: String,
        /// The form that is known here.
        known: &'static str,
    },
    /// The operating system said no.
    #[error("{doing}: {cause}")]
    Io {
        /// What was being done, and to which file.
        doing: String,
        /// What the operating system said.
        cause: String,
    },
}

/// One thing that is damaged, and what that affects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damage {
    /// What is affected.
    pub affected: Affected,
    /// What is wrong with it.
    pub wrong: String,
}

/// What a damage affects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Affected {
    /// The whole store.
    Everything,
    /// The graph of this name.
    Graph(String),
    /// The setting of this key.
    Setting(String),
    /// The entry of the audit chain with this number.
    Audit(u64),
    /// Nothing that was stored, only a guard beside it.
    Nothing,
}

impl Damage {
    pub(crate) fn new(affected: Affected, wrong: impl fmt::Display) -> Self {
        Self {
            affected,
            wrong: wrong.to_string(),
        }
    }

    fn summary(damages: &[Self]) -> String {
        const SHOWN: usize = 5;
        let mut text = String::from("the store is damaged");
        for (damage, lead) in damages
            .iter()
            .take(SHOWN)
            .zip([": "].into_iter().chain(std::iter::repeat("; ")))
        {
            text.push_str(lead);
            text.push_str(&damage.to_string());
        }
        if let Some(more @ 1..) = damages.len().checked_sub(SHOWN) {
            text.push_str(&format!("; and {more} more"));
        }
        text
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.affected {
            Affected::Everything => write!(f, "everything is affected: {}", self.wrong),
            Affected::Graph(name) => write!(f, "graph `{name}` is affected: {}", self.wrong),
            Affected::Setting(key) => write!(f, "setting `{key}` is affected: {}", self.wrong),
            Affected::Audit(number) => {
                write!(f, "audit entry {number} is affected: {}", self.wrong)
            }
            Affected::Nothing => write!(f, "nothing that was stored is affected: {}", self.wrong),
        }
    }
}

impl StoreError {
    /// An error of the operating system while `doing` something.
    pub(crate) fn io(doing: impl fmt::Display, cause: &io::Error) -> Self {
        if is_full(cause) {
            return Self::Full;
        }
        Self::Io {
            doing: doing.to_string(),
            cause: cause.to_string(),
        }
    }

    /// One damage that affects everything.
    pub(crate) fn damaged(wrong: impl fmt::Display) -> Self {
        Self::Damaged(vec![Damage::new(Affected::Everything, wrong)])
    }
}

impl From<Malformed> for StoreError {
    fn from(malformed: Malformed) -> Self {
        Self::damaged(malformed)
    }
}

impl From<redb::Error> for StoreError {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                Self::damaged(cause)
            }
            redb::Error::Io(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                Self::damaged("the file is shorter than it says")
            }
            redb::Error::Io(cause) => Self::io("the database file", &cause),
            redb::Error::PreviousIo => Self::Io {
                doing: "the database file".to_owned(),
                cause: "an earlier failure".to_owned(),
            },
            other => Self::damaged(other),
        }
    }
}

macro_rules! from_redb {
    ($($error:ident),*) => {
        $(impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                Self::from(redb::Error::from(error))
            }
        })*
    };
}

from_redb!(
    StorageError,
    TableError,
    TransactionError,
    CommitError,
    DatabaseError,
    SetDurabilityError
);

/// Whether the disk, or the share of it that this user may use, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
