//! Random statements of MySQL's and SQLite's. They need not be valid: the engine is asked.

use aludel_tests::engine::Engine;
use aludel_tests::seeded::Random;

/// A kind of column: how it is declared, values of it, and how it is read on both sides.
#[derive(Debug)]
struct Kind {
    declared: &'static str,
    what: What,
    values: &'static [&'static str],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Boolean,
    Integer,
    Decimal,
    Text,
    Bytes,
    Moment,
    Date,
}

const INTEGERS: &[&str] = &["0", "1", "2", "-3", "7", "100", "'5'", "NULL"];
const TEXTS: &[&str] = &[
    "'a'", "'A'", "'b'", "'abc'", "''", "'it''s'", "'%_'", "'10'", "NULL",
];
const MOMENTS: &[&str] = &[
    "'2024-01-31 10:00:00'",
    "'2024-02-29 23:59:59'",
    "'2001-01-01 00:00:00'",
    "NULL",
];
const DATES: &[&str] = &["'2024-01-31'", "'2024-02-29'", "NULL"];

const fn kind(declared: &'static str, what: What, values: &'static [&'static str]) -> Kind {
    Kind {
        declared,
        what,
        values,
    }
}

const MYSQL: &[Kind] = &[
    kind("INT", What::Integer, INTEGERS),
    kind("BIGINT", What::Integer, INTEGERS),
    kind("SMALLINT", What::Integer, INTEGERS),
    kind("INT UNSIGNED", What::Integer, INTEGERS),
    kind(
        "TINYINT(1)",
        What::Boolean,
        &["0", "1", "TRUE", "FALSE", "'1'", "NULL"],
    ),
    kind(
        "DECIMAL(8, 2)",
        What::Decimal,
        &["1.25", "0", "-3.5", "7.005", "'2.50'", "NULL"],
    ),
    kind("VARCHAR(20)", What::Text, TEXTS),
    kind("VARCHAR(20) COLLATE utf8mb4_bin", What::Text, TEXTS),
    kind("CHAR(5)", What::Text, TEXTS),
    kind("TEXT", What::Text, TEXTS),
    kind(
        "ENUM('a', 'b', 'c')",
        What::Text,
        &["'a'", "'B'", "'c'", "NULL"],
    ),
    kind(
        "VARBINARY(8)",
        What::Bytes,
        &["x'00ff'", "'abc'", "''", "NULL"],
    ),
    kind("DATETIME", What::Moment, MOMENTS),
    kind("TIMESTAMP NULL", What::Moment, MOMENTS),
    kind("DATE", What::Date, DATES),
];

const SQLITE: &[Kind] = &[
    kind("INTEGER", What::Integer, INTEGERS),
    kind("BIGINT", What::Integer, INTEGERS),
    kind(
        "BOOLEAN",
        What::Boolean,
        &["0", "1", "TRUE", "FALSE", "NULL"],
    ),
    kind(
        "TEXT",
        What::Text,
        &[
            "'a'", "'A'", "'b'", "'a '", "'abc'", "''", "'it''s'", "'%_'", "'ä'", "NULL",
        ],
    ),
    kind("VARCHAR(20)", What::Text, TEXTS),
    kind("TEXT COLLATE NOCASE", What::Text, TEXTS),
    kind("BLOB", What::Bytes, &["x'00ff'", "x''", "NULL"]),
    kind("TIMESTAMP", What::Moment, MOMENTS),
    kind("DATE", What::Date, DATES),
];

#[derive(Debug, Clone)]
pub(crate) struct Column {
    name: String,
    kind: usize,
    numbers: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    columns: Vec<Column>,
    indexes: Vec<String>,
    /// It never gives a number twice.
    counts: bool,
    kinds: &'static [Kind],
}

/// What becomes of the tables if a statement is taken.
#[derive(Debug)]
pub(crate) enum Shape {
    Same,
    New(Table),
    Changed(usize, Table),
    Gone(usize),
}

pub(crate) struct Grammar {
    kinds: &'static [Kind],
    sqlite: bool,
    random: Random,
    tables: Vec<Table>,
}

impl Table {
    pub(crate) fn counts(&self) -> bool {
        self.counts
    }

    /// The queries that read it, there and on PostgreSQL, values as texts of one form.
    pub(crate) fn queries(&self) -> [String; 2] {
        let mut there = Vec::new();
        let mut here = Vec::new();
        for column in &self.columns {
            let name = &column.name;
            match self.kinds[column.kind].what {
                What::Boolean => {
                    there.push(name.clone());
                    here.push(format!("{name}::integer"));
                }
                What::Integer | What::Date => {
                    there.push(name.clone());
                    here.push(format!("{name}::text"));
                }
                What::Decimal => {
                    there.push(format!("{name} + 0.00"));
                    here.push(format!("{name} + 0.00"));
                }
                // Some are texts, some bytes.
                What::Text => {
                    there.push(format!(
                        "CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END"
                    ));
                    here.push(format!("encode(convert_to({name}, 'UTF8'), 'hex')"));
                }
                What::Bytes => {
                    there.push(format!(
                        "CASE WHEN {name} IS NOT NULL THEN lower(hex({name})) END"
                    ));
                    here.push(format!("encode({name}, 'hex')"));
                }
                What::Moment => {
                    there.push(name.clone());
                    here.push(format!("to_char({name}, 'YYYY-MM-DD HH24:MI:SS')"));
                }
            }
        }
        [there, here].map(|columns| format!("SELECT {} FROM {}", columns.join(", "), self.name))
    }
}

impl Grammar {
    pub(crate) fn new(engine: Engine, random: Random) -> Self {
        let sqlite = engine == Engine::Sqlite;
        Self {
            kinds: if sqlite { SQLITE } else { MYSQL },
            sqlite,
            random,
            tables: Vec::new(),
        }
    }

    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
    }

    pub(crate) fn follow(&mut self, shape: Shape) {
        match shape {
            Shape::Same => {}
            Shape::New(table) => self.tables.push(table),
            Shape::Changed(place, table) => self.tables[place] = table,
            Shape::Gone(place) => {
                self.tables.remove(place);
            }
        }
    }

    pub(crate) fn statement(&mut self, step: usize) -> (String, Shape) {
        if self.tables.is_empty() || self.tables.len() < 4 && self.random.one_in(8) {
            return self.create(step);
        }
        let place = self.random.below(self.tables.len());
        let table = self.tables[place].clone();
        match self.random.below(12) {
            0..=4 => (self.insert(&table), Shape::Same),
            5..=7 => (self.update(&table), Shape::Same),
            8 => {
                let filter = self.condition(&table);
                (
                    format!("DELETE FROM {} WHERE {filter}", table.name),
                    Shape::Same,
                )
            }
            9 if self.random.one_in(6) => {
                (format!("DROP TABLE {}", table.name), Shape::Gone(place))
            }
            _ => self.alter(place, table, step),
        }
    }

    fn create(&mut self, step: usize) -> (String, Shape) {
        let mut columns = Vec::new();
        let mut parts = Vec::new();
        let mut counts = false;
        if self.random.below(3) > 0 {
            counts = !self.sqlite || self.random.one_in(2);
            parts.push(match (self.sqlite, counts) {
                (true, false) => "id INTEGER PRIMARY KEY".to_owned(),
                (true, true) => "id INTEGER PRIMARY KEY AUTOINCREMENT".to_owned(),
                (false, _) => "id INT AUTO_INCREMENT PRIMARY KEY".to_owned(),
            });
            columns.push(Column {
                name: "id".into(),
                kind: 0,
                numbers: true,
            });
        }
        for number in 0..1 + self.random.below(4) {
            let name = format!("c{step}_{number}");
            let (definition, column) = self.column(&name);
            parts.push(definition);
            columns.push(column);
        }
        let parents = self.tables.iter().filter(|t| t.columns[0].numbers);
        let parents: Vec<String> = parents.map(|t| t.name.clone()).collect();
        if let Some(parent) = self.random.maybe(&parents).cloned()
            && self.random.one_in(2)
        {
            let action = *self
                .random
                .pick(&["", " ON DELETE CASCADE", " ON DELETE SET NULL"]);
            parts.push("parent INT".into());
            columns.push(Column {
                name: "parent".into(),
                kind: 0,
                numbers: false,
            });
            parts.push(format!(
                "FOREIGN KEY (parent) REFERENCES {parent} (id){action}"
            ));
        }
        if self.random.one_in(3) {
            let column = columns[columns.len() - 1].name.clone();
            parts.push(format!("UNIQUE ({column}{})", self.prefix(&columns)));
        }
        let name = format!("t{step}");
        let table = Table {
            name: name.clone(),
            columns,
            indexes: Vec::new(),
            counts,
            kinds: self.kinds,
        };
        (
            format!("CREATE TABLE {name} ({})", parts.join(", ")),
            Shape::New(table),
        )
    }

    /// MySQL wants a length for a TEXT in a key.
    fn prefix(&self, columns: &[Column]) -> &'static str {
        let last = &self.kinds[columns[columns.len() - 1].kind];
        if !self.sqlite && last.declared == "TEXT" {
            "(3)"
        } else {
            ""
        }
    }

    fn column(&mut self, name: &str) -> (String, Column) {
        let kind = self.random.below(self.kinds.len());
        let Kind { declared, .. } = self.kinds[kind];
        let mut text = format!("{name} {declared}");
        let nullable = declared.ends_with("NULL") || self.random.below(3) > 0;
        if !nullable {
            text.push_str(" NOT NULL");
        }
        // MySQL wants none on a TEXT, unless in parentheses.
        if self.random.one_in(2) && declared != "TEXT" {
            let value = self.value(kind);
            // What does not fit its own column MySQL refuses at once, and PostgreSQL when it is used.
            let fits = !(declared.contains("UNSIGNED") && value.starts_with('-'));
            if fits && (nullable || value != "NULL") {
                text.push_str(&format!(" DEFAULT {value}"));
            }
        }
        let column = Column {
            name: name.into(),
            kind,
            numbers: false,
        };
        (text, column)
    }

    fn value(&mut self, kind: usize) -> String {
        (*self.random.pick(self.kinds[kind].values)).to_owned()
    }

    fn insert(&mut self, table: &Table) -> String {
        let others = &self.tables;
        let copies = others.iter().find(|other| {
            let kinds =
                |table: &Table| -> Vec<usize> { table.columns.iter().map(|c| c.kind).collect() };
            other.name != table.name && kinds(other) == kinds(table)
        });
        if let Some(other) = copies
            && self.random.one_in(3)
        {
            let names = |table: &Table| -> String {
                let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
                names.join(", ")
            };
            return format!(
                "INSERT INTO {} ({}) SELECT {} FROM {}",
                table.name,
                names(table),
                names(other),
                other.name
            );
        }
        let chosen: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| {
                if column.numbers {
                    self.random.one_in(3)
                } else {
                    self.random.below(5) > 0
                }
            })
            .collect();
        if chosen.is_empty() {
            return if self.sqlite {
                format!("INSERT INTO {} DEFAULT VALUES", table.name)
            } else {
                format!("INSERT INTO {} () VALUES ()", table.name)
            };
        }
        let names: Vec<&str> = chosen.iter().map(|column| column.name.as_str()).collect();
        let rows: Vec<String> = (0..1 + self.random.below(3))
            .map(|_| {
                let values: Vec<String> = chosen
                    .iter()
                    .map(|column| match column.numbers {
                        true => (*self.random.pick(&["1", "5", "12", "NULL", "0"])).to_owned(),
                        false if column.name == "parent" => {
                            (*self.random.pick(&["1", "2", "NULL"])).to_owned()
                        }
                        false => self.value(column.kind),
                    })
                    .collect();
                format!("({})", values.join(", "))
            })
            .collect();
        let verb = match (self.sqlite, self.random.below(10)) {
            (true, 0) => "INSERT OR IGNORE INTO",
            (true, 1) => "INSERT OR REPLACE INTO",
            (false, 0) => "INSERT IGNORE INTO",
            (false, 1) => "REPLACE INTO",
            _ => "INSERT INTO",
        };
        format!(
            "{verb} {} ({}) VALUES {}",
            table.name,
            names.join(", "),
            rows.join(", ")
        )
    }

    fn update(&mut self, table: &Table) -> String {
        let place = self.random.below(table.columns.len());
        let column = &table.columns[place];
        let value = self.expression(table, column);
        let filter = self.condition(table);
        format!(
            "UPDATE {} SET {} = {value} WHERE {filter}",
            table.name, column.name
        )
    }

    fn expression(&mut self, table: &Table, column: &Column) -> String {
        let name = &column.name;
        let what = self.kinds[column.kind].what;
        let value = self.value(column.kind);
        let same = |other: &&Column| self.kinds[other.kind].what == what;
        let fellows: Vec<Column> = table.columns.iter().filter(same).cloned().collect();
        let fellow = self.random.pick(&fellows).name.clone();
        let condition = self.condition(table);
        match (what, self.random.below(7)) {
            (_, 0) => fellow,
            (_, 1) => format!("CASE WHEN {condition} THEN {value} ELSE {name} END"),
            (_, 2) => format!("COALESCE({fellow}, {value})"),
            (What::Integer, 3) => format!("{fellow} + 1"),
            (What::Integer, 4) => format!("{fellow} * 2 - {name}"),
            (What::Integer, 5) => format!("({condition})"),
            (What::Text, 3) if self.sqlite => format!("{fellow} || '-x'"),
            (What::Text, 3) => format!("CONCAT({fellow}, '-x')"),
            (What::Text, 4) => format!("UPPER({fellow})"),
            (What::Text, 5) => format!("REPLACE({fellow}, 'a', 'b')"),
            (What::Text, 6) => format!("SUBSTR({fellow}, 2, 2)"),
            (What::Boolean, 3) => format!("NOT {fellow}"),
            (What::Boolean, 4) => condition,
            (What::Decimal, 3) => format!("{fellow} + 1.5"),
            _ => value,
        }
    }

    fn condition(&mut self, table: &Table) -> String {
        let first = self.simple(table);
        match self.random.below(6) {
            0 => format!("{first} AND {}", self.simple(table)),
            1 => format!("({first} OR {})", self.simple(table)),
            2 => format!("NOT ({first})"),
            _ => first,
        }
    }

    fn simple(&mut self, table: &Table) -> String {
        let column = self.random.pick(&table.columns).clone();
        let name = &column.name;
        let what = self.kinds[column.kind].what;
        let (a, b) = (self.value(column.kind), self.value(column.kind));
        let other = self.random.pick(&table.columns).clone();
        match (what, self.random.below(9)) {
            (_, 0) => format!("{name} IS NULL"),
            (_, 1) => format!("{name} <> {a}"),
            (_, 2) => format!("{name} IN ({a}, {b})"),
            (_, 3) if self.kinds[other.kind].what == what => format!("{name} = {}", other.name),
            (What::Boolean, 4) => name.clone(),
            (What::Integer | What::Moment | What::Date, 4) => format!("{name} > {a}"),
            (What::Integer, 5) => format!("{name} BETWEEN 0 AND 5"),
            (What::Text, 4) => format!("{name} LIKE 'A%'"),
            (What::Text, 5) => format!("LENGTH({name}) > 1"),
            (What::Text, 6) => format!("{name} LIKE '\\%%'"),
            _ => format!("{name} = {a}"),
        }
    }

    fn alter(&mut self, place: usize, mut table: Table, step: usize) -> (String, Shape) {
        let name = table.name.clone();
        let at = self.random.below(table.columns.len());
        let column = table.columns[at].clone();
        let statement = match self.random.below(7) {
            0 => {
                let (definition, column) = self.column(&format!("c{step}_9"));
                table.columns.push(column);
                format!("ALTER TABLE {name} ADD COLUMN {definition}")
            }
            1 if table.columns.len() > 1 && !column.numbers => {
                table.columns.remove(at);
                format!("ALTER TABLE {name} DROP COLUMN {}", column.name)
            }
            2 if !column.numbers => {
                table.columns[at].name = format!("r{step}");
                format!(
                    "ALTER TABLE {name} RENAME COLUMN {} TO r{step}",
                    column.name
                )
            }
            3 => {
                table.name = format!("t{step}");
                format!("ALTER TABLE {name} RENAME TO t{step}")
            }
            4 if !self.sqlite && !column.numbers => {
                let (definition, changed) = self.column(&column.name);
                table.columns[at] = changed;
                format!("ALTER TABLE {name} MODIFY {definition}")
            }
            5 if !table.indexes.is_empty() => {
                let index = table.indexes.remove(0);
                if self.sqlite {
                    format!("DROP INDEX {index}")
                } else {
                    format!("DROP INDEX {index} ON {name}")
                }
            }
            _ => {
                let index = format!("i{step}");
                let unique = if self.random.one_in(2) { "UNIQUE " } else { "" };
                let length = self.prefix(std::slice::from_ref(&column));
                table.indexes.push(index.clone());
                format!(
                    "CREATE {unique}INDEX {index} ON {name} ({}{length})",
                    column.name
                )
            }
        };
        (statement, Shape::Changed(place, table))
    }
}
