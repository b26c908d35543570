//! Queries: what stands in FROM, DISTINCT ON, where NULLs stand.

use aludel::schema::{
    Cte, DataStatement, Expr, JoinKind, Literal, Nulls, OrderBy, Part, Query, Select, SelectItem,
    SetExpr, SetOp, TableRef, Type,
};
use aludel::translate::infer::{Family, has_aggregate};
use aludel::translate::named_elements;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::compare::is_by_bytes;
use super::elements::is_elements;
use crate::target::build;
use crate::target::types::LONGEST_VARCHAR;

impl Meaning<'_> {
    pub(super) fn whole_query(&self, rw: &mut Rewriter<'_>, query: &Query) -> Option<Query> {
        if let Some(named) = named_elements(query) {
            return Some(rw.query(&named));
        }
        self.refuse_query(rw, query);
        self.grown(rw, query)
    }

    /// A recursive query whose texts may grow: those of its first rows say how long they may be. One that
    /// comes from a text without a limit has none here either, and is not cut.
    fn grown(&self, rw: &mut Rewriter<'_>, query: &Query) -> Option<Query> {
        let SetExpr::Op { left, right, .. } = &query.body else {
            return None;
        };
        let (SetExpr::Select(first), SetExpr::Select(next)) = (&**left, &**right) else {
            return None;
        };
        let reads = |select: &Select| select.from.iter().any(|item| reads_cte(rw, item));
        if reads(first) || !reads(next) {
            return None;
        }
        let fields = rw.scope.query_fields(&Query::from((**left).clone()))?;
        rw.scope.enter();
        rw.scope.add_from(&first.from);
        let grows: Vec<bool> = (fields.iter().zip(&first.items).zip(&next.items))
            .map(|((field, first), next)| {
                let (SelectItem::Expr { expr: first, .. }, SelectItem::Expr { expr: next, .. }) =
                    (first, next)
                else {
                    return false;
                };
                matches!(field.ty, Some(Type::Text | Type::Varchar(None)))
                    && !matches!(next, Expr::Column { .. })
                    && is_short(rw, first)
            })
            .collect();
        rw.scope.leave();
        if !grows.contains(&true) {
            return None;
        }
        let mut rewritten = rw.plain_query(query, None);
        if let SetExpr::Op { left, .. } = &mut rewritten.body
            && let SetExpr::Select(first) = &mut **left
        {
            for (item, _) in first
                .items
                .iter_mut()
                .zip(grows)
                .filter(|(_, grows)| *grows)
            {
                if let SelectItem::Expr { expr, .. } = item {
                    let wide = build::cast(expr.clone(), Type::Char(Some(LONGEST_VARCHAR)));
                    *expr = build::collate(wide, self.facts.exact);
                }
            }
        }
        Some(rewritten)
    }

    /// Refuses what a query has that there is no form for.
    pub(crate) fn refuse_query(&self, rw: &mut Rewriter<'_>, query: &Query) {
        self.refuse_bodies(rw, &query.body);
        self.refuse_changing(rw, &query.with);
        for count in query.limit.iter().chain(&query.offset) {
            if !matches!(count, Expr::Literal(_)) {
                self.refuse(rw, "no-form", "LIMIT or OFFSET that is computed");
            }
        }
        if rw
            .scope
            .told_apart(query)
            .iter()
            .any(Family::is_of_many_texts)
        {
            let what = "DISTINCT, GROUP BY or UNION of JSON values or arrays";
            self.refuse(rw, "comparison", what);
        }
    }

    /// Refuses a statement in WITH that changes rows.
    pub(crate) fn refuse_changing(&self, rw: &mut Rewriter<'_>, with: &[Cte]) {
        let mut bodies = with.iter().map(|cte| &*cte.body);
        if bodies.any(|body| !matches!(body, DataStatement::Query(_))) {
            self.refuse(rw, "no-form", "a statement that changes rows in WITH");
        }
    }

    fn refuse_bodies(&self, rw: &mut Rewriter<'_>, body: &SetExpr) {
        let SetExpr::Op {
            op, left, right, ..
        } = body
        else {
            return;
        };
        if *op != SetOp::Union && !self.facts.set_operators {
            self.refuse(rw, "no-form", "INTERSECT and EXCEPT");
        }
        let fields = |body: &SetExpr| rw.scope.query_fields(&Query::from(body.clone()));
        if let (Some(ours), Some(theirs)) = (fields(left), fields(right)) {
            let padded = |ty: &Option<Type>| matches!(ty, Some(Type::Char(_)));
            let varied = |ty: &Option<Type>| matches!(ty, Some(Type::Varchar(_)));
            let mut pairs = ours.iter().zip(&theirs);
            if pairs.any(|(ours, theirs)| padded(&ours.ty) && varied(&theirs.ty)) {
                let what =
                    "a `varchar` among values of `char(n)`, which have no blanks at their end,";
                self.refuse(rw, "comparison", what);
            }
        }
        self.refuse_bodies(rw, left);
        self.refuse_bodies(rw, right);
    }

    pub(super) fn item_of_from(&self, rw: &mut Rewriter<'_>, item: &TableRef) -> Option<TableRef> {
        match item {
            TableRef::Table { columns, .. } if !columns.is_empty() => {
                self.refuse(rw, "no-form", "names for the columns of a table in FROM");
            }
            TableRef::Subquery { lateral: true, .. } if !self.facts.lateral => {
                self.refuse(rw, "no-form", "LATERAL");
            }
            TableRef::Subquery { query, .. } if !self.facts.lateral && looks_outside(query) => {
                let what = "a query in FROM that looks at the statement around it";
                self.refuse(rw, "no-form", what);
            }
            TableRef::Subquery {
                query,
                columns,
                alias,
                ..
            } if !columns.is_empty() => {
                return Some(self.named(rw, query, alias.as_ref(), columns));
            }
            TableRef::Function {
                call,
                ordinality,
                alias,
                columns,
                ..
            } if is_elements(call) => {
                return self.elements(rw, call, *ordinality, alias.as_ref(), columns);
            }
            TableRef::Function { .. } => {
                self.refuse(rw, "no-form", "a function in FROM");
            }
            TableRef::Join {
                kind: JoinKind::Full,
                ..
            } => {
                self.refuse(rw, "no-form", "FULL JOIN");
            }
            TableRef::Join {
                kind: JoinKind::Left,
                right: optional,
                ..
            }
            | TableRef::Join {
                kind: JoinKind::Right,
                left: optional,
                ..
            } => self.optional_elements(rw, optional),
            _ => {}
        }
        None
    }

    /// `(VALUES …) AS alias (a, b)`: the names go to the columns of its first row, which all
    /// servers take them from.
    fn named(
        &self,
        rw: &mut Rewriter<'_>,
        query: &Query,
        alias: Option<&String>,
        columns: &[String],
    ) -> TableRef {
        let rows = match &query.body {
            SetExpr::Values(rows) if query.with.is_empty() && query.limit.is_none() => rows,
            _ => {
                self.refuse(rw, "no-form", "names for the columns of a query in FROM");
                return TableRef::Table {
                    name: aludel::schema::Name::bare("refused"),
                    alias: None,
                    columns: Vec::new(),
                };
            }
        };
        let fields = rw.scope.query_fields(query).unwrap_or_default();
        let mut selects = rows.iter().map(|row| {
            let items = row.iter().enumerate().map(|(place, value)| {
                let ty = fields.get(place).and_then(|field| field.ty.clone());
                let expr = match ty {
                    Some(ty) => self.meet(rw, value, &ty),
                    None => rw.expr(value),
                };
                SelectItem::Expr {
                    expr,
                    alias: columns.get(place).cloned(),
                }
            });
            SetExpr::Select(Box::new(Select {
                items: items.collect(),
                ..Select::default()
            }))
        });
        let first = selects.next().unwrap_or(SetExpr::Values(Vec::new()));
        let body = selects.fold(first, |left, right| SetExpr::Op {
            op: SetOp::Union,
            all: true,
            left: Box::new(left),
            right: Box::new(right),
        });
        TableRef::Subquery {
            lateral: false,
            query: Box::new(body.into()),
            alias: alias.cloned(),
            columns: Vec::new(),
        }
    }

    /// A key of an order. NULL is the greatest value there, the least here.
    pub(super) fn key_of_order(
        &self,
        rw: &mut Rewriter<'_>,
        key: &OrderBy,
        value: &Expr,
    ) -> OrderBy {
        let ordered = rw.scope.ty(value).map(|ty| Family::of(&ty));
        let kept = rw.scope.ty(value).is_some_and(|ty| ty.is_kept_as_text());
        if kept
            || matches!(
                ordered,
                Some(Family::Json | Family::Array | Family::Interval)
            )
        {
            self.refuse(
                rw,
                "comparison",
                "an order of JSON values, arrays or intervals",
            );
        }
        if ordered == Some(Family::Text) && !is_by_bytes(value) {
            self.refuse_text_order(rw);
        }
        let first = match key.nulls {
            Some(Nulls::First) => true,
            Some(Nulls::Last) => false,
            None => key.descending,
        };
        // Where NULLs stand here without being told.
        let here = !key.descending;
        let nullable = rw.scope.nullable(value);
        // The number of an item of the select list is one only if it stands alone, and so is its name
        // if there is a column that is called so.
        let alone = match &key.expr {
            Expr::Literal(Literal::Number(_)) => true,
            Expr::Column {
                table: None,
                column,
            } => {
                let is_column = rw.scope.owner(column).is_some();
                // MariaDB finds no aggregate by its name within an expression.
                *value != key.expr && is_column || has_aggregate(value)
            }
            _ => false,
        };
        let by = if alone && nullable { value } else { &key.expr };
        OrderBy {
            expr: rw.expr(by),
            descending: key.descending,
            nulls: (nullable && first != here).then_some(if first {
                Nulls::First
            } else {
                Nulls::Last
            }),
        }
    }

    /// A boolean that holds where a condition does: a text constant is none.
    pub(crate) fn condition(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        self.meet(rw, expr, &Type::Boolean)
    }

    /// An expression and its type.
    pub(crate) fn typed(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<(Expr, Type)> {
        match rw.scope.ty(expr) {
            Some(ty) => Some((rw.expr(expr), ty)),
            None => {
                self.refuse_unknown(rw, "the key of an index");
                None
            }
        }
    }
}

