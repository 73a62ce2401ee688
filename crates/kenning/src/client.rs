//! Talking to a server: to the one that holds a data directory through its socket, and to any over HTTP.

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use kenning_server::{Line, Outcome};
use std::path::{Path, PathBuf};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// The socket of the server that holds a data directory.
pub const SOCKET: &str = "kenning.sock";

/// The longest path that can be a socket's address, with room to spare.
const LONGEST: usize = 100;

/// A path by which the socket of `dir` can be reached, and what must stay open while it is used.
///
/// Addresses of sockets are short (108 bytes on Linux), paths of folders need not be: a long one is reached through the open folder.
///
/// # Errors
/// When the folder cannot be opened.
pub fn socket_path(dir: &Path) -> Result<(PathBuf, Option<std::fs::File>)> {
    let path = dir.join(SOCKET);
    if path.as_os_str().len() <= LONGEST || !cfg!(target_os = "linux") {
        return Ok((path, None));
    }
    let folder = std::fs::File::open(dir)?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&folder);
    Ok((
        PathBuf::from(format!("/proc/self/fd/{number}/{SOCKET}")),
        Some(folder),
    ))
}

/// Has the server that holds `dir` run a command, and passes on what it says.
///
/// # Errors
/// When nobody listens there, or the talk ends early.
pub async fn run(dir: &Path, command: Vec<u8>, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    let (path, _open) = socket_path(dir)?;
    let stream = UnixStream::connect(&path)
        .await
        .context("nobody listens at its socket")?;
    let request = Request::post("http://localhost/operator/run")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(command)))?;
    let answer = send(stream, request).await?;
    let status = answer.status();
    let mut body = answer.into_body();
    let mut waiting: Vec<u8> = Vec::new();
    let mut outcome = None;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame
            .context("the server stopped in the middle of its answer")?
            .into_data()
        else {
            continue;
        };
        waiting.extend_from_slice(&data);
        if !status.is_success() {
            continue;
        }
        while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = waiting.drain(..=end).collect();
            match serde_json::from_slice(&line)
                .context("the server said something that is not understood")?
            {
                Line::Outcome(end) => outcome = Some(end),
                line => report(line),
            }
        }
    }
    if !status.is_success() {
        bail!(
            "the server answered {status}: {}",
            String::from_utf8_lossy(&waiting).trim()
        );
    }
    outcome.context("the server stopped before it was done")
}

/// The answer of a server to one request over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Sends `body` to `path` of the server at `url`, signed with `token`.
///
/// # Errors
/// When the URL is not one of plain HTTP, or the server cannot be reached.
pub async fn post(
    url: &str,
    path: &str,
    headers: &[(&str, &str)],
    token: Option<&str>,
    body: Vec<u8>,
) -> Result<Answer> {
    let url: hyper::Uri = url
        .parse()
        .with_context(|| format!("`{url}` is not a URL"))?;
    if url.scheme_str() != Some("http") {
        bail!(
            "`{url}` does not begin with `http://`, which is all this command speaks; put a proxy in front for HTTPS"
        );
    }
    let host = url.host().context("the URL names no host")?;
    let port = url.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port))
        .await
        .with_context(|| format!("cannot reach `{url}`"))?;
    let prefix = url.path().trim_end_matches('/');
    let mut request =
        Request::post(format!("{prefix}{path}")).header("host", format!("{host}:{port}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = send(stream, request.body(Full::new(Bytes::from(body)))?).await?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await?.to_bytes().to_vec();
    Ok(Answer { status, body })
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Incoming>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}
