//! `kenning config`: what the operator decided.

use crate::config::{Config, Sync};
use crate::flags;
use crate::report::Reporter;
use crate::serve::USUAL_ADDRESS;
use anyhow::Result;
use kenning_server::{Line, Outcome};
use kenning_vocab::Base;
use std::fmt::Write;

/// What concerns the server: flags and environment where they say something, else the file, else what is usual.
fn of_server(server: &crate::config::Server, flags: &flags::Serve) -> String {
    let usual = kenning_server::ServerSettings::default();
    let seconds = |set: Option<u64>, usual: std::time::Duration| {
        format!("{} s", set.unwrap_or(usual.as_secs()))
    };
    let list = |items: &[String]| match items {
        [] => "none".to_owned(),
        items => items.join(", "),
    };
    let listen = flags.listen.or(server.listen).unwrap_or(USUAL_ADDRESS);
    let certificate = flags
        .tls_certificate
        .as_ref()
        .or(server.tls_certificate.as_ref());
    let questions = flags.questions.as_ref().or(server.questions.as_ref());
    let rows = [
        ("listen", listen.to_string()),
        (
            "https",
            certificate.map_or_else(
                || "no".to_owned(),
                |path| format!("with {}", path.display()),
            ),
        ),
        ("hosts", list(&server.hosts)),
        ("cors origins", list(&server.cors_origins)),
        (
            "queries read",
            match flags.default_graph.or(server.default_graph) {
                Some(flags::DefaultGraph::Own) => "the graph without a name".to_owned(),
                _ => "all visible graphs".to_owned(),
            },
        ),
        (
            "questions",
            questions.map_or_else(
                || "built in".to_owned(),
                |path| format!("built in, and those in {}", path.display()),
            ),
        ),
        (
            "who writes",
            if flags.allow_anonymous_write {
                "everybody, and what they write is public"
            } else {
                "who has a token that says so"
            }
            .to_owned(),
        ),
        (
            "query time",
            seconds(server.query_seconds, usual.query_time),
        ),
        (
            "update time",
            seconds(server.update_seconds, usual.update_time),
        ),
        (
            "sitemap",
            if server.sitemap { "yes" } else { "no" }.to_owned(),
        ),
    ];
    rows.iter()
        .map(|(name, value)| format!("{name:<14} {value}\n"))
        .collect()
}

/// Says what file, environment and flags come to, as `serve` would have it with the same flags.
///
/// # Errors
/// When a flag names a level that there is not. A file that cannot be read has failed before.
pub fn config(
    common: &flags::Common,
    config: Config,
    flags: &flags::Serve,
    reporter: &mut Reporter,
) -> Result<Outcome> {
    let config = config.with_wiki_level(flags.wiki_level.as_deref())?;
    let scale = config.scale();
    let levels: Vec<&str> = scale.levels().map(|(_, name)| name).collect();
    let mut text = String::new();
    let _ = writeln!(text, "data           {}", common.data.display());
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
        flags
            .base_url
            .as_deref()
            .or(config.file.base_url.as_deref())
            .unwrap_or(Base::default().as_str())
    );
    let sync = match config.file.sync {
        Sync::Group => "a write is acknowledged once it is on the disk",
        Sync::Off => "off: a power cut may lose the last second of writes",
    };
    let _ = writeln!(text, "sync           {sync}");
    text.push_str(&of_server(&config.file.server, flags));
    reporter.line(&Line::Output { text });
    Ok(Outcome::done(""))
}
