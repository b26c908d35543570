//! Enums, which stand in their columns, triggers that go, and sequences.

use aludel::schema::{Column, Effect, Name, Schema, Sequence, drawn_by_name};
use aludel::translate::{DataScope, Omission, Refusal, Rendered};

use super::facts::Facts;
use super::session;
use super::spelling::quoted;
use super::trigger;

/// The statements for a change of something else than tables and views.
///
/// # Errors
///
/// If there is nothing of the kind here.
pub(crate) fn other(
    effect: &Effect,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Rendered, Vec<Refusal>> {
    match effect {
        Effect::Sequence {
            before,
            after,
            restart,
        } => sequence(before.as_deref(), after.as_deref(), *restart, scope, facts),
        Effect::Trigger {
            after: Some(trigger),
            ..
        } => trigger::create(trigger, scope, facts),
        Effect::Trigger {
            before: Some(trigger),
            after: None,
        } => {
            let drop = format!("DROP TRIGGER {}", quoted(&trigger.name));
            Ok(session::rendered(vec![drop], facts))
        }
        // An enum stands in the columns of its type.
        _ => Ok(Rendered::default()),
    }
}

/// The sequence of a name that the target holds and that nothing else stands for: one that
/// belongs to a column, or that a column draws from, is that column's counter.
pub(crate) fn held<'s>(name: &Name, authored: &Schema, target: &'s Schema) -> Option<&'s Sequence> {
    let held = target.sequence(name)?;
    let mut users = authored.sequence_users(name);
    let own = users.next().is_none() || is_drawn(name, target);
    (held.owned_by.is_none() && own).then_some(held)
}

/// Whether a column here draws from a sequence itself, and not from its table's counter.
pub(crate) fn is_drawn(name: &Name, target: &Schema) -> bool {
    let draws = |column: &Column| {
        let default = column.default.as_ref();
        default.and_then(drawn_by_name) == Some(name.name.as_str())
    };
    target.tables().any(|table| table.columns.iter().any(draws))
}

fn sequence(
    before: Option<&Sequence>,
    after: Option<&Sequence>,
    restart: Option<Option<i64>>,
    scope: &DataScope<'_>,
    facts: &Facts,
) -> Result<Rendered, Vec<Refusal>> {
    let there = before.and_then(|before| scope.target.sequence(&before.name));
    let there = there.filter(|held| held.owned_by.is_none());
    let Some(after) = after else {
        // A column's was never made.
        let drop = there.map(|held| format!("DROP SEQUENCE {}", quoted(&held.name.name)));
        return Ok(session::rendered(drop.into_iter().collect(), facts));
    };
    let name = quoted(&after.name.name);
    if let Some(restart) = restart {
        let next = restart.or(after.options.start).unwrap_or(1);
        let own = held(&after.name, scope.authored, scope.target);
        let statement = match (own, &after.owned_by) {
            (Some(_), _) => format!("ALTER SEQUENCE {name} RESTART {next}"),
            (None, Some((table, _))) => {
                format!(
                    "ALTER TABLE {} AUTO_INCREMENT = {next}",
                    quoted(&table.name)
                )
            }
            (None, None) => {
                let message = format!("the sequence `{}` numbers no column", after.name);
                return Err(vec![Refusal::new("sequence", message)]);
            }
        };
        return Ok(session::rendered(vec![statement], facts));
    }
    if let Some(held) = there {
        let kept = before.is_some_and(|before| is_drawn(&before.name, scope.target));
        if after.owned_by.is_some() && !kept {
            // From here on it is a column's counter.
            let drop = format!("DROP SEQUENCE {}", quoted(&held.name.name));
            return Ok(session::rendered(vec![drop], facts));
        }
        let changed =
            before.is_some_and(|before| before.options.completed() != after.options.completed());
        if changed {
            let message = format!("the options of the sequence `{}` change", after.name);
            return Err(vec![Refusal::new("sequence", message)]);
        }
        let renamed = held.name.name != after.name.name;
        let rename =
            renamed.then(|| format!("ALTER TABLE {} RENAME TO {name}", quoted(&held.name.name)));
        return Ok(session::rendered(rename.into_iter().collect(), facts));
    }
    if before.is_some() || after.identity || after.owned_by.is_some() {
        return Ok(Rendered::default());
    }
    if facts.sequences {
        return Ok(session::rendered(vec![create(after, &name)], facts));
    }
    let message = format!(
        "sequence `{}`: a column that draws from it numbers itself, and nothing else can",
        after.name
    );
    Ok(Rendered {
        omissions: vec![Omission::new("sequence", message)],
        ..Rendered::default()
    })
}

/// The statement that makes a sequence. What a server keeps in reserve is lost when it closes the
/// sequence, as it does with every change to it.
pub(crate) fn create(sequence: &Sequence, name: &str) -> String {
    let options = &sequence.options;
    // The end of what an integer holds is where it ends by itself, and one too far to say.
    let rises = options.increment.is_none_or(|step| step > 0);
    let max = options.max.filter(|max| !(rises && *max == i64::MAX));
    let min = options.min.filter(|min| rises || *min != i64::MIN);
    let mut text = format!("CREATE SEQUENCE {name}");
    for (word, value) in [
        ("START WITH", options.start),
        ("INCREMENT BY", options.increment),
        ("MINVALUE", min),
        ("MAXVALUE", max),
    ] {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {value}"));
        }
    }
    if options.cycle {
        text.push_str(" CYCLE");
    }
    text.push_str(" NOCACHE");
    text
}
