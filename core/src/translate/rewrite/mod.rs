//! Rewriting: from the authored engine's meaning to the target's.
//!
//! A [`Rewriter`] walks a statement, a query or an expression, always knowing which columns are
//! in sight ([`Scope`]), and asks a target's [`Rules`] about each node. What a rule says nothing
//! about is kept, its parts rewritten. The result means in the target what the original means in
//! the authored engine; [`print`](super::print) then only has to write it.
//!
//! # Invariants
//!
//! - Types are asked of the *authored* expression: a rule gets the node as it was, and rewrites
//!   its parts itself.
//! - All refusals are collected: a refused node leaves NULL in its place, and the walk goes on.

mod query;
mod size;
mod statement;

use super::infer::{Field, Scope};
use super::{Omission, Refusal};
use crate::schema::{
    BinaryOp, Call, CallArg, Expr, Literal, Name, OrderBy, Query, Select, SelectItem, TableRef,
    Window,
};
use crate::sql::Syntax;

/// What a target does to nodes whose meaning or form differs there.
pub trait Rules {
    /// An expression. `None`: it means the same, and so do its parts once they are rewritten.
    fn expr(&self, rewriter: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr>;

    /// A value that is stored into a column (`INSERT`, `SET`). The engine converts it to the
    /// column's type; a text constant is read as one of that type.
    fn assign(&self, rewriter: &mut Rewriter<'_>, value: &Expr, field: &Field) -> Expr {
        let _ = field;
        rewriter.expr(value)
    }

    /// A whole query.
    fn query(&self, rewriter: &mut Rewriter<'_>, query: &Query) -> Option<Query> {
        let _ = (rewriter, query);
        None
    }

    /// A SELECT whose FROM is in sight, said otherwise in the authored dialect's terms, before its parts
    /// are rewritten. `None`: as it stands.
    fn select(&self, rewriter: &mut Rewriter<'_>, select: &Select) -> Option<Select> {
        let _ = (rewriter, select);
        None
    }

    /// An item of FROM.
    fn table_ref(&self, rewriter: &mut Rewriter<'_>, item: &TableRef) -> Option<TableRef> {
        let _ = (rewriter, item);
        None
    }

    /// An item of a select list; several, if it is a `*` that has to be spelled out.
    fn select_item(
        &self,
        rewriter: &mut Rewriter<'_>,
        item: &SelectItem,
    ) -> Option<Vec<SelectItem>> {
        let _ = (rewriter, item);
        None
    }

    /// A table's or view's name. Names of common table expressions are not asked about.
    fn name(&self, rewriter: &mut Rewriter<'_>, name: &Name) -> Name {
        let _ = rewriter;
        name.clone()
    }

    /// A key of an order. `value` is the authored expression that it sorts by, where the key
    /// itself only names an item of the select list.
    fn order_key(&self, rewriter: &mut Rewriter<'_>, key: &OrderBy, value: &Expr) -> OrderBy {
        let _ = value;
        OrderBy {
            expr: rewriter.expr(&key.expr),
            ..key.clone()
        }
    }
}

/// Walks with the rules of a target, and collects what they refuse.
pub struct Rewriter<'a> {
    rules: &'a dyn Rules,
    /// The columns in sight.
    pub scope: Scope<'a>,
    refusals: Vec<Refusal>,
    omissions: Vec<Omission>,
}

