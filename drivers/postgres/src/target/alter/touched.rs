//! MySQL's `ON UPDATE CURRENT_TIMESTAMP`: a column that says when its row was changed.
//!
//! Two triggers and one function for all tables. There the column is set unless the statement sets
//! it itself or changes nothing. A trigger `UPDATE OF` the column runs only where the statement
//! names it, whatever it sets: it notes so, and the one that comes after it, in the order of their
//! names, then leaves the row alone.

use aludel::schema::{Column, Table};
use aludel::translate::Refusal;
use aludel::translate::print::Printer;

use super::Alteration;

/// What the two triggers call. Their arguments are the column and how much of the moment is kept; a
/// third one says that the column was named.
const FUNCTION: &str = "CREATE OR REPLACE FUNCTION aludel_on_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    note text := 'aludel.named_' || md5(TG_RELID || TG_ARGV[0]);
BEGIN
    -- What a foreign key does to a row is no UPDATE there.
    IF pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    IF TG_NARGS = 3 THEN
        PERFORM set_config(note, 'yes', true);
    ELSIF current_setting(note, true) = 'yes' THEN
        PERFORM set_config(note, '', true);
    ELSIF NEW *<> OLD THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], date_trunc(TG_ARGV[1], statement_timestamp())));
    END IF;
    RETURN NEW;
END
$$";

impl Alteration<'_> {
    /// Takes away the triggers of columns that no longer change with their row, or under another
    /// name.
    pub(super) fn drop_touching(&mut self, printer: &mut Printer<'_>, after: &Table) {
        let table = printer.name(&after.name);
        let Some(authored) = self.change.authored_before else {
            return;
        };
        for column in authored.columns.iter().filter(|c| c.on_update.is_some()) {
            if self.still_touched(column) {
                continue;
            }
            for name in trigger_names(&column.name) {
                let name = printer.ident(&name);
                self.push(format!("DROP TRIGGER {name} ON {table}"));
            }
        }
    }

    pub(super) fn create_touching(&mut self, printer: &mut Printer<'_>, after: &Table) {
        let table = printer.name(&after.name);
        let Some(authored) = self.change.authored_after else {
            return;
        };
        let touched = authored.columns.iter().filter(|c| c.on_update.is_some());
        let before = self.change.authored_before;
        let new = touched.filter(|column| {
            let was = before.and_then(|before| before.column(&column.name));
            !was.is_some_and(|was| self.still_touched(was))
        });
        let new: Vec<&Column> = new.collect();
        if new.is_empty() {
            return;
        }
        self.push(FUNCTION.to_owned());
        for column in new {
            let digits = match digits(column) {
                Some(digits) => digits,
                None => {
                    let message = format!(
                        "`{}` of `{}`: ON UPDATE with so many digits of a second has no counterpart on postgres",
                        column.name, after.name
                    );
                    self.refusals.push(Refusal::new("on-update", message));
                    continue;
                }
            };
            let [named, unnamed] = trigger_names(&column.name);
            let [named, unnamed] = [printer.ident(&named), printer.ident(&unnamed)];
            let argument = crate::dialect::literal(&column.name);
            let name = printer.ident(&column.name);
            let call = |more: &str| {
                format!(
                    "ON {table} FOR EACH ROW EXECUTE FUNCTION aludel_on_update({argument}, '{digits}'{more})"
                )
            };
            self.push(format!(
                "CREATE TRIGGER {named} BEFORE UPDATE OF {name} {}",
                call(", 'named'")
            ));
            self.push(format!(
                "CREATE TRIGGER {unnamed} BEFORE UPDATE {}",
                call("")
            ));
        }
    }

    /// Whether a column before still changes with its row, under its name and to as many digits.
    fn still_touched(&self, before: &Column) -> bool {
        let after = self.change.authored_after;
        let after = after.and_then(|after| after.column(&before.name));
        self.renamed(&before.name) == Some(before.name.as_str())
            && after
                .is_some_and(|after| after.on_update.is_some() && digits(after) == digits(before))
    }
}

/// The trigger that notes, and the one that comes after it.
fn trigger_names(column: &str) -> [String; 2] {
    [
        crate::target::names::short(&format!("aludel_1_named_{column}")),
        crate::target::names::short(&format!("aludel_2_update_{column}")),
    ]
}

/// How much of the moment is kept, as `date_trunc` calls it.
fn digits(column: &Column) -> Option<&'static str> {
    use aludel::schema::{Expr, Literal};
    let precision = match column.on_update.as_ref()? {
        Expr::Keyword(_, precision) => precision.unwrap_or(0),
        Expr::Call(call) => match call.args.as_slice() {
            [] => 0,
            [aludel::schema::CallArg::Expr(Expr::Literal(Literal::Number(n)))] => n.parse().ok()?,
            _ => return None,
        },
        _ => return None,
    };
    match precision {
        0 => Some("second"),
        3 => Some("milliseconds"),
        6 => Some("microseconds"),
        _ => None,
    }
}
