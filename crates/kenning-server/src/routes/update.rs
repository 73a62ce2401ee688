//! `/update`: SPARQL updates, judged graph by graph and committed as one.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use kenning_access::Act;

use crate::App;
use crate::error::HttpError;
use crate::protocol::{self, Asked, Operation, Takes};
use crate::reader::Reader;

/// `POST /update`.
pub(crate) async fn update(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    reader.insist(Act::Write)?;
    match protocol::read(Takes::Updates, &app.settings, request).await? {
        Operation::Update(told) => carry_out(&app, &reader, told).await,
        Operation::Query(_) | Operation::Nothing => Err(HttpError::Absent),
    }
}

/// Carries out an update for `reader`, all of it or nothing.
pub(crate) async fn carry_out(
    _app: &Arc<App>,
    reader: &Reader,
    _told: Asked,
) -> Result<Response, HttpError> {
    reader.insist(Act::Write)?;
    Err(HttpError::Refused(
        "updates are not carried out yet".to_owned(),
    ))
}
