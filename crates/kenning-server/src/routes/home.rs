//! The home page: what is in the store, and a place to ask.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kenning_sparql::{
    AnswerFormat, Form, GraphFormat, Limits, Prepared, ResultsFormat, RunOptions,
};
use kenning_store::{Cancel, View};

use crate::App;
use crate::error::HttpError;
use crate::html::{Page, STYLE, escape};
use crate::overview::Overview;
use crate::protocol::{one, parameters, usual_dataset};
use crate::reader::Reader;
use crate::routes::query::{limits, parse};
use crate::table::{self, Table};

/// How many rows a page shows.
const ROWS: u64 = 5_000;

/// Questions to begin with: what they ask, and how.
const EXAMPLES: [(&str, &str); 4] = [
    (
        "What do the notes say most about?",
        "PREFIX km: <https://w3id.org/kenning/km#>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n\nSELECT ?concept ?name (COUNT(DISTINCT ?note) AS ?notes) {\n  ?note km:mentionsConcept ?concept .\n  ?concept skos:prefLabel ?name .\n}\nGROUP BY ?concept ?name\nORDER BY DESC(?notes) ?name\nLIMIT 20",
    ),
    (
        "Which graphs are there?",
        "SELECT ?graph (COUNT(*) AS ?triples) {\n  GRAPH ?graph { ?s ?p ?o }\n}\nGROUP BY ?graph\nORDER BY DESC(?triples) ?graph\nLIMIT 50",
    ),
    (
        "What kinds of things are there?",
        "SELECT ?kind (COUNT(DISTINCT ?thing) AS ?things) {\n  ?thing a ?kind\n}\nGROUP BY ?kind\nORDER BY DESC(?things) ?kind",
    ),
    (
        "Which names are linked to, and lead nowhere?",
        "PREFIX km: <https://w3id.org/kenning/km#>\n\nSELECT ?name (COUNT(DISTINCT ?note) AS ?notes) {\n  ?note km:mentionsName ?name .\n  FILTER NOT EXISTS { ?other km:answersTo ?name }\n}\nGROUP BY ?name\nORDER BY DESC(?notes) ?name\nLIMIT 50",
    ),
];

/// `GET /style.css`
pub(crate) async fn style() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        STYLE,
    )
}

/// `GET /`: with `query=…`, the answer as a table stands above the form.
pub(crate) async fn home(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let asked = parameters(request.uri().query().unwrap_or_default())?;
    let text = one(&asked, "query")?.filter(|text| !text.trim().is_empty());
    let text = text.map(str::to_owned);
    let view = reader.view(&app);
    let app_too = Arc::clone(&app);
    let (overview, answer, text) = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let answer = text
                .as_deref()
                .map(|text| ask(&app_too, &view, text, cancel));
            let overview = app_too.overviews.get(view.fingerprint(), || {
                Ok::<_, HttpError>(Overview::of(&view, app_too.kb.scale()))
            })?;
            Ok((overview, answer, text))
        })
        .await?;
    let mut body = String::new();
    if let Some(answer) = &answer {
        body.push_str(&answer_section(answer));
        body.push_str(&form(text.as_deref()));
    } else {
        body.push_str(&in_short(&overview));
        body.push_str(&form(None));
        body.push_str(&lists(&overview));
        body.push_str(&by_label(&overview));
    }
    Ok(Page {
        title: if answer.is_some() { "Answer" } else { "Home" },
        reader: &reader,
        body: &body,
    }
    .into_response())
}

/// What a page shows of an answer.
enum Shown {
    Solutions(Table),
    Truth(bool),
    Graph(String),
}

fn ask(app: &App, view: &View, text: &str, cancel: &Cancel) -> Result<Shown, HttpError> {
    let prepared = parse(app, text)?;
    let options = RunOptions {
        dataset: usual_dataset(&app.settings),
        limits: limits(app),
        cancel: cancel.clone(),
        ..RunOptions::default()
    };
    match prepared.form() {
        Form::Select => {
            let mut table = Table::default();
            prepared.solutions(view, &options, &mut |solution| {
                table.cut = table.count() == ROWS || table.is_full();
                if table.cut {
                    return ControlFlow::Break(());
                }
                table.add(solution);
                ControlFlow::Continue(())
            })?;
            Ok(Shown::Solutions(table))
        }
        Form::Ask => {
            let format = AnswerFormat::Results(ResultsFormat::Csv);
            let text = write(&prepared, view, options, format)?;
            Ok(Shown::Truth(text.trim() == "true"))
        }
        Form::Construct | Form::Describe => {
            let format = AnswerFormat::Graph(GraphFormat::Turtle);
            write(&prepared, view, options, format).map(Shown::Graph)
        }
    }
}

