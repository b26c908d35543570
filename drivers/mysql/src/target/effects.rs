//! Triggers that raise errors, change other rows and set columns: one for each event, with the conditions
//! as IFs, and what columns get at its end.

use aludel::schema::{
    Assignment, BinaryOp, DataStatement, Expr, ForeignKey, Ident, Literal, PartMut,
    ReferentialAction, RowTrigger, Table, Trigger, TriggerEvent, Update,
};
use aludel::translate::infer::Scope;
use aludel::translate::print::{Level, print};
use aludel::translate::rewrite::rewrite;
use aludel::translate::{
    DataScope, Deed, EventProgram, Omission, Refusal, Rendered, RowProgram, names_new, trigger_name,
};

use super::facts::Facts;
use super::meaning::Meaning;
use super::spelling::{Words, quoted};
use super::{data, names, session};

/// The longest message that an error may have.
const LONGEST: usize = 128;

/// The statements that make what comes of a trigger.
///
/// # Errors
///
/// If something in it has no form here, or would not be the same.
pub(crate) fn create(
    trigger: &Trigger,
    program: &RowProgram<'_>,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Rendered, Vec<Refusal>> {
    let refused = |why: String| {
        let message = format!("the trigger `{}`: {why}", trigger.name);
        vec![
            Refusal::new("trigger", message)
                .help("write an override, or skip the statement for this driver"),
        ]
    };
    hindrance(trigger, program, scope).map_err(refused)?;
    let mut statements = Vec::new();
    let mut omissions = Vec::new();
    for event in &program.events {
        let words = match asks_only(trigger) {
            true => Words::locking(facts),
            false => Words::new(facts),
        };
        let mut body = body(event, scope, &words, &mut omissions)?;
        if !event.sets.is_empty() {
            let (set, more) = set(program, event, scope, facts)?;
            body = format!("{body} SET {set};");
            omissions.extend(more);
        }
        let name = program.name_of(&trigger.name, event.event);
        let name = quoted(&names::shorten(&trigger_name(&program.table.name, &name)));
        let time = if program.before { "BEFORE" } else { "AFTER" };
        statements.push(format!(
            "CREATE TRIGGER {name} {time} {} ON {} FOR EACH ROW BEGIN {body} END",
            event.event.word(),
            quoted(&program.table.name.name)
        ));
    }
    let mut rendered = session::rendered(statements, facts);
    rendered.omissions = omissions;
    rendered.omissions.extend(program.omissions(trigger));
    Ok(rendered)
}

/// Whether a trigger before the row would see what one that for an event sets columns has not set
/// yet.
pub(crate) fn meets_setter(program: &RowProgram<'_>, sets: &[&Ident], event: TriggerEvent) -> bool {
    let mut events = program.events.iter();
    let own = events.find(|one| one.event == event);
    own.is_some_and(|own| program.before && sets.iter().any(|set| own.reads_new(set)))
}

/// Whether a trigger stands for a constraint. What that is asked is the same however often, after other
/// triggers or before.
fn asks_only(trigger: &Trigger) -> bool {
    let does = trigger.does.as_deref();
    does.is_some_and(|does| does.constraint.is_some())
}

/// # Errors
///
/// Which column of a constraint is changed by an action of a foreign key, for which InnoDB runs no trigger.
fn asked_of_all(program: &RowProgram<'_>) -> Result<(), String> {
    let mut keys = program.table.foreign_keys();
    let set = keys.find_map(|(_, key)| {
        let mut columns = key.columns.iter();
        let column = columns.find(|column| program.of.contains(column))?;
        sets_columns(key).then_some(column)
    });
    match set {
        None => Ok(()),
        Some(column) => Err(format!(
            "what a foreign key does to `{column}` would not be asked here"
        )),
    }
}

fn sets_columns(key: &ForeignKey) -> bool {
    key.on_update.acts() || (key.on_delete.acts() && key.on_delete != ReferentialAction::Cascade)
}

