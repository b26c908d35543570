//! Random definitions for PostgreSQL: mostly what a schema permits, sometimes what it does not.

use std::fmt::Write as _;

use aludel::schema::{Ident, Name, Schema, Table, Type};

/// Random numbers from a seed (SplitMix64): the same seed gives the same script everywhere.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice that always fall alike for one seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % below.max(1) as u64).unwrap()
    }

    /// Whether an event of this chance (in per cent) happens.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.roll(from.len());
        from.get(at)
    }

    fn word(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).copied().unwrap_or_default()
    }
}

const TABLES: &[&str] = &[
    "a",
    "b",
    "users",
    "\"Order\"",
    "a_b",
    "a_very_long_name_of_a_table_that_is_nearly_sixty_bytes_long",
    "\"Größe der Bestellung nach Überprüfung durch äöü ÄÖÜ\"",
];
const COLUMNS: &[&str] = &[
    "id",
    "a",
    "b",
    "b_id",
    "name",
    "\"Name\"",
    "email",
    "created_at",
    "a_very_long_name_of_a_column_that_is_nearly_sixty_bytes_too",
    "\"ä ö ü\"",
];
const TYPES: &[&str] = &[
    "integer",
    "bigint",
    "smallint",
    "text",
    "varchar(20)",
    "varchar",
    "char(3)",
    "boolean",
    "numeric(10,2)",
    "numeric",
    "timestamptz",
    "timestamp",
    "date",
    "uuid",
    "jsonb",
    "bytea",
    "double precision",
    "real",
    "text[]",
    "interval",
    "time",
    "inet",
];
const ENUMS: &[&str] = &["mood", "\"Kind\"", "state"];
const MEMBERS: &[&str] = &["on", "off", "it''s", "ä", "new one"];
const SCHEMAS: &[&str] = &["s1", "\"S 2\""];

/// Writes statements that fit a schema.
#[derive(Debug)]
pub struct Writer<'s> {
    dice: Dice,
    schema: &'s Schema,
}

fn quoted(ident: &str) -> String {
    format!("\"{}\"", ident.replace('"', "\"\""))
}

fn full(name: &Name) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    }
}

impl<'s> Writer<'s> {
    /// A writer for a schema.
    pub fn new(dice: Dice, schema: &'s Schema) -> Self {
        Self { dice, schema }
    }

    /// One statement.
    pub fn statement(&mut self) -> String {
        match self.dice.roll(100) {
            0..18 => self.create_table(),
            18..22 => self.drop_table(),
            22..62 => self.alter_table(),
            62..72 => self.create_index(),
            72..75 => self.drop_index(),
            75..82 => self.enums(),
            82..86 => self.sequences(),
            86..92 => self.views(),
            92..95 => self.comment(),
            95..98 => self.rename_relation(),
            _ => self.schemas(),
        }
    }

