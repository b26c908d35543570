//! A table in the forms that every engine has: what is compared, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{
    BinaryOp, Column, ConstraintKind, Expr, Ident, Index, Literal, ReferentialAction, Table, Type,
    canonical, drawn_by_name, sequence_of,
};
use super::Side;
use super::kind::Kind;
use crate::sql::Syntax;
use crate::translate::exclusion;

/// A table in the forms that every engine has.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) columns: BTreeMap<String, ColumnFacts>,
    pub(super) primary_key: Vec<String>,
    /// Columns, and whether a predicate or an expression says more.
    pub(super) uniques: BTreeSet<(Vec<String>, bool)>,
    pub(super) indexes: BTreeSet<(Vec<String>, bool)>,
    /// Indexes that the other side may lack.
    pub(super) optional: BTreeSet<(Vec<String>, bool)>,
    pub(super) foreign_keys: BTreeSet<(Vec<String>, String, Vec<String>, String)>,
    pub(super) checks: usize,
}

#[derive(Debug, Clone)]
pub(super) struct ColumnFacts {
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    pub(super) default: bool,
    pub(super) numbered: bool,
    pub(super) generated: bool,
    /// Its type refuses what one that holds it elsewhere leaves to a CHECK.
    pub(super) limited: bool,
}

impl ColumnFacts {
    /// Whether one engine keeps as `self` what another keeps as `other`.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.kind.stands_for(other.kind)
            && self.nullable == other.nullable
            && self.default == other.default
            && self.numbered == other.numbered
            && self.generated == other.generated
    }

    pub(super) fn words(&self) -> String {
        let mut words = self.kind.words().to_owned();
        let flags = [
            (!self.nullable, "NOT NULL"),
            (self.default, "a default"),
            (self.numbered, "numbers of its own"),
            (self.generated, "generated"),
        ];
        for (_, word) in flags.iter().filter(|(is, _)| *is) {
            words.push_str(", ");
            words.push_str(word);
        }
        words
    }
}

/// The tables of a side, by name.
pub(super) fn facts(side: Side<'_>, other: Side<'_>) -> BTreeMap<String, Facts> {
    let lasting = side
        .schema
        .tables()
        // The rows of a partition are those of the whole.
        .filter(|table| !table.options.temporary && !table.options.partition);
    lasting
        .map(|table| {
            let mut plain = side.schema.plain_table(table);
            if side.syntax == Syntax::Postgres && other.syntax != Syntax::Postgres {
                // What stands there for what only PostgreSQL has.
                plain = exclusion::plain_table(side.schema, plain);
            }
            (
                table.name.name.to_lowercase(),
                of_table(&plain, side, other),
            )
        })
        .collect()
}

fn of_table(table: &Table, side: Side<'_>, other: Side<'_>) -> Facts {
    let mut facts = Facts {
        columns: BTreeMap::new(),
        uniques: BTreeSet::new(),
        indexes: BTreeSet::new(),
        optional: BTreeSet::new(),
        foreign_keys: BTreeSet::new(),
        checks: 0,
        primary_key: key_columns(table),
    };
    for column in table.columns.iter().filter(|column| !stands_in(column)) {
        of_column(&mut facts, column, side);
    }
    for constraint in &table.constraints {
        of_constraint(&mut facts, table, &constraint.kind, side, other);
    }
    for index in &table.indexes {
        of_index(&mut facts, table, index, other);
    }
    without_what_is_implied(&mut facts);
    facts
}

fn of_column(facts: &mut Facts, column: &Column, side: Side<'_>) {
    let name = column.name.to_lowercase();
    let in_key = facts.primary_key.contains(&name);
    let row_id = side.syntax == Syntax::Sqlite
        && facts.primary_key == [name.clone()]
        && column.ty == Type::INTEGER;
    let drawn = |default: &Expr| sequence_of(default).is_some() || drawn_by_name(default).is_some();
    let draws = column.default.as_ref().is_some_and(drawn);
    let null = Expr::Literal(Literal::Null);
    let default = column.default.as_ref().map(|expr| canonical(expr, None));
    let default = default.is_some_and(|default| default != null);
    facts.columns.insert(
        name,
        ColumnFacts {
            kind: Kind::of(&column.ty, side.syntax),
            nullable: column.nullable && !in_key,
            default: default && !draws,
            numbered: column.identity.is_some() || draws || row_id,
            generated: column.generated.is_some(),
            limited: is_limited(&column.ty),
        },
    );
}

fn of_constraint(
    facts: &mut Facts,
    table: &Table,
    kind: &ConstraintKind,
    side: Side<'_>,
    other: Side<'_>,
) {
    match kind {
        ConstraintKind::Unique {
            columns,
            nulls_not_distinct,
        } => {
            let columns: Vec<&Ident> = columns.iter().map(|part| &part.column).collect();
            if *nulls_not_distinct {
                of_nulls(facts, table, &columns, other);
            }
            let (columns, more) = plain(table, columns.into_iter().map(Some));
            facts.uniques.insert((sorted(columns), more));
        }
        ConstraintKind::ForeignKey(key) => {
            let referred = match side.schema.table(&key.table) {
                Some(referred) if key.referred.is_empty() => key_columns(referred),
                _ => lower(&key.referred),
            };
            let actions = format!("{} {}", action(key.on_delete), action(key.on_update));
            let table = key.table.name.to_lowercase();
            let key = (lower(&key.columns), table, referred, actions);
            facts.foreign_keys.insert(key);
        }
        ConstraintKind::Check { .. } => facts.checks += 1,
        _ => {}
    }
}

