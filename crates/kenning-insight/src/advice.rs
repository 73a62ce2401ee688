//! Which strategy and which practices suit a topic, and why.
//!
//! After M. Hansen, N. Nohria, T. Tierney, "What's your strategy for managing knowledge?" (Harvard Business Review, 1999):
//! who answers the same questions again codifies, who answers new ones joins people; either should lead, and the other
//! support it. Which kinds of knowledge suit which strategy and practice is said by the vocabulary, not here; which
//! conversions happen at all (Nonaka, 1994) is counted from what was recorded.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use kenning_store::{TermId, View};
use kenning_vocab::{km, rdf};
use oxrdf::{Literal, NamedNodeRef, Triple};

use crate::answer::{Answer, Cell, Standing};
use crate::ask::Context;
use crate::experts::unknown_topic;
use crate::insight::{InsightError, counted, listed};
use crate::picture::{Many, Picture, of};

/// A year, within which a practice counts as used.
const LATELY: i32 = 365;

/// What suits the knowledge behind `topic`, in the eyes of whoever `view` was made for: one row for each practice, under the
/// strategy that it serves; the strategy that should lead comes first.
///
/// # Errors
/// [`InsightError::Stopped`].
pub fn advice(view: &View, topic: &str, context: &Context) -> Result<Answer, InsightError> {
    let view = view.with_cancel(context.cancel.clone());
    let picture = Picture::read(&view, context)?;
    let mut answer = Answer::new("Which strategy and which practices suit this topic, and why?");
    answer.columns = [
        "strategy",
        "direction",
        "practice",
        "suits",
        "moves",
        "used",
    ]
    .map(str::to_owned)
    .to_vec();
    let topics = picture.topics_called(topic)?;
    if topics.is_empty() {
        answer.standing = Standing::Unrecorded(unknown_topic(&picture, topic)?);
        return Ok(answer);
    }
    let pieces = pieces(&picture, &topics);
    if pieces.is_empty() {
        answer.standing = Standing::Unrecorded(
            "Nobody has recorded of which kind the knowledge behind this topic is, so nothing follows: \
             say `knowledgeType` in its note, or record what is held in heads."
                .to_owned(),
        );
        return Ok(answer);
    }
    let rules = Rules::read(&picture)?;
    if rules.strategies.is_empty() {
        answer.standing =
            Standing::Unrecorded("The vocabulary of strategies is not loaded.".to_owned());
        return Ok(answer);
    }
    let used = Used::of(&picture, &topics);
    let ranked = rank(&picture, &rules, &pieces);
    for (strategy, share) in &ranked {
        rows(
            &picture,
            &rules,
            &used,
            &pieces,
            *strategy,
            *share,
            &mut answer,
        );
    }
    sentences(&picture, &ranked, &pieces, &used, &mut answer);
    Ok(answer)
}

/// A piece of what is behind a topic: the topic as a whole, or something that somebody holds.
struct Piece {
    label: String,
    kinds: BTreeSet<TermId>,
    expressible: Option<f64>,
    is_asset: bool,
}

fn pieces(picture: &Picture<'_>, topics: &BTreeSet<TermId>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = topics
        .iter()
        .filter_map(|topic| {
            Some(Piece {
                label: picture.label(*topic),
                kinds: picture.kinds.get(topic)?.clone(),
                expressible: None,
                is_asset: false,
            })
        })
        .collect();
    let assets = picture.holding.assets.iter();
    pieces.extend(
        assets
            .filter(|asset| !asset.topics.is_disjoint(topics) && !asset.kinds.is_empty())
            .map(|asset| Piece {
                label: picture.label(asset.id),
                kinds: asset.kinds.clone(),
                expressible: asset.expressible,
                is_asset: true,
            }),
    );
    pieces
}

/// What the vocabulary says.
struct Rules {
    strategies: BTreeSet<TermId>,
    practices: BTreeSet<TermId>,
    suits: Many,
    supports: Many,
    carries: Many,
    direction: Many,
    /// The kind of knowledge in which a mode starts, and the one in which it ends.
    from: Many,
    to: Many,
}

impl Rules {
    fn read(picture: &Picture<'_>) -> Result<Self, InsightError> {
        let scan = &picture.scan;
        Ok(Self {
            strategies: scan.instances(km::STRATEGY)?,
            practices: scan.instances(km::PRACTICE)?,
            suits: scan.forward(km::SUITS_KNOWLEDGE_TYPE)?,
            supports: scan.forward(km::SUPPORTS_STRATEGY)?,
            carries: scan.forward(km::CARRIES_MODE)?,
            direction: scan.forward(km::HAS_FLOW_DIRECTION)?,
            from: scan.forward(km::FROM_KNOWLEDGE_TYPE)?,
            to: scan.forward(km::TO_KNOWLEDGE_TYPE)?,
        })
    }
}

