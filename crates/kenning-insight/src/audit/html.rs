//! An audit as one page that can be printed and pinned to a wall. It loads nothing from anywhere.

use std::fmt::Write as _;

use super::{Audit, Finding, Kind};
use crate::insight::counted;

/// What the page looks like, on screens and on paper.
pub(crate) const STYLE: &str = include_str!("page.css");

/// So many gaps stand at the top: as many as fill the page beside what is counted.
const WORST: usize = 8;

/// So many names of findings stand beside the number of their kind.
const NAMES: usize = 4;

impl Audit {
    /// As one HTML page: numbers, what would hurt most, how knowledge moves, what is in good order, and a table of all kinds.
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut out =
            String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        let _ = write!(
            out,
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>Knowledge audit, {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
            self.day
        );
        self.head(&mut out);
        out.push_str("<main>\n");
        self.worst_section(&mut out);
        self.side(&mut out);
        self.kinds(&mut out);
        out.push_str("</main>\n");
        let _ = write!(
            out,
            "<footer>Seen with the eyes of <b>{}</b>: what these do not see is not counted here, and the page says nothing of \
             whether there is more. A note is confirmed when somebody read it and said so; a change does not confirm it. \
             Hours count once for each event.</footer>\n</body>\n</html>\n",
            escape(&self.eyes)
        );
        out
    }

    fn head(&self, out: &mut String) {
        let figures = &self.figures;
        let _ = write!(
            out,
            "<header>\n<h1>What we know, and what hangs by a thread</h1>\n<p class=\"soft\">Knowledge audit of {} · {} · {} · {}</p>\n</header>\n",
            self.day,
            counted(figures.notes, "note", "notes"),
            counted(figures.people, "person", "people"),
            counted(figures.topics, "topic", "topics"),
        );
        let known = figures.statements > 0 || figures.only_in_heads.of > 0;
        let alone = figures.single_holder + figures.nobody;
        let percent =
            |share: super::Share| share.percent().map(|percent| format!("{percent}&#8239;%"));
        let words = if known {
            format!(
                "of {} hang on one person or on nobody",
                counted(figures.topics, "topic", "topics")
            )
        } else {
            "who knows what is not recorded".to_owned()
        };
        let heads = figures.only_in_heads;
        let (held, of_heads) = if heads.of > 0 {
            (
                Some(heads.part.to_string()),
                "things are held in heads and stand in no note",
            )
        } else {
            (None, "what is held in heads is not recorded")
        };
        let low = |share: super::Share| share.percent().is_some_and(|percent| percent < 75);
        out.push_str("<dl class=\"numbers\">\n");
        number(out, known.then(|| alone.to_string()), &words, alone > 0);
        number(out, held, of_heads, heads.part > 0);
        number(
            out,
            percent(figures.in_date),
            "of the notes are confirmed and in date",
            low(figures.in_date),
        );
        number(
            out,
            percent(figures.sourced),
            "of the claims name a source",
            low(figures.sourced),
        );
        out.push_str("</dl>\n");
    }

    fn worst_section(&self, out: &mut String) {
        out.push_str("<section>\n<h2>What would hurt most</h2>\n");
        let worst = self.worst(WORST);
        if worst.is_empty() {
            out.push_str(
                "<p>Nothing was found. Either all is well, or nothing is recorded yet.</p>\n",
            );
        } else {
            out.push_str("<ol>\n");
            for finding in worst {
                let _ = writeln!(
                    out,
                    "<li><b>{}</b>: {}.{} <small>{}</small></li>",
                    escape(&finding.what),
                    escape(&finding.detail),
                    standing(finding, self),
                    escape(finding.kind.hint()),
                );
            }
            out.push_str("</ol>\n");
        }
        out.push_str("</section>\n");
    }

    fn side(&self, out: &mut String) {
        out.push_str("<div>\n");
        self.modes(out);
        self.trend(out);
        let good = self.figures.good();
        let strengths: Vec<&Finding> = self.of_kind(Kind::WellCovered).take(5).collect();
        if !good.is_empty() || !strengths.is_empty() {
            out.push_str("<section>\n<h2>In good order</h2>\n<ul>\n");
            for sentence in good {
                let _ = writeln!(out, "<li>{}</li>", escape(&sentence));
            }
            for finding in strengths {
                let _ = writeln!(
                    out,
                    "<li><b>{}</b>: {}</li>",
                    escape(&finding.what),
                    escape(&finding.detail)
                );
            }
            out.push_str("</ul>\n</section>\n");
        }
        self.matrix(out);
        out.push_str("</div>\n");
    }

    fn modes(&self, out: &mut String) {
        out.push_str("<section>\n<h2>How knowledge moved in the last year</h2>\n<table>\n");
        let most = self
            .figures
            .modes
            .iter()
            .map(|mode| mode.events)
            .max()
            .unwrap_or_default()
            .max(1);
        for mode in &self.figures.modes {
            let class = if mode.events == 0 {
                " class=\"zero\""
            } else {
                ""
            };
            let hours = if mode.hours > 0.0 {
                format!("{:.0} h", mode.hours)
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "<tr{class}><th>{}</th><td style=\"width:45%\"><span class=\"bar\" style=\"width:{}%\"></span></td><td class=\"n\">{}</td><td class=\"n\">{hours}</td></tr>",
                escape(&mode.name),
                mode.events * 100 / most,
                mode.events,
            );
        }
        out.push_str("</table>\n");
        if !self.figures.has_events() {
            out.push_str("<p class=\"soft\">Nothing is recorded, which is not to say that nothing moved.</p>\n");
        }
        out.push_str("</section>\n");
    }

