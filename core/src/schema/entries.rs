//! Where a schema's maps mention a table: under the names of its indexes and constraints, and of the
//! tables, types and sequences that it uses.
//!
//! A change of a table seldom changes those, and a map's entry that is taken out and put back costs
//! more than all the rest of the change. So what a table is mentioned under is listed before and
//! after, and only the difference is made.

use std::cmp::Ordering;

use super::catalog::{Schema, constraint_names, drawn, folded, type_of};
use super::{Ident, Name, Table};

/// One mention of a table.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    /// An index has this name.
    Index(Name),
    /// A key whose index has the key's name.
    Key(Name),
    /// A constraint. Two of one table may have one name, where their kinds have name spaces of their own.
    Constraint(Name),
    /// The table's own name without regard to case.
    Alike(Name),
    /// A table that a foreign key refers to.
    Referred(Name),
    /// The named type of a column.
    Type(Name),
    /// A sequence that a default draws from.
    Sequence(Name),
}

/// All mentions of one table, in order.
#[derive(Debug, Default)]
pub(super) struct Entries(Vec<Entry>);

/// Whether two states of a table are mentioned alike, as far as that is seen without listing what they are
/// mentioned under: most changes are of columns that no map knows of.
pub(super) fn is_mentioned_alike(a: &Table, b: &Table) -> bool {
    fn types(table: &Table) -> impl Iterator<Item = &Name> {
        table.columns.iter().filter_map(type_of)
    }
    fn sequences(table: &Table) -> impl Iterator<Item = Name> {
        table.columns.iter().flat_map(drawn)
    }
    fn referred(table: &Table) -> impl Iterator<Item = &Name> {
        table.foreign_keys().map(|(_, key)| &key.table)
    }
    fn indexes(table: &Table) -> impl Iterator<Item = &Ident> {
        table.indexes.iter().map(|index| &index.name)
    }
    a.name == b.name
        && indexes(a).eq(indexes(b))
        && constraint_names(a).eq(constraint_names(b))
        && referred(a).eq(referred(b))
        && types(a).eq(types(b))
        && sequences(a).eq(sequences(b))
}

impl Schema {
    /// What `table`, which is kept under `key`, is mentioned under.
    pub(super) fn entries(&self, key: &Name, table: &Table) -> Entries {
        let mut found = vec![Entry::Alike(folded(key))];
        for index in &table.indexes {
            found.push(Entry::Index(self.beside(&table.name, &index.name)));
        }
        for (name, is_key) in constraint_names(table) {
            let name = self.beside(&table.name, name);
            if is_key {
                found.push(Entry::Key(name.clone()));
            }
            found.push(Entry::Constraint(name));
        }
        for (_, foreign) in table.foreign_keys() {
            found.push(Entry::Referred(self.key(&foreign.table).into_owned()));
        }
        for column in &table.columns {
            found.extend(type_of(column).cloned().map(Entry::Type));
            found.extend(drawn(column).into_iter().map(Entry::Sequence));
        }
        found.sort_unstable();
        // Constraints are counted; of all else it counts that it is there.
        found.dedup_by(|a, b| a == b && !matches!(a, Entry::Constraint(_)));
        Entries(found)
    }

