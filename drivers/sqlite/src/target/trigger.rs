//! Triggers that set columns of a row that is inserted or changes.
//!
//! SQLite's own cannot change the row before it is written: the trigger runs after, and writes it
//! once more. That is the same in the end if what is written first hurts nobody: the columns are
//! part of no key and no index of their own meaning, and nothing else looks at the row between. The
//! second writing does not run the same trigger again by default (`recursive_triggers`), and where it
//! does, finds the row to be what it should be. It does run others for UPDATE. Where one of those would do
//! something, a row is not written once more: one that is inserted has to be what the trigger makes it
//! already, by the defaults of its columns, or it is refused.

use aludel::schema::{
    BinaryOp, Column, ConstraintKind, Expr, Ident, Literal, NEW, Name, OnConflict, Part,
    RowTrigger, Table, Trigger, TriggerEvent, Type,
};
use aludel::translate::print::{Spelling, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{
    DataScope, Omission, Refusal, Rendered, RowUpdate, event_name, row_program, row_updates,
    trigger_name,
};

use super::rules::{Meaning, Stands};
use super::spelling::Sqlite;
use super::table::ident;
use super::{effects, names};

mod second;

pub(super) use second::is_settled;

/// The statement that makes a trigger.
///
/// # Errors
///
/// If what it does is not understood, or would not be the same.
pub(super) fn create(trigger: &Trigger, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
    let updates = match row_program(trigger, scope) {
        None => row_updates(trigger, scope)?,
        Some(program) => {
            let program = program?;
            match program.updates() {
                Ok(None) => return effects::create(trigger, &program, scope),
                Err(why) => return Err(refused_after(trigger, &why)),
                Ok(Some(updates)) => {
                    let mut rendered = all(trigger, updates, scope)?;
                    rendered.omissions.extend(program.omissions(trigger));
                    return Ok(rendered);
                }
            }
        }
    };
    all(trigger, updates, scope)
}

/// The triggers for all events.
fn all(
    trigger: &Trigger,
    updates: Vec<RowUpdate<'_>>,
    scope: &DataScope<'_>,
) -> Result<Rendered, Vec<Refusal>> {
    let several = updates.len() > 1;
    let mut rendered = Rendered::default();
    for update in updates {
        let name = event_name(&trigger.name, update.event, several);
        let (text, omissions) = one(trigger, &name, update, scope)?;
        rendered.statements.push(text);
        rendered.omissions.extend(omissions);
    }
    Ok(rendered)
}

fn refused_after(trigger: &Trigger, why: &str) -> Vec<Refusal> {
    let message = format!(
        "the trigger `{}`, which on sqlite runs after the row is written: {why}",
        trigger.name
    );
    vec![Refusal::new("trigger", message).help(
        "write an override with a trigger of sqlite's, or skip the statement for this driver",
    )]
}

/// The trigger for one event.
fn one(
    trigger: &Trigger,
    name: &str,
    made: RowUpdate<'_>,
    scope: &DataScope<'_>,
) -> Result<(String, Vec<Omission>), Vec<Refusal>> {
    let refused = |why: String| refused_after(trigger, &why);
    if let Some(why) = hindrance(&made) {
        return Err(refused(why));
    }
    let seen = second::seen_by(trigger, &made.sets(), made.event, scope);
    let checked =
        made.event == TriggerEvent::Insert && seen.is_some() && second::is_by_default(&made, scope);
    if let Some((other, false)) = seen.filter(|_| !checked) {
        return Err(refused(format!(
            "the trigger `{}` would run again, or see what is not set yet",
            other.name
        )));
    }
    if made.event == TriggerEvent::Update
        && let Some(other) = second::written_by(trigger, scope)
    {
        return Err(refused(format!(
            "the trigger `{}` writes a row that is inserted once more, which would run it",
            other.name
        )));
    }
    let flat = names::flat(&made.table.name);
    let held = scope.target.table(&flat);
    // A column that numbers itself stays the key when its key goes in PostgreSQL.
    if held.is_some_and(|held| sets_a_key(held, &made.sets())) {
        return Err(refused(OF_A_KEY.into()));
    }
    let Some(row_id) = held.and_then(|held| row_id(held)) else {
        return Err(refused(format!(
            "the rows of `{}` have no row id to be found by",
            made.table.name
        )));
    };
    let RowUpdate {
        table,
        event,
        of,
        update,
        sight,
    } = made;
    let (mut update, mut omissions) = rewrite(&Meaning::new(Stands::Statement), sight, |rw| {
        rw.update(&update)
    })?;
    let values = update.assignments.iter_mut().map(|set| &mut set.value);
    for expr in values.chain(&mut update.filter) {
        by_value(expr, table);
    }
    let this = Expr::binary(
        Expr::column(row_id),
        BinaryOp::Eq,
        Expr::Column {
            table: Some(Name::bare(NEW)),
            column: row_id.to_owned(),
        },
    );
    let other = update.assignments.iter().filter_map(|set| {
        Some(Expr::IsDistinct {
            left: Box::new(Expr::column(set.columns.first()?.clone())),
            right: Box::new(set.value.clone()),
            negated: false,
        })
    });
    let other = other.reduce(|all, one| Expr::binary(all, BinaryOp::Or, one));
    let condition = update.filter.clone();
    update.filter = [Some(this), update.filter.take(), other]
        .into_iter()
        .flatten()
        .reduce(|all, one| Expr::binary(all, BinaryOp::And, one));
    let columns: Vec<String> = of.iter().map(|column| Sqlite.identifier(column)).collect();
    let of = match columns.is_empty() || event != TriggerEvent::Update {
        true => String::new(),
        false => format!(" OF {}", columns.join(", ")),
    };
    if checked {
        let columns: Vec<String> = update
            .assignments
            .iter()
            .flat_map(|set| set.columns.iter().map(|name| format!("`{name}`")))
            .collect();
        omissions.push(Omission::new(
            "trigger",
            format!(
                "the trigger `{}` on `{}`: a row that is inserted fails here if it gives {} anything else than the trigger does, since another trigger runs when a row is written once more",
                trigger.name,
                table.name,
                columns.join(", ")
            ),
        ));
        let text = second::checking(trigger, name, &table.name, update, condition)?;
        return Ok((text, omissions));
    }
    omissions.push(Omission::new(
        "trigger-after",
        format!(
            "the trigger `{}` runs after the row is written: RETURNING and `excluded` give what was written first",
            trigger.name
        ),
    ));
    let body = print(&Sqlite, |p| {
        p.statement(&aludel::schema::DataStatement::Update(Box::new(update)))
    })?;
    let text = format!(
        "CREATE TRIGGER {} AFTER {}{of} ON {} FOR EACH ROW BEGIN {body}; END",
        ident(&Name::bare(trigger_name(&table.name, name))),
        event.word(),
        ident(&flat)
    );
    Ok((text, omissions))
}

const OF_A_KEY: &str = "it sets a column of a key";

/// Refuses an ON CONFLICT that takes from the row that was to be inserted what a trigger sets
/// before, which here is set after.
pub(super) fn sees_set(
    conflict: &OnConflict,
    table: &Table,
    scope: &DataScope<'_>,
) -> Result<(), Vec<Refusal>> {
    let OnConflict::Update {
        assignments,
        filter,
        ..
    } = conflict
    else {
        return Ok(());
    };
    let triggers = scope.authored.triggers_of(&table.name).iter();
    let sets: Vec<&Ident> = triggers
        .filter_map(|trigger| trigger.does.as_deref())
        .filter(|does| does.events.contains(&TriggerEvent::Insert))
        .flat_map(RowTrigger::set_columns)
        .collect();
    let values = assignments.iter().map(|set| &set.value);
    let exprs: Vec<&Expr> = values.chain(filter).collect();
    let seen = sets.into_iter().find(|set| {
        let mut exprs = exprs.iter();
        exprs.any(|expr| names_excluded(Part::Expr(expr), set))
    });
    match seen {
        None => Ok(()),
        Some(column) => {
            let message = format!(
                "it takes `excluded.{column}`, which a trigger sets after the row is written here"
            );
            Err(vec![
                Refusal::new("trigger-reads", message).help("write the value out, or an override"),
            ])
        }
    }
}

fn names_excluded(part: Part<'_>, column: &Ident) -> bool {
    let mut found = false;
    let mut inner = |part: Part<'_>| found |= names_excluded(part, column);
    match part {
        Part::Expr(expr) => {
            expr.parts(&mut inner);
            found |= matches!(expr, Expr::Column { table: Some(row), column: name }
                if row.name == "excluded" && name == column);
        }
        Part::Query(query) => query.parts(&mut inner),
        Part::Table(item) => item.parts(&mut inner),
        Part::Data(statement) => statement.parts(&mut inner),
    }
    found
}

/// Whether a column has a value of its own where a row leaves it out.
fn is_given(column: &Column) -> bool {
    let default = column.default.as_ref();
    default.is_some_and(|default| *default != Expr::Literal(Literal::Null))
}

fn sets_a_key(table: &Table, sets: &[&Ident]) -> bool {
    let mut kinds = table.constraints.iter().map(|constraint| &constraint.kind);
    kinds.any(|kind| match kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            columns.iter().any(|part| sets.contains(&&part.column))
        }
        _ => false,
    })
}