    /// What changed since the audit before, and how the number of gaps moved.
    fn trend(&self, out: &mut String) {
        out.push_str("<section>\n<h2>Since last time</h2>\n");
        let Some(past) = &self.past else {
            out.push_str(
                "<p class=\"soft\">This is the first audit with these eyes.</p>\n</section>\n",
            );
            return;
        };
        let new = self
            .findings
            .iter()
            .filter(|finding| finding.is_new == Some(true) && !finding.kind.is_strength())
            .count();
        let vanished: usize = past.vanished.values().sum();
        let day = past.day.map_or_else(String::new, |day| format!(" ({day})"));
        let _ = writeln!(
            out,
            "<p>{new} new, {} solved, {vanished} gone with what they were about{day}.</p>",
            past.solved.len()
        );
        let most = past
            .gaps
            .iter()
            .map(|(_, count)| *count)
            .max()
            .unwrap_or_default()
            .max(1);
        let steps = past.gaps.len().saturating_sub(1).max(1);
        if past.gaps.len() > 2 {
            let points: Vec<String> = past
                .gaps
                .iter()
                .enumerate()
                .map(|(at, (_, count))| format!("{},{}", at * 300 / steps, 42 - count * 40 / most))
                .collect();
            let _ = writeln!(
                out,
                "<svg viewBox=\"0 0 300 44\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"gaps in each audit\"><polyline points=\"{}\"/></svg>",
                points.join(" ")
            );
        }
        out.push_str("</section>\n");
    }

    /// Notes by criticality and level, where anything is marked.
    fn matrix(&self, out: &mut String) {
        let cells = &self.figures.protection;
        let mut rows: Vec<i64> = cells.iter().filter_map(|cell| cell.criticality).collect();
        rows.sort_unstable();
        rows.dedup();
        if rows.is_empty() {
            return;
        }
        out.push_str("<section>\n<h2>How critical, how well kept</h2>\n<table>\n<thead><tr><th>criticality</th>");
        for level in &self.figures.levels {
            let _ = write!(out, "<th class=\"n\">{}</th>", escape(level));
        }
        out.push_str("</tr></thead>\n");
        for row in rows.iter().rev() {
            let meaning = match row {
                3.. => " (core)",
                _ => "",
            };
            let _ = write!(out, "<tr><th>{row}{meaning}</th>");
            let half = self.figures.levels.len() / 2;
            for (rank, level) in self.figures.levels.iter().enumerate() {
                let count = cells
                    .iter()
                    .find(|cell| cell.criticality == Some(*row) && cell.level == *level)
                    .map_or(0, |cell| cell.notes);
                let shown = if count == 0 {
                    "·".to_owned()
                } else {
                    count.to_string()
                };
                // Core knowledge below the upper half of the levels, and trifles in it, are what to look at.
                let is_odd =
                    count > 0 && ((*row >= 3 && rank < half) || (*row <= 1 && rank >= half));
                let class = if is_odd { "n zero" } else { "n" };
                let _ = write!(out, "<td class=\"{class}\">{shown}</td>");
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</table>\n<p class=\"soft\"><small>Notes by how much it would hurt to lose them, and their level; red is open too far, or shut too far.</small></p>\n</section>\n");
    }

    fn kinds(&self, out: &mut String) {
        out.push_str("<section class=\"wide\">\n<h2>All that was found</h2>\n<table>\n<thead><tr><th>finding</th><th>for example</th><th class=\"n\">now</th>");
        let has_past = self.past.is_some();
        if has_past {
            out.push_str("<th class=\"n\">before</th><th class=\"n\">new</th>");
        }
        out.push_str("</tr></thead>\n");
        for kind in Kind::all().filter(|kind| !kind.is_strength()) {
            let found: Vec<&Finding> = self.of_kind(kind).collect();
            let before = self
                .past
                .as_ref()
                .and_then(|past| past.counts.get(&kind))
                .copied()
                .unwrap_or_default();
            if found.is_empty() && before == 0 {
                continue;
            }
            let names: Vec<String> = found
                .iter()
                .take(NAMES)
                .map(|finding| escape(&finding.what))
                .collect();
            let more = if found.len() > NAMES { " …" } else { "" };
            let _ = write!(
                out,
                "<tr><th>{}</th><td class=\"soft\">{}{more}</td><td class=\"n\">{}</td>",
                escape(kind.title()),
                names.join(", "),
                found.len()
            );
            if has_past {
                let new = found
                    .iter()
                    .filter(|finding| finding.is_new == Some(true))
                    .count();
                let _ = write!(
                    out,
                    "<td class=\"n\">{before}</td><td class=\"n\">{new}</td>"
                );
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</table>\n</section>\n");
    }
}

/// One of the large numbers; `None` is one that is not recorded.
fn number(out: &mut String, value: Option<String>, words: &str, is_bad: bool) {
    let class = match (&value, is_bad) {
        (None, _) => "",
        (Some(_), true) => " class=\"bad\"",
        (Some(_), false) => " class=\"good\"",
    };
    let value = value.unwrap_or_else(|| "–".to_owned());
    let _ = writeln!(
        out,
        "<div{class}><dd>{value}</dd><dt>{}</dt></div>",
        escape(words)
    );
}

/// Since when a finding stands, where it is older than this audit, and who must see to it.
fn standing(finding: &Finding, audit: &Audit) -> String {
    let mut words = String::new();
    if finding.since < audit.day {
        let _ = write!(words, " Known since {}.", finding.since);
    }
    // Whom the sentence names already need not be named again.
    let who = finding.responsible.as_ref();
    if let Some(who) = who.filter(|who| !finding.detail.contains(who.as_str())) {
        let _ = write!(words, " Ask <i>{}</i>.", escape(who));
    }
    words
}

/// Text as it may stand in an element or an attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Letters that turn the direction of the line could make one name look like another.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
