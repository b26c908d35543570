//! Indexes.

use aludel::schema::{
    Column, ConstraintKind, Expr, Generated, Ident, Index, IndexKey, IndexPart, ReferentialAction,
    Table, Type,
};
use aludel::translate::Refusal;

use super::columns::row_bytes;
use super::{COMMENTS, Lowering};
use crate::target::build;
use crate::target::types::{self, Held};
use crate::target::{keys, names};

impl Lowering<'_, '_> {
    pub(super) fn indexes(&mut self, lowered: &mut Table) {
        let table = self.table;
        let keys = table.constraints.iter();
        let mut nulls: Vec<Index> = keys.flat_map(|key| self.nulls_of_constraint(key)).collect();
        nulls.extend(table.indexes.iter().flat_map(|index| self.nulls_of(index)));
        let all: Vec<&Index> = table.indexes.iter().chain(&nulls).collect();
        for (place, index) in all.iter().enumerate() {
            // What says nothing about rows leaves room for what does.
            let computed = |key: &IndexKey| !matches!(key.expr, Expr::Column { .. });
            let kept = match index.unique || !index.keys.iter().any(computed) {
                true => 0,
                false => all[place..].iter().map(|later| self.wanted(later)).sum(),
            };
            if let Some(index) = self.index(index, kept, lowered) {
                lowered.indexes.push(index);
            }
        }
        index_numbering(lowered);
        index_references(lowered);
    }

    /// The bytes that the expressions of a unique index take of a row.
    fn wanted(&mut self, index: &Index) -> u64 {
        if !index.unique || self.facts.expression_keys {
            return 0;
        }
        let mut bytes = 0;
        for key in &index.keys {
            let meaning = self.meaning;
            if let Expr::Column { .. } = key.expr {
                continue;
            }
            if let Ok((Some((expr, ty)), _)) =
                self.rewriter.apart(|rw| meaning.typed(rw, &key.expr))
                && let Ok(held) = types::hold(&ty, self.authored, self.facts)
            {
                let columns = keys::columns_of(&key.expr);
                let fit = keys::fit_expression(expr, held, index, &columns, &self.held, self.facts);
                bytes += row_bytes(&fit.1);
            }
        }
        bytes
    }

    /// `kept` are the bytes of a row that are for others.
    fn index(&mut self, index: &Index, kept: u64, lowered: &mut Table) -> Option<Index> {
        let what = format!("index `{}`", index.name);
        let method = index.method.as_deref().unwrap_or("btree");
        if !matches!(method, "btree" | "hash") {
            self.omit("index-method", format!("{what} ({method})"));
            return None;
        }
        if index.reads_full_text(self.table) {
            self.omit(
                "full-text",
                format!("{what}: nothing computes what it is over"),
            );
            return None;
        }
        if !index.unique && self.has_no_order(index) {
            self.omit(
                "index-type",
                format!("{what}: a column of it has no order here"),
            );
            return None;
        }
        if !index.include.is_empty() {
            self.omit("index-include", format!("INCLUDE of {what}"));
        }
        let expressions = index.keys.iter().map(|key| &key.expr);
        let mut made = expressions
            .filter(|expr| !matches!(expr, Expr::Column { .. }))
            .chain(&index.filter);
        if let Some(message) = made.find_map(|expr| self.looks_at_numbered(expr, &what)) {
            if index.unique {
                self.refuse(Refusal::new("numbering", message));
            } else {
                self.omit("index-expression", message);
            }
            return None;
        }
        if let Some(message) = self.loses_entries(index) {
            if index.unique {
                let refusal = Refusal::new("generated-reference", message);
                self.refuse(refusal.help("leave out what the key does, or put one expression or predicate into the index"));
            } else {
                self.omit("index-expression", message);
            }
            return None;
        }
        let name = names::shorten(&index.name);
        // All that is in keys is known to have a form before a column is made for any of it.
        let exprs: Vec<(Expr, Option<Held>)> = index
            .keys
            .iter()
            .map(|key| self.key(&key.expr, index))
            .collect::<Option<_>>()?;
        let apart = exprs.iter().filter_map(|(_, held)| held.as_ref());
        let apart = apart.filter(|_| !self.facts.expression_keys);
        if let Some(bytes) = self.too_long_with(apart, kept) {
            let message = format!(
                "{what}: with the columns that it is made of here, a row of `{}` has {bytes} bytes, which are too many",
                self.table.name
            );
            match index.unique {
                true => self.refuse(Refusal::new("row-too-long", message)),
                false => self.omit("index-expression", message),
            }
            return None;
        }
        let prefixes = keys::prefixes(index, &self.held);
        let mut keys = Vec::with_capacity(index.keys.len() + 1);
        for (place, (key, length)) in index.keys.iter().zip(prefixes).enumerate() {
            let expr = match &exprs[place] {
                (expr, None) => expr.clone(),
                (expr, Some(held)) => {
                    let name = format!("{name}_{}", place + 1);
                    self.hidden(expr.clone(), held, &name, lowered)
                }
            };
            keys.push(IndexKey {
                length,
                descending: key.descending,
                ..IndexKey::new(expr)
            });
        }
        if let Some(filter) = &index.filter {
            // NULL outside the predicate, and rows with a NULL in a key are equal to no other.
            let inside = self.meaning.condition(self.rewriter, filter);
            let expr = build::case([(inside, build::number(1))], None);
            let held = Held::plain(Type::TinyInt {
                unsigned: false,
                width: Some(1),
            });
            let expr = self.hidden(expr, &held, &format!("{name}_where"), lowered);
            keys.push(IndexKey::new(expr));
        }
        Some(Index {
            name,
            unique: index.unique,
            method: None,
            keys,
            include: Vec::new(),
            filter: None,
            nulls_not_distinct: false,
            comment: self.comment(index.comment.as_deref(), COMMENTS.1, &what),
        })
    }

