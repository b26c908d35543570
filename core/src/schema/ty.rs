//! Types of columns and casts: what they mean, whatever an engine calls them.

use super::{Expr, Ident, Literal, Name, UnaryOp};

/// A column's type. The variants are the union of what the engines have; a dialect lowers those
/// it lacks to those it has (`docs/translation.md`), or refuses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// `boolean`; MySQL's `BOOL` is `TinyInt` there.
    Boolean,
    /// MySQL's one-byte integer.
    TinyInt {
        /// Without a sign.
        unsigned: bool,
        /// The display width, which `tinyint(1)` uses to say "boolean".
        width: Option<u32>,
    },
    /// Two bytes.
    SmallInt {
        /// Without a sign (MySQL).
        unsigned: bool,
    },
    /// MySQL's three bytes.
    MediumInt {
        /// Without a sign.
        unsigned: bool,
    },
    /// Four bytes.
    Integer {
        /// Without a sign (MySQL).
        unsigned: bool,
    },
    /// Eight bytes.
    BigInt {
        /// Without a sign (MySQL).
        unsigned: bool,
    },
    /// Four-byte floating point.
    Real,
    /// Eight-byte floating point.
    Double,
    /// `numeric`, `decimal`.
    Numeric {
        /// Digits in all and digits after the point.
        precision: Option<(u32, i32)>,
        /// Without a sign (MySQL).
        unsigned: bool,
    },
    /// PostgreSQL's `money`.
    Money,
    /// `char(n)`, blank-padded.
    Char(Option<u32>),
    /// `varchar(n)`; without a length PostgreSQL's unlimited one.
    Varchar(Option<u32>),
    /// Text without a limit that anybody set.
    Text,
    /// MySQL's `TINYTEXT`.
    TinyText,
    /// MySQL's `MEDIUMTEXT`.
    MediumText,
    /// MySQL's `LONGTEXT`.
    LongText,
    /// PostgreSQL's case-insensitive text.
    Citext,
    /// PostgreSQL's internal `name`.
    Name,
    /// MySQL's `BINARY(n)`.
    Binary(Option<u32>),
    /// MySQL's `VARBINARY(n)`.
    Varbinary(Option<u32>),
    /// Bytes: `bytea`, `BLOB`.
    Blob,
    /// MySQL's `TINYBLOB`.
    TinyBlob,
    /// MySQL's `MEDIUMBLOB`.
    MediumBlob,
    /// MySQL's `LONGBLOB`.
    LongBlob,
    /// A date.
    Date,
    /// A time of day.
    Time {
        /// Digits of a second.
        precision: Option<u32>,
        /// With a time zone (PostgreSQL).
        zoned: bool,
    },
    /// A date and time: PostgreSQL's `timestamp`, MySQL's `DATETIME`.
    Timestamp {
        /// Digits of a second.
        precision: Option<u32>,
        /// A moment, shown in the session's zone: `timestamptz`, MySQL's `TIMESTAMP`.
        zoned: bool,
    },
    /// MySQL's `YEAR`.
    Year,
    /// `interval`, with its fields as written.
    Interval(Option<String>),
    /// `uuid`.
    Uuid,
    /// `json`.
    Json,
    /// `jsonb`.
    Jsonb,
    /// `xml`.
    Xml,
    /// `bit(n)`.
    Bit(Option<u32>),
    /// `bit varying(n)`.
    Varbit(Option<u32>),
    /// `inet`.
    Inet,
    /// `cidr`.
    Cidr,
    /// `macaddr`.
    Macaddr,
    /// `tsvector`.
    Tsvector,
    /// `tsquery`.
    Tsquery,
    /// `hstore`.
    Hstore,
    /// An array of any number of dimensions (PostgreSQL does not keep how many).
    Array(Box<Type>),
    /// An enum that has a name of its own (PostgreSQL).
    Enum(Name),
    /// An enum whose members stand in the column (MySQL).
    InlineEnum(Vec<String>),
    /// A set whose members stand in the column (MySQL).
    InlineSet(Vec<String>),
    /// A domain, composite or other type of the user's own that is not a known enum.
    Named(Name),
    /// A type of the engine that only it has (`point`, `int4range`, `GEOMETRY` …), or, on
    /// SQLite, any declared type that is not one of the above, as written.
    Other(Ident),
    /// No type at all (SQLite).
    Absent,
}

