//! What a command says while it works and when it is done: to people, to scripts, and on the socket.
//!
//! Standard output holds answers and the closing line; problems, progress and everything said on the way go to standard error.
//! With `--json` each of these is a line of JSON on standard output, or on standard error where standard output is an answer.
//! The only file that knows of progress bars.

use indicatif::{ProgressBar, ProgressStyle};
use kenning_server::{Line, Outcome, Problem};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How often plain progress is printed at most.
const PLAIN_EVERY: Duration = Duration::from_secs(5);

/// How often a problem of the same words is printed for people; of further ones only the number is told.
const SAME: u64 = 3;

/// How a command wishes its reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Print problems and answers, and nothing else.
    pub quiet: bool,
    /// Report in lines of JSON.
    pub json: bool,
    /// Standard output is an answer, so nothing else may go there.
    pub answers: bool,
}

/// Prints what a command says.
#[derive(Debug)]
pub struct Reporter {
    style: Style,
    bar: Option<ProgressBar>,
    terminal: bool,
    said: Instant,
    problems: u64,
    /// How often problems of these words came up, for people.
    same: BTreeMap<String, u64>,
    /// Keys without a meaning that are still to be told.
    keys: Keys,
    closed: bool,
}

impl Reporter {
    /// A reporter for the streams of this process.
    #[must_use]
    pub fn new(style: Style) -> Self {
        Self {
            style,
            bar: None,
            terminal: std::io::stderr().is_terminal(),
            said: Instant::now(),
            problems: 0,
            same: BTreeMap::new(),
            keys: Keys::default(),
            closed: false,
        }
    }

    /// How many problems have been reported.
    #[must_use]
    pub fn problems(&self) -> u64 {
        self.problems
    }

    /// Whether whoever reads our standard output has gone away; there is no sense in going on then.
    #[must_use]
    pub fn closed(&self) -> bool {
        self.closed
    }

    /// Prints one thing said on the way.
    pub fn line(&mut self, line: &Line) {
        if matches!(line, Line::Problem(_)) {
            self.problems += 1;
        }
        if let Line::Output { text } = line
            && (self.style.answers || !self.style.json)
        {
            self.output(text.as_bytes());
        } else if self.style.json {
            self.as_json(line);
        } else {
            self.as_text(line);
        }
    }

    /// Prints how the command ended.
    pub fn close(&mut self, outcome: &Outcome) -> ExitCode {
        self.clear();
        self.tell_keys();
        for (text, times) in std::mem::take(&mut self.same) {
            if times > SAME {
                let more = count(times - SAME);
                self.aside(&format!(
                    "and {more} more: {} (`--json` lists all)",
                    shown(&text)
                ));
            }
        }
        if self.style.json {
            self.as_json(&Line::Outcome(outcome.clone()));
        } else if outcome.code == 1 {
            self.aside(&format!("error: {}", outcome.text));
        } else if !outcome.text.is_empty() && !self.style.quiet {
            if self.style.answers {
                self.aside(&outcome.text);
            } else {
                self.output(format!("{}\n", outcome.text).as_bytes());
            }
        }
        let _ = std::io::stdout().flush();
        ExitCode::from(outcome.code)
    }

    fn as_json(&mut self, line: &Line) {
        let Ok(mut text) = serde_json::to_string(line) else {
            return;
        };
        text.push('\n');
        if self.style.answers {
            let _ = std::io::stderr().write_all(text.as_bytes());
        } else {
            self.output(text.as_bytes());
        }
    }

    fn as_text(&mut self, line: &Line) {
        // What was collected is told before whatever comes next.
        if !matches!(line, Line::Progress { .. } | Line::Problem(_)) {
            self.tell_keys();
        }
        match line {
            Line::Progress { what, done, total } => self.progress(what, *done, *total),
            Line::Info { text } if !self.style.quiet => self.aside(text),
            Line::Problem(problem) if self.keys.take(problem) => {}
            Line::Problem(problem) => {
                let times = self.same.entry(problem.in_words()).or_default();
                *times += 1;
                if *times <= SAME {
                    self.aside(&problem_text(problem));
                }
            }
            Line::Output { text } => self.output(text.as_bytes()),
            _ => {}
        }
    }

    fn tell_keys(&mut self) {
        for line in std::mem::take(&mut self.keys).lines() {
            self.aside(&line);
        }
    }

