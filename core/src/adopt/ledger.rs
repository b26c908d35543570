//! The tools' own tables: what they call applied.

use super::Tool;
use crate::driver::ResultSet;
use crate::sql::Syntax;

/// A tool's own table of what is applied, and how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ledger {
    /// The tool.
    pub tool: Tool,
    /// The table's name.
    pub table: &'static str,
    /// The statement that reads it, for [`Ledger::says`].
    pub select: &'static str,
}

/// What a tool's table says of its migrations, by our ids.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Says {
    /// These ids are applied, and no others.
    Applied(Vec<String>),
    /// These ids and all their ancestors are applied.
    Heads(Vec<String>),
    /// Every id up to this one, in the order of the ids, is applied.
    UpTo(String),
    /// A migration is half done, so that nothing can be taken over: its version, as the tool has it.
    HalfDone(String),
}

impl Tool {
    /// The tool's own table; `None` for Diesel, whose table is ours.
    pub fn ledger(self) -> Option<Ledger> {
        let (table, select) = match self {
            Self::Diesel => return None,
            Self::Alembic => ("alembic_version", "SELECT version_num FROM alembic_version"),
            Self::Sqlx => (
                "_sqlx_migrations",
                "SELECT version, CASE WHEN success THEN 1 ELSE 0 END AS success \
                 FROM _sqlx_migrations ORDER BY version",
            ),
            Self::Refinery => (
                "refinery_schema_history",
                "SELECT version FROM refinery_schema_history ORDER BY version",
            ),
            Self::Dbmate => (
                "schema_migrations",
                "SELECT version FROM schema_migrations ORDER BY version",
            ),
            Self::GolangMigrate => (
                "schema_migrations",
                "SELECT version, CASE WHEN dirty THEN 1 ELSE 0 END AS dirty FROM schema_migrations",
            ),
            // The last row of a version tells; version 0 is the table's own beginning.
            Self::Goose => (
                "goose_db_version",
                "SELECT g.version_id FROM goose_db_version g WHERE g.version_id > 0 AND g.is_applied \
                 AND g.id = (SELECT max(l.id) FROM goose_db_version l WHERE l.version_id = g.version_id) \
                 ORDER BY g.version_id",
            ),
            Self::Flyway => (
                "flyway_schema_history",
                "SELECT version, CASE WHEN success THEN 1 ELSE 0 END AS success, type \
                 FROM flyway_schema_history WHERE version IS NOT NULL ORDER BY installed_rank",
            ),
        };
        Some(Ledger {
            tool: self,
            table,
            select,
        })
    }
}

impl Ledger {
    /// The statement that answers with one row if the table exists, and with none if not.
    pub fn exists(&self, syntax: Syntax) -> String {
        let table = self.table;
        match syntax {
            Syntax::Sqlite => {
                format!("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{table}'")
            }
            Syntax::Postgres => {
                format!("SELECT 1 AS found WHERE to_regclass('{table}') IS NOT NULL")
            }
            Syntax::Mysql => format!(
                "SELECT 1 FROM information_schema.tables \
                 WHERE table_schema = DATABASE() AND table_name = '{table}'"
            ),
        }
    }

    /// What the rows of [`Ledger::select`] say.
    pub fn says(&self, rows: &ResultSet) -> Says {
        let tool = self.tool;
        let cell = |row: &[Option<String>], at: usize| row.get(at).cloned().flatten();
        let mut ids = Vec::new();
        for row in &rows.rows {
            let Some(version) = cell(row, 0) else {
                continue;
            };
            let flag = cell(row, 1);
            match tool {
                Tool::GolangMigrate => {
                    return if flag.as_deref() == Some("1") {
                        Says::HalfDone(version)
                    } else {
                        Says::UpTo(tool.id(&version))
                    };
                }
                Tool::Sqlx | Tool::Flyway if flag.as_deref() == Some("0") => {
                    return Says::HalfDone(version);
                }
                // An undone version is applied no more; a baseline and the schema's own row are no
                // migrations.
                Tool::Flyway => match cell(row, 2).unwrap_or_default().as_str() {
                    "UNDO_SQL" => ids.retain(|id| *id != tool.id(&version)),
                    "SQL" => ids.push(tool.id(&version)),
                    _ => {}
                },
                _ => ids.push(tool.id(&version)),
            }
        }
        match tool {
            Tool::Alembic => Says::Heads(ids),
            _ => Says::Applied(ids),
        }
    }
}

/// Whether a table of this name is some tool's own, which stays where it is when its project is taken over.
pub(crate) fn is_a_tools(table: &str) -> bool {
    let ledgers = Tool::ALL.into_iter().filter_map(Tool::ledger);
    ledgers.map(|ledger| ledger.table).any(|name| name == table)
}
