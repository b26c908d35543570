//! Whether it matters when a trigger runs.
//!
//! PostgreSQL runs what comes after a row's change once the statement has changed all its rows:
//! foreign keys' actions and triggers alike, row by row, in the order of their names. Other engines
//! run all of it when the row is changed. Refused is what could tell the two apart: a trigger that
//! looks at, or changes, a table whose rows a statement around it is still changing; one before
//! the row that meets what comes after an earlier row; two whose order matters. So is what changes
//! its own table, by whatever way: such triggers end differently everywhere.

use std::collections::BTreeSet;

use super::{Deed, acts};
use crate::schema::{
    DataStatement, ForeignKey, Ident, Name, OnConflict, Part, ReferentialAction, RowTrigger,
    Schema, Trigger, TriggerEvent, named_tables,
};

/// What PostgreSQL calls the triggers that are its foreign keys begins so.
const FOREIGN_KEYS: &str = "RI_";

type Event = (Name, TriggerEvent);

/// The tables that something reads, and what it does to rows of which.
#[derive(Debug, Default, Clone)]
struct Touched {
    reads: BTreeSet<Name>,
    writes: BTreeSet<Event>,
}

impl Touched {
    fn tables(&self) -> BTreeSet<&Name> {
        let written = self.writes.iter().map(|(table, _)| table);
        self.reads.iter().chain(written).collect()
    }

    fn add(&mut self, other: Self) {
        self.reads.extend(other.reads);
        self.writes.extend(other.writes);
    }

    /// Whether one of the two could meet what the other does.
    fn meets(&self, other: &Self) -> Option<Name> {
        let written = |of: &Self| -> BTreeSet<Name> {
            of.writes.iter().map(|(table, _)| table.clone()).collect()
        };
        let tables = |of: &Self| -> BTreeSet<Name> { of.tables().into_iter().cloned().collect() };
        let (a, b) = (written(self), written(other));
        let met = a.intersection(&tables(other)).next().cloned();
        met.or_else(|| b.intersection(&tables(self)).next().cloned())
    }
}

/// The triggers of a schema for which it matters when they run, with the reasons.
pub(crate) fn check_all(schema: &Schema) -> Vec<(&Trigger, String)> {
    let all = schema
        .triggers()
        .filter(|trigger| programmed(trigger).is_some());
    all.filter_map(|trigger| Some((trigger, check(trigger, schema).err()?)))
        .collect()
}

/// Whether triggers run in the midst of what foreign keys do for a statement.
pub(crate) fn meets_actions(statement: &DataStatement, schema: &Schema) -> bool {
    let own = direct(statement, schema).writes;
    let mut acted = BTreeSet::new();
    let mut all = own.clone();
    for event in &own {
        let actions = actions_of(event, schema, &mut BTreeSet::new());
        let effects = effects_of(event, schema, &mut BTreeSet::new());
        // A trigger of an override is that one's affair.
        let (Ok(actions), Ok(effects)) = (actions, effects) else {
            continue;
        };
        acted.extend(actions.writes);
        all.extend(effects.writes);
    }
    let by_triggers = all
        .iter()
        .filter(|event| !own.contains(event) && !acted.contains(event));
    let mut by_triggers =
        by_triggers.filter(|(table, event)| actions(table, *event, schema).next().is_some());
    (!acted.is_empty() && all.iter().any(|event| runs_something(event, schema)))
        || by_triggers.next().is_some()
}

/// The table that a statement reads beside the one that it changes, and that a trigger it runs
/// changes: it would be read between two rows.
pub(crate) fn read_between(statement: &DataStatement, schema: &Schema) -> Option<Name> {
    if matches!(statement, DataStatement::Insert(_)) {
        // What is inserted is read before.
        return None;
    }
    let touched = direct(statement, schema);
    let mut effects = Touched::default();
    for event in &touched.writes {
        effects.add(effects_of(event, schema, &mut BTreeSet::new()).ok()?);
    }
    let mut events = touched.writes.iter().chain(&effects.writes);
    if !events.any(|event| runs_something(event, schema)) {
        return None;
    }
    let written: BTreeSet<&Name> = effects.writes.iter().map(|(table, _)| table).collect();
    let mut reads = touched.reads.iter();
    reads.find(|table| written.contains(table)).cloned()
}

