//! The command `kenning`: flags to requests, and requests to whoever holds the data.

use anyhow::{Context, Result, bail};
use clap::{CommandFactory, Parser};
use kenning::config::Config;
use kenning::flags::{Command, Common, Flags};
use kenning::report::{Reporter, Style};
use kenning::request::{Place, Request};
use kenning::site::Site;
use kenning::{
    ask, audit, check, client, convert, explain, flags, insight, interrupt, keep, load, look,
    ontologies, query, record, serve, sync, token, update,
};
use kenning_server::Outcome;
use kenning_store::OpenError;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let flags = match Flags::try_parse_from(arguments()) {
        Ok(flags) => flags,
        Err(error) => {
            let _ = error.print();
            // Asking for help is no failure; a flag that is not understood is one, and 2 means something else here.
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    let answers = match &flags.command {
        Command::Query(_)
        | Command::Ask(_)
        | Command::Audit(_)
        | Command::Experts(_)
        | Command::Loss(_)
        | Command::Advice(_)
        | Command::Record(_)
        | Command::Dump(_)
        | Command::Explain(_)
        | Command::Sync(flags::Sync { dry_run: true, .. })
        | Command::Ontologies(_)
        | Command::Config(_)
        | Command::Token(flags::Token::Add { .. } | flags::Token::List) => true,
        Command::Convert(convert) => convert.out.is_none(),
        Command::Check(check) => check.format.is_some(),
        Command::Update(update) => update.dry_run,
        _ => false,
    };
    log();
    let mut reporter = Reporter::new(Style {
        quiet: flags.common.quiet,
        json: flags.common.json,
        answers,
    });
    let outcome =
        run(&flags, &mut reporter).unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
    reporter.close(&outcome)
}

/// The arguments of this process, with the values of questions as `--param`.
fn arguments() -> Vec<std::ffi::OsString> {
    let mut command = Flags::command();
    command.build();
    let flags_of = |name: &str| -> Vec<String> {
        let command = command.find_subcommand(name);
        command
            .into_iter()
            .flat_map(|command| command.get_arguments().filter_map(clap::Arg::get_long))
            .map(str::to_owned)
            .collect()
    };
    let ours = [("ask", flags_of("ask")), ("record", flags_of("record"))];
    ask::with_values(std::env::args_os(), |command, name| {
        let flags = ours.iter().find(|(other, _)| *other == command);
        flags.map(|(_, flags)| flags.iter().any(|flag| flag == name))
    })
}

/// What the server logs goes to standard error; `KENNING_LOG` says how much (`info`, `kenning_server=debug`), and
/// `KENNING_LOG_FORMAT=json` makes each line an object.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("KENNING_LOG");
    let filter = filter.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    if std::env::var_os("KENNING_LOG_FORMAT").is_some_and(|format| format == "json") {
        log.json().init();
    } else {
        log.init();
    }
}

