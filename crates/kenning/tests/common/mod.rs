//! The built command as a user runs it: once, or as a server that is asked over HTTP.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::print_stdout,
    reason = "each test file uses its part of these helpers"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder beside the checkout that holds material for tests, where there is one.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: `{}` is not here", path.display());
    None
}

/// The command, with this data directory.
pub fn kenning(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kenning"));
    command
        .arg("--data")
        .arg(data)
        .current_dir(root())
        .stdin(Stdio::null());
    for name in [
        "KENNING_DATA",
        "KENNING_CONFIG",
        "KENNING_SERVER",
        "KENNING_TOKEN",
        "KENNING_LISTEN",
        "KENNING_BASE_URL",
        "KENNING_LOG",
    ] {
        command.env_remove(name);
    }
    command
}

/// What a command that has ended said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs the command to its end.
pub fn run(data: &Path, arguments: &[&str]) -> Said {
    kenning(data).args(arguments).output().unwrap().into()
}

/// The rows of a query as TSV without its head, sorted; the query must succeed.
pub fn rows(data: &Path, clearance: &str, query: &str) -> Vec<String> {
    let said = run(
        data,
        &[
            "query",
            "--clearance",
            clearance,
            "--groups",
            "",
            "--format",
            "tsv",
            query,
        ],
    );
    assert_eq!(said.code, 0, "{}: {query}", said.err);
    let mut rows: Vec<String> = said.out.lines().skip(1).map(str::to_owned).collect();
    rows.sort();
    rows
}

/// The one number that a query gives.
pub fn number(data: &Path, clearance: &str, query: &str) -> u64 {
    let rows = rows(data, clearance, query);
    assert_eq!(rows.len(), 1, "{query}");
    rows[0].parse().unwrap()
}

/// A server that ends with the test.
pub struct Server {
    child: Child,
    /// Where it listens: `127.0.0.1:4711`.
    pub address: String,
    /// What it said until it listened, and the line after.
    pub greeting: String,
    /// What it has written to its log so far.
    log: Arc<Mutex<Vec<u8>>>,
}

impl Server {
    /// Starts `serve` on a free port, and waits until it listens.
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut command = kenning(data);
        command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments);
        Self::of(command)
    }

    /// The same for a command that comes to such a server.
    pub fn of(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        let address = loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap() == 0 {
                let mut err = String::new();
                child
                    .stderr
                    .take()
                    .unwrap()
                    .read_to_string(&mut err)
                    .unwrap();
                panic!("the server did not come up: {greeting}{err}");
            }
            greeting.push_str(&line);
            let url = line.strip_prefix("listening on ");
            if let Some((_, rest)) = url.and_then(|url| url.split_once("://")) {
                break rest.trim().trim_end_matches('/').to_owned();
            }
        };
        // Neither pipe may fill up.
        let mut errors = child.stderr.take().unwrap();
        let log: Arc<Mutex<Vec<u8>>> = Arc::default();
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(count @ 1..) = errors.read(&mut part) {
                written.lock().unwrap().extend_from_slice(&part[..count]);
            }
        });
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        if let Ok(line) = receive.recv_timeout(Duration::from_secs(1)) {
            greeting.push_str(&line);
            greeting.push('\n');
        }
        Self {
            child,
            address,
            greeting,
            log,
        }
    }

    /// Ends the server as a power cut would: it gets no chance to tidy up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it has written to its log so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends one request and reads its whole answer.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        request(&self.address, method, path, headers, body)
    }

    /// The answer to a query by GET, in this media type.
    pub fn query(&self, query: &str, accept: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("Accept", accept)];
        all.extend_from_slice(headers);
        self.ask("GET", &format!("/query?query={}", encode(query)), &all, b"")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer over HTTP.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Percent-encodes a value of a query string.
pub fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

/// One request over a connection of its own.
pub fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(120)))
        .unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        head.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || ["POST", "PUT"].contains(&method) {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    // A server may answer and close before it has read all: that is an answer too.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    parse(&answer, method)
}

fn parse(answer: &[u8], method: &str) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(answer)));
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let rest = &answer[end + 4..];
    let chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if chunked && method != "HEAD" {
        dechunk(rest)
    } else {
        rest.to_vec()
    };
    Answer {
        status,
        headers,
        body,
    }
}

fn dechunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size.split(';').next().unwrap().trim(), 16).unwrap();
        let from = end + 2;
        if size == 0 || rest.len() < from + size {
            break;
        }
        body.extend_from_slice(&rest[from..from + size]);
        rest = &rest[(from + size + 2).min(rest.len())..];
    }
    body
}