/// Whether a trigger runs for an event that raises errors or changes rows.
fn runs_something((table, event): &Event, schema: &Schema) -> bool {
    let mut triggers = schema.triggers_of(table).iter().filter_map(programmed);
    triggers.any(|does| does.events.contains(event))
}

/// # Errors
///
/// Why it matters when a trigger runs.
pub(super) fn check(trigger: &Trigger, schema: &Schema) -> Result<(), String> {
    let (Some(does), Some(table)) = (programmed(trigger), schema.table(&trigger.table)) else {
        return Ok(());
    };
    for event in &does.events {
        let (condition, acts) = acts(does, table, *event, schema)?;
        if acts.is_empty() {
            continue;
        }
        let mut own = Touched::default();
        for expr in condition
            .iter()
            .chain(acts.iter().filter_map(|act| act.condition.as_ref()))
        {
            read(Part::Expr(expr), schema, &mut own.reads);
        }
        let mut statements = Vec::new();
        for act in &acts {
            if let Deed::Run(statement) = &act.does {
                own.add(direct(statement, schema));
                statements.push(statement);
                if let Some(table) = read_between(statement, schema) {
                    return Err(format!(
                        "a statement of it reads `{table}`, which a trigger that it runs changes"
                    ));
                }
            }
        }
        if let Some(view) = own.reads.iter().find(|name| schema.view(name).is_some()) {
            return Err(format!("it reads the view `{view}`"));
        }
        let event = (trigger.table.clone(), *event);
        keys_between(&event, does.before, &statements, schema)?;
        let mut all = own.clone();
        for written in &own.writes {
            all.add(effects_of(written, schema, &mut BTreeSet::new())?);
        }
        itself(trigger, event.1, does, &all, schema)?;
        around(&event, does, &own, &all, &statements, schema)?;
        beside(trigger, &event, does, &all, schema)?;
    }
    Ok(())
}

/// What a trigger does, if it is of the kind that raises errors and changes rows.
fn programmed(trigger: &Trigger) -> Option<&RowTrigger> {
    let does = trigger.does.as_deref();
    does.filter(|does| does.unclear.is_none() && !does.steps.is_empty())
}

/// Refuses a trigger that changes its own table, or looks at it where that is not as it is there.
fn itself(
    trigger: &Trigger,
    event: TriggerEvent,
    does: &RowTrigger,
    all: &Touched,
    schema: &Schema,
) -> Result<(), String> {
    let table = &trigger.table;
    if all.writes.iter().any(|(written, _)| written == table) {
        return Err(format!(
            "it changes rows of `{table}` itself, or what it runs does"
        ));
    }
    let one_by_one = does.before && event == TriggerEvent::Insert;
    if all.reads.contains(table) && !one_by_one {
        return Err(format!(
            "it looks at `{table}` itself, where other rows of the statement are not changed yet"
        ));
    }
    // An action of a foreign key comes first there, and here too, but for such a name.
    let acts_after = !does.before && event != TriggerEvent::Insert;
    let first = trigger.name.as_str() < FOREIGN_KEYS;
    if acts_after && first && actions(table, event, schema).next().is_some() {
        return Err("it runs before the foreign keys' actions".into());
    }
    Ok(())
}

/// Refuses a trigger that touches a table whose rows a statement around it may be changing, or that
/// meets what comes after an earlier row.
fn around(
    event: &Event,
    does: &RowTrigger,
    own: &Touched,
    all: &Touched,
    statements: &[&DataStatement],
    schema: &Schema,
) -> Result<(), String> {
    let around = enclosing(event, schema);
    for table in all.tables() {
        if *table == event.0 {
            continue;
        }
        let changed: Vec<&Event> = around.iter().filter(|(name, _)| name == table).collect();
        if changed.is_empty() {
            continue;
        }
        let only_here = own.tables().contains(table)
            && !own.reads.contains(table)
            && all.writes.iter().filter(|(name, _)| name == table).count() == 1;
        let goes = changed
            .iter()
            .all(|(_, event)| *event == TriggerEvent::Delete);
        if !(only_here && goes && counts_only(table, statements, schema)) {
            return Err(format!(
                "it looks at or changes `{table}`, of which a statement that runs it may be changing more rows"
            ));
        }
    }
    if !does.before {
        return Ok(());
    }
    let mut after = Touched::default();
    let pair: &[TriggerEvent] = match event.1 {
        TriggerEvent::Delete => &[TriggerEvent::Delete],
        _ => &[TriggerEvent::Insert, TriggerEvent::Update],
    };
    for one in pair {
        let one = (event.0.clone(), *one);
        after.add(actions_of(&one, schema, &mut BTreeSet::new())?);
        for other in schema.triggers_of(&event.0) {
            if let Some(other) = programmed(other)
                && !other.before
                && other.events.contains(&one.1)
            {
                after.add(touched(other, &one, schema, &mut BTreeSet::new())?);
            }
        }
    }
    match all.meets(&after) {
        Some(table) => Err(format!(
            "it runs before the row, and what comes after an earlier row of the statement meets it in `{table}`"
        )),
        None => Ok(()),
    }
}

