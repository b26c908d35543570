//! Indexes. One that is not UNIQUE only makes queries fast: it may be left out, and that is said.

use aludel::schema::{Expr, Ident, Index, IndexKey, Literal, Name, Table, Type};
use aludel::sql::Syntax;
use aludel::translate::Refusal;

use super::super::collation::{self, Compares};
use super::super::meaning::Stands;
use super::super::names;
use super::super::types;
use super::Lowering;

/// A text of at most so many characters fits into an index as a whole.
const SHORT_TEXT: u32 = 640;

impl Lowering<'_> {
    pub(super) fn index(&mut self, index: &Index) -> Option<Index> {
        let shown = format!("the index `{}` on `{}`", index.name, self.table.name);
        if let Some(method) = index.method.as_deref()
            && !matches!(method, "btree" | "hash")
        {
            if index.unique {
                let message =
                    format!("{shown}: the method {method} has no counterpart on postgres");
                self.refusals.push(Refusal::new("index-method", message));
            }
            self.omit("index-method", format!("{shown} ({method})"));
            return None;
        }
        let mut refusals = Vec::new();
        let mut keys = Vec::new();
        for key in &index.keys {
            match self.index_key(key, index.unique) {
                Ok(key) => keys.push(key),
                Err(more) => refusals.extend(more),
            }
        }
        let filter = index.filter.as_ref().and_then(|filter| {
            self.try_rewrite(Stands::Schema, |meaning, rw| meaning.condition(rw, filter))
                .map_err(|more| refusals.extend(more))
                .ok()
        });
        if !refusals.is_empty() {
            self.without(index, &shown, refusals);
            return None;
        }
        let name = match self.source {
            // There it is one among all already.
            Syntax::Sqlite => names::short(&index.name),
            _ => names::of_table(&self.table.name.name, &index.name),
        };
        Some(Index {
            name: self.names.take(name),
            unique: index.unique,
            method: None,
            keys,
            include: Vec::new(),
            filter,
            nulls_not_distinct: false,
            comment: index.comment.clone(),
        })
    }

    fn index_key(&mut self, key: &IndexKey, unique: bool) -> Result<IndexKey, Vec<Refusal>> {
        let mut lowered = match (&key.expr, key.length) {
            (Expr::Column { column, .. }, length @ Some(_)) => {
                beginning(self.table, column, length, unique)
            }
            (expr, _) => {
                let expr = self.try_rewrite(Stands::Schema, |_, rw| rw.expr(expr))?;
                IndexKey::new(expr)
            }
        };
        lowered.descending = key.descending;
        if let Some(name) = &key.collation {
            let compares = collation::of_sqlite(Some(name));
            let Some(held) = compares.name() else {
                let message = format!("the collation `{name}` has no counterpart on postgres");
                return Err(vec![Refusal::new("collation", message)]);
            };
            if compares == Compares::AsciiCase {
                let message = format!(
                    "an index on `{}` ignores the case of all letters, not of ASCII's only",
                    self.table.name
                );
                self.omit("case-beyond-ascii", message);
            }
            lowered.collation = Some(Name::bare(held));
        }
        Ok(lowered)
    }

    fn without(&mut self, index: &Index, shown: &str, refusals: Vec<Refusal>) {
        if index.unique {
            for mut refusal in refusals {
                refusal.message = format!("{shown}: {}", refusal.message);
                self.take(refusal);
            }
            return;
        }
        let reasons: Vec<_> = refusals.into_iter().map(|r| r.message).collect();
        self.omit(
            "index-expression",
            format!("{shown}: {}", reasons.join("; ")),
        );
    }
}

/// A key over the first characters or bytes of a column. Where it tells nothing apart, and the
/// whole fits, it is the whole.
pub(super) fn beginning(
    table: &Table,
    column: &Ident,
    length: Option<u32>,
    unique: bool,
) -> IndexKey {
    let value = Expr::column(column.clone());
    let held = table
        .column(column)
        .and_then(|column| types::hold(&column.ty, Syntax::Mysql).ok())
        .map(|held| held.ty);
    let (Some(length), Some(ty)) = (length, held) else {
        return IndexKey::new(value);
    };
    let number = |n: u32| Expr::Literal(Literal::Number(n.to_string()));
    match ty {
        Type::Varchar(Some(most)) if most <= length || !unique && most <= SHORT_TEXT => {
            IndexKey::new(value)
        }
        ty if ty.is_bytes() => IndexKey::new(Expr::Substring {
            expr: Box::new(value),
            start: Some(Box::new(number(1))),
            length: Some(Box::new(number(length))),
        }),
        _ => IndexKey::new(Expr::call("left", [value, number(length)])),
    }
}
