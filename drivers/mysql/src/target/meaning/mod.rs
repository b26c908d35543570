//! From PostgreSQL's meaning to this server's: what an expression, a query or a statement has to
//! say here so that it does what it did there.
//!
//! How values are held: a boolean is 1 or 0, a moment (`timestamptz`) is a DATETIME in UTC, an
//! array is a JSON array, a uuid is its text in lower case. Sessions are taken to be in UTC on both
//! sides, as Diesel makes those of MySQL.
//!
//! * `constants`: a text that PostgreSQL reads as a value of a type.
//! * `casts`: values of one type as another.
//! * `operators`, `compare`: `/`, `||`, `=`, LIKE …
//! * `calls`, `texts`, `times`, `json`, `joined`, `aggregates`: functions.
//! * `queries`, `elements`: what stands in FROM, the order of NULLs.
//! * `aliases`: names of a select list where PostgreSQL means columns.
//!
//! # Invariants
//!
//! - A node whose operands' types are not known is refused if it depends on them.
//! - A function that is not listed is refused.

mod aggregates;
mod aliases;
mod calls;
mod casts;
mod compare;
mod constants;
mod differences;
mod elements;
mod enum_order;
mod joined;
mod json;
mod null_element;
mod operators;
mod queries;
mod ranges;
mod texts;
mod times;
mod windows;

use std::cell::Cell;

use aludel::schema::{
    DataStatement, Expr, NEW, Name, OLD, OrderBy, Query, Schema, Select, SelectItem, TableRef, Type,
};
use aludel::sql::Syntax;
use aludel::translate::Refusal;
use aludel::translate::infer::{Family, Field, Relation};
use aludel::translate::rewrite::{Rewriter, Rules};

use super::build;
use super::facts::Facts;
use super::names;

/// The rules for one server.
pub(crate) struct Meaning<'a> {
    facts: &'a Facts,
    /// What the target holds, where that is known.
    held: Option<&'a Schema>,
    /// What the expression at hand gives is rounded to few digits: digits beyond the fifteenth
    /// are of no account.
    rounded: Cell<bool>,
    /// Values that make no sense do not make the statement at hand fail.
    lenient: bool,
    /// The expression is a part of the schema, where no subquery stands.
    lasting: bool,
}

impl<'a> Meaning<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        Self {
            facts,
            held: None,
            rounded: Cell::new(false),
            lenient: false,
            lasting: false,
        }
    }

    /// The same for this statement: a DELETE on MariaDB knows no strict mode.
    pub(crate) fn within(self, statement: &DataStatement) -> Self {
        let delete = matches!(statement, DataStatement::Delete(_));
        Self {
            lenient: delete && !self.facts.strict_deletes,
            ..self
        }
    }

    /// The same for what is a part of the schema.
    pub(crate) fn lasting(self) -> Self {
        Self {
            lasting: true,
            ..self
        }
    }

    fn refuse_lenient(&self, rw: &mut Rewriter<'_>, what: &str) -> Expr {
        let message = format!(
            "{what} in a DELETE: {} would go on where it should fail",
            self.facts.name
        );
        let help = "let an UPDATE mark the rows, and delete those";
        rw.refuse(Refusal::new("lenient-delete", message).help(help))
    }

    /// The same where the target holds this.
    pub(crate) fn over(self, held: &'a Schema) -> Self {
        Self {
            held: Some(held),
            ..self
        }
    }

    /// Whether this says what an authored dialect means.
    ///
    /// # Errors
    ///
    /// If it does not.
    pub(crate) fn of(source: Syntax, facts: &'a Facts) -> Result<Self, Vec<Refusal>> {
        match source {
            Syntax::Postgres => Ok(Self::new(facts)),
            other => {
                let message = format!("{other:?} is not translated for {}", facts.name);
                Err(vec![Refusal::new("no-translation", message)])
            }
        }
    }

    fn refuse(
        &self,
        rw: &mut Rewriter<'_>,
        code: &'static str,
        what: impl std::fmt::Display,
    ) -> Expr {
        let message = format!("{what} has no counterpart on {}", self.facts.name);
        rw.refuse(Refusal::new(code, message))
    }

    fn refuse_unknown(&self, rw: &mut Rewriter<'_>, what: impl std::fmt::Display) -> Expr {
        let message =
            format!("{what}: the type of an operand is not known, and what it does depends on it");
        rw.refuse(Refusal::new("unknown-type", message).help("say the type with a cast"))
    }

    /// A value where only its first digits count.
    fn rounded<T>(&self, within: impl FnOnce() -> T) -> T {
        let before = self.rounded.replace(true);
        let result = within();
        self.rounded.set(before);
        result
    }

    /// The default of a column; `None` if it is NULL, which is what no default means.
    pub(crate) fn default(&self, rw: &mut Rewriter<'_>, value: &Expr, ty: &Type) -> Option<Expr> {
        let field = Field {
            name: String::new(),
            ty: Some(ty.clone()),
            nullable: true,
        };
        let value = match rw.scope.ty(value) {
            // A default may look at the session, which an index and a CHECK may not.
            Some(Type::Timestamp { zoned, .. }) if Family::of(ty) == Family::Text => {
                let moment = rw.expr(value);
                self.moment_shown(moment, zoned)
            }
            _ => self.assign(rw, value, &field),
        };
        if value == build::null() {
            return None;
        }
        // A local time is what a column without a zone asks for, in whatever zone the session is.
        if let Type::Timestamp {
            zoned: false,
            precision,
        } = ty
            && value == build::utc_now()
        {
            let digits = precision.unwrap_or(6);
            return Some(Expr::Keyword("CURRENT_TIMESTAMP", Some(digits)));
        }
        Some(value)
    }
}

