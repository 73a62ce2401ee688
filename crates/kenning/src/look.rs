//! `kenning config`: what the operator decided.

use crate::config::{Config, Sync};
use crate::report::Reporter;
use anyhow::Result;
use kenning_server::{Line, Outcome};
use kenning_vocab::Base;
use std::fmt::Write;

/// What concerns the server, as it is without flags and environment.
fn of_server(server: &crate::config::Server) -> String {
    let usual = kenning_server::ServerSettings::default();
    let seconds = |set: Option<u64>, usual: std::time::Duration| {
        format!("{} s", set.unwrap_or(usual.as_secs()))
    };
    let list = |items: &[String]| match items {
        [] => "none".to_owned(),
        items => items.join(", "),
    };
    let listen = server.listen.map(|address| address.to_string());
    let certificate = server.tls_certificate.as_ref();
    let rows = [
        (
            "listen",
            listen.unwrap_or_else(|| "127.0.0.1:7878".to_owned()),
        ),
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
            match server.default_graph {
                Some(crate::flags::DefaultGraph::Own) => "the graph without a name".to_owned(),
                _ => "all visible graphs".to_owned(),
            },
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
    let sync = match config.file.sync {
        Sync::Group => "a write is acknowledged once it is on the disk",
        Sync::Off => "off: a power cut may lose the last second of writes",
    };
    let _ = writeln!(text, "sync           {sync}");
    text.push_str(&of_server(&config.file.server));
    reporter.line(&Line::Output { text });
    Ok(Outcome::done(""))
}
