//! `kenning convert`: notes into RDF, without a knowledge base.

use crate::config::Config;
use crate::flags;
use crate::report::Reporter;
use anyhow::{Result, bail};
use kenning_server::Outcome;

/// Converts notes and folders of notes; the same input gives the same bytes.
///
/// # Errors
/// When a path cannot be read at all, or the answer cannot be written.
pub fn run(config: &Config, flags: &flags::Convert, reporter: &mut Reporter) -> Result<Outcome> {
    let _ = (config, flags, reporter);
    bail!("folders of notes cannot be read yet")
}
