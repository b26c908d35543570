//! What a script of MySQL's has set for its session: modes, and settings that it keeps and puts back.
//!
//! A dump begins with `SET @OLD_SQL_MODE = @@SQL_MODE, SQL_MODE = 'NO_AUTO_VALUE_ON_ZERO'` and ends with
//! `SET SQL_MODE = @OLD_SQL_MODE`; so do the scripts of tools that draw schemas.
//!
//! # Invariants
//!
//! - A session begins as aludel gives it: in strict mode, its texts in UTF-8. What a variable has kept
//!   is that, or what is set there means nothing else: a setting that changes what statements mean is
//!   kept by none.
//! - Where a mode changes what a statement means, the statement is refused, not the mode: most stand
//!   in no statement's way.

use std::collections::HashMap;

use super::target::Refusal;
use crate::schema::{
    Column, DataStatement, Expr, Insert, InsertSource, Literal, Query, Schema, SelectItem, SetExpr,
    Table, TableEffect, Type, UnaryOp,
};

/// The modes that change nothing for a script that a strict session takes.
const HARMLESS: &[&str] = &[
    "allow_invalid_dates",
    "error_for_division_by_zero",
    "ignore_space",
    "no_auto_create_user",
    "no_dir_in_create",
    "no_engine_substitution",
    "no_field_options",
    "no_key_options",
    "no_table_options",
    "no_zero_date",
    "no_zero_in_date",
    "only_full_group_by",
];

/// The modes that make a session strict.
const STRICT: &[&str] = &["strict_all_tables", "strict_trans_tables", "traditional"];

/// What a script of MySQL's has set for its session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Session {
    /// Variables that keep a setting, and which.
    kept: HashMap<String, String>,
    modes: Modes,
}

/// The modes that are not as they have to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Modes {
    /// What does not fit is made to fit.
    lenient: bool,
    /// 0 is no next number.
    zero: bool,
    /// `"` stands around names.
    quotes: bool,
    /// `||` joins texts.
    pipes: bool,
}

impl Session {
    /// Takes note of a setting; false if it may change what statements mean, in a way that is not
    /// followed here.
    ///
    /// `unchecked`: foreign keys are not enforced now.
    pub(super) fn set(&mut self, name: &str, value: Option<&str>, unchecked: bool) -> bool {
        let value = value.unwrap_or("default").trim();
        let named = setting_of(value);
        if name.starts_with('@') {
            self.kept.remove(name);
            // What it keeps later puts back what is now.
            let as_at_first = match named.as_deref() {
                Some("sql_mode") => self.modes == Modes::default(),
                Some("foreign_key_checks") => !unchecked,
                Some(_) => true,
                None => return false,
            };
            if let Some(named) = named.filter(|_| as_at_first) {
                self.kept.insert(name.to_owned(), named);
            }
            return true;
        }
        if value.eq_ignore_ascii_case("default")
            || self
                .kept
                .get(&value.to_ascii_lowercase())
                .map(String::as_str)
                == Some(name)
        {
            if name == "sql_mode" {
                self.modes = Modes::default();
            }
            return IN_SCRIPTS.contains(&name);
        }
        match name {
            "sql_mode" => match modes(value, self.modes) {
                Some(modes) => {
                    self.modes = modes;
                    true
                }
                None => false,
            },
            "character_set_client"
            | "character_set_connection"
            | "character_set_results"
            | "collation_connection" => {
                let value = value.trim_matches(['\'', '"']).to_ascii_lowercase();
                value.starts_with("utf8") || value == "null" && name == "character_set_results"
            }
            _ => false,
        }
    }

    /// The script has ended.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Why a statement, as written, may mean something else by the modes of the session.
    pub(super) fn reads_otherwise(&self, body: &str) -> Option<Refusal> {
        let what = match (self.modes.quotes, self.modes.pipes) {
            (true, _) if body.contains('"') => "`\"`, which `ANSI_QUOTES` has stand around names",
            (_, true) if body.contains("||") => "`||`, which `PIPES_AS_CONCAT` has join texts",
            _ => return None,
        };
        let message = format!("{what}, means something else outside of that mode");
        Some(Refusal::new("setting", message).help("leave the mode out, and write what it means"))
    }

