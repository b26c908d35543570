//! How much a rewritten expression has become. What has no short form on a target names its operand
//! several times; in a chain of such operators each level multiplies what is below it.

use crate::schema::{Expr, Part};

/// What nobody minds, however little was written: so many nodes.
const LITTLE: usize = 4_000;

/// How many times as many nodes as were written may become of a long one, a list of values say.
const TIMES: usize = 16;

/// Whether more has become of what was written than anybody could read.
pub(super) fn has_grown(written: &Expr, made: &Expr) -> bool {
    if nodes(made, LITTLE) < LITTLE {
        return false;
    }
    let most = LITTLE.max(TIMES * nodes(written, usize::MAX));
    nodes(made, most) == most
}

/// How many nodes an expression has, counted up to `most`.
fn nodes(expr: &Expr, most: usize) -> usize {
    let mut count = 0;
    add(expr, most, &mut count);
    count
}

fn add(expr: &Expr, most: usize, count: &mut usize) {
    if *count == most {
        return;
    }
    *count += 1;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            add(expr, most, count);
        }
    });
}
