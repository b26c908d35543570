//! Queries.

use aludel::schema::{
    Cte, Distinct, JoinKind, JoinOn, OrderBy, Query, Select, SelectItem, SetExpr, SetOp, TableRef,
};

use super::{choice, record};

record!(Query, "a query" { with, recursive, body, order_by, limit, offset });

record!(Cte, "a common table expression" { name, columns, body });

choice!(SetExpr, "body of a query" {
    "select" Select(select),
    "values" Values(rows),
    "query" Query(query),
    "op" Op { op, all, left, right },
});

choice!(SetOp, "set operator" { "union" Union, "intersect" Intersect, "except" Except });

record!(Select, "a select" { distinct, items, from, filter, group_by, having, windows });

choice!(Distinct, "distinct" { "all" All, "on" On(exprs) });

choice!(SelectItem, "item of a select list" {
    "expr" Expr { expr, alias },
    "star" Star,
    "table_star" TableStar(table),
});

choice!(TableRef, "thing to select from" {
    "table" Table { name, alias, columns },
    "subquery" Subquery { lateral, query, alias, columns },
    "function" Function { lateral, call, ordinality, alias, columns },
    "join" Join { left, kind, right, on },
});

choice!(JoinKind, "join" {
    "inner" Inner, "left" Left, "right" Right, "full" Full, "cross" Cross,
});

choice!(JoinOn, "condition of a join" {
    "nothing" Nothing, "on" Expr(expr), "using" Using(columns), "natural" Natural,
});

record!(OrderBy, "a key of an order" { expr, descending, nulls });
