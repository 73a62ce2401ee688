//! What is lost when people leave.

use std::collections::{BTreeMap, BTreeSet};

use kenning_store::{TermId, View};
use oxrdf::{Literal, Triple};

use crate::answer::{Answer, Cell, Standing};
use crate::ask::Context;
pub use crate::cover::{Cover, Group};
use crate::insight::{InsightError, counted, listed, person};
use crate::picture::{PersonId, Picture, UNNAMED};
use kenning_vocab::{km, rdf};

/// What is lost if all of `people` leave, in the eyes of whoever `view` was made for: every topic that they cover, with the
/// cover that remains, and the pieces of knowledge that only they hold. Without people: every topic by its cover, the thinnest
/// first, and the smallest group that was found whose leaving orphans half of them.
///
/// Cover are people who are said to know a topic (more than to be aware of it) or to hold a piece of it, who have not left
/// and are not hidden. A retention plan keeps a topic once it is past deciding and while it is in force.
///
/// # Errors
/// [`InsightError`] when a name means nobody or several people, or when it is stopped.
pub fn loss(view: &View, people: &[String], context: &Context) -> Result<Answer, InsightError> {
    let view = view.with_cancel(context.cancel.clone());
    let picture = Picture::read(&view, context)?;
    let mut group = BTreeSet::new();
    for name in people {
        group.insert(person(&picture, name)?);
    }
    let known = Known::of(&picture);
    if group.is_empty() {
        Ok(known.overview())
    } else {
        Ok(known.departure(&group))
    }
}

/// Topics, who covers them, and which plans keep them.
struct Known<'a, 'b> {
    picture: &'a Picture<'b>,
    topics: Vec<TermId>,
    cover: Cover,
    /// Topic → plans that keep it, of people who cover it.
    plans: BTreeMap<usize, BTreeSet<TermId>>,
}

impl<'a, 'b> Known<'a, 'b> {
    fn of(picture: &'a Picture<'b>) -> Self {
        let mut topics = Vec::new();
        let mut cover = Cover::default();
        let mut plans: BTreeMap<usize, BTreeSet<TermId>> = BTreeMap::new();
        for (topic, people) in picture.cover() {
            let number = topics.len();
            for plan in &picture.holding.plans {
                if plan.keeps && plan.topics.contains(&topic) && !plan.of.is_disjoint(&people) {
                    plans.entry(number).or_default().insert(plan.id);
                    cover.kept.insert(number);
                }
            }
            let is_group = |id: &PersonId| picture.people.get(*id).is_some_and(|it| it.is_group);
            if people.iter().any(is_group) {
                cover.kept.insert(number);
            }
            topics.push(topic);
            cover.topics.push(people);
        }
        Self {
            picture,
            topics,
            cover,
            plans,
        }
    }

    fn topic_cell(&self, number: usize) -> Option<Cell> {
        let id = *self.topics.get(number)?;
        Some(Cell::thing(self.picture.term(id), self.picture.label(id)))
    }

    fn people_cell(&self, people: &BTreeSet<PersonId>) -> Option<Cell> {
        let words = self.called(people);
        (!words.is_empty()).then(|| Cell::text(words))
    }

    /// Names, with those who are not named as a number.
    fn called(&self, people: &BTreeSet<PersonId>) -> String {
        let people_of = &self.picture.people;
        let mut names: Vec<String> = people
            .iter()
            .filter(|id| people_of.is_named(**id))
            .filter_map(|id| people_of.called(*id).map(str::to_owned))
            .collect();
        names.sort();
        let unnamed = people
            .iter()
            .filter(|id| people_of.called(**id) == Some(UNNAMED))
            .count();
        match unnamed {
            0 => {}
            1 => names.push(UNNAMED.to_owned()),
            more => names.push(format!("{more} people who are reached through the office")),
        }
        listed(&names)
    }

