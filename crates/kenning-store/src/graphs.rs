//! The graphs of a snapshot: names, labels, versions, and which internal numbers are alive.
//!
//! Every version of a graph that is put whole has its own internal number. Rows carry that number, and a row counts when
//! the *class* of its number is one that the reader sees. The numbers of replaced and dropped graphs have the class
//! [`DEAD`], which nobody sees: so access, deletion and the isolation of snapshots are one test.

use crate::run::GraphNumber;
use crate::shared::{Paged, Sharded};
use crate::{CommitError, Version};
use kenning_access::Label;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A number for a label. Graphs with equal labels have equal classes.
pub(crate) type Class = u16;

/// The class of numbers whose graphs are gone.
///
/// INVARIANT: no view sees it, whatever its clearance (guard: `tests/model.rs`).
pub(crate) const DEAD: Class = 0;

/// Set beside the class of a graph of which single rows have been removed.
pub(crate) const HOLES: Class = 1 << 15;

/// The triples that were removed from a graph since its rows were written.
pub(crate) type Holes = FxHashSet<[u32; 3]>;

/// Everything a snapshot knows about graphs. Copies share what they have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graphs {
    /// The class of each internal number, and whether rows were removed.
    pub(crate) class_of: Arc<Vec<Class>>,
    /// The first is [`DEAD`].
    pub(crate) classes: Arc<Vec<LabelClass>>,
    slots: Paged<Slot>,
    by_name: Sharded,
    pub(crate) holes: Arc<FxHashMap<GraphNumber, Arc<Holes>>>,
    /// Internal numbers that no row carries any more.
    free: Arc<Vec<GraphNumber>>,
}

/// The graphs that have one label.
#[derive(Debug, Clone)]
pub(crate) struct LabelClass {
    pub(crate) label: Label,
    /// How many graphs have it.
    pub(crate) graphs: u64,
    /// How many triples they hold, each graph counted by itself.
    pub(crate) triples: u64,
    /// The sum of the marks of these graphs.
    pub(crate) sum: u128,
}

/// What is kept of one internal number.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slot {
    /// The id of the graph's name.
    pub(crate) name: u32,
    pub(crate) triples: u64,
    /// The sum of the marks of its triples.
    pub(crate) version: u128,
    /// The mark of the name.
    name_mark: u128,
}

impl Slot {
    /// A mark of name and content together.
    fn mark(&self) -> u128 {
        mix(self.name_mark, self.version ^ u128::from(self.triples))
    }
}

/// A number that depends on both, in this order.
pub(crate) fn mix(a: u128, b: u128) -> u128 {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let x = (a ^ (a >> 61)).wrapping_mul(ODD).rotate_left(47) ^ b;
    let x = (x ^ (x >> 67)).wrapping_mul(ODD | 0xa5a5_0000_0000_0000);
    x ^ (x >> 59)
}

/// A graph out of a copy of the index, with the label that it has now.
pub(crate) struct CachedSlot<'a> {
    pub(crate) number: GraphNumber,
    /// The id of its name.
    pub(crate) name: u32,
    /// The mark of its name.
    pub(crate) name_mark: u128,
    pub(crate) triples: u64,
    pub(crate) version: u128,
    pub(crate) label: &'a Label,
}

impl Graphs {
    /// No graphs, and room for those that the rows of a copy of the index carry the numbers of.
    pub(crate) fn of_numbers(numbers: u32) -> Self {
        Self {
            class_of: Arc::new(vec![DEAD; numbers as usize]),
            ..Self::default()
        }
    }

    /// Makes a graph out of a copy of the index be there again, under its number.
    pub(crate) fn put_back(&mut self, graph: CachedSlot<'_>) -> Result<(), CommitError> {
        let class = self.class_for(graph.label)?;
        let number = graph.number;
        match Arc::make_mut(&mut self.class_of).get_mut(number as usize) {
            Some(slot) if *slot == DEAD && self.by_name.get(graph.name).is_none() => *slot = class,
            _ => {
                return Err(CommitError::Full {
                    what: "numbers of graphs",
                });
            }
        }
        if let Some(slot) = self.slots.at_mut(number) {
            *slot = Slot {
                name: graph.name,
                triples: graph.triples,
                version: graph.version,
                name_mark: graph.name_mark,
            };
        }
        self.by_name.insert(graph.name, number);
        self.count(number, 1);
        Ok(())
    }

