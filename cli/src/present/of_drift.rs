//! How a live schema differs from the model, in lines for people.

use aludel::run::Drift;

use super::count;

/// A word for the margin, and a text; the margin of what follows its first is empty.
pub(crate) type Line = (&'static str, String);

/// What a comparison of a live schema with the model says.
pub(crate) fn drift_lines(drift: &Drift) -> Vec<Line> {
    let mut lines = vec![(
        "drift",
        match (drift.differences.len(), drift.uncompared.len()) {
            (0, 0) => "none: the database holds what its scripts make".to_owned(),
            (0, 1) => "none in what was compared; 1 table was not".to_owned(),
            (0, tables) => format!("none in what was compared; {tables} tables were not"),
            (number, _) => format!("{} from what its scripts make", count(number, "difference")),
        },
    )];
    let differences = drift.differences.iter();
    lines.extend(differences.map(|found| ("", found.words("the model", "the database"))));
    for table in &drift.uncompared {
        let text = format!("table `{}`: {}", table.table, table.because);
        lines.push(("uncompared", text));
    }
    for gap in &drift.gaps {
        let text = format!("{}/up.sql:{}: {}", gap.revision, gap.line, gap.what);
        lines.push(("unmodelled", text));
    }
    lines
}
