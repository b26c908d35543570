//! Domains and partitioned tables, which are the types below and one table each on a target.

use aludel::schema::{Schema, Table, Type};
use aludel_tests::seeded::Random;

/// The tables as their rows are: a column of a domain has the type below, and the rows of a partition are the whole's.
pub(crate) fn tables(schema: &Schema) -> Vec<Table> {
    let whole = schema.tables().filter(|table| !table.options.partition);
    whole
        .map(|table| {
            let mut table = (**table).clone();
            for column in &mut table.columns {
                column.ty = schema.below(&column.ty);
            }
            table
        })
        .collect()
}

/// The name of a domain for a column, and what it is.
pub(crate) fn domain(random: &mut Random, schema: &Schema) -> Option<(String, Type)> {
    let domains: Vec<_> = schema.domains().collect();
    let domain = random.maybe(&domains)?;
    let name = domain.name.name.clone();
    Some((name, schema.below(&domain.base)))
}

/// A domain is made, changed or dropped. `ty` is a type by its name, and `value` and `check` are of it (of what `VALUE` is).
pub(crate) fn domain_statement(
    random: &mut Random,
    schema: &Schema,
    number: usize,
    made: impl Fn(&mut Random, &Type) -> (String, String),
    ty: (Type, String),
) -> String {
    let domains: Vec<_> = schema.domains().cloned().collect();
    let Some(domain) = random.maybe(&domains).filter(|_| !random.one_in(3)) else {
        let (value, check) = made(random, &ty.0);
        let mut text = format!("CREATE DOMAIN d{number} AS {}", ty.1);
        if random.one_in(3) {
            text.push_str(&format!(" DEFAULT {value}"));
        }
        if random.one_in(5) {
            text.push_str(" NOT NULL");
        }
        if random.one_in(2) {
            text.push_str(&format!(" CHECK ({check})"));
        }
        return text;
    };
    let (value, check) = made(random, &schema.below(&domain.base));
    let own = domain.constraints.first();
    let own = own.and_then(|constraint| constraint.name.clone());
    let action = match (random.below(9), own) {
        (0, _) => {
            let how = random.pick(&["", "", " CASCADE"]);
            return format!("DROP DOMAIN {}{how}", domain.name.name);
        }
        (1, _) => format!("SET DEFAULT {value}"),
        (2, _) => "DROP DEFAULT".into(),
        (3, _) => "SET NOT NULL".into(),
        (4, _) => "DROP NOT NULL".into(),
        (5, Some(own)) => format!("DROP CONSTRAINT {own}"),
        (6, Some(own)) => format!("RENAME CONSTRAINT {own} TO k{number}"),
        (7, _) => format!("RENAME TO d{number}"),
        _ => format!("ADD CONSTRAINT k{number} CHECK ({check})"),
    };
    format!("ALTER DOMAIN {} {action}", domain.name.name)
}

/// A new table, partitioned, with partitions that take every row.
pub(crate) fn partitioned(random: &mut Random, create: &str, name: &str) -> Vec<String> {
    let (how, bounds): (&str, &[&str]) = match random.below(4) {
        0 => (
            "HASH",
            &[
                "FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                "FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
            ],
        ),
        1 => ("RANGE", &["FOR VALUES FROM (MINVALUE) TO ('1')", "DEFAULT"]),
        2 => ("LIST", &["DEFAULT", "FOR VALUES IN ('1', '2')"]),
        _ => ("RANGE", &["DEFAULT"]),
    };
    let mut made = vec![format!("{create} PARTITION BY {how} (c0)")];
    let partitions = bounds.iter().enumerate();
    made.extend(
        partitions.map(|(place, bound)| {
            format!("CREATE TABLE {name}_p{place} PARTITION OF {name} {bound}")
        }),
    );
    made
}

/// What happens to a partition, or to a table that has some.
pub(crate) fn partition_statement(
    random: &mut Random,
    schema: &Schema,
    number: usize,
) -> Option<String> {
    let partitions: Vec<_> = schema
        .tables()
        .filter(|table| table.options.partition)
        .collect();
    let partition = random.maybe(&partitions)?;
    let name = &partition.name.name;
    let whole = &partition.options.inherits.as_ref()?.name;
    Some(match random.below(5) {
        0 => format!("DROP TABLE {name}"),
        1 => format!("ALTER TABLE {name} RENAME TO p{number}"),
        2 => format!("CREATE INDEX i{number} ON {name} (c0)"),
        3 => format!("CREATE TABLE p{number} PARTITION OF {whole} FOR VALUES IN ('4')"),
        _ => format!("CREATE TABLE p{number} PARTITION OF {whole} FOR VALUES FROM ('7') TO ('9')"),
    })
}
