//! `kenning token`: who may ask and write over HTTP.

use crate::site::Site;
use anyhow::{Result, bail};
use kenning_server::audit::Decision;
use kenning_server::token::{self, NewToken, Token};
use kenning_server::{Line, Outcome};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::time::Duration;

/// What is to be done with tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Request {
    /// Make one.
    Add {
        /// Whom or what it is for.
        name: String,
        /// The level it is cleared for.
        clearance: String,
        /// The groups it holds.
        groups: Vec<String>,
        /// What it is there for.
        roles: Vec<String>,
        /// What it may write, each as `PREFIX[=LEVEL[:a,b]]`.
        writes: Vec<String>,
        /// How long it is valid, in seconds.
        lifetime: Option<u64>,
    },
    /// List them all, without their secrets.
    List,
    /// Take one back.
    Revoke {
        /// Its id or its name.
        which: String,
    },
}

/// Makes, lists or revokes tokens; a running server knows at once.
///
/// # Errors
/// When a level, group, role or grant cannot be read, there is no such token, or the store fails.
pub fn run(site: &Site, request: &Request, report: &mut dyn FnMut(Line)) -> Result<Outcome> {
    match request {
        Request::Add {
            name,
            clearance,
            groups,
            roles,
            writes,
            lifetime,
        } => {
            let new = NewToken {
                name: name.clone(),
                clearance: clearance.clone(),
                groups: groups.clone(),
                roles: roles.clone(),
                writes: writes.clone(),
                lifetime: lifetime.map(Duration::from_secs),
            };
            // Whoever is given a secret must be on record: without a log there is no token.
            site.log()?;
            let (token, text) = token::add(&site.kb, &new)?;
            let what = format!("token add {}", token.id);
            site.record(what, &token.id, Decision::Done, None)?;
            // The secret is the answer and nothing else, so that it can be piped to where it belongs.
            report(Line::Output {
                text: format!("{text}\n"),
            });
            Ok(Outcome::done(format!(
                "token `{}` for `{}`; the secret is not shown again",
                token.id, token.name
            )))
        }
        Request::List => {
            let tokens = token::list(&site.kb)?;
            report(Line::Output {
                text: list(&tokens),
            });
            Ok(Outcome::done(crate::report::counted(
                tokens.len() as u64,
                "token",
                "tokens",
            )))
        }
        Request::Revoke { which } => {
            let token = token::revoke(&site.kb, which)?;
            let what = format!("token revoke {}", token.id);
            site.record(what, &token.id, Decision::Done, None)?;
            Ok(Outcome::done(format!(
                "token `{}` of `{}` is revoked",
                token.id, token.name
            )))
        }
    }
}

fn list(tokens: &[Token]) -> String {
    tokens.iter().fold(String::new(), |mut text, token| {
        let ended = if token.is_current() { "" } else { "  (ended)" };
        let _ = writeln!(
            text,
            "{}  {}  {}{{{}}}  {}  {}{ended}",
            token.id,
            token.name,
            token.clearance,
            token.groups.join(","),
            token.roles.join(","),
            token.writes.join(" "),
        );
        text
    })
}

/// A span of time as people write it: `90d`, `12h`, `30m`, `45s`; a bare number is days.
///
/// # Errors
/// When it is none of these.
pub fn seconds(text: &str) -> Result<u64> {
    let text = text.trim();
    let (number, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(place) => text.split_at(place),
        None => (text, "d"),
    };
    let each = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => bail!("`{text}` is no span of time; write `90d`, `12h`, `30m` or `45s`"),
    };
    let number: u64 = number.parse()?;
    match number.checked_mul(each) {
        Some(seconds) if seconds > 0 => Ok(seconds),
        _ => bail!("`{text}` is no span of time that a token can last"),
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn a_span_of_time_has_a_unit_or_is_days() {
        let read: Vec<u64> = ["2", "1d", "12h", "30m", "45s"]
            .into_iter()
            .map(|text| seconds(text).unwrap())
            .collect();
        assert_eq!(read, [172_800, 86_400, 43_200, 1_800, 45]);
        for text in [
            "",
            "d",
            "0",
            "-1d",
            "1y",
            "99999999999999999999d",
            "999999999999999999d",
        ] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