fn write(
    prepared: &Prepared,
    view: &View,
    options: RunOptions,
    format: AnswerFormat,
) -> Result<String, HttpError> {
    let options = RunOptions {
        limits: Limits {
            bytes: Some(4 << 20),
            ..options.limits
        },
        ..options
    };
    let mut bytes = Vec::new();
    prepared.run(view, &options, format, &mut bytes)?;
    String::from_utf8(bytes).map_err(|error| HttpError::Internal(error.to_string()))
}

fn answer_section(answer: &Result<Shown, HttpError>) -> String {
    let inner = match answer {
        Ok(Shown::Solutions(solutions)) => solutions.to_html(),
        Ok(Shown::Truth(true)) => "<p class=\"figure\">Yes.</p>".to_owned(),
        Ok(Shown::Truth(false)) => "<p class=\"figure\">No.</p>".to_owned(),
        Ok(Shown::Graph(text)) if text.trim().is_empty() => "<p>Nothing.</p>".to_owned(),
        Ok(Shown::Graph(text)) => format!("<pre>{}</pre>", escape(text)),
        Err(HttpError::AnswerTooLarge(_)) =>             "<p class=\"trouble\">This answer is too long for a page. Add a <code>LIMIT</code>, or ask <code>/query</code>, which gives all of it.</p>".to_owned(),
        Err(error) => format!("<p class=\"trouble\">{}</p>", escape(&error.detail())),
    };
    format!("<section class=\"card\"><h1>Answer</h1>{inner}</section>")
}

fn form(text: Option<&str>) -> String {
    let examples: String = EXAMPLES
        .iter()
        .map(|(question, query)| {
            let query =
                percent_encoding::utf8_percent_encode(query, percent_encoding::NON_ALPHANUMERIC);
            format!(
                "<li><a href=\"/?query={query}\">{}</a></li>",
                escape(question)
            )
        })
        .collect();
    let text = text.unwrap_or("SELECT ?thing ?name {\n  ?thing <http://www.w3.org/2004/02/skos/core#prefLabel> ?name\n}\nORDER BY ?name\nLIMIT 25");
    let rows = text.lines().count().clamp(6, 24) + 1;
    format!(
        "<section class=\"card\"><h2>Ask</h2>\
         <form method=\"get\" action=\"/\"><label for=\"query\">A question in SPARQL</label>\
         <textarea id=\"query\" name=\"query\" rows=\"{rows}\" spellcheck=\"false\">{}</textarea>\
         <button>Ask</button></form>\
         <p>Or begin with one of these:</p><ul class=\"examples\">{examples}</ul></section>",
        escape(text)
    )
}

fn in_short(overview: &Overview) -> String {
    let mut figures: String = overview
        .kinds
        .iter()
        .map(|(name, count)| figure(*count, name))
        .collect();
    figures.push_str(&figure(overview.triples, "statements"));
    let hint = if overview.labels.is_empty() {
        "<p>There is nothing here that you may see. <a href=\"/sign-in\">Sign in</a> to see more, or bring notes in with <code>kenning sync FOLDER</code>.</p>"
    } else {
        ""
    };
    format!(
        "<section><h1>What is known here</h1><div class=\"figures\">{figures}</div>{hint}</section>"
    )
}

fn figure(count: u64, name: &str) -> String {
    format!(
        "<div><b>{}</b><span>{}</span></div>",
        thousands(count),
        escape(name)
    )
}

fn lists(overview: &Overview) -> String {
    let mut text = String::from("<div class=\"columns\">");
    if !overview.concepts.is_empty() {
        let items: String = overview
            .concepts
            .iter()
            .map(|(name, iri, count)| {
                format!(
                    "<li>{}<span class=\"count\">{count}</span></li>",
                    table::link(iri, name)
                )
            })
            .collect();
        text.push_str(&format!(
            "<section class=\"card\"><h2>Most mentioned</h2><ul class=\"list\">{items}</ul></section>"
        ));
    }
    if !overview.notes.is_empty() {
        let items: String = overview
            .notes
            .iter()
            .map(|(name, iri)| format!("<li>{}</li>", table::link(iri, name)))
            .collect();
        text.push_str(&format!(
            "<section class=\"card\"><h2>Notes</h2><ul class=\"list\">{items}</ul></section>"
        ));
    }
    text.push_str("</div>");
    text
}

fn by_label(overview: &Overview) -> String {
    if overview.labels.is_empty() {
        return String::new();
    }
    let rows: String = overview
        .labels
        .iter()
        .map(|(label, graphs, triples)| {
            let level = label.split('{').next().unwrap_or_default();
            let label = if label.contains("{}") { "closed" } else { label };
            format!(
                "<tr><td><span class=\"label {}\">{}</span></td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                escape(level),
                escape(label),
                thousands(*graphs),
                thousands(*triples)
            )
        })
        .collect();
    format!(
        "<section class=\"card\"><h2>Who may see it</h2><p>What you see here, by the label that a reader must be cleared for.</p>\
         <table><thead><tr><th>Label</th><th class=\"number\">Graphs</th><th class=\"number\">Statements</th></tr></thead><tbody>{rows}</tbody></table></section>"
    )
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
