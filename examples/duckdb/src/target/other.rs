//! Enums and sequences: types and counters of their own here too.

use aludel::schema::{Effect, EnumType, Sequence, SequenceOptions};
use aludel::translate::print::{Spelling, print};
use aludel::translate::{DataScope, Refusal, Rendered};

use super::refused;
use super::spelling::{Duckdb, quoted};

pub(super) fn render(effect: &Effect, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>> {
    let statements = match effect {
        Effect::Enum { before, after, .. } => enums(before.as_ref(), after.as_ref())?,
        Effect::Sequence {
            before,
            after,
            restart,
        } => sequence(
            before.as_deref(),
            after.as_deref(),
            restart.is_some(),
            scope,
        )?,
        Effect::Trigger {
            after: Some(trigger),
            ..
        } => {
            let what = format!("the trigger `{}`", trigger.name);
            return Err(vec![refused("trigger", what)]);
        }
        // One that an override made is none that DuckDB could have.
        _ => Vec::new(),
    };
    Ok(Rendered {
        statements,
        ..Rendered::default()
    })
}

fn enums(before: Option<&EnumType>, after: Option<&EnumType>) -> Result<Vec<String>, Vec<Refusal>> {
    match (before, after) {
        (None, Some(after)) => {
            let members: Vec<_> = after.members.iter().map(|member| quoted(member)).collect();
            let members = members.join(", ");
            print(&Duckdb, |p| {
                format!("CREATE TYPE {} AS ENUM ({members})", p.name(&after.name))
            })
        }
        (Some(before), None) => print(&Duckdb, |p| format!("DROP TYPE {}", p.name(&before.name))),
        (Some(before), Some(_)) => {
            let what = format!("a change of the enum `{}`", before.name);
            Err(vec![refused("enum", what)])
        }
        (None, None) => return Ok(Vec::new()),
    }
    .map(|statement| vec![statement])
}

fn sequence(
    before: Option<&Sequence>,
    after: Option<&Sequence>,
    restart: bool,
    scope: &DataScope<'_>,
) -> Result<Vec<String>, Vec<Refusal>> {
    let name = |sequence: &Sequence| Duckdb.name(&sequence.name).map_err(|refusal| vec![refusal]);
    Ok(match (before, after) {
        (None, Some(after)) => {
            vec![format!(
                "CREATE SEQUENCE {}{}",
                name(after)?,
                options(&after.options)
            )]
        }
        // What an override never made is not dropped.
        (Some(before), None) if scope.target.sequence(&before.name).is_none() => Vec::new(),
        (Some(before), None) => vec![format!("DROP SEQUENCE {}", name(before)?)],
        (Some(before), Some(after))
            if restart
                || before.name != after.name
                || options(&before.options) != options(&after.options) =>
        {
            let what = format!("a change of the sequence `{}`", before.name);
            return Err(vec![refused("sequence", what)]);
        }
        // Whose it is matters when that goes, and then this goes by a statement of its own.
        _ => Vec::new(),
    })
}

fn options(options: &SequenceOptions) -> String {
    let mut text = String::new();
    let numbers = [
        ("START WITH", options.start),
        ("INCREMENT BY", options.increment),
        ("MINVALUE", options.min),
        ("MAXVALUE", options.max),
    ];
    for (word, value) in numbers {
        if let Some(value) = value {
            text.push_str(&format!(" {word} {value}"));
        }
    }
    if options.cycle {
        text.push_str(" CYCLE");
    }
    text
}
