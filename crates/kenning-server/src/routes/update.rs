//! `/update`: SPARQL updates, judged graph by graph and committed as one.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kenning_access::Act;
use kenning_sparql::{Limits, ParseOptions, TextLimits, UpdateOptions, plan_update};

use crate::App;
use crate::error::HttpError;
use crate::pipeline::Noted;
use crate::protocol::{self, Asked, Operation, Takes};
use crate::reader::Reader;
use crate::writing::{Judge, commit};

/// `POST /update`.
pub(crate) async fn update(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    reader.insist(Act::Write)?;
    let noted = request.extensions().get::<Noted>().cloned();
    match protocol::read(Takes::Updates, &app.settings, true, request).await? {
        Operation::Update(told) => carry_out(&app, &reader, told, noted).await,
        Operation::Query(_) | Operation::Nothing => Err(HttpError::Absent),
    }
}

/// Carries out an update for `reader`, all of it or nothing. It says nothing of how much was changed.
pub(crate) async fn carry_out(
    app: &Arc<App>,
    reader: &Reader,
    told: Asked,
    noted: Option<Noted>,
) -> Result<Response, HttpError> {
    reader.insist(Act::Write)?;
    if let Some(noted) = noted {
        noted.write(&told.text, reader.reason());
    }
    let app_too = Arc::clone(app);
    let reader = reader.clone();
    app.evaluators
        .run(reader.share(), move |cancel| {
            let dataset = told.dataset();
            let dataset = dataset.unwrap_or_else(|| protocol::usual_dataset(&app_too.settings));
            let options = UpdateOptions {
                parse: ParseOptions {
                    base: Some(app_too.base.as_str().to_owned()),
                    limits: TextLimits::UPDATE,
                },
                dataset,
                limits: Limits {
                    time: Some(app_too.policy().update_time),
                    ..Limits::default()
                },
                cancel: cancel.clone(),
                ..UpdateOptions::default()
            };
            commit(&app_too, || {
                let judge = Judge::new(&app_too, &reader);
                let plan = plan_update(&reader.view(&app_too), &told.text, &options, &judge);
                let plan = plan.map_err(|error| judge.why(error))?;
                let batch = plan.batch();
                Ok((batch, ()))
            })
        })
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