fn run(flags: &Flags, reporter: &mut Reporter) -> Result<Outcome> {
    let common = &flags.common;
    match &flags.command {
        Command::Serve(serve) => {
            not_remote(common)?;
            let config = Config::read(common.config.as_deref(), &serve.wiki)?;
            let named = common.config.as_deref();
            serve::run(&common.data, config, named, serve, reporter).map_err(explain_held)
        }
        Command::Convert(convert) => {
            let config = Config::read(common.config.as_deref(), &convert.paths)?;
            convert::run(&config, convert, reporter)
        }
        Command::Sync(sync) => {
            let wikis = sync.wikis.iter().map(|dir| Place::of(dir)).collect();
            let dry_run = sync.dry_run;
            let request = Request::Sync(sync::Request {
                wikis,
                wiki_level: sync.wiki_level.clone(),
                dry_run: sync.dry_run.then_some(if common.json {
                    sync::Form::Json
                } else {
                    sync::Form::Text
                }),
            });
            let base_url = sync.base_url.as_deref();
            if dry_run && is_empty(&common.data) {
                not_remote(common)?;
                let config = Config::read(common.config.as_deref(), &sync.wikis)?;
                let site = Site::nowhere(config, base_url)?;
                return Ok(site.run(&request, &mut |line| reporter.line(&line)));
            }
            send(common, &sync.wikis, base_url, true, &request, reporter)
        }
        Command::Explain(flags) => {
            not_remote(common)?;
            let request = explain::Request::read(&flags.place, flags.wiki.as_deref(), common.json);
            let wikis = explain::wiki_here(common.config.as_deref(), &request);
            if is_empty(&common.data) {
                let config = Config::read(common.config.as_deref(), &wikis)?;
                return explain::alone(&config, &request, reporter);
            }
            let request = Request::Explain(request);
            send(common, &wikis, None, false, &request, reporter)
        }
        Command::Load(load) => {
            let request = Request::Load(load::Request {
                files: load.files.iter().map(|file| Place::of(file)).collect(),
                graph: load.graph.clone(),
                level: load.level.clone(),
                groups: load.groups.iter().map(|clause| names(clause)).collect(),
                catalogs: load.catalogs.iter().map(|path| Place::of(path)).collect(),
            });
            send(
                common,
                &[],
                load.base_url.as_deref(),
                true,
                &request,
                reporter,
            )
        }
        Command::Check(flags) if !flags.paths.is_empty() => {
            let config = Config::read(common.config.as_deref(), &flags.paths)?;
            check::notes(&config, &flags.paths, flags.format.as_deref(), reporter)
        }
        Command::Check(flags) => {
            let request = Request::Check(check::Request {
                clearance: flags.eyes.clearance.clone(),
                groups: flags.eyes.groups.clone(),
                shapes: flags.shapes.iter().map(|file| Place::of(file)).collect(),
                severity: flags.severity.clone(),
                format: flags.format.clone(),
                timeout: flags.timeout,
            });
            send(common, &[], None, false, &request, reporter)
        }
        Command::Ontologies(flags) => {
            if let Some(name) = &flags.name {
                return ontologies::built_in(name, &mut |line| reporter.line(&line));
            }
            if common.server.is_none() && !common.data.exists() {
                return Ok(ontologies::list_built_in(&mut |line| reporter.line(&line)));
            }
            let format = flags.format.clone();
            let request = Request::Ontologies(ontologies::Request {
                clearance: flags.eyes.clearance.clone(),
                groups: flags.eyes.groups.clone(),
                format: format.or_else(|| common.json.then(|| "json".to_owned())),
            });
            send(common, &[], None, false, &request, reporter)
        }
        Command::Config(serve) => {
            let config = Config::read(common.config.as_deref(), &serve.wiki)?;
            look::config(common, config, serve, reporter)
        }
        Command::Token(token) => {
            let make = matches!(token, flags::Token::Add { .. });
            let request = Request::Token(token_request(token)?);
            send(common, &[], None, make, &request, reporter)
        }
        Command::Dump(eyes) => {
            let (clearance, groups) = (eyes.clearance.clone(), eyes.groups.clone());
            let request = Request::Keep(keep::Request::Dump { clearance, groups });
            send(common, &[], None, false, &request, reporter)
        }
        Command::Backup(backup) => {
            let request = Request::Keep(keep::Request::Backup {
                to: Place::of(&backup.to),
            });
            send(common, &[], None, false, &request, reporter)
        }
        Command::Restore(restore) => {
            not_remote(common)?;
            keep::restore(&restore.from, &common.data)
        }
        Command::Verify => {
            not_remote(common)?;
            match keep::verify(&common.data, &mut |line| reporter.line(&line)) {
                Err(error) if is_held(&error) => send(
                    common,
                    &[],
                    None,
                    false,
                    &Request::Keep(keep::Request::Verify),
                    reporter,
                ),
                other => other,
            }
        }
        Command::Ask(flags) => {
            let request = ask::Request {
                name: flags.name.clone(),
                values: flags.param.iter().cloned().collect(),
                clearance: flags.eyes.clearance.clone(),
                groups: flags.eyes.groups.clone(),
                format: form(common, flags.format.as_ref()),
                page: (!flags.all).then_some(flags.page),
                questions: flags.questions.as_deref().map(Place::of),
                timeout: flags.timeout,
            };
            if request.name.is_none() {
                return ask::list(&request, &mut |line| reporter.line(&line));
            }
            send(common, &[], None, false, &Request::Ask(request), reporter)
        }
        Command::Update(flags) => change(common, flags, reporter),
        Command::Audit(flags) => {
            let request = Request::Audit(audit::Request {
                clearance: flags.eyes.clearance.clone(),
                groups: flags.eyes.groups.clone(),
                format: form(common, flags.format.as_ref()),
                html: flags.html.as_deref().map(Place::of),
                person: flags.person.clone(),
                all: flags.all,
                forget: flags.forget,
            });
            send(common, &[], None, false, &request, reporter)
        }
        Command::Record(flags) => {
            let request = record_request(flags);
            if request.kind.is_none() {
                return Ok(record::list(&mut |line| reporter.line(&line)));
            }
            match &common.server {
                Some(url) => record_remote(url, &request, reporter),
                None => send(common, &[], None, true, &Request::Record(request), reporter),
            }
        }
        Command::Experts(flags) => {
            let about = insight::About::Experts(flags.topic.clone());
            let request = insight_request(common, about, &flags.eyes, flags.format.as_ref());
            send(common, &[], None, false, &request, reporter)
        }
        Command::Advice(flags) => {
            let about = insight::About::Advice(flags.topic.clone());
            let request = insight_request(common, about, &flags.eyes, flags.format.as_ref());
            send(common, &[], None, false, &request, reporter)
        }
        Command::Loss(flags) => {
            let about = insight::About::Loss(flags.people.clone());
            let request = insight_request(common, about, &flags.eyes, flags.format.as_ref());
            send(common, &[], None, false, &request, reporter)
        }
        Command::Query(flags) => {
            let request = query::Request {
                text: text(flags.text.as_deref(), flags.file.as_ref())?,
                clearance: flags.eyes.clearance.clone(),
                groups: flags.eyes.groups.clone(),
                format: flags.format.clone(),
                default_graph: flags.default_graph,
                timeout: flags.timeout,
            };
            match &common.server {
                Some(url) => query_remote(url, &request, reporter),
                None => send(common, &[], None, false, &Request::Query(request), reporter),
            }
        }
    }
}

