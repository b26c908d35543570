//! How texts compare.
//!
//! SQLite compares bytes unless it is told; that is `"C"` here, in `=` and in every order. MySQL
//! compares by a collation, which mostly ignores case and accents: here that is an ICU collation
//! under which texts that differ are equal (`deterministic = false`), so that UNIQUE, `=`, foreign
//! keys, DISTINCT and GROUP BY mean what they mean there. PostgreSQL before 18 has no LIKE under
//! such a collation: it fails where it would mean something else.

use aludel::schema::{Column, Name, Table, Type};
use aludel::sql::Syntax;

/// How the texts of a column compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compares {
    /// As their bytes.
    Exactly,
    /// As their bytes, but for blanks at the end.
    WithoutBlanks,
    /// By a collation that is made here. Whether blanks at the end count, there.
    By(&'static Made, Blanks),
    /// But for the case of ASCII letters.
    AsciiCase,
    /// There is nothing like it.
    Unknown,
}

/// Whether blanks at the end count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blanks {
    Count,
    Ignored,
}

/// A collation that is made here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) name: &'static str,
    locale: &'static str,
}

const ANY_CASE: Made = Made {
    name: "aludel_any_case",
    locale: "und-u-ks-level2",
};
const ANY_ACCENT: Made = Made {
    name: "aludel_any_accent",
    locale: "und-u-ks-level1",
};
const ALL_MADE: [&Made; 2] = [&ANY_CASE, &ANY_ACCENT];

/// The collation of bytes.
pub(crate) const BYTES: &str = "C";

/// Collations of MySQL that ignore case and accents of every language alike.
const ANY_LANGUAGE: &[&str] = &[
    "general_ci",
    "general_nopad_ci",
    "unicode_ci",
    "unicode_nopad_ci",
    "unicode_520_ci",
    "unicode_520_nopad_ci",
    "0900_ai_ci",
    "uca1400_ai_ci",
    "uca1400_nopad_ai_ci",
];

impl Compares {
    /// The collation that a column gets here; `None`: there is nothing like it.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Exactly | Self::WithoutBlanks => Some(BYTES),
            Self::By(made, _) => Some(made.name),
            Self::AsciiCase => Some(ANY_CASE.name),
            Self::Unknown => None,
        }
    }

    /// Whether texts that differ are different, and in the order of their bytes.
    pub(crate) fn is_exact(self) -> bool {
        self == Self::Exactly
    }
}

/// Whether a type's values compare by a collation.
pub(crate) fn applies(ty: &Type) -> bool {
    ty.is_text()
}

/// How the texts of a column compare in the authored engine.
pub(crate) fn of_column(column: &Column, table: &Table, source: Syntax) -> Compares {
    match source {
        Syntax::Sqlite => of_sqlite(column.collation.as_ref()),
        _ => of_mysql(column, table),
    }
}

/// By a collation of SQLite's.
pub(crate) fn of_sqlite(collation: Option<&Name>) -> Compares {
    match collation
        .map(|name| name.name.to_ascii_uppercase())
        .as_deref()
    {
        None | Some("BINARY") => Compares::Exactly,
        Some("NOCASE") => Compares::AsciiCase,
        Some(_) => Compares::Unknown,
    }
}

/// By the column's own collation, else its table's, else that of its character set, which ignores
/// case and accents.
fn of_mysql(column: &Column, table: &Table) -> Compares {
    let own = column.collation.as_ref().map(|name| name.name.as_str());
    // A character set of its own comes with that one's collation.
    let of_table = match column.charset {
        Some(_) => None,
        None => table.options.collation.as_deref(),
    };
    let charset = column.charset.as_deref();
    let charset = charset.or(table.options.charset.as_deref());
    match own.or(of_table) {
        None if charset.is_some_and(|set| set.eq_ignore_ascii_case("binary")) => Compares::Exactly,
        // The servers' defaults differ in blanks only.
        None => Compares::By(&ANY_ACCENT, Blanks::Ignored),
        Some(name) => named(&name.to_ascii_lowercase()),
    }
}

/// By a collation of MySQL's or MariaDB's.
pub(crate) fn named(name: &str) -> Compares {
    let without_charset = name.split_once('_').map_or(name, |(_, rest)| rest);
    let blanks = if name.contains("_0900_") || name.contains("nopad") {
        Blanks::Count
    } else {
        Blanks::Ignored
    };
    if name == "binary" || name.ends_with("_bin") && blanks == Blanks::Count {
        Compares::Exactly
    } else if name.ends_with("_bin") {
        Compares::WithoutBlanks
    } else if ANY_LANGUAGE.contains(&without_charset) || ANY_LANGUAGE.contains(&name) {
        Compares::By(&ANY_ACCENT, blanks)
    } else if matches!(
        without_charset,
        "0900_as_ci" | "uca1400_as_ci" | "uca1400_nopad_as_ci"
    ) {
        Compares::By(&ANY_CASE, blanks)
    } else {
        Compares::Unknown
    }
}

/// The collations made here that a table wants.
pub(crate) fn made_for(table: &Table) -> impl Iterator<Item = &'static Made> {
    ALL_MADE.into_iter().filter(|made| made.is_wanted_by(table))
}

impl Made {
    /// Whether a column or an index of a table has it.
    pub(crate) fn is_wanted_by(&self, table: &Table) -> bool {
        let columns = table.columns.iter().map(|column| &column.collation);
        let keys = table.indexes.iter().flat_map(|index| &index.keys);
        let mut all = columns.chain(keys.map(|key| &key.collation)).flatten();
        all.any(|collation| collation.name == self.name)
    }

    /// The statement that makes it, unless it is there: it stays where its tables go.
    pub(crate) fn statement(&self) -> String {
        format!(
            "CREATE COLLATION IF NOT EXISTS {} (provider = icu, locale = '{}', deterministic = false)",
            self.name, self.locale
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collations_of_mysql_are_known_by_what_they_do() {
        let name = |name| named(name).name();
        assert_eq!(name("utf8mb4_0900_ai_ci"), Some("aludel_any_accent"));
        assert_eq!(name("utf8mb3_general_ci"), Some("aludel_any_accent"));
        assert_eq!(name("uca1400_ai_ci"), Some("aludel_any_accent"));
        assert_eq!(name("utf8mb4_0900_as_ci"), Some("aludel_any_case"));
        assert_eq!(named("utf8mb4_bin"), Compares::WithoutBlanks);
        assert_eq!(named("utf8mb4_nopad_bin"), Compares::Exactly);
        assert_eq!(named("utf8mb4_swedish_ci"), Compares::Unknown);
        assert_eq!(named("latin1_german1_ci"), Compares::Unknown);
    }
}