    fn empty(&self) -> Option<Standing> {
        if self.picture.holding.statements.is_empty() && self.picture.holding.assets.is_empty() {
            return Some(Standing::Unrecorded(
                "Nobody has recorded who knows or holds what, so it is not known what would be lost.".to_owned(),
            ));
        }
        None
    }

    /// Every topic by its cover.
    fn overview(&self) -> Answer {
        let mut answer = Answer::new("Which topics hang on how few people?");
        answer.columns = ["topic", "cover", "people", "finding"]
            .map(str::to_owned)
            .to_vec();
        if let Some(standing) = self.empty() {
            answer.standing = standing;
            return answer;
        }
        let mut order: Vec<(usize, String, usize)> = self
            .cover
            .topics
            .iter()
            .enumerate()
            .filter_map(|(number, people)| {
                let label = self.picture.label(*self.topics.get(number)?);
                Some((people.len(), label, number))
            })
            .collect();
        order.sort();
        for (count, _, number) in order {
            let people = self.cover.topics.get(number).cloned().unwrap_or_default();
            let finding = match count {
                0 => "nobody left who knows it",
                _ if self.plans.contains_key(&number) => "kept by a plan",
                _ if self.cover.kept.contains(&number) => "held by a group",
                1 => "hangs on one person",
                _ => "",
            };
            answer.push([
                self.topic_cell(number),
                Some(Cell::number(Literal::from(
                    i64::try_from(count).unwrap_or(i64::MAX),
                ))),
                self.people_cell(&people),
                (!finding.is_empty()).then(|| Cell::text(finding)),
            ]);
            self.state(&mut answer, number, count);
        }
        answer.notes.push(self.half());
        answer
    }

    /// The sentence about the smallest group.
    fn half(&self) -> String {
        let covered = self.cover.covered();
        let half = covered.div_ceil(2);
        let Some(group) = self.cover.group_that_orphans(half.max(1)) else {
            return format!(
                "No leaving orphans half of the {}: plans or groups keep more than half.",
                counted(covered, "topic that is covered", "topics that are covered")
            );
        };
        let bound = if group.is_smallest {
            "no smaller group does it"
        } else {
            "searched greedily, so this is an upper bound: a smaller group may do it"
        };
        format!(
            "If {} left, {} of {} would have nobody ({}; {bound}).",
            self.called(&group.people),
            group.topics.len(),
            counted(covered, "topic", "topics"),
            counted(group.people.len(), "person", "people"),
        )
    }

