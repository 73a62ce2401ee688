//! `kenning ask`: a question that stands in a file, asked with somebody's eyes.

use crate::request::Place;
use crate::site::Site;
use anyhow::{Context as _, Result, bail};
use kenning_insight::{Context, Library, Page, Question};
use kenning_server::{Line, Outcome};
use kenning_sparql::Limits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

/// Which question is asked, with which values, and with whose eyes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The name of the question; the list of all where there is none.
    pub name: Option<String>,
    /// The values it takes, by name.
    pub values: BTreeMap<String, String>,
    /// The name of the reader's level.
    pub clearance: String,
    /// The names of the reader's groups.
    pub groups: Vec<String>,
    /// `table`, `json`, `csv` or `turtle`; a table where it is not named.
    pub format: Option<String>,
    /// Which page of a question that is asked in pages; `None` for every row.
    #[serde(default)]
    pub page: Option<u64>,
    /// A folder of further questions, as `topic/name.rq`.
    pub questions: Option<Place>,
    /// How long it may take, in seconds.
    pub timeout: u64,
}

/// Answers the question, or lists those that can be asked; either is output.
///
/// # Errors
/// When there is no such question, level or format, a value does not fit or is missing, or a limit is reached.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let Some(name) = &request.name else {
        return list(request, report);
    };
    let library = library(request.questions.as_ref())?;
    let Some(question) = library.get(name) else {
        let like = library.like(name);
        let hint = match like.as_slice() {
            [] => "`kenning ask` lists those that there are".to_owned(),
            names => format!("did you mean {}?", names.join(" or ")),
        };
        bail!("there is no question `{name}`; {hint}");
    };
    let view = site
        .kb
        .view(&site.clearance(&request.clearance, &request.groups)?);
    let today = crate::config::today()?;
    let mut context = Context::new(today.parse().context("the date of today")?);
    context.base = site.base.clone();
    context.limits = Limits {
        time: Some(Duration::from_secs(request.timeout)),
        ..Limits::default()
    };
    let (answer, hint) = match (request.page, question.page_rows()) {
        (Some(number), Some(rows)) => {
            let page = Page { number, rows };
            let (answer, is_more) = question.page(&view, &request.values, &context, page)?;
            let hint = is_more.then(|| {
                let next = number.saturating_add(1);
                format!(
                    "there are more rows: `--page {next}` shows the next {rows}, `--all` every one"
                )
            });
            (answer, hint)
        }
        _ => (question.ask(&view, &request.values, &context)?, None),
    };
    let text = match request.format.as_deref() {
        None | Some("table") => answer.to_table(),
        Some("json") => format!("{:#}\n", answer.to_json()),
        Some("csv") => answer.to_csv(),
        Some("turtle" | "ttl") => answer.to_turtle(),
        Some(other) => {
            bail!("`{other}` is not the form of an answer; there are table, json, csv and turtle")
        }
    };
    report(Line::Output { text });
    if let Some(text) = hint {
        report(Line::Info { text });
    }
    Ok(Outcome::done(""))
}

/// Lists the questions that can be asked, which needs no knowledge base.
///
/// # Errors
/// When there is no such format, or a file is no question.
pub fn list(request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let library = library(request.questions.as_ref())?;
    let text = match request.format.as_deref() {
        None | Some("table") => listed(&library),
        Some("json") => {
            let questions: Vec<serde_json::Value> = library.iter().map(Question::to_json).collect();
            format!("{:#}\n", serde_json::json!({ "questions": questions }))
        }
        Some(other) => bail!("`{other}` is no form of this list; there are table and json"),
    };
    report(Line::Output { text });
    Ok(Outcome::done(""))
}

/// Every question with the values it takes, by topic.
fn listed(library: &Library) -> String {
    let mut text = String::new();
    let mut topic = "";
    for question in library.iter() {
        if question.topic != topic {
            let gap = if topic.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", question.topic);
            topic = &question.topic;
        }
        let _ = writeln!(text, "  {:<26} {}", question.name, question.summary);
        if !question.params.is_empty() {
            let _ = writeln!(text, "  {:<26}   {}", "", values(question));
        }
    }
    text
}