fn hindrance(
    trigger: &Trigger,
    program: &RowProgram<'_>,
    scope: &DataScope<'_>,
) -> Result<(), String> {
    let table = program.table;
    if asks_only(trigger) {
        return asked_of_all(program);
    }
    let mut events = program.events.iter();
    if !program.of.is_empty() && events.any(|event| event.event == TriggerEvent::Update) {
        return Err("which columns a statement sets is not known to a trigger here".into());
    }
    // Beside a guard foreign keys are held without what would not run it.
    let held = scope.target.table(&names::flat(&table.name));
    let acted = |event: &EventProgram<'_>| {
        let keyed = held.filter(|_| event.fails).map_or(table, |held| held);
        is_acted(keyed, event.event)
    };
    if program.events.iter().any(acted) {
        return Err("what foreign keys do to its rows would not run it here".into());
    }
    if program.events.iter().any(|event| event.reads(&table.name)) {
        return Err(format!("it looks at `{}` itself", table.name));
    }
    for other in scope.authored.triggers_of(&table.name) {
        let does = other.does.as_deref();
        let known = |does: &&RowTrigger| does.unclear.is_none() && other.name != trigger.name;
        let Some(does) = does.filter(known) else {
            continue;
        };
        let sets = does.set_columns();
        let mut events = does.events.iter();
        if events.any(|event| meets_setter(program, &sets, *event)) {
            return Err(format!(
                "it reads what the trigger `{}` sets, and the two run in another order here",
                other.name
            ));
        }
    }
    for event in &program.events {
        super::trigger::meets_readers(trigger, &program.sets(event.event), event.event, scope)?;
        if event.event == TriggerEvent::Insert {
            super::trigger::may_set(table, &program.sets(event.event))?;
        }
    }
    let inserts = program
        .events
        .iter()
        .find(|event| event.event == TriggerEvent::Insert);
    if let Some(inserts) = inserts.filter(|_| program.before) {
        reads_defaults(table, &|column| inserts.reads_new(column))?;
    }
    Ok(())
}

/// Refuses what looks, before a row is inserted, at a column whose default is no constant.
pub(crate) fn reads_defaults(table: &Table, reads: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let made = |column: &&aludel::schema::Column| {
        let constant = |default: &Expr| matches!(default, Expr::Literal(_));
        column.identity.is_some() || !column.default.as_ref().is_none_or(constant)
    };
    let mut made = table.columns.iter().filter(made);
    match made.find(|column| reads(&column.name)) {
        Some(column) => Err(format!(
            "the default of `{}` is not known before the row is written here",
            column.name
        )),
        None => Ok(()),
    }
}

/// Whether a foreign key brings an event about for rows of a table, for which InnoDB runs no trigger.
fn is_acted(table: &Table, event: TriggerEvent) -> bool {
    table.foreign_keys().any(|(_, key)| match event {
        TriggerEvent::Insert => false,
        TriggerEvent::Delete => key.on_delete == ReferentialAction::Cascade,
        TriggerEvent::Update => sets_columns(key),
    })
}

/// What a trigger does for one event, each statement with its terminator.
fn body(
    event: &EventProgram<'_>,
    scope: &DataScope<'_>,
    words: &Words<'_>,
    omissions: &mut Vec<Omission>,
) -> Result<String, Vec<Refusal>> {
    let facts = words.facts;
    let mut texts = Vec::new();
    for act in &event.acts {
        let does = match &act.does {
            Deed::Raise(message) => format!("{};", signal(message, facts)?),
            Deed::Run(statement) => {
                let (own, more) = statement_texts(statement, event, scope, facts)?;
                omissions.extend(more);
                own
            }
        };
        texts.push(match &act.condition {
            None => does,
            Some(condition) => under(
                condition,
                &does,
                event.sight.clone(),
                scope,
                words,
                omissions,
            )?,
        });
    }
    let body = texts.join(" ");
    match &event.condition {
        None => Ok(body),
        Some(condition) => under(
            condition,
            &body,
            event.sight.clone(),
            scope,
            words,
            omissions,
        ),
    }
}

