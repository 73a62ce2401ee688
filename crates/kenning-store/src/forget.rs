//! Forgetting terms: a dictionary that is full of words nobody says any more is made anew.
//!
//! Ids are given once and a dictionary only grows, so a note that is replaced a million times would leave the words of
//! each of its versions behind. When most of the terms are unused, the merge thread gives those that are used new ids and
//! writes the runs again with them. Snapshots that are being read keep the old dictionary.

use crate::dictionary::{Dictionary, Growing, Key};
use crate::graphs::{DEAD, Holes};
use crate::knowledge_base::Inner;
use crate::merge::Begun;
use crate::run::{GraphNumber, Run, build, pack, unpack};
use crate::snapshot::{Snapshot, alive};
use std::sync::Arc;

/// So many unused terms are nothing to speak of.
const FEW: u32 = if cfg!(test) { 100 } else { 50_000 };
/// The new id of a term that is not used.
const NONE: u32 = u32::MAX;

/// The number of terms at which to look again, if `used` terms were in use at the last look.
pub(crate) fn next_look(used: u32) -> u32 {
    used.saturating_mul(2).saturating_add(FEW)
}

/// Which terms of a snapshot are used: in rows of graphs that are not dead, by graphs, or in triple terms that are.
pub(crate) fn used(snapshot: &Snapshot) -> Vec<bool> {
    let mut used = vec![false; snapshot.dictionary.len() as usize];
    let mut mark = |id: u32| {
        if let Some(used) = used.get_mut(id as usize) {
            *used = true;
        }
    };
    for run in &snapshot.runs {
        let is_alive = |graph: GraphNumber| snapshot.graphs.class(graph) != DEAD;
        if run.graphs.each().all(|(graph, _)| is_alive(graph)) {
            for order in [&run.spo, &run.pso, &run.ops] {
                order.keys.each().for_each(|(id, _)| mark(id));
            }
            continue;
        }
        for (graph, _) in run.graphs.each().filter(|(graph, _)| is_alive(*graph)) {
            let triples = run.rows_of(graph).iter().filter_map(|row| run.triple(*row));
            triples.flatten().for_each(&mut mark);
        }
    }
    snapshot.graphs.all().for_each(|(name, _)| mark(name));
    let holes = snapshot.graphs.holes.values();
    holes.for_each(|holes| holes.iter().flatten().for_each(|id| mark(*id)));
    // The terms of a triple term have smaller ids than it.
    for id in (0..snapshot.dictionary.len()).rev() {
        if used.get(id as usize) == Some(&true)
            && let Some(ids) = snapshot.dictionary.triple_term(id)
        {
            for id in ids {
                if let Some(used) = used.get_mut(id as usize) {
                    *used = true;
                }
            }
        }
    }
    used
}

/// How many are used.
pub(crate) fn count(used: &[bool]) -> u32 {
    used.iter().filter(|used| **used).count() as u32
}

/// From old ids to new ones, which are given as they are asked for.
struct Renamed {
    terms: Growing,
    map: Vec<u32>,
}

impl Renamed {
    fn of(dictionary: &Dictionary) -> Self {
        let empty = Dictionary {
            segments: Vec::new(),
            hasher: dictionary.hasher.clone(),
        };
        Self {
            terms: Growing::new(&empty),
            map: vec![NONE; dictionary.len() as usize],
        }
    }

    /// Gives a term its new id.
    fn add(&mut self, dictionary: &Dictionary, id: u32) -> Option<u32> {
        let segment = dictionary.segment(id)?;
        let mut scratch = String::new();
        let new = match segment.key(segment.entry(id)?, &mut scratch) {
            Key::Triple(ids) => {
                let [s, p, o] = ids.map(|id| self.id(dictionary, id));
                self.terms.intern_key(&Key::Triple([s?, p?, o?]))?
            }
            key => self.terms.intern_key(&key)?,
        };
        if self.map.len() <= id as usize {
            self.map.resize(id as usize + 1, NONE);
        }
        *self.map.get_mut(id as usize)? = new;
        Some(new)
    }

