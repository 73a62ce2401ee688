//! Whether the server is well, and what it has done.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use kenning_access::Act;

use crate::App;
use crate::error::HttpError;
use crate::reader::Reader;

/// `GET /healthz`: for those who start and watch servers. Says nothing about the data.
pub(crate) async fn health() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        "ok\n",
    )
}

/// `GET /metrics`: figures for the operator, in the text format of Prometheus.
pub(crate) async fn metrics(
    reader: Reader,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, HttpError> {
    reader.insist(Act::Operate)?;
    Ok((
        [
            (
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            ),
            (header::CACHE_CONTROL, "no-store"),
        ],
        app.metrics.write(),
    ))
}
