//! `kenning config`: what the operator decided.

use crate::config::{Config, Sync};
use crate::flags;
use crate::report::Reporter;
use crate::serve::USUAL_ADDRESS;
use anyhow::Result;
use kenning_server::{Line, Outcome};
use kenning_vocab::Base;

/// What concerns the server: flags and environment where they say something, else the file, else what is usual.
fn of_server(server: &crate::config::Server, flags: &flags::Serve) -> Vec<(&'static str, String)> {
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
    let log = std::env::var("KENNING_LOG").unwrap_or_else(|_| "warn".to_owned());
    let form = match std::env::var_os("KENNING_LOG_FORMAT").is_some_and(|form| form == "json") {
        true => "objects",
        false => "text",
    };
    let proxies: Vec<String> = server
        .trusted_proxy
        .iter()
        .flat_map(|proxy| &proxy.peers)
        .map(ToString::to_string)
        .collect();
    let issuers: Vec<String> = server.issuer.iter().map(|it| it.issuer.clone()).collect();
    vec![
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
        ("trusted proxy", list(&proxies)),
        ("issuers", list(&issuers)),
        ("log", format!("{log}, as {form}")),
    ]
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
    let sync = match config.file.sync {
        Sync::Group => "a write is acknowledged once it is on the disk",
        Sync::Off => "off: a power cut or a crash may lose the last second of writes",
    };
    let base = flags
        .base_url
        .as_deref()
        .or(config.file.base_url.as_deref())
        .unwrap_or(Base::default().as_str())
        .to_owned();
    let default_graph = config.default_graph_level();
    let mut rows = vec![
        ("data", common.data.display().to_string()),
        ("levels", levels.join(" < ")),
        (
            "default level",
            scale.name(config.rules.default_level()).to_owned(),
        ),
        (
            "default graph",
            default_graph
                .map_or("closed", |level| scale.name(level))
                .to_owned(),
        ),
        ("base URL", base),
        ("sync", sync.to_owned()),
    ];
    rows.extend(of_server(&config.file.server, flags));
    let text = if common.json {
        let members = rows
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()));
        let object: serde_json::Map<String, serde_json::Value> = members.collect();
        serde_json::Value::Object(object).to_string() + "\n"
    } else {
        rows.iter()
            .map(|(name, value)| format!("{name:<14} {value}\n"))
            .collect()
    };
    reporter.line(&Line::Output { text });
    Ok(Outcome::done(""))
}