fn values(question: &Question) -> String {
    let params = question.params.iter().map(|param| {
        let mut text = format!("--{} {}", param.name, param.kind.words());
        if let Some(default) = &param.default {
            let _ = write!(text, " [{default}]");
        }
        text
    });
    params.collect::<Vec<_>>().join(", ")
}

/// The built-in questions, and beside them those of a folder.
///
/// # Errors
/// When the folder cannot be read, or one of its files is no question.
pub(crate) fn library(folder: Option<&Place>) -> Result<Library> {
    let mut library = Library::built_in();
    if let Some(folder) = folder {
        add_folder(&mut library, folder)?;
    }
    Ok(library)
}

/// Adds the questions of a folder; its folders are their topics.
fn add_folder(library: &mut Library, folder: &Place) -> Result<()> {
    let mut files = Vec::new();
    find(&folder.path, 0, &mut files)
        .with_context(|| format!("cannot read the questions in `{}`", folder.shown))?;
    files.sort();
    for file in files {
        let path = file.strip_prefix(&folder.path).unwrap_or(&file);
        let path = path.to_string_lossy().replace('\\', "/");
        let shown = folder.below(&path);
        let text = std::fs::read_to_string(&file).with_context(|| format!("`{shown}`"))?;
        library
            .add(&path, &text)
            .with_context(|| format!("`{shown}`"))?;
    }
    Ok(())
}

fn find(folder: &Path, depth: usize, files: &mut Vec<std::path::PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() && depth < 8 {
            find(&path, depth + 1, files)?;
        } else if path.extension().is_some_and(|ending| ending == "rq") {
            files.push(path);
        }
    }
    Ok(())
}

/// The arguments of a command line, with `--topic x` of `kenning ask` and `kenning record` written as `--param topic=x`.
///
/// Which values a question takes is known when its file has been read, so flags that are not flags of ours are values.
/// `is_flag` says of a command and a name whether it is a flag of that command; `None` for commands without values.
pub fn with_values(
    arguments: impl IntoIterator<Item = OsString>,
    is_flag: impl Fn(&str, &str) -> Option<bool>,
) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::new();
    let mut asking: Option<String> = None;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_str();
        if asking.is_none()
            && let Some(word) = text.filter(|word| is_flag(word, "").is_some())
        {
            asking = Some(word.to_owned());
        }
        let flag = text.and_then(|text| text.strip_prefix("--"));
        let (Some(flag), Some(command)) = (flag.filter(|flag| !flag.is_empty()), &asking) else {
            out.push(argument);
            continue;
        };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (flag, None),
        };
        if is_flag(command, name) == Some(true) {
            out.push(argument);
            continue;
        }
        let value = value.or_else(|| arguments.next()?.into_string().ok());
        out.push("--param".into());
        out.push(match value {
            Some(value) => format!("{name}={value}").into(),
            None => name.into(),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from);
        let out = with_values(arguments, |command, name| {
            let asks = ["ask", "record"].contains(&command);
            asks.then(|| ["clearance", "param", "json"].contains(&name))
        });
        let out: Vec<String> = out.into_iter().map(|a| a.into_string().unwrap()).collect();
        out.join(" ")
    }

    #[test]
    fn a_flag_that_is_none_of_ours_is_a_value() {
        assert_eq!(
            rewritten("kenning ask whom-to-ask --topic reeds --clearance internal --day=today"),
            "kenning ask whom-to-ask --param topic=reeds --clearance internal --param day=today"
        );
        assert_eq!(
            rewritten("kenning ask x --param a=b --json"),
            "kenning ask x --param a=b --json"
        );
        assert_eq!(
            rewritten("kenning record event --topic ask --json"),
            "kenning record event --param topic=ask --json"
        );
        assert_eq!(
            rewritten("kenning query --topic x"),
            "kenning query --topic x"
        );
    }
}
