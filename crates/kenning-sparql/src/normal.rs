//! The algebra as the evaluator must see it to give the standard's answers, and to plan in bearable time.

use std::mem;

use spargebra::Query;
use spargebra::algebra::GraphPattern;

use crate::rewrite::{Rewrite, rewrite};

/// Rewrites a query into one with the same meaning that the evaluator gets right.
pub(crate) fn query(mut query: Query) -> Query {
    match &mut query {
        Query::Select { pattern, .. }
        | Query::Construct { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => {
            self::pattern(pattern);
        }
    }
    query
}

/// The same for the pattern of an update.
pub(crate) fn pattern(pattern: &mut GraphPattern) {
    rewrite(pattern, &mut Split);
}

/// Most triple patterns that the planner is given at once: it takes the cube of their number (250 take it seconds).
const TOGETHER: usize = 32;

/// Splits long lists of triple patterns into pieces that are answered one after the other.
struct Split;

impl Rewrite for Split {
    fn pattern(&mut self, pattern: &mut GraphPattern) {
        if let GraphPattern::Bgp { patterns } = pattern
            && patterns.len() > TOGETHER
        {
            let pieces = patterns.chunks(TOGETHER).map(|piece| GraphPattern::Bgp {
                patterns: piece.to_vec(),
            });
            let split = pieces.reduce(|left, right| GraphPattern::Lateral {
                left: Box::new(left),
                right: Box::new(right),
            });
            *pattern = split.unwrap_or_else(|| mem::take(pattern));
        }
    }
}