/// What happened about the topic in the last year.
struct Used {
    practices: BTreeMap<TermId, usize>,
    modes: BTreeMap<TermId, usize>,
    events: usize,
}

impl Used {
    fn of(picture: &Picture<'_>, topics: &BTreeSet<TermId>) -> Self {
        let mut used = Self {
            practices: BTreeMap::new(),
            modes: BTreeMap::new(),
            events: 0,
        };
        for event in &picture.holding.events {
            let lately = event.day.is_some_and(|day| {
                let age = picture.today.since(day);
                (0..=LATELY).contains(&age)
            });
            if !lately || event.topics.is_disjoint(topics) {
                continue;
            }
            used.events += 1;
            for practice in &event.practices {
                *used.practices.entry(*practice).or_default() += 1;
            }
            for mode in &event.modes {
                *used.modes.entry(*mode).or_default() += 1;
            }
        }
        used
    }
}

/// A practice with its order (times used, kinds suited, modes that lead from these kinds to these kinds; the most first), and
/// what it is called.
type Fitting = (
    (Reverse<usize>, Reverse<usize>, Reverse<usize>),
    String,
    TermId,
);

/// The strategies that suit any piece, with their share of all: each piece has one vote, shared out among its kinds.
fn rank(picture: &Picture<'_>, rules: &Rules, pieces: &[Piece]) -> Vec<(TermId, f64)> {
    let mut votes: BTreeMap<TermId, f64> = BTreeMap::new();
    let mut all = 0.0;
    for piece in pieces {
        for kind in &piece.kinds {
            for strategy in &rules.strategies {
                if of(&rules.suits, *strategy).any(|suited| suited == *kind) {
                    #[expect(clippy::cast_precision_loss, reason = "a handful of kinds")]
                    let vote = 1.0 / piece.kinds.len() as f64;
                    *votes.entry(*strategy).or_default() += vote;
                    all += vote;
                }
            }
        }
    }
    let mut ranked: Vec<(TermId, f64)> = votes
        .into_iter()
        .map(|(strategy, votes)| (strategy, votes / all))
        .collect();
    ranked.sort_by(|one, other| {
        other
            .1
            .total_cmp(&one.1)
            .then_with(|| picture.label(one.0).cmp(&picture.label(other.0)))
    });
    ranked
}

fn rows(
    picture: &Picture<'_>,
    rules: &Rules,
    used: &Used,
    pieces: &[Piece],
    strategy: TermId,
    share: f64,
    answer: &mut Answer,
) {
    let wanted: BTreeSet<TermId> = pieces
        .iter()
        .flat_map(|piece| piece.kinds.iter().copied())
        .filter(|kind| of(&rules.suits, strategy).any(|suited| suited == *kind))
        .collect();
    let names = |ids: &mut dyn Iterator<Item = TermId>| {
        let mut names: Vec<String> = ids.map(|id| picture.label(id)).collect();
        names.sort();
        names.dedup();
        listed(&names)
    };
    // What was used comes first, then what suits most of the kinds.
    let mut fitting: Vec<Fitting> = rules
        .practices
        .iter()
        .filter(|practice| of(&rules.supports, **practice).any(|served| served == strategy))
        .filter(|practice| of(&rules.suits, **practice).any(|kind| wanted.contains(&kind)))
        .map(|practice| {
            let times = used.practices.get(practice).copied().unwrap_or_default();
            let suited = of(&rules.suits, *practice).filter(|kind| wanted.contains(kind));
            // What is tacit and stays so passes on by doing things together; what is in words, by sorting and joining them.
            let moves = of(&rules.carries, *practice).filter(|mode| {
                of(&rules.from, *mode).any(|kind| wanted.contains(&kind))
                    && of(&rules.to, *mode).any(|kind| wanted.contains(&kind))
            });
            let order = (
                Reverse(times),
                Reverse(suited.count()),
                Reverse(moves.count()),
            );
            (order, picture.label(*practice), *practice)
        })
        .collect();
    fitting.sort();
    let head = format!("{} ({:.0} %)", picture.label(strategy), share * 100.0);
    let direction = names(&mut of(&rules.direction, strategy));
    for (times, label, practice) in fitting {
        let suits = names(&mut of(&rules.suits, practice).filter(|kind| wanted.contains(kind)));
        let moves = names(&mut of(&rules.carries, practice));
        let times = i64::try_from(times.0.0).unwrap_or(i64::MAX);
        if let (Some(node), Some(served)) = (picture.iri(practice), picture.iri(strategy)) {
            answer
                .statements
                .push(Triple::new(node.clone(), rdf::TYPE, km::PRACTICE));
            answer
                .statements
                .push(Triple::new(node.clone(), km::SUPPORTS_STRATEGY, served));
            for kind in of(&rules.suits, practice).filter(|kind| wanted.contains(kind)) {
                if let Some(kind) = picture.iri(kind) {
                    answer.statements.push(Triple::new(
                        node.clone(),
                        km::SUITS_KNOWLEDGE_TYPE,
                        kind,
                    ));
                }
            }
        }
        answer.push([
            Some(Cell::thing(picture.term(strategy), &head)),
            Some(Cell::text(&direction)),
            Some(Cell::thing(picture.term(practice), label)),
            Some(Cell::text(suits)),
            Some(Cell::text(moves)),
            Some(Cell::number(Literal::from(times))),
        ]);
    }
}

