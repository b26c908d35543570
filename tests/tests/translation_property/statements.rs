//! Random statements of PostgreSQL. They need not be valid: PostgreSQL is asked.

use aludel::schema::{Column, Schema, Table, TriggerStep, Type};

use aludel_tests::engine::Engine;

use crate::kinds;
use crate::pair::Pair;
use crate::values::{NO_MEMBER, value};
use aludel_tests::seeded::Random;

/// The codes with which a translation may refuse what is made here.
pub(crate) fn may_be_refused(code: &str, engine: Engine) -> bool {
    const BOTH: &[&str] = &[
        // A default that no row takes.
        "bad-constant",
        "no-columns",
        "depends-on-refused",
        "equal-keys",
        "text-order",
        "no-form",
        "partition",
        "trigger",
        "trigger-member",
        "trigger-reads",
        "truncate-trigger",
        "exclusion",
        "two-triggers",
        "name-clash",
        "no-such-function",
        "unknown-type",
    ];
    const SQLITE: &[&str] = &[
        "default-fails",
        "numeric-arithmetic",
        "numeric-precision",
        "no-such-cast",
        "no-such-literal",
        "key-of-texts",
        "second-serial",
        "actions-while-rebuilding",
        "truncate-referred",
    ];
    const MYSQL: &[&str] = &[
        "cascade-null",
        "cast",
        "check-column",
        "comparison",
        "conflict-trigger",
        "constant",
        "division",
        "enum-reference",
        "lenient-delete",
        "key-type",
        "key-too-long",
        "no-literal",
        "numbering",
        "operator",
        "reference-type",
        "regex",
        "sequence",
        "set-default",
        "simultaneous",
    ];
    let own = if engine == Engine::Sqlite {
        SQLITE
    } else {
        MYSQL
    };
    BOTH.contains(&code) || own.contains(&code)
}

/// The statements of one revision.
pub(crate) fn revision(random: &mut Random, pair: &Pair, step: usize) -> Vec<String> {
    let schema = pair.schema();
    let tables = kinds::tables(schema);
    let count = 1 + random.below(4);
    (0..count)
        .flat_map(|place| {
            if tables.len() < 2 || (tables.len() < 6 && random.one_in(7)) {
                return create_table(random, schema, &tables, step * 10 + place);
            }
            let table = random.pick(&tables).clone();
            if random.one_in(9) {
                return trigger(random, &table, schema, step * 10 + place);
            }
            if random.one_in(20)
                && let Some(statement) =
                    kinds::partition_statement(random, schema, step * 10 + place)
            {
                return vec![statement];
            }
            if random.one_in(20) {
                return vec![domain(random, schema, step * 10 + place)];
            }
            vec![match random.below(10) {
                0..=4 => alter(random, &table, &tables, schema, step * 10 + place),
                5..=7 => data(random, &table, &tables, schema),
                8 => index(random, &table, schema, step * 10 + place),
                _ => other(random, &table, &tables, schema, step * 10 + place),
            }]
        })
        .collect()
}

const TYPES: &[Type] = &[
    Type::INTEGER,
    Type::BIGINT,
    Type::SMALLINT,
    Type::Boolean,
    Type::Text,
    Type::Varchar(Some(5)),
    Type::Varchar(Some(20)),
    Type::Char(Some(4)),
    Type::Double,
    Type::Numeric {
        precision: Some((8, 2)),
        unsigned: false,
    },
    Type::Date,
    Type::Timestamp {
        precision: None,
        zoned: true,
    },
    Type::Timestamp {
        precision: None,
        zoned: false,
    },
    Type::Uuid,
    Type::Jsonb,
    Type::Blob,
];

fn ty(random: &mut Random, schema: &Schema) -> Type {
    let enums: Vec<_> = schema.enums().collect();
    match random.below(12) {
        0 => Type::Array(Box::new(Type::Text)),
        1 if !enums.is_empty() => Type::Enum(random.pick(&enums).name.clone()),
        _ => random.pick(TYPES).clone(),
    }
}

/// A type's name in PostgreSQL.
fn name(ty: &Type) -> String {
    match ty {
        Type::Boolean => "boolean".into(),
        Type::SmallInt { .. } => "smallint".into(),
        Type::Integer { .. } => "integer".into(),
        Type::BigInt { .. } => "bigint".into(),
        Type::Varchar(Some(length)) => format!("varchar({length})"),
        Type::Char(Some(length)) => format!("char({length})"),
        Type::Double => "double precision".into(),
        Type::Numeric {
            precision: Some((digits, scale)),
            ..
        } => format!("numeric({digits}, {scale})"),
        Type::Numeric { .. } => "numeric".into(),
        Type::Date => "date".into(),
        Type::Timestamp { zoned: true, .. } => "timestamptz".into(),
        Type::Timestamp { .. } => "timestamp".into(),
        Type::Uuid => "uuid".into(),
        Type::Jsonb => "jsonb".into(),
        Type::Blob => "bytea".into(),
        Type::Array(item) => format!("{}[]", name(item)),
        Type::Enum(name) => name.name.clone(),
        _ => "text".into(),
    }
}

