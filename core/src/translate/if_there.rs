//! `IF EXISTS` and `IF NOT EXISTS`, where the author wrote them.
//!
//! The model answers them, by what the scripts have made. A down script that does not give back what was there
//! leaves something else: there the target's own statement has to ask, as PostgreSQL's does.
//!
//! # Invariants
//!
//! - They are said of what one change makes or takes away, and only where nothing else comes of it.

use crate::schema::Change;
use crate::sql::Syntax;

/// What a change makes unless it is there, or takes away if it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IfThere {
    MakeTable,
    MakeIndex,
    DropTables,
    DropIndexes,
    DropViews,
}

impl IfThere {
    /// What of the kind the author wrote.
    pub(super) fn of(change: &Change) -> Option<Self> {
        match change {
            Change::CreateTable(table) if table.if_not_exists => Some(Self::MakeTable),
            Change::CreateIndex(index) if index.if_not_exists => Some(Self::MakeIndex),
            Change::DropTables {
                if_exists: true, ..
            } => Some(Self::DropTables),
            Change::DropIndexes {
                if_exists: true, ..
            } => Some(Self::DropIndexes),
            Change::DropViews {
                if_exists: true, ..
            } => Some(Self::DropViews),
            _ => None,
        }
    }

    /// How a statement begins, and what is said after that.
    fn words(self, target: Syntax) -> &'static [(&'static str, &'static str)] {
        // MySQL does not ask for indexes.
        let asks_for_indexes = target != Syntax::Mysql;
        match self {
            Self::MakeTable => &[("CREATE TABLE ", "IF NOT EXISTS ")],
            Self::MakeIndex if asks_for_indexes => &[
                ("CREATE INDEX ", "IF NOT EXISTS "),
                ("CREATE UNIQUE INDEX ", "IF NOT EXISTS "),
            ],
            Self::DropTables => &[("DROP TABLE ", "IF EXISTS ")],
            Self::DropIndexes if asks_for_indexes => &[("DROP INDEX ", "IF EXISTS ")],
            Self::DropViews => &[("DROP VIEW ", "IF EXISTS ")],
            Self::MakeIndex | Self::DropIndexes => &[],
        }
    }
}

/// Says it in the statements that came of those changes; each has the number of the statement that it came of.
pub(super) fn say(
    statements: &mut [(usize, String)],
    written: &[(usize, IfThere)],
    target: Syntax,
) {
    for (source, kind) in written {
        let mut of_it: Vec<&mut String> = statements
            .iter_mut()
            .filter(|(index, _)| index == source)
            .map(|(_, sql)| sql)
            .collect();
        let makes = matches!(kind, IfThere::MakeTable | IfThere::MakeIndex);
        if makes && of_it.len() != 1 {
            continue;
        }
        let said: Option<Vec<String>> = of_it
            .iter()
            .map(|sql| {
                // What fails where something else is there makes and takes away nothing.
                if sql.starts_with("SELECT ") {
                    return Some((**sql).clone());
                }
                kind.words(target).iter().find_map(|(begins, asks)| {
                    let rest = sql.strip_prefix(begins)?;
                    let asked = rest.starts_with("IF ");
                    Some(format!("{begins}{}{rest}", if asked { "" } else { asks }))
                })
            })
            .collect();
        for (sql, said) in of_it.iter_mut().zip(said.into_iter().flatten()) {
            **sql = said;
        }
    }
}
