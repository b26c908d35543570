//! Walking expressions, queries and statements: one list of what stands directly inside what, for
//! reading and for changing.
//!
//! The callers decide where to descend: a column's meaning depends on the query that it stands
//! in, so no blind recursion would be right.

use super::{
    Assignment, CallArg, Cte, DataStatement, Distinct, Expr, InsertSource, JoinOn, OnConflict,
    OrderBy, Query, Select, SelectItem, SetExpr, TableRef, Window,
};

/// Something that stands inside another.
#[derive(Debug)]
pub enum Part<'a> {
    /// An expression.
    Expr(&'a Expr),
    /// A query.
    Query(&'a Query),
    /// Something in a FROM.
    Table(&'a TableRef),
    /// A common table expression's statement.
    Data(&'a DataStatement),
}

impl Part<'_> {
    /// Calls `f` with what stands directly within it.
    pub fn parts(&self, f: &mut dyn FnMut(Part<'_>)) {
        match self {
            Self::Expr(expr) => expr.parts(f),
            Self::Query(query) => query.parts(f),
            Self::Table(table) => table.parts(f),
            Self::Data(statement) => statement.parts(f),
        }
    }
}

/// [`Part`], to be changed.
#[derive(Debug)]
pub enum PartMut<'a> {
    /// An expression.
    Expr(&'a mut Expr),
    /// A query.
    Query(&'a mut Query),
    /// Something in a FROM.
    Table(&'a mut TableRef),
    /// A common table expression's statement.
    Data(&'a mut DataStatement),
}

macro_rules! walker {
    ($part:ident, $parts:ident, $module:ident, $($mutable:ident)?) => {
        impl Expr {
            /// Calls `f` with everything that stands directly in this expression.
            pub fn $parts(&$($mutable)? self, f: &mut dyn FnMut($part<'_>)) {
                $module::expr(self, f);
            }
        }

        impl Query {
            /// Calls `f` with everything that stands directly in this query; its set operations
            /// and selects are not parts of their own.
            pub fn $parts(&$($mutable)? self, f: &mut dyn FnMut($part<'_>)) {
                $module::query(self, f);
            }
        }

        impl TableRef {
            /// Calls `f` with everything that stands directly in this item of a FROM.
            pub fn $parts(&$($mutable)? self, f: &mut dyn FnMut($part<'_>)) {
                $module::table(self, f);
            }
        }

        impl DataStatement {
            /// Calls `f` with everything that stands directly in this statement, but for the
            /// names of the tables that it writes.
            pub fn $parts(&$($mutable)? self, f: &mut dyn FnMut($part<'_>)) {
                $module::data(self, f);
            }
        }

        mod $module {
            use super::*;

            type F<'f> = &'f mut dyn FnMut($part<'_>);

            pub(super) fn expr(expr: &$($mutable)? Expr, f: F<'_>) {
                match expr {
                    Expr::Literal(_)
                    | Expr::Column { .. }
                    | Expr::Keyword(..)
                    | Expr::Default => {}
                    Expr::Unary { expr, .. }
                    | Expr::IsNull { expr, .. }
                    | Expr::IsBoolean { expr, .. }
                    | Expr::Cast { expr, .. }
                    | Expr::Extract { expr, .. }
                    | Expr::Collate { expr, .. }
                    | Expr::Interval { value: expr, .. } => f($part::Expr(expr)),
                    Expr::Binary { left, right, .. }
                    | Expr::IsDistinct { left, right, .. }
                    | Expr::Quantified { left, right, .. }
                    | Expr::Position { needle: left, haystack: right }
                    | Expr::AtTimeZone { expr: left, zone: right }
                    | Expr::Subscript { expr: left, index: right }
                    | Expr::Like { expr: left, pattern: right, .. } => {
                        f($part::Expr(left));
                        f($part::Expr(right));
                    }
                    Expr::Between { expr, low, high, .. } => {
                        f($part::Expr(expr));
                        f($part::Expr(low));
                        f($part::Expr(high));
                    }
                    Expr::InList { expr, list, .. } => {
                        f($part::Expr(expr));
                        all(list, f);
                    }
                    Expr::InQuery { expr, query, .. } => {
                        f($part::Expr(expr));
                        f($part::Query(query));
                    }
                    Expr::Exists(query) | Expr::Subquery(query) | Expr::ArrayQuery(query) => {
                        f($part::Query(query));
                    }
                    Expr::Case { operand, whens, otherwise } => {
                        boxed(operand, f);
                        for (when, then) in whens {
                            f($part::Expr(when));
                            f($part::Expr(then));
                        }
                        boxed(otherwise, f);
                    }
                    Expr::Call(call) => {
                        let call = &$($mutable)? **call;
                        for arg in &$($mutable)? call.args {
                            match arg {
                                CallArg::Expr(expr) | CallArg::Named(_, expr) => {
                                    f($part::Expr(expr));
                                }
                                CallArg::Star => {}
                            }
                        }
                        order(&$($mutable)? call.order_by, f);
                        maybe(&$($mutable)? call.filter, f);
                        if let Some(over) = &$($mutable)? call.over {
                            window(over, f);
                        }
                    }
                    Expr::Substring { expr, start, length } => {
                        f($part::Expr(expr));
                        boxed(start, f);
                        boxed(length, f);
                    }
                    Expr::Trim { expr, what, .. } => {
                        f($part::Expr(expr));
                        boxed(what, f);
                    }
                    Expr::Array(list) | Expr::Row(list) => all(list, f),
                }
            }

            fn all(list: &$($mutable)? [Expr], f: F<'_>) {
                for expr in list {
                    f($part::Expr(expr));
                }
            }

            fn maybe(expr: &$($mutable)? Option<Expr>, f: F<'_>) {
                if let Some(expr) = expr {
                    f($part::Expr(expr));
                }
            }

            fn boxed(expr: &$($mutable)? Option<Box<Expr>>, f: F<'_>) {
                if let Some(expr) = expr {
                    f($part::Expr(expr));
                }
            }

            fn order(order: &$($mutable)? [OrderBy], f: F<'_>) {
                for key in order {
                    f($part::Expr(&$($mutable)? key.expr));
                }
            }

            fn window(window: &$($mutable)? Window, f: F<'_>) {
                all(&$($mutable)? window.partition_by, f);
                order(&$($mutable)? window.order_by, f);
            }

            fn ctes(with: &$($mutable)? [Cte], f: F<'_>) {
                for cte in with {
                    f($part::Data(&$($mutable)? cte.body));
                }
            }

            fn items(items: &$($mutable)? [SelectItem], f: F<'_>) {
                for item in items {
                    if let SelectItem::Expr { expr, .. } = item {
                        f($part::Expr(expr));
                    }
                }
            }

            fn tables(tables: &$($mutable)? [TableRef], f: F<'_>) {
                for table in tables {
                    f($part::Table(table));
                }
            }

            pub(super) fn query(query: &$($mutable)? Query, f: F<'_>) {
                ctes(&$($mutable)? query.with, f);
                body(&$($mutable)? query.body, f);
                order(&$($mutable)? query.order_by, f);
                maybe(&$($mutable)? query.limit, f);
                maybe(&$($mutable)? query.offset, f);
            }

            fn body(set: &$($mutable)? SetExpr, f: F<'_>) {
                match set {
                    SetExpr::Select(s) => select(s, f),
                    SetExpr::Values(rows) => {
                        for row in rows {
                            all(row, f);
                        }
                    }
                    SetExpr::Query(query) => f($part::Query(query)),
                    SetExpr::Op { left, right, .. } => {
                        body(left, f);
                        body(right, f);
                    }
                }
            }

            fn select(select: &$($mutable)? Select, f: F<'_>) {
                if let Some(Distinct::On(list)) = &$($mutable)? select.distinct {
                    all(list, f);
                }
                items(&$($mutable)? select.items, f);
                tables(&$($mutable)? select.from, f);
                maybe(&$($mutable)? select.filter, f);
                all(&$($mutable)? select.group_by, f);
                maybe(&$($mutable)? select.having, f);
                for (_, over) in &$($mutable)? select.windows {
                    window(over, f);
                }
            }

            pub(super) fn table(table: &$($mutable)? TableRef, f: F<'_>) {
                match table {
                    TableRef::Table { .. } => {}
                    TableRef::Subquery { query, .. } => f($part::Query(query)),
                    TableRef::Function { call, .. } => f($part::Expr(call)),
                    TableRef::Join { left, right, on, .. } => {
                        f($part::Table(left));
                        f($part::Table(right));
                        if let JoinOn::Expr(expr) = on {
                            f($part::Expr(expr));
                        }
                    }
                }
            }

            fn assignments(list: &$($mutable)? [Assignment], f: F<'_>) {
                for assignment in list {
                    f($part::Expr(&$($mutable)? assignment.value));
                }
            }

            pub(super) fn data(statement: &$($mutable)? DataStatement, f: F<'_>) {
                match statement {
                    DataStatement::Query(query) => f($part::Query(query)),
                    DataStatement::Insert(insert) => {
                        let insert = &$($mutable)? **insert;
                        ctes(&$($mutable)? insert.with, f);
                        if let InsertSource::Query(query) = &$($mutable)? insert.source {
                            f($part::Query(query));
                        }
                        match &$($mutable)? insert.on_conflict {
                            Some(OnConflict::Nothing { filter, .. }) => maybe(filter, f),
                            Some(OnConflict::Update {
                                key_filter,
                                assignments: list,
                                filter,
                                ..
                            }) => {
                                maybe(key_filter, f);
                                assignments(list, f);
                                maybe(filter, f);
                            }
                            Some(OnConflict::Replace | OnConflict::Ignore) | None => {}
                        }
                        items(&$($mutable)? insert.returning, f);
                    }
                    DataStatement::Update(update) => {
                        let update = &$($mutable)? **update;
                        ctes(&$($mutable)? update.with, f);
                        tables(&$($mutable)? update.from, f);
                        assignments(&$($mutable)? update.assignments, f);
                        maybe(&$($mutable)? update.filter, f);
                        order(&$($mutable)? update.order_by, f);
                        maybe(&$($mutable)? update.limit, f);
                        items(&$($mutable)? update.returning, f);
                    }
                    DataStatement::Delete(delete) => {
                        let delete = &$($mutable)? **delete;
                        ctes(&$($mutable)? delete.with, f);
                        tables(&$($mutable)? delete.using, f);
                        maybe(&$($mutable)? delete.filter, f);
                        order(&$($mutable)? delete.order_by, f);
                        maybe(&$($mutable)? delete.limit, f);
                        items(&$($mutable)? delete.returning, f);
                    }
                    DataStatement::Truncate { .. } => {}
                }
            }
        }
    };
}

impl Expr {
    /// Whether it names a column, but for subqueries.
    pub fn names_column(&self, column: &str) -> bool {
        let mut found = matches!(self, Self::Column { column: own, .. } if own == column);
        self.parts(&mut |part| {
            if let Part::Expr(expr) = part {
                found = found || expr.names_column(column);
            }
        });
        found
    }

    /// Calls `f` with this expression and everything in it, those in subqueries too; outer ones
    /// first.
    pub fn each_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        f(self);
        self.parts_mut(&mut |part| each_part(part, f));
    }
}

impl Query {
    /// Calls `f` with every expression in this query; outer ones first.
    pub fn each_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        self.parts_mut(&mut |part| each_part(part, f));
    }
}

impl DataStatement {
    /// Calls `f` with every expression in this statement; outer ones first.
    pub fn each_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        self.parts_mut(&mut |part| each_part(part, f));
    }
}

fn each_part(part: PartMut<'_>, f: &mut dyn FnMut(&mut Expr)) {
    match part {
        PartMut::Expr(expr) => expr.each_mut(f),
        PartMut::Query(query) => query.each_mut(f),
        PartMut::Table(table) => table.parts_mut(&mut |part| each_part(part, f)),
        PartMut::Data(data) => data.parts_mut(&mut |part| each_part(part, f)),
    }
}

walker!(Part, parts, shared,);
walker!(PartMut, parts_mut, exclusive, mut);
