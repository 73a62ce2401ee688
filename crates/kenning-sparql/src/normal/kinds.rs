//! Variables that may be literals although the planner thinks they are not.
//!
//! The planner takes the beginning of every path for a node, and turns `=` on it into the comparison of terms. A path of length
//! zero and one that goes backwards may begin at a literal; then `01` is no longer equal to `1`. So where such a variable is
//! compared, it passes through a function of which the planner knows nothing.

use oxrdf::{NamedNodeRef, Term, Variable};
use spargebra::algebra::{Expression, Function, GraphPattern, PropertyPathExpression};
use spargebra::term::TermPattern;

use crate::rewrite::{Rewrite, rewrite};
use crate::walk::{Part, visit};

/// The function that gives its argument. No text can call it.
pub(super) const ANY: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("kenning any");

/// Evaluates [`ANY`].
pub(super) fn any(arguments: &[Term]) -> Option<Term> {
    arguments.first().cloned()
}

/// Mends a whole pattern, whose paths have been mended.
pub(super) fn mend(root: &mut GraphPattern) {
    let mut doubtful: Vec<Variable> = Vec::new();
    visit(Part::Pattern(root), &mut |part| {
        if let Part::Pattern(GraphPattern::Path {
            subject: TermPattern::Variable(variable),
            path,
            ..
        }) = part
            && may_begin_at_literal(path)
        {
            doubtful.push(variable.clone());
        }
    });
    if doubtful.is_empty() {
        return;
    }
    // Names that are given to such values are no better.
    loop {
        let mut more = Vec::new();
        visit(Part::Pattern(root), &mut |part| {
            if let Part::Pattern(GraphPattern::Extend {
                variable,
                expression,
                ..
            }) = part
                && !doubtful.contains(variable)
                && gives(expression, &doubtful)
            {
                more.push(variable.clone());
            }
        });
        if more.is_empty() {
            break;
        }
        doubtful.extend(more);
    }
    rewrite(root, &mut Compared(doubtful));
}

fn may_begin_at_literal(path: &PropertyPathExpression) -> bool {
    match path {
        PropertyPathExpression::NamedNode(_) | PropertyPathExpression::NegatedPropertySet(_) => {
            false
        }
        PropertyPathExpression::OneOrMore(path) => may_begin_at_literal(path),
        PropertyPathExpression::Sequence(a, b) => {
            may_begin_at_literal(a) || may_begin_at_literal(b)
        }
        PropertyPathExpression::Alternative(a, b) => {
            may_begin_at_literal(a) || may_begin_at_literal(b)
        }
        PropertyPathExpression::Reverse(_)
        | PropertyPathExpression::ZeroOrMore(_)
        | PropertyPathExpression::ZeroOrOne(_) => true,
    }
}

/// Whether the expression may give the value of one of these variables as it is.
fn gives(expression: &Expression, variables: &[Variable]) -> bool {
    match expression {
        Expression::Variable(variable) => variables.contains(variable),
        Expression::Coalesce(list) => list.iter().any(|item| gives(item, variables)),
        Expression::If(_, yes, no) => gives(yes, variables) || gives(no, variables),
        _ => false,
    }
}

struct Compared(Vec<Variable>);

impl Rewrite for Compared {
    fn expression(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Equal(a, b) => {
                self.loosen(a);
                self.loosen(b);
            }
            Expression::In(a, list) => {
                self.loosen(a);
                list.iter_mut().for_each(|item| self.loosen(item));
            }
            _ => {}
        }
    }
}

impl Compared {
    fn loosen(&self, operand: &mut Expression) {
        if gives(operand, &self.0) {
            let inner = std::mem::replace(operand, Expression::Coalesce(Vec::new()));
            *operand = Expression::FunctionCall(Function::Custom(ANY.into_owned()), vec![inner]);
        }
    }
}
