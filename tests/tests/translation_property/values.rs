//! Random values, and an application's statements with them.

use aludel::schema::{Column, ConstraintKind, Schema, Table, Type};

use aludel_tests::seeded::Random;

use crate::kinds;

/// A value as PostgreSQL reads it and as the target holds it.
pub(crate) struct Value {
    pub(crate) postgres: String,
    pub(crate) target: String,
}

impl Value {
    fn both(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            postgres: text.clone(),
            target: text,
        }
    }

    fn text(text: &str) -> Self {
        Self::both(format!("'{}'", text.replace('\'', "''")))
    }
}

/// Refused by a limit, which PostgreSQL looks at before it looks for rows.
const TOO_LONG: &str = "much longer than any limit";
pub(crate) const NO_MEMBER: &str = "nobody";

const TEXTS: &[&str] = &[
    "",
    "a",
    "B",
    "b",
    "it's",
    "abc",
    "aBc ",
    " x",
    "a%c",
    "1",
    "07",
    "-3",
    "true",
    "no",
    "{}",
    "{\"k\": 1}",
    "2024-01-31",
    "É",
    "x_y",
    "a*b",
];

pub(crate) fn value(random: &mut Random, ty: &Type, schema: &Schema) -> Value {
    let n = random.below(7) as i64 - 2;
    match ty {
        Type::Boolean => {
            let flag = random.one_in(2);
            Value {
                postgres: flag.to_string(),
                target: i32::from(flag).to_string(),
            }
        }
        Type::SmallInt { .. } => Value::both(if random.one_in(20) {
            "32767".into()
        } else {
            n.to_string()
        }),
        Type::Integer { .. } => Value::both(if random.one_in(20) {
            "2147483647".into()
        } else {
            n.to_string()
        }),
        Type::BigInt { .. } => Value::both(match random.below(20) {
            0 => "9223372036854775807".into(),
            1 => "3000000000".into(),
            _ => n.to_string(),
        }),
        Type::Numeric { precision, .. } => {
            let scale = precision.map_or(3, |(_, scale)| scale.min(3));
            let text = format!("{}.{:03}", n, random.below(1000));
            Value::both(
                text[..text.len() - usize::try_from(3 - scale).unwrap_or(0)]
                    .trim_end_matches('.')
                    .to_owned(),
            )
        }
        Type::Real | Type::Double => {
            Value::both(format!("{}.{}", n, random.pick(&["0", "5", "25", "125"])))
        }
        Type::Date => Value::text(&format!(
            "2024-0{}-{:02}",
            random.below(9) + 1,
            random.below(28) + 1
        )),
        Type::Timestamp { .. } => {
            let fraction = random.pick(&["", "", ".500", ".123456"]);
            Value::text(&format!(
                "2024-0{}-{:02} {:02}:00:0{}{fraction}",
                random.below(9) + 1,
                random.below(28) + 1,
                random.below(24),
                random.below(10)
            ))
        }
        Type::Uuid => Value::text(&format!(
            "00000000-0000-4000-8000-00000000000{}",
            random.below(6)
        )),
        Type::Blob => {
            let hex: String = (0..random.below(4))
                .map(|_| format!("{:02x}", random.below(256)))
                .collect();
            Value {
                postgres: format!("'\\x{hex}'"),
                target: format!("x'{hex}'"),
            }
        }
        Type::Json | Type::Jsonb => Value::text(random.pick::<&str>(&[
            "{}",
            "[]",
            "null",
            "1",
            "\"x\"",
            "{\"a\": 1, \"b\": [true, \"x\"]}",
            "{\"o\": {\"b\": 1.50}}",
            "[1, \"a\", null]",
            "true",
        ])),
        Type::Array(_) => {
            let items: Vec<&str> = (0..random.below(4))
                .map(|_| *random.pick(&["a", "b", "c d"]))
                .collect();
            let theirs: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
            Value {
                postgres: format!("'{{{}}}'", theirs.join(",")),
                target: format!("'[{}]'", theirs.join(",")),
            }
        }
        Type::Enum(name) => {
            let members = schema
                .enum_type(name)
                .map(|ty| ty.members.clone())
                .unwrap_or_default();
            match random.one_in(15) {
                true => Value::text(NO_MEMBER),
                false => random
                    .maybe(&members)
                    .map_or(Value::both("NULL"), |member| Value::text(member)),
            }
        }
        // Blanks at its end are of no account, and MySQL does not keep them.
        Type::Char(_) => Value::text(random.pick(TEXTS).trim_end()),
        _ => {
            let text = *random.pick(TEXTS);
            if random.one_in(12) {
                Value::text(TOO_LONG)
            } else {
                Value::text(text)
            }
        }
    }
}