/// Whether all that is done to a table is to change columns of rows that either stay, or go anyway:
/// nobody sees those that go.
fn counts_only(table: &Name, statements: &[&DataStatement], schema: &Schema) -> bool {
    let Some(own) = schema.table(table) else {
        return false;
    };
    let is_key = |column: &Ident| {
        let referred = schema.referrers(table).flat_map(|child| {
            let keys = child.foreign_keys().filter(|(_, key)| key.table == *table);
            keys.flat_map(|(_, key)| key.referred.clone())
                .collect::<Vec<_>>()
        });
        let mut keys = own.foreign_keys().flat_map(|(_, key)| &key.columns);
        keys.any(|key| key == column) || referred.into_iter().any(|key| key == *column)
    };
    let set = |column: &Ident| {
        statements.iter().any(|statement| match statement {
            DataStatement::Update(update) if update.table == *table => {
                let mut set = update.assignments.iter().flat_map(|set| &set.columns);
                set.any(|set| set == column)
            }
            _ => false,
        })
    };
    // A trigger of the table would see them.
    let seen = schema.triggers_of(table).iter().any(|trigger| {
        trigger.does.as_ref().is_none_or(|does| {
            let runs = does.events.iter().any(|event| match event {
                TriggerEvent::Insert => false,
                TriggerEvent::Update => does.of.is_empty() || does.of.iter().any(set),
                TriggerEvent::Delete => true,
            });
            does.unclear.is_some() || (!does.steps.is_empty() && runs)
        })
    });
    let mut own = statements.iter().filter(|statement| {
        let mut tables = Vec::new();
        named_tables(Part::Data(statement), &mut tables);
        tables.contains(table)
    });
    !seen
        && own.all(|statement| match statement {
            DataStatement::Update(update) => {
                let mut tables = Vec::new();
                named_tables(Part::Data(statement), &mut tables);
                tables.len() == 1
                    && update.from.is_empty()
                    && !update
                        .assignments
                        .iter()
                        .flat_map(|set| &set.columns)
                        .any(is_key)
            }
            _ => false,
        })
}

/// Refuses two triggers of one event whose order matters: it is that of their names there.
fn beside(
    trigger: &Trigger,
    event: &Event,
    does: &RowTrigger,
    all: &Touched,
    schema: &Schema,
) -> Result<(), String> {
    for other in schema.triggers_of(&event.0) {
        if other.name == trigger.name {
            continue;
        }
        let Some(beside) = programmed(other) else {
            continue;
        };
        if beside.before != does.before || !beside.events.contains(&event.1) {
            continue;
        }
        let theirs = touched(beside, event, schema, &mut BTreeSet::new())?;
        if let Some(table) = all.meets(&theirs) {
            return Err(format!(
                "it and the trigger `{}` meet in `{table}`, and they run in no order that is known",
                other.name
            ));
        }
    }
    Ok(())
}

/// Refuses statements of which one breaks a foreign key and a later one mends it: each is checked
/// by itself there. What happens to the trigger's own row is one of them.
fn keys_between(
    event: &Event,
    before: bool,
    statements: &[&DataStatement],
    schema: &Schema,
) -> Result<(), String> {
    let mut all: Vec<(BTreeSet<Event>, Option<&DataStatement>)> = Vec::new();
    for statement in statements {
        all.push((direct(statement, schema).writes, Some(statement)));
    }
    let row = (BTreeSet::from([event.clone()]), None);
    match before {
        true => all.push(row),
        false => all.insert(0, row),
    }
    for (place, (first, one)) in all.iter().enumerate() {
        for (later, other) in all.iter().skip(place + 1) {
            for (a, how) in first {
                for (b, then) in later {
                    if mended((a, *how, *one), (b, *then, *other), schema) {
                        return Err(format!(
                            "it changes `{a}` and `{b}`, of which one refers to the other, in an order in which PostgreSQL checks between"
                        ));
                    }
                }
            }
        }
    }
    Ok(())
}

