//! Which label a note gets: what it says itself, what its folder asks for, and what happens when neither can be read.
//!
//! In this order: the note's own key; else the nearest folder rule with a default; else the default level. What a `cascade` hands down
//! takes the place of a lower one of the last two.
//! Then floors and audiences of *every* rule that covers the note are joined, so nothing ends below them.
//! A key that cannot be read, an unknown level or broken front matter closes the note.

use kenning_access::{Clause, Group, Label, Level};
use serde::{Deserialize, Serialize};

use crate::cascade::Cascade;
use crate::rules::{Asked, Covers, FolderRule, Rules};
use crate::settings::WikiSettings;

/// What the front matter of a note says about its protection, as text. Kept in the catalog, so that new rules need no new reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// Front matter or one of its protection keys cannot be read, and this is why.
    pub(crate) unreadable: Option<String>,
    pub(crate) level: Option<String>,
    /// Each inner list is one "any of" clause.
    pub(crate) audience: Vec<Vec<String>>,
    pub(crate) until: Option<String>,
    pub(crate) then: Option<String>,
    /// Other keys that could speak of protection, with their values.
    pub(crate) others: Vec<(String, String)>,
    /// Levels that are named where none is read, and by what.
    pub(crate) marks: Vec<(String, String)>,
    /// Where it stands.
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// A label and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What the note gets.
    pub label: Label,
    /// Where it comes from, in words.
    pub because: String,
    /// What is wrong with what was said about it.
    pub problems: Vec<String>,
}

/// All that decides about labels, for one wiki.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) settings: &'a WikiSettings,
    pub(crate) wiki: &'a str,
    /// What the folder of the wiki is called: who may write in it may give the wiki another name.
    pub(crate) folder: &'a str,
}