    /// Why a statement on rows may do something else by the modes of the session.
    pub(super) fn does_otherwise(
        &self,
        statement: &DataStatement,
        schema: &Schema,
    ) -> Option<Refusal> {
        if !self.modes.lenient && !self.modes.zero {
            return None;
        }
        let inserted = match statement {
            DataStatement::Query(_) | DataStatement::Delete(_) | DataStatement::Truncate { .. } => {
                return None;
            }
            DataStatement::Insert(insert) => schema
                .table(&insert.table)
                .is_some_and(|table| self.inserts(insert, table)),
            DataStatement::Update(_) => !self.modes.lenient,
        };
        if inserted {
            return None;
        }
        let mode = match self.modes.lenient {
            true => "without a strict mode a value that does not fit is made to",
            false => "by `NO_AUTO_VALUE_ON_ZERO` 0 is no next number",
        };
        let message = format!("{mode}, and this may have one");
        Some(
            Refusal::new("setting", message)
                .help("set `sql_mode` after it, or to one that is strict"),
        )
    }

    /// Why a change of a table may do something else to its rows by the modes of the session.
    pub(super) fn converts(&self, effect: &TableEffect) -> Option<Refusal> {
        let (true, Some(before), Some(after)) = (self.modes.lenient, &effect.before, &effect.after)
        else {
            return None;
        };
        let other = |was: &Column| {
            let is = after.column(&was.name);
            is.is_some_and(|is| is.ty != was.ty || was.nullable && !is.nullable)
        };
        before.columns.iter().any(other).then(|| {
            let message = format!(
                "without a strict mode a value of `{}` that does not fit a column's new type is made to",
                after.name
            );
            Refusal::new("setting", message).help("set `sql_mode` to one that is strict")
        })
    }

    /// Whether an INSERT does what it does in a strict session.
    fn inserts(&self, insert: &Insert, table: &Table) -> bool {
        let columns: Option<Vec<&Column>> = match insert.columns.is_empty() {
            true => Some(table.columns.iter().filter(|c| !c.invisible).collect()),
            false => insert
                .columns
                .iter()
                .map(|name| table.column(name))
                .collect(),
        };
        let Some(columns) = columns else {
            return false;
        };
        let numbered = |column: &&Column| column.identity.is_some();
        if !self.modes.lenient && !columns.iter().any(numbered) {
            return true;
        }
        let InsertSource::Query(query) = &insert.source else {
            return !self.modes.lenient;
        };
        let Some(rows) = constants(query) else {
            return false;
        };
        if self.modes.lenient {
            let given = |column: &Column| columns.iter().any(|one| one.name == column.name);
            let left = table.columns.iter().filter(|column| !given(column));
            if insert.on_conflict.is_some() || left.clone().any(filled_with_nothing) {
                return false;
            }
        }
        rows.iter().all(|row| {
            row.len() == columns.len()
                && row.iter().zip(&columns).all(|(value, column)| {
                    let zero = column.identity.is_some() && is_zero(value);
                    !zero && (!self.modes.lenient || fits(value, column))
                })
        })
    }
}

/// The settings that scripts put back, and that mean nothing here as they are at first.
const IN_SCRIPTS: &[&str] = &[
    "character_set_client",
    "character_set_connection",
    "character_set_results",
    "collation_connection",
    "foreign_key_checks",
    "innodb_lock_wait_timeout",
    "lock_wait_timeout",
    "sql_mode",
    "sql_notes",
    "sql_safe_updates",
    "time_zone",
    "unique_checks",
];

/// The setting that a value reads: `@@sql_mode`, `@@SESSION.sql_mode`.
fn setting_of(value: &str) -> Option<String> {
    let name = value.strip_prefix("@@")?.to_ascii_lowercase();
    let scoped = ["session.", "local."];
    let name = scoped
        .iter()
        .find_map(|scope| name.strip_prefix(scope))
        .unwrap_or(&name);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(plain).then(|| name.to_owned())
}

