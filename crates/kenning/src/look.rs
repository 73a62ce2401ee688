//! `kenning config`: what the operator decided.

use crate::config::Config;
use crate::report::Reporter;
use anyhow::Result;
use kenning_server::{Line, Outcome};
use kenning_vocab::Base;
use std::fmt::Write;

/// Says what the configuration comes to; that it can be read is the answer to most who ask.
///
/// # Errors
/// None of its own: a configuration that cannot be read has failed before.
pub fn config(config: &Config, reporter: &mut Reporter) -> Result<Outcome> {
    let scale = config.scale();
    let levels: Vec<&str> = scale.levels().map(|(_, name)| name).collect();
    let mut text = String::new();
    let _ = writeln!(text, "levels         {}", levels.join(" < "));
    let _ = writeln!(
        text,
        "default level  {}",
        scale.name(config.rules.default_level())
    );
    let _ = writeln!(
        text,
        "default graph  {}",
        config
            .default_graph_level()
            .map_or("closed", |level| scale.name(level))
    );
    let _ = writeln!(
        text,
        "base URL       {}",
        config
            .file
            .base_url
            .as_deref()
            .unwrap_or(Base::default().as_str())
    );
    reporter.line(&Line::Output { text });
    Ok(Outcome::done(""))
}