impl Judge<'_> {
    /// The label of the note at `path` that says `said`.
    pub(crate) fn decide(&self, path: &str, said: &Said) -> Decision {
        let mut problems = Vec::new();
        if let Some(why) = &self.settings.broken {
            // Its rules could have asked for more protection than is known now.
            return closed(format!("`kenning.toml` cannot be read: {why}"), problems);
        }
        // Why is among the problems of the reading, with its place.
        if said.unreadable.is_some() {
            return closed(
                "what the note says about its protection cannot be read",
                problems,
            );
        }
        let cascades = self.cascades(path);
        for cascade in &cascades {
            if let Err(why) = &cascade.asks {
                let because = cascade.fails(why);
                return closed(because, problems);
            }
        }
        let covering = self.covering(path);
        let mut said_itself = false;
        let (mut label, because) = match self.own(said, &mut problems) {
            Ok(Some(level)) => {
                said_itself = true;
                (Label::new(level, []), "the note says so".to_owned())
            }
            Ok(None) => self.inherited(&covering, &cascades),
            Err(why) => {
                problems.push(format!("{why}; the note is closed"));
                return closed(
                    "what the note says about its protection cannot be read",
                    problems,
                );
            }
        };
        match own_audience(said) {
            Ok(clauses) => label = label.join(&Label::new(Level::LOWEST, clauses)),
            Err(why) => {
                problems.push(format!("{why}; the note is closed"));
                return closed("the audience of the note cannot be read", problems);
            }
        }
        let mut raised = label.clone();
        let mut because = because;
        for (rules, whose) in covering.iter().zip(["the rule", "the wiki's rule"]) {
            for (rule, _) in rules {
                let higher = raised.join(&rule.least());
                if higher != raised {
                    raised = higher;
                    let text = self.rules.scale().write_label(&raised);
                    let pattern = &rule.pattern;
                    because.push_str(&format!("; {whose} for `{pattern}` raises it to `{text}`"));
                }
            }
        }
        for cascade in &cascades {
            let Ok((_, groups)) = &cascade.asks else {
                continue;
            };
            let higher = raised.join(groups);
            if higher != raised {
                raised = higher;
                let text = self.rules.scale().write_label(&raised);
                because.push_str(&format!("; {} raises it to `{text}`", cascade.name()));
            }
        }
        if let Some(why) = self.is_missed(said, &raised) {
            problems.push(format!("{why}; the note is closed"));
            return closed("a mark in it asks for more than it would get", problems);
        }
        // A floor that raises a default is at its work; a note that asked for less than its folder allows is odd.
        if said_itself && raised.level() > label.level() {
            let scale = self.rules.scale();
            problems.push(format!(
                "`{}` is below the floor of its folder; the note is `{}`",
                scale.name(label.level()),
                scale.name(raised.level()),
            ));
        }
        Decision {
            label: raised,
            because,
            problems,
        }
    }

    /// The label of a protected section of what has `outer`: their join, and closed when the section's own is not understood.
    pub(crate) fn decide_section(&self, outer: &Label, said: &Said) -> Decision {
        let scale = self.rules.scale();
        let mut problems = Vec::new();
        if said.unreadable.is_some() {
            return closed("what the section says cannot be read", problems);
        }
        let level = match said.level.as_deref().map(|name| scale.parse_level(name)) {
            Some(Ok(level)) => level,
            None => Level::LOWEST,
            Some(Err(error)) => {
                problems.push(format!("{error}; the section is closed"));
                return closed("the level of the section is unknown", problems);
            }
        };
        match own_audience(said) {
            Ok(clauses) => {
                let label = outer.join(&Label::new(level, clauses));
                if let Some(why) = self.is_missed(said, &label) {
                    problems.push(format!("{why}; the section is closed"));
                    return closed("a mark in it asks for more than it would get", problems);
                }
                Decision {
                    label,
                    because: "the section says so".to_owned(),
                    problems,
                }
            }
            Err(why) => {
                problems.push(format!("{why}; the section is closed"));
                closed("the audience of the section cannot be read", problems)
            }
        }
    }

    /// Why `label` is not what a mark in the text asks for. A level that is reached already is no more than shown there.
    fn is_missed(&self, said: &Said, label: &Label) -> Option<String> {
        let scale = self.rules.scale();
        let (level, what) = said.marks.iter().find(|(level, _)| {
            let level = scale.parse_level(level);
            level.map_or(true, |level| level > label.level())
        })?;
        let has = scale.name(label.level());
        Some(format!(
            "{what} names `{level}`, where no level is read, and it would be `{has}`: write `protection: {level}` at the top or `::: protected {{level={level}}}` around a part"
        ))
    }

    /// The operator's rules and then the wiki's own, those that cover `path`.
    fn covering(&self, path: &str) -> [Vec<(&FolderRule, Covers)>; 2] {
        let rules = [&self.rules.folders, &self.settings.folders];
        if rules.iter().all(|rules| rules.is_empty()) {
            return Default::default();
        }
        let note = Asked::new(self.wiki, self.folder, path);
        rules.map(|rules| {
            let rules = rules.iter();
            rules
                .filter_map(|rule| Some((rule, rule.covers(&note)?)))
                .collect()
        })
    }

    /// What sections and the site hand down to `path`.
    fn cascades(&self, path: &str) -> Vec<&Cascade> {
        let all = self.settings.cascades.iter();
        all.filter(|cascade| cascade.covers(path)).collect()
    }

    /// The level that the note itself states, as of today.
    pub(crate) fn own(
        &self,
        said: &Said,
        problems: &mut Vec<String>,
    ) -> Result<Option<Level>, String> {
        let scale = self.rules.scale();
        let parse = |name: &str| scale.parse_level(name).map_err(|error| error.to_string());
        let level = said.level.as_deref().map(parse).transpose()?;
        let mut others = None;
        for (key, value) in &said.others {
            others = others.max(self.rules.keys.level(key, value, scale)?);
            if self.rules.keys.passes_over(key, value, scale) {
                problems.push(format!(
                    "`{key}: {value}` changes nobody's access; write `protection`, or switch `{key}` on in the operator's configuration"
                ));
            }
        }
        let then = said.then.as_deref().map(parse).transpose()?;
        let until = said.until.as_deref().map(day).transpose()?;
        if let (Some(until), Some(today)) = (until, self.rules.today.as_deref())
            && today >= until.as_str()
        {
            match then {
                // What another key asks for has no end.
                Some(then) => return Ok(Some(then).max(others)),
                None => problems.push(format!(
                    "its protection ended on {until} and nothing says what comes then; it stays as it was"
                )),
            }
        }
        if then.is_some() && said.until.is_none() {
            problems.push(
                "`protection-then` says what comes, and no `protection-until` says when; it stays as it is"
                    .to_owned(),
            );
        }
        Ok(level.max(others))
    }

    /// The level of a note that says nothing: the highest of what the operator gives it, the wiki's own file, and what is handed down.
    fn inherited(
        &self,
        covering: &[Vec<(&FolderRule, Covers)>; 2],
        cascades: &[&Cascade],
    ) -> (Label, String) {
        let [operator, own] = covering;
        let (mut level, mut because) = match nearest_default(operator) {
            Some((level, pattern)) => (level, format!("the rule for `{pattern}` says so")),
            None => (
                self.rules.default_level(),
                "it is the default level".to_owned(),
            ),
        };
        let local = nearest_default(own)
            .map(|(level, pattern)| (level, format!("the wiki's rule for `{pattern}` says so")))
            .or_else(|| {
                let level = self.settings.default_level?;
                Some((level, "it is the wiki's default level".to_owned()))
            });
        if let Some((local, why)) = local
            && local > level
        {
            level = local;
            because = why;
        }
        for rules in covering {
            if let Some((default, pattern)) = default_as_meant(rules)
                && default > level
            {
                level = default;
                because = format!("the rule for `{pattern}` says so, as it may be meant");
            }
        }
        for cascade in cascades {
            if let Ok((Some(asked), _)) = &cascade.asks
                && *asked > level
            {
                level = *asked;
                because = format!("{} says so", cascade.name());
            }
        }
        (Label::new(level, []), because)
    }
}

