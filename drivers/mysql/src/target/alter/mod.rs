//! From what a table is to what it is to be, in as few statements as the server allows: what is
//! done cannot be taken back here, so that a statement less is a place less to stop at.
//!
//! Mostly one ALTER TABLE. Before it, where they are needed:
//!
//! * a SELECT fails where a column that is stated anew is not what the migrations made;
//! * the table gets its new name;
//! * foreign keys of other tables go, whose columns' type changes, or that could carry a NULL along;
//! * an ALTER TABLE drops foreign keys that come back under their name, and adds columns that
//!   have to be filled, or that are NOT NULL without a default: the server would fill those with
//!   zeros, where the authored engine refuses them if there are rows;
//! * an UPDATE fills them.
//!
//! After it come keys over expressions that look at a column whose type changes.

mod columns;
mod convert;
mod guard;
mod keys;
mod referrers;
mod sequences;

use std::collections::{BTreeSet, HashMap};

use aludel::schema::{Expr, ForeignKey, Ident, Part, PartMut, Table};
use aludel::translate::print::{Level, Printer, print};
use aludel::translate::{Omission, Refusal, Rendered, TableChange};

use super::facts::Facts;
use super::spelling::{Words, bare_text};
use super::{definition, session};

/// The statements that turn a table's state before into its state after.
///
/// # Errors
///
/// What cannot be done without losing something.
pub(crate) fn table(change: &TableChange<'_>, facts: &Facts) -> Result<Rendered, Vec<Refusal>> {
    referred_tables_are_there(change)?;
    sequences::go_on(change)?;
    let words = Words::new(facts);
    let mut along = Vec::new();
    let mut omissions = Vec::new();
    let statements = match (change.before, change.after) {
        (None, None) => Vec::new(),
        (None, Some(after)) => vec![print(&words, |p| definition::create(p, after))?],
        (Some(before), None) => {
            let word = if before.options.temporary {
                "TEMPORARY "
            } else {
                ""
            };
            vec![print(&words, |p| {
                format!("DROP {word}TABLE {}", p.name(&before.name))
            })?]
        }
        (Some(before), Some(after)) => {
            alter(change, before, after, facts, &mut along, &mut omissions)?
        }
    };
    let statements = [sequences::made(change), statements].concat();
    Ok(Rendered {
        along,
        omissions,
        ..session::rendered(statements, facts)
    })
}

/// A new foreign key to a table that is not here, since an earlier change was refused, is none that
/// the servers take.
fn referred_tables_are_there(change: &TableChange<'_>) -> Result<(), Vec<Refusal>> {
    let Some(after) = change.after else {
        return Ok(());
    };
    // One whose table has another name now is no new one.
    let had = |key: &ForeignKey| {
        let mut own = change.before.into_iter().flat_map(Table::foreign_keys);
        own.any(|(_, own)| own.columns == key.columns)
    };
    let missing = |key: &ForeignKey| {
        key.table != after.name && change.scope.target.table(&key.table).is_none()
    };
    let keys = after.foreign_keys().map(|(_, key)| key);
    let refusals: Vec<Refusal> = keys
        .filter(|key| !had(key) && missing(key))
        .map(|key| {
            let message = format!(
                "`{}` refers to `{}`, which is not here, since an earlier change was not translated",
                after.name, key.table
            );
            Refusal::new("depends-on-refused", message)
        })
        .collect();
    match refusals.is_empty() {
        true => Ok(()),
        false => Err(refusals),
    }
}

fn alter(
    change: &TableChange<'_>,
    before: &Table,
    after: &Table,
    facts: &Facts,
    along: &mut Vec<Table>,
    omissions: &mut Vec<Omission>,
) -> Result<Vec<String>, Vec<Refusal>> {
    let words = Words::new(facts);
    let mut refusals = Vec::new();
    let mut statements = Vec::new();
    let text = print(&words, |printer| {
        let mut alteration = Alteration::new(change, before, after, facts);
        alteration.gather(printer);
        let referrers = alteration.referrers(printer);
        statements.extend(alteration.guard());
        statements.extend(referrers.guards);
        refusals = std::mem::take(&mut alteration.refusals);
        statements.extend(referrers.before);
        statements.extend(alteration.statements(printer));
        statements.extend(referrers.after);
        along.extend(referrers.tables);
        omissions.extend(referrers.omissions);
        String::new()
    });
    match text {
        Err(mut found) => {
            found.append(&mut refusals);
            Err(found)
        }
        Ok(_) if refusals.is_empty() => Ok(statements),
        Ok(_) => Err(refusals),
    }
}

