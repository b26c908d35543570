//! What is different between two schemas of one engine, in words.
//!
//! Two texts of one meaning are no difference: an engine prints an expression in its own way,
//! with casts and parentheses that nobody wrote, `= ANY (ARRAY[…])` for IN, and defaults in its
//! own spelling. Both sides are brought to one form first.
//!
//! # Invariants
//!
//! - Differences come in the order of the objects' kinds and names, so that the same two schemas
//!   always give the same list.
//! - Constraints and indexes are compared by name: their order is no difference.
//! - A table that is opaque on either side is not looked into.

mod canonical;
mod domain;
mod literal;
mod normal;
mod table;
mod view;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{EnumType, Name, Schema, Sequence, Table};
use crate::sql::Syntax;
use normal::Normal;

pub use canonical::canonical;

/// One difference between two schemas.
///
/// ```
/// use aludel::schema::{Column, Name, Schema, Table, Type, compare};
/// use aludel::sql::Syntax;
///
/// let mut table = Table::new(Name::bare("t"));
/// table.columns.push(Column::new("a", Type::Text));
/// let mut other = table.clone();
/// other.columns[0].nullable = false;
/// let (mut left, mut right) = (Schema::default(), Schema::default());
/// left.put_table(table);
/// right.put_table(other);
///
/// let differences = compare(Syntax::Postgres, &left, &right);
/// assert_eq!(
///     differences[0].words("the model", "the database"),
///     "column `a` of table `t`: `text` in the model, `text NOT NULL` in the database",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Difference {
    /// What is different: "table `t`", "column `c` of table `t`".
    pub place: String,
    /// How the left side has it; `None`: not at all.
    pub left: Option<String>,
    /// How the right side has it; `None`: not at all.
    pub right: Option<String>,
}

impl Difference {
    /// The difference in one line, given what the two sides are called.
    pub fn words(&self, left: &str, right: &str) -> String {
        let Self { place, .. } = self;
        match (&self.left, &self.right) {
            (Some(a), Some(b)) => format!("{place}: `{a}` in {left}, `{b}` in {right}"),
            (Some(_), None) => format!("{place}: in {left} only"),
            (None, _) => format!("{place}: in {right} only"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words("the left", "the right"))
    }
}

/// The differences between two schemas of one engine; none if they are equal.
pub fn compare(syntax: Syntax, left: &Schema, right: &Schema) -> Vec<Difference> {
    let mut found = Found {
        normal: Normal { syntax },
        differences: Vec::new(),
    };
    // What is left of them in a schema that was lowered for another engine says nothing.
    if syntax == Syntax::Postgres {
        found.types_and_sequences(left, right);
    }
    let tables = |schema: &Schema| -> BTreeMap<Name, Arc<Table>> {
        let lasting = schema.tables().filter(|table| !table.options.temporary);
        lasting
            .map(|table| (table.name.clone(), found.normal.table(table, schema)))
            .collect()
    };
    let (lefts, rights) = (tables(left), tables(right));
    for (name, table) in &lefts {
        match rights.get(name) {
            // What nobody knows cannot be compared.
            Some(other) if table.opaque.is_some() || other.opaque.is_some() => {}
            Some(other) => found.table(table, other),
            None => found.push(format!("table `{name}`"), Some(String::new()), None),
        }
    }
    for name in rights.keys().filter(|name| !lefts.contains_key(*name)) {
        found.push(format!("table `{name}`"), None, Some(String::new()));
    }
    found.views(left, right);
    found.differences
}

/// The tables that [`compare`] passes over, and what has touched each: nobody knows all that they
/// hold.
pub fn uncompared(left: &Schema, right: &Schema) -> Vec<(Name, String)> {
    let both = left.tables().filter_map(|table| {
        let other = right.table(&table.name)?;
        let why = table.opaque.as_ref().or(other.opaque.as_ref())?;
        Some((table.name.clone(), why.clone()))
    });
    both.collect()
}

/// The differences found so far.
#[derive(Debug)]
struct Found {
    normal: Normal,
    differences: Vec<Difference>,
}

impl Found {
    /// Nothing found yet, by the same rules.
    fn fresh(&self) -> Self {
        Self {
            normal: self.normal,
            differences: Vec::new(),
        }
    }

    /// What only PostgreSQL has beside tables and views.
    fn types_and_sequences(&mut self, left: &Schema, right: &Schema) {
        self.all(
            "enum",
            left.enums().map(|ty| (&ty.name, ty)),
            right.enums().map(|ty| (&ty.name, ty)),
            |ty: &EnumType| ty.members.clone(),
            |ty| format!("({})", ty.members.join(", ")),
        );
        self.domains(left, right);
        self.all(
            "sequence",
            left.sequences().map(|s| (&s.name, s)),
            right.sequences().map(|s| (&s.name, s)),
            |s: &Sequence| (s.owned_by.clone(), s.identity, s.options.completed()),
            words::sequence,
        );
    }

    fn push(&mut self, place: String, left: Option<String>, right: Option<String>) {
        self.differences.push(Difference { place, left, right });
    }

    /// Compares all things of a kind by name: those that stand on one side only, and those that
    /// are not `same`.
    fn all<'a, T: 'a, K: Ord + fmt::Display, C: PartialEq>(
        &mut self,
        kind: &str,
        left: impl Iterator<Item = (K, &'a T)>,
        right: impl Iterator<Item = (K, &'a T)>,
        same: impl Fn(&T) -> C,
        words: impl Fn(&T) -> String,
    ) {
        let lefts: BTreeMap<K, &T> = left.collect();
        let mut rights: BTreeMap<K, &T> = right.collect();
        for (name, a) in lefts {
            let place = format!("{kind} `{name}`");
            match rights.remove(&name) {
                Some(b) if same(a) == same(b) => {}
                Some(b) => self.push(place, Some(words(a)), Some(words(b))),
                None => self.push(place, Some(words(a)), None),
            }
        }
        for (name, b) in rights {
            self.push(format!("{kind} `{name}`"), None, Some(words(b)));
        }
    }
}
