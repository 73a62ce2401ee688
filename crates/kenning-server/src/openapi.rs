//! The description of this server's interface (OpenAPI 3.1.0), made of the table of routes and of the questions.

mod insight;

use kenning_insight::{Param, ParamKind, Question};
use serde_json::{Map, Value, json};

use crate::App;
use crate::routes;

/// What each method at each address does, in one line. A test compares it with the table of routes.
#[rustfmt::skip]
const SUMMARIES: &[(&str, &str, &str)] = &[
    ("GET", "/", "The home page; with `query`, the answer as a table"),
    ("GET", "/style.css", "The style sheet of the pages"),
    ("GET", "/healthz", "Whether the server is well"),
    ("GET", "/metrics", "Figures for Prometheus; for operators"),
    ("GET", "/audit-log", "The audit log in lines of JSON; for auditors"),
    ("GET", "/query", "Answer a SPARQL query (SPARQL 1.1 Protocol)"),
    ("POST", "/query", "Answer a SPARQL query (SPARQL 1.1 Protocol)"),
    ("GET", "/sparql", "Answer a SPARQL query; without one, describe the service"),
    ("POST", "/sparql", "Answer a SPARQL query, or carry out an update"),
    ("POST", "/update", "Carry out a SPARQL update (SPARQL 1.1 Protocol)"),
    ("GET", "/store", "A graph (SPARQL 1.1 Graph Store HTTP Protocol)"),
    ("PUT", "/store", "Replace a graph"),
    ("POST", "/store", "Add triples to a graph"),
    ("PATCH", "/store", "Change a graph by a SPARQL update"),
    ("DELETE", "/store", "Drop a graph"),
    ("GET", "/store/{*rest}", "A graph, by its own address"),
    ("PUT", "/store/{*rest}", "Replace a graph, by its own address"),
    ("POST", "/store/{*rest}", "Add triples to a graph, by its own address"),
    ("PATCH", "/store/{*rest}", "Change a graph by a SPARQL update, by its own address"),
    ("DELETE", "/store/{*rest}", "Drop a graph, by its own address"),
    ("GET", "/.well-known/void", "How much of what the asker sees (VoID)"),
    ("GET", "/ns/km", "The vocabulary, as a page or as data"),
    ("GET", "/ns/{file}", "The vocabulary in the format of an ending, such as `km.ttl`"),
    ("GET", "/ns/km/{*part}", "A module, or a version, which is for ever the same"),
    ("GET", "/prefixes", "The prefixes that answers are written with"),
    ("GET", "/api/questions", "The questions, with the values they take"),
    ("GET", "/api/questions/{*name}", "The answer to a question"),
    ("GET", "/api/audit", "The audit of what the asker sees"),
    ("GET", "/api/experts", "Whom to ask about a `topic`, and why them"),
    ("GET", "/api/loss", "What is lost if each `person` leaves; without any, which topics hang on how few"),
    ("GET", "/api/advice", "Which strategy and practices suit a `topic`"),
    ("POST", "/api/record/{kind}", "Record what no document holds"),
    ("GET", "/openapi.json", "This description"),
    ("GET", "/sitemap.xml", "The pages that everybody may read"),
    ("GET", "/sign-in", "The form for signing in"),
    ("POST", "/sign-in", "Sign in with a token"),
    ("POST", "/sign-out", "End a session"),
    ("GET", "/id/{*rest}", "A thing: leads to its page or its data"),
    ("GET", "/page/{*rest}", "What is said of a thing, as a page"),
    ("GET", "/data/{*rest}", "What is said of a thing, as data"),
    ("POST", "/operator/run", "Run a command; on the operator's socket alone"),
];

/// The whole description. The same for every asker: it speaks of the interface, not of what is stored.
pub(crate) fn describe(app: &App) -> Value {
    let mut paths = Map::new();
    for route in routes::table() {
        let address = plain(route.path);
        let operation = operation(route.method, route.path);
        insert(&mut paths, &address, route.method, operation);
    }
    for question in app.settings.questions.iter() {
        let address = format!("/api/questions/{}", question.name);
        insert(&mut paths, &address, "GET", asking(question));
    }
    for (address, recording) in insight::records() {
        insert(&mut paths, &address, "POST", recording);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kenning",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What is known, who knows it, and who may see it: a labelled knowledge graph over HTTP.",
        },
        "servers": [{ "url": app.base.as_str().trim_end_matches('/') }],
        "security": [{}, { "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token as `kenning token add` prints it. Without one, the asker reads what is public.",
                },
            },
            "schemas": { "Answer": answer_schema(), "Problem": problem_schema() },
        },
    })
}

fn insert(paths: &mut Map<String, Value>, address: &str, method: &str, operation: Value) {
    let path = paths.entry(address).or_insert_with(|| json!({}));
    if let Some(methods) = path.as_object_mut() {
        methods.insert(method.to_lowercase(), operation);
    }
}

/// An address as OpenAPI writes it: `{rest}` for what may hold slashes too.
fn plain(path: &str) -> String {
    path.replace("{*", "{")
}