/// The clauses of the statements to come.
struct Alteration<'a> {
    change: &'a TableChange<'a>,
    before: &'a Table,
    after: &'a Table,
    facts: &'a Facts,
    /// Columns before by their name after.
    origins: HashMap<&'a str, &'a str>,
    /// Columns whose type is another afterwards, by their name before.
    retyped: BTreeSet<&'a str>,
    /// Columns that another takes the place of, by their name before.
    replaced: BTreeSet<&'a str>,
    /// What the values of columns are converted to, by their name after.
    conversions: HashMap<&'a str, Expr>,
    /// Of the ALTER TABLE that comes first.
    first: Vec<String>,
    /// Columns that are stated anew, over the rows that there are.
    restated: Vec<guard::Restated<'a>>,
    /// What columns are filled with between the two.
    fills: Vec<(Ident, Expr)>,
    /// Of the ALTER TABLE that does the rest, in an order that the server takes.
    drops: Vec<String>,
    columns: Vec<String>,
    adds: Vec<String>,
    /// Of the ALTER TABLE that comes after it.
    last: Vec<String>,
    refusals: Vec<Refusal>,
}

impl<'a> Alteration<'a> {
    fn new(
        change: &'a TableChange<'a>,
        before: &'a Table,
        after: &'a Table,
        facts: &'a Facts,
    ) -> Self {
        let mut alteration = Self {
            change,
            before,
            after,
            facts,
            origins: HashMap::new(),
            retyped: BTreeSet::new(),
            replaced: BTreeSet::new(),
            conversions: HashMap::new(),
            first: Vec::new(),
            restated: Vec::new(),
            fills: Vec::new(),
            drops: Vec::new(),
            columns: Vec::new(),
            adds: Vec::new(),
            last: Vec::new(),
            refusals: Vec::new(),
        };
        alteration.match_columns();
        alteration
    }

    fn gather(&mut self, printer: &mut Printer<'_>) {
        self.gather_columns(printer);
        self.gather_keys(printer);
        self.gather_checks(printer);
        self.gather_references(printer);
        if self.before.comment != self.after.comment {
            let comment = self.after.comment.as_deref().unwrap_or_default();
            self.adds.push(format!("COMMENT = {}", bare_text(comment)));
        }
        // Numbers that begin at one of their own, above those that there are.
        let numbered = |table: &Table| table.columns.iter().any(|column| column.identity.is_some());
        let start = self.after.options.auto_increment;
        if let (Some(start), false) = (start, numbered(self.before)) {
            self.adds.push(format!("AUTO_INCREMENT = {start}"));
        }
        // The same column, by another sequence.
        let mut columns = self.after.columns.iter();
        let own = columns.find(|column| column.identity.is_some());
        if own.is_some_and(|own| self.change.counts_anew(&own.name)) && numbered(self.before) {
            self.adds
                .push(format!("AUTO_INCREMENT = {}", start.unwrap_or(1)));
        }
    }

    /// Fails if a column that is stated anew is not what the migrations made. The script that has made
    /// the table need not ask.
    fn guard(&self) -> Option<String> {
        let restated = self.restated.as_slice();
        let asks = !self.change.own;
        asks.then(|| guard::guard(self.before, Some(self.after), restated, self.facts))?
    }

    fn statements(self, printer: &mut Printer<'_>) -> Vec<String> {
        let table = printer.name(&self.after.name);
        let mut statements = Vec::new();
        if self.before.name != self.after.name {
            // Alone: together with anything that copies the table, MariaDB leaves the foreign keys of
            // other tables with the old name.
            let before = printer.name(&self.before.name);
            statements.push(format!("ALTER TABLE {before} RENAME TO {table}"));
        }
        statements.extend(alter_table(&table, &self.first));
        if !self.fills.is_empty() {
            let fills: Vec<String> = self
                .fills
                .iter()
                .map(|(column, value)| {
                    format!(
                        "{} = {}",
                        printer.ident(column),
                        printer.at(value, Level::Or)
                    )
                })
                .collect();
            statements.push(format!("UPDATE {table} SET {}", fills.join(", ")));
        }
        let rest = [self.drops, self.columns, self.adds].concat();
        statements.extend(alter_table(&table, &rest));
        statements.extend(alter_table(&table, &self.last));
        statements
    }

