//! How much a rewritten expression has become. What has no short form on a target names its operand
//! several times; in a chain of such operators each level multiplies what is below it.

use crate::schema::{Expr, Part};

/// Most nodes of an expression. One that a person wrote has some dozens.
pub(super) const MOST: usize = 4_000;

/// Whether an expression has more nodes than `most`. Looks at no more than that many.
pub(super) fn is_beyond(expr: &Expr, most: usize) -> bool {
    let mut left = most;
    !counts(expr, &mut left)
}

/// Takes its nodes off `left`; whether that was enough.
fn counts(expr: &Expr, left: &mut usize) -> bool {
    if *left == 0 {
        return false;
    }
    *left -= 1;
    let mut enough = true;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            enough = enough && counts(expr, left);
        }
    });
    enough
}
