//! A table of the authored engine as InnoDB holds it.
//!
//! * `checks`: CHECKs that the servers do not take.
//! * `columns`: types, defaults, numbering; how long a row is.
//! * `constraints`: their names, and what a CHECK or a foreign key may not do here.
//! * `indexes`: predicates and expressions in keys, and the indexes that InnoDB insists on.

mod checks;
mod columns;
mod constraints;
mod indexes;
mod nulls;

pub(crate) use columns::{blanks_name, drawn_apart};
pub(crate) use constraints::{cascades_null, held_still};

use std::collections::HashMap;

use aludel::schema::{Ident, Schema, Table};
use aludel::sql::Syntax;
use aludel::translate::infer::Scope;
use aludel::translate::rewrite::{Rewriter, rewrite};
use aludel::translate::{Lowered, Omission, Refusal};

use super::facts::Facts;
use super::meaning::Meaning;
use super::names;
use super::types::Held;

/// Characters that the comment on a table may have, and that any other may.
const COMMENTS: (usize, usize) = (2048, 1024);

/// The table as this server holds it.
///
/// # Errors
///
/// All that it cannot hold faithfully.
pub(crate) fn lower(
    table: &Table,
    authored: &Schema,
    source: Syntax,
    facts: &Facts,
) -> Result<Lowered, Vec<Refusal>> {
    let meaning = Meaning::of(source, facts)?.lasting();
    let scope = Scope::of_table(table, authored, source);
    let (lowered, omissions) = rewrite(&meaning, scope, |rewriter| {
        let mut lowering = Lowering {
            table,
            authored,
            facts,
            meaning: &meaning,
            rewriter,
            held: HashMap::new(),
            hidden_bytes: 0,
        };
        lowering.lower()
    })?;
    Ok(Lowered {
        table: lowered,
        omissions,
    })
}

struct Lowering<'l, 'r> {
    table: &'l Table,
    authored: &'l Schema,
    facts: &'l Facts,
    meaning: &'l Meaning<'l>,
    rewriter: &'l mut Rewriter<'r>,
    /// How each column is held.
    held: HashMap<Ident, Held>,
    /// What the columns that keys are made of take of a row.
    hidden_bytes: u64,
}

impl Lowering<'_, '_> {
    fn lower(&mut self) -> Table {
        let table = self.table;
        self.refuse_kinds();
        self.refuse_alike();
        self.hold_columns();
        let mut lowered = Table::new(names::flat(&table.name));
        lowered.opaque.clone_from(&table.opaque);
        self.columns(&mut lowered);
        self.constraints(&mut lowered);
        self.indexes(&mut lowered);
        lowered.comment = self.comment(table.comment.as_deref(), COMMENTS.0, "the table");
        let options = &mut lowered.options;
        options.engine = Some("InnoDB".into());
        options.charset = Some("utf8mb4".into());
        options.collation = Some(self.facts.exact.into());
        options.auto_increment = self.numbering_start();
        options.temporary = table.options.temporary;
        lowered
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.rewriter.refuse(refusal);
    }

    fn omit(&mut self, code: &'static str, message: String) {
        self.rewriter.omit(Omission::new(code, message));
    }

    fn comment(&mut self, comment: Option<&str>, longest: usize, on: &str) -> Option<String> {
        let comment = comment.filter(|comment| !comment.is_empty())?;
        if comment.chars().count() > longest {
            let message = format!("the comment on {on}: it has more than {longest} characters");
            self.omit("comment", message);
            return None;
        }
        Some(comment.to_owned())
    }

    /// Tables of a kind that there is nothing like here.
    fn refuse_kinds(&mut self) {
        let Table { name, options, .. } = self.table;
        let server = self.facts.name;
        if options.partition_by.is_some() {
            let message = format!("table `{name}` is partitioned");
            self.refuse(Refusal::new("partitions", message));
        }
        if options.inherits.is_some() {
            let message = format!("table `{name}` inherits from another");
            self.refuse(Refusal::new("inheritance", message));
        }
        if options.unlogged {
            self.omit("storage", format!("UNLOGGED of table `{name}`"));
        }
        if self.table.columns.is_empty() {
            let message = format!("table `{name}` has no columns, and {server} wants one");
            self.refuse(Refusal::new("no-columns", message));
        }
        if options.temporary && self.table.foreign_keys().next().is_some() {
            let message = format!("a temporary table has no foreign keys on {server}");
            self.refuse(Refusal::new("temporary", message));
        }
    }

    /// Names that differ in case only are one name here.
    fn refuse_alike(&mut self) {
        let Table { name, columns, .. } = self.table;
        let server = self.facts.name;
        for (place, column) in columns.iter().enumerate() {
            let mut before = columns.iter().take(place);
            if let Some(other) = before.find(|other| names::same(&other.name, &column.name)) {
                let message = format!(
                    "the columns `{}` and `{}` of `{name}` differ in case only, and are one to {server}",
                    other.name, column.name
                );
                self.refuse(Refusal::new("names-alike", message));
            }
        }
        let mut alike = self.authored.tables_alike(name);
        let alike = alike.find(|other| other.name != *name);
        if let Some(other) = alike {
            let message = format!(
                "the tables `{}` and `{name}` differ in case only, and are one to {server} on some systems",
                other.name
            );
            self.refuse(Refusal::new("names-alike", message));
        }
    }
}
