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

mod facts;
mod kind;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Difference, Schema, compare};
use crate::sql::Syntax;
use facts::{Facts, facts, sorted};
use kind::Kind;

/// One side of a comparison of two engines: a schema, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Side<'s> {
    /// The engine's syntax.
    pub syntax: Syntax,
    /// What it holds.
    pub schema: &'s Schema,
}

/// What two engines hold differently. Two of one family are compared in full.
///
/// Of two families everything is compared that both can say: tables, columns with what kind of value
/// they take, NULL, defaults, numbers of their own, keys, foreign keys with their actions, indexes,
/// views. What may differ is a closed list: kinds that one engine keeps as another (the tables of
/// `docs/translation.md`), names of constraints and indexes, comments, collations, lengths, and what stands
/// for such kinds (CHECKs, say).
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
        let views = side.schema.views();
        views.map(|view| view.name.name.to_lowercase()).collect()
    };
    sets(&mut differences, "view", "", &views(left), &views(right));
    differences
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
            if !a.is_like(b) {
                found.push(Difference {
                    place: format!("column `{column}`{of}"),
                    left: Some(a.words()),
                    right: Some(b.words()),
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
        (Syntax::Postgres, _) => right.checks + of_types(right, left) < left.checks,
        (_, Syntax::Postgres) => left.checks + of_types(left, right) < right.checks,
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

/// How many columns have a type for which PostgreSQL's has a CHECK.
fn of_types(facts: &Facts, postgres: &Facts) -> usize {
    let limited = facts.columns.iter().filter(|(name, column)| {
        let held = postgres.columns.get(*name);
        column.limited && held.is_some_and(|held| held.kind != Kind::AsText)
    });
    limited.count()
}