    fn table(&mut self) -> Option<&'s Table> {
        let tables: Vec<&Table> = self.schema.tables().map(|table| &**table).collect();
        self.dice.pick(&tables).copied()
    }

    fn column(&mut self, table: &Table) -> String {
        if self.dice.chance(4) {
            return self.dice.word(COLUMNS).to_owned();
        }
        let names: Vec<&Ident> = table.columns.iter().map(|column| &column.name).collect();
        match self.dice.pick(&names) {
            Some(name) => quoted(name),
            None => "none".to_owned(),
        }
    }

    fn columns(&mut self, table: &Table, most: usize) -> String {
        let count = 1 + self.dice.roll(most);
        let columns: Vec<String> = (0..count).map(|_| self.column(table)).collect();
        let mut distinct: Vec<String> = Vec::new();
        for column in columns {
            if !distinct.contains(&column) {
                distinct.push(column);
            }
        }
        distinct.join(", ")
    }

    fn new_table_name(&mut self) -> String {
        let name = self.dice.word(TABLES);
        let schemas: Vec<&str> = SCHEMAS
            .iter()
            .copied()
            .filter(|schema| self.schema.has_schema(schema.trim_matches('"')))
            .collect();
        if !schemas.is_empty() && self.dice.chance(15) {
            return format!("{}.{name}", self.dice.word(&schemas));
        }
        name.to_owned()
    }

    fn ty(&mut self) -> String {
        let enums: Vec<String> = self.schema.enums().map(|ty| full(&ty.name)).collect();
        if !enums.is_empty() && self.dice.chance(15) {
            let ty = self.dice.pick(&enums).cloned().unwrap_or_default();
            let array = if self.dice.chance(20) { "[]" } else { "" };
            return format!("{ty}{array}");
        }
        self.dice.word(TYPES).to_owned()
    }

    fn default(&mut self, ty: &str) -> String {
        let word = |dice: &mut Dice, from: &[&'static str]| dice.word(from).to_owned();
        match ty {
            "integer" | "bigint" | "smallint" | "numeric" | "numeric(10,2)" | "real"
            | "double precision" => word(&mut self.dice, &["0", "1 + 1", "-1", "'7'", "NULL"]),
            "text" | "varchar" | "varchar(20)" => word(
                &mut self.dice,
                &[
                    "''",
                    "'it''s'",
                    "'a' || 'b'",
                    "upper('x')",
                    "NULL",
                    "'x'::text",
                ],
            ),
            "boolean" => word(
                &mut self.dice,
                &["true", "false", "'f'", "NOT true", "(1 > 0)"],
            ),
            "timestamptz" | "timestamp" => word(
                &mut self.dice,
                &[
                    "now()",
                    "CURRENT_TIMESTAMP",
                    "'2020-01-01 10:00:00'",
                    "now() + '1 day'",
                ],
            ),
            "date" => word(&mut self.dice, &["CURRENT_DATE", "'2020-01-01'"]),
            "uuid" => "gen_random_uuid()".to_owned(),
            "jsonb" => word(
                &mut self.dice,
                &["'{}'", "'{\"a\": [1, 2]}'", "'[]'::jsonb"],
            ),
            "bytea" => word(&mut self.dice, &["''", "'\\x00ff'"]),
            "text[]" => word(
                &mut self.dice,
                &["'{}'", "ARRAY['a', 'b']", "ARRAY[]::text[]"],
            ),
            "interval" => word(
                &mut self.dice,
                &["'1 day'", "INTERVAL '2 hours'", "'1 week'", "'01:30:00'"],
            ),
            _ => "NULL".to_owned(),
        }
    }

    fn check(&mut self, columns: &[String]) -> String {
        let one = |dice: &mut Dice| dice.pick(columns).cloned().unwrap_or("id".to_owned());
        let (a, b) = (one(&mut self.dice), one(&mut self.dice));
        match self.dice.roll(12) {
            0 => format!("{a} IS NOT NULL"),
            1 => format!("{a} IS NOT NULL OR {b} IS NULL"),
            2 => format!("{a}::text <> ''"),
            3 => format!("length({a}::text) BETWEEN 1 AND 100"),
            4 => format!("{a}::text IN ('x', 'y')"),
            5 => format!("{a}::text NOT IN ('x', 'y') AND {b}::text LIKE 'a%'"),
            6 => format!("NOT ({a} IS NULL AND {b} IS NULL)"),
            7 => format!("coalesce({a}::text, 'z') ILIKE '%a'"),
            8 => format!("CASE WHEN {a} IS NULL THEN {b} IS NULL END"),
            9 => format!("{a} IS DISTINCT FROM {b}"),
            10 => "1 < 2".to_owned(),
            _ => format!("({a}::text ~ '^[a-z]+$') IS NOT FALSE"),
        }
    }

    /// A column's definition and its name.
    fn definition(&mut self, among: &[String]) -> (String, String) {
        let name = self.dice.word(COLUMNS).to_owned();
        let (ty, mut text) = if self.dice.chance(10) {
            let ty = self.dice.word(&["serial", "bigserial", "smallserial"]);
            (ty.to_owned(), format!("{name} {ty}"))
        } else {
            let ty = self.ty();
            (ty.clone(), format!("{name} {ty}"))
        };
        if self.dice.chance(15) && matches!(ty.as_str(), "integer" | "bigint" | "smallint") {
            text.push_str(self.dice.word(&[
                " GENERATED ALWAYS AS IDENTITY",
                " GENERATED BY DEFAULT AS IDENTITY",
                " GENERATED BY DEFAULT AS IDENTITY (START WITH 10 INCREMENT BY 5)",
            ]));
        } else if self.dice.chance(30) {
            let default = self.default(&ty);
            let _ = write!(text, " DEFAULT {default}");
        } else if self.dice.chance(5) && !among.is_empty() {
            let of = self.dice.pick(among).cloned().unwrap_or_default();
            let _ = write!(text, " GENERATED ALWAYS AS ({of} IS NULL) STORED");
        }
        if self.dice.chance(25) {
            text.push_str(self.dice.word(&[" NOT NULL", " NULL"]));
        }
        if self.dice.chance(12) {
            text.push_str(" UNIQUE");
        }
        if self.dice.chance(12) {
            let mut all = among.to_vec();
            all.push(name.clone());
            let check = self.check(&all);
            let _ = write!(text, " CHECK ({check})");
        }
        if self.dice.chance(12)
            && let Some(table) = self.table()
        {
            let _ = write!(text, " REFERENCES {}{}", full(&table.name), self.actions());
        }
        (text, name)
    }

    fn actions(&mut self) -> &'static str {
        self.dice.word(&[
            "",
            " ON DELETE CASCADE",
            " ON DELETE SET NULL ON UPDATE CASCADE",
            " ON UPDATE RESTRICT",
            " DEFERRABLE INITIALLY DEFERRED",
        ])
    }

    fn create_table(&mut self) -> String {
        let name = self.new_table_name();
        let exists = if self.dice.chance(20) {
            "IF NOT EXISTS "
        } else {
            ""
        };
        let mut items: Vec<String> = Vec::new();
        let mut columns: Vec<String> = Vec::new();
        if self.dice.chance(8)
            && let Some(table) = self.table()
        {
            let including = self
                .dice
                .word(&["", " INCLUDING ALL", " INCLUDING DEFAULTS"]);
            items.push(format!("LIKE {}{including}", full(&table.name)));
        } else if self.dice.chance(70) {
            let ty = self.dice.word(&[
                "serial",
                "bigserial",
                "integer",
                "bigint GENERATED ALWAYS AS IDENTITY",
                "uuid DEFAULT gen_random_uuid()",
            ]);
            items.push(format!("id {ty} PRIMARY KEY"));
            columns.push("id".to_owned());
        }
        for _ in 0..1 + self.dice.roll(5) {
            let (text, column) = self.definition(&columns);
            if !columns.contains(&column) {
                items.push(text);
                columns.push(column);
            }
        }
        for _ in 0..self.dice.roll(3) {
            let constraint = self.constraint(&columns);
            items.push(constraint);
        }
        format!("CREATE TABLE {exists}{name} ({})", items.join(", "))
    }

    /// A constraint of a table with these columns.
    fn constraint(&mut self, columns: &[String]) -> String {
        let name = if self.dice.chance(30) {
            let name = self
                .dice
                .word(&["one", "two", "a_key", "a_b_check", "a_a_fkey"]);
            format!("CONSTRAINT {name} ")
        } else {
            String::new()
        };
        let some = |dice: &mut Dice| {
            let mut picked: Vec<String> = Vec::new();
            for _ in 0..1 + dice.roll(2) {
                let column = dice.pick(columns).cloned().unwrap_or("id".to_owned());
                if !picked.contains(&column) {
                    picked.push(column);
                }
            }
            picked.join(", ")
        };
        let body = match self.dice.roll(10) {
            0..3 => format!("UNIQUE ({})", some(&mut self.dice)),
            3 => format!("PRIMARY KEY ({})", some(&mut self.dice)),
            4..8 => format!("CHECK ({})", self.check(columns)),
            _ => {
                let table = self.table().map(|table| full(&table.name));
                let columns = some(&mut self.dice);
                let actions = self.actions();
                let table = table.unwrap_or("a".to_owned());
                format!("FOREIGN KEY ({columns}) REFERENCES {table}{actions}")
            }
        };
        format!("{name}{body}")
    }

    fn cascade(&mut self) -> &'static str {
        self.dice.word(&["", "", " CASCADE", " RESTRICT"])
    }

    fn if_exists(&mut self) -> &'static str {
        self.dice.word(&["", "", "IF EXISTS "])
    }

    fn drop_table(&mut self) -> String {
        let mut names = Vec::new();
        for _ in 0..1 + self.dice.roll(2) {
            match self.table() {
                Some(table) if !self.dice.chance(5) => names.push(full(&table.name)),
                _ => names.push("nowhere".to_owned()),
            }
        }
        let (exists, cascade) = (self.if_exists(), self.cascade());
        format!("DROP TABLE {exists}{}{cascade}", names.join(", "))
    }

    fn alter_table(&mut self) -> String {
        let Some(table) = self.table() else {
            return self.create_table();
        };
        let name = full(&table.name);
        if self.dice.chance(25) {
            return format!("ALTER TABLE {name} {}", self.rename(table));
        }
        let count = if self.dice.chance(25) {
            1 + self.dice.roll(3)
        } else {
            1
        };
        let actions: Vec<String> = (0..count).map(|_| self.action(table)).collect();
        format!("ALTER TABLE {name} {}", actions.join(", "))
    }

    fn rename(&mut self, table: &Table) -> String {
        match self.dice.roll(4) {
            0 => {
                let name = self.dice.word(TABLES);
                format!("RENAME TO {name}")
            }
            1 if !table.constraints.is_empty() => {
                let constraint = self.constraint_of(table);
                let to = self.dice.word(&["one", "two", "three"]);
                format!("RENAME CONSTRAINT {constraint} TO {to}")
            }
            2 if self.dice.chance(40) => {
                let schema = self.dice.word(SCHEMAS);
                format!("SET SCHEMA {schema}")
            }
            _ => {
                let column = self.column(table);
                let to = self.dice.word(COLUMNS);
                format!("RENAME COLUMN {column} TO {to}")
            }
        }
    }

    fn constraint_of(&mut self, table: &Table) -> String {
        let names: Vec<&Ident> = table
            .constraints
            .iter()
            .filter_map(|constraint| constraint.name.as_ref())
            .collect();
        match self.dice.pick(&names) {
            Some(name) => quoted(name),
            None => "none".to_owned(),
        }
    }

    fn action(&mut self, table: &Table) -> String {
        let names: Vec<String> = table.columns.iter().map(|c| quoted(&c.name)).collect();
        match self.dice.roll(20) {
            0..5 => {
                let (text, _) = self.definition(&names);
                let exists = if self.dice.chance(15) {
                    "IF NOT EXISTS "
                } else {
                    ""
                };
                format!("ADD COLUMN {exists}{text}")
            }
            5..7 => {
                let column = self.column(table);
                let (exists, cascade) = (self.if_exists(), self.cascade());
                format!("DROP COLUMN {exists}{column}{cascade}")
            }
            7..11 => format!("ADD {}", self.constraint(&names)),
            11..13 if !table.constraints.is_empty() => {
                let constraint = self.constraint_of(table);
                let (exists, cascade) = (self.if_exists(), self.cascade());
                format!("DROP CONSTRAINT {exists}{constraint}{cascade}")
            }
            13 => {
                let unique = table.indexes.iter().find(|index| index.unique);
                let kind = self.dice.word(&["UNIQUE", "PRIMARY KEY"]);
                match unique {
                    Some(index) => {
                        let index = quoted(&index.name);
                        let named = self.dice.word(&["", "CONSTRAINT one "]);
                        format!("ADD {named}{kind} USING INDEX {index}")
                    }
                    None => format!("ADD {kind} ({})", self.columns(table, 2)),
                }
            }
            _ => format!("ALTER COLUMN {}", self.alter_column(table)),
        }
    }

    fn alter_column(&mut self, table: &Table) -> String {
        let column = self.column(table);
        match self.dice.roll(9) {
            0..2 => format!("{column} SET NOT NULL"),
            2..4 => format!("{column} DROP NOT NULL"),
            4 => format!("{column} DROP DEFAULT"),
            5 => {
                let held = table
                    .columns
                    .iter()
                    .find(|held| quoted(&held.name) == column);
                let ty = match held.map(|held| &held.ty) {
                    Some(Type::Integer { .. }) => "integer",
                    Some(Type::Text) => "text",
                    Some(Type::Boolean) => "boolean",
                    Some(Type::Timestamp { .. }) => "timestamp",
                    _ => "none",
                };
                format!("{column} SET DEFAULT {}", self.default(ty))
            }
            6 => {
                let what = self.dice.word(&[
                    "ADD GENERATED ALWAYS AS IDENTITY",
                    "SET GENERATED BY DEFAULT",
                    "DROP IDENTITY",
                    "DROP IDENTITY IF EXISTS",
                    "DROP EXPRESSION IF EXISTS",
                ]);
                format!("{column} {what}")
            }
            _ => {
                let ty = self.ty();
                let using = if self.dice.chance(60) {
                    format!(" USING {column}::text::{ty}")
                } else {
                    String::new()
                };
                format!("{column} TYPE {ty}{using}")
            }
        }
    }

    fn create_index(&mut self) -> String {
        let Some(table) = self.table() else {
            return self.create_table();
        };
        let unique = if self.dice.chance(30) { "UNIQUE " } else { "" };
        let name = match self.dice.roll(3) {
            0 => {
                let exists = if self.dice.chance(30) {
                    "IF NOT EXISTS "
                } else {
                    ""
                };
                let name = self.dice.word(&["i1", "i2", "a_idx", "a_key", "users"]);
                format!("{exists}{name} ")
            }
            _ => String::new(),
        };
        let mut keys = Vec::new();
        for _ in 0..1 + self.dice.roll(3) {
            let column = self.column(table);
            keys.push(match self.dice.roll(9) {
                0 => format!("lower({column}::text)"),
                1 => format!("({column} IS NULL)"),
                2 => format!("coalesce({column}::text, 'x') DESC"),
                3 => format!("{column} DESC NULLS LAST"),
                4 => format!("{column} ASC NULLS FIRST"),
                5 => format!("(CASE WHEN {column} IS NULL THEN 1 ELSE 2 END)"),
                _ => column,
            });
        }
        let include = match self.dice.roll(10) {
            0 => format!(" INCLUDE ({})", self.columns(table, 2)),
            _ => String::new(),
        };
        let filter = match self.dice.roll(4) {
            0 => {
                let names: Vec<String> = table.columns.iter().map(|c| quoted(&c.name)).collect();
                format!(" WHERE {}", self.check(&names))
            }
            _ => String::new(),
        };
        format!(
            "CREATE {unique}INDEX {name}ON {} ({}){include}{filter}",
            full(&table.name),
            keys.join(", ")
        )
    }

    fn index(&mut self) -> String {
        let mut names = Vec::new();
        for table in self.schema.tables() {
            for index in &table.indexes {
                names.push(full(&Name {
                    schema: table.name.schema.clone(),
                    name: index.name.clone(),
                }));
            }
        }
        match self.dice.pick(&names) {
            Some(name) if !self.dice.chance(5) => name.clone(),
            _ => "a_pkey".to_owned(),
        }
    }

    fn drop_index(&mut self) -> String {
        let index = self.index();
        let (exists, cascade) = (self.if_exists(), self.cascade());
        format!("DROP INDEX {exists}{index}{cascade}")
    }

    fn enums(&mut self) -> String {
        let held: Vec<&Name> = self.schema.enums().map(|ty| &ty.name).collect();
        let Some(name) = self
            .dice
            .pick(&held)
            .copied()
            .filter(|_| !self.dice.chance(30))
        else {
            let name = self.dice.word(ENUMS);
            let mut members: Vec<&str> = Vec::new();
            for _ in 0..1 + self.dice.roll(3) {
                let member = self.dice.word(MEMBERS);
                if !members.contains(&member) {
                    members.push(member);
                }
            }
            return format!("CREATE TYPE {name} AS ENUM ('{}')", members.join("', '"));
        };
        let members = self.schema.enum_type(name).map(|ty| ty.members.clone());
        let members = members.unwrap_or_default();
        let old = |dice: &mut Dice| {
            let member = dice.pick(&members).cloned().unwrap_or_default();
            member.replace('\'', "''")
        };
        let ty = full(name);
        match self.dice.roll(6) {
            0..3 => {
                let place = match self.dice.roll(3) {
                    0 => format!(" BEFORE '{}'", old(&mut self.dice)),
                    1 => format!(" AFTER '{}'", old(&mut self.dice)),
                    _ => String::new(),
                };
                let exists = if self.dice.chance(30) {
                    "IF NOT EXISTS "
                } else {
                    ""
                };
                let member = self.dice.word(MEMBERS);
                format!("ALTER TYPE {ty} ADD VALUE {exists}'{member}'{place}")
            }
            3 => {
                let (from, to) = (old(&mut self.dice), self.dice.word(MEMBERS));
                format!("ALTER TYPE {ty} RENAME VALUE '{from}' TO '{to}'")
            }
            4 => {
                let to = self.dice.word(ENUMS);
                format!("ALTER TYPE {ty} RENAME TO {to}")
            }
            _ => {
                let cascade = self.cascade();
                format!("DROP TYPE {ty}{cascade}")
            }
        }
    }

    fn sequences(&mut self) -> String {
        let held: Vec<String> = self.schema.sequences().map(|s| full(&s.name)).collect();
        let picked = self.dice.pick(&held).cloned();
        let Some(name) = picked.filter(|_| !self.dice.chance(40)) else {
            let name = self.dice.word(&["seq", "a_id_seq", "users_id_seq"]);
            let options = self
                .dice
                .word(&["", " START 100", " AS integer INCREMENT BY -1"]);
            return format!("CREATE SEQUENCE {name}{options}");
        };
        match self.dice.roll(5) {
            0 => format!("ALTER SEQUENCE {name} RESTART WITH 50"),
            1 => format!("ALTER SEQUENCE {name} INCREMENT BY 3"),
            2 => {
                let to = self.dice.word(&["seq", "a_id_seq", "b_id_seq"]);
                format!("ALTER SEQUENCE {name} RENAME TO {to}")
            }
            3 => match self.table() {
                Some(table) => {
                    let column = self.column(table);
                    format!(
                        "ALTER SEQUENCE {name} OWNED BY {}.{column}",
                        full(&table.name)
                    )
                }
                None => format!("ALTER SEQUENCE {name} OWNED BY NONE"),
            },
            _ => {
                let cascade = self.cascade();
                format!("DROP SEQUENCE {name}{cascade}")
            }
        }
    }

    fn views(&mut self) -> String {
        let held: Vec<String> = self.schema.views().map(|view| full(&view.name)).collect();
        if let Some(view) = self
            .dice
            .pick(&held)
            .cloned()
            .filter(|_| self.dice.chance(25))
        {
            let cascade = self.cascade();
            return match self.dice.roll(3) {
                0 => format!("ALTER VIEW {view} RENAME TO v9"),
                _ => format!("DROP VIEW {view}{cascade}"),
            };
        }
        let name = self.dice.word(&["v1", "v2", "v3"]);
        let replace = if self.dice.chance(20) {
            "OR REPLACE "
        } else {
            ""
        };
        let Some(table) = self.table() else {
            return format!("CREATE {replace}VIEW {name} AS SELECT 1 AS one");
        };
        let (of, a, b) = (full(&table.name), self.column(table), self.column(table));
        let query = match self.dice.roll(6) {
            0 => format!("SELECT * FROM {of}"),
            1 => format!("SELECT {a} FROM {of} WHERE {b} IS NOT NULL"),
            2 => format!("SELECT x.{a}, count(*) FROM {of} AS x GROUP BY x.{a} ORDER BY x.{a}"),
            3 => format!("SELECT upper({a}::text) FROM {of}"),
            4 => format!("WITH c AS (SELECT {a} AS k FROM {of}) SELECT k FROM c"),
            _ => match self.table() {
                Some(other) => {
                    let c = self.column(other);
                    let other = full(&other.name);
                    format!(
                        "SELECT l.{a}, r.{c} AS other FROM {of} l JOIN {other} r ON l.{b}::text = r.{c}::text"
                    )
                }
                None => format!("SELECT {a} FROM {of}"),
            },
        };
        format!("CREATE {replace}VIEW {name} AS {query}")
    }

    fn comment(&mut self) -> String {
        let Some(table) = self.table() else {
            return self.create_table();
        };
        let text = self.dice.word(&["'a comment'", "NULL", "''", "'it''s'"]);
        let name = full(&table.name);
        if self.dice.chance(50) {
            return format!("COMMENT ON TABLE {name} IS {text}");
        }
        let column = self.column(table);
        format!("COMMENT ON COLUMN {name}.{column} IS {text}")
    }

    fn rename_relation(&mut self) -> String {
        let index = self.index();
        let to = self.dice.word(&["i1", "i3", "a_key", "users"]);
        let exists = self.if_exists();
        format!("ALTER INDEX {exists}{index} RENAME TO {to}")
    }

    fn schemas(&mut self) -> String {
        let schema = self.dice.word(SCHEMAS);
        match self.dice.roll(6) {
            0 => {
                let (exists, cascade) = (self.if_exists(), self.cascade());
                format!("DROP SCHEMA {exists}{schema}{cascade}")
            }
            _ => {
                let exists = if self.dice.chance(30) {
                    "IF NOT EXISTS "
                } else {
                    ""
                };
                format!("CREATE SCHEMA {exists}{schema}")
            }
        }
    }
}
