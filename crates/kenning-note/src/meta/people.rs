//! Keys about upkeep and people.

use crate::fact::{Fact, FactKind, Knows, Mention};
use crate::front_matter::{Data, Key, Node};
use crate::link;
use crate::name::normal_key;
use crate::note::{Agent, AgentKind, Note, Text};
use crate::problem::Place;
use crate::value::{Moment, Precision};

use super::{Meta, named_agent, squeezed, words};

/// Reads a key of this sort; `false` when it is none.
pub(super) fn read(
    meta: &mut Meta<'_>,
    note: &mut Note,
    name: &str,
    key: &Key,
    node: &Node,
) -> bool {
    match name {
        "responsible" | "owner" | "owners" | "maintainer" | "maintainers" => {
            note.about.responsible.extend(mentions(node))
        }
        "verified" | "lastverified" | "verifiedat" | "reviewed" | "lastreviewed" => {
            return verified(note, node);
        }
        "reviewinterval" | "reviewevery" | "revieweach" => match node.text().and_then(duration) {
            Some(interval) => note.about.review_interval = Some(interval),
            None => {
                meta.odd(
                    key,
                    "the interval cannot be read".to_owned(),
                    "write `P6M`, or `6 months`",
                );
                return false;
            }
        },
        "staleafter" | "expires" | "reviewby" => match node.text().and_then(Moment::parse) {
            Some(date) => note.about.stale_after = Some(date),
            None => return false,
        },
        "status" | "state" if node.text().is_some() => note.about.status = words(node),
        "knowledgetype" | "knowledgetypes" => note
            .about
            .knowledge_types
            .extend(node.each().iter().filter_map(words)),
        "criticality" => match node
            .text()
            .and_then(|text| text.trim().parse::<u8>().ok())
            .filter(|n| *n <= 3)
        {
            Some(weight) => note.about.criticality = Some(weight),
            None => {
                meta.odd(
                    key,
                    "criticality runs from 0 to 3".to_owned(),
                    "3 means that you would be lost without it",
                );
                return false;
            }
        },
        "confidence" => match node.text().and_then(share) {
            Some(share) => note.about.confidence = Some(share),
            None => return false,
        },
        "visibility" if node.text().is_some() => note.about.visibility = words(node),
        "unit" | "department" | "team" if node.text().is_some() => {
            note.about.unit = words(node).map(unlinked)
        }
        "role" | "jobtitle" | "position" if node.text().is_some() => {
            note.about.role = words(node).map(unlinked)
        }
        "knows" | "expertise" | "skills" if knows(meta, note, key, node) => {}
        "knownby" | "experts" if known_by(meta, note, key, node) => {}
        "leaves" | "left" | "leaving" | "departs" => match node.text().and_then(Moment::parse) {
            Some(date) => note.facts.push(Fact {
                anchor: format!("leaves-{}", date.lexical),
                text: format!("{}: {}", key.text, date.lexical),
                place: key.place,
                kind: FactKind::Departure {
                    who: None,
                    at: Some(date),
                },
            }),
            None => return false,
        },
        "members" => note.about.members.extend(mentions(node)),
        "covers" | "topics" => note.about.covers.extend(mentions(node)),
        "person" | "people" => note.about.person.extend(mentions(node)),
        "stage" if node.text().is_some() => note.about.stage = words(node),
        "family" if node.text().is_some() => note.about.family = words(node),
        "modes" | "carries" => note
            .about
            .modes
            .extend(node.each().iter().filter_map(words)),
        "hinderedby" | "barrier" | "barriers" => note
            .about
            .barriers
            .extend(node.each().iter().filter_map(words).map(unlinked)),
        "suits" => note
            .about
            .suits
            .extend(node.each().iter().filter_map(words)),
        _ => return false,
    }
    // What is said with links also links.
    meta.add_links(note, key, node, false);
    true
}

/// The agents that an author key gives: one, or those to whose names a text of Markdown links, `[Ada Moss](https://ada.example), Reed Works`.
/// What follows a link is what its person is.
pub(super) fn agents(node: &Node) -> Vec<Agent> {
    let linked = node.text().map(linked).unwrap_or_default();
    let named = linked.into_iter().filter_map(|(name, role)| {
        let mut agent = agent_of(name, node.place)?;
        agent.role = (!role.is_empty()).then(|| link::one_line(role).into_owned());
        Some(agent)
    });
    let mut named: Vec<Agent> = named.collect();
    if named.is_empty() {
        named.extend(agent(node));
    }
    named
}