/// An update here, through the socket of whoever holds the data, or over HTTP.
fn change(common: &Common, flags: &flags::Update, reporter: &mut Reporter) -> Result<Outcome> {
    let request = update::Request {
        text: text(flags.text.as_deref(), flags.file.as_ref())?,
        clearance: flags.eyes.clearance.clone(),
        groups: flags.eyes.groups.clone(),
        default_graph: flags.default_graph,
        timeout: flags.timeout,
        dry_run: flags.dry_run,
        reason: flags.reason.clone(),
    };
    match &common.server {
        Some(_) if request.dry_run => {
            bail!("`--dry-run` works on a folder of data, not with `--server`")
        }
        Some(url) => update_remote(url, request),
        // An update may be the first thing that is stored.
        None => send(common, &[], None, true, &Request::Update(request), reporter),
    }
}

/// The form of an answer: the one that was asked for, else JSON where the report is in lines of JSON.
fn form(common: &Common, asked: Option<&String>) -> Option<String> {
    asked
        .cloned()
        .or_else(|| common.json.then(|| "json".to_owned()))
}

fn record_request(flags: &flags::Record) -> record::Request {
    let mut fields = std::collections::BTreeMap::<String, Vec<String>>::new();
    for (name, value) in &flags.param {
        fields.entry(name.clone()).or_default().push(value.clone());
    }
    record::Request {
        kind: flags.kind.clone(),
        fields,
        who: flags.who.clone(),
        level: flags.level.clone(),
        groups: flags.groups.iter().map(|clause| names(clause)).collect(),
        new: flags.new,
        dry_run: flags.dry_run,
    }
}

/// Records at a server over HTTP, with the token of `KENNING_TOKEN`.
fn record_remote(url: &str, request: &record::Request, reporter: &mut Reporter) -> Result<Outcome> {
    let Some(kind) = &request.kind else {
        bail!("`kenning record` without `--server` lists what can be recorded");
    };
    let token = std::env::var("KENNING_TOKEN").ok();
    let body = record::body(request)?.to_string().into_bytes();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let path = format!("/api/record/{}", kenning_vocab::encode_segment(kind));
    let headers = [("content-type", "application/json")];
    let answer = runtime.block_on(client::post(url, &path, &headers, token.as_deref(), body))?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if answer.status >= 300 {
        bail!("the server answered {}: {}", answer.status, text.trim());
    }
    reporter.line(&kenning_server::Line::Output { text });
    Ok(Outcome::done(""))
}

fn insight_request(
    common: &Common,
    about: insight::About,
    eyes: &flags::Eyes,
    format: Option<&String>,
) -> Request {
    Request::Insight(insight::Request {
        about,
        clearance: eyes.clearance.clone(),
        groups: eyes.groups.clone(),
        format: form(common, format),
    })
}