    /// Why an index would lose entries: MariaDB follows what a foreign key does to a column in one generated column
    /// of an index, and not in two.
    fn loses_entries(&self, index: &Index) -> Option<String> {
        if self.facts.expression_keys {
            return None;
        }
        let keys = index.keys.iter().map(|key| &key.expr);
        let computed: Vec<&Expr> = keys
            .filter(|expr| !matches!(expr, Expr::Column { .. }))
            .chain(&index.filter)
            .collect();
        if computed.len() < 2 {
            return None;
        }
        let alters = |action| {
            matches!(
                action,
                ReferentialAction::SetNull | ReferentialAction::SetDefault
            )
        };
        let keys = self.table.foreign_keys().map(|(_, key)| key);
        let mut changed = keys
            .filter(|key| {
                alters(key.on_delete)
                    || alters(key.on_update)
                    || key.on_update == ReferentialAction::Cascade
            })
            .flat_map(|key| &key.columns);
        let column =
            changed.find(|column| computed.iter().any(|expr| expr.names_column(column)))?;
        Some(format!(
            "index `{}` has several computed parts that look at `{column}`, which a foreign key changes: {} loses entries of such an index",
            index.name, self.facts.name
        ))
    }

    /// Whether a column of the index is of a type that no key takes.
    fn has_no_order(&self, index: &Index) -> bool {
        index.keys.iter().any(|key| match &key.expr {
            Expr::Column { column, .. } => {
                let held = self.held.get(column);
                self.facts.json && held.is_some_and(|held| held.ty == Type::Json)
            }
            _ => false,
        })
    }

    /// What stands in a key: a column, or an expression and how its values are held. An index
    /// that says nothing about rows is left out where there is no form for it.
    fn key(&mut self, expr: &Expr, index: &Index) -> Option<(Expr, Option<Held>)> {
        if let Expr::Column { column, .. } = expr {
            return Some((Expr::column(column.clone()), None));
        }
        let meaning = self.meaning;
        let rewritten = self.rewriter.apart(|rw| meaning.typed(rw, expr));
        let refusals = match rewritten {
            Ok((Some((Expr::Column { column, .. }, _)), _)) => {
                return Some((Expr::column(column), None));
            }
            Ok((Some((key, ty)), _)) => match types::hold(&ty, self.authored, self.facts) {
                Ok(held) => {
                    let columns = keys::columns_of(expr);
                    let all = &self.held;
                    let (key, held) =
                        keys::fit_expression(key, held, index, &columns, all, self.facts);
                    if types::key_bytes(&held.ty, held.charset).is_some() {
                        return Some((key, Some(held)));
                    }
                    let message = format!(
                        "index `{}` has {} in its key, which no key holds here",
                        index.name,
                        types::words(&held.ty)
                    );
                    vec![Refusal::new("key-type", message)]
                }
                Err(refusal) => vec![refusal],
            },
            Ok((None, _)) => Vec::new(),
            Err(refusals) => refusals,
        };
        if index.unique {
            refusals
                .into_iter()
                .for_each(|refusal| self.refuse(refusal));
        } else {
            let why = refusals
                .first()
                .map_or("", |refusal| refusal.message.as_str());
            let message = format!("index `{}`: {why}", index.name);
            self.omit("index-expression", message);
        }
        None
    }

