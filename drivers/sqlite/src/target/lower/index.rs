//! Indexes. One that is not UNIQUE only makes queries fast: it may be left out, and that is said.

use aludel::schema::{CallArg, Expr, Index, IndexKey, Type};
use aludel::sql::Syntax;
use aludel::translate::Refusal;
use aludel::translate::infer::Scope;

use super::super::names;
use super::super::rules::Stands;
use super::{Lowering, nulls};

impl Lowering<'_> {
    pub(super) fn index(&mut self, index: &Index) -> Option<Index> {
        let shown = format!("the index `{}` on `{}`", index.name, self.table.name);
        if let Some(method) = index.method.as_deref()
            && !matches!(method, "btree" | "hash")
        {
            if index.unique {
                self.refuse(
                    "index-method",
                    format!("{shown}: the method {method} has no counterpart on sqlite"),
                );
            }
            self.omit("index-method", format!("{shown} ({method})"));
            return None;
        }
        if index.reads_full_text(self.table) {
            self.omit(
                "full-text",
                format!("{shown}: nothing computes what it is over"),
            );
            return None;
        }
        for key in index.keys.iter().filter(|_| index.unique) {
            if let Expr::Column { column, .. } = &key.expr {
                self.equal_as_text(column, &shown);
            }
        }
        let mut refusals = Vec::new();
        let table = self.table;
        let keys: Vec<IndexKey> = index
            .keys
            .iter()
            .filter_map(|key| self.key_of(key, index, &mut refusals))
            .flat_map(|key| match index.nulls_not_distinct {
                true => nulls::keys_of(key, table),
                false => vec![key],
            })
            .collect();
        let filter = index.filter.as_ref().and_then(|filter| {
            self.try_expr(Stands::Schema, |rw| rw.expr(filter))
                .map_err(|more| refusals.extend(more))
                .ok()
        });
        if !refusals.is_empty() {
            self.without(index, &shown, refusals);
            return None;
        }
        if index.comment.is_some() {
            self.omit("comment", format!("the comment on {shown}"));
        }
        if !index.include.is_empty() {
            self.omit(
                "index-include",
                format!("{shown}: INCLUDE ({})", index.include.join(", ")),
            );
        }
        Some(Index {
            name: match self.source {
                Syntax::Mysql => names::of_table(&self.table.name.name, &index.name, &|name| {
                    let mut tables = self.authored.tables();
                    tables.any(|table| table.name.name.eq_ignore_ascii_case(name))
                }),
                _ => index.name.clone(),
            },
            unique: index.unique,
            method: None,
            keys,
            include: Vec::new(),
            filter,
            nulls_not_distinct: false,
            comment: None,
        })
    }

    fn key_of(
        &mut self,
        key: &IndexKey,
        index: &Index,
        refusals: &mut Vec<Refusal>,
    ) -> Option<IndexKey> {
        if key.length.is_some() && index.unique {
            refusals.push(Refusal::new(
                "prefix-key",
                "a key of the first characters of a column has no counterpart on sqlite",
            ));
        }
        // These order by bytes, as SQLite does.
        let bytewise = |class: &String| class.ends_with("_pattern_ops") || class.ends_with("_ops");
        if key.class.as_ref().is_some_and(|class| !bytewise(class)) {
            refusals.push(Refusal::new(
                "index-class",
                "its operator class has no counterpart on sqlite",
            ));
        }
        if let Some(collation) = &key.collation
            && !matches!(collation.name.as_str(), "C" | "POSIX" | "ucs_basic")
        {
            self.omit(
                "collation",
                format!("the index `{}`: the order of `{collation}`", index.name),
            );
        }
        let whole = self.digested(&key.expr);
        if whole.is_some() {
            let message = format!("the index `{}`: a text itself, not its md5", index.name);
            self.omit("index-digest", message);
        }
        let value = whole.unwrap_or(&key.expr);
        let expr = self.try_expr(Stands::Schema, |rw| rw.expr(value));
        Some(IndexKey {
            expr: expr.map_err(|more| refusals.extend(more)).ok()?,
            length: None,
            descending: key.descending,
            nulls: None,
            collation: None,
            class: None,
        })
    }

    /// The column whose md5 is a key. It stands for a text that is too long for PostgreSQL's indexes,
    /// which SQLite's take: two texts are equal where their digests are.
    fn digested<'e>(&self, expr: &'e Expr) -> Option<&'e Expr> {
        let Expr::Call(call) = expr else { return None };
        let own = call
            .name
            .schema
            .as_deref()
            .is_none_or(|schema| schema == "pg_catalog");
        let [CallArg::Expr(text @ Expr::Column { .. })] = call.args.as_slice() else {
            return None;
        };
        let scope = Scope::of_table(self.table, self.authored, self.source);
        let is_text = matches!(scope.ty(text), Some(Type::Text | Type::Varchar(_)));
        (own && call.name.name == "md5" && self.source == Syntax::Postgres && is_text)
            .then_some(text)
    }

    fn without(&mut self, index: &Index, shown: &str, refusals: Vec<Refusal>) {
        if index.unique {
            for mut refusal in refusals {
                refusal.message = format!("{shown}: {}", refusal.message);
                self.take(refusal);
            }
            return;
        }
        let reasons: Vec<_> = refusals
            .into_iter()
            .map(|refusal| refusal.message)
            .collect();
        self.omit(
            "index-expression",
            format!("{shown}: {}", reasons.join("; ")),
        );
    }
}
