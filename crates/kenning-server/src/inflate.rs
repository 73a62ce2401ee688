//! Bodies that come compressed: how much they may grow. A few kilobytes can stand for gigabytes, so what comes out is weighed
//! against what went in while it is read, before anybody holds all of it.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

/// So much may come out however little went in, in bytes.
const FREE: u64 = 1024 * 1024;
/// Beyond that, so many bytes for each that went in.
const RATIO: u64 = 100;

/// What came out of a body is out of proportion to what went in.
#[derive(Debug, thiserror::Error)]
#[error("a compressed body grows out of proportion")]
pub(crate) struct TooDense;

/// How many bytes of a body have arrived as they were sent.
#[derive(Debug, Clone)]
struct Arrived(Arc<AtomicU64>);

/// Stands before decompression and counts what arrives.
pub(crate) async fn count(mut request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        let arrived = Arrived(Arc::default());
        request.extensions_mut().insert(arrived.clone());
        request = request.map(|body| Body::new(Weighed::new(body, arrived, false)));
    }
    next.run(request).await
}

/// Stands behind it and stops what grows too much.
pub(crate) async fn limit(mut request: Request, next: Next) -> Response {
    if let Some(arrived) = request.extensions_mut().remove::<Arrived>() {
        request = request.map(|body| Body::new(Weighed::new(body, arrived, true)));
    }
    next.run(request).await
}

/// A body on one side of the decompression.
struct Weighed {
    body: Body,
    arrived: Arrived,
    /// Whether this is the far side, and how much has come out of it.
    out: Option<u64>,
}

impl Weighed {
    fn new(body: Body, arrived: Arrived, far: bool) -> Self {
        Self {
            body,
            arrived,
            out: far.then_some(0),
        }
    }
}

impl hyper::body::Body for Weighed {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = std::task::ready!(Pin::new(&mut self.body).poll_frame(context));
        let size = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, |data| data.len() as u64),
            _ => 0,
        };
        let Self { arrived, out, .. } = &mut *self;
        match out {
            None => {
                arrived.0.fetch_add(size, Ordering::Relaxed);
            }
            Some(out) => {
                *out = out.saturating_add(size);
                let within = arrived.0.load(Ordering::Relaxed).saturating_mul(RATIO);
                if *out > within.max(FREE) {
                    return Poll::Ready(Some(Err(TooDense.into())));
                }
            }
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