/// The words of the links of a text that begins with one, and what stands between each link and the next.
fn linked(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some((name, after)) = rest
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]("))
    {
        let Some((_, after)) = after.split_once(')').filter(|_| !name.contains(['[', ']'])) else {
            return Vec::new();
        };
        let next = after.find('[').unwrap_or(after.len());
        let (between, then) = after.split_at_checked(next).unwrap_or((after, ""));
        let marks = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '&' | '.');
        let role = between.trim_matches(marks);
        let role = role.strip_suffix("and").unwrap_or(role).trim_matches(marks);
        found.push((name, role));
        rest = then;
    }
    found
}

/// An agent as an author key gives it: a name, a link, `human:name`, `tool/1.0`, or a map with a `name`.
pub(crate) fn agent(node: &Node) -> Option<Agent> {
    let text = match &node.data {
        Data::Scalar { text, .. } => text.as_str(),
        Data::Map(_) => node.get("name").or_else(|| node.get("id"))?.text()?,
        Data::Null | Data::List(_) => return None,
    };
    agent_of(text, node.place)
}

/// The agent that a text names: `human:ada`, `process:ci`, `compiler/1.2`, `[[Ada Moss]]`, `Ada`.
pub(crate) fn agent_of(text: &str, place: Place) -> Option<Agent> {
    let text = mention(text)?.name;
    let (name, kind) = match text.split_once(':') {
        Some(("human" | "person", name)) => (name, AgentKind::Person),
        Some(("process" | "agent" | "bot", name)) => (name, AgentKind::Software),
        _ => {
            // `compiler/1.2` is a program with its version.
            let versioned = text
                .split_once('/')
                .is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()));
            (
                text.as_str(),
                if versioned {
                    AgentKind::Software
                } else {
                    AgentKind::Unknown
                },
            )
        }
    };
    named_agent(name, kind, place)
}

/// A name, as a link or as plain words.
pub(crate) fn mention(text: &str) -> Option<Mention> {
    let text = text.trim();
    let (name, is_link) = match text
        .strip_prefix("[[")
        .and_then(|rest| rest.split_once("]]"))
    {
        Some((inside, _)) => (
            inside
                .split('|')
                .next()
                .unwrap_or(inside)
                .split('#')
                .next()
                .unwrap_or(inside),
            true,
        ),
        None => (text, false),
    };
    let name = link::one_line(link::without_extension(name.trim()));
    let key = normal_key(name.rsplit('/').next().unwrap_or(&name));
    (!key.is_empty()).then(|| Mention {
        name: name.into_owned(),
        key,
        is_link,
        is_program: false,
    })
}

fn mentions(node: &Node) -> Vec<Mention> {
    node.each()
        .iter()
        .filter_map(|item| {
            let text = item
                .text()
                .map(str::to_owned)
                .or_else(|| super::value::bare_link(item))?;
            mention(&text)
        })
        .collect()
}

const LEVELS: &str = "such as `expert since 2021`";

/// `[[Pricing]]: expert since 2024` or `Pricing: expert`.
fn knows(meta: &mut Meta<'_>, note: &mut Note, key: &Key, node: &Node) -> bool {
    let mut read = false;
    for (topic, rest, place) in pairs(node) {
        let (level, since) = level(&rest, place);
        for why in odd_level(&rest, level.as_ref(), since.as_ref()) {
            meta.odd(key, why, LEVELS);
        }
        let statement = Knows {
            who: None,
            topic: Some(topic),
            level,
            since,
        };
        push(note, FactKind::Knows(statement), place);
        read = true;
    }
    read
}

/// The same from the side of the topic: `[[Ada]]: expert`.
fn known_by(meta: &mut Meta<'_>, note: &mut Note, key: &Key, node: &Node) -> bool {
    let mut read = false;
    for (who, rest, place) in pairs(node) {
        let (level, since) = level(&rest, place);
        for why in odd_level(&rest, level.as_ref(), since.as_ref()) {
            meta.odd(key, why, LEVELS);
        }
        push(
            note,
            FactKind::Knows(Knows {
                who: Some(who),
                topic: None,
                level,
                since,
            }),
            place,
        );
        read = true;
    }
    read
}

