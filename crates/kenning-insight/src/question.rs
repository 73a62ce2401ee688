//! A question: a file of SPARQL, and what its decorators say about it.

use std::collections::BTreeSet;

use kenning_sparql::{Form, ParseOptions, Prepared, QueryError};
use serde_json::{Value, json};

use crate::decorators::{InvalidYaml, Yaml};
use crate::param::{Kind, Param};

/// A question that can be asked of any view, any number of times.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its name: that of its file, without `.rq`.
    pub name: String,
    /// What it is about: the folder of its file.
    pub topic: String,
    /// The question in words.
    pub summary: String,
    /// What else a reader of the answer needs to know.
    pub description: Option<String>,
    /// Words under which it is listed.
    pub tags: Vec<String>,
    /// The values it takes, in the order of the decorators, then of the query.
    pub params: Vec<Param>,
    /// Rows of one page, when answers are given in pages.
    pub pagination: Option<u64>,
    /// What an answer without rows says if the graph holds what the question is about.
    pub none: Option<String>,
    /// What an answer without rows says if the graph holds nothing that the question is about.
    pub unrecorded: Option<String>,
    /// The file, whole.
    pub text: String,
    pub(crate) prepared: Prepared,
    pub(crate) basis: Option<Prepared>,
}

/// A file that is not a question.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidQuestion {
    /// The decorators cannot be read.
    #[error("{0}")]
    Decorators(#[from] InvalidYaml),
    /// A decorator has a value that means nothing.
    #[error("the decorator `{name}` {why}")]
    Decorator {
        /// Which one.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The query is not SPARQL.
    #[error("{0}")]
    Query(#[from] QueryError),
    /// Two questions have one name.
    #[error("there is another question called `{0}`")]
    Name(String),
}

impl Question {
    /// Reads a question file. `path` is that of the file under the folder of questions, such as `people/whom-to-ask.rq`.
    ///
    /// Call it on a thread with [`STACK_SIZE`](kenning_sparql::STACK_SIZE) bytes of stack when the text is not trusted.
    ///
    /// # Errors
    /// [`InvalidQuestion`] when the decorators or the query cannot be read, or when the decorators name a value that the query has not.
    pub fn parse(path: &str, text: &str) -> Result<Self, InvalidQuestion> {
        let decorators = Yaml::decorators(text)?;
        let (topic, file) = path.rsplit_once('/').unwrap_or(("", path));
        let name = file
            .strip_suffix(".rq")
            .or(file.strip_suffix(".sparql"))
            .unwrap_or(file);
        let one = |key: &str| decorators.get(key).and_then(Yaml::text).map(str::to_owned);
        let prepared = Prepared::parse(text, &ParseOptions::default())?;
        let basis = match one("basis") {
            None => None,
            Some(pattern) => Some(basis(text, &pattern)?),
        };
        let pagination = match one("pagination") {
            None => None,
            Some(rows) => Some(rows.parse().map_err(|_| InvalidQuestion::Decorator {
                name: "pagination".to_owned(),
                why: format!("is `{rows}`, which is no number of rows"),
            })?),
        };
        Ok(Self {
            name: name.to_owned(),
            topic: topic.to_owned(),
            summary: one("summary").unwrap_or_else(|| name.replace('-', " ")),
            description: one("description"),
            tags: decorators
                .get("tags")
                .map(|tags| {
                    tags.items()
                        .iter()
                        .filter_map(Yaml::text)
                        .map(str::to_owned)
                        .collect()
                })
                .unwrap_or_default(),
            params: params(text, &decorators)?,
            pagination,
            none: one("none"),
            unrecorded: one("unrecorded"),
            text: text.to_owned(),
            prepared,
            basis,
        })
    }

    /// As JSON: what it is called, what it asks and which values it takes.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let params: Vec<Value> = self
            .params
            .iter()
            .map(|param| {
                json!({
                    "name": param.name,
                    "expects": param.kind.words(),
                    "description": param.description,
                    "default": param.default,
                    "choices": param.choices,
                    "required": param.default.is_none() && !param.optional,
                })
            })
            .collect();
        json!({
            "name": self.name,
            "topic": self.topic,
            "summary": self.summary,
            "description": self.description,
            "tags": self.tags,
            "params": params,
            "pagination": self.pagination,
        })
    }

    /// Whether the same view, values and day always give the same answer: no clock and no chance take part.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        self.prepared.is_repeatable()
    }

    /// Rows of one page, at least one; `None` where the question is not asked in pages.
    #[must_use]
    pub fn page_rows(&self) -> Option<usize> {
        let rows = self.pagination?.max(1);
        Some(usize::try_from(rows).unwrap_or(usize::MAX))
    }

    /// What is asked for: rows, a truth value or triples.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.prepared.form()
    }
}

