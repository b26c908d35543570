//! Whether two engines hold the same schema, each in its own forms.
//!
//! What is compared is what every engine can say: tables, columns with what kind of value they
//! take, NULL, defaults, numbers of their own, keys, foreign keys with their actions, indexes,
//! views. What may differ is a closed list:
//!
//! - a kind that one engine keeps as another, as the tables of `docs/translation.md` say: a uuid,
//!   an enum, an array, an interval … as a text, an array as a JSON;
//! - SQLite's primary key where a column beside the key numbers itself: then it is that column, and
//!   the key is a UNIQUE;
//! - MySQL's index for a foreign key, and the invisible column that stands for an index's
//!   predicate or expression on MariaDB;
//! - an index of a method that the other engine lacks (`gin`, `gist` …);
//! - `CASCADE` and its like are compared, `RESTRICT` is `NO ACTION`;
//! - names of constraints and indexes, comments, collations, lengths;
//! - more CHECKs than PostgreSQL has: they stand for types and lengths.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Column, ConstraintKind, Difference, Expr, Ident, Index, ReferentialAction, Schema, Table, Type,
    canonical, compare,
};
use crate::sql::Syntax;

/// A schema, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Side<'s> {
    /// The engine's syntax.
    pub syntax: Syntax,
    /// What it holds.
    pub schema: &'s Schema,
}

/// What two engines hold differently. Two of one family are compared in full.
pub fn parity(left: Side<'_>, right: Side<'_>) -> Vec<Difference> {
    if left.syntax == right.syntax {
        return compare(left.syntax, left.schema, right.schema);
    }
    let mut differences = Vec::new();
    let (lefts, rights) = (facts(left, right), facts(right, left));
    keyed(
        &mut differences,
        "table",
        "",
        &lefts,
        &rights,
        |found, name, a, b| {
            tables(found, name, (left.syntax, a), (right.syntax, b));
        },
    );
    let views = |side: Side<'_>| -> BTreeSet<String> {
        let views = side.schema.views().filter(|view| !view.materialized);
        views.map(|view| view.name.name.to_lowercase()).collect()
    };
    sets(&mut differences, "view", "", &views(left), &views(right));
    differences
}

/// A table in the forms that every engine has.
#[derive(Debug, Clone)]
struct Facts {
    columns: BTreeMap<String, ColumnFacts>,
    primary_key: Vec<String>,
    /// Columns, and whether a predicate or an expression says more.
    uniques: BTreeSet<(Vec<String>, bool)>,
    indexes: BTreeSet<(Vec<String>, bool)>,
    /// Indexes that the other side may lack.
    optional: BTreeSet<(Vec<String>, bool)>,
    foreign_keys: BTreeSet<(Vec<String>, String, Vec<String>, String)>,
    checks: usize,
}

#[derive(Debug, Clone)]
struct ColumnFacts {
    kind: Kind,
    nullable: bool,
    default: bool,
    numbered: bool,
    generated: bool,
}

/// What kind of value a column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Boolean,
    Integer,
    Float,
    Decimal,
    Text,
    Bytes,
    Bits,
    Date,
    Time,
    Moment,
    Json,
    /// What only some engines have, and others keep as a text.
    AsText,
    /// What only some engines have, and others keep as a text or a JSON.
    AsJson,
    Other,
}

impl Kind {
    fn of(ty: &Type, syntax: Syntax) -> Self {
        match ty {
            Type::Boolean | Type::TinyInt { width: Some(1), .. } => Self::Boolean,
            ty if ty.is_integer() => Self::Integer,
            Type::Year => Self::Integer,
            Type::Real | Type::Double => Self::Float,
            Type::Numeric { .. } | Type::Money => Self::Decimal,
            ty if ty.is_text() => Self::Text,
            ty if ty.is_bytes() => Self::Bytes,
            Type::Bit(_) | Type::Varbit(_) => Self::Bits,
            Type::Date => Self::Date,
            Type::Time { .. } => Self::Time,
            Type::Timestamp { .. } => Self::Moment,
            Type::Json | Type::Jsonb => Self::Json,
            Type::Array(_) | Type::Hstore => Self::AsJson,
            Type::Absent if syntax == Syntax::Sqlite => Self::Bytes,
            Type::Other(name) if name.eq_ignore_ascii_case("INT") => Self::Integer,
            Type::Interval(_)
            | Type::Uuid
            | Type::Xml
            | Type::Inet
            | Type::Cidr
            | Type::Macaddr
            | Type::Tsvector
            | Type::Tsquery
            | Type::Enum(_)
            | Type::InlineEnum(_)
            | Type::InlineSet(_) => Self::AsText,
            _ => Self::Other,
        }
    }

