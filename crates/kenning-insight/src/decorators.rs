//! The decorators of a question file: the lines that begin with `#+`, which together are YAML.
//!
//! They are those of grlc, so a file works in both. YAML aliases are refused: a decorator has no use for them, and nested
//! ones grow without bound.

use saphyr_parser::{Event, Parser, Span};

/// A value of YAML, as far as decorators need it: no types, since a decorator knows what it expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Yaml {
    Text(String),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
}

/// Why decorators cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: the decorators are not YAML: {why}")]
pub struct InvalidYaml {
    /// Line of the file, counted from one.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

/// Deepest nesting of decorators.
const DEPTH: usize = 16;

impl Yaml {
    /// Reads the decorators of a file; an empty map when it has none.
    pub(crate) fn decorators(file: &str) -> Result<Self, InvalidYaml> {
        let mut text = String::new();
        let mut lines = Vec::new();
        for (number, line) in file.lines().enumerate() {
            if let Some(decorator) = line.strip_prefix("#+") {
                text.push_str(decorator.strip_prefix(' ').unwrap_or(decorator));
                text.push('\n');
                lines.push(number + 1);
            }
        }
        if text.trim().is_empty() {
            return Ok(Self::Map(Vec::new()));
        }
        let line_of = |line: usize| {
            lines
                .get(line.saturating_sub(1))
                .or(lines.last())
                .copied()
                .unwrap_or(1)
        };
        read(&text).map_err(|(line, why)| InvalidYaml {
            line: line_of(line),
            why,
        })
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a list, or the value itself as a list of one.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// The pairs of a map, or those of all maps of a list: grlc writes `defaults` as a list of maps with one pair each.
    pub(crate) fn pairs(&self) -> Vec<(&str, &Self)> {
        match self {
            Self::Map(entries) => entries
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .collect(),
            Self::List(items) => items.iter().flat_map(Self::pairs).collect(),
            Self::Text(_) => Vec::new(),
        }
    }
}

/// A list or a map that is not finished.
enum Open {
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>, Option<String>),
}

fn read(text: &str) -> Result<Yaml, (usize, String)> {
    let mut open: Vec<Open> = Vec::new();
    let mut whole = None;
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| (error.marker().line(), error.info().to_owned()))?;
        let done = match event {
            Event::Scalar(text, ..) => Some(Yaml::Text(text.into_owned())),
            Event::SequenceStart(..) => {
                push(&mut open, Open::List(Vec::new()), &span)?;
                None
            }
            Event::MappingStart(..) => {
                push(&mut open, Open::Map(Vec::new(), None), &span)?;
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|finished| match finished {
                Open::List(items) => Yaml::List(items),
                Open::Map(entries, _) => Yaml::Map(entries),
            }),
            Event::Alias(_) => return Err((span.start.line(), "aliases are not read".to_owned())),
            _ => None,
        };
        let Some(done) = done else { continue };
        match open.last_mut() {
            None => whole = Some(done),
            Some(Open::List(items)) => items.push(done),
            Some(Open::Map(entries, key)) => match (key.take(), done) {
                (Some(key), value) => entries.push((key, value)),
                (None, Yaml::Text(text)) => *key = Some(text),
                (None, _) => return Err((span.start.line(), "a key has to be a text".to_owned())),
            },
        }
    }
    Ok(whole.unwrap_or(Yaml::Map(Vec::new())))
}

fn push(open: &mut Vec<Open>, new: Open, span: &Span) -> Result<(), (usize, String)> {
    if open.len() >= DEPTH {
        return Err((
            span.start.line(),
            format!("they are nested more than {DEPTH} deep"),
        ));
    }
    open.push(new);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Yaml {
        Yaml::Text(text.to_owned())
    }

    #[test]
    fn lists_maps_and_folded_texts() {
        let file = "#+ summary: Two words\n#+    and two more\n#+ tags: [a, b]\n#+ defaults:\n#+   - x: 1\n#+   - y: two\nSELECT * {}\n";
        let yaml = Yaml::decorators(file).unwrap();
        assert_eq!(yaml.get("summary"), Some(&text("Two words and two more")));
        assert_eq!(yaml.get("tags").unwrap().items(), [text("a"), text("b")]);
        assert_eq!(
            yaml.get("defaults").unwrap().pairs(),
            [("x", &text("1")), ("y", &text("two"))]
        );
    }

    #[test]
    fn json_is_yaml() {
        let file =
            "#+ {\n#+  \"summary\": \"As JSON\",\n#+  \"pagination\": 100\n#+ }\nSELECT * {}";
        let yaml = Yaml::decorators(file).unwrap();
        assert_eq!(yaml.get("summary"), Some(&text("As JSON")));
        assert_eq!(yaml.get("pagination"), Some(&text("100")));
    }

    #[test]
    fn what_is_not_yaml_has_its_line() {
        let error = Yaml::decorators("SELECT\n#+ summary: x\n#+ tags: [a\n").unwrap_err();
        assert!(error.line >= 3, "{error}");
        assert!(Yaml::decorators("#+ a: &x [1]\n#+ b: *x\n").is_err());
        assert!(Yaml::decorators(&format!("#+ a: {}\n", "[".repeat(40))).is_err());
    }
}
