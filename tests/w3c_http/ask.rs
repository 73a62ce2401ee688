//! Queries and updates of the suites, asked over HTTP.

use kenning_server::{DefaultGraph, ServerSettings};
use kenning_sparql::{AnswerFormat, Form, GraphFormat};
use kenning_store::{KnowledgeBase, Options};
use oxrdfio::{RdfFormat, RdfSerializer};

use crate::common::{Answer, Server, bearer, encode};
use crate::compare::isomorphic;
use crate::manifest::{Case, Data, text};
use crate::query;

/// What a case is in the table; `None` for what does not run here.
pub(crate) fn kind(case: &Case) -> Option<&'static str> {
    match case.kind.as_str() {
        "QueryEvaluationTest" | "CSVResultFormatTest" => Some("query evaluation"),
        "UpdateEvaluationTest" => Some("update evaluation"),
        kind if kind.contains("UpdateSyntaxTest") => Some("update syntax"),
        kind if kind.contains("SyntaxTest") => Some("query syntax"),
        _ => None,
    }
}

/// Runs one case against a server of its own.
pub(crate) fn run(case: &Case) -> Result<(), String> {
    let wire = Wire::new();
    match kind(case) {
        Some("query evaluation") => evaluation(&wire, case),
        Some("update evaluation") => update(&wire, case),
        Some("update syntax") => syntax(case, &wire.update(&with_base(case)?)),
        _ => syntax(case, &wire.query(&with_base(case)?, "*/*", &case.id)),
    }
}

/// A server that is empty, and a token that may write.
pub(crate) struct Wire {
    pub(crate) server: Server,
    pub(crate) writer: String,
}

impl Wire {
    /// A server whose queries read the RDF default graph, as the suites expect, and which holds it, public and empty.
    pub(crate) fn new() -> Self {
        let settings = ServerSettings {
            default_graph: DefaultGraph::Own,
            evaluations: 2,
            ..ServerSettings::default()
        };
        let server = Server::start(KnowledgeBase::in_memory(Options::default()), settings);
        let writer = bearer(&server.token("public", &[], "curator", &["*=public"]));
        let wire = Self { server, writer };
        let made = wire.put("default", "application/n-triples", b"");
        assert_eq!(made.status, 201, "{}", made.text());
        wire
    }

    pub(crate) fn put(&self, which: &str, media_type: &str, body: &[u8]) -> Answer {
        let headers = format!("{}\nContent-Type: {media_type}", self.writer);
        self.server
            .send("POST", &format!("/store?{which}"), &headers, body)
    }

    /// Puts files into the graphs they belong to.
    pub(crate) fn load(&self, data: &Data) -> Result<(), String> {
        let default = data.default.iter().map(|file| ("default".to_owned(), file));
        let named = data
            .named
            .iter()
            .map(|(name, file)| (format!("graph={}", encode(name)), file));
        for (which, file) in default.chain(named) {
            let quads = query::quads(file, &text(file)?)?;
            // A file with graphs of its own goes to the dataset, any other to its graph.
            let (which, format) = if quads.iter().all(|quad| quad.graph_name.is_default_graph()) {
                (which, RdfFormat::NTriples)
            } else {
                (String::new(), RdfFormat::NQuads)
            };
            // Relative IRIs mean those of the file's address, which a server cannot know: they are resolved here.
            let mut writer = RdfSerializer::from_format(format).for_writer(Vec::new());
            for quad in &quads {
                writer
                    .serialize_quad(quad)
                    .map_err(|error| error.to_string())?;
            }
            let body = writer.finish().map_err(|error| error.to_string())?;
            let answer = self.put(&which, format.media_type(), &body);
            if answer.status >= 300 {
                return Err(format!("{file}: {}: {}", answer.status, answer.text()));
            }
        }
        Ok(())
    }

    /// Asks in one of the three forms of request, by the name of the test.
    pub(crate) fn query(&self, query: &str, accept: &str, name: &str) -> Answer {
        let accept = format!("Accept: {accept}");
        match name.len() % 3 {
            0 => self.server.query(query, &accept),
            1 => self.server.send(
                "POST",
                "/sparql",
                &format!("{accept}\nContent-Type: application/x-www-form-urlencoded"),
                format!("query={}", encode(query)).as_bytes(),
            ),
            _ => self.server.send(
                "POST",
                "/query",
                &format!("{accept}\nContent-Type: application/sparql-query"),
                query.as_bytes(),
            ),
        }
    }

    pub(crate) fn update(&self, update: &str) -> Answer {
        let headers = format!(
            "{}\nContent-Type: application/sparql-update; charset=UTF-8",
            self.writer
        );
        self.server
            .send("POST", "/update", &headers, update.as_bytes())
    }
}

/// The text of a case, whose relative IRIs mean those of its file's address: the protocol has no parameter for a base.
fn with_base(case: &Case) -> Result<String, String> {
    Ok(format!("BASE <{}>\n{}", case.action, text(&case.action)?))
}

fn evaluation(wire: &Wire, case: &Case) -> Result<(), String> {
    let asked = text(&case.action)?;
    let form = query::parse(&asked, &case.action)?.form();
    wire.load(&query::data(case, &asked))?;
    let format = match (query::format(case, form), form) {
        // Graphs come as N-Triples and as Turtle by turns.
        (_, Form::Construct | Form::Describe) if case.id.len().is_multiple_of(2) => {
            AnswerFormat::Graph(GraphFormat::Turtle)
        }
        (format, _) => format,
    };
    let accept = format.media_types().first().copied().unwrap_or("*/*");
    let answer = wire.query(&with_base(case)?, accept, &case.id);
    if answer.status != 200 || !answer.complete {
        return Err(format!("{}: {}", answer.status, answer.text()));
    }
    if answer.header("content-type") != format.media_type() {
        return Err(format!("the answer is {}", answer.header("content-type")));
    }
    query::check(case, &asked, format, &answer.text())
}

fn update(wire: &Wire, case: &Case) -> Result<(), String> {
    wire.load(&case.before)?;
    let wanted = query::everything(&query::store(&case.after)?);
    let answer = wire.update(&with_base(case)?);
    if answer.status != 204 {
        return Err(format!("{}: {}", answer.status, answer.text()));
    }
    let got = wire.server.get("/store", "Accept: application/n-quads");
    if got.status != 200 || !got.complete {
        return Err(format!("{}: {}", got.status, got.text()));
    }
    let got = query::parse_quads(RdfFormat::NQuads, "urn:x", &got.text())?;
    if isomorphic(&wanted, &got) {
        Ok(())
    } else {
        Err(format!("wanted\n{wanted}\ngot\n{got}"))
    }
}

/// A text that is no SPARQL is 400. One that is may be refused for what it asks (a function that nobody has, `LOAD`), but never
/// as one that does not parse.
fn syntax(case: &Case, answer: &Answer) -> Result<(), String> {
    let good = if case.kind.starts_with("Positive") {
        answer.status < 500 && !answer.text().starts_with("does not parse")
    } else {
        answer.status == 400
    };
    if good {
        Ok(())
    } else {
        Err(format!("{}: {}", answer.status, answer.text()))
    }
}
