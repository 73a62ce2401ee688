//! Update tests: syntax and evaluation.

use kenning_access::{Clearance, Label};
use kenning_sparql::{
    DEFAULT_GRAPH, Dataset, DefaultGraphs, ParseOptions, Playground, TextLimits, UpdateOptions,
    plan_update,
};
use kenning_store::{KnowledgeBase, Options};

use crate::compare::isomorphic;
use crate::manifest::{Case, text};
use crate::query::{everything, store};

fn options(base: &str) -> UpdateOptions {
    UpdateOptions {
        parse: ParseOptions {
            base: Some(base.into()),
            limits: TextLimits::UPDATE,
        },
        dataset: Dataset {
            default: DefaultGraphs::Own,
            named: None,
        },
        ..UpdateOptions::default()
    }
}

/// Parses the update (planning it over nothing finds no other fault); for negative tests success is failure.
pub(crate) fn syntax(case: &Case, valid: bool) -> Result<(), String> {
    let kb = KnowledgeBase::in_memory(Options::default());
    let playground = Playground {
        label: Label::public(),
    };
    let planned = plan_update(
        &kb.view(&Clearance::anonymous()),
        &text(&case.action)?,
        &options(&case.action),
        &playground,
    );
    let parsed = !matches!(planned, Err(kenning_sparql::UpdateError::Query(_)));
    match (parsed, valid) {
        (true, true) | (false, false) => Ok(()),
        (false, true) => Err(planned
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()),
        (true, false) => Err("it parses and should not".into()),
    }
}

/// Carries the update out and compares the whole store, with its empty graphs left aside as the suites do.
pub(crate) fn evaluation(case: &Case) -> Result<(), String> {
    let kb = store(&case.before)?;
    let wanted = everything(&store(&case.after)?);
    let playground = Playground {
        label: Label::public(),
    };
    let plan = plan_update(
        &kb.view(&Clearance::anonymous()),
        &text(&case.action)?,
        &options(&case.action),
        &playground,
    )
    .map_err(|error| error.to_string())?;
    kb.commit(plan.batch()).map_err(|error| error.to_string())?;
    let got = everything(&kb);
    if isomorphic(&wanted, &got) {
        Ok(())
    } else {
        Err(format!(
            "wanted\n{wanted}\ngot\n{got}\nthe default graph is {DEFAULT_GRAPH}"
        ))
    }
}