    /// The name after of a column before, if it stays.
    fn renamed(&self, before: &str) -> Option<&'a str> {
        let mut pairs = self.origins.iter();
        pairs.find(|(_, from)| **from == before).map(|(to, _)| *to)
    }

    /// An expression before with the names that columns have afterwards; `None` if one is gone.
    fn carried(&self, expr: &Expr) -> Option<Expr> {
        let mut expr = expr.clone();
        let names: HashMap<&str, &str> =
            self.origins.iter().map(|(to, from)| (*from, *to)).collect();
        rename(&mut expr, &names).then_some(expr)
    }

    /// Whether an expression before looks at a column that is renamed, replaced or gone. MySQL does
    /// not allow that as long as the expression is there; nor does MariaDB, once a statement has
    /// called the table by an alias.
    fn looks_at_changed(&self, expr: &Expr) -> bool {
        let mut changed = false;
        each_column(expr, &mut |column| {
            changed |= self.replaced.contains(column) || self.renamed(column) != Some(column);
        });
        changed
    }

    /// The columns before that foreign keys hold: the table's own, and those that they refer to.
    fn held_columns(&self) -> (Vec<&Ident>, Vec<&Ident>) {
        let mut own = Vec::new();
        let mut referred = Vec::new();
        let referrers = self.change.scope.target.referrers(&self.before.name);
        for table in referrers.map(AsRef::as_ref).chain([self.before]) {
            for (_, key) in table.foreign_keys() {
                if table.name == self.before.name {
                    own.extend(&key.columns);
                }
                if key.table == self.before.name {
                    referred.extend(&key.referred);
                }
            }
        }
        (own, referred)
    }

    fn is_renamed(&self, column: &str) -> bool {
        self.renamed(column).is_some_and(|now| now != column)
    }

    /// Whether an expression before looks at a column that is renamed and that a foreign key holds:
    /// its table is then not copied, and what copies a table is done apart.
    fn renames_held(&self, expr: &Expr) -> bool {
        let (own, referred) = self.held_columns();
        let mut found = false;
        each_column(expr, &mut |column| {
            let mut held = own.iter().chain(&referred);
            found |= self.is_renamed(column) && held.any(|name| *name == column);
        });
        found
    }

    /// Whether a column that a foreign key holds is renamed.
    fn renames_a_held_one(&self) -> bool {
        let (own, referred) = self.held_columns();
        let mut held = own.iter().chain(&referred);
        held.any(|name| self.is_renamed(name))
    }

    /// Whether a column that a foreign key holds is renamed, or no longer takes NULL where another
    /// table refers to it: then the table cannot be copied, as MySQL does with one that has a CHECK.
    fn changes_held(&self) -> bool {
        let (_, referred) = self.held_columns();
        let tightened = |column: &str| {
            let before = self.before.column(column);
            let after = self
                .renamed(column)
                .and_then(|name| self.after.column(name));
            before.is_some_and(|column| column.nullable)
                && after.is_some_and(|column| !column.nullable)
        };
        self.renames_a_held_one() || referred.iter().any(|name| tightened(name))
    }

    /// Whether an expression before looks at a column whose type changes.
    fn looks_at_retyped(&self, expr: &Expr) -> bool {
        let mut retyped = false;
        each_column(expr, &mut |column| retyped |= self.retyped.contains(column));
        retyped
    }
}

fn alter_table(table: &str, clauses: &[String]) -> Option<String> {
    match clauses {
        [] => None,
        [clause] => Some(format!("ALTER TABLE {table} {clause}")),
        clauses => {
            let clauses = clauses.join(",\n    ");
            Some(format!("ALTER TABLE {table}\n    {clauses}"))
        }
    }
}

fn each_column(expr: &Expr, f: &mut dyn FnMut(&str)) {
    if let Expr::Column { column, .. } = expr {
        f(column);
    }
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            each_column(expr, f);
        }
    });
}

/// Gives the columns of an expression their new names. False if one has none.
fn rename(expr: &mut Expr, names: &HashMap<&str, &str>) -> bool {
    let mut known = true;
    if let Expr::Column { column, .. } = expr {
        match names.get(column.as_str()) {
            Some(name) => *column = (*name).to_owned(),
            None => known = false,
        }
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            known &= rename(expr, names);
        }
    });
    known
}
