//! From connections to requests: HTTP/1.1 over TCP and over the operator's unix socket.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::Service;
use crate::Tls;
use crate::reader::Peer;
use crate::stall::Stalling;

/// How long a client may take to send a request's head, or stay silent between requests.
const HEAD_TIME: Duration = Duration::from_secs(60);
/// How long answers that have begun may go on when the server ends.
const LAST_WORDS: Duration = Duration::from_secs(30);

/// Answers on `listener` until `shutdown` is done, then ends the answers that have begun.
///
/// # Errors
/// When the listener cannot accept connections any more.
pub async fn serve(
    service: Service,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let accept = async || {
        let (stream, address) = listener.accept().await?;
        // Small answers leave at once; a failure here costs only speed.
        let _ = stream.set_nodelay(true);
        Ok((stream, Peer::Network(address)))
    };
    let tls = service.settings().tls.clone();
    accept_all(service, accept, tls, shutdown).await
}

/// Answers on the operator's socket until `shutdown` is done. Whoever may open the socket is the operator.
///
/// # Errors
/// When the listener cannot accept connections any more.
pub async fn serve_socket(
    service: Service,
    listener: UnixListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let accept = async || Ok((listener.accept().await?.0, Peer::Socket));
    accept_all(service, accept, None, shutdown).await
}

async fn accept_all<S, A>(
    service: Service,
    accept: A,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: AsyncFn() -> io::Result<(S, Peer)>,
{
    let router = service.router();
    let stall = service.settings().stall;
    let open = service.connections();
    let places = Arc::new(Semaphore::new(service.settings().connections.max(1)));
    let (ending, ended) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let next = async {
            // Beyond the limit, new clients wait in the system's queue.
            let place = Arc::clone(&places).acquire_owned().await;
            (accept().await, place)
        };
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            (accepted, place) = next => match accepted {
                Ok((stream, peer)) => {
                    let router = router.clone();
                    let ended = ended.clone();
                    let open = Arc::clone(&open);
                    let tls = tls.clone();
                    connections.spawn(async move {
                        open.fetch_add(1, Ordering::Relaxed);
                        let stream = Stalling::new(stream, stall);
                        match tls {
                            None => talk(stream, peer, router, ended).await,
                            Some(tls) => {
                                let greeting = tokio::time::timeout(HEAD_TIME, tls.greet(stream));
                                match greeting.await {
                                    Ok(Ok(stream)) => talk(stream, peer, router, ended).await,
                                    // Whoever speaks plain HTTP here, or nothing, is let go.
                                    other => tracing::debug!(failed = ?other.map(|met| met.err()), "no TLS"),
                                }
                            }
                        }
                        open.fetch_sub(1, Ordering::Relaxed);
                        drop(place);
                    });
                }
                Err(error) if is_passing(&error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(error) => return Err(error),
            },
        }
    }
    let _ = ending.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_WORDS, all).await.is_err() {
        tracing::warn!("answers that took too long were cut off");
    }
    Ok(())
}

async fn talk<S>(stream: S, peer: Peer, router: Router, mut ended: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let answer = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        router.clone().oneshot(request)
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    let connection = http.serve_connection(TokioIo::new(stream), answer);
    let mut connection = std::pin::pin!(connection);
    let end = async move {
        // A sender that is gone means the end, too.
        let _ = ended.wait_for(|ended| *ended).await.map(|_| ());
    };
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = end => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        // Clients come and go; a cut connection is no news.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Whether the trouble is with one connection, or passes (too many open files), rather than with the listener.
fn is_passing(error: &io::Error) -> bool {
    const TOO_MANY_OPEN_FILES: [i32; 2] = [23, 24];
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    ) || error
        .raw_os_error()
        .is_some_and(|code| TOO_MANY_OPEN_FILES.contains(&code))
}