fn domain(random: &mut Random, schema: &Schema, number: usize) -> String {
    let own = ty(random, schema);
    let own = (own.clone(), name(&own));
    let made = |random: &mut Random, ty: &Type| {
        (
            default(random, ty, schema),
            check(random, "VALUE", ty, schema),
        )
    };
    kinds::domain_statement(random, schema, number, made, own)
}

/// A column's definition.
fn column(
    random: &mut Random,
    column: &str,
    schema: &Schema,
    tables: &[Table],
    known: &[&str],
) -> String {
    let own = ty(random, schema);
    let (named, ty) = match kinds::domain(random, schema) {
        Some(domain) if random.one_in(4) => domain,
        _ => (name(&own), own),
    };
    let mut text = format!("{column} {named}");
    if random.one_in(3) {
        text.push_str(&format!(" DEFAULT {}", default(random, &ty, schema)));
    }
    if random.one_in(4) {
        text.push_str(" NOT NULL");
    }
    if random.one_in(8) {
        text.push_str(" UNIQUE");
    }
    if random.one_in(6) {
        text.push_str(&format!(" CHECK ({})", check(random, column, &ty, schema)));
    }
    if random.one_in(4)
        && let Some(parent) = random.maybe(tables)
    {
        let action = random.pick(&[
            "",
            " ON DELETE CASCADE",
            " ON DELETE SET NULL",
            " ON UPDATE CASCADE",
            " ON DELETE SET DEFAULT",
            " ON DELETE RESTRICT",
        ]);
        let key = random.pick(&parent.columns);
        text = format!(
            "{column} {} REFERENCES \"{}\" (\"{}\"){action}",
            name(&key.ty),
            parent.name.name,
            key.name
        );
    }
    let _ = known;
    text
}

fn default(random: &mut Random, ty: &Type, schema: &Schema) -> String {
    value(random, ty, schema).postgres
}

fn check(random: &mut Random, column: &str, ty: &Type, schema: &Schema) -> String {
    let value = value(random, ty, schema).postgres;
    match ty {
        Type::Text | Type::Varchar(_) => match random.below(4) {
            0 => format!("length({column}) < 6"),
            1 => format!("{column} ~ '^[a-zA-Z ]*$'"),
            2 => format!("{column} NOT LIKE 'b%'"),
            _ => format!("{column} <> {value}"),
        },
        Type::Integer { .. }
        | Type::BigInt { .. }
        | Type::SmallInt { .. }
        | Type::Date
        | Type::Timestamp { .. } => {
            format!(
                "{column} {} {value}",
                random.pick(&[">=", "<>", "<", "IS DISTINCT FROM"])
            )
        }
        Type::Boolean => format!("{column} IS NOT FALSE"),
        Type::Jsonb => format!("jsonb_typeof({column}) <> 'array'"),
        _ => format!("{column} IS NOT NULL OR true"),
    }
}

fn create_table(
    random: &mut Random,
    schema: &Schema,
    tables: &[Table],
    number: usize,
) -> Vec<String> {
    let table = format!("t{number}");
    let is_partitioned = random.one_in(6);
    let mut columns = Vec::new();
    match random.below(5) {
        // Its key would have to have the column by which rows go to partitions.
        _ if is_partitioned => {}
        0 => columns.push("id serial PRIMARY KEY".to_owned()),
        1 => columns.push("id bigint PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY".to_owned()),
        2 => columns.push("id uuid PRIMARY KEY".to_owned()),
        3 => columns.push("id integer PRIMARY KEY".to_owned()),
        _ => {}
    }
    for place in 0..1 + random.below(5) {
        columns.push(column(random, &format!("c{place}"), schema, tables, &[]));
    }
    if random.one_in(4) {
        columns.push("UNIQUE (c0, c1)".into());
    }
    if random.one_in(6) {
        columns.push("CHECK (c0 IS NOT NULL OR c1 IS NOT NULL)".into());
    }
    let create = format!("CREATE TABLE {table} ({})", columns.join(", "));
    match is_partitioned {
        true => kinds::partitioned(random, &create, &table),
        false => vec![create],
    }
}

