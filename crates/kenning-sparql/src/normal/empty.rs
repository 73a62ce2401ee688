//! Solutions without any value.
//!
//! An evaluation is stopped, and its memory counted, where terms are copied. `{ {} UNION {} }` forty times over gives 2⁴⁰ solutions that
//! hold no term, and nothing would be noticed. So each side of a union, and each table, that may give such a solution gets a value
//! that nobody sees.

use oxrdf::Literal;
use spargebra::algebra::GraphPattern;

use super::{bound, fresh};

pub(super) fn mend(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Union { left, right } => {
            for side in [left, right] {
                // Below a union on the left are the sides of that union, which have been seen to.
                if !matches!(**side, GraphPattern::Union { .. }) && bound(side).is_empty() {
                    mark(side);
                }
            }
        }
        GraphPattern::Values { bindings, .. }
            if bindings.len() > 1 && bindings.iter().any(|row| row.iter().all(Option::is_none)) =>
        {
            mark(pattern);
        }
        _ => {}
    }
}

fn mark(pattern: &mut GraphPattern) {
    *pattern = GraphPattern::Extend {
        inner: Box::new(std::mem::take(pattern)),
        variable: fresh("row"),
        expression: Literal::from(true).into(),
    };
}
