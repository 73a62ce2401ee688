//! `/sparql`: queries and updates at one address, and the service description for whoever asks nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use kenning_access::Act;

use crate::App;
use crate::error::HttpError;
use crate::pipeline::Noted;
use crate::protocol::{self, Operation, Takes};
use crate::rdf::{Kind, choose_kind};
use crate::reader::Reader;
use crate::routes::query::{Caller, answer};
use crate::routes::{describe, update};

/// `GET` and `POST /sparql`.
pub(crate) async fn sparql(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    let caller = Caller::of(&request);
    let noted = request.extensions().get::<Noted>().cloned();
    let may_write = reader.writer().may(Act::Write);
    match protocol::read(Takes::Both, &app.settings, may_write, request).await? {
        Operation::Query(asked) => answer(&app, &reader, asked, caller).await,
        Operation::Update(told) => update::carry_out(&app, &reader, told, noted).await,
        Operation::Nothing => match choose_kind(&caller.accept)? {
            // The query form stands on the home page.
            Kind::Page => Ok((
                StatusCode::SEE_OTHER,
                [(header::LOCATION, "/"), (header::VARY, "accept")],
            )
                .into_response()),
            Kind::Data(format) => describe::service(&app, &caller, format),
        },
    }
}