/// Columns that every table of PostgreSQL's has.
const SYSTEM: [&str; 5] = ["ctid", "xmin", "xmax", "cmin", "cmax"];

impl Rules for Meaning<'_> {
    fn expr(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr> {
        let rounded = self.rounded.replace(false);
        let result = self.node(rw, expr, rounded);
        self.rounded.set(rounded);
        result
    }

    fn assign(&self, rw: &mut Rewriter<'_>, value: &Expr, field: &Field) -> Expr {
        let Some(ty) = &field.ty else {
            return rw.expr(value);
        };
        self.stored(rw, value, ty)
    }

    fn name(&self, _: &mut Rewriter<'_>, name: &Name) -> Name {
        names::flat(name)
    }

    fn query(&self, rw: &mut Rewriter<'_>, query: &Query) -> Option<Query> {
        self.whole_query(rw, query)
    }

    fn select(&self, rw: &mut Rewriter<'_>, select: &Select) -> Option<Select> {
        self.refuse_frames(rw, select);
        let apart = self.aliases_apart(rw, select);
        let windows = self.windows_apart(apart.as_ref().unwrap_or(select));
        windows.or(apart)
    }

    fn table_ref(&self, rw: &mut Rewriter<'_>, item: &TableRef) -> Option<TableRef> {
        self.item_of_from(rw, item)
    }

    fn select_item(&self, rw: &mut Rewriter<'_>, item: &SelectItem) -> Option<Vec<SelectItem>> {
        self.star_of_elements(rw, item);
        None
    }

    fn order_key(&self, rw: &mut Rewriter<'_>, key: &OrderBy, value: &Expr) -> OrderBy {
        self.key_of_order(rw, key, value)
    }
}