/// Why it would matter that the row is first written as the statement has it.
fn hindrance(made: &RowUpdate<'_>) -> Option<String> {
    let (table, sets, of) = (made.table, &made.sets()[..], made.of);
    if sets_a_key(table, sets) {
        return Some(OF_A_KEY.into());
    }
    if made.event == TriggerEvent::Insert {
        let mut columns = table.columns.iter();
        let unset = |column: &&Column| {
            sets.contains(&&column.name) && !column.nullable && !is_given(column)
        };
        if let Some(column) = columns.find(unset) {
            return Some(format!(
                "`{}` is NOT NULL, and a row that leaves it to the trigger is written without it first",
                column.name
            ));
        }
    }
    let is_set = |name: &Ident| sets.contains(&name);
    for constraint in &table.constraints {
        match &constraint.kind {
            ConstraintKind::ForeignKey(key) if key.columns.iter().any(is_set) => {
                return Some("it sets a column of a foreign key".into());
            }
            // Whether what a foreign key does to its row counts as setting the column.
            ConstraintKind::ForeignKey(key) if key.columns.iter().any(|name| of.contains(name)) => {
                return Some("it runs where a column of a foreign key is set".into());
            }
            ConstraintKind::Check { expr, .. }
                if sets.iter().any(|name| expr.names_column(name)) =>
            {
                return Some(
                    "it sets a column of a check, which sees what is written first".into(),
                );
            }
            ConstraintKind::Exclude(_) => return Some("its table has an EXCLUDE".into()),
            _ => {}
        }
    }
    for index in table.indexes.iter().filter(|index| index.unique) {
        let exprs = index.keys.iter().map(|key| &key.expr).chain(&index.filter);
        for expr in exprs {
            if sets.iter().any(|name| expr.names_column(name)) {
                return Some(format!("it sets a column of the index `{}`", index.name));
            }
        }
    }
    let generated = table
        .columns
        .iter()
        .filter_map(|column| column.generated.as_ref());
    for generated in generated {
        if sets.iter().any(|name| generated.expr.names_column(name)) {
            return Some("a column is generated from what it sets".into());
        }
    }
    None
}

