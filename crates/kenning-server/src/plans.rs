//! Queries that have been parsed, kept for those who ask them again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kenning_sparql::Prepared;

/// The longest text that is kept, in bytes.
const LONGEST: usize = 4 * 1024;
/// How many texts one generation holds; there are two.
const MANY: usize = 256;

/// Parsed queries by who asked and what.
///
/// A parsed text holds nothing of the data. It is still kept for each asker apart, so that nobody learns from the time of an
/// answer what others have asked. What was not asked again while [`MANY`] other texts were is dropped.
#[derive(Debug, Default)]
pub(crate) struct Plans(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: Texts,
    old: Texts,
}

type Texts = HashMap<Key, Arc<Prepared>>;
type Key = (Arc<str>, Box<str>);

impl Plans {
    /// The query `text` of `asker`, parsed now if it is not kept.
    ///
    /// # Errors
    /// What `parse` fails with; then nothing is kept.
    pub(crate) fn get<E>(
        &self,
        asker: &Arc<str>,
        text: &str,
        parse: impl FnOnce() -> Result<Prepared, E>,
    ) -> Result<Arc<Prepared>, E> {
        if text.len() > LONGEST {
            return parse().map(Arc::new);
        }
        let key: Key = (Arc::clone(asker), text.into());
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut kept = lock();
            if let Some(known) = kept.young.get(&key) {
                return Ok(Arc::clone(known));
            }
            if let Some(known) = kept.old.remove(&key) {
                kept.keep(key, Arc::clone(&known));
                return Ok(known);
            }
        }
        let made = Arc::new(parse()?);
        lock().keep(key, Arc::clone(&made));
        Ok(made)
    }
}

impl Generations {
    fn keep(&mut self, key: Key, made: Arc<Prepared>) {
        if self.young.len() >= MANY {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, made);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kenning_sparql::{ParseOptions, QueryError};
    use std::cell::Cell;

    #[test]
    fn a_text_is_parsed_once_for_each_asker_and_forgotten_when_many_follow() {
        let plans = Plans::default();
        let parsed = Cell::new(0);
        let ask = |asker: &str, text: &str| {
            let made = plans.get(&asker.into(), text, || {
                parsed.set(parsed.get() + 1);
                Prepared::parse(text, &ParseOptions::default())
            });
            made.map(|_| parsed.get())
        };
        assert_eq!(ask("a", "ASK {}").unwrap(), 1);
        assert_eq!(ask("a", "ASK {}").unwrap(), 1);
        assert_eq!(ask("b", "ASK {}").unwrap(), 2);
        for number in 0..MANY {
            ask("b", &format!("ASK {{ ?s ?p {number} }}")).unwrap();
        }
        assert_eq!(ask("a", "ASK {}").unwrap(), 2 + MANY);
        for number in 0..2 * MANY {
            ask("b", &format!("ASK {{ ?s ?p {number} }}")).unwrap();
        }
        let before = parsed.get();
        assert_eq!(ask("a", "ASK {}").unwrap(), before + 1);
        assert!(matches!(ask("a", "ASK {"), Err(QueryError::Text(_))));
    }
}
