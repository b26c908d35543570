//! Sequences that count in other steps than one: the counters of other engines do not, which is said
//! where the table is made. Applications do without; a statement of the scripts that draws from one
//! would write other numbers.

use super::Carrier;
use crate::schema::{
    Column, DataStatement, Expr, Insert, InsertSource, Name, Part, Schema, SequenceOptions,
    SetExpr, sequence_of,
};
use crate::translate::{Omission, Refusal};

/// Whether a sequence counts in steps that no counter has.
fn has_steps(options: &SequenceOptions) -> bool {
    options.increment.unwrap_or(1) != 1 || options.cycle
}

/// Whether a counter that goes up by one gives numbers that the sequence might have given as well.
fn goes_up(options: &SequenceOptions) -> bool {
    options.increment.unwrap_or(1) > 0 && !options.cycle
}

impl Carrier<'_> {
    /// Notes that a sequence goes on in other steps.
    pub(super) fn steps_changed(
        &mut self,
        source: usize,
        name: &Name,
        before: &SequenceOptions,
        after: &SequenceOptions,
    ) {
        let steps = |options: &SequenceOptions| (options.increment.unwrap_or(1), options.cycle);
        if steps(before) == steps(after) {
            return;
        }
        if !goes_up(before) || !goes_up(after) {
            let message = format!(
                "the sequence `{name}` goes on in other steps, which is a setting of its own there"
            );
            self.refuse(source, Refusal::new("sequence-options", message));
        } else if has_steps(after) {
            let message = format!("that the sequence `{name}` goes on in other steps");
            self.omit(source, Omission::new("sequence-steps", message));
        }
    }

    /// That a statement draws a number which the counter would not give.
    pub(super) fn draws_in_steps(
        &self,
        statement: &DataStatement,
        authored: &Schema,
    ) -> Option<Refusal> {
        let mut drawn = None;
        self.drawn(Part::Data(statement), authored, &mut drawn);
        drawn.map(|what: String| {
            let message = format!("{what} counts in steps of its own, and by one here");
            Refusal::new("sequence-options", message).help("write the number itself")
        })
    }

    fn drawn(&self, part: Part<'_>, authored: &Schema, found: &mut Option<String>) {
        let mut inner = |part: Part<'_>| self.drawn(part, authored, found);
        match part {
            Part::Expr(expr) => {
                expr.parts(&mut inner);
                let named = sequence_of(expr).filter(|name| {
                    let sequence = authored.sequence(name);
                    sequence.is_some_and(|own| has_steps(&own.options)) && !self.is_drawn(name)
                });
                if let Some(name) = named {
                    *found = Some(format!("the sequence `{name}`"));
                }
            }
            Part::Query(query) => query.parts(&mut inner),
            Part::Table(table) => table.parts(&mut inner),
            Part::Data(statement) => {
                statement.parts(&mut inner);
                if let DataStatement::Insert(insert) = statement
                    && let Some(column) = self.drawn_column(insert, authored)
                {
                    *found = Some(format!("`{column}` of `{}`", insert.table));
                }
            }
        }
    }

    /// A column that a row which is inserted draws a number for.
    fn drawn_column<'s>(&self, insert: &Insert, authored: &'s Schema) -> Option<&'s str> {
        let table = authored.table(&insert.table)?;
        let mut columns = table.columns.iter().enumerate();
        let (_, column) = columns.find(|(at, column)| {
            let options = options_of(column, authored);
            let sequence = column.default.as_ref().and_then(sequence_of);
            options.is_some_and(has_steps)
                && !sequence.is_some_and(|sequence| self.is_drawn(&sequence))
                && !is_written(insert, *at, column)
        })?;
        Some(&column.name)
    }
}

fn options_of<'s>(column: &'s Column, authored: &'s Schema) -> Option<&'s SequenceOptions> {
    if let Some(identity) = &column.identity {
        return Some(&identity.options);
    }
    let name = column.default.as_ref().and_then(sequence_of)?;
    Some(&authored.sequence(&name)?.options)
}

/// Whether each row is given a value for a column.
fn is_written(insert: &Insert, at: usize, column: &Column) -> bool {
    let InsertSource::Query(query) = &insert.source else {
        return false;
    };
    let place = match insert.columns.is_empty() {
        true => Some(at),
        false => insert.columns.iter().position(|own| *own == column.name),
    };
    let Some(place) = place else { return false };
    match &query.body {
        SetExpr::Values(rows) => rows.iter().all(|row| {
            let value = row.get(place);
            value.is_some_and(|value| *value != Expr::Default)
        }),
        // Of all columns, the last may be missing.
        SetExpr::Select(select) => !insert.columns.is_empty() || select.items.len() > place,
        _ => !insert.columns.is_empty(),
    }
}