fn alter(
    random: &mut Random,
    table: &Table,
    tables: &[Table],
    schema: &Schema,
    number: usize,
) -> String {
    let target = random.pick(&table.columns).clone();
    let quoted = format!("\"{}\"", target.name);
    let action = match random.below(16) {
        0..=2 => format!(
            "ADD COLUMN {}",
            column(random, &format!("n{number}"), schema, tables, &[])
        ),
        3 => format!("DROP COLUMN {quoted}{}", random.pick(&["", " CASCADE"])),
        4 => format!("RENAME COLUMN {quoted} TO r{number}"),
        5 => format!("RENAME TO m{number}"),
        6 => format!("ALTER COLUMN {quoted} SET NOT NULL"),
        7 => format!("ALTER COLUMN {quoted} DROP NOT NULL"),
        8 => format!(
            "ALTER COLUMN {quoted} SET DEFAULT {}",
            default(random, &target.ty, schema)
        ),
        9 => format!("ALTER COLUMN {quoted} DROP DEFAULT"),
        10 | 11 => {
            let to = ty(random, schema);
            if let Some((domain, _)) = kinds::domain(random, schema).filter(|_| random.one_in(5)) {
                return format!(
                    "ALTER TABLE \"{}\" ALTER COLUMN {quoted} TYPE {domain}",
                    table.name.name
                );
            }
            let using = match random.below(4) {
                0 => String::new(),
                1 => format!(" USING {quoted}::text::{}", name(&to)),
                2 => format!(" USING {quoted}::{}", name(&to)),
                _ => format!(" USING {}", expr(random, &to, table, schema, 2)),
            };
            format!("ALTER COLUMN {quoted} TYPE {}{using}", name(&to))
        }
        12 => format!(
            "ADD CONSTRAINT k{number} CHECK ({})",
            check(random, &quoted, &target.ty, schema)
        ),
        13 => format!("ADD UNIQUE ({quoted})"),
        14 => match random
            .maybe(&table.constraints)
            .and_then(|constraint| constraint.name.clone())
        {
            Some(name) => format!(
                "DROP CONSTRAINT \"{name}\"{}",
                random.pick(&["", " CASCADE"])
            ),
            None => format!("ALTER COLUMN {quoted} DROP NOT NULL"),
        },
        _ => {
            let parent = random.pick(tables);
            let key = random.pick(&parent.columns);
            format!(
                "ADD FOREIGN KEY ({quoted}) REFERENCES \"{}\" (\"{}\") ON DELETE {}",
                parent.name.name,
                key.name,
                random.pick(&["CASCADE", "NO ACTION", "SET NULL"])
            )
        }
    };
    format!("ALTER TABLE \"{}\" {action}", table.name.name)
}

fn index(random: &mut Random, table: &Table, schema: &Schema, number: usize) -> String {
    if random.one_in(4)
        && let Some(index) = random.maybe(&table.indexes)
    {
        return format!("DROP INDEX \"{}\"", index.name);
    }
    let column = random.pick(&table.columns).clone();
    let unique = random.pick(&["", "UNIQUE "]);
    // What overflows within a condition fails in PostgreSQL alone, which docs/translation.md says; here
    // it would do so for every row that the application writes from then on.
    let counts = |condition: &str| {
        [" + ", " - ", " * "]
            .iter()
            .any(|sign| condition.contains(sign))
    };
    let filter = if random.one_in(3) {
        let condition = predicate(random, table, schema, 1);
        match counts(&condition) {
            true => String::new(),
            false => format!(" WHERE {condition}"),
        }
    } else {
        String::new()
    };
    format!(
        "CREATE {unique}INDEX i{number} ON \"{}\" (\"{}\"){filter}",
        table.name.name, column.name
    )
}

fn other(
    random: &mut Random,
    table: &Table,
    tables: &[Table],
    schema: &Schema,
    number: usize,
) -> String {
    let enums: Vec<_> = schema.enums().cloned().collect();
    match random.below(7) {
        0 | 1 => format!("CREATE TYPE e{number} AS ENUM ('a', 'b', 'it''s')"),
        2 => match random.maybe(&enums) {
            Some(ty) => format!("ALTER TYPE \"{}\" ADD VALUE 'new{number}'", ty.name.name),
            None => format!("CREATE TYPE e{number} AS ENUM ('x')"),
        },
        3 => match random.maybe(&enums) {
            Some(ty) => format!(
                "ALTER TYPE \"{}\" RENAME VALUE '{}' TO 'other{number}'",
                ty.name.name,
                random.pick(&ty.members).replace('\'', "''")
            ),
            None => format!("CREATE TYPE e{number} AS ENUM ('x', 'y')"),
        },
        4 if tables.len() > 3 => format!(
            "DROP TABLE \"{}\"{}",
            table.name.name,
            random.pick(&["", " CASCADE"])
        ),
        5 => format!(
            "CREATE VIEW v{number} AS SELECT * FROM \"{}\" WHERE {}",
            table.name.name,
            predicate(random, table, schema, 1)
        ),
        _ => {
            let views: Vec<_> = schema.views().cloned().collect();
            match random.maybe(&views) {
                Some(view) => format!("DROP VIEW \"{}\"", view.name.name),
                None => format!(
                    "TRUNCATE \"{}\"{}",
                    table.name.name,
                    random.pick(&["", " CASCADE", " RESTART IDENTITY"])
                ),
            }
        }
    }
}

