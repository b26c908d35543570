//! What was read: the applied set and the journal, and what they mean together.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Direction, LedgerTables};

/// The ledger as one read found it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// The tables that were read, with their schema.
    pub tables: LedgerTables,
    /// Diesel's table exists.
    pub ledger_exists: bool,
    /// The journal exists.
    pub journal_exists: bool,
    /// The format that the journal names.
    pub format: Option<u32>,
    /// The applied revisions.
    pub applied: Vec<String>,
    /// The journal, oldest first, without the format row and without the steps of what is done.
    pub journal: Vec<JournalRow>,
}

/// One row of the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalRow {
    /// The engine's number: later rows have greater ones.
    pub number: u64,
    /// The revision's id.
    pub revision: String,
    /// `up` or `down`.
    pub direction: Cow<'static, str>,
    /// `started`, `statement`, `done`, `failed`, `stamped`; others are of a newer version.
    pub event: Cow<'static, str>,
    /// The statement's number, from 1.
    pub statement: Option<u64>,
    /// How many statements the script had.
    pub statements: Option<u64>,
    /// The script's checksum with its algorithm's tag.
    pub checksum: Option<String>,
}

/// What the journal knows of an applied revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Number of the row: how recently it was applied.
    pub number: u64,
    /// The checksum of what was applied; `None` is *unverified*.
    pub checksum: Option<String>,
}

/// A revision of which some statements are committed, or may be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PartWay {
    /// The revision's id.
    pub revision: String,
    /// Which way it was run.
    pub direction: Direction,
    /// Statements that are known to have completed.
    pub completed: u64,
    /// Statements that the script had.
    pub statements: Option<u64>,
    /// It stopped on an error. If not, the run was cut off and the statement after the completed
    /// ones may have happened or not.
    pub failed: bool,
}

impl PartWay {
    /// How far it came: `1 of 3 statements is committed`.
    pub fn how_far(&self) -> String {
        let PartWay { completed, .. } = self;
        let are = if *completed == 1 { "is" } else { "are" };
        match self.statements {
            Some(of) if self.is_whole() && of > 1 => {
                format!("all {of} statements are committed, only its row of the ledger is not")
            }
            Some(1) if self.is_whole() => {
                "its only statement is committed, its row of the ledger is not".into()
            }
            Some(of) => format!("{completed} of {of} statements {are} committed"),
            None => {
                let s = if *completed == 1 { "" } else { "s" };
                format!("{completed} statement{s} {are} committed")
            }
        }
    }

    /// Every statement is committed: all that is missing is that the ledger says so.
    pub fn is_whole(&self) -> bool {
        self.statements.is_some_and(|of| self.completed >= of)
    }

    /// What is not known, where the run was cut off: `statement 2 may have happened or not`.
    pub fn doubt(&self) -> Option<String> {
        let next = self.completed + 1;
        let is_there = self.statements.is_none_or(|of| next <= of);
        (!self.failed && is_there).then(|| format!("statement {next} may have happened or not"))
    }

    /// How far it came, and what is not known of the rest.
    pub fn standing(&self) -> String {
        match self.doubt() {
            Some(doubt) => format!("{}; {doubt}", self.how_far()),
            None => self.how_far(),
        }
    }
}

impl Snapshot {
    /// A snapshot of tables that do not exist.
    pub fn absent(tables: LedgerTables) -> Self {
        Self {
            tables,
            ..Self::default()
        }
    }

    /// Fills in the applied set from a result of one column.
    pub fn set_applied(&mut self, rows: Vec<Vec<Option<String>>>) {
        self.ledger_exists = true;
        self.applied.clear();
        rows.into_iter().for_each(|row| self.push_applied(row));
    }

    /// Adds one row to the applied set.
    pub fn push_applied(&mut self, row: Vec<Option<String>>) {
        self.applied.extend(row.into_iter().next().flatten());
    }

    /// The same, copying what is kept of it.
    pub fn copy_applied(&mut self, row: &[Option<&str>]) {
        let version = row.first().copied().flatten();
        self.applied.extend(version.map(str::to_owned));
    }

    /// Fills in the journal's rows from a result with the columns
    /// `number, revision, direction, event, statement, statements, checksum, format`, in the order of
    /// their numbers, all as text.
    pub fn set_journal(&mut self, rows: Vec<Vec<Option<String>>>) {
        self.journal_exists = true;
        self.journal.clear();
        rows.into_iter().for_each(|row| self.push_journal(row));
    }

    /// Adds one row to the journal: see [`Snapshot::set_journal`]. One that says that a revision is
    /// done takes the rows of its steps away.
    pub fn push_journal(&mut self, row: Vec<Option<String>>) {
        let cells: Vec<_> = row.iter().map(Option::as_deref).collect();
        self.copy_journal(&cells);
    }