/// What a value of `sql_mode` comes to, where `now` holds; `None` if that is not known, or means more
/// than is followed here.
fn modes(value: &str, now: Modes) -> Option<Modes> {
    let lower = value.to_ascii_lowercase();
    let compact: String = lower.chars().filter(|c| !c.is_whitespace()).collect();
    let inner = compact
        .strip_prefix("(select")
        .and_then(|rest| rest.strip_suffix(')'))
        .unwrap_or(&compact);
    let reads = |rest: &str| {
        ["@@sql_mode", "@@session.sql_mode", "@@local.sql_mode"]
            .iter()
            .find_map(|own| rest.strip_prefix(own).map(str::to_owned))
    };
    let texts = |rest: &str| -> Option<Vec<String>> {
        let parts = rest.strip_suffix(')')?.split("','");
        let parts: Vec<String> = parts
            .map(|part| part.trim_matches('\'').to_owned())
            .collect();
        let plain = |part: &String| {
            part.chars()
                .all(|c| c.is_ascii_lowercase() || c == '_' || c == ',')
        };
        parts.iter().all(plain).then_some(parts)
    };
    let known = |mode: &str| mode.is_empty() || HARMLESS.contains(&mode);
    if let Some(rest) = inner.strip_prefix("replace(").and_then(reads) {
        // What is taken away is none that makes it strict, or nothing that was there.
        let gone = texts(rest.strip_prefix(',')?)?;
        let [gone, instead] = gone.as_slice() else {
            return None;
        };
        return (gone.split(',').all(known) && instead.split(',').all(known)).then_some(now);
    }
    if let Some(rest) = inner.strip_prefix("concat(").and_then(reads) {
        let more = texts(rest.strip_prefix(',')?)?;
        let mut all = more.iter().flat_map(|more| more.split(','));
        return all.try_fold(now, with);
    }
    let text = lower.trim();
    let text = text
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .or_else(|| {
            text.strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
        })
        .unwrap_or(text);
    let lenient = Modes {
        lenient: true,
        ..Modes::default()
    };
    text.split(',')
        .try_fold(lenient, |modes, mode| with(modes, mode.trim()))
}

/// Modes with one more.
fn with(modes: Modes, mode: &str) -> Option<Modes> {
    Some(match mode {
        "no_auto_value_on_zero" => Modes {
            zero: true,
            ..modes
        },
        "ansi_quotes" => Modes {
            quotes: true,
            ..modes
        },
        "pipes_as_concat" => Modes {
            pipes: true,
            ..modes
        },
        mode if STRICT.contains(&mode) => Modes {
            lenient: false,
            ..modes
        },
        mode if mode.is_empty() || HARMLESS.contains(&mode) => modes,
        _ => return None,
    })
}

/// The rows of `VALUES`; `None` if it is another query.
fn constants(query: &Query) -> Option<Vec<Vec<&Expr>>> {
    let plain = query.with.is_empty() && query.limit.is_none() && query.offset.is_none();
    match &query.body {
        SetExpr::Values(rows) if plain => {
            Some(rows.iter().map(|row| row.iter().collect()).collect())
        }
        SetExpr::Select(select) if plain && select.from.is_empty() && select.filter.is_none() => {
            let items = select.items.iter().map(|item| match item {
                SelectItem::Expr { expr, .. } => Some(expr),
                _ => None,
            });
            Some(vec![items.collect::<Option<Vec<&Expr>>>()?])
        }
        _ => None,
    }
}

/// Whether a column that a row leaves out gets what a strict session gives it none of.
fn filled_with_nothing(column: &Column) -> bool {
    !column.nullable
        && column.default.is_none()
        && column.identity.is_none()
        && column.generated.is_none()
}

/// Whether a value of a column that numbers itself may be 0.
fn is_zero(value: &Expr) -> bool {
    match value {
        Expr::Literal(Literal::Null) | Expr::Default => false,
        Expr::Literal(Literal::Number(digits)) => digits.parse::<u64>().map_or(true, |n| n == 0),
        _ => true,
    }
}

/// Whether a constant is a value of a column, without being made one.
fn fits(value: &Expr, column: &Column) -> bool {
    let literal = match value {
        Expr::Literal(literal) => literal,
        Expr::Default => return true,
        Expr::Unary {
            op: UnaryOp::Minus,
            expr,
        } => {
            let Expr::Literal(Literal::Number(digits)) = &**expr else {
                return false;
            };
            return number_fits(&format!("-{digits}"), &column.ty);
        }
        _ => return false,
    };
    match literal {
        Literal::Null => column.nullable || column.identity.is_some(),
        Literal::Boolean(value) => number_fits(if *value { "1" } else { "0" }, &column.ty),
        Literal::Number(digits) => number_fits(digits, &column.ty),
        Literal::Text(text) => text_fits(text, &column.ty),
        Literal::Bytes(bytes) => capacity(&column.ty, true).is_some_and(|most| bytes.len() <= most),
        Literal::Bits(_) => matches!(column.ty, Type::Bit(_)),
        Literal::Typed(..) => false,
    }
}

