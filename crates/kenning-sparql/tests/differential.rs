//! What we answer, and what the standard says: random queries over random data, answered by Kenning and by the plain
//! reading of the standard in `reference/`.
//!
//! `DIFFERENTIAL=100000 cargo test --release -p kenning-sparql --test differential` tries more; `DIFFERENTIAL_FROM` begins elsewhere.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    unreachable_pub,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may end in a panic"
)]

mod reference;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use kenning_access::{Clearance, Label};
use kenning_sparql::{Limits, ParseOptions, Prepared, QueryError, RunOptions, on_big_stack};
use kenning_store::{Batch, KnowledgeBase, Options, View};
use oxrdf::{NamedNode, Term, Triple};
use reference::make::{Dice, Maker, data};
use reference::{Data, Row, Scope, order, solutions};
use spargebra::algebra::GraphPattern;
use spargebra::{Query, SparqlParser};

/// What everybody sees of `graphs`, which stand beside some that are `hidden`.
fn view(graphs: &[(NamedNode, Vec<Triple>)], hidden: &[(NamedNode, Vec<Triple>)]) -> View {
    let kb = KnowledgeBase::in_memory(Options::default());
    let mut batch = Batch::new();
    for (name, triples) in graphs {
        batch.put_graph(name.clone(), Label::public(), triples.iter().cloned());
    }
    for (name, triples) in hidden {
        batch.put_graph(name.clone(), Label::closed(), triples.iter().cloned());
    }
    kb.commit(batch).unwrap();
    kb.view(&Clearance::anonymous())
}

fn ours(view: &View, text: &str) -> Result<Vec<Row>, QueryError> {
    let prepared = Prepared::parse(text, &ParseOptions::default())?;
    let options = RunOptions {
        limits: Limits {
            time: Some(std::time::Duration::from_secs(20)),
            ..Limits::NONE
        },
        ..RunOptions::default()
    };
    let mut rows = Vec::new();
    prepared.solutions(view, &options, &mut |solution| {
        let pairs = solution.variables().iter().zip(solution.values());
        rows.push(
            pairs
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.clone()?)))
                .collect(),
        );
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

/// What a query asks for beside its rows.
#[derive(Default)]
struct Asked<'a> {
    order: Option<&'a [spargebra::algebra::OrderExpression]>,
    slice: Option<(usize, Option<usize>)>,
    reduced: bool,
    /// The rows of what is sliced.
    all: Option<&'a GraphPattern>,
    shown: &'a [oxrdf::Variable],
}

fn asked(pattern: &GraphPattern) -> Asked<'_> {
    let mut asked = Asked::default();
    let mut at = pattern;
    loop {
        at = match at {
            GraphPattern::Slice {
                inner,
                start,
                length,
            } => {
                asked.slice = Some((*start, *length));
                asked.all = Some(inner);
                inner
            }
            GraphPattern::Reduced { inner } => {
                asked.reduced = true;
                inner
            }
            GraphPattern::Project { inner, variables } => {
                asked.shown = variables;
                inner
            }
            GraphPattern::Distinct { inner } => inner,
            GraphPattern::OrderBy { expression, .. } => {
                asked.order = Some(expression);
                return asked;
            }
            _ => return asked,
        };
    }
}

fn bag(rows: &[Row]) -> BTreeMap<String, usize> {
    let mut bag = BTreeMap::new();
    for row in rows {
        *bag.entry(shown(row)).or_default() += 1;
    }
    bag
}

fn shown(row: &Row) -> String {
    let parts: Vec<String> = row
        .iter()
        .map(|(name, value)| match value {
            // Blank nodes of computed values have no names; none are made here.
            Term::BlankNode(node) => format!("?{name}=_:{}", node.as_str()),
            value => format!("?{name}={value}"),
        })
        .collect();
    parts.join(" ")
}

