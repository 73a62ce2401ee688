//! A load of small queries on one or more SPARQL servers that run already, side by side.
//!
//! ```sh
//! cargo run --release -p kenning-server --example load -- kenning=http://127.0.0.1:7878 other=http://127.0.0.1:7879
//! ```
//!
//! It puts the same invented data into the default graph of each server (graph store protocol), then lets 32 clients ask eight
//! small queries over connections that stay open, by turns: a few seconds of one server, a few of the next, several rounds, so that
//! a machine that grows slower slows down all. `tests/clients/load` starts the servers for it.
//!
//! Options: `--seconds N` of one turn (3), `--rounds N` (3), `--clients N` (32), `--notes N` in the data (20000),
//! `--loaded` leaves the data that an earlier run put there, `--same` asks the same eight texts again and again; without it each asks about another note.
#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a tool for whoever measures, which ends in a panic when it cannot measure"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The eight queries; `@N`, `@P` and `@C` stand for a note, a person and a concept.
const QUERIES: [&str; 8] = [
    "ASK { @N a <urn:l:Note> }",
    "SELECT ?p ?o { @N ?p ?o }",
    "SELECT ?title { @N <urn:l:linksTo> ?to . ?to <urn:l:title> ?title }",
    "SELECT (COUNT(*) AS ?n) { ?note <urn:l:about> @C }",
    "CONSTRUCT { ?s ?p @N } WHERE { ?s ?p @N }",
    "SELECT ?note ?title { ?note <urn:l:about> @C ; <urn:l:title> ?title } ORDER BY ?title LIMIT 10",
    "SELECT ?from ?name { ?from <urn:l:linksTo> @N OPTIONAL { ?from <urn:l:author> ?a . ?a <urn:l:name> ?name } }",
    "SELECT ?c (COUNT(?note) AS ?n) { ?note <urn:l:author> @P ; <urn:l:about> ?c } GROUP BY ?c ORDER BY DESC(?n) ?c LIMIT 5",
];

#[derive(Clone, Debug)]
struct Options {
    servers: Vec<(String, String)>,
    seconds: u64,
    rounds: usize,
    clients: usize,
    notes: usize,
    same: bool,
    loaded: bool,
}