fn push(note: &mut Note, kind: FactKind, place: Place) {
    let FactKind::Knows(knows) = &kind else {
        return;
    };
    let name = knows
        .topic
        .as_ref()
        .or(knows.who.as_ref())
        .map(|mention| mention.key.clone())
        .unwrap_or_default();
    let text = name.clone();
    note.facts.push(Fact {
        anchor: name,
        text,
        place,
        kind,
    });
}

fn pairs(node: &Node) -> Vec<(Mention, String, Place)> {
    let mut out = Vec::new();
    let maps = |items: &[(Key, Node)], out: &mut Vec<_>| {
        for (key, value) in items {
            if let Some(name) = mention(&key.text) {
                out.push((name, value.text().unwrap_or_default().to_owned(), key.place));
            }
        }
    };
    match &node.data {
        Data::Map(items) => maps(items, &mut out),
        _ => {
            for item in node.each() {
                match &item.data {
                    Data::Map(items) => maps(items, &mut out),
                    Data::Scalar { text, .. } => {
                        if let Some((name, rest)) = name_and_rest(text) {
                            out.push((name, rest, item.place));
                        }
                    }
                    Data::List(_) | Data::Null => {
                        if let Some(name) =
                            super::value::bare_link(item).and_then(|text| mention(&text))
                        {
                            out.push((name, String::new(), item.place));
                        }
                    }
                }
            }
        }
    }
    out
}

/// The name a line begins with, and what follows it: after a link, or after a colon.
pub(crate) fn name_and_rest(text: &str) -> Option<(Mention, String)> {
    let text = text.trim();
    let (name, rest) = match text.strip_prefix("[[").and_then(|rest| rest.find("]]")) {
        Some(end) => text.split_at_checked(end + 4)?,
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let rest =
        rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—'));
    Some((mention(name)?, rest.to_owned()))
}

/// `expert since 2024-03`, `practitioner (2021)`.
pub(crate) fn level(text: &str, place: Place) -> (Option<Text>, Option<Moment>) {
    let (level, since) = match text.split_once("since") {
        Some((level, since)) => (
            level,
            Moment::parse(since.trim().trim_matches(['.', ')', '('])),
        ),
        None => (text, None),
    };
    let level = level
        .split([',', '(', ';'])
        .next()
        .unwrap_or_default()
        .trim()
        .trim_end_matches('.');
    let level = (!level.is_empty()).then(|| Text {
        text: link::one_line(level).into_owned(),
        place,
    });
    (level, since)
}

/// What of the text behind a name was understood neither as a level nor as a time. Many words are what somebody says of it.
pub(crate) fn odd_level(text: &str, level: Option<&Text>, since: Option<&Moment>) -> Vec<String> {
    let mut odd = Vec::new();
    let words = level.map_or("", |level| level.text.as_str());
    if !words.is_empty()
        && words.split_whitespace().count() <= 3
        && !crate::triples::is_level(words)
    {
        odd.push(format!(
            "`{words}` is none of the levels `aware`, `practitioner`, `expert` and `sole holder`"
        ));
    }
    if let Some((_, when)) = text.split_once("since ").filter(|_| since.is_none()) {
        odd.push(format!(
            "`{}` is neither a day nor a month or a year",
            when.trim()
        ));
    }
    odd
}

fn verified(note: &mut Note, node: &Node) -> bool {
    let mut read = false;
    for item in node.each() {
        let (at, by) = match &item.data {
            Data::Map(_) => {
                let at = item
                    .get("at")
                    .or_else(|| item.get("date"))
                    .and_then(Node::text)
                    .and_then(Moment::parse);
                let by = item.get("by").and_then(agent);
                (
                    at,
                    by.map(|agent| Mention {
                        name: agent.name,
                        key: agent.key,
                        is_link: false,
                        is_program: agent.kind == AgentKind::Software,
                    }),
                )
            }
            Data::Scalar { text, .. } => {
                // `2026-03-01 by Ada`
                let (at, by) = text
                    .split_once(" by ")
                    .map_or((text.as_str(), None), |(at, by)| (at, mention(by)));
                (Moment::parse(at), by)
            }
            Data::Null | Data::List(_) => (None, None),
        };
        if at.is_some() || by.is_some() {
            note.about.verified.push((at, by));
            read = true;
        }
    }
    read
}

fn unlinked(text: Text) -> Text {
    match mention(&text.text) {
        Some(mention) if mention.is_link => Text {
            text: mention.name,
            place: text.place,
        },
        _ => text,
    }
}

/// `P6M`, `6 months`, `90 days`, `90d`, as an XML Schema duration.
pub(crate) fn duration(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('P') {
        let (days, time) = rest
            .split_once('T')
            .map_or((rest, None), |(days, time)| (days, Some(time)));
        let days_fit = fits(days, "YMWD")?;
        let time_fit = time.map_or(Some(true), |time| fits(time, "HMS").filter(|any| *any))?;
        if !(days_fit || time.is_some() && time_fit) {
            return None;
        }
        // Weeks are no part of xsd:duration.
        return match days.strip_suffix('W') {
            Some(weeks) if time.is_none() => weeks
                .parse::<u32>()
                .ok()?
                .checked_mul(7)
                .map(|days| format!("P{days}D")),
            Some(_) => None,
            None if days.contains('W') => None,
            None => Some(text.to_owned()),
        };
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count: u32 = text.get(..digits)?.parse().ok()?;
    let unit = text.get(digits..)?.trim().to_lowercase();
    Some(match unit.trim_end_matches('s') {
        "y" | "year" | "jahr" | "jahre" => format!("P{count}Y"),
        "m" | "month" | "monat" | "monate" => format!("P{count}M"),
        "w" | "week" | "woche" | "wochen" => format!("P{}D", count.checked_mul(7)?),
        "d" | "day" | "tag" | "tage" => format!("P{count}D"),
        _ => return None,
    })
}

/// Whether a text is numbers with these letters, each at most once and in this order; `Some(false)` for an empty text.
fn fits(text: &str, letters: &str) -> Option<bool> {
    let mut allowed = letters.chars();
    let mut digits = 0;
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits += 1;
            continue;
        }
        if digits == 0 || digits > 6 || !allowed.any(|letter| letter == c) {
            return None;
        }
        digits = 0;
    }
    (digits == 0).then_some(!text.is_empty())
}