/// A trigger of the kind that keeps `updated_at` or fills columns in, with values that are the same on both; or what
/// becomes of one.
fn trigger(random: &mut Random, table: &Table, schema: &Schema, number: usize) -> Vec<String> {
    let on = format!("\"{}\"", table.name.name);
    let own = schema.triggers_of(&table.name).first();
    if let Some(own) = own.filter(|_| random.one_in(2)) {
        return vec![match random.below(3) {
            0 => format!("DROP TRIGGER \"{}\" ON {on}", own.name),
            1 => own.does.as_ref().map_or_else(String::new, |does| {
                let code = touching(random, table, schema);
                format!(
                    "CREATE OR REPLACE FUNCTION \"{}\"() {code}",
                    does.function.name
                )
            }),
            _ => {
                let set = touched(random, table);
                format!("UPDATE {on} SET \"{set}\" = \"{set}\"")
            }
        }];
    }
    if random.one_in(12) {
        return unformed(random, table, schema, number);
    }
    if random.one_in(2)
        && let Some(made) = affecting(random, table, schema, number)
    {
        return made;
    }
    let code = touching(random, table, schema);
    let of = match random.one_in(4) {
        true => format!(" OF \"{}\"", touched(random, table)),
        false => String::new(),
    };
    let when = match random.below(4) {
        0 => " WHEN (NEW IS DISTINCT FROM OLD)".to_owned(),
        1 => {
            let column = touched(random, table);
            format!(" WHEN (NEW.\"{column}\" IS DISTINCT FROM OLD.\"{column}\")")
        }
        _ => String::new(),
    };
    let events = random.pick(&["UPDATE", "UPDATE", "INSERT OR UPDATE", "INSERT"]);
    let of = match *events == "INSERT" {
        true => String::new(),
        false => of,
    };
    vec![
        format!("CREATE FUNCTION f{number}() {code}"),
        format!(
            "CREATE TRIGGER g{number} BEFORE {events}{of} ON {on} FOR EACH ROW{when} EXECUTE FUNCTION f{number}()"
        ),
    ]
}

/// A constant for a trigger's code. One that never fits fails in PostgreSQL whenever the code runs,
/// before it is known whether there is a row.
fn constant(random: &mut Random, ty: &Type, schema: &Schema) -> String {
    let text = value(random, ty, schema).postgres;
    let long = match ty {
        Type::Varchar(Some(most)) | Type::Char(Some(most)) => {
            text.replace("''", "'").chars().count() > *most as usize + 2
        }
        _ => false,
    };
    match long || text.contains(NO_MEMBER) {
        true => "NULL".to_owned(),
        false => text,
    }
}

