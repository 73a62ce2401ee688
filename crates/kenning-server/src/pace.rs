//! Bodies that come slowly. Whoever sends one byte a minute holds a connection and what arrived before it, so a body has to come at
//! some speed.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::App;

/// How long a body may take, in pauses, before its speed counts.
const PAUSES: u32 = 2;
/// How many bytes a second have to arrive on the average then.
const SPEED: u64 = 1024;

/// A body came too slowly.
#[derive(Debug, thiserror::Error)]
#[error("a body arrives too slowly")]
pub(crate) struct TooSlow;

/// Stops a body of which nothing comes for as long as a client may take nothing of its answer, and one that comes for longer and
/// is slow.
pub(crate) async fn watch(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    if !request.body().is_end_stream() {
        let pause = app.settings.stall;
        request = request.map(|body| Body::new(Paced::new(body, pause)));
    }
    next.run(request).await
}

struct Paced {
    body: Body,
    pause: Duration,
    timer: Pin<Box<Sleep>>,
    began: Instant,
    bytes: u64,
}

impl Paced {
    fn new(body: Body, pause: Duration) -> Self {
        Self {
            body,
            pause,
            timer: Box::pin(sleep(pause)),
            began: Instant::now(),
            bytes: 0,
        }
    }

    fn is_slow(&self) -> bool {
        let took = self.began.elapsed();
        took > self.pause.saturating_mul(PAUSES)
            && self.bytes < took.as_secs().saturating_mul(SPEED)
    }
}

impl hyper::body::Body for Paced {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            std::task::ready!(self.timer.as_mut().poll(context));
            return Poll::Ready(Some(Err(TooSlow.into())));
        };
        if let Some(Ok(frame)) = &frame {
            self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            if self.is_slow() {
                return Poll::Ready(Some(Err(TooSlow.into())));
            }
            let end = Instant::now() + self.pause;
            self.timer.as_mut().reset(end);
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