fn closed(because: impl Into<String>, problems: Vec<String>) -> Decision {
    Decision {
        label: Label::closed(),
        because: because.into(),
        problems,
    }
}

/// The deepest rule with a default; of several equally deep ones the last.
fn nearest_default<'r>(rules: &[(&'r FolderRule, Covers)]) -> Option<(Level, &'r str)> {
    let surely = rules.iter().filter(|(_, covers)| *covers == Covers::Surely);
    surely
        .filter_map(|(rule, _)| Some((rule.depth, rule.default?, rule.pattern.as_str())))
        .max_by_key(|(depth, _, _)| *depth)
        .map(|(_, level, pattern)| (level, pattern))
}

/// The highest default of rules that may be meant for the note, but for those that a nearer one overrules which surely is.
fn default_as_meant<'r>(rules: &[(&'r FolderRule, Covers)]) -> Option<(Level, &'r str)> {
    let of = |wanted: Covers| {
        let rules = rules.iter().filter(move |(_, covers)| *covers == wanted);
        rules.filter_map(|(rule, _)| Some((rule.default?, rule.depth, rule.pattern.as_str())))
    };
    let nearest = of(Covers::Surely).map(|(_, depth, _)| depth).max();
    of(Covers::AsMeant)
        .filter(|(_, depth, _)| nearest.is_none_or(|nearest| *depth > nearest))
        .map(|(level, _, pattern)| (level, pattern))
        .max_by_key(|(level, _)| *level)
}

impl FolderRule {
    /// What nothing that the rule covers ends below.
    fn least(&self) -> Label {
        Label::new(
            self.floor.unwrap_or(Level::LOWEST),
            self.audience.iter().cloned(),
        )
    }
}

pub(crate) fn own_audience(said: &Said) -> Result<Vec<Clause>, String> {
    said.audience
        .iter()
        .map(|names| {
            let groups: Result<Vec<Group>, _> = names.iter().map(|name| Group::new(name)).collect();
            groups
                .map(Clause::any_of)
                .map_err(|error| error.to_string())
        })
        .collect()
}

/// A day such as `2027-03-01`; a time behind it is ignored. A day that no calendar has is none.
fn day(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = || -> Option<&str> {
        let (day, time) = text.split_at_checked(10)?;
        if !(time.is_empty() || time.starts_with(['T', 't', ' '])) {
            return None;
        }
        let digits = day.char_indices().all(|(place, c)| match place {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        });
        let number = |part: std::ops::Range<usize>| day.get(part)?.parse::<u32>().ok();
        let (year, month, date) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (digits && (1..=last).contains(&date)).then_some(day)
    };
    fits()
        .map(str::to_owned)
        .ok_or_else(|| format!("`protection-until: {text}` is not a day such as `2027-03-01`"))
}

#[cfg(test)]
mod tests;
