//! Queries: a closed set, as far as migrations use them.

use super::{Expr, Ident, Name, Window};

/// A query with everything around its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `WITH`.
    pub with: Vec<Cte>,
    /// `WITH RECURSIVE`.
    pub recursive: bool,
    /// What it selects.
    pub body: SetExpr,
    /// `ORDER BY`.
    pub order_by: Vec<OrderBy>,
    /// `LIMIT`.
    pub limit: Option<Expr>,
    /// `OFFSET`.
    pub offset: Option<Expr>,
}

impl From<SetExpr> for Query {
    /// The body with nothing around it.
    fn from(body: SetExpr) -> Self {
        Self {
            with: Vec::new(),
            recursive: false,
            body,
            order_by: Vec::new(),
            limit: None,
            offset: None,
        }
    }
}

impl From<Select> for Query {
    /// The select with nothing around it.
    fn from(select: Select) -> Self {
        SetExpr::Select(Box::new(select)).into()
    }
}

/// A common table expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// Its name.
    pub name: Ident,
    /// Its columns' names.
    pub columns: Vec<Ident>,
    /// What it holds: a query, or (PostgreSQL) a data statement with RETURNING.
    pub body: Box<super::DataStatement>,
}

/// The body of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum SetExpr {
    /// `SELECT`.
    Select(Box<Select>),
    /// `VALUES`.
    Values(Vec<Vec<Expr>>),
    /// A query in parentheses.
    Query(Box<Query>),
    /// Two bodies joined.
    Op {
        /// How.
        op: SetOp,
        /// `ALL`.
        all: bool,
        /// Left of it.
        left: Box<SetExpr>,
        /// Right of it.
        right: Box<SetExpr>,
    },
}

/// Set operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOp {
    /// `UNION`.
    Union,
    /// `INTERSECT`.
    Intersect,
    /// `EXCEPT`.
    Except,
}

/// `SELECT`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Select {
    /// `DISTINCT`.
    pub distinct: Option<Distinct>,
    /// What is selected.
    pub items: Vec<SelectItem>,
    /// `FROM`, its items joined by commas.
    pub from: Vec<TableRef>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `GROUP BY`.
    pub group_by: Vec<Expr>,
    /// `HAVING`.
    pub having: Option<Expr>,
    /// `WINDOW`.
    pub windows: Vec<(Ident, Window)>,
}

/// `DISTINCT`.
#[derive(Debug, Clone, PartialEq)]
pub enum Distinct {
    /// Of all columns.
    All,
    /// PostgreSQL's `DISTINCT ON (…)`.
    On(Vec<Expr>),
}

/// One item of a select list.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// An expression, with its alias.
    Expr {
        /// The expression.
        expr: Expr,
        /// `AS`.
        alias: Option<Ident>,
    },
    /// `*`.
    Star,
    /// `t.*`.
    TableStar(Name),
}

/// Something to select from.
#[derive(Debug, Clone, PartialEq)]
pub enum TableRef {
    /// A table or view.
    Table {
        /// Its name.
        name: Name,
        /// Its alias.
        alias: Option<Ident>,
        /// Its columns' aliases.
        columns: Vec<Ident>,
    },
    /// `(SELECT …) alias`.
    Subquery {
        /// `LATERAL`.
        lateral: bool,
        /// The query.
        query: Box<Query>,
        /// Its alias.
        alias: Option<Ident>,
        /// Its columns' aliases.
        columns: Vec<Ident>,
    },
    /// `function(…) alias`: `unnest`, `generate_series`, `json_each` …
    Function {
        /// `LATERAL`.
        lateral: bool,
        /// The call.
        call: Expr,
        /// `WITH ORDINALITY`.
        ordinality: bool,
        /// Its alias.
        alias: Option<Ident>,
        /// Its columns' aliases.
        columns: Vec<Ident>,
    },
    /// A join.
    Join {
        /// Left of it.
        left: Box<TableRef>,
        /// Which.
        kind: JoinKind,
        /// Right of it.
        right: Box<TableRef>,
        /// By what.
        on: JoinOn,
    },
}

/// Kinds of join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// `[INNER] JOIN`.
    Inner,
    /// `LEFT JOIN`.
    Left,
    /// `RIGHT JOIN`.
    Right,
    /// `FULL JOIN`.
    Full,
    /// `CROSS JOIN`.
    Cross,
}

/// What a join joins by.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinOn {
    /// Nothing (CROSS JOIN).
    Nothing,
    /// `ON`.
    Expr(Expr),
    /// `USING`.
    Using(Vec<Ident>),
    /// `NATURAL`.
    Natural,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderBy {
    /// By what.
    pub expr: Expr,
    /// `DESC`.
    pub descending: bool,
    /// Where NULLs stand, if it was written.
    pub nulls: Option<Nulls>,
}

/// Where NULLs stand in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// `NULLS FIRST`.
    First,
    /// `NULLS LAST`.
    Last,
}
