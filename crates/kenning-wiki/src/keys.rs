//! Other front matter keys that may speak of protection, each only where the operator switched it on.

use std::collections::BTreeMap;

use kenning_access::{Level, Scale};

use crate::rules::InvalidRules;

/// How keys such as `private` and `tlp` are understood.
///
/// ```toml
/// [protection_keys]
/// private = "confidential"        # the level of `private: true`; `private: false` says nothing
/// publish = "public"              # the level of `publish: true`; `publish: false` says nothing
/// classification = true           # its value is read like that of `protection`
/// tlp = { clear = "public", green = "internal", amber = "confidential", red = "restricted" }
/// ```
///
/// `tlp = true` takes the four names above where the scale has them. Where a note has several of these keys, the highest level counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProtectionKeys {
    flags: BTreeMap<String, Level>,
    values: BTreeMap<String, BTreeMap<String, Level>>,
    plain: Vec<String>,
}

impl ProtectionKeys {
    pub(crate) fn compile(
        table: &BTreeMap<String, toml::Value>,
        scale: &Scale,
    ) -> Result<Self, InvalidRules> {
        let mut keys = Self::default();
        for (key, value) in table {
            let place = format!("protection_keys: `{key}`");
            // The reading of notes reports these and no others: any other would be switched on here and mean nothing.
            if !KEYS.contains(&key.as_str()) {
                return Err(InvalidRules::Toml(format!(
                    "{place} is none of the keys that can be switched on: {}",
                    KEYS.join(", ")
                )));
            }
            let level = |name: &str| {
                scale
                    .parse_level(name)
                    .map_err(|error| InvalidRules::Level {
                        place: place.clone(),
                        error,
                    })
            };
            match value {
                toml::Value::Boolean(false) => {}
                toml::Value::Boolean(true) if key == "tlp" => {
                    let mut values = BTreeMap::new();
                    for (colour, name) in TRAFFIC_LIGHTS {
                        values.insert((*colour).to_owned(), level(name)?);
                    }
                    keys.values.insert(key.clone(), values);
                }
                toml::Value::Boolean(true) => keys.plain.push(key.clone()),
                toml::Value::String(name) => {
                    keys.flags.insert(key.clone(), level(name)?);
                }
                toml::Value::Table(table) => {
                    let mut values = BTreeMap::new();
                    for (word, name) in table {
                        let name = name.as_str().unwrap_or_default();
                        values.insert(word.to_lowercase(), level(name)?);
                    }
                    keys.values.insert(key.clone(), values);
                }
                _ => {
                    return Err(InvalidRules::Toml(format!(
                        "{place}: write `true`, a level, or a table of words and levels"
                    )));
                }
            }
        }
        Ok(keys)
    }

    /// The level that `key: value` states: nothing when the key is not switched on or says nothing.
    ///
    /// # Errors
    /// A text for people when the key is switched on and its value is not understood: the note closes.
    pub(crate) fn level(
        &self,
        key: &str,
        value: &str,
        scale: &Scale,
    ) -> Result<Option<Level>, String> {
        let value = value.trim().to_lowercase();
        if let Some(level) = self.flags.get(key) {
            return match value.as_str() {
                "true" | "yes" | "on" | "1" => Ok(Some(*level)),
                "false" | "no" | "off" | "0" => Ok(None),
                _ => Err(format!("`{key}: {value}` is neither `true` nor `false`")),
            };
        }
        if let Some(values) = self.values.get(key) {
            let word = value.strip_prefix("tlp:").unwrap_or(&value).trim();
            return match values.get(word) {
                Some(level) => Ok(Some(*level)),
                None => Err(format!(
                    "`{key}: {value}` is not one of the words that the rules name"
                )),
            };
        }
        if self.plain.iter().any(|plain| plain == key) {
            return match scale.parse_level(&value) {
                Ok(level) => Ok(Some(level)),
                Err(error) => Err(format!("{key}: {error}")),
            };
        }
        Ok(None)
    }

    /// Whether `key: value` would say something if the operator had switched it on.
    pub(crate) fn passes_over(&self, key: &str, value: &str, scale: &Scale) -> bool {
        let is_on = self.flags.contains_key(key)
            || self.values.contains_key(key)
            || self.plain.iter().any(|plain| plain == key);
        let value = value.trim().to_lowercase();
        let says = match key {
            "private" => matches!(value.as_str(), "true" | "yes" | "on" | "1"),
            "classification" => scale.parse_level(&value).is_ok(),
            "tlp" => {
                let word = value.strip_prefix("tlp:").unwrap_or(&value).trim();
                TRAFFIC_LIGHTS.iter().any(|(colour, _)| *colour == word)
            }
            // It opens, so nobody is told less than was meant.
            _ => false,
        };
        says && !is_on
    }
}

/// The keys that can be switched on.
const KEYS: [&str; 4] = ["private", "publish", "classification", "tlp"];

/// The Traffic Light Protocol 2.0, for a scale with the default names.
const TRAFFIC_LIGHTS: &[(&str, &str)] = &[
    ("clear", "public"),
    ("white", "public"),
    ("green", "internal"),
    ("amber", "confidential"),
    ("amber+strict", "confidential"),
    ("red", "restricted"),
];