/// A trigger that changes rows of another table. What it does for one row undoes nothing of what it
/// does for another: the order in which a statement takes its rows is no engine's promise. So the
/// rows are found by a column that neither it nor a trigger of their own sets.
fn affecting(
    random: &mut Random,
    table: &Table,
    schema: &Schema,
    number: usize,
) -> Option<Vec<String>> {
    let tables = schema.tables().filter(|other| other.name != table.name);
    let tables: Vec<Table> = tables.map(|other| (**other).clone()).collect();
    let other = random.maybe(&tables)?.clone();
    let free = other
        .columns
        .iter()
        .filter(|column| !numbers_itself(column));
    let free: Vec<&Column> = free.collect();
    let set = (*random.maybe(&free)?).clone();
    let by_triggers = schema.triggers_of(&other.name).iter();
    let by_triggers: Vec<_> = by_triggers
        .filter_map(|trigger| trigger.does.as_ref())
        .flat_map(|does| does.sets.iter().flat_map(|set| &set.columns))
        .collect();
    let stays = |column: &&Column| column.name != set.name && !by_triggers.contains(&&column.name);
    let keys: Vec<&Column> = other.columns.iter().filter(stays).collect();
    let key = (*random.maybe(&keys)?).clone();
    let own = random.pick(&table.columns).clone();
    let value = |random: &mut Random, ty: &Type| constant(random, ty, schema);
    let events = [
        "INSERT",
        "DELETE",
        "UPDATE",
        "INSERT OR DELETE",
        "INSERT OR UPDATE OR DELETE",
    ];
    let time = random.pick(&["AFTER", "AFTER", "BEFORE"]);
    let code = format!(
        "BEGIN
            IF TG_OP = 'DELETE' THEN
                UPDATE \"{0}\" o SET \"{1}\" = {2} WHERE o.\"{3}\" = {4};
                RETURN OLD;
            ELSIF NEW.\"{5}\" = {6} THEN
                DELETE FROM \"{0}\" WHERE \"{3}\" = {7};
            ELSE
                UPDATE \"{0}\" SET \"{1}\" = {8} WHERE \"{3}\" = {9};
            END IF;
            RETURN NEW;
         END",
        other.name.name,
        set.name,
        value(random, &set.ty),
        key.name,
        value(random, &key.ty),
        own.name,
        value(random, &own.ty),
        value(random, &key.ty),
        value(random, &set.ty),
        value(random, &key.ty),
    );
    let (events, on) = (random.pick(&events), &table.name.name);
    Some(vec![
        format!("CREATE FUNCTION f{number}() RETURNS trigger LANGUAGE plpgsql AS $f$ {code} $f$"),
        format!(
            "CREATE TRIGGER g{number} {time} {events} ON \"{on}\" FOR EACH ROW EXECUTE FUNCTION f{number}()"
        ),
    ])
}

/// A trigger that has no form anywhere: what it runs is a text.
fn unformed(random: &mut Random, table: &Table, schema: &Schema, number: usize) -> Vec<String> {
    let on = &table.name.name;
    let code = touching(random, table, schema);
    let code = code.replacen(" BEGIN ", " BEGIN EXECUTE 'SELECT 1'; ", 1);
    let time = random.pick(&["BEFORE", "AFTER"]);
    let events = random.pick(&["UPDATE", "INSERT OR UPDATE", "INSERT"]);
    vec![
        format!("CREATE FUNCTION f{number}() {code}"),
        format!(
            "CREATE TRIGGER g{number} {time} {events} ON \"{on}\" FOR EACH ROW EXECUTE FUNCTION f{number}()"
        ),
    ]
}

fn touched(random: &mut Random, table: &Table) -> String {
    random.pick(&table.columns).name.clone()
}

/// The columns of a table by which triggers of others find its rows (see [`affecting`]).
fn found_by(table: &Table, schema: &Schema) -> Vec<String> {
    let codes: Vec<&str> = schema
        .triggers()
        .filter_map(|trigger| trigger.does.as_ref())
        .filter(|does| TriggerStep::tables(&does.steps).contains(&table.name))
        .map(|does| does.code.as_str())
        .collect();
    let named = |column: &&Column| {
        let word = format!("\"{}\"", column.name);
        codes.iter().any(|code| code.contains(&word))
    };
    let columns = table.columns.iter().filter(named);
    columns.map(|column| column.name.clone()).collect()
}

/// A function that sets a column or two, under a condition or not.
fn touching(random: &mut Random, table: &Table, schema: &Schema) -> String {
    let mut sets = String::new();
    let found_by = found_by(table, schema);
    for _ in 0..1 + random.below(2) {
        let column = random.pick(&table.columns).clone();
        if found_by.contains(&column.name) {
            continue;
        }
        let value = match random.one_in(4) {
            true => format!("NEW.\"{}\"", touched(random, table)),
            false => constant(random, &column.ty, schema),
        };
        sets.push_str(&format!(" NEW.\"{}\" := {value};", column.name));
    }
    let other = random.pick(&table.columns).clone();
    // A condition under which nothing is done is PostgreSQL's affair alone.
    let body = match random.below(4) {
        _ if sets.is_empty() => sets,
        0 => format!(
            "IF NEW.\"{0}\" IS DISTINCT FROM OLD.\"{0}\" THEN{sets} END IF;",
            other.name
        ),
        1 => format!(
            "IF NEW.\"{}\" = {} THEN{sets} END IF;",
            other.name,
            constant(random, &other.ty, schema)
        ),
        _ => sets,
    };
    format!("RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN {body} RETURN NEW; END $f$")
}