fn operation(method: &str, path: &str) -> Value {
    let summary = SUMMARIES
        .iter()
        .find(|(of, at, _)| *of == method && *at == path)
        .map_or("", |(_, _, summary)| summary);
    let mut parameters: Vec<Value> = path
        .split(['{', '}'])
        .skip(1)
        .step_by(2)
        .map(|name| {
            json!({
                "name": name.trim_start_matches('*'),
                "in": "path",
                "required": true,
                "schema": { "type": "string" },
            })
        })
        .collect();
    parameters.extend(insight::parameters(path));
    json!({
        "summary": summary,
        "operationId": identifier(method, path),
        "parameters": parameters,
        "responses": { "default": { "description": "What was asked for, or a problem", "content": problem() } },
    })
}

fn asking(question: &Question) -> Value {
    let mut parameters: Vec<Value> = question.params.iter().map(parameter).collect();
    parameters.push(json!({
        "name": "format",
        "in": "query",
        "description": "The form of the answer, where `Accept` leaves it open.",
        "schema": { "type": "string", "enum": ["json", "csv", "turtle", "table"], "default": "json" },
    }));
    parameters.push(json!({
        "name": "page",
        "in": "query",
        "description": "Which page of a long answer; `Link` names the others.",
        "schema": { "type": "integer", "minimum": 1, "default": 1 },
    }));
    let mut asking = json!({
        "summary": question.summary,
        "operationId": format!("ask-{}", question.name),
        "tags": [question.topic],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The answer, made of what the asker may see",
                "headers": { "Kenning-Standing": {
                    "description": "Whether there are rows (`found`), none fits (`none`), or nothing of the kind is recorded (`unrecorded`).",
                    "schema": { "type": "string", "enum": ["found", "none", "unrecorded"] },
                } },
                "content": {
                    "application/json": { "schema": { "$ref": "#/components/schemas/Answer" } },
                    "text/csv": { "schema": { "type": "string" } },
                    "text/turtle": { "schema": { "type": "string" } },
                    "text/plain": { "schema": { "type": "string" } },
                },
            },
            "default": { "description": "A value is missing or does not fit", "content": problem() },
        },
    });
    // A description is a text or is not there; `null` is neither.
    if let (Some(members), Some(text)) = (asking.as_object_mut(), &question.description) {
        members.insert("description".to_owned(), text.as_str().into());
    }
    asking
}

fn parameter(param: &Param) -> Value {
    let mut schema = match param.kind {
        ParamKind::Integer => json!({ "type": "integer" }),
        ParamKind::Decimal => json!({ "type": "number" }),
        ParamKind::Boolean => json!({ "type": "boolean" }),
        _ => json!({ "type": "string" }),
    };
    if let Some(members) = schema.as_object_mut() {
        if !param.choices.is_empty() {
            members.insert("enum".to_owned(), param.choices.clone().into());
        }
        if let Some(default) = &param.default {
            let typed = match param.kind {
                ParamKind::Integer | ParamKind::Decimal | ParamKind::Boolean => {
                    serde_json::from_str(default).ok()
                }
                _ => None,
            };
            let default = typed.unwrap_or_else(|| default.clone().into());
            members.insert("default".to_owned(), default);
        }
    }
    let expects = param.kind.words();
    let description = match &param.description {
        Some(description) => format!("{description}: {expects}"),
        None => expects,
    };
    json!({
        "name": param.name,
        "in": "query",
        "required": param.default.is_none() && !param.optional,
        "description": description,
        "schema": schema,
    })
}

fn problem() -> Value {
    json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } })
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "line": { "type": "integer" },
            "column": { "type": "integer" },
            "expected": { "type": "string" },
        },
        "required": ["type", "title", "status", "detail"],
    })
}

fn answer_schema() -> Value {
    let value = json!({
        "type": "object",
        "properties": {
            "type": { "enum": ["uri", "literal", "bnode", "triple"] },
            "value": { "type": "string" },
            "label": { "type": "string" },
            "datatype": { "type": "string" },
            "xml:lang": { "type": "string" },
        },
        "required": ["type", "value"],
    });
    json!({
        "type": "object",
        "properties": {
            "question": { "type": "string" },
            "standing": {
                "enum": ["found", "none", "unrecorded"],
                "description": "`none`: the graph holds what the question is about, and nothing fits. `unrecorded`: it holds nothing of the kind, so nothing follows.",
            },
            "words": { "type": ["string", "null"] },
            "columns": { "type": "array", "items": { "type": "string" } },
            "rows": { "type": "array", "items": { "type": "object", "additionalProperties": value } },
        },
        "required": ["question", "standing", "columns", "rows"],
    })
}

fn identifier(method: &str, path: &str) -> String {
    let words: Vec<&str> = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let method = method.to_lowercase();
    if words.is_empty() {
        format!("{method}-home")
    } else {
        format!("{method}-{}", words.join("-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_says_in_a_line_what_it_does() {
        for route in routes::table() {
            let has = SUMMARIES
                .iter()
                .any(|(method, path, _)| *method == route.method && *path == route.path);
            assert!(has, "{} {} has no summary", route.method, route.path);
        }
    }
}
