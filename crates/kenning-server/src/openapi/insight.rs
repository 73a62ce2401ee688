//! What the description says of insights and records: which values they take, and what comes back.

use kenning_insight::record::{Field, Kind, Takes, kinds};
use serde_json::{Map, Value, json};

/// A value of an insight: path, name, whether it is needed, whether it may stand several times, and what it means.
type Row = (&'static str, &'static str, bool, bool, &'static str);

#[rustfmt::skip]
const VALUES: &[Row] = &[
    ("/api/experts", "topic", true, false, "What you want to know about, by name or IRI."),
    ("/api/advice", "topic", true, false, "What the knowledge is about, by name or IRI."),
    ("/api/loss", "person", false, true, "Who leaves, by name or IRI; without anybody, every topic with its cover."),
];

/// The parameters of an insight beside those in its address; nothing for other paths.
pub(super) fn parameters(path: &str) -> Vec<Value> {
    let forms: &[&str] = match path {
        "/api/audit" => &["json", "turtle", "text", "html"],
        "/api/experts" | "/api/advice" | "/api/loss" => &["json", "csv", "turtle", "table"],
        _ => return Vec::new(),
    };
    let values = VALUES.iter().filter(|row| row.0 == path);
    let mut parameters: Vec<Value> = values
        .map(|(_, name, required, many, description)| {
            let text = json!({ "type": "string" });
            let schema = if *many {
                json!({ "type": "array", "items": text })
            } else {
                text
            };
            json!({
                "name": name,
                "in": "query",
                "required": required,
                "description": description,
                "schema": schema,
            })
        })
        .collect();
    parameters.push(json!({
        "name": "format",
        "in": "query",
        "required": false,
        "description": "The form of the answer, where `Accept` leaves it open.",
        "schema": { "type": "string", "enum": forms, "default": "json" },
    }));
    parameters
}

/// The address and the description of each kind of record.
pub(super) fn records() -> impl Iterator<Item = (String, Value)> {
    kinds().iter().map(|kind| {
        let address = format!("/api/record/{}", kind.name);
        (address, recording(kind))
    })
}

fn recording(kind: &Kind) -> Value {
    let mut properties = Map::new();
    for field in kind.fields {
        properties.insert(field.name.to_owned(), schema(field));
    }
    let flag = |description: &str| json!({ "type": "boolean", "default": false, "description": description });
    properties.insert(
        "new".to_owned(),
        flag("Whether names that nobody has become new people and topics."),
    );
    properties.insert(
        "dry-run".to_owned(),
        flag("Whether the triples are shown and nothing is written."),
    );
    // A day that is needed and left out is today.
    let required = kind
        .fields
        .iter()
        .filter(|field| field.required && !matches!(field.takes, Takes::Day(_)));
    let required: Vec<&str> = required.map(|field| field.name).collect();
    json!({
        "summary": kind.summary,
        "operationId": format!("record-{}", kind.name),
        "tags": ["record"],
        "requestBody": {
            "required": true,
            "content": { "application/json": { "schema": {
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            } } },
        },
        "responses": {
            "201": {
                "description": "What was recorded, and how each name was understood",
                "content": { "application/json": { "schema": {
                    "type": "object",
                    "properties": {
                        "record": { "type": "string", "format": "uri" },
                        "graph": { "type": "string", "format": "uri" },
                        "understood": { "type": "array", "items": {
                            "type": "object",
                            "properties": { "field": { "type": "string" }, "value": { "type": "string" } },
                            "required": ["field", "value"],
                        } },
                    },
                    "required": ["record", "graph", "understood"],
                } } },
            },
            "default": { "description": "A field is missing or does not fit, or the token does not suffice", "content": super::problem() },
        },
    })
}

fn schema(field: &Field) -> Value {
    let description = format!("{}: {}.", field.summary, field.takes.words());
    let one = match field.takes {
        Takes::Number(least, most) => {
            json!({ "type": "number", "minimum": least, "maximum": most })
        }
        _ => json!({ "type": "string" }),
    };
    let mut schema = if field.many {
        json!({ "anyOf": [one.clone(), { "type": "array", "items": one }] })
    } else {
        one
    };
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), description.into());
    }
    schema
}