impl Type {
    /// A signed four-byte integer.
    pub const INTEGER: Self = Self::Integer { unsigned: false };
    /// A signed eight-byte integer.
    pub const BIGINT: Self = Self::BigInt { unsigned: false };
    /// A signed two-byte integer.
    pub const SMALLINT: Self = Self::SmallInt { unsigned: false };

    /// Whether both are enums, or arrays of enums: one becomes the other by a new name only, unless
    /// an expression says how.
    ///
    /// ```
    /// use aludel::schema::{Name, Type};
    ///
    /// let [old, new] = ["old", "new"].map(|name| Type::Enum(Name::bare(name)));
    /// assert!(old.is_renamed_enum(&new));
    /// assert!(!old.is_renamed_enum(&Type::Text));
    /// ```
    pub fn is_renamed_enum(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Enum(_), Self::Enum(_)) => true,
            (Self::Array(a), Self::Array(b)) => a.is_renamed_enum(b),
            _ => false,
        }
    }

    /// Whether it is a type of PostgreSQL's or of an extension's, a geometry, a range, a vector, whose
    /// values a target may keep as PostgreSQL writes them, if nothing compares them or computes with
    /// them. Other engines have other types of these names.
    pub fn is_kept_as_text(&self) -> bool {
        const KEPT: &[&str] = &[
            "box",
            "circle",
            "datemultirange",
            "daterange",
            "geography",
            "geometry",
            "halfvec",
            "int4multirange",
            "int4range",
            "int8multirange",
            "int8range",
            "line",
            "lseg",
            "ltree",
            "nummultirange",
            "numrange",
            "path",
            "point",
            "polygon",
            "sparsevec",
            "tsmultirange",
            "tsrange",
            "tstzmultirange",
            "tstzrange",
            "vector",
        ];
        let bare = |name: &str| {
            name.split('(')
                .next()
                .is_some_and(|name| KEPT.contains(&name))
        };
        matches!(self, Self::Other(name) if bare(name))
    }

    /// Whether it is an integer of any width.
    pub fn is_integer(&self) -> bool {
        matches!(
            self,
            Self::TinyInt { .. }
                | Self::SmallInt { .. }
                | Self::MediumInt { .. }
                | Self::Integer { .. }
                | Self::BigInt { .. }
        )
    }

    /// Whether it is a text of any length, by any name.
    pub fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Char(_)
                | Self::Varchar(_)
                | Self::Text
                | Self::TinyText
                | Self::MediumText
                | Self::LongText
                | Self::Citext
                | Self::Name
        )
    }

    /// Whether it is bytes of any length.
    pub fn is_bytes(&self) -> bool {
        matches!(
            self,
            Self::Binary(_)
                | Self::Varbinary(_)
                | Self::Blob
                | Self::TinyBlob
                | Self::MediumBlob
                | Self::LongBlob
        )
    }

    /// Forgets the width of a `TINYINT(1)` whose default is neither 0 nor 1: it holds numbers, and the
    /// width says nothing of truths.
    pub fn forget_truth(&mut self, default: Option<&Expr>) {
        let Self::TinyInt { width, .. } = self else {
            return;
        };
        let other = match default {
            Some(Expr::Literal(Literal::Number(number) | Literal::Text(number))) => number
                .parse()
                .is_ok_and(|number: i64| number != 0 && number != 1),
            Some(Expr::Unary {
                op: UnaryOp::Minus, ..
            }) => true,
            _ => false,
        };
        if other {
            *width = None;
        }
    }
}
