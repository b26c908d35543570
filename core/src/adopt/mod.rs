//! Taking over another tool's directory and ledger, without running anything.
//!
//! [`read`] turns the tool's files into revisions, [`place`] writes those that are not there yet, and
//! [`Ledger`] says which revisions the tool's own table calls applied;
//! [`Database::adopt`](crate::run::Database::adopt) records them in ours. The tool's files and table
//! stay as they are.
//!
//! ```
//! use aludel::adopt::{Tool, place, read};
//!
//! # let directory = tempfile::tempdir()?;
//! # let (theirs, ours) = (directory.path().join("theirs"), directory.path().join("ours"));
//! # std::fs::create_dir(&theirs)?;
//! std::fs::write(theirs.join("7_users.up.sql"), "CREATE TABLE users (id int);\n")?;
//! std::fs::write(theirs.join("7_users.down.sql"), "DROP TABLE users;\n")?;
//!
//! let adopted = read(Tool::GolangMigrate, &theirs, None).expect("one migration");
//! assert_eq!(adopted[0].name, "00000000000007_users");
//! let placed = place(&ours, &adopted).expect("nothing is in the way");
//! assert_eq!(placed.written, [ours.join("00000000000007_users")]);
//!
//! // Once more, for what the tool has got meanwhile: what is there stays.
//! assert_eq!(place(&ours, &adopted).expect("the same").kept, placed.written);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Invariants
//!
//! - Nothing is overwritten.
//! - A script is the tool's text but for its own markers.
//! - A tool's ledger that says a migration is half done is refused.
//!
//! # Deliberately absent
//!
//! The tools' checksums. They are of other texts than ours.

mod alembic;
mod files;
mod ledger;
mod place;
mod problem;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub(crate) use ledger::is_a_tools;
pub use ledger::{Ledger, Says};
pub use place::{Placed, place};
pub use problem::AdoptProblem;

/// A tool whose directory and ledger can be taken over. [`Tool::name`] and `FromStr` agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// Diesel: directory and ledger are ours as they are; checksums are recorded.
    Diesel,
    /// Alembic, by what `alembic upgrade head --sql` prints.
    Alembic,
    /// sqlx: `1_name.sql`, or `1_name.up.sql` and `1_name.down.sql`.
    Sqlx,
    /// refinery: `V1__name.sql`, `U1__name.sql`.
    Refinery,
    /// dbmate: `1_name.sql` with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// golang-migrate: `1_name.up.sql` and `1_name.down.sql`.
    GolangMigrate,
    /// goose: `1_name.sql` with `-- +goose Up` and `-- +goose Down`.
    Goose,
    /// Flyway: `V1__name.sql` and `U1__name.sql`, in folders too.
    Flyway,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 8] = [
        Self::Diesel,
        Self::Alembic,
        Self::Sqlx,
        Self::Refinery,
        Self::Dbmate,
        Self::GolangMigrate,
        Self::Goose,
        Self::Flyway,
    ];

    /// Its name, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Diesel => "diesel",
            Self::Alembic => "alembic",
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
            Self::Dbmate => "dbmate",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
            Self::Flyway => "flyway",
        }
    }

    /// Where it keeps its files unless told otherwise, below the project's directory. `None` for
    /// Diesel, whose files need no reading, and for Alembic, whose files are Python.
    pub fn usual_source(self) -> Option<&'static str> {
        match self {
            Self::Diesel | Self::Alembic => None,
            Self::Sqlx | Self::Refinery | Self::GolangMigrate | Self::Goose => Some("migrations"),
            Self::Dbmate => Some("db/migrations"),
            Self::Flyway => Some("sql"),
        }
    }

    /// The id that one of the tool's versions gets.
    ///
    /// Numbers are filled up with zeros to the fourteen digits of a date and time, as Diesel's own
    /// first migration is: so `2` comes before `10`, and both before a revision of today, also for a
    /// tool that sorts by text. The parts of a dotted version follow with four digits each.
    ///
    /// ```
    /// use aludel::adopt::Tool;
    ///
    /// assert_eq!(Tool::Sqlx.id("20240105101500"), "20240105101500");
    /// assert_eq!(Tool::Refinery.id("7"), "00000000000007");
    /// assert_eq!(Tool::Flyway.id("1.10"), "00000000000001.0010");
    /// assert_eq!(Tool::Alembic.id("1975ea83b712"), "1975ea83b712");
    /// ```
    pub fn id(self, version: &str) -> String {
        if matches!(self, Self::Alembic | Self::Diesel) {
            return version.to_owned();
        }
        let mut parts = version.split(['.', '_']);
        let first = parts.next().unwrap_or_default();
        let mut id = format!("{first:0>14}");
        // Flyway takes 1 and 1.0 for the same version.
        let mut rest: Vec<_> = parts.collect();
        while rest
            .last()
            .is_some_and(|part| part.bytes().all(|b| b == b'0'))
        {
            rest.pop();
        }
        for part in rest {
            id.push_str(&format!(".{part:0>4}"));
        }
        id
    }
}

impl std::str::FromStr for Tool {
    type Err = AdoptProblem;

    fn from_str(name: &str) -> Result<Self, AdoptProblem> {
        let known = Self::ALL.into_iter().find(|tool| tool.name() == name);
        known.ok_or_else(|| AdoptProblem::UnknownTool { name: name.into() })
    }
}

/// One revision that was made of another tool's files, not written yet: see [`place`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adopted {
    /// The directory's name: the id, and what the tool calls it.
    pub name: String,
    /// The up script.
    pub up: String,
    /// The down script, where there is one with statements.
    pub down: Option<String>,
    /// Whether the scripts run in a transaction.
    pub in_transaction: bool,
    /// The ids of the parents: of files, the one before; none is a root.
    pub parents: Vec<String>,
    /// The file it was made of.
    pub from: PathBuf,
}

/// Reads a tool's files, without changing anything.
///
/// `source` is the tool's directory. For Alembic it is the file that `alembic upgrade head --sql` printed,
/// and `down` the one of `alembic downgrade head:base --sql`; no other tool has a `down`. Of Diesel
/// nothing is read: the answer is empty.
///
/// # Errors
///
/// Everything that cannot be taken over, at once.
pub fn read(
    tool: Tool,
    source: &Path,
    down: Option<&Path>,
) -> Result<Vec<Adopted>, Vec<AdoptProblem>> {
    match tool {
        Tool::Diesel => Ok(Vec::new()),
        Tool::Alembic => alembic::read(source, down),
        tool => files::read(tool, source),
    }
}