    /// Whether one engine keeps as `self` what another keeps as `other`.
    fn stands_for(self, other: Self) -> bool {
        let pair = |a, b| self == a && other == b || self == b && other == a;
        self == other
            || pair(Self::Text, Self::AsText)
            || pair(Self::Text, Self::Json)
            || pair(Self::Text, Self::AsJson)
            || pair(Self::Json, Self::AsJson)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a float",
            Self::Decimal => "a decimal",
            Self::Text => "a text",
            Self::Bytes => "bytes",
            Self::Bits => "bits",
            Self::Date => "a date",
            Self::Time => "a time",
            Self::Moment => "a date and time",
            Self::Json => "a JSON",
            Self::AsText => "what others keep as a text",
            Self::AsJson => "what others keep as a JSON",
            Self::Other => "of a type of its own",
        }
    }
}

fn facts(side: Side<'_>, other: Side<'_>) -> BTreeMap<String, Facts> {
    let lasting = side
        .schema
        .tables()
        .filter(|table| !table.options.temporary);
    lasting
        .map(|table| (table.name.name.to_lowercase(), of_table(table, side, other)))
        .collect()
}

fn of_table(table: &Table, side: Side<'_>, other: Side<'_>) -> Facts {
    let lower =
        |names: &[Ident]| -> Vec<String> { names.iter().map(|n| n.to_lowercase()).collect() };
    let primary_key: Vec<String> = table
        .primary_key()
        .iter()
        .map(|part| part.column.to_lowercase())
        .collect();
    let mut facts = Facts {
        columns: BTreeMap::new(),
        uniques: BTreeSet::new(),
        indexes: BTreeSet::new(),
        optional: BTreeSet::new(),
        foreign_keys: BTreeSet::new(),
        checks: 0,
        primary_key,
    };
    for column in table.columns.iter().filter(|column| !stands_in(column)) {
        let name = column.name.to_lowercase();
        let in_key = facts.primary_key.contains(&name);
        let row_id = side.syntax == Syntax::Sqlite
            && facts.primary_key == [name.clone()]
            && column.ty == Type::INTEGER;
        let draws = column
            .default
            .as_ref()
            .and_then(super::sequence_of)
            .is_some();
        let null = Expr::Literal(super::Literal::Null);
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
            },
        );
    }
    for constraint in &table.constraints {
        match &constraint.kind {
            ConstraintKind::Unique { columns, .. } => {
                let columns: Vec<&Ident> = columns.iter().map(|part| &part.column).collect();
                let (columns, more) = plain(table, columns.into_iter().map(Some));
                facts.uniques.insert((sorted(columns), more));
            }
            ConstraintKind::ForeignKey(key) => {
                let referred = side.schema.table(&key.table);
                let referred = match (key.referred.is_empty(), referred) {
                    (true, Some(referred)) => referred
                        .primary_key()
                        .iter()
                        .map(|part| part.column.to_lowercase())
                        .collect(),
                    _ => lower(&key.referred),
                };
                let actions = format!("{} {}", action(key.on_delete), action(key.on_update));
                let table = key.table.name.to_lowercase();
                facts
                    .foreign_keys
                    .insert((lower(&key.columns), table, referred, actions));
            }
            ConstraintKind::Check { .. } => facts.checks += 1,
            _ => {}
        }
    }
    for index in &table.indexes {
        of_index(&mut facts, table, index, other);
    }
    // A UNIQUE that repeats the primary key says nothing new, and so does an index that is one.
    let key = sorted(facts.primary_key.clone());
    facts
        .uniques
        .retain(|(columns, more)| *more || *columns != key);
    // The engine, not the author, wants an index for a foreign key.
    let is_of_key = |(columns, more): &(Vec<String>, bool)| {
        !more
            && facts
                .foreign_keys
                .iter()
                .any(|(of, ..)| of.starts_with(columns) || *of == *columns)
    };
    let brought: Vec<_> = facts
        .indexes
        .iter()
        .filter(|i| is_of_key(i))
        .cloned()
        .collect();
    for index in brought {
        facts.indexes.remove(&index);
    }
    facts
}

