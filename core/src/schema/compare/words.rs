//! The parts of a schema as text for a message.

use crate::schema::{Ident, Literal, Sequence, Type};
use crate::translate::Refusal;
use crate::translate::print::{Printer, Spelling, Standard, print};

/// Standard SQL, with every engine's types and without refusals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words;

impl Words {
    /// What `write` makes with a printer; what has no form is named by its refusal.
    pub(super) fn text<T: Into<String>>(self, write: impl FnOnce(&mut Printer<'_>) -> T) -> String {
        print(&self, write).unwrap_or_else(|refusals| {
            let messages: Vec<String> = refusals.into_iter().map(|r| r.message).collect();
            messages.join("; ")
        })
    }
}

impl Spelling for Words {
    fn identifier(&self, name: &str) -> String {
        Standard.identifier(name)
    }

    fn literal(&self, literal: &Literal) -> Result<String, Refusal> {
        match literal {
            Literal::Typed(ty, text) => Ok(format!("{} '{text}'", type_words(ty))),
            other => Standard.literal(other),
        }
    }

    fn ty(&self, ty: &Type) -> Result<String, Refusal> {
        Ok(type_words(ty))
    }
}

/// A type in words that need not be the engine's.
pub(super) fn type_words(ty: &Type) -> String {
    let unsigned = |name: &str, unsigned: &bool| {
        let end = if *unsigned { " unsigned" } else { "" };
        format!("{name}{end}")
    };
    let sized = |name: &str, length: &Option<u32>| match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    };
    let members = |name: &str, members: &[Ident]| format!("{name}('{}')", members.join("', '"));
    match ty {
        Type::TinyInt { unsigned: u, width } => unsigned(&sized("tinyint", width), u),
        Type::SmallInt { unsigned: u } => unsigned("smallint", u),
        Type::MediumInt { unsigned: u } => unsigned("mediumint", u),
        Type::Integer { unsigned: u } => unsigned("integer", u),
        Type::BigInt { unsigned: u } => unsigned("bigint", u),
        Type::Double => "double precision".to_owned(),
        Type::Numeric {
            precision,
            unsigned: u,
        } => match precision {
            Some((digits, scale)) => unsigned(&format!("numeric({digits}, {scale})"), u),
            None => unsigned("numeric", u),
        },
        Type::Char(length) => sized("char", length),
        Type::Varchar(length) => sized("varchar", length),
        Type::Binary(length) => sized("binary", length),
        Type::Varbinary(length) => sized("varbinary", length),
        Type::Bit(length) => sized("bit", length),
        Type::Varbit(length) => sized("bit varying", length),
        Type::Time { precision, zoned } => zone(&sized("time", precision), *zoned),
        Type::Timestamp { precision, zoned } => zone(&sized("timestamp", precision), *zoned),
        Type::Interval(Some(fields)) => format!("interval {fields}"),
        Type::Interval(None) => "interval".to_owned(),
        Type::Array(element) => format!("{}[]", type_words(element)),
        Type::Enum(name) | Type::Named(name) => name.to_string(),
        Type::InlineEnum(list) => members("enum", list),
        Type::InlineSet(list) => members("set", list),
        Type::Other(text) => text.clone(),
        Type::Absent => "no type".to_owned(),
        simple => format!("{simple:?}").to_lowercase(),
    }
}

fn zone(name: &str, zoned: bool) -> String {
    let end = if zoned { " with time zone" } else { "" };
    format!("{name}{end}")
}

/// A sequence, as its CREATE would have it.
pub(super) fn sequence(sequence: &Sequence) -> String {
    let options = sequence.options.completed();
    let number = |word: &str, n: Option<i64>| n.map(|n| format!(" {word} {n}")).unwrap_or_default();
    let owner = match &sequence.owned_by {
        Some((table, column)) => format!(" OWNED BY {table}.{column}"),
        None => String::new(),
    };
    format!(
        "{}{}{}{}{}{}{}{owner}{}",
        options.ty.as_ref().map(type_words).unwrap_or_default(),
        number("START", options.start),
        number("INCREMENT", options.increment),
        number("MINVALUE", options.min),
        number("MAXVALUE", options.max),
        number("CACHE", options.cache),
        if options.cycle { " CYCLE" } else { "" },
        if sequence.identity {
            " as identity"
        } else {
            ""
        },
    )
}