/// What the columns of the row get, one after the other: none is read once it is set.
fn set(
    program: &RowProgram<'_>,
    event: &EventProgram<'_>,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<(String, Vec<Omission>), Vec<Refusal>> {
    let mut left = event.sets.clone();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let is_free = |set: &Assignment| {
            let mut others = left.iter().filter(|other| other.columns != set.columns);
            !others.any(|other| set.columns.iter().any(|name| names_new(&other.value, name)))
        };
        let Some(place) = left.iter().position(is_free) else {
            let message = "it sets columns of each other's values, one after the other here";
            return Err(vec![Refusal::new("trigger", message)]);
        };
        ordered.push(left.remove(place));
    }
    let names: Vec<Ident> = ordered.iter().flat_map(|set| set.columns.clone()).collect();
    let update = Update {
        with: Vec::new(),
        recursive: false,
        table: program.table.name.clone(),
        alias: None,
        assignments: ordered,
        from: Vec::new(),
        filter: None,
        order_by: Vec::new(),
        limit: None,
        returning: Vec::new(),
    };
    let meaning = Meaning::of(scope.source, facts)?.over(scope.target);
    let (update, omissions) = rewrite(&meaning, event.sight.clone(), |rw| rw.update(&update))?;
    let words = Words::new(facts);
    let text = print(&words, |p| {
        let sets = names.iter().zip(&update.assignments);
        let sets = sets
            .map(|(name, set)| format!("NEW.{} = {}", p.ident(name), p.at(&set.value, Level::Or)));
        sets.collect::<Vec<_>>().join(", ")
    })?;
    Ok((text, omissions))
}

fn statement_texts(
    statement: &DataStatement,
    event: &EventProgram<'_>,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<(String, Vec<Omission>), Vec<Refusal>> {
    let (texts, omissions) = data::texts(statement, event.sight.clone(), scope, facts)?;
    let texts: Vec<String> = texts.into_iter().map(|text| format!("{text};")).collect();
    Ok((texts.join(" "), omissions))
}

/// `IF … THEN … END IF;`
fn under(
    condition: &Expr,
    body: &str,
    sight: Scope<'_>,
    scope: &DataScope<'_>,
    words: &Words<'_>,
    omissions: &mut Vec<Omission>,
) -> Result<String, Vec<Refusal>> {
    let facts = words.facts;
    let meaning = Meaning::of(scope.source, facts)?.over(scope.target);
    let (mut condition, more) = rewrite(&meaning, sight, |rw| rw.expr(condition))?;
    omissions.extend(more);
    if !facts.strict_conditions {
        divides_strictly(PartMut::Expr(&mut condition));
    }
    let condition = print(words, |p| p.at(&condition, Level::Or))?;
    Ok(format!("IF {condition} THEN {body} END IF;"))
}

/// Makes a division by zero fail where it would be NULL: the divisor is a number then that no integer
/// holds, which is an error everywhere. NULL divided by zero stays NULL.
fn divides_strictly(part: PartMut<'_>) {
    let expr = match part {
        PartMut::Expr(expr) => expr,
        PartMut::Query(query) => return query.parts_mut(&mut divides_strictly),
        PartMut::Table(item) => return item.parts_mut(&mut divides_strictly),
        PartMut::Data(statement) => return statement.parts_mut(&mut divides_strictly),
    };
    expr.parts_mut(&mut divides_strictly);
    let Expr::Binary {
        left,
        op: BinaryOp::Divide | BinaryOp::IntDivide | BinaryOp::Modulo,
        right,
    } = expr
    else {
        return;
    };
    let number = |digits: &str| Expr::Literal(Literal::Number(digits.into()));
    let is_other = |digits: &str| digits.parse::<f64>().is_ok_and(|value| value != 0.0);
    if matches!(&**right, Expr::Literal(Literal::Number(digits)) if is_other(digits)) {
        return;
    }
    let is_zero = Expr::binary((**right).clone(), BinaryOp::Eq, number("0"));
    let divides = Expr::IsNull {
        expr: left.clone(),
        negated: true,
    };
    let most = number(&i64::MAX.to_string());
    **right = Expr::Case {
        operand: None,
        whens: vec![(
            Expr::binary(is_zero.clone(), BinaryOp::And, divides),
            Expr::binary(most, BinaryOp::Plus, is_zero),
        )],
        otherwise: Some(right.clone()),
    };
}

/// The statement that raises an error.
fn signal(message: &str, facts: &Facts) -> Result<String, Vec<Refusal>> {
    if message.contains('\\') {
        let message = "an error whose text has a backslash has no form here";
        return Err(vec![Refusal::new("no-form", message)]);
    }
    let text: String = message.chars().take(LONGEST).collect();
    let words = Words::new(facts);
    let text = print(&words, |p| p.at(&Expr::text(text), Level::Or))?;
    Ok(format!("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = {text}"))
}