/// What `walk` makes with a rewriter, and what it left out.
///
/// # Errors
///
/// All refusals met, each once.
pub fn rewrite<T>(
    rules: &dyn Rules,
    scope: Scope<'_>,
    walk: impl FnOnce(&mut Rewriter<'_>) -> T,
) -> Result<(T, Vec<Omission>), Vec<Refusal>> {
    let mut rewriter = Rewriter {
        rules,
        scope,
        refusals: Vec::new(),
        omissions: Vec::new(),
    };
    let result = walk(&mut rewriter);
    if rewriter.refusals.is_empty() {
        Ok((result, rewriter.omissions))
    } else {
        Err(rewriter.refusals)
    }
}

impl Rewriter<'_> {
    /// Rewrites something in the same scope, of which it is not yet known what comes of a refusal:
    /// what is refused and left out in it is told apart from all else.
    ///
    /// # Errors
    ///
    /// All refusals met in it, each once.
    pub fn apart<T>(
        &mut self,
        walk: impl FnOnce(&mut Self) -> T,
    ) -> Result<(T, Vec<Omission>), Vec<Refusal>> {
        let refusals = std::mem::take(&mut self.refusals);
        let omissions = std::mem::take(&mut self.omissions);
        let result = walk(self);
        let refusals = std::mem::replace(&mut self.refusals, refusals);
        let omissions = std::mem::replace(&mut self.omissions, omissions);
        if refusals.is_empty() {
            Ok((result, omissions))
        } else {
            Err(refusals)
        }
    }

    /// Notes a refusal, and answers with what stands in the place of the refused node.
    pub fn refuse(&mut self, refusal: Refusal) -> Expr {
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
        }
        Expr::Literal(Literal::Null)
    }

    /// Notes something that is left out.
    pub fn omit(&mut self, omission: Omission) {
        if !self.omissions.contains(&omission) {
            self.omissions.push(omission);
        }
    }

    /// Whether something has been refused so far.
    pub fn has_refused(&self) -> bool {
        !self.refusals.is_empty()
    }

    /// An expression.
    pub fn expr(&mut self, expr: &Expr) -> Expr {
        let rules = self.rules;
        if self.scope.source() == Syntax::Postgres && comes_to_null(expr) {
            return self.expr(&Expr::Literal(Literal::Null));
        }
        if let Some(value) = self.whole(expr).or_else(|| nothing_in_row(expr)) {
            return self.expr(&value);
        }
        match rules.expr(self, expr) {
            Some(made) if size::has_grown(expr, &made) => self.refuse(
                Refusal::new("too-long", "an expression whose parts would have to be written over and over: it would be too long")
                    .help("split the statement: compute the value in several steps"),
            ),
            Some(expr) => expr,
            None => self.parts(expr),
        }
    }

    /// The value that the name of a function in FROM means.
    fn whole(&self, expr: &Expr) -> Option<Expr> {
        let Expr::Column {
            table: None,
            column,
        } = expr
        else {
            return None;
        };
        let relation = self.scope.whole(column)?;
        let field = relation.fields.as_ref()?.first()?;
        Some(Expr::Column {
            table: relation.name.clone(),
            column: field.name.clone(),
        })
    }

    /// An expression in a box.
    pub fn boxed(&mut self, expr: &Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    /// Several expressions.
    pub fn exprs(&mut self, exprs: &[Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn maybe(&mut self, expr: Option<&Expr>) -> Option<Expr> {
        expr.map(|expr| self.expr(expr))
    }

    fn maybe_boxed(&mut self, expr: Option<&Expr>) -> Option<Box<Expr>> {
        expr.map(|expr| self.boxed(expr))
    }

    /// An expression kept as it is, its parts rewritten.
    pub fn parts(&mut self, expr: &Expr) -> Expr {
        match expr {
            Expr::Literal(_) | Expr::Keyword(..) | Expr::Default => expr.clone(),
            Expr::Column { table, column } => Expr::Column {
                table: table.as_ref().map(|table| self.qualifier(table)),
                column: column.clone(),
            },
            Expr::Unary { op, expr } => Expr::Unary {
                op: *op,
                expr: self.boxed(expr),
            },
            Expr::Binary { .. } => self.chain(expr),
            Expr::IsNull { expr, negated } => Expr::IsNull {
                expr: self.boxed(expr),
                negated: *negated,
            },
            Expr::IsBoolean {
                expr,
                value,
                negated,
            } => Expr::IsBoolean {
                expr: self.boxed(expr),
                value: *value,
                negated: *negated,
            },
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => Expr::IsDistinct {
                left: self.boxed(left),
                right: self.boxed(right),
                negated: *negated,
            },
            Expr::Between {
                expr,
                low,
                high,
                negated,
            } => Expr::Between {
                expr: self.boxed(expr),
                low: self.boxed(low),
                high: self.boxed(high),
                negated: *negated,
            },
            Expr::InList {
                expr,
                list,
                negated,
            } => Expr::InList {
                expr: self.boxed(expr),
                list: self.exprs(list),
                negated: *negated,
            },
            Expr::InQuery {
                expr,
                query,
                negated,
            } => Expr::InQuery {
                expr: self.boxed(expr),
                query: Box::new(self.query(query)),
                negated: *negated,
            },
            Expr::Quantified {
                left,
                op,
                quantifier,
                right,
            } => Expr::Quantified {
                left: self.boxed(left),
                op: *op,
                quantifier: *quantifier,
                right: self.boxed(right),
            },
            Expr::Exists(query) => Expr::Exists(Box::new(self.query(query))),
            Expr::Like {
                expr,
                pattern,
                escape,
                any_case,
                negated,
            } => Expr::Like {
                expr: self.boxed(expr),
                pattern: self.boxed(pattern),
                escape: *escape,
                any_case: *any_case,
                negated: *negated,
            },
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => Expr::Case {
                operand: self.maybe_boxed(operand.as_deref()),
                whens: whens
                    .iter()
                    .map(|(when, then)| (self.expr(when), self.expr(then)))
                    .collect(),
                otherwise: self.maybe_boxed(otherwise.as_deref()),
            },
            Expr::Cast { expr, ty } => Expr::Cast {
                expr: self.boxed(expr),
                ty: ty.clone(),
            },
            Expr::Call(call) => Expr::Call(Box::new(self.call(call))),
            Expr::Extract { field, expr } => Expr::Extract {
                field: field.clone(),
                expr: self.boxed(expr),
            },
            Expr::Position { needle, haystack } => Expr::Position {
                needle: self.boxed(needle),
                haystack: self.boxed(haystack),
            },
            Expr::Substring {
                expr,
                start,
                length,
            } => Expr::Substring {
                expr: self.boxed(expr),
                start: self.maybe_boxed(start.as_deref()),
                length: self.maybe_boxed(length.as_deref()),
            },
            Expr::Trim { expr, side, what } => Expr::Trim {
                expr: self.boxed(expr),
                side: *side,
                what: self.maybe_boxed(what.as_deref()),
            },
            Expr::AtTimeZone { expr, zone } => Expr::AtTimeZone {
                expr: self.boxed(expr),
                zone: self.boxed(zone),
            },
            Expr::Interval { value, unit } => Expr::Interval {
                value: self.boxed(value),
                unit: unit.clone(),
            },
            Expr::Collate { expr, collation } => Expr::Collate {
                expr: self.boxed(expr),
                collation: collation.clone(),
            },
            Expr::Array(items) => Expr::Array(self.exprs(items)),
            Expr::Subscript { expr, index } => Expr::Subscript {
                expr: self.boxed(expr),
                index: self.boxed(index),
            },
            Expr::Row(items) => Expr::Row(self.exprs(items)),
            Expr::Subquery(query) => Expr::Subquery(Box::new(self.query(query))),
            Expr::ArrayQuery(query) => Expr::ArrayQuery(Box::new(self.query(query))),
        }
    }

    /// A chain of AND or OR is a loop: programs generate long ones.
    fn chain(&mut self, expr: &Expr) -> Expr {
        use crate::schema::BinaryOp::{And, Or};
        let mut rest = Vec::new();
        let mut first = expr;
        while let Expr::Binary { left, op, right } = first {
            if rest
                .last()
                .is_some_and(|(above, _)| above != op || !matches!(op, And | Or))
            {
                break;
            }
            rest.push((*op, right));
            first = left;
        }
        let mut result = self.expr(first);
        for (op, right) in rest.into_iter().rev() {
            let right = self.expr(right);
            result = Expr::binary(result, op, right);
        }
        result
    }

    /// The table that qualifies a column or a `*`: an alias stays what it is.
    pub fn qualifier(&mut self, table: &Name) -> Name {
        let is_alias = |name: &Name| name.schema.is_none() && name != table;
        match self
            .scope
            .relation(table)
            .and_then(|relation| relation.name.as_ref())
        {
            Some(name) if is_alias(name) => name.clone(),
            _ if self.scope.schema().table(table).is_some() => self.table_name(table),
            _ => table.clone(),
        }
    }

    /// The name of a table or view, unless it is a common table expression's.
    pub fn table_name(&mut self, name: &Name) -> Name {
        if self.scope.is_cte(name) {
            return name.clone();
        }
        let rules = self.rules;
        rules.name(self, name)
    }

    /// A call kept as it is, its parts rewritten.
    pub fn call(&mut self, call: &Call) -> Call {
        let args = call.args.iter().map(|arg| match arg {
            CallArg::Expr(expr) => CallArg::Expr(self.expr(expr)),
            CallArg::Named(name, expr) => CallArg::Named(name.clone(), self.expr(expr)),
            CallArg::Star => CallArg::Star,
        });
        let args = args.collect();
        Call {
            name: call.name.clone(),
            args,
            distinct: call.distinct,
            order_by: self.order(&call.order_by),
            filter: self.maybe(call.filter.as_ref()),
            over: call.over.as_ref().map(|window| self.window(window)),
            separator: call.separator.clone(),
        }
    }

    /// A window.
    pub fn window(&mut self, window: &Window) -> Window {
        Window {
            name: window.name.clone(),
            partition_by: self.exprs(&window.partition_by),
            order_by: self.order(&window.order_by),
            frame: window.frame.clone(),
        }
    }

    /// Keys of an order within a call or a window.
    pub fn order(&mut self, keys: &[OrderBy]) -> Vec<OrderBy> {
        let rules = self.rules;
        keys.iter()
            .map(|key| rules.order_key(self, key, &key.expr))
            .collect()
    }
}

/// Whether arithmetic has a constant NULL for an operand: PostgreSQL's planner makes NULL of it without
/// a look at the other one, which may divide by 0.
fn comes_to_null(expr: &Expr) -> bool {
    use BinaryOp::{Divide, Minus, Modulo, Multiply, Plus};
    match expr {
        Expr::Binary {
            left,
            op: Divide | Minus | Modulo | Multiply | Plus,
            right,
        } => [left, right]
            .into_iter()
            .any(|side| side.is_null() || comes_to_null(side)),
        _ => false,
    }
}

/// `(a, b) IS NULL`: all of it is; and it IS NOT NULL if none of it is (PostgreSQL's manual, 9.25.6).
fn nothing_in_row(expr: &Expr) -> Option<Expr> {
    let Expr::IsNull { expr, negated } = expr else {
        return None;
    };
    let Expr::Row(items) = &**expr else {
        return None;
    };
    let each = items.iter().map(|item| Expr::IsNull {
        expr: Box::new(item.clone()),
        negated: *negated,
    });
    each.reduce(|left, right| Expr::binary(left, BinaryOp::And, right))
}