/// What happens to rows of a table, by which statement; by none: to the trigger's own row.
type Done<'a> = (&'a Name, TriggerEvent, Option<&'a DataStatement>);

/// Whether a later statement could mend a foreign key that an earlier one breaks.
fn mended(first: Done<'_>, later: Done<'_>, schema: &Schema) -> bool {
    let sets = |statement: Option<&DataStatement>, columns: &[Ident]| match statement {
        Some(DataStatement::Update(update)) => {
            let mut set = update.assignments.iter().flat_map(|set| &set.columns);
            set.any(|set| columns.contains(set))
        }
        _ => true,
    };
    let keys = |child: &Name, parent: &Name| -> Vec<ForeignKey> {
        let child = schema.table(child).map(|child| child.foreign_keys());
        let keys = child.into_iter().flatten().map(|(_, key)| key.clone());
        keys.filter(|key| key.table == *parent).collect()
    };
    let (a, how, one) = first;
    let (b, then, other) = later;
    let parent_goes = keys(b, a).iter().any(|key| {
        let breaks = match how {
            TriggerEvent::Insert => false,
            TriggerEvent::Delete => done(key.on_delete).is_none(),
            TriggerEvent::Update => !follows(key) && sets(one, &key.referred),
        };
        let mends = match then {
            TriggerEvent::Insert => false,
            TriggerEvent::Delete => true,
            TriggerEvent::Update => sets(other, &key.columns),
        };
        breaks && mends
    });
    let child_comes = keys(a, b).iter().any(|key| {
        how != TriggerEvent::Delete && sets(one, &key.columns) && then == TriggerEvent::Insert
    });
    parent_goes || child_comes
}

/// Whether a foreign key has an ON UPDATE.
fn follows(key: &ForeignKey) -> bool {
    !matches!(
        key.on_update,
        ReferentialAction::NoAction | ReferentialAction::Restrict
    )
}

/// The statements that may be changing rows when an event happens to one: those on its own table,
/// and those that bring it about.
fn enclosing(event: &Event, schema: &Schema) -> BTreeSet<Event> {
    let mut found = BTreeSet::new();
    let mut next = vec![event.clone()];
    while let Some(event) = next.pop() {
        if !found.insert(event.clone()) {
            continue;
        }
        if let Some(table) = schema.table(&event.0) {
            for (_, key) in table.foreign_keys() {
                next.extend(causes(key, event.1).map(|cause| (key.table.clone(), cause)));
            }
        }
        for trigger in schema.triggers() {
            let Some(does) = programmed(trigger) else {
                continue;
            };
            let Some(table) = schema.table(&trigger.table) else {
                continue;
            };
            for own in &does.events {
                let Ok((_, acts)) = acts(does, table, *own, schema) else {
                    continue;
                };
                let brings = acts.iter().any(|act| match &act.does {
                    Deed::Run(statement) => direct(statement, schema).writes.contains(&event),
                    Deed::Raise(_) => false,
                });
                if brings {
                    next.push((trigger.table.clone(), *own));
                }
            }
        }
    }
    found
}

/// What happens to a row that a foreign key refers to, for an event to happen to the row that
/// refers.
fn causes(key: &ForeignKey, event: TriggerEvent) -> impl Iterator<Item = TriggerEvent> + use<> {
    let by_delete = done(key.on_delete) == Some(event);
    let by_update = follows(key) && event == TriggerEvent::Update;
    let deleted = by_delete.then_some(TriggerEvent::Delete);
    let updated = by_update.then_some(TriggerEvent::Update);
    deleted.into_iter().chain(updated)
}

/// What an ON DELETE does to the row that refers.
fn done(on_delete: ReferentialAction) -> Option<TriggerEvent> {
    match on_delete {
        ReferentialAction::NoAction | ReferentialAction::Restrict => None,
        ReferentialAction::Cascade => Some(TriggerEvent::Delete),
        ReferentialAction::SetNull | ReferentialAction::SetDefault => Some(TriggerEvent::Update),
    }
}