/// An INSERT, UPDATE or DELETE of an application, in both dialects; names stand between `‹` and
/// `›`, which each quotes its own way.
pub(crate) fn change(random: &mut Random, schema: &Schema) -> Option<(String, String)> {
    let tables = kinds::tables(schema);
    let table = random.maybe(&tables)?.clone();
    let change = match random.below(8) {
        0 => delete(random, &table, schema),
        1 => update(random, &table, schema),
        2 | 3 if !schema.triggers_of(&table.name).is_empty() => update(random, &table, schema),
        _ => return insert(random, &table, schema),
    };
    change.filter(|(text, _)| !text.contains(TOO_LONG) && !text.contains(NO_MEMBER))
}

/// Whether an application gives it no value: it numbers or computes itself.
fn is_own(column: &Column) -> bool {
    column.generated.is_some()
        || column.identity.is_some()
        || column
            .default
            .as_ref()
            .is_some_and(|default| aludel::schema::sequence_of(default).is_some())
}

fn insert(random: &mut Random, table: &Table, schema: &Schema) -> Option<(String, String)> {
    let (mut names, mut theirs, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for column in table.columns.iter().filter(|column| !is_own(column)) {
        if random.one_in(8) && volatile(column).is_none() {
            continue;
        }
        // A NULL for the trigger to replace is refused by an engine whose trigger comes after.
        let replaced = !column.nullable && set_by_trigger(table, column, schema);
        let value = if random.one_in(7) && !replaced {
            Value::both("NULL")
        } else {
            value(random, &column.ty, schema)
        };
        names.push(format!("‹{}›", column.name));
        theirs.push(value.postgres);
        ours.push(value.target);
    }
    if names.is_empty() {
        let text = format!("INSERT INTO ‹{}› DEFAULT VALUES", table.name.name);
        return Some((text.clone(), text));
    }
    let text = |values: Vec<String>| {
        format!(
            "INSERT INTO ‹{}› ({}) VALUES ({})",
            table.name.name,
            names.join(", "),
            values.join(", ")
        )
    };
    Some((text(theirs), text(ours)))
}

fn set_by_trigger(table: &Table, column: &Column, schema: &Schema) -> bool {
    let triggers = schema.triggers_of(&table.name).iter();
    let mut does = triggers.filter_map(|trigger| trigger.does.as_ref());
    does.any(|does| {
        let mut sets = does.sets.iter().flat_map(|set| &set.columns);
        sets.any(|set| *set == column.name)
    })
}

/// A default that is not the same twice.
fn volatile(column: &Column) -> Option<()> {
    let text = format!("{:?}", column.default);
    (text.contains("now") || text.contains("random") || text.contains("CURRENT")).then_some(())
}

fn delete(random: &mut Random, table: &Table, schema: &Schema) -> Option<(String, String)> {
    let column = comparable(random, table)?;
    let value = value(random, &column.ty, schema);
    let text = |value: &str| {
        format!(
            "DELETE FROM ‹{}› WHERE ‹{}› = {value}",
            table.name.name, column.name
        )
    };
    Some((text(&value.postgres), text(&value.target)))
}

/// Of a key, so that foreign keys' actions follow.
fn update(random: &mut Random, table: &Table, schema: &Schema) -> Option<(String, String)> {
    let keys: Vec<&Column> = table
        .constraints
        .iter()
        .filter_map(|constraint| match &constraint.kind {
            ConstraintKind::Unique { columns, .. } | ConstraintKind::PrimaryKey { columns } => {
                table.column(&columns.first()?.column)
            }
            ConstraintKind::ForeignKey(key) => table.column(key.columns.first()?),
            _ => None,
        })
        .filter(|column| !is_own(column))
        .collect();
    // What a trigger does, it does for any column.
    let free: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| !is_own(column))
        .collect();
    let set = match schema.triggers_of(&table.name).is_empty() || random.one_in(3) {
        true => (*random.maybe(&keys)?).clone(),
        false => (*random.maybe(&free)?).clone(),
    };
    let by = comparable(random, table)?;
    let (new, old) = (
        value(random, &set.ty, schema),
        value(random, &by.ty, schema),
    );
    if let Type::Varchar(Some(limit)) | Type::Char(Some(limit)) = set.ty
        && new.postgres.chars().count() > limit as usize + 2
    {
        return None;
    }
    let text = |new: &str, old: &str| {
        format!(
            "UPDATE ‹{}› SET ‹{}› = {new} WHERE ‹{}› = {old}",
            table.name.name, set.name, by.name
        )
    };
    Some((
        text(&new.postgres, &old.postgres),
        text(&new.target, &old.target),
    ))
}

fn comparable(random: &mut Random, table: &Table) -> Option<Column> {
    let columns: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| {
            !matches!(
                column.ty,
                Type::Json
                    | Type::Jsonb
                    | Type::Array(_)
                    | Type::Real
                    | Type::Double
                    | Type::Enum(_)
            )
        })
        .collect();
    random.maybe(&columns).map(|column| (*column).clone())
}
