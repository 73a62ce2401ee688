//! `POST /operator/run`: commands of whoever may open the server's socket.

use std::io::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::App;
use crate::error::HttpError;
use crate::evaluate::read_body;
use crate::operations::Line;
use crate::pipeline::Noted;
use crate::reader::Reader;

/// Runs one command and answers with one JSON object per line: progress, problems, output, and last the outcome.
///
/// Over the network there is no such address, whoever asks.
pub(crate) async fn run(
    reader: Reader,
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, HttpError> {
    if !reader.is_at_socket() {
        if let Some(noted) = request.extensions().get::<Noted>() {
            noted.deny();
        }
        return Err(HttpError::Absent);
    }
    let command = read_body(request.into_body(), app.settings.body_bytes).await?;
    let operations = Arc::clone(&app.operations);
    let body: Body = app
        .evaluators
        .stream(reader.share(), false, move |flow, left| {
            // A command may go on when its asker leaves: half a sync is worth less than a whole one that nobody watched.
            let outcome = operations.run(&command, left, &mut |line| {
                let _ = write_line(flow, &line);
            });
            let _ = write_line(flow, &Line::Outcome(outcome));
            Ok(())
        })
        .await?;
    Ok((
        [
            (header::CONTENT_TYPE, "application/x-ndjson"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    )
        .into_response())
}

fn write_line(flow: &mut crate::evaluate::Flow, line: &Line) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    flow.write_all(&text)?;
    flow.send_now()
}
