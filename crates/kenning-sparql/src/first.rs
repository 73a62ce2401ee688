//! The first solutions of an ordered query, without working out what stands in the others.
//!
//! Where the order begins with a thing that each solution has before anything optional is added to it, it is first counted how
//! many solutions each thing has; then only those things are looked at that the wanted solutions can be about. Adding something
//! optional takes no solution away, so there are at least as many as were counted.

use oxrdf::{Term, Variable};
use spareval::{QueryDatasetSpecification, QueryEvaluationError, QueryResults};
use spargebra::Query;
use spargebra::algebra::{AggregateExpression, GraphPattern};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern};

use crate::normal;
use crate::sort::Sort;
use crate::source::ViewDataset;

/// When more solutions than this are wanted, counting them first gains nothing.
const MOST: usize = 2_000;

/// The query about fewer things, whose first solutions in this order are the same; `None` where it cannot be told.
pub(crate) fn narrowed(
    query: &Query,
    sort: &Sort,
    data: &ViewDataset,
) -> Result<Option<Query>, QueryEvaluationError> {
    let Query::Select {
        dataset,
        pattern: GraphPattern::Project { inner, variables },
        base_iri,
    } = query
    else {
        return Ok(None);
    };
    let Some((key, descending)) = sort.first_key(variables) else {
        return Ok(None);
    };
    let wanted = sort.wanted();
    let core = core(inner);
    if wanted > MOST || !gains(inner) || !binds(core, key) {
        return Ok(None);
    }
    let Some(mut groups) = counted(core, key, data)? else {
        return Ok(None);
    };
    groups.sort_unstable_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    if descending {
        groups.reverse();
    }
    let mut before = 0_usize;
    let things = groups
        .into_iter()
        .take_while(|(_, solutions)| {
            let is_wanted = before < wanted;
            before = before.saturating_add(*solutions);
            is_wanted
        })
        .map(|(thing, _)| vec![Some(GroundTerm::from(thing))])
        .collect();
    let mut inner = inner.clone();
    restrict(
        &mut inner,
        key,
        GraphPattern::Values {
            variables: vec![key.clone()],
            bindings: things,
        },
    );
    Ok(Some(Query::Select {
        dataset: dataset.clone(),
        pattern: GraphPattern::Project {
            inner,
            variables: variables.clone(),
        },
        base_iri: base_iri.clone(),
    }))
}

/// What is left of a pattern without the parts that only add to its solutions.
fn core(pattern: &GraphPattern) -> &GraphPattern {
    match pattern {
        GraphPattern::Extend { inner, .. } => core(inner),
        GraphPattern::LeftJoin { left, .. } => core(left),
        GraphPattern::Lateral { left, right } if normal::is_look_up(right) => core(left),
        pattern => pattern,
    }
}

/// Whether something optional is looked for, which is saved for all solutions but the wanted ones.
fn gains(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::LeftJoin { .. } => true,
        GraphPattern::Extend { inner, .. } => gains(inner),
        GraphPattern::Lateral { left, right } if normal::is_look_up(right) => gains(left),
        _ => false,
    }
}

/// Whether a triple pattern surely binds the variable in each solution.
fn binds(pattern: &GraphPattern, key: &Variable) -> bool {
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.iter().any(|triple| {
            let is = |term: &TermPattern| matches!(term, TermPattern::Variable(it) if it == key);
            let is_predicate =
                matches!(&triple.predicate, NamedNodePattern::Variable(it) if it == key);
            is(&triple.subject) || is_predicate || is(&triple.object)
        }),
        GraphPattern::Join { left, right } => binds(left, key) || binds(right, key),
        GraphPattern::Filter { inner, .. } => binds(inner, key),
        GraphPattern::Minus { left, .. } => binds(left, key),
        _ => false,
    }
}

/// Puts the things where the variable is bound; what stands around keeps its meaning, as it looks at one solution after the
/// other.
fn restrict(pattern: &mut GraphPattern, key: &Variable, things: GraphPattern) {
    match pattern {
        GraphPattern::Extend { inner, .. } | GraphPattern::Filter { inner, .. } => {
            restrict(inner, key, things);
        }
        GraphPattern::LeftJoin { left, .. }
        | GraphPattern::Lateral { left, .. }
        | GraphPattern::Minus { left, .. } => restrict(left, key, things),
        GraphPattern::Join { left, right } => {
            let side = if binds(left, key) { left } else { right };
            restrict(side, key, things);
        }
        pattern => {
            *pattern = GraphPattern::Join {
                left: Box::new(things),
                right: Box::new(std::mem::take(pattern)),
            };
        }
    }
}

/// How many solutions each thing has; `None` where one of them is no IRI.
fn counted(
    core: &GraphPattern,
    key: &Variable,
    data: &ViewDataset,
) -> Result<Option<Vec<(oxrdf::NamedNode, usize)>>, QueryEvaluationError> {
    let total = normal::fresh("total");
    let pattern = GraphPattern::Project {
        inner: Box::new(GraphPattern::Group {
            inner: Box::new(core.clone()),
            variables: vec![key.clone()],
            aggregates: vec![(
                total.clone(),
                AggregateExpression::CountSolutions { distinct: false },
            )],
        }),
        variables: vec![key.clone(), total],
    };
    let evaluator = normal::evaluator(&pattern, Some(data.view()));
    let query = Query::Select {
        dataset: None,
        pattern,
        base_iri: None,
    };
    let mut prepared = evaluator.prepare(&query);
    *prepared.dataset_mut() = QueryDatasetSpecification::new();
    let QueryResults::Solutions(solutions) = prepared.execute(data.clone())? else {
        return Ok(None);
    };
    let mut groups = Vec::new();
    for solution in solutions {
        let solution = solution?;
        let [Some(Term::NamedNode(thing)), Some(Term::Literal(total))] = solution.values() else {
            return Ok(None);
        };
        let Ok(total) = total.value().parse() else {
            return Ok(None);
        };
        groups.push((thing.clone(), total));
    }
    Ok(Some(groups))
}
