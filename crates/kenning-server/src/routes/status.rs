//! Whether the server is well, and what it has done.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use kenning_access::Act;
use kenning_store::SyncMode;

use crate::App;
use crate::error::HttpError;
use crate::reader::Reader;

/// `GET /healthz`: for those who start and watch servers. Says nothing about the data, but whether an answer to a writer
/// waits for the disk, whether anything can be written at all, and whether the operator's configuration holds as it stands.
/// Reading goes on when nothing can be written, so that is well too.
pub(crate) async fn health(State(app): State<Arc<App>>) -> impl IntoResponse {
    let text = match (app.kb.writing_stopped(), app.kb.sync()) {
        (Some(_), _) => {
            "ok to read\nwriting has stopped until the server is started again: the log says why\n"
        }
        (None, SyncMode::Group) => "ok\nsync: group\n",
        (None, SyncMode::Off) => {
            "ok\nsync: off; a power cut or a crash may lose the last second of writes\n"
        }
    };
    let waiting = app.operations.waiting();
    let waiting = waiting.map_or_else(String::new, |what| format!("configuration: {what}\n"));
    (
        [
            (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        format!("{text}{waiting}"),
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
        app.metrics.write() + &running(&app),
    ))
}

/// What goes on at this moment, in the same format.
fn running(app: &App) -> String {
    let gauges = [
        (
            "kenning_evaluations_running",
            "Queries, updates and other work that threads are busy with.",
            app.evaluators.running() as u64,
        ),
        (
            "kenning_evaluations_waiting",
            "Requests that wait for a thread.",
            app.evaluators.waiting() as u64,
        ),
        (
            "kenning_connections_open",
            "Open connections.",
            app.connections.load(Ordering::Relaxed) as u64,
        ),
        (
            "kenning_spilled_bytes",
            "Bytes of answers that wait in files for slow clients.",
            app.evaluators.spilled(),
        ),
        (
            "kenning_configuration_holds",
            "1 when the operator's configuration holds as it stands, 0 when it cannot be used or waits for a new start.",
            u64::from(app.operations.waiting().is_none()),
        ),
    ];
    gauges
        .iter()
        .map(|(name, help, value)| {
            format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n")
        })
        .collect()
}

/// `GET /audit-log`: the audit log as it stands, for auditors.
pub(crate) async fn audit_log(
    reader: Reader,
    State(app): State<Arc<App>>,
) -> Result<impl IntoResponse, HttpError> {
    reader.insist(Act::ReadAudit)?;
    let path = app
        .audit
        .as_ref()
        .ok_or(HttpError::Absent)?
        .path()
        .to_owned();
    let body = app
        .evaluators
        .stream(reader.share(), false, move |flow, _| {
            let failed = |error: std::io::Error| HttpError::Internal(error.to_string());
            let mut file = std::fs::File::open(path).map_err(failed)?;
            std::io::copy(&mut file, flow).map(|_| ()).map_err(failed)
        })
        .await?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/x-ndjson"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    ))
}
