//! `PATCH /store`: an update of one graph (SPARQL 1.1 Graph Store HTTP Protocol, section 5.7).

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use kenning_sparql::{
    Dataset, DefaultGraphs, Limits, ParseOptions, TextLimits, UpdateOptions, plan_update,
};
use kenning_vocab::DEFAULT_GRAPH;
use oxrdf::NamedNode;

use crate::App;
use crate::error::HttpError;
use crate::negotiate::content_type;
use crate::pipeline::Noted;
use crate::protocol::read_text;
use crate::reader::Reader;
use crate::routes::store::{Which, check_preconditions};
use crate::writing::{Judge, commit};

/// What a PATCH sends.
const UPDATE: &str = "application/sparql-update";

/// Carries out an update whose default graph, for reading and for writing, is the graph that the request names.
///
/// It may read other graphs with `GRAPH`, under the same rule as every update (nothing flows down), and may change this one only.
pub(super) async fn patch(
    app: &Arc<App>,
    reader: Reader,
    which: Which,
    parts: &Parts,
    body: Body,
) -> Result<Response, HttpError> {
    let Which::Graph(name) = which else {
        return Err(HttpError::Request(
            "a PATCH names the graph it changes: `graph` or `default`".to_owned(),
        ));
    };
    // Who may not write at all need not send much to hear so.
    Judge::new(app, &reader).target(&name)?;
    if content_type(&parts.headers).as_deref() != Some(UPDATE) {
        return Err(HttpError::MediaType(vec![UPDATE]));
    }
    let text = read_text(&parts.headers, body, app.settings.body_bytes).await?;
    if let Some(noted) = parts.extensions.get::<Noted>() {
        noted.write(&format!("{}\n{text}", name.as_str()), reader.reason());
    }
    let options = UpdateOptions {
        parse: ParseOptions {
            base: Some(name.as_str().to_owned()),
            limits: TextLimits::UPDATE,
        },
        dataset: Dataset {
            default: DefaultGraphs::These(vec![name.clone()]),
            named: None,
        },
        default_graph: name.clone(),
        limits: Limits {
            time: Some(app.policy().update_time),
            ..Limits::default()
        },
        ..UpdateOptions::default()
    };
    let headers = parts.headers.clone();
    let app_too = Arc::clone(app);
    let status = app
        .evaluators
        .run(reader.share(), move |cancel| {
            let options = UpdateOptions {
                cancel: cancel.clone(),
                ..options
            };
            commit(&app_too, || {
                let judge = Judge::new(&app_too, &reader);
                let target = judge.target(&name)?;
                if target.blind {
                    // A drop box takes what is added to it (POST); what is in it is nobody's to change.
                    return Err(reader.refused("no write grant names this graph".to_owned()));
                }
                let view = reader.view(&app_too);
                let graph = view.id((&name).into()).and_then(|id| view.graph(id));
                check_preconditions(&headers, graph.as_ref())?;
                let plan = plan_update(&view, &text, &options, &judge)
                    .map_err(|error| judge.why(error))?;
                let there = target.exists || name == DEFAULT_GRAPH;
                let status = only(&plan.graphs, &name, there)?;
                let mut batch = plan.batch();
                judge.expect_unchanged(&mut batch, &name);
                Ok((batch, status))
            })
        })
        .await?;
    Ok(status.into_response())
}

/// What the change of one graph is answered with.
///
/// # Errors
/// [`HttpError::Unprocessable`] when another graph would change, [`HttpError::Absent`] when there is no graph before and after.
fn only(
    changes: &[kenning_sparql::GraphChange],
    name: &NamedNode,
    there: bool,
) -> Result<StatusCode, HttpError> {
    if changes.iter().any(|change| change.name != *name) {
        return Err(HttpError::Unprocessable(
            "a PATCH changes the graph it is sent to and no other; send this to `/update`"
                .to_owned(),
        ));
    }
    let change = changes.first();
    match change.map(|change| (change.target.exists, change.exists)) {
        Some((false, true)) => Ok(StatusCode::CREATED),
        _ if there => Ok(StatusCode::NO_CONTENT),
        _ => Err(HttpError::Absent),
    }
}