/// A number between 0 and 1, as a decimal: `0.2`, `.2`, `20%`.
pub(crate) fn share(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(percent) = text.strip_suffix('%') {
        let percent: u32 = percent.trim().parse().ok().filter(|n| *n <= 100)?;
        return Some(if percent == 100 {
            "1".to_owned()
        } else {
            format!("0.{percent:02}")
        });
    }
    let plain = text.len() <= 20
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && text.matches('.').count() < 2;
    let value: f64 = text.parse().ok().filter(|_| plain)?;
    if !(0.0..=1.0).contains(&value) {
        return None;
    }
    Some(if text.starts_with('.') {
        format!("0{text}")
    } else {
        text.trim_end_matches('.').to_owned()
    })
}

/// The day on which a review falls due: a day, and an interval of years, months and days after it.
pub(crate) fn due(from: &Moment, interval: &str) -> Option<Moment> {
    if !matches!(from.precision, Precision::Day | Precision::Time) {
        return None;
    }
    let (mut year, mut month): (i64, i64) = (
        from.lexical.get(..4)?.parse().ok()?,
        from.lexical.get(5..7)?.parse().ok()?,
    );
    let day: i64 = from.lexical.get(8..10)?.parse().ok()?;
    let mut days = 0_i64;
    let mut count = String::new();
    for c in interval.strip_prefix('P')?.chars() {
        match c {
            '0'..='9' => count.push(c),
            'T' => break,
            unit => {
                let n: i64 = count.parse().ok()?;
                count.clear();
                match unit {
                    'Y' => year += n,
                    'M' => month += n,
                    _ => days += n,
                }
            }
        }
    }
    year += (month - 1).div_euclid(12);
    month = (month - 1).rem_euclid(12) + 1;
    crate::value::day_after(year, month, day, days)
}

/// Whether a type says that a page is about a person.
pub(crate) fn is_person_type(text: &str) -> bool {
    matches!(
        &*squeezed(text.rsplit(['/', '#', ':']).next().unwrap_or(text)),
        "person" | "people" | "mitarbeiter" | "knowledgeworker"
    )
}