/// What foreign keys do to other rows when an event happens to one.
fn actions<'s>(
    table: &'s Name,
    event: TriggerEvent,
    schema: &'s Schema,
) -> impl Iterator<Item = Event> + 's {
    schema.referrers(table).flat_map(move |child| {
        let keys = child.foreign_keys().filter(|(_, key)| key.table == *table);
        let does = keys.filter_map(|(_, key)| match event {
            TriggerEvent::Insert => None,
            TriggerEvent::Delete => done(key.on_delete),
            TriggerEvent::Update => follows(key).then_some(TriggerEvent::Update),
        });
        does.map(|event| (child.name.clone(), event))
            .collect::<Vec<_>>()
    })
}

fn actions_of(
    event: &Event,
    schema: &Schema,
    seen: &mut BTreeSet<Event>,
) -> Result<Touched, String> {
    let mut all = Touched::default();
    for event in actions(&event.0, event.1, schema) {
        all.writes.insert(event.clone());
        all.add(effects_of(&event, schema, seen)?);
    }
    Ok(all)
}

/// What triggers and foreign keys do when an event happens to a row, and what those run.
fn effects_of(
    event: &Event,
    schema: &Schema,
    seen: &mut BTreeSet<Event>,
) -> Result<Touched, String> {
    if !seen.insert(event.clone()) {
        return Ok(Touched::default());
    }
    let mut all = actions_of(event, schema, seen)?;
    for trigger in schema.triggers_of(&event.0) {
        // What is not understood was refused where it was made, and is not there, or an override's
        // affair.
        let does = trigger.does.as_deref();
        let Some(does) = does.filter(|does| does.unclear.is_none()) else {
            continue;
        };
        if does.events.contains(&event.1) {
            all.add(touched(does, event, schema, seen)?);
        }
    }
    Ok(all)
}

/// What a trigger does for an event, and what that runs.
fn touched(
    does: &RowTrigger,
    event: &Event,
    schema: &Schema,
    seen: &mut BTreeSet<Event>,
) -> Result<Touched, String> {
    let mut all = Touched::default();
    let Some(table) = schema.table(&event.0) else {
        return Ok(all);
    };
    if does.steps.is_empty() {
        return Ok(all);
    }
    let (condition, acts) = acts(does, table, event.1, schema)?;
    let conditions = acts.iter().filter_map(|act| act.condition.as_ref());
    for expr in condition.iter().chain(conditions) {
        read(Part::Expr(expr), schema, &mut all.reads);
    }
    for act in &acts {
        if let Deed::Run(statement) = &act.does {
            let own = direct(statement, schema);
            for event in &own.writes {
                all.add(effects_of(event, schema, seen)?);
            }
            all.add(own);
        }
    }
    Ok(all)
}

/// What a statement reads and does itself.
fn direct(statement: &DataStatement, schema: &Schema) -> Touched {
    let mut touched = Touched::default();
    let mut write = |table: &Name, events: &[TriggerEvent]| {
        let events = events.iter().map(|event| (table.clone(), *event));
        touched.writes.extend(events);
    };
    match statement {
        DataStatement::Insert(insert) => {
            write(&insert.table, &[TriggerEvent::Insert]);
            if matches!(insert.on_conflict, Some(OnConflict::Update { .. })) {
                write(&insert.table, &[TriggerEvent::Update]);
            }
        }
        DataStatement::Update(update) => write(&update.table, &[TriggerEvent::Update]),
        DataStatement::Delete(delete) => write(&delete.table, &[TriggerEvent::Delete]),
        DataStatement::Truncate { .. } | DataStatement::Query(_) => {}
    }
    statement.parts(&mut |part| read(part, schema, &mut touched.reads));
    touched
}

/// Adds the tables that something reads, those behind views too.
fn read(part: Part<'_>, schema: &Schema, reads: &mut BTreeSet<Name>) {
    let mut next = Vec::new();
    named_tables(part, &mut next);
    while let Some(name) = next.pop() {
        if reads.insert(name.clone())
            && let Some(view) = schema.view(&name)
        {
            next.extend(view.reads.iter().cloned());
        }
    }
}