fn number_fits(digits: &str, ty: &Type) -> bool {
    let (bits, unsigned) = match ty {
        Type::TinyInt { unsigned, .. } => (8, *unsigned),
        Type::SmallInt { unsigned } => (16, *unsigned),
        Type::MediumInt { unsigned } => (24, *unsigned),
        Type::Integer { unsigned } => (32, *unsigned),
        Type::BigInt { unsigned } => (64, *unsigned),
        Type::Boolean => (8, false),
        Type::Double => return digits.parse::<f64>().is_ok_and(f64::is_finite),
        Type::Numeric {
            precision,
            unsigned,
        } => {
            let (most, scale) = precision.unwrap_or((10, 0));
            let bare = digits.trim_start_matches('-');
            let (whole, part) = bare.split_once('.').unwrap_or((bare, ""));
            let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            let scale = usize::try_from(scale).unwrap_or(0);
            let room = usize::try_from(most).unwrap_or(0).saturating_sub(scale);
            return plain(whole)
                && plain(part)
                && part.len() <= scale
                && whole.trim_start_matches('0').len() <= room
                && !(*unsigned && digits.starts_with('-'));
        }
        _ => return false,
    };
    let Ok(number) = digits.parse::<i128>() else {
        return false;
    };
    let half = 1_i128 << (bits - 1);
    match unsigned {
        true => (0..half * 2).contains(&number),
        false => (-half..half).contains(&number),
    }
}

/// How many characters, or bytes, a column holds.
fn capacity(ty: &Type, bytes: bool) -> Option<usize> {
    Some(match (ty, bytes) {
        (Type::Char(length), false) => usize::try_from(length.unwrap_or(1)).ok()?,
        (Type::Varchar(Some(length)), false) => usize::try_from(*length).ok()?,
        (Type::Binary(length), true) => usize::try_from(length.unwrap_or(1)).ok()?,
        (Type::Varbinary(Some(length)), true) => usize::try_from(*length).ok()?,
        (Type::TinyBlob, true) | (Type::TinyText, false) => 255 / if bytes { 1 } else { 4 },
        (Type::Blob, true) | (Type::Text, false) => 65_535 / if bytes { 1 } else { 4 },
        (Type::MediumBlob | Type::LongBlob, true) | (Type::MediumText | Type::LongText, false) => {
            (1 << 24) / 4 - 1
        }
        _ => return None,
    })
}

fn text_fits(text: &str, ty: &Type) -> bool {
    if let Some(most) = capacity(ty, false) {
        return text.chars().count() <= most;
    }
    if let Some(most) = capacity(ty, true) {
        return text.len() <= most;
    }
    let shape = |shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, wanted)| match wanted {
                    b'0' => byte.is_ascii_digit(),
                    wanted => byte == wanted,
                })
    };
    let range = |at: usize, from: u32, to: u32| {
        let part = text.get(at..at + 2).and_then(|part| part.parse().ok());
        part.is_some_and(|part: u32| (from..=to).contains(&part))
    };
    // The days that every month has.
    let date = || range(5, 1, 12) && range(8, 1, 28) && !text.starts_with("0000");
    let time = |at: usize| range(at, 0, 23) && range(at + 3, 0, 59) && range(at + 6, 0, 59);
    match ty {
        Type::InlineEnum(members) => members.iter().any(|member| member == text),
        Type::Date => shape("0000-00-00") && date(),
        Type::Timestamp { zoned, .. } => {
            let year: u32 = text
                .get(..4)
                .and_then(|year| year.parse().ok())
                .unwrap_or(0);
            shape("0000-00-00 00:00:00")
                && date()
                && time(11)
                && (!zoned || (1971..2038).contains(&year))
        }
        Type::Time { .. } => shape("00:00:00") && time(0),
        _ => number_fits(text, ty),
    }
}
