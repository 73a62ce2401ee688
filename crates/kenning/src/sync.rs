//! `kenning sync`: what is stored, brought in step with folders of notes.

use crate::request::Place;
use crate::site::Site;
use anyhow::{Result, bail};
use kenning_server::{Line, Outcome};
use serde::{Deserialize, Serialize};

/// Which folders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The folders.
    pub wikis: Vec<Place>,
    /// The default level, where it is not the configured one.
    pub wiki_level: Option<String>,
}

/// Syncs the folders one after the other.
///
/// # Errors
/// When a folder cannot be read at all, or a commit fails.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let _only = site.syncing();
    let _ = (request, report);
    bail!("folders of notes cannot be read yet")
}
