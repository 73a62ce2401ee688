//! Levels: an ordered scale, from what everybody may read to what few may read.

use std::collections::BTreeMap;

/// One step of a [`Scale`].
///
/// There is no `Default`: a caller has to say which level it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

impl Level {
    /// What everybody may read. The first level of every scale.
    pub const LOWEST: Self = Self(0);
    /// The last level of every scale, however many levels that scale has.
    ///
    /// INVARIANT: no level is higher, so what is closed stays closed when the scale changes.
    pub const TOP: Self = Self(u8::MAX);
}

/// The levels of one knowledge base, lowest first, with other names under which they may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    names: Vec<String>,
    aliases: BTreeMap<String, Level>,
}

/// A name that is not a level of the scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a level; the levels are {known}")]
pub struct UnknownLevel {
    /// What was written.
    pub name: String,
    /// The names that would have been understood, lowest first.
    pub known: String,
}

/// A list of names that cannot be a scale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidScale {
    /// Fewer than two or more than eight levels.
    #[error("a scale has 2 to 8 levels, not {0}")]
    Length(usize),
    /// A level name is empty, is used twice, or has a character other than letters, digits, `-` and `_`.
    #[error(
        "`{0}` cannot be the name of a level: names are letters, digits, `-` and `_`, and each is used once"
    )]
    Name(String),
}

impl Default for Scale {
    /// `public < internal < confidential < restricted`.
    fn default() -> Self {
        Self {
            names: ["public", "internal", "confidential", "restricted"]
                .map(str::to_owned)
                .to_vec(),
            aliases: BTreeMap::new(),
        }
    }
}

impl Scale {
    /// A scale of two to eight levels, lowest first.
    ///
    /// # Errors
    /// [`InvalidScale`] when there are too few or too many names, or one of them is not a name or is used twice.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Result<Self, InvalidScale> {
        let mut scale = Self {
            names: Vec::new(),
            aliases: BTreeMap::new(),
        };
        for name in names {
            let name = name.into();
            if !is_name(&name) || scale.parse_level(&name).is_ok() {
                return Err(InvalidScale::Name(name));
            }
            scale.names.push(name);
        }
        if !(2..=8).contains(&scale.names.len()) {
            return Err(InvalidScale::Length(scale.names.len()));
        }
        Ok(scale)
    }

    /// The same scale, with `alias` as another way to write `level`.
    ///
    /// # Errors
    /// [`InvalidScale::Name`] when `alias` is not a name or is already taken, [`UnknownLevel`] as its text when `level` is not on the scale.
    pub fn with_alias(mut self, alias: &str, level: &str) -> Result<Self, InvalidScale> {
        let level = self
            .parse_level(level)
            .map_err(|error| InvalidScale::Name(error.name))?;
        if !is_name(alias) || self.parse_level(alias).is_ok() {
            return Err(InvalidScale::Name(alias.to_owned()));
        }
        self.aliases.insert(alias.to_lowercase(), level);
        Ok(self)
    }

    /// The level that `text` names, without regard to case and surrounding space.
    ///
    /// # Errors
    /// [`UnknownLevel`], which lists the names there are.
    pub fn parse_level(&self, text: &str) -> Result<Level, UnknownLevel> {
        let wanted = text.trim().to_lowercase();
        let place = self
            .names
            .iter()
            .position(|name| name.to_lowercase() == wanted);
        place
            .map(|place| self.at(place))
            .or_else(|| self.aliases.get(&wanted).copied())
            .ok_or_else(|| UnknownLevel {
                name: text.trim().to_owned(),
                known: self.names.join(", "),
            })
    }

    /// The names of all levels above the lowest, and the other names under which these may be written.
    pub fn above_lowest(&self) -> impl Iterator<Item = &str> {
        let names = self.names.iter().skip(1).map(String::as_str);
        let aliases = self.aliases.iter();
        let aliases = aliases.filter(|(_, level)| **level > Level::LOWEST);
        names.chain(aliases.map(|(alias, _)| alias.as_str()))
    }

    /// The name of a level. A level that this scale does not have is named like the next higher one.
    #[must_use]
    pub fn name(&self, level: Level) -> &str {
        let last = self.names.len().saturating_sub(1);
        let place = usize::from(level.0).min(last);
        self.names.get(place).map_or("", String::as_str)
    }

    /// Every level with its name, lowest first.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = (Level, &str)> {
        self.names
            .iter()
            .enumerate()
            .map(|(place, name)| (self.at(place), name.as_str()))
    }

    fn at(&self, place: usize) -> Level {
        if place + 1 >= self.names.len().max(2) {
            Level::TOP
        } else {
            u8::try_from(place).map_or(Level::TOP, Level)
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_levels_agree() {
        let scale = Scale::default();
        for (level, name) in scale.levels() {
            assert_eq!(scale.parse_level(name), Ok(level));
            assert_eq!(scale.name(level), name);
        }
        assert_eq!(
            scale.parse_level(" Internal "),
            scale.parse_level("internal")
        );
        assert_eq!(scale.parse_level("public"), Ok(Level::LOWEST));
        assert_eq!(scale.parse_level("restricted"), Ok(Level::TOP));
    }

    #[test]
    fn levels_are_in_the_order_written() {
        let scale = Scale::new(["open", "team", "board"]).unwrap();
        let levels: Vec<Level> = scale.levels().map(|(level, _)| level).collect();
        assert!(levels.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn an_unknown_level_says_which_there_are() {
        assert_eq!(
            Scale::default()
                .parse_level("secrte")
                .unwrap_err()
                .to_string(),
            "`secrte` is not a level; the levels are public, internal, confidential, restricted"
        );
    }

    #[test]
    fn a_scale_has_two_to_eight_different_names() {
        assert_eq!(Scale::new(["only"]), Err(InvalidScale::Length(1)));
        assert!(Scale::new((0..9).map(|n| format!("l{n}"))).is_err());
        assert!(Scale::new(["a", "A"]).is_err());
        assert!(Scale::new(["a{b", "c"]).is_err());
    }

    #[test]
    fn an_alias_names_a_level_and_never_replaces_one() {
        let scale = Scale::default()
            .with_alias("amber", "confidential")
            .unwrap();
        assert_eq!(
            scale.parse_level("Amber"),
            scale.parse_level("confidential")
        );
        assert!(scale.clone().with_alias("public", "restricted").is_err());
        assert!(scale.with_alias("red", "secret").is_err());
    }

    #[test]
    fn a_level_of_a_longer_scale_is_never_named_lower() {
        let long = Scale::new(["a", "b", "c", "d", "e"]).unwrap();
        let short = Scale::new(["a", "z"]).unwrap();
        assert_eq!(short.name(long.parse_level("d").unwrap()), "z");
    }
}