fn main() -> Result<()> {
    let options = options()?;
    let data = data(options.notes);
    println!(
        "{} triples, {} clients, {} rounds of {} s, {}",
        data.lines().count(),
        options.clients,
        options.rounds,
        options.seconds,
        if options.same {
            "the same eight texts"
        } else {
            "each text about another thing"
        }
    );
    for (name, host) in options.servers.iter().filter(|_| !options.loaded) {
        let began = Instant::now();
        put(host, &data)?;
        println!("{name}: loaded in {:.1} s", began.elapsed().as_secs_f64());
    }
    agree(&options)?;
    let mut times: Vec<Vec<u64>> = vec![Vec::new(); options.servers.len()];
    for _ in 0..options.rounds {
        for ((_, host), times) in options.servers.iter().zip(&mut times) {
            times.extend(turn(host, &options)?);
        }
    }
    let seconds = (options.seconds * options.rounds as u64) as f64;
    println!(
        "\n{:<12} {:>12} {:>9} {:>9} {:>9}",
        "server", "answers/s", "p50 ms", "p99 ms", "max ms"
    );
    for ((name, _), times) in options.servers.iter().zip(&mut times) {
        times.sort_unstable();
        let at = |part: f64| {
            let place = (times.len() as f64 * part) as usize;
            times
                .get(place.min(times.len().saturating_sub(1)))
                .map_or(0.0, |micros| *micros as f64 / 1e3)
        };
        println!(
            "{name:<12} {:>12.0} {:>9.2} {:>9.2} {:>9.2}",
            times.len() as f64 / seconds,
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
    Ok(())
}

fn options() -> Result<Options> {
    let mut options = Options {
        servers: Vec::new(),
        seconds: 3,
        rounds: 3,
        clients: 32,
        notes: 20_000,
        same: false,
        loaded: false,
    };
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        let mut number =
            || -> Result<usize> { Ok(given.next().ok_or("a number is missing")?.parse()?) };
        match word.as_str() {
            "--seconds" => options.seconds = number()? as u64,
            "--rounds" => options.rounds = number()?,
            "--clients" => options.clients = number()?,
            "--notes" => options.notes = number()?,
            "--same" => options.same = true,
            "--loaded" => options.loaded = true,
            server => {
                let (name, url) = server
                    .split_once('=')
                    .ok_or("a server is given as NAME=URL")?;
                let host = url.trim_start_matches("http://").trim_end_matches('/');
                options.servers.push((name.to_owned(), host.to_owned()));
            }
        }
    }
    if options.servers.is_empty() {
        return Err("name at least one server as NAME=URL".into());
    }
    Ok(options)
}

/// Notes with a title, an author, concepts and links, as N-Triples.
fn data(notes: usize) -> String {
    let (people, concepts) = (notes / 100 + 1, notes / 20 + 1);
    let mut out = String::new();
    let mut random = Random(7);
    for person in 0..people {
        let _ = writeln!(
            out,
            "<urn:l:person/{person}> <urn:l:name> \"Person {person}\" ."
        );
    }
    for note in 0..notes {
        let _ = writeln!(
            out,
            "<urn:l:note/{note}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:l:Note> ."
        );
        let _ = writeln!(
            out,
            "<urn:l:note/{note}> <urn:l:title> \"Note number {note}\"@en ."
        );
        let _ = writeln!(
            out,
            "<urn:l:note/{note}> <urn:l:author> <urn:l:person/{}> .",
            random.below(people)
        );
        for _ in 0..2 {
            let _ = writeln!(
                out,
                "<urn:l:note/{note}> <urn:l:about> <urn:l:concept/{}> .",
                random.below(concepts)
            );
        }
        for _ in 0..3 {
            let _ = writeln!(
                out,
                "<urn:l:note/{note}> <urn:l:linksTo> <urn:l:note/{}> .",
                random.below(notes)
            );
        }
    }
    out
}

fn put(host: &str, data: &str) -> Result<()> {
    let mut connection = Connection::open(host)?;
    let head = format!(
        "PUT /store?default HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/n-triples\r\nContent-Length: {}\r\n\r\n",
        data.len()
    );
    let (status, body) = connection.ask(&[head.as_bytes(), data.as_bytes()].concat())?;
    if status >= 300 {
        return Err(format!(
            "{host} does not take the data: {status} {}",
            String::from_utf8_lossy(&body)
        )
        .into());
    }
    Ok(())
}

/// The servers must say the same before it counts how fast they say it.
fn agree(options: &Options) -> Result<()> {
    for (number, query) in QUERIES.iter().enumerate() {
        let mut first: Option<Vec<String>> = None;
        for (name, host) in &options.servers {
            let accept = if query.starts_with("CONSTRUCT") {
                "application/n-triples"
            } else {
                "text/csv"
            };
            let accept = if query.starts_with("ASK") {
                "application/sparql-results+json"
            } else {
                accept
            };
            let text = filled(query, 11, options.notes);
            let (status, body) = Connection::open(host)?.ask(&request(host, &text, accept))?;
            if status != 200 {
                return Err(format!(
                    "{name} answers query {number} with {status}: {}",
                    String::from_utf8_lossy(&body)
                )
                .into());
            }
            let mut lines: Vec<String> = String::from_utf8_lossy(&body)
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            lines.sort();
            match &first {
                None => first = Some(lines),
                Some(others) if accept != "application/sparql-results+json" && *others != lines => {
                    return Err(format!(
                        "{name} answers query {number} otherwise: {lines:?} and not {others:?}"
                    )
                    .into());
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

fn filled(query: &str, seed: u64, notes: usize) -> String {
    let mut random = Random(seed);
    query
        .replace("@N", &format!("<urn:l:note/{}>", random.below(notes)))
        .replace(
            "@P",
            &format!("<urn:l:person/{}>", random.below(notes / 100 + 1)),
        )
        .replace(
            "@C",
            &format!("<urn:l:concept/{}>", random.below(notes / 20 + 1)),
        )
}

fn request(host: &str, query: &str, accept: &str) -> Vec<u8> {
    format!(
        "POST /query HTTP/1.1\r\nHost: {host}\r\nAccept: {accept}\r\nContent-Type: application/sparql-query\r\nContent-Length: {}\r\n\r\n{query}",
        query.len()
    )
    .into_bytes()
}

/// Lets all clients ask one server for a while. Returns the time of each answer in microseconds.
fn turn(host: &str, options: &Options) -> Result<Vec<u64>> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..options.clients)
            .map(|number| {
                let stop = &stop;
                scope.spawn(move || -> Result<Vec<u64>> {
                    let mut connection = Connection::open(host)?;
                    let mut times = Vec::new();
                    let mut random = Random(number as u64 + 1);
                    let mut place = number;
                    while !stop.load(Ordering::Relaxed) {
                        let query = QUERIES[place % QUERIES.len()];
                        let seed = if options.same { 11 } else { random.next() };
                        let accept = if query.starts_with("CONSTRUCT") {
                            "text/turtle"
                        } else {
                            "application/sparql-results+json"
                        };
                        let request = request(host, &filled(query, seed, options.notes), accept);
                        let began = Instant::now();
                        let (status, body) = connection.ask(&request)?;
                        times.push(began.elapsed().as_micros() as u64);
                        if status != 200 {
                            return Err(
                                format!("{status}: {}", String::from_utf8_lossy(&body)).into()
                            );
                        }
                        place += 1;
                    }
                    Ok(times)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(options.seconds));
        stop.store(true, Ordering::Relaxed);
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.join().map_err(|_| "a client came to grief")??);
        }
        Ok(all)
    })
}

/// A connection that stays open.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    fn ask(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        self.0.get_mut().write_all(request)?;
        let mut line = String::new();
        let mut line_of = |reader: &mut BufReader<TcpStream>| -> Result<String> {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Err("the server closed the connection".into());
            }
            Ok(line.trim_end().to_ascii_lowercase())
        };
        let status = line_of(&mut self.0)?;
        let status: u16 = status.split(' ').nth(1).ok_or("no status")?.parse()?;
        let (mut length, mut chunked) = (0, false);
        loop {
            let header = line_of(&mut self.0)?;
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
        }
        let mut body = Vec::new();
        if !chunked {
            body.resize(length, 0);
            self.0.read_exact(&mut body)?;
            return Ok((status, body));
        }
        loop {
            let size = usize::from_str_radix(&line_of(&mut self.0)?, 16)?;
            let begin = body.len();
            body.resize(begin + size, 0);
            self.0.read_exact(&mut body[begin..])?;
            line_of(&mut self.0)?;
            if size == 0 {
                return Ok((status, body));
            }
        }
    }
}

/// Numbers that look random and are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 11
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}