    /// The new id of a term, also of one that came, or came back, since the new ids were given.
    fn id(&mut self, dictionary: &Dictionary, id: u32) -> Option<u32> {
        match self.map.get(id as usize).copied() {
            Some(new) if new != NONE => Some(new),
            _ => self.add(dictionary, id),
        }
    }

    fn triple(&mut self, dictionary: &Dictionary, triple: [u32; 3]) -> Option<[u32; 3]> {
        let [s, p, o] = triple.map(|id| self.id(dictionary, id));
        Some([s?, p?, o?])
    }

    fn quads(&mut self, dictionary: &Dictionary, quads: &[u128]) -> Option<Vec<u128>> {
        let mut new = Vec::with_capacity(quads.len());
        for quad in quads {
            let (triple, graph) = unpack(*quad);
            new.push(pack(self.triple(dictionary, triple)?, graph));
        }
        Some(new)
    }
}

/// Makes the dictionary anew if most of it is unused, on the thread that merges. `meanwhile` is called before the result
/// is published. Returns how many terms are used.
pub(crate) fn forget(inner: &Inner, meanwhile: impl FnOnce()) -> u32 {
    let looked = inner.snapshot();
    let in_use = used(&looked);
    let many = count(&in_use);
    if looked.dictionary.len() < next_look(many) {
        return many;
    }
    drop(looked);
    let Some(begun) = Begun::new(inner, |snapshot| Some(snapshot.runs.clone())) else {
        return many;
    };
    let snapshot = Arc::clone(&begun.snapshot);
    let (kept, left_out) = alive(&begun.runs, &snapshot.graphs);
    let mut renamed = Renamed::of(&snapshot.dictionary);
    let Some(quads) = renamed.quads(&snapshot.dictionary, &kept) else {
        // More terms or text than ids can count: then the old ones stay.
        begun.end();
        return many;
    };
    let new = Arc::new(build(quads));
    let old = Arc::new(build(kept));
    drop(snapshot);
    meanwhile();
    inner.replace(|now| {
        let merged = now.with_merged(&begun.runs, Arc::clone(&old), &left_out);
        // Only what came since the merge began is renamed here, while writers wait.
        with_new_ids(&merged, renamed, (&old, &new)).unwrap_or(merged)
    });
    begun.end();
    many
}

/// A snapshot with new ids. `prepared` is one of its runs and the same run with new ids.
fn with_new_ids(
    snapshot: &Snapshot,
    mut renamed: Renamed,
    (old, new): (&Arc<Run>, &Arc<Run>),
) -> Option<Snapshot> {
    let dictionary = &snapshot.dictionary;
    let mut next = snapshot.clone();
    next.runs.clear();
    for run in &snapshot.runs {
        if Arc::ptr_eq(run, old) {
            next.runs.push(Arc::clone(new));
            continue;
        }
        let mut quads = Vec::with_capacity(run.quads());
        for (graph, _) in run.graphs.each() {
            let rows = run.rows_of(graph).iter();
            quads.extend(rows.filter_map(|row| Some(pack(run.triple(*row)?, graph))));
        }
        next.runs
            .push(Arc::new(build(renamed.quads(dictionary, &quads)?)));
    }
    let names: Vec<(u32, u32)> = snapshot.graphs.all().collect();
    let mut new_names = Vec::with_capacity(names.len());
    for (name, number) in names {
        new_names.push((renamed.id(dictionary, name)?, number));
    }
    next.graphs.rename(new_names);
    for (graph, holes) in snapshot.graphs.holes.iter() {
        let mut new = Holes::default();
        for triple in holes.iter() {
            new.insert(renamed.triple(dictionary, *triple)?);
        }
        next.graphs.set_holes(*graph, new);
    }
    next.dictionary = renamed.terms.finish();
    next.number = snapshot.number + 1;
    Some(next)
}

#[cfg(test)]
mod tests {
    use crate::{Batch, GraphPattern, KnowledgeBase, Options, Pattern, View};
    use kenning_access::{Clearance, Label};
    use oxrdf::{Literal, NamedNode, Term, Triple};
    use std::collections::BTreeSet;

    fn node(text: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://example.org/{text}"))
    }