    /// Gives the names of graphs new ids.
    pub(crate) fn rename(&mut self, names: Vec<(u32, GraphNumber)>) {
        self.by_name = Sharded::default();
        for (name, number) in names {
            if let Some(slot) = self.slots.at_mut(number) {
                slot.name = name;
            }
            self.by_name.insert(name, number);
        }
    }

    /// How many graphs there are, seen or not.
    pub(crate) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The number of the graph of this name.
    #[inline]
    pub(crate) fn number(&self, name: u32) -> Option<GraphNumber> {
        self.by_name.get(name)
    }

    /// Names and numbers of all graphs.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, GraphNumber)> + '_ {
        self.by_name.iter()
    }

    pub(crate) fn slot(&self, graph: GraphNumber) -> Option<&Slot> {
        self.slots.get(graph)
    }

    /// The class of a number, without regard to removed rows.
    #[inline]
    pub(crate) fn class(&self, graph: GraphNumber) -> Class {
        self.class_of
            .get(graph as usize)
            .map_or(DEAD, |class| class & !HOLES)
    }

    pub(crate) fn label(&self, graph: GraphNumber) -> Option<&Label> {
        let class = self.class(graph);
        if class == DEAD {
            return None;
        }
        self.classes
            .get(usize::from(class))
            .map(|class| &class.label)
    }

    /// Whether a row of a run still counts, for whoever sees its graph.
    #[inline]
    pub(crate) fn is_alive(&self, graph: GraphNumber, triple: [u32; 3]) -> bool {
        match self.class_of.get(graph as usize) {
            None | Some(&DEAD) => false,
            Some(class) if class & HOLES == 0 => true,
            Some(_) => !self.is_hole(graph, triple),
        }
    }

    /// Whether this triple was removed from this graph after its row was written.
    pub(crate) fn is_hole(&self, graph: GraphNumber, triple: [u32; 3]) -> bool {
        self.holes
            .get(&graph)
            .is_some_and(|holes| holes.contains(&triple))
    }

    /// Makes a graph that does not exist yet and gives its number. `name_mark` is the mark of its name.
    pub(crate) fn add(
        &mut self,
        name: u32,
        name_mark: u128,
        label: &Label,
    ) -> Result<GraphNumber, CommitError> {
        let class = self.class_for(label)?;
        let number = match Arc::make_mut(&mut self.free).pop() {
            Some(number) => number,
            None => {
                let number = self.class_of.len();
                if number >= crate::run::LIST as usize {
                    return Err(CommitError::Full {
                        what: "versions of graphs",
                    });
                }
                Arc::make_mut(&mut self.class_of).push(DEAD);
                number as GraphNumber
            }
        };
        if let Some(slot) = self.slots.at_mut(number) {
            *slot = Slot {
                name,
                triples: 0,
                version: 0,
                name_mark,
            };
        }
        if let Some(old) = Arc::make_mut(&mut self.class_of).get_mut(number as usize) {
            *old = class;
        }
        self.by_name.insert(name, number);
        self.count(number, 1);
        Ok(number)
    }

    /// Removes a graph. Its rows stay in the runs until they are merged, and nobody sees them.
    pub(crate) fn kill(&mut self, number: GraphNumber) {
        self.count(number, -1);
        if let Some(slot) = self.slots.get(number) {
            self.by_name.remove(slot.name);
        }
        if let Some(class) = Arc::make_mut(&mut self.class_of).get_mut(number as usize) {
            *class = DEAD;
        }
        if self.holes.contains_key(&number) {
            Arc::make_mut(&mut self.holes).remove(&number);
        }
    }

    /// Gives a graph another label.
    pub(crate) fn relabel(
        &mut self,
        number: GraphNumber,
        label: &Label,
    ) -> Result<(), CommitError> {
        let class = self.class_for(label)?;
        self.count(number, -1);
        if let Some(old) = Arc::make_mut(&mut self.class_of).get_mut(number as usize) {
            *old = class | (*old & HOLES);
        }
        self.count(number, 1);
        Ok(())
    }

    /// Notes that `added` and `removed` triples, with these sums of marks, came to and went from a graph.
    pub(crate) fn change(&mut self, number: GraphNumber, added: (u64, u128), removed: (u64, u128)) {
        self.count(number, -1);
        if let Some(slot) = self.slots.at_mut(number) {
            slot.triples = (slot.triples + added.0).saturating_sub(removed.0);
            slot.version = slot.version.wrapping_add(added.1).wrapping_sub(removed.1);
        }
        self.count(number, 1);
    }

    /// Replaces the removed rows of a graph.
    pub(crate) fn set_holes(&mut self, number: GraphNumber, holes: Holes) {
        let Some(class) = self.class_of.get(number as usize).copied() else {
            return;
        };
        if class == DEAD {
            return;
        }
        let class = match holes.is_empty() {
            true => class & !HOLES,
            false => class | HOLES,
        };
        if let Some(old) = Arc::make_mut(&mut self.class_of).get_mut(number as usize) {
            *old = class;
        }
        let all = Arc::make_mut(&mut self.holes);
        match holes.is_empty() {
            true => all.remove(&number),
            false => all.insert(number, Arc::new(holes)),
        };
    }

    /// Lets the numbers for which `carried` is false be used again, if their graphs are gone.
    pub(crate) fn reclaim(&mut self, carried: impl Fn(GraphNumber) -> bool) {
        let numbers = 0..self.class_of.len() as GraphNumber;
        let free = numbers.filter(|number| {
            let class = self.class_of.get(*number as usize);
            class == Some(&DEAD) && !carried(*number)
        });
        self.free = Arc::new(free.collect());
    }

    fn count(&mut self, number: GraphNumber, by: i64) {
        let class = self.class(number);
        let Some(slot) = self.slots.get(number).copied() else {
            return;
        };
        if class == DEAD {
            return;
        }
        if let Some(class) = Arc::make_mut(&mut self.classes).get_mut(usize::from(class)) {
            class.graphs = class.graphs.wrapping_add_signed(by);
            if by > 0 {
                class.triples = class.triples.wrapping_add(slot.triples);
                class.sum = class.sum.wrapping_add(slot.mark());
            } else {
                class.triples = class.triples.wrapping_sub(slot.triples);
                class.sum = class.sum.wrapping_sub(slot.mark());
            }
        }
    }

    fn class_for(&mut self, label: &Label) -> Result<Class, CommitError> {
        let known = self.classes.iter().skip(1);
        if let Some(place) = known
            .map(|class| &class.label)
            .position(|known| known == label)
        {
            return Ok(place as Class + 1);
        }
        let new = LabelClass {
            label: label.clone(),
            graphs: 0,
            triples: 0,
            sum: 0,
        };
        let classes = Arc::make_mut(&mut self.classes);
        if classes.is_empty() {
            classes.push(LabelClass {
                label: Label::closed(),
                ..new.clone()
            });
        }
        let unused = |class: &LabelClass| class.graphs == 0;
        if classes.len() < usize::from(HOLES) {
            classes.push(new);
            return Ok(classes.len() as Class - 1);
        }
        match classes.iter().skip(1).position(unused) {
            Some(place) => {
                if let Some(class) = classes.get_mut(place + 1) {
                    *class = new;
                }
                Ok(place as Class + 1)
            }
            None => Err(CommitError::Full {
                what: "different labels",
            }),
        }
    }

    /// What the visible graphs hold, as a text that depends on nothing else.
    pub(crate) fn fingerprint(&self, visible: impl Fn(Class) -> bool) -> [u8; 32] {
        let mut seen: Vec<&LabelClass> = self
            .classes
            .iter()
            .enumerate()
            .filter(|(class, known)| known.graphs > 0 && visible(*class as Class))
            .map(|(_, known)| known)
            .collect();
        seen.sort_by(|a, b| a.label.cmp(&b.label));
        let mut hasher = blake3::Hasher::new();
        for class in seen {
            hasher.update(format!("{:?}", class.label).as_bytes());
            hasher.update(&class.graphs.to_le_bytes());
            hasher.update(&class.sum.to_le_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    pub(crate) fn version(&self, graph: GraphNumber) -> Option<Version> {
        self.slot(graph).map(|slot| Version(slot.version))
    }
}