fn data(random: &mut Random, table: &Table, tables: &[Table], schema: &Schema) -> String {
    let target = format!("\"{}\"", table.name.name);
    // One that numbers itself stays a key here, whatever it is there.
    let columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| !numbers_itself(column))
        .collect();
    let Some(column) = random.maybe(&columns).map(|column| (*column).clone()) else {
        return "SELECT 1".into();
    };
    match random.below(10) {
        0..=4 => {
            let mut set = format!(
                "\"{}\" = {}",
                column.name,
                expr(random, &column.ty, table, schema, 2)
            );
            let another = (*random.pick(&columns)).clone();
            if another.name != column.name && random.one_in(2) {
                set.push_str(&format!(
                    ", \"{}\" = {}",
                    another.name,
                    expr(random, &another.ty, table, schema, 1)
                ));
            }
            let filter = if random.one_in(3) {
                String::new()
            } else {
                format!(" WHERE {}", predicate(random, table, schema, 2))
            };
            format!("UPDATE {target} SET {set}{filter}")
        }
        5 => format!(
            "DELETE FROM {target} WHERE {}",
            predicate(random, table, schema, 2)
        ),
        6 => {
            let columns: Vec<_> = table
                .columns
                .iter()
                .filter(|column| {
                    column
                        .default
                        .as_ref()
                        .and_then(aludel::schema::sequence_of)
                        .is_none()
                        && column.identity.is_none()
                })
                .collect();
            let names: Vec<_> = columns
                .iter()
                .map(|column| format!("\"{}\"", column.name))
                .collect();
            let row = |random: &mut Random| {
                let values: Vec<_> = columns
                    .iter()
                    .map(|column| {
                        if random.one_in(9) {
                            "DEFAULT".into()
                        } else {
                            value(random, &column.ty, schema).postgres
                        }
                    })
                    .collect();
                format!("({})", values.join(", "))
            };
            let conflict = *random.pick(&["", " ON CONFLICT DO NOTHING"]);
            // A row that is left out may use a number up.
            let most = if conflict.is_empty() { 2 } else { 1 };
            let rows: Vec<_> = (0..1 + random.below(most)).map(|_| row(random)).collect();
            format!(
                "INSERT INTO {target} ({}) VALUES {}{conflict}",
                names.join(", "),
                rows.join(", ")
            )
        }
        7 => {
            let other = random.pick(tables);
            let theirs = random.pick(&other.columns);
            format!(
                "UPDATE {target} SET \"{}\" = {} FROM \"{}\" AS o WHERE o.\"{}\" = {target}.\"{}\"",
                column.name,
                expr(random, &column.ty, table, schema, 0),
                other.name.name,
                theirs.name,
                column.name
            )
        }
        8 => {
            let other = random.pick(tables);
            let theirs = random.pick(&other.columns);
            format!(
                "DELETE FROM {target} USING \"{}\" AS o WHERE o.\"{}\" = {target}.\"{}\"",
                other.name.name, theirs.name, column.name
            )
        }
        _ => {
            let other = random.pick(tables);
            format!(
                "DELETE FROM {target} WHERE \"{}\" IN (SELECT \"{}\" FROM \"{}\")",
                column.name,
                random.pick(&other.columns).name,
                other.name.name
            )
        }
    }
}

fn numbers_itself(column: &Column) -> bool {
    column.identity.is_some()
        || column
            .default
            .as_ref()
            .and_then(aludel::schema::sequence_of)
            .is_some()
}

/// A column of a type, or a constant.
fn leaf(random: &mut Random, ty: &Type, table: &Table, schema: &Schema) -> String {
    let columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| column.ty == *ty)
        .collect();
    match random.maybe(&columns) {
        Some(column) if !random.one_in(3) => format!("\"{}\"", column.name),
        _ if random.one_in(8) => format!("NULL::{}", name(ty)),
        _ => format!("{}::{}", value(random, ty, schema).postgres, name(ty)),
    }
}

fn any_of(random: &mut Random, types: &[Type], table: &Table, schema: &Schema) -> String {
    let columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| types.contains(&column.ty))
        .collect();
    match random.maybe(&columns) {
        Some(column) => format!("\"{}\"", column.name),
        None => {
            let ty = random.pick(types).clone();
            leaf(random, &ty, table, schema)
        }
    }
}

/// Types of moments.
const MOMENTS: &[Type] = &[
    Type::Timestamp {
        precision: None,
        zoned: true,
    },
    Type::Timestamp {
        precision: None,
        zoned: false,
    },
];