fn of_index(facts: &mut Facts, table: &Table, index: &Index, other: Side<'_>) {
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

/// A column that stands for an expression of an index, where keys are columns only.
fn stands_in(column: &Column) -> bool {
    column.invisible && column.generated.is_some()
}

fn sorted(mut columns: Vec<String>) -> Vec<String> {
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

fn tables(
    found: &mut Vec<Difference>,
    name: &str,
    (left_syntax, left): (Syntax, &Facts),
    (right_syntax, right): (Syntax, &Facts),
) {
    let of = format!(" of table `{name}`");
    keyed(
        found,
        "column",
        &of,
        &left.columns,
        &right.columns,
        |found, column, a, b| {
            if !same_column(a, b) {
                found.push(Difference {
                    place: format!("column `{column}`{of}"),
                    left: Some(column_words(a)),
                    right: Some(column_words(b)),
                });
            }
        },
    );
    let (lifted_left, lifted_right) = (
        lifted(left_syntax, left, right),
        lifted(right_syntax, right, left),
    );
    let (left, right) = (lifted_left.as_ref(), lifted_right.as_ref());
    if left.primary_key != right.primary_key {
        found.push(Difference {
            place: format!("primary key{of}"),
            left: Some(left.primary_key.join(", ")),
            right: Some(right.primary_key.join(", ")),
        });
    }
    let indexes = |set: &BTreeSet<(Vec<String>, bool)>| -> BTreeSet<String> {
        set.iter().map(index_words).collect()
    };
    sets(
        found,
        "UNIQUE",
        &of,
        &indexes(&left.uniques),
        &indexes(&right.uniques),
    );
    let keys = |facts: &Facts| -> BTreeSet<String> {
        let keys = facts.foreign_keys.iter();
        keys.map(|(columns, table, referred, actions)| {
            let (columns, referred) = (columns.join(", "), referred.join(", "));
            format!("({columns}) to {table} ({referred}), {actions}")
        })
        .collect()
    };
    sets(found, "foreign key", &of, &keys(left), &keys(right));
    let but = |set: &Facts, other: &Facts| -> BTreeSet<String> {
        let all = indexes(&set.indexes);
        all.difference(&indexes(&other.optional)).cloned().collect()
    };
    sets(found, "index", &of, &but(left, right), &but(right, left));
    let fewer = match (left_syntax, right_syntax) {
        (Syntax::Postgres, _) => right.checks < left.checks,
        (_, Syntax::Postgres) => left.checks < right.checks,
        _ => false,
    };
    if fewer {
        found.push(Difference {
            place: format!("number of CHECKs{of}"),
            left: Some(left.checks.to_string()),
            right: Some(right.checks.to_string()),
        });
    }
}

/// A table of SQLite's whose row id numbers a column, and whose primary key is a UNIQUE therefore,
/// with both as they were written for the other engine.
fn lifted<'f>(syntax: Syntax, facts: &'f Facts, other: &Facts) -> Cow<'f, Facts> {
    let key = (sorted(other.primary_key.clone()), false);
    let [row_id] = facts.primary_key.as_slice() else {
        return Cow::Borrowed(facts);
    };
    let numbers = facts
        .columns
        .get(row_id)
        .is_some_and(|column| column.numbered);
    if syntax != Syntax::Sqlite
        || !numbers
        || facts.primary_key == other.primary_key
        || !facts.uniques.contains(&key)
    {
        return Cow::Borrowed(facts);
    }
    let mut lifted = facts.clone();
    lifted.uniques.remove(&key);
    let own = (lifted.primary_key.clone(), false);
    if other.uniques.contains(&own) {
        lifted.uniques.insert(own);
    }
    lifted.primary_key.clone_from(&other.primary_key);
    Cow::Owned(lifted)
}

fn same_column(a: &ColumnFacts, b: &ColumnFacts) -> bool {
    a.kind.stands_for(b.kind)
        && a.nullable == b.nullable
        && a.default == b.default
        && a.numbered == b.numbered
        && a.generated == b.generated
}

fn column_words(facts: &ColumnFacts) -> String {
    let mut words = facts.kind.words().to_owned();
    let flags = [
        (!facts.nullable, "NOT NULL"),
        (facts.default, "a default"),
        (facts.numbered, "numbers of its own"),
        (facts.generated, "generated"),
    ];
    for (_, word) in flags.iter().filter(|(is, _)| *is) {
        words.push_str(", ");
        words.push_str(word);
    }
    words
}

fn index_words((columns, more): &(Vec<String>, bool)) -> String {
    let end = if *more {
        ", a predicate or an expression"
    } else {
        ""
    };
    format!("({}){end}", columns.join(", "))
}

/// What is on one side only, and what `both` finds in what is on both.
fn keyed<T>(
    found: &mut Vec<Difference>,
    kind: &str,
    of: &str,
    left: &BTreeMap<String, T>,
    right: &BTreeMap<String, T>,
    both: impl Fn(&mut Vec<Difference>, &str, &T, &T),
) {
    let (a, b): (BTreeSet<String>, BTreeSet<String>) = (
        left.keys().cloned().collect(),
        right.keys().cloned().collect(),
    );
    for (name, item) in left {
        if let Some(other) = right.get(name) {
            both(found, name, item, other);
        }
    }
    sets(found, kind, of, &quoted(&a), &quoted(&b));
}

fn quoted(names: &BTreeSet<String>) -> BTreeSet<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}

fn sets(
    found: &mut Vec<Difference>,
    kind: &str,
    of: &str,
    left: &BTreeSet<String>,
    right: &BTreeSet<String>,
) {
    for item in left.symmetric_difference(right) {
        let here = |set: &BTreeSet<String>| set.contains(item).then(String::new);
        found.push(Difference {
            place: format!("{kind} {item}{of}"),
            left: here(left),
            right: here(right),
        });
    }
}