/// Compares the moments of the two rows whatever their number of digits: an application may write
/// `.5` where it read `.500`.
pub(super) fn by_value(condition: &mut Expr, table: &Table) {
    let is_moment = |expr: &Expr| match expr {
        Expr::Column {
            table: Some(_),
            column,
        } => table
            .column(column)
            .is_some_and(|column| matches!(column.ty, Type::Timestamp { .. } | Type::Time { .. })),
        _ => false,
    };
    condition.each_mut(&mut |expr| {
        let (Expr::IsDistinct { left, right, .. }
        | Expr::Binary {
            left,
            right,
            op:
                BinaryOp::Eq
                | BinaryOp::NotEq
                | BinaryOp::Lt
                | BinaryOp::LtEq
                | BinaryOp::Gt
                | BinaryOp::GtEq,
        }) = expr
        else {
            return;
        };
        if is_moment(left) && is_moment(right) {
            for side in [left, right] {
                **side = without_zeros((**side).clone());
            }
        }
    });
}

/// A moment without the zeros at the end of a fraction.
fn without_zeros(moment: Expr) -> Expr {
    let zero = Expr::call("rtrim", [moment.clone(), Expr::text("0")]);
    let has_fraction = Expr::binary(
        Expr::call("instr", [moment.clone(), Expr::text(".")]),
        BinaryOp::Gt,
        Expr::Literal(Literal::Number("0".into())),
    );
    Expr::Case {
        operand: None,
        whens: vec![(has_fraction, Expr::call("rtrim", [zero, Expr::text(".")]))],
        otherwise: Some(Box::new(moment)),
    }
}

/// A name of the row id that no column has.
fn row_id(table: &Table) -> Option<&'static str> {
    if table.options.without_rowid || table.opaque.is_some() {
        return None;
    }
    let is_free = |name: &&str| {
        let mut columns = table.columns.iter();
        columns.all(|column| !column.name.eq_ignore_ascii_case(name))
    };
    ["rowid", "_rowid_", "oid"].into_iter().find(is_free)
}