/// An expression of a type.
fn expr(random: &mut Random, ty: &Type, table: &Table, schema: &Schema, depth: usize) -> String {
    if depth == 0 || random.one_in(4) {
        return leaf(random, ty, table, schema);
    }
    let sub = |random: &mut Random, ty: &Type| expr(random, ty, table, schema, depth - 1);
    match random.below(8) {
        0 => {
            let (a, b) = (sub(random, ty), sub(random, ty));
            return format!("coalesce({a}, {b})");
        }
        1 => {
            let when = predicate(random, table, schema, depth - 1);
            let (a, b) = (sub(random, ty), sub(random, ty));
            return format!("CASE WHEN {when} THEN {a} ELSE {b} END");
        }
        2 => {
            let (a, b) = (sub(random, ty), sub(random, ty));
            return format!("nullif({a}, {b})");
        }
        _ => {}
    }
    let text = Type::Text;
    let int = Type::INTEGER;
    match ty {
        Type::Boolean => format!("({})", predicate(random, table, schema, depth - 1)),
        Type::Integer { .. } | Type::BigInt { .. } | Type::SmallInt { .. } => match random.below(9)
        {
            0 | 1 => format!(
                "({} {} {})",
                sub(random, ty),
                random.pick(&["+", "-", "*"]),
                sub(random, &int)
            ),
            2 => format!(
                "({} {} {})",
                sub(random, ty),
                random.pick(&["/", "%"]),
                sub(random, &int)
            ),
            3 => format!("length({})", sub(random, &text)),
            4 => format!("position({} in {})", sub(random, &text), sub(random, &text)),
            5 => format!("{}::{}", sub(random, &text), name(ty)),
            6 => format!(
                "greatest({}, {}, {})",
                sub(random, ty),
                sub(random, &int),
                sub(random, ty)
            ),
            7 => format!(
                "extract({} from {})::{}",
                random.pick(&["year", "month", "day", "dow", "epoch"]),
                sub(random, &Type::Date),
                name(ty)
            ),
            _ => format!(
                "({})::{}",
                any_of(
                    random,
                    &[
                        Type::Boolean,
                        Type::Numeric {
                            precision: Some((8, 2)),
                            unsigned: false
                        },
                        Type::BIGINT
                    ],
                    table,
                    schema
                ),
                name(ty)
            ),
        },
        Type::Text | Type::Varchar(_) | Type::Char(_) => match random.below(11) {
            0 | 1 => format!("({} || {})", sub(random, &text), sub(random, &text)),
            2 => format!(
                "({} || {})",
                sub(random, &text),
                any_of(
                    random,
                    &[
                        Type::INTEGER,
                        Type::Boolean,
                        Type::Date,
                        Type::Uuid,
                        Type::BIGINT
                    ],
                    table,
                    schema
                )
            ),
            3 => format!("lower({})", sub(random, &text)),
            4 => format!(
                "substr({}, {}, {})",
                sub(random, &text),
                1 + random.below(3),
                random.below(4)
            ),
            5 => format!(
                "replace({}, 'a', {})",
                sub(random, &text),
                sub(random, &text)
            ),
            6 => format!(
                "concat({}, {}, NULL)",
                sub(random, &text),
                sub(random, &int)
            ),
            7 => format!(
                "lpad({}, {}, 'xy')",
                sub(random, &text),
                1 + random.below(6)
            ),
            8 => format!(
                "{}::text",
                any_of(
                    random,
                    &[
                        Type::INTEGER,
                        Type::Boolean,
                        Type::Numeric {
                            precision: Some((8, 2)),
                            unsigned: false
                        },
                        Type::Blob,
                        Type::Timestamp {
                            precision: None,
                            zoned: true
                        }
                    ],
                    table,
                    schema
                )
            ),
            9 => format!(
                "to_char({}, '{}')",
                any_of(random, MOMENTS, table, schema),
                random.pick(&["YYYY-MM-DD HH24:MI:SS", "DD.MM.YYYY", "HH24:MI:SS.US"])
            ),
            _ => format!(
                "{} ->> {}",
                any_of(random, &[Type::Jsonb], table, schema),
                random.pick(&["'a'", "'b'", "0"])
            ),
        },
        Type::Timestamp { .. } => match random.below(4) {
            3 => format!(
                "({} {} interval '{} months {} days')",
                sub(random, ty),
                random.pick(&["+", "-"]),
                random.below(30),
                random.below(3)
            ),
            0 => format!(
                "({} + interval '{} hours')",
                sub(random, ty),
                random.below(60)
            ),
            1 => format!(
                "date_trunc('{}', {})",
                random.pick(&["day", "month", "hour"]),
                sub(random, ty)
            ),
            _ => format!("{}::{}", sub(random, &Type::Date), name(ty)),
        },
        Type::Date => match random.below(3) {
            0 => format!("({} + {})", sub(random, ty), random.below(40)),
            1 => format!("({} - {})", sub(random, ty), random.below(40)),
            _ => format!(
                "{}::date",
                any_of(
                    random,
                    &[
                        Type::Timestamp {
                            precision: None,
                            zoned: true
                        },
                        Type::Timestamp {
                            precision: None,
                            zoned: false
                        }
                    ],
                    table,
                    schema
                )
            ),
        },
        Type::Jsonb => match random.below(9) {
            7 => format!("({} || {})", sub(random, ty), sub(random, ty)),
            8 => {
                let whole = any_of(random, &[Type::Jsonb], table, schema);
                format!(
                    "(SELECT jsonb_agg(e) FROM jsonb_array_elements(CASE WHEN jsonb_typeof({whole}) = 'array' THEN {whole} END) AS e)"
                )
            }
            0 => format!(
                "jsonb_build_object('k', {}, 'l', {})",
                sub(random, &int),
                sub(random, &text)
            ),
            1 => format!(
                "({} -> {})",
                sub(random, ty),
                random.pick(&["'a'", "'b'", "0"])
            ),
            2 => format!(
                "to_jsonb({})",
                any_of(
                    random,
                    &[
                        Type::Text,
                        Type::INTEGER,
                        Type::Boolean,
                        Type::Date,
                        MOMENTS[0].clone()
                    ],
                    table,
                    schema
                )
            ),
            3 => format!(
                "jsonb_set({}, '{{{}}}', {})",
                sub(random, ty),
                random.pick(&["a", "o,b", "x"]),
                sub(random, ty)
            ),
            4 => format!("({} - 'a')", sub(random, ty)),
            5 => format!("({} || '{{\"z\": [1]}}')", sub(random, ty)),
            _ => format!("{}::jsonb", sub(random, &text)),
        },
        Type::Double => match random.below(3) {
            0 => format!(
                "({} {} {})",
                sub(random, ty),
                random.pick(&["+", "-", "*", "/"]),
                sub(random, ty)
            ),
            1 => format!("{}::double precision", sub(random, &int)),
            _ => format!("({} / {})", sub(random, ty), sub(random, &int)),
        },
        Type::Numeric { .. } => format!("{}::{}", sub(random, &int), name(ty)),
        Type::Uuid => format!("{}::uuid", leaf(random, ty, table, schema)),
        Type::Array(_) => match random.below(3) {
            0 => format!("array_append({}, {})", sub(random, ty), sub(random, &text)),
            1 => format!("array_remove({}, {})", sub(random, ty), sub(random, &text)),
            _ => format!("ARRAY[{}, {}]", sub(random, &text), sub(random, &text)),
        },
        _ => leaf(random, ty, table, schema),
    }
}