/// Whether a text is made of nothing that could be longer than the longest VARCHAR.
fn is_short(rw: &Rewriter<'_>, expr: &Expr) -> bool {
    let limited = |ty: Option<Type>| {
        ty.is_some_and(|ty| {
            !matches!(ty, Type::Text | Type::Varchar(None) | Type::Citext)
                && !Family::is_of_many_texts(&ty)
                && Family::of(&ty) != Family::Bytes
        })
    };
    match expr {
        Expr::Column { .. } => limited(rw.scope.ty(expr)),
        Expr::Call(call) if matches!(call.name.name.as_str(), "repeat" | "string_agg") => false,
        expr => {
            let mut short = true;
            expr.parts(&mut |part| match part {
                Part::Expr(part) => short &= is_short(rw, part),
                Part::Query(_) | Part::Table(_) | Part::Data(_) => short = false,
            });
            short
        }
    }
}

/// Whether an item in FROM reads a common table expression.
fn reads_cte(rw: &Rewriter<'_>, item: &TableRef) -> bool {
    match item {
        TableRef::Table { name, .. } => rw.scope.is_cte(name),
        TableRef::Join { left, right, .. } => reads_cte(rw, left) || reads_cte(rw, right),
        _ => false,
    }
}

/// Whether a query names columns of what stands around it, as far as it says whose they are.
fn looks_outside(query: &Query) -> bool {
    fn walk<'q>(part: Part<'q>, own: &mut Vec<String>, named: &mut Vec<String>) {
        match part {
            Part::Expr(expr) => {
                if let Expr::Column {
                    table: Some(table), ..
                } = expr
                {
                    named.push(table.name.clone());
                }
                expr.parts(&mut |part| walk(part, own, named));
            }
            Part::Table(item) => {
                own.extend(name_of(item).cloned());
                item.parts(&mut |part| walk(part, own, named));
            }
            Part::Query(query) => query.parts(&mut |part| walk(part, own, named)),
            Part::Data(statement) => statement.parts(&mut |part| walk(part, own, named)),
        }
    }
    let (mut own, mut named) = (Vec::new(), Vec::new());
    query.parts(&mut |part| walk(part, &mut own, &mut named));
    named.iter().any(|name| !own.contains(name))
}

/// What an item in FROM is called.
fn name_of(item: &TableRef) -> Option<&String> {
    match item {
        TableRef::Table { name, alias, .. } => Some(alias.as_ref().unwrap_or(&name.name)),
        TableRef::Subquery { alias, .. } => alias.as_ref(),
        TableRef::Function { call, alias, .. } => alias.as_ref().or(match call {
            Expr::Call(call) => Some(&call.name.name),
            _ => None,
        }),
        _ => None,
    }
}