    fn progress(&mut self, what: &str, done: u64, total: Option<u64>) {
        if self.style.quiet {
            return;
        }
        if !self.terminal {
            if self.said.elapsed() >= PLAIN_EVERY {
                self.said = Instant::now();
                let of = total.map_or(String::new(), |total| format!(" of {}", count(total)));
                self.aside(&format!("{}{of} {what}", count(done)));
            }
            return;
        }
        let bar = self.bar.get_or_insert_with(|| ProgressBar::new(0));
        if let Some(total) = total {
            bar.set_length(total);
            if let Ok(style) =
                ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} {msg}")
            {
                bar.set_style(style);
            }
        } else if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} {msg}") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.set_position(done);
        if total == Some(done) {
            self.clear();
        }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// A line on standard error, without disturbing the bar. A closed stream is nobody's problem.
    fn aside(&mut self, text: &str) {
        let print = || {
            let _ = writeln!(std::io::stderr(), "{text}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn output(&mut self, bytes: &[u8]) {
        self.clear();
        if std::io::stdout().write_all(bytes).is_err() {
            self.closed = true;
        }
    }
}

/// Keys that have no meaning of their own. Each wiki has its own, in most of its notes, so people are told of each in one line.
#[derive(Debug, Default)]
struct Keys(BTreeMap<String, Key>);

#[derive(Debug)]
struct Key {
    /// Where it was seen first.
    first: String,
    /// In which note it was seen last, and in how many so far.
    last: String,
    notes: u64,
}

impl Keys {
    /// Takes a problem if it is one of a key.
    fn take(&mut self, problem: &Problem) -> bool {
        if problem.problem.as_deref() != Some("unknown-key") {
            return false;
        }
        let key = self.0.entry(problem.in_words()).or_insert_with(|| Key {
            first: problem_text(problem),
            last: String::new(),
            notes: 0,
        });
        // Problems come in the order of notes.
        if key.notes == 0 || key.last != problem.path {
            key.notes += 1;
            key.last.clone_from(&problem.path);
        }
        true
    }

    fn lines(self) -> impl Iterator<Item = String> {
        self.0.into_values().map(|key| match key.notes {
            1 => key.first,
            notes => format!(
                "{} (in {} notes; `--json` lists all)",
                key.first,
                count(notes)
            ),
        })
    }
}

/// A problem as compilers print one: `path:line:col: text`. A problem without a place is one of the whole file, so its place is its beginning.
#[must_use]
pub fn problem_text(problem: &Problem) -> String {
    format!(
        "{}:{}:{}: {}",
        shown(&problem.path),
        problem.line.max(1),
        problem.column.max(1),
        shown(&problem.in_words())
    )
}

/// People's text on one line of a terminal: control characters written out, so that no note can move the cursor or forge a line.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// A number as people read it: `12,345`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with what it counts: `1 note`, `2,345 notes`.
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let written: Vec<String> = [0, 999, 1_000, 1_234_567].into_iter().map(count).collect();
        assert_eq!(written, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted(1, "note", "notes"), "1 note");
        assert_eq!(counted(2_000, "note", "notes"), "2,000 notes");
    }

    #[test]
    fn a_key_is_told_once_with_the_number_of_its_notes() {
        let mut keys = Keys::default();
        for (path, line, key) in [
            ("a.md", 2, "genre"),
            ("a.md", 3, "mood"),
            ("a.md", 9, "genre"),
            ("b.md", 4, "genre"),
        ] {
            let mut problem =
                Problem::of_file(path, format!("the key `{key}` is kept")).at(line, 1);
            assert!(!keys.take(&problem));
            problem.problem = Some("unknown-key".to_owned());
            assert!(keys.take(&problem));
        }
        let lines: Vec<String> = keys.lines().collect();
        let told = [
            "a.md:2:1: the key `genre` is kept (in 2 notes; `--json` lists all)",
            "a.md:3:1: the key `mood` is kept",
        ];
        assert_eq!(lines, told);
    }

    #[test]
    fn a_problem_has_a_place_and_stays_on_its_line() {
        let problem = Problem::of_file("a/b.md", "odd").at(4, 7);
        assert_eq!(problem_text(&problem), "a/b.md:4:7: odd");
        assert_eq!(
            problem_text(&Problem::of_file("a.md", "two\nlines \u{1b}[2J")),
            "a.md:1:1: two\\nlines \\u{1b}[2J"
        );
    }
}