    /// An expression as a key: itself, or a generated column that nobody sees.
    pub(super) fn hidden(
        &mut self,
        expr: Expr,
        held: &Held,
        name: &str,
        lowered: &mut Table,
    ) -> Expr {
        if self.facts.expression_keys {
            if build::matches_text(&expr) {
                let message = format!(
                    "`{name}` looks at a regular expression, which no key may on {}",
                    self.facts.name
                );
                self.refuse(Refusal::new("no-form", message));
            }
            return expr;
        }
        let taken: Vec<&str> = lowered.columns.iter().map(|c| c.name.as_str()).collect();
        let name = names::free(&names::shorten(name), &taken);
        let mut column = Column::new(name.clone(), held.ty.clone());
        held.describe(&mut column);
        column.generated = Some(Generated {
            expr: self.without_blanks(expr),
            stored: false,
        });
        column.invisible = true;
        self.hidden_bytes += row_bytes(held);
        lowered.columns.push(column);
        Expr::column(name)
    }
}

/// A column that numbers itself has to be the first of a key.
fn index_numbering(table: &mut Table) {
    let column = table
        .columns
        .iter()
        .find(|column| column.identity.is_some());
    let Some(column) = column.map(|column| column.name.clone()) else {
        return;
    };
    let columns = std::slice::from_ref(&column);
    if !leads(table, columns) {
        add(table, &column, columns);
    }
}

/// A foreign key has to have an index that begins with its columns. InnoDB would make one; it is
/// made here, so that the model holds it.
fn index_references(table: &mut Table) {
    let keys: Vec<(Ident, Vec<Ident>)> = table
        .foreign_keys()
        .filter_map(|(constraint, key)| Some((constraint.name.clone()?, key.columns.clone())))
        .collect();
    for (name, columns) in keys {
        if !leads(table, &columns) {
            add(table, &name, &columns);
        }
    }
}

/// Whether a key of the table begins with these columns, whole.
fn leads(table: &Table, columns: &[Ident]) -> bool {
    let begins = |parts: &[IndexPart]| {
        parts.len() >= columns.len()
            && (parts.iter().zip(columns))
                .all(|(part, column)| part.column == *column && part.length.is_none())
    };
    let constraint = table
        .constraints
        .iter()
        .any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                begins(columns)
            }
            _ => false,
        });
    let part = |key: &IndexKey| match &key.expr {
        Expr::Column { column, .. } => Some(IndexPart {
            column: column.clone(),
            length: key.length,
        }),
        _ => None,
    };
    constraint
        || table.indexes.iter().any(|index| {
            let parts: Vec<IndexPart> = index.keys.iter().map_while(part).collect();
            begins(&parts)
        })
}

fn add(table: &mut Table, name: &str, columns: &[Ident]) {
    let unique = (table.constraints.iter())
        .filter(|constraint| matches!(constraint.kind, ConstraintKind::Unique { .. }))
        .filter_map(|constraint| constraint.name.as_deref());
    let indexes = table.indexes.iter().map(|index| index.name.as_str());
    let taken: Vec<&str> = indexes.chain(unique).collect();
    let name = names::free(name, &taken);
    let key = |column: &Ident| IndexKey::new(Expr::column(column.clone()));
    table.indexes.push(Index {
        name,
        unique: false,
        method: None,
        keys: columns.iter().map(key).collect(),
        include: Vec::new(),
        filter: None,
        nulls_not_distinct: false,
        comment: None,
    });
}