/// What is wrong with `rows` as the answer to `query`.
fn fault(text: &str, query: &Query, rows: &[Row], data: &Data) -> Option<String> {
    let Query::Select { pattern, .. } = query else {
        return Some("no SELECT".to_owned());
    };
    let none = Row::new();
    let scope = Scope {
        data,
        graph: None,
        outer: &none,
    };
    let asked = asked(pattern);
    let say = |what: &str, want: &[Row]| {
        let list = |rows: &[Row]| {
            let rows: Vec<String> = rows.iter().map(|row| format!("({})", shown(row))).collect();
            rows.join("\n    ")
        };
        Some(format!(
            "{what}\n  we said\n    {}\n  the standard says\n    {}",
            list(rows),
            list(want)
        ))
    };
    // SAMPLE may give any value of its group; MIN and MAX of values that compare equal, any of them.
    let loose = ["SAMPLE", "MIN(", "MAX(", "GROUP_CONCAT"]
        .iter()
        .any(|word| text.contains(word));
    if loose {
        let want = solutions(pattern, scope);
        let strip = |row: &Row| {
            let mut row = row.clone();
            row.retain(|name, _| !name.starts_with('x'));
            row
        };
        let keys = |rows: &[Row]| bag(&rows.iter().map(strip).collect::<Vec<_>>());
        let set = |rows: &[Row]| rows.iter().map(|row| row.len()).sum::<usize>();
        return (keys(rows) != keys(&want) || set(rows) != set(&want))
            .then(|| say("other groups", &want))
            .flatten();
    }
    match (asked.slice, asked.all) {
        (Some((start, length)), Some(all)) => {
            let all = solutions(all, scope);
            let count = all
                .len()
                .saturating_sub(start)
                .min(length.unwrap_or(usize::MAX));
            let (have, mut left) = (bag(rows), bag(&all));
            let within = have.iter().all(|(row, count)| {
                left.get_mut(row)
                    .is_some_and(|there| there >= &mut { *count })
            });
            let counted = rows.len() == count || (asked.reduced && rows.len() <= count);
            if !within || !counted {
                return say("not a part of all rows, or not as many", &all);
            }
        }
        _ => {
            let want = solutions(pattern, scope);
            let (have, wanted) = (bag(rows), bag(&want));
            let same = if asked.reduced {
                have.keys().eq(wanted.keys())
                    && have.iter().all(|(row, count)| *count <= wanted[row])
            } else {
                have == wanted
            };
            if !same {
                return say("other rows", &want);
            }
        }
    }
    if let Some(keys) = asked.order {
        // Only keys that the answer shows can be looked at.
        for (at, a) in rows.iter().enumerate() {
            for b in &rows[at + 1..] {
                let shows = keys.iter().all(|key| {
                    use spargebra::algebra::{Expression, OrderExpression};
                    let (OrderExpression::Asc(key) | OrderExpression::Desc(key)) = key;
                    matches!(key, Expression::Variable(name) if asked.shown.contains(name))
                });
                if shows && order(keys, a, b, scope) == Ordering::Greater {
                    return say(
                        &format!("{} before {}", shown(a), shown(b)),
                        &solutions(pattern, scope),
                    );
                }
            }
        }
    }
    None
}

fn trial(seed: u64) -> Result<Option<(String, String)>, String> {
    let mut dice = Dice::new(seed);
    let [graphs, hidden] = data(&mut dice);
    let text = Maker::new(&mut dice).query();
    let Ok(query) = SparqlParser::new().parse_query(&text) else {
        return Ok(None);
    };
    let rows = match ours(&view(&graphs, &hidden), &text) {
        Ok(rows) => rows,
        Err(error) => return Err(format!("{text}\n  {error}")),
    };
    let data = Data::new(graphs.clone(), query.dataset());
    let found = fault(&text, &query, &rows, &data);
    let key = if rows.is_empty() { "empty" } else { "rows" };
    match found {
        None => Ok(Some((text, key.to_owned()))),
        Some(fault) => {
            let mut told = format!("seed {seed}\n{text}\n");
            for (name, triples) in &graphs {
                for triple in triples {
                    told.push_str(&format!("  {triple} {name} .\n"));
                }
            }
            Err(format!("{told}{fault}"))
        }
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}

#[test]
fn we_answer_as_the_standard_says() {
    let (from, trials) = (
        number("DIFFERENTIAL_FROM", 0),
        number("DIFFERENTIAL", 5_000),
    );
    let (mut with_rows, mut asked, mut faults) = (0_u64, 0_u64, Vec::new());
    let mut words: BTreeMap<&str, u64> = BTreeMap::new();
    on_big_stack(|| {
        let mut seed = from;
        while asked < trials {
            match trial(seed) {
                Ok(Some((text, key))) => {
                    asked += 1;
                    with_rows += u64::from(key == "rows");
                    for word in WORDS {
                        if text.contains(word) && key == "rows" {
                            *words.entry(word).or_default() += 1;
                        }
                    }
                }
                Ok(None) => {}
                Err(fault) => {
                    asked += 1;
                    faults.push(fault);
                }
            }
            seed += 1;
        }
    })
    .unwrap();
    println!(
        "{asked} queries, {with_rows} with rows, {} faults; with rows: {words:?}",
        faults.len()
    );
    faults.sort_by_key(String::len);
    let shown = number("DIFFERENTIAL_SHOW", 3) as usize;
    assert!(
        faults.is_empty(),
        "{} of {asked} differ:\n\n{}",
        faults.len(),
        faults[..faults.len().min(shown)].join("\n\n")
    );
    // A trial without rows shows little: most have some, and each construct is among them.
    assert!(with_rows * 3 > asked, "{with_rows} of {asked}");
    for word in WORDS {
        assert!(
            words.get(word).is_some_and(|count| *count >= trials / 400),
            "{word}: {words:?}"
        );
    }
}

const WORDS: &[&str] = &[
    "OPTIONAL",
    "FILTER",
    "MINUS",
    "BIND",
    "VALUES",
    "UNDEF",
    "COUNT",
    "SUM",
    "AVG",
    "GROUP BY",
    "ORDER BY",
    "DISTINCT",
    "REDUCED",
    "LIMIT",
    "OFFSET",
    ")*",
    ")+",
    ")?",
    "!(",
    "GRAPH ?g",
    "NOT EXISTS",
    "FROM <",
    "FROM NAMED",
    "GROUP_CONCAT",
    "HAVING",
    " NOT IN ",
    "{ SELECT",
    "UNION",
];