    /// What goes with these people.
    fn departure(&self, group: &BTreeSet<PersonId>) -> Answer {
        let picture = self.picture;
        let mut answer = Answer::new("What is lost if these people leave?");
        answer.columns = ["what", "kind", "remaining", "people", "finding"]
            .map(str::to_owned)
            .to_vec();
        if let Some(standing) = self.empty() {
            answer.standing = standing;
            return answer;
        }
        let mut rows: Vec<(u8, usize, String, Vec<Option<Cell>>)> = Vec::new();
        let mut lost = 0;
        for (number, people) in self.cover.topics.iter().enumerate() {
            if people.is_disjoint(group) {
                continue;
            }
            let rest: BTreeSet<PersonId> = people.difference(group).copied().collect();
            let plans = self.plans.get(&number);
            let (rank, finding) = match (plans, rest.len()) {
                (Some(plans), _) => (2, format!("kept by {}", self.plan_names(plans))),
                (None, 0) => {
                    lost += 1;
                    (0, format!("nobody left{}", self.undecided(number, group)))
                }
                (None, 1) => (1, "hangs on one person".to_owned()),
                (None, _) => (3, "still covered".to_owned()),
            };
            let cell = self.topic_cell(number);
            let label = cell
                .as_ref()
                .map(|cell| cell.label.clone())
                .unwrap_or_default();
            let count = i64::try_from(rest.len()).unwrap_or(i64::MAX);
            self.state(&mut answer, number, rest.len());
            rows.push((
                rank,
                rest.len(),
                label,
                vec![
                    cell,
                    Some(Cell::text("topic")),
                    Some(Cell::number(Literal::from(count))),
                    self.people_cell(&rest),
                    Some(Cell::text(finding)),
                ],
            ));
        }
        for asset in &picture.holding.assets {
            let holders: BTreeSet<PersonId> = asset
                .holders
                .iter()
                .copied()
                .filter(|id| picture.people.counts(*id))
                .collect();
            if holders.is_empty() || !holders.is_subset(group) {
                continue;
            }
            let plans: BTreeSet<TermId> = picture
                .holding
                .plans
                .iter()
                .filter(|plan| plan.keeps && !plan.of.is_disjoint(&holders))
                .filter(|plan| {
                    plan.assets.contains(&asset.id) || !plan.topics.is_disjoint(&asset.topics)
                })
                .map(|plan| plan.id)
                .collect();
            let words = match (plans.is_empty(), asset.is_written, asset.expressible) {
                (false, _, _) => format!("kept by {}", self.plan_names(&plans)),
                (true, true, _) => "written about in a note".to_owned(),
                (true, false, Some(share)) => {
                    format!(
                        "in no note; {:.0} % of it can be put into words",
                        share * 100.0
                    )
                }
                (true, false, None) => "in no note".to_owned(),
            };
            let label = picture.label(asset.id);
            rows.push((
                4,
                0,
                label.clone(),
                vec![
                    Some(Cell::thing(picture.term(asset.id), label)),
                    Some(Cell::text("held in heads")),
                    Some(Cell::number(Literal::from(0))),
                    None,
                    Some(Cell::text(words)),
                ],
            ));
        }
        rows.sort_by(|one, other| (one.0, one.1, &one.2).cmp(&(other.0, other.1, &other.2)));
        answer.rows = rows.into_iter().map(|(_, _, _, row)| row).collect();
        let names = self.called(group);
        if answer.rows.is_empty() {
            answer.standing = Standing::Unrecorded(format!(
                "Nothing is recorded of what {names} knows or holds. That is not to say that nothing would be lost."
            ));
        } else {
            answer.notes.push(format!(
                "Without {names}, {lost} of {} would have nobody.",
                counted(self.cover.covered(), "topic", "topics")
            ));
        }
        answer
    }

    fn plan_names(&self, plans: &BTreeSet<TermId>) -> String {
        let mut names: Vec<String> = plans
            .iter()
            .map(|plan| format!("`{}`", self.picture.label(*plan)))
            .collect();
        names.sort();
        listed(&names)
    }

    /// A plan that is no cover is worth a word: somebody has thought of it.
    fn undecided(&self, topic: usize, group: &BTreeSet<PersonId>) -> &'static str {
        let Some(topic) = self.topics.get(topic) else {
            return "";
        };
        let thought_of =
            self.picture.holding.plans.iter().any(|plan| {
                !plan.keeps && plan.topics.contains(topic) && !plan.of.is_disjoint(group)
            });
        if thought_of {
            "; a plan is still deciding, which covers nothing"
        } else {
            ""
        }
    }

    /// A finding for each topic that hangs on one or on none, as triples.
    fn state(&self, answer: &mut Answer, number: usize, count: usize) {
        let kind = match count {
            0 if !self.plans.contains_key(&number) => km::UNHELD,
            1 => km::SINGLE_HOLDER,
            _ => return,
        };
        let Some(topic) = self.topics.get(number).and_then(|id| self.picture.iri(*id)) else {
            return;
        };
        let finding = crate::audit::finding_iri(self.picture.base, kind, &[topic.clone().into()]);
        answer.statements.extend([
            Triple::new(finding.clone(), rdf::TYPE, km::GAP),
            Triple::new(finding.clone(), km::HAS_FINDING_KIND, kind),
            Triple::new(finding, km::CONCERNS, topic),
        ]);
    }
}