/// The query that tells "nothing of the kind is recorded" from "none": an ASK with the prefixes of the file.
fn basis(file: &str, pattern: &str) -> Result<Prepared, InvalidQuestion> {
    let mut text = String::new();
    for line in file.lines() {
        let start = line.trim_start().get(..6).unwrap_or_default();
        if start.eq_ignore_ascii_case("prefix") {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.push_str("ASK { ");
    text.push_str(pattern);
    text.push_str(" }");
    Ok(Prepared::parse(&text, &ParseOptions::default())?)
}

fn params(text: &str, decorators: &Yaml) -> Result<Vec<Param>, InvalidQuestion> {
    let mut params: Vec<Param> = Vec::new();
    let mut seen = BTreeSet::new();
    for variable in variables(text) {
        if let Some((name, kind, optional)) = Kind::of_variable(&variable)
            && seen.insert(name.clone())
        {
            params.push(Param {
                name,
                variable,
                kind,
                description: None,
                default: None,
                choices: Vec::new(),
                optional,
            });
        }
    }
    let unknown = |decorator: &str, name: &str| InvalidQuestion::Decorator {
        name: decorator.to_owned(),
        why: format!("speaks of `{name}`, which the query does not have"),
    };
    let mut order = Vec::new();
    for decorator in ["params", "defaults", "enumerate"] {
        for (name, value) in decorators
            .get(decorator)
            .map(Yaml::pairs)
            .unwrap_or_default()
        {
            let param = params
                .iter_mut()
                .find(|param| param.name == name)
                .ok_or_else(|| unknown(decorator, name))?;
            match decorator {
                "params" => {
                    order.push(name.to_owned());
                    describe(param, value)?;
                }
                "defaults" => param.default = value.text().map(str::to_owned),
                _ => {
                    param.choices = value
                        .items()
                        .iter()
                        .filter_map(Yaml::text)
                        .map(str::to_owned)
                        .collect();
                }
            }
        }
    }
    params.sort_by_key(|param| {
        order
            .iter()
            .position(|name| *name == param.name)
            .unwrap_or(usize::MAX)
    });
    Ok(params)
}

/// `params` is ours: a description of each value, and for IRIs what kind of thing may be named instead.
fn describe(param: &mut Param, value: &Yaml) -> Result<(), InvalidQuestion> {
    if let Some(description) = value
        .text()
        .or(value.get("description").and_then(Yaml::text))
    {
        param.description = Some(description.to_owned());
    }
    match value.get("kind").and_then(Yaml::text) {
        None => {}
        Some("topic") => param.kind = Kind::Topic,
        Some("person") => param.kind = Kind::Agent,
        Some(other) => {
            return Err(InvalidQuestion::Decorator {
                name: "params".to_owned(),
                why: format!(
                    "gives `{}` the kind `{other}`; known are `topic` and `person`",
                    param.name
                ),
            });
        }
    }
    Ok(())
}

/// The variables of a query in the order of their first use. Comments are skipped; a `?` inside a text or an IRI is
/// followed by something that is declared nowhere else, and would only make a parameter nobody can bind.
fn variables(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        let mut rest = line;
        while let Some(at) = rest.find(['?', '$']) {
            rest = rest.get(at + 1..).unwrap_or_default();
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or_default().to_owned();
            if !name.is_empty() && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "#+ summary: Who?\n#+ tags: [people]\n#+ params:\n#+   - topic: {kind: topic, description: About what}\n\
        #+ defaults:\n#+   - since: today-P1Y\n#+ enumerate:\n#+   - how:\n#+     - a\n#+     - b\n\
        PREFIX km: <https://w3id.org/kenning/km#>\n# no ?_parameter here\nSELECT * { ?s km:aboutConcept ?_topic_iri ; ?p ?_how . FILTER(?d > ?_since_xsd_date) }\n";

    #[test]
    fn a_file_says_what_it_takes() {
        let question = Question::parse("people/who.rq", FILE).unwrap();
        assert_eq!(
            (question.topic.as_str(), question.name.as_str()),
            ("people", "who")
        );
        assert_eq!(question.summary, "Who?");
        let names: Vec<_> = question
            .params
            .iter()
            .map(|param| param.name.as_str())
            .collect();
        assert_eq!(names, ["topic", "how", "since"]);
        assert_eq!(question.params[0].kind, Kind::Topic);
        assert_eq!(
            question.params[0].description.as_deref(),
            Some("About what")
        );
        assert_eq!(question.params[1].choices, ["a", "b"]);
        assert_eq!(question.params[2].default.as_deref(), Some("today-P1Y"));
    }

    #[test]
    fn a_decorator_for_nothing_is_refused() {
        let error = Question::parse("x.rq", "#+ defaults: {gone: 1}\nSELECT * {}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the decorator `defaults` speaks of `gone`, which the query does not have"
        );
    }
}