/// Why, in words.
fn sentences(
    picture: &Picture<'_>,
    ranked: &[(TermId, f64)],
    pieces: &[Piece],
    used: &Used,
    answer: &mut Answer,
) {
    let all = pieces.len();
    let with = |kind: NamedNodeRef<'_>| {
        pieces
            .iter()
            .filter(|piece| picture.any_is(&piece.kinds, kind))
            .count()
    };
    let (tacit, embodied) = (with(km::TACIT), with(km::EMBODIED));
    let (explicit, embedded) = (with(km::EXPLICIT), with(km::EMBEDDED));
    let counts: Vec<String> = [
        ("tacit", tacit),
        ("embodied", embodied),
        ("explicit", explicit),
        ("embedded", embedded),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(kind, count)| format!("{count} {kind}"))
    .collect();
    if let Some((first, share)) = ranked.first() {
        let support = match ranked.get(1) {
            Some((second, _)) => format!("; let {} support it", picture.label(*second)),
            None => String::new(),
        };
        let lead = if *share >= 0.5 && (ranked.len() < 2 || *share > 0.5) {
            format!("Lead with {}{support}.", picture.label(*first))
        } else {
            "Neither strategy stands out: choose which one leads, because doing both by halves serves neither."
                .to_owned()
        };
        answer.notes.push(format!(
            "{lead} Of {} recorded here, {} (a piece may be of several kinds).",
            counted(all, "piece of knowledge", "pieces of knowledge"),
            listed(&counts)
        ));
    }
    let shares: Vec<f64> = pieces
        .iter()
        .filter_map(|piece| piece.expressible)
        .collect();
    if !shares.is_empty() {
        #[expect(clippy::cast_precision_loss, reason = "a handful of pieces")]
        let mean = shares.iter().sum::<f64>() / shares.len() as f64;
        let hard: Vec<String> = pieces
            .iter()
            .filter(|piece| piece.is_asset && piece.expressible.is_some_and(|share| share < 0.25))
            .map(|piece| format!("`{}`", piece.label))
            .collect();
        let hard = match hard.as_slice() {
            [] => String::new(),
            names => format!(" Writing will not carry {}.", listed(names)),
        };
        answer.notes.push(format!(
            "A patient writer could get about {:.0} % of what is held in heads onto paper.{hard}",
            mean * 100.0
        ));
    }
    let missing: Vec<String> = [
        km::SOCIALIZATION,
        km::EXTERNALIZATION,
        km::COMBINATION,
        km::INTERNALIZATION,
    ]
    .into_iter()
    .filter(|mode| {
        picture
            .scan
            .id(*mode)
            .is_none_or(|id| !used.modes.contains_key(&id))
    })
    .map(|mode| mode.as_str().trim_start_matches(km::NAMESPACE).to_owned())
    .collect();
    answer.notes.push(if used.events == 0 {
        "No event about this was recorded in the last year, so it is not known which conversions happen.".to_owned()
    } else if missing.is_empty() {
        format!("All four conversions happened in the last year ({}).", counted(used.events, "event", "events"))
    } else {
        format!(
            "In the last year {} recorded, and none of {}.",
            if used.events == 1 { "1 event was".to_owned() } else { format!("{} events were", used.events) },
            listed(&missing)
        )
    });
}
