//! What a hand or another tool has made of a table: a statement that restates a column would turn
//! that, and the values with it, into what the migrations made, without a word.
//!
//! So a SELECT before it fails where a column's live type is neither the one that the migrations
//! made nor the one that it gets. It looks at what `information_schema` says, which a table that is
//! not there says nothing of.

use aludel::schema::{Column, Table, Type};

use crate::target::facts::Facts;
use crate::target::spelling::text;

/// A column that is restated, as it was before and as it may be afterwards already.
pub(super) struct Restated<'a> {
    pub(super) from: &'a Column,
    pub(super) to: Option<&'a Column>,
}

/// Fails unless the columns of a table are what is known of them. `None` if none of them is of a
/// type that can be asked for, or the table is one that nothing is known of.
pub(super) fn guard(
    table: &Table,
    after: Option<&Table>,
    restated: &[Restated<'_>],
    facts: &Facts,
) -> Option<String> {
    if table.options.temporary || table.opaque.is_some() {
        return None;
    }
    let mut shown = Vec::new();
    let mut others = Vec::new();
    for Restated { from, to } in restated {
        let Some(before) = Live::of(from, table, facts) else {
            continue;
        };
        let mut is_known = before.condition();
        let to = to.zip(after);
        if let Some(after) = to.and_then(|(to, table)| Live::of(to, table, facts))
            && after != before
        {
            is_known = format!("{is_known} OR {}", after.condition());
        }
        shown.push(format!("`{}` {}", from.name, before.words()));
        others.push(format!(
            "column_name = {} AND NOT ({is_known})",
            text(&from.name)
        ));
    }
    if others.is_empty() {
        return None;
    }
    let name = &table.name.name;
    let message = text(&format!(
        "`{name}` is not what its migrations made, so it is not changed (`aludel status --drift` tells what differs); they made {}",
        shown.join(", ")
    ));
    Some(format!(
        "SELECT (SELECT {message} UNION ALL SELECT '') FROM information_schema.columns \
         WHERE table_schema = DATABASE() AND table_name = {} AND ({}) LIMIT 1",
        text(name),
        others.join(" OR ")
    ))
}

/// A column's type as `information_schema.columns` says it.
#[derive(PartialEq)]
struct Live {
    data_type: &'static str,
    /// The columns that say how long or exact it is, and what they say.
    sizes: Vec<(&'static str, i64)>,
    collation: Option<String>,
}

impl Live {
    /// `None` for a type that is not known to be said in this way.
    fn of(column: &Column, table: &Table, facts: &Facts) -> Option<Self> {
        let mut sizes = Vec::new();
        let mut length = |length: Option<u32>| {
            sizes.push(("character_maximum_length", i64::from(length.unwrap_or(1))));
        };
        let data_type = match &column.ty {
            Type::TinyInt { .. } => "tinyint",
            Type::SmallInt { .. } => "smallint",
            Type::MediumInt { .. } => "mediumint",
            Type::Integer { .. } => "int",
            Type::BigInt { .. } => "bigint",
            Type::Real => "float",
            Type::Double => "double",
            Type::Numeric { precision, .. } => {
                if let Some((digits, scale)) = precision {
                    sizes.push(("numeric_precision", i64::from(*digits)));
                    sizes.push(("numeric_scale", i64::from(*scale)));
                }
                "decimal"
            }
            Type::Char(size) => {
                length(*size);
                "char"
            }
            Type::Varchar(Some(size)) => {
                length(Some(*size));
                "varchar"
            }
            Type::TinyText => "tinytext",
            Type::Text => "text",
            Type::MediumText => "mediumtext",
            Type::LongText => "longtext",
            Type::Binary(size) => {
                length(*size);
                "binary"
            }
            Type::Varbinary(Some(size)) => {
                length(Some(*size));
                "varbinary"
            }
            Type::TinyBlob => "tinyblob",
            Type::Blob => "blob",
            Type::MediumBlob => "mediumblob",
            Type::LongBlob => "longblob",
            Type::Date => "date",
            Type::Time { precision, .. } => {
                sizes.push(("datetime_precision", i64::from(precision.unwrap_or(0))));
                "time"
            }
            Type::Timestamp { precision, zoned } => {
                sizes.push(("datetime_precision", i64::from(precision.unwrap_or(0))));
                if *zoned { "timestamp" } else { "datetime" }
            }
            Type::Year => "year",
            Type::Json if facts.json => "json",
            Type::Json => "longtext",
            Type::Bit(size) => {
                sizes.push(("numeric_precision", i64::from(size.unwrap_or(1))));
                "bit"
            }
            Type::InlineEnum(_) => "enum",
            Type::InlineSet(_) => "set",
            _ => return None,
        };
        let is_text = matches!(
            data_type,
            "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext"
        );
        Some(Self {
            data_type,
            sizes,
            collation: collation(column, table).filter(|_| is_text),
        })
    }

    fn condition(&self) -> String {
        let mut parts = vec![format!("data_type = '{}'", self.data_type)];
        let sizes = self.sizes.iter();
        parts.extend(sizes.map(|(what, size)| format!("{what} <=> {size}")));
        if let Some(collation) = &self.collation {
            parts.push(format!("collation_name <=> {}", text(collation)));
        }
        parts.join(" AND ")
    }

    fn words(&self) -> String {
        let mut words = self.data_type.to_owned();
        if !self.sizes.is_empty() {
            let sizes: Vec<String> = self
                .sizes
                .iter()
                .map(|(_, size)| size.to_string())
                .collect();
            words.push_str(&format!("({})", sizes.join(", ")));
        }
        if let Some(collation) = &self.collation {
            words.push_str(&format!(" COLLATE {collation}"));
        }
        words
    }
}

/// The collation that a column has by itself or by its table, if that is known by the name that the
/// server says.
fn collation(column: &Column, table: &Table) -> Option<String> {
    let own = column.collation.as_ref().map(|own| own.name.as_str());
    let collation = match (own, &column.charset) {
        (Some(own), _) => own,
        (None, None) if column.ty != Type::Json => table.options.collation.as_deref()?,
        (None, _) => return None,
    };
    // Another name of `utf8mb3_…` on some servers, and what is a character set's own.
    let other_name = collation.starts_with("utf8_") || !collation.contains('_');
    (!other_name).then(|| collation.to_owned())
}
