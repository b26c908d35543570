//! Functions that give several rows, and those that look at several.

use crate::schema::{Call, CallArg, Expr, Part, Type};

/// The type of what a function in FROM gives that takes an array of json apart, row by row, in a
/// column `value`.
pub fn elements(function: &str) -> Option<Type> {
    Some(match function {
        "jsonb_array_elements" => Type::Jsonb,
        "json_array_elements" => Type::Json,
        "jsonb_array_elements_text" | "json_array_elements_text" => Type::Text,
        _ => return None,
    })
}

/// The function that takes an array apart, row by row.
pub const UNNEST: &str = "unnest";

/// Whether a function in FROM takes an array apart, of json or of PostgreSQL's own.
pub fn takes_apart(function: &str) -> bool {
    function == UNNEST || elements(function).is_some()
}

/// The array in which a call looks for an element that is NULL: `array_position(array, NULL)`.
pub fn seeks_null(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = expr else {
        return None;
    };
    match call.args.as_slice() {
        [CallArg::Expr(array), CallArg::Expr(sought)] if call.name.name == "array_position" => {
            sought.is_null().then_some(array)
        }
        _ => None,
    }
}

/// Whether a call looks at several rows: an aggregate, or a window function.
pub(crate) fn gathers(call: &Call) -> bool {
    call.over.is_some() || AGGREGATES.contains(&call.name.name.as_str())
}

/// Whether an expression is of an aggregate of the rows at hand.
pub fn has_aggregate(expr: &Expr) -> bool {
    if let Expr::Call(call) = expr
        && gathers(call)
    {
        return call.over.is_none();
    }
    let mut found = false;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= has_aggregate(expr);
        }
    });
    found
}

const AGGREGATES: &[&str] = &[
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "string_agg",
    "array_agg",
    "json_agg",
    "jsonb_agg",
    "bool_and",
    "bool_or",
    "every",
    "json_object_agg",
    "jsonb_object_agg",
    "any_value",
    "bit_and",
    "bit_or",
    "stddev",
    "variance",
    "mode",
    "bit_xor",
    "corr",
    "covar_pop",
    "covar_samp",
    "cume_dist",
    "dense_rank",
    "grouping",
    "json_arrayagg",
    "json_objectagg",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "range_agg",
    "range_intersect_agg",
    "rank",
    "regr_avgx",
    "regr_avgy",
    "regr_count",
    "regr_intercept",
    "regr_r2",
    "regr_slope",
    "regr_sxx",
    "regr_sxy",
    "regr_syy",
    "stddev_pop",
    "stddev_samp",
    "var_pop",
    "var_samp",
    "xmlagg",
];