impl Meaning<'_> {
    fn node(&self, rw: &mut Rewriter<'_>, expr: &Expr, rounded: bool) -> Option<Expr> {
        Some(match expr {
            Expr::Literal(literal) => self.literal(rw, literal)?,
            Expr::Column { table, column } => {
                // A table's own column may be called so; what it is called by itself is PostgreSQL's.
                if SYSTEM.contains(&column.as_str()) && rw.scope.ty(expr).is_none() {
                    let what = format!("`{column}`, which says where PostgreSQL keeps a row,");
                    return Some(self.refuse(rw, "no-form", what));
                }
                // What is no column, and called like what the query reads, is a whole row of that.
                let read = |relation: &Relation| relation.is_called(&Name::bare(column.clone()));
                if table.is_none()
                    && ![NEW, OLD].contains(&column.as_str())
                    && rw.scope.has(None, column) == Some(false)
                    && rw.scope.relations().iter().any(read)
                    && rw.scope.whole(column).is_none()
                {
                    let what = format!("the whole row `{column}`");
                    return Some(self.refuse(rw, "no-form", what));
                }
                return self.element(rw, table.as_ref(), column);
            }
            Expr::Default => return None,
            Expr::Keyword(word, digits) => self.keyword(rw, word, *digits),
            Expr::Unary { op, expr } => self.unary(rw, *op, expr, rounded),
            Expr::Binary { left, op, right } => self.binary(rw, left, *op, right, rounded)?,
            Expr::IsNull { expr, negated } => return self.null_element(rw, expr, *negated),
            Expr::IsBoolean { .. } => return None,
            Expr::Exists(_) | Expr::Subquery(_) => return None,
            Expr::InQuery {
                expr,
                query,
                negated,
            } => return self.in_query(rw, expr, query, *negated),
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => self.distinct(rw, left, right, *negated),
            Expr::Between {
                expr,
                low,
                high,
                negated,
            } => self.between(rw, expr, low, high, *negated),
            Expr::InList {
                expr,
                list,
                negated,
            } => self.in_list(rw, expr, list, *negated),
            Expr::Quantified {
                left,
                op,
                quantifier,
                right,
            } => self.quantified(rw, left, *op, *quantifier, right)?,
            Expr::Like { .. } => self.like(rw, expr),
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => self.case(
                rw,
                expr,
                operand.as_deref(),
                whens,
                otherwise.as_deref(),
                rounded,
            ),
            Expr::Cast { expr, ty } => self.explicit_cast(rw, expr, ty),
            Expr::Call(call) => self.call(rw, expr, call, rounded),
            Expr::Extract { field, expr } => self.extract(rw, field, expr),
            Expr::Position { needle, haystack } => {
                let (needle, haystack) = (self.text(rw, needle), self.text(rw, haystack));
                build::call("locate", [needle, haystack])
            }
            Expr::Substring {
                expr,
                start,
                length,
            } => self.substring(rw, expr, start.as_deref(), length.as_deref()),
            Expr::Trim { expr, side, what } => self.trim(rw, expr, *side, what.as_deref()),
            Expr::AtTimeZone { expr, zone } => self.at_time_zone(rw, expr, zone),
            Expr::Interval { .. } => self.refuse(rw, "interval", "an interval as a value"),
            Expr::Collate { expr, collation } => {
                let name = collation.name.to_lowercase();
                if matches!(name.as_str(), "c" | "posix" | "ucs_basic") {
                    rw.expr(expr)
                } else {
                    self.refuse(rw, "collation", format!("the collation `{collation}`"))
                }
            }
            Expr::Array(items) => {
                let ty = match rw.scope.ty(expr) {
                    Some(Type::Array(ty)) => *ty,
                    _ => Type::Text,
                };
                let items = items
                    .iter()
                    .map(|item| self.json_element(rw, item, &ty))
                    .collect::<Vec<_>>();
                build::call("json_array", items)
            }
            Expr::Subscript { expr, index } => self.subscript(rw, expr, index),
            Expr::Row(items) => Expr::Row(rw.exprs(items)),
            Expr::ArrayQuery(query) => self.array_query(rw, query),
        })
    }

    /// CASE: its results meet in one type, which constants among them take.
    fn case(
        &self,
        rw: &mut Rewriter<'_>,
        whole: &Expr,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
        rounded: bool,
    ) -> Expr {
        let document = |ty: Type| matches!(Family::of(&ty), Family::Json | Family::Array);
        if operand.is_some_and(|operand| rw.scope.ty(operand).is_some_and(document)) {
            return self.refuse(rw, "comparison", "CASE of a JSON value or an array");
        }
        let ty = rw.scope.ty(whole).unwrap_or(Type::Text);
        let result = |rw: &mut Rewriter<'_>, value: &Expr| {
            if rounded {
                self.rounded(|| self.meet(rw, value, &ty))
            } else {
                self.meet(rw, value, &ty)
            }
        };
        let whens = whens
            .iter()
            .map(|(when, then)| {
                let when = match operand {
                    // Compared with it.
                    Some(operand) => self.pair(rw, operand, when, "CASE").1,
                    None => rw.expr(when),
                };
                (when, result(rw, then))
            })
            .collect();
        Expr::Case {
            operand: operand.map(|operand| Box::new(rw.expr(operand))),
            whens,
            otherwise: otherwise.map(|value| Box::new(result(rw, value))),
        }
    }

    /// A value where several meet in one type: as itself, or a constant of that type.
    fn meet(&self, rw: &mut Rewriter<'_>, value: &Expr, ty: &Type) -> Expr {
        match (value, Family::of(ty)) {
            (Expr::Literal(aludel::schema::Literal::Text(text)), Family::Json | Family::Array) => {
                self.json_constant(rw, text, ty)
            }
            (Expr::Literal(aludel::schema::Literal::Text(text)), _) => self.constant(rw, text, ty),
            _ => rw.expr(value),
        }
    }
}

/// Whether an expression is UTC as the name of a zone.
pub(crate) fn is_utc(zone: &Expr) -> bool {
    matches!(zone, Expr::Literal(aludel::schema::Literal::Text(text))
        if ["utc", "gmt", "z", "etc/utc", "utc0", "zulu"].contains(&text.to_lowercase().as_str()))
}