/// A UNIQUE that repeats the primary key says nothing new; and the engine, not the author, wants
/// an index for a foreign key.
fn without_what_is_implied(facts: &mut Facts) {
    let key = sorted(facts.primary_key.clone());
    let uniques = &mut facts.uniques;
    uniques.retain(|(columns, more)| *more || *columns != key);
    let keys = &facts.foreign_keys;
    let is_brought = |columns: &[String]| keys.iter().any(|(of, ..)| of.starts_with(columns));
    let indexes = &mut facts.indexes;
    indexes.retain(|(columns, more)| *more || !is_brought(columns));
}

fn of_index(facts: &mut Facts, table: &Table, index: &Index, other: Side<'_>) {
    if is_check(table, index) {
        facts.checks += 1;
        return;
    }
    if index.nulls_not_distinct {
        let columns = index.keys.iter().filter_map(|key| match &key.expr {
            Expr::Column { column, .. } => Some(column),
            _ => None,
        });
        of_nulls(facts, table, &columns.collect::<Vec<_>>(), other);
    }
    let keys = index.keys.iter().map(|key| match &key.expr {
        Expr::Column { column, .. } => Some(column),
        _ => None,
    });
    let (columns, more) = plain(table, keys);
    let entry = (columns, more || index.filter.is_some());
    let method = index.method.as_deref();
    if index.unique {
        facts.uniques.insert((sorted(entry.0), entry.1));
    } else if method.is_some_and(|method| method != "hash") && other.syntax != Syntax::Postgres {
        facts.optional.insert(entry);
    } else {
        facts.indexes.insert(entry);
    }
}

/// To MySQL no NULLs are equal: indexes of the rows where columns of a key are NULL, one for each set
/// of such columns, say that they are.
fn of_nulls(facts: &mut Facts, table: &Table, key: &[&Ident], other: Side<'_>) {
    if other.syntax != Syntax::Mysql {
        return;
    }
    let nullable = |name: &&&Ident| {
        let column = table.column(name);
        let in_key = facts.primary_key.contains(&name.to_lowercase());
        !in_key && column.is_some_and(|column| column.nullable)
    };
    let nullable: Vec<&&Ident> = key.iter().filter(nullable).collect();
    // More are refused.
    const MOST: usize = 3;
    for set in 1..1_usize << nullable.len().min(MOST) {
        let is_null = |name: &&&Ident| {
            let place = nullable.iter().position(|other| other == name);
            place.is_some_and(|place| set & (1 << place) != 0)
        };
        let rest = key.iter().filter(|name| !is_null(name));
        let rest = rest.map(|name| name.to_lowercase()).collect();
        facts.uniques.insert((sorted(rest), true));
    }
}

/// Whether an index stands for a CHECK: over the greatest number and one more if that does not hold.
fn is_check(table: &Table, index: &Index) -> bool {
    let [key] = index.keys.as_slice() else {
        return false;
    };
    let made = match &key.expr {
        Expr::Column { column, .. } => table.column(column).filter(|column| stands_in(column)),
        expr => return is_one_too_many(expr),
    };
    let made = made.and_then(|column| column.generated.as_ref());
    made.is_some_and(|made| is_one_too_many(&made.expr))
}

fn is_one_too_many(expr: &Expr) -> bool {
    let Expr::Binary {
        left,
        op: BinaryOp::Plus,
        ..
    } = canonical(expr, None)
    else {
        return false;
    };
    matches!(&*left, Expr::Literal(Literal::Number(digits)) if *digits == u64::MAX.to_string())
}

/// The columns among the keys of an index, and whether there is more than those.
fn plain<'k>(table: &Table, keys: impl Iterator<Item = Option<&'k Ident>>) -> (Vec<String>, bool) {
    let mut columns = Vec::new();
    let mut more = false;
    for key in keys {
        match key {
            Some(name) if !table.column(name).is_some_and(stands_in) => {
                columns.push(name.to_lowercase());
            }
            _ => more = true,
        }
    }
    (columns, more)
}

fn lower(names: &[Ident]) -> Vec<String> {
    names.iter().map(|name| name.to_lowercase()).collect()
}

fn key_columns(table: &Table) -> Vec<String> {
    let key = table.primary_key().iter();
    key.map(|part| part.column.to_lowercase()).collect()
}

/// A column that stands for an expression of an index, where keys are columns only.
fn stands_in(column: &Column) -> bool {
    column.invisible && column.generated.is_some()
}

pub(super) fn sorted(mut columns: Vec<String>) -> Vec<String> {
    columns.sort();
    columns
}

fn action(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction | ReferentialAction::Restrict => "-",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull => "SET NULL",
        ReferentialAction::SetDefault => "SET DEFAULT",
    }
}

/// Whether a type is one for which PostgreSQL's needs a CHECK: an ENUM that is a text there, a number
/// that is not below zero, bytes of some length.
fn is_limited(ty: &Type) -> bool {
    matches!(
        ty,
        Type::InlineEnum(_)
            | Type::TinyInt { unsigned: true, .. }
            | Type::SmallInt { unsigned: true }
            | Type::MediumInt { unsigned: true }
            | Type::Integer { unsigned: true }
            | Type::BigInt { unsigned: true }
            | Type::Numeric { unsigned: true, .. }
            | Type::Binary(Some(_))
            | Type::Varbinary(Some(_))
    )
}