fn token_request(flags: &flags::Token) -> Result<token::Request> {
    Ok(match flags {
        flags::Token::Add {
            name,
            clearance,
            groups,
            roles,
            writes,
            expires,
        } => token::Request::Add {
            name: name.clone(),
            clearance: clearance.clone(),
            groups: groups.clone(),
            roles: roles.clone(),
            writes: writes.clone(),
            lifetime: expires.as_deref().map(token::seconds).transpose()?,
        },
        flags::Token::List => token::Request::List,
        flags::Token::Revoke { which } => token::Request::Revoke {
            which: which.clone(),
        },
    })
}

/// Runs a request here, or has the process that holds the directory run it.
fn send(
    common: &Common,
    wikis: &[PathBuf],
    base_url: Option<&str>,
    make: bool,
    request: &Request,
    reporter: &mut Reporter,
) -> Result<Outcome> {
    not_remote(common)?;
    let config = Config::read(common.config.as_deref(), wikis)?;
    let data = &common.data;
    if !make && is_empty(data) {
        bail!(
            "there is no knowledge base in `{}`; make one with `kenning sync` or `kenning serve`",
            data.display()
        );
    }
    let mut report = |line| reporter.line(&line);
    match Site::open(data, config, base_url) {
        // These say what they did until then.
        Ok(site) if matches!(request, Request::Sync(_) | Request::Load(_)) => {
            Ok(site.run_for(request, &interrupt::asked_to_end(), &mut report))
        }
        Ok(site) => Ok(site.run(request, &mut report)),
        Err(error) if is_held(&error) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let command = serde_json::to_vec(request)?;
            runtime
                .block_on(client::run(data, command, &mut report))
                .with_context(|| format!("{error:#}"))
        }
        Err(error) => Err(error),
    }
}

/// Whether there is no knowledge base in a folder yet.
fn is_empty(data: &Path) -> bool {
    std::fs::read_dir(data).map_or(true, |mut entries| entries.next().is_none())
}

fn not_remote(common: &Common) -> Result<()> {
    if common.server.is_some() {
        bail!("this command works on a folder of data, not with `--server`");
    }
    Ok(())
}

fn is_held(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<OpenError>(),
        Some(OpenError::Held { .. })
    )
}

fn explain_held(error: anyhow::Error) -> anyhow::Error {
    if is_held(&error) {
        error.context("one process holds a data directory; use that server, stop it, or name another directory with `--data`")
    } else {
        error
    }
}

fn names(list: &str) -> Vec<String> {
    list.split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The text of a query: given, in a file, or on standard input.
fn text(given: Option<&str>, file: Option<&PathBuf>) -> Result<String> {
    match (given, file) {
        (Some(text), _) => Ok(text.to_owned()),
        (None, Some(path)) if path.as_os_str() == "-" => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .context("cannot read standard input")?;
            Ok(text)
        }
        (None, Some(path)) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read `{}`", path.display())),
        (None, None) => bail!("there is no query"),
    }
}

/// Asks a server over HTTP, with the token of `KENNING_TOKEN`.
fn query_remote(url: &str, request: &query::Request, reporter: &mut Reporter) -> Result<Outcome> {
    let token = std::env::var("KENNING_TOKEN").ok();
    let accept = query::accept(request.format.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let headers = [
        ("content-type", "application/sparql-query"),
        ("accept", accept.as_str()),
    ];
    let body = request.text.clone().into_bytes();
    let answer = runtime.block_on(client::post(
        url,
        "/query",
        &headers,
        token.as_deref(),
        body,
    ))?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if answer.status >= 300 {
        bail!("the server answered {}: {}", answer.status, text.trim());
    }
    reporter.line(&kenning_server::Line::Output { text });
    Ok(Outcome::done(""))
}

/// Has a server carry out an update over HTTP, with the token of `KENNING_TOKEN`; its roles and grants decide.
fn update_remote(url: &str, request: update::Request) -> Result<Outcome> {
    let token = std::env::var("KENNING_TOKEN").ok();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut headers = vec![("content-type", "application/sparql-update")];
    if let Some(reason) = &request.reason {
        headers.push(("kenning-reason", reason.as_str()));
    }
    let body = request.text.into_bytes();
    let answer = runtime.block_on(client::post(
        url,
        "/update",
        &headers,
        token.as_deref(),
        body,
    ))?;
    if answer.status >= 300 {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        bail!("the server answered {}: {}", answer.status, text.trim());
    }
    Ok(Outcome::done("done"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Flags::command().debug_assert();
    }
}
