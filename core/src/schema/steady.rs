//! Whether it matters how often a trigger that sets columns runs for one change of a row: some
//! engines write the row, and so run it, once more.

use super::trigger::walk;
use super::{Expr, Ident, NEW, OLD, RowSets, RowTrigger, TrimSide};

/// Functions that give the same for the same, or, within one statement, the same moment.
const STEADY: &[&str] = &[
    "now",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "timezone",
    "date_part",
    "date_trunc",
    "extract",
    "coalesce",
    "lower",
    "upper",
    "length",
    "btrim",
    "ltrim",
    "rtrim",
    "replace",
    "md5",
    "abs",
];

impl RowTrigger {
    /// Why it may matter how often it runs for one change of a row, if it may.
    pub(super) fn unsteady(&self) -> Option<String> {
        let set = |name: &str| {
            let mut columns = self.sets.iter().flat_map(|set| &set.columns);
            columns.any(|column| column == name)
        };
        if self.sets.is_empty() {
            return Some("it sets nothing".into());
        }
        for (place, assignment) in self.sets.iter().enumerate() {
            let before = &self.sets[..place];
            if before
                .iter()
                .any(|other| other.columns == assignment.columns)
            {
                return Some("it sets a column twice".into());
            }
            let mut own = assignment.columns.iter();
            if own.any(|column| stays_as_set(&assignment.value, column, &set)) {
                continue;
            }
            if let Some(why) = another(&assignment.value, &set) {
                return Some(why);
            }
        }
        let mut why = None;
        if let Some(condition) = &self.condition {
            walk(condition, &mut |expr| {
                why = why.take().or_else(|| match expr {
                    None => Some("it asks a query".into()),
                    Some(Expr::Column {
                        table: Some(row), ..
                    }) if row.name != NEW && row.name != OLD => Some(format!("it reads `{row}`")),
                    Some(Expr::Column {
                        table: None,
                        column,
                    }) if ![NEW, OLD, "tg_op"].contains(&column.as_str()) => {
                        Some(format!("it reads `{column}`"))
                    }
                    Some(_) => None,
                });
            });
        }
        why
    }
}

impl RowSets {
    /// Whether it looks at more than the row as it is written, and what happens: at rows of tables, at the
    /// row before, at what it sets itself. Then it is to be read step by step.
    pub(crate) fn looks_further(&self) -> bool {
        let set = |name: &str| {
            let mut columns = self.sets.iter().flat_map(|set| &set.columns);
            columns.any(|column| column == name)
        };
        let further = |expr: &Expr, is_plain: &dyn Fn(Option<&str>, &str) -> bool| {
            let mut found = false;
            walk(expr, &mut |expr| {
                found |= match expr {
                    None => true,
                    Some(Expr::Column { table, column }) => {
                        !is_plain(table.as_ref().map(|row| row.name.as_str()), column)
                    }
                    Some(_) => false,
                };
            });
            found
        };
        let of_sets = self.sets.iter().any(|assignment| {
            let mut own = assignment.columns.iter();
            !own.any(|column| stays_as_set(&assignment.value, column, &set))
                && further(&assignment.value, &|row, column| {
                    row == Some(NEW) && !set(column)
                })
        });
        let of_condition = self.condition.as_ref().is_some_and(|condition| {
            further(condition, &|row, column| match row {
                Some(row) => [NEW, OLD].contains(&row),
                None => [NEW, OLD, "tg_op"].contains(&column),
            })
        });
        !self.or_old && (of_sets || of_condition)
    }
}

/// Why a value may be another a second time, when columns are set of which `set` holds.
fn another(value: &Expr, set: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut why = None;
    walk(value, &mut |expr| {
        why = why.take().or_else(|| match expr {
            None => Some("it asks a query".into()),
            Some(Expr::Column {
                table: Some(row),
                column,
            }) if row.name == NEW && !set(column) => None,
            Some(Expr::Column { column, .. }) => Some(format!(
                "what it sets depends on `{column}`, and is another a second time"
            )),
            Some(Expr::Call(call)) if !STEADY.contains(&call.name.name.as_str()) => {
                Some(format!("it sets what `{}` gives", call.name))
            }
            Some(_) => None,
        });
    });
    why
}

/// Whether a column gets of its own value what it would get of that again, when columns are set of which
/// `set` holds: its value if it has one, or its value in lower case, or without blanks around it.
pub(crate) fn stays_as_set(value: &Expr, column: &Ident, set: &dyn Fn(&str) -> bool) -> bool {
    let is_own = |expr: &Expr| {
        matches!(expr, Expr::Column { table: Some(row), column: name }
            if row.name == NEW && name == column)
    };
    let call = match value {
        Expr::Trim {
            expr,
            side: TrimSide::Both,
            what: None,
        } => return is_own(expr),
        Expr::Call(call) => call,
        _ => return false,
    };
    let args = call.plain_args();
    let Some([first, rest @ ..]) = args.as_deref() else {
        return false;
    };
    match call.name.name.as_str() {
        "coalesce" => is_own(first) && rest.iter().all(|expr| another(expr, set).is_none()),
        "lower" | "upper" | "btrim" => is_own(first) && rest.is_empty(),
        _ => false,
    }
}