fn predicate(random: &mut Random, table: &Table, schema: &Schema, depth: usize) -> String {
    let column = random.pick(&table.columns).clone();
    let quoted = format!("\"{}\"", column.name);
    if depth > 0 {
        match random.below(6) {
            0 => {
                return format!(
                    "({} AND {})",
                    predicate(random, table, schema, depth - 1),
                    predicate(random, table, schema, depth - 1)
                );
            }
            1 => {
                return format!(
                    "({} OR {})",
                    predicate(random, table, schema, depth - 1),
                    predicate(random, table, schema, depth - 1)
                );
            }
            2 => return format!("NOT {}", predicate(random, table, schema, depth - 1)),
            _ => {}
        }
    }
    let value = |random: &mut Random| value(random, &column.ty, schema).postgres;
    match random.below(9) {
        0 => format!("{quoted} IS NULL"),
        1 => format!("{quoted} IS NOT NULL"),
        2 => format!("{quoted} IS DISTINCT FROM {}", value(random)),
        3 => format!("{quoted} IN ({}, {})", value(random), value(random)),
        4 => match column.ty {
            Type::Text | Type::Varchar(_) => format!(
                "{quoted} {} '{}'",
                random.pick(&["LIKE", "ILIKE", "NOT LIKE"]),
                random.pick(&["a%", "%b%", "_", "a\\%c", "%[%"])
            ),
            Type::Boolean => format!(
                "{quoted} IS {}",
                random.pick(&["TRUE", "NOT TRUE", "NOT FALSE"])
            ),
            Type::Jsonb => format!("{quoted} ? 'a'"),
            Type::Array(_) => format!("'a' = ANY ({quoted})"),
            _ => format!("{quoted} > {}", value(random)),
        },
        5 => format!(
            "{quoted} {} {}",
            random.pick(&["<", ">=", "<>"]),
            value(random)
        ),
        6 if depth > 0 => format!(
            "{quoted} = {}",
            expr(random, &column.ty, table, schema, depth)
        ),
        7 => format!("{quoted} = ANY (ARRAY[{}])", value(random)),
        _ => format!("{quoted} = {}", value(random)),
    }
}