    fn triple(text: &str) -> Triple {
        let quoted = Triple::new(node("s"), node(text), Literal::from("quoted"));
        let object: Term = match text.len() % 3 {
            0 => Term::Triple(Box::new(quoted)),
            1 => Literal::from(text).into(),
            _ => node(text).into(),
        };
        Triple::new(node(&format!("of/{text}")), node("says"), object)
    }

    fn put(kb: &KnowledgeBase, graph: &str, texts: impl Iterator<Item = String>) {
        let mut batch = Batch::new();
        let triples: Vec<_> = texts.map(|text| triple(&text)).collect();
        batch.put_graph(node(graph), Label::public(), triples);
        kb.commit(batch).unwrap();
    }

    fn view(kb: &KnowledgeBase) -> View {
        kb.view(&Clearance::everything("a test looks at all of it"))
    }

    fn quads(view: &View) -> BTreeSet<String> {
        let text = |id| view.term(id).to_string();
        view.quads(Pattern::all(GraphPattern::Each))
            .map(|quad| {
                let quad = quad.unwrap();
                let all = [quad.subject, quad.predicate, quad.object, quad.graph];
                all.map(text).join(" ")
            })
            .collect()
    }

    #[test]
    fn a_note_that_is_replaced_for_ever_does_not_fill_the_dictionary() {
        let kb = KnowledgeBase::in_memory(Options::default());
        put(&kb, "other", (0..50).map(|k| format!("other {k}")));
        let mut most = 0;
        for round in 0..300 {
            put(
                &kb,
                "note",
                (0..20).map(|k| format!("round {round} text {k}")),
            );
            most = most.max(kb.usage().terms);
            if round % 10 == 0 {
                // The thread that forgets may be behind.
                crate::merge::forget_if_due(kb.inner());
            }
        }
        assert!(most < 2000, "{most} terms, of about 200 that are used");
        assert_eq!(quads(&view(&kb)).len(), 70);
    }

    #[test]
    fn what_is_written_meanwhile_is_there_and_older_views_see_what_they_saw() {
        let kb = KnowledgeBase::in_memory(Options::default());
        let twin = KnowledgeBase::in_memory(Options::default());
        for kb in [&kb, &twin] {
            put(kb, "first", (0..400).map(|k| format!("old {k}")));
            put(kb, "kept", (0..30).map(|k| format!("kept {k}")));
            let mut batch = Batch::new();
            batch.remove(node("kept"), triple("kept 3"));
            batch.remove(node("kept"), triple("kept 4"));
            kb.commit(batch).unwrap();
        }
        let before = view(&kb);
        let old = quads(&before);
        put(&kb, "first", (0..5).map(|k| format!("new {k}")));
        put(&twin, "first", (0..5).map(|k| format!("new {k}")));
        let meanwhile = |kb: &KnowledgeBase| {
            // Words that were forgotten come back, rows come and go, and graphs too.
            put(kb, "second", (0..9).map(|k| format!("old {k}")));
            put(kb, "gone", (0..3).map(|k| format!("kept {k}")));
            let mut batch = Batch::new();
            batch.insert(node("kept"), triple("kept 3"));
            batch.insert(node("kept"), triple("old 77"));
            batch.remove(node("kept"), triple("kept 5"));
            batch.remove(node("first"), triple("new 1"));
            batch.drop_graph(node("gone"));
            kb.commit(batch).unwrap();
        };
        meanwhile(&twin);
        let terms = kb.usage().terms;
        let used = super::forget(kb.inner(), || meanwhile(&kb));
        assert!(
            kb.usage().terms < terms / 2,
            "{} of {terms}",
            kb.usage().terms
        );
        assert!(u64::from(used) < terms / 2);
        assert_eq!(
            quads(&view(&kb)),
            quads(&twin.view(&Clearance::everything("a test")))
        );
        assert_eq!(view(&kb).fingerprint(), view(&twin).fingerprint());
        assert_eq!(quads(&before), old);
        for kb in [&kb, &twin] {
            put(kb, "later", (0..40).map(|k| format!("old {k}")));
            kb.merge();
        }
        assert_eq!(quads(&view(&kb)), quads(&view(&twin)));
    }
}