    /// Mentions the table `key` where `after` says, and no longer where `before` alone says it.
    pub(super) fn mention(&mut self, key: &Name, before: Entries, after: Entries) {
        let mut gone = Vec::new();
        let mut new = Vec::new();
        let mut before = before.0.into_iter().peekable();
        let mut after = after.0.into_iter().peekable();
        loop {
            let order = match (before.peek(), after.peek()) {
                (Some(a), Some(b)) => a.cmp(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            if order.is_le() {
                let entry = before.next();
                gone.extend(entry.filter(|_| order.is_lt()));
            }
            if order.is_ge() {
                let entry = after.next();
                new.extend(entry.filter(|_| order.is_gt()));
            }
        }
        // First what goes: a key may take the name of an index.
        for entry in gone {
            self.mention_no_longer(key, entry);
        }
        for entry in new {
            self.mention_anew(key, entry);
        }
    }

    /// A constraint of this name is new or gone.
    pub(super) fn count_constraint(&mut self, name: Name, is_new: bool) {
        if is_new {
            self.constraint_names.change(name, |count| *count += 1);
        } else if let Some(count) = self.constraint_names.get_mut(&name) {
            *count -= 1;
            if *count == 0 {
                self.constraint_names.remove(&name);
            }
        }
    }

    fn mention_anew(&mut self, key: &Name, entry: Entry) {
        let key = || key.clone();
        match entry {
            Entry::Index(name) => self.index_tables.insert(name, key()),
            Entry::Key(name) => self.key_tables.insert(name, key()),
            Entry::Constraint(name) => self.count_constraint(name, true),
            Entry::Alike(name) => self.alike.add(name, key()),
            Entry::Referred(name) => self.referrers.add(name, key()),
            Entry::Type(name) => self.type_users.add(name, key()),
            Entry::Sequence(name) => self.sequence_users.add(name, key()),
        }
    }

    fn mention_no_longer(&mut self, key: &Name, entry: Entry) {
        match entry {
            Entry::Index(name) => drop(self.index_tables.remove(&name)),
            Entry::Key(name) => drop(self.key_tables.remove(&name)),
            Entry::Constraint(name) => self.count_constraint(name, false),
            Entry::Alike(name) => self.alike.remove(&name, key),
            Entry::Referred(name) => self.referrers.remove(&name, key),
            Entry::Type(name) => self.type_users.remove(&name, key),
            Entry::Sequence(name) => self.sequence_users.remove(&name, key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{
        Column, Constraint, ConstraintKind, ForeignKey, Index, ReferentialAction, Type,
    };

    fn mentions(schema: &Schema) -> String {
        format!(
            "{:?}",
            (
                (&schema.index_tables, &schema.key_tables),
                (&schema.constraint_names, &schema.referrers),
                (&schema.alike, &schema.type_users, &schema.sequence_users),
            )
        )
    }

    fn constraint(name: String, kind: ConstraintKind) -> Constraint {
        Constraint {
            name: Some(name),
            kind,
            deferrable: false,
            initially_deferred: false,
            not_valid: false,
            named: true,
        }
    }

    /// A table whose parts are those that the bits of `parts` say.
    fn table(name: &str, parts: u32) -> Table {
        let mut table = Table::new(Name::bare(name));
        let has = |bit: u32| parts & (1 << bit) != 0;
        let named = |part: &str| format!("{name}_{part}");
        for (at, part) in ["a", "b"].into_iter().enumerate() {
            if has(at as u32) {
                table.indexes.push(Index::new(named(part)));
            }
            if has(2 + at as u32) {
                let ty = Type::Enum(Name::bare(part));
                table.columns.push(Column::new(part, ty));
            }
            if has(4 + at as u32) {
                let foreign = ForeignKey {
                    columns: vec!["a".into()],
                    table: Name::bare("u"),
                    referred: vec!["a".into()],
                    on_delete: ReferentialAction::NoAction,
                    on_update: ReferentialAction::NoAction,
                    match_full: false,
                };
                let kind = ConstraintKind::ForeignKey(foreign);
                table.constraints.push(constraint(named("fk"), kind));
            }
        }
        if has(6) {
            let kind = ConstraintKind::Unique {
                columns: Vec::new(),
                nulls_not_distinct: false,
            };
            table.constraints.push(constraint(named("a"), kind));
        }
        table
    }

    #[test]
    fn a_changed_table_is_mentioned_as_one_that_is_new() {
        let mut changed = Schema::ignoring_case();
        let mut parts = [0_u32; 3];
        let mut random = 1_u32;
        for _ in 0..2_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = (random >> 8) as usize % parts.len();
            let name = ["t", "u", "V"][at];
            parts[at] = random >> 16 & 0x7f;
            match random >> 30 {
                0 => drop(changed.remove_table(&Name::bare(name))),
                1 => changed.change_table(&Name::bare(name), |old| *old = table(name, parts[at])),
                _ => changed.put_table(table(name, parts[at])),
            }
            let mut anew = Schema::ignoring_case();
            for table in changed.tables() {
                anew.put_table(table.clone());
            }
            assert_eq!(mentions(&changed), mentions(&anew));
        }
        assert!(mentions(&changed).contains("t_fk"));
    }

    #[test]
    fn a_renamed_table_is_mentioned_by_its_new_name_alone() {
        let mut schema = Schema::default();
        schema.put_table(table("t", 0x7f));
        schema.change_table(&Name::bare("t"), |table| table.name = Name::bare("w"));
        let mut anew = Schema::default();
        let mut moved = table("t", 0x7f);
        moved.name = Name::bare("w");
        anew.put_table(moved);
        assert_eq!(mentions(&schema), mentions(&anew));
        assert!(schema.table(&Name::bare("t")).is_none());
    }
}