    /// The same, copying what is kept of it: of thousands of rows, most cells are numbers and
    /// known words.
    pub fn copy_journal(&mut self, row: &[Option<&str>]) {
        let text = |cell: usize| row.get(cell).copied().flatten();
        let number = |cell: usize| text(cell)?.parse::<u64>().ok();
        if let Some(format) = number(7) {
            self.format = u32::try_from(format).ok();
        }
        let Some(revision) = text(1) else {
            return;
        };
        let event = word(text(3).unwrap_or_default());
        // How it came there says nothing once it is there, and is most of a journal.
        if matches!(&*event, "done" | "stamped") {
            let is_step = |row: &mut JournalRow| {
                row.revision == revision && matches!(&*row.event, "started" | "statement")
            };
            while self.journal.pop_if(is_step).is_some() {}
        }
        self.journal.push(JournalRow {
            number: number(0).unwrap_or_default(),
            revision: revision.to_owned(),
            direction: word(text(2).unwrap_or_default()),
            event,
            statement: number(4),
            statements: number(5),
            checksum: text(6).map(str::to_owned),
        });
    }

    /// What the journal knows of each revision that it last saw applied.
    pub fn recorded(&self) -> HashMap<&str, Recorded> {
        let mut recorded = HashMap::new();
        for row in &self.journal {
            match (&*row.event, &*row.direction) {
                ("done" | "stamped", "up") => {
                    recorded.insert(
                        row.revision.as_str(),
                        Recorded {
                            number: row.number,
                            checksum: row.checksum.clone(),
                        },
                    );
                }
                ("done" | "stamped", "down") => {
                    recorded.remove(row.revision.as_str());
                }
                _ => {}
            }
        }
        recorded
    }

    /// The revisions that are part-way: begun without a transaction and neither done nor failed
    /// before their first statement.
    pub fn part_way(&self) -> Vec<PartWay> {
        let mut open: Vec<PartWay> = Vec::new();
        for row in &self.journal {
            let index = open.iter().position(|p| p.revision == row.revision);
            match (&*row.event, index) {
                ("started", index) => {
                    if let Some(index) = index {
                        open.remove(index);
                    }
                    open.push(PartWay {
                        revision: row.revision.clone(),
                        direction: if row.direction == "down" {
                            Direction::Down
                        } else {
                            Direction::Up
                        },
                        completed: 0,
                        statements: row.statements,
                        failed: false,
                    });
                }
                ("statement", Some(index)) => {
                    open[index].completed = row.statement.unwrap_or_default();
                }
                ("failed", Some(index)) => {
                    if row.statement.unwrap_or_default() == 0 {
                        open.remove(index);
                    } else {
                        open[index].completed = row.statement.unwrap_or_default();
                        open[index].failed = true;
                    }
                }
                ("done" | "stamped", Some(index)) => {
                    open.remove(index);
                }
                _ => {}
            }
        }
        open
    }
}

/// A word of the journal. The known ones are not kept once a row.
fn word(text: &str) -> Cow<'static, str> {
    let known = [
        "done",
        "up",
        "down",
        "started",
        "statement",
        "stamped",
        "failed",
    ];
    match known.into_iter().find(|known| *known == text) {
        Some(known) => Cow::Borrowed(known),
        None => Cow::Owned(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is journalled of one revision: its number, its event and its statement's number.
    fn journal(snapshot: &mut Snapshot, rows: &[(&str, &str, &str)]) {
        for (at, (revision, event, statement)) in rows.iter().enumerate() {
            let at = (at + 1).to_string();
            let statement = (!statement.is_empty()).then_some(*statement);
            let row = [
                Some(at.as_str()),
                Some(*revision),
                Some("up"),
                Some(*event),
                statement,
                Some("2"),
                Some("sha256:00"),
                None,
            ];
            snapshot.copy_journal(&row);
        }
    }

    #[test]
    fn what_is_done_stands_for_its_steps() {
        let mut snapshot = Snapshot::default();
        journal(
            &mut snapshot,
            &[
                ("1", "started", ""),
                ("1", "statement", "1"),
                ("1", "done", ""),
                ("2", "started", ""),
                ("2", "failed", "1"),
                ("2", "started", ""),
                ("2", "statement", "1"),
                ("2", "stamped", ""),
                ("3", "started", ""),
                ("3", "statement", "1"),
            ],
        );
        let rows: Vec<_> = snapshot.journal.iter().map(|row| row.number).collect();
        assert_eq!(rows, [3, 4, 5, 8, 9, 10]);
        assert_eq!(snapshot.recorded().len(), 2);
        let open = snapshot.part_way();
        assert_eq!((open.len(), &*open[0].revision), (1, "3"));
        assert_eq!(open[0].completed, 1);
    }

    #[test]
    fn steps_of_another_revision_stay() {
        let mut snapshot = Snapshot::default();
        journal(&mut snapshot, &[("1", "started", ""), ("2", "done", "")]);
        assert_eq!(snapshot.journal.len(), 2);
        assert_eq!(snapshot.part_way()[0].revision, "1");
    }
}
