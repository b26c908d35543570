//! Statements on rows, and what a change did to something else than tables and views.

use aludel::schema::{
    Assignment, DataStatement, Delete, Effect, Insert, InsertSource, OnConflict, TableEffect,
    Update,
};

use super::{choice, record};

choice!(DataStatement, "statement" {
    "query" Query(query),
    "insert" Insert(insert),
    "update" Update(update),
    "delete" Delete(delete),
    "truncate" Truncate { tables, restart_identity, cascade },
});

record!(Insert, "an insert" {
    with, recursive, table, alias, columns, overriding, source, on_conflict, returning,
});

choice!(InsertSource, "source of an insert" { "query" Query(query), "defaults" Defaults });

choice!(OnConflict, "answer to a conflict" {
    "nothing" Nothing { columns, filter, constraint },
    "update" Update { columns, key_filter, constraint, assignments, filter },
    "replace" Replace,
    "ignore" Ignore,
});

record!(Assignment, "an assignment" { columns, value });

record!(Update, "an update" {
    with, recursive, table, alias, assignments, from, filter, order_by, limit, returning,
});

record!(Delete, "a delete" {
    with, recursive, table, alias, using, filter, order_by, limit, returning,
});

choice!(Effect, "effect" {
    "table" Table(effect),
    "enum" Enum { before, after, renamed },
    "sequence" Sequence { before, after, restart },
    "view" View { before, after },
    "trigger" Trigger { before, after },
});

record!(TableEffect, "an effect on a table" { before, after, renamed, dropped, using });
