//! Reading one TOML file with the place of every key, shared by `aludel.toml` and `metadata.toml`.
//!
//! Problems carry a key and a place, never a value: a value may be a URL with a password, which
//! is also why the parser's own rendering of an error, which quotes the line, is not used.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{MASK, Place};

/// What can be wrong with a TOML file, whatever it configures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TomlProblem {
    /// The text is not TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// Where the parser stopped.
        place: Place,
        /// The parser's message, without the line it stopped at.
        message: String,
    },
    /// A value has a type that its key does not take.
    #[error("{place}: `{key}` must be {expected}, not {found}")]
    WrongType {
        /// Where the value stands.
        place: Place,
        /// The key, with the tables it stands in.
        key: String,
        /// What the key takes.
        expected: &'static str,
        /// The TOML type that was found.
        found: &'static str,
    },
    /// A value has the right type and means nothing.
    #[error("{place}: `{key}` {message}")]
    InvalidValue {
        /// Where the value stands.
        place: Place,
        /// The key, with the tables it stands in.
        key: String,
        /// What a value must be, as a predicate of the key.
        message: String,
    },
}

impl TomlProblem {
    /// The stable code of this kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "toml-syntax",
            Self::WrongType { .. } => "toml-wrong-type",
            Self::InvalidValue { .. } => "toml-invalid-value",
        }
    }

    /// Where the problem stands.
    pub fn place(&self) -> &Place {
        match self {
            Self::Syntax { place, .. }
            | Self::WrongType { place, .. }
            | Self::InvalidValue { place, .. } => place,
        }
    }
}

/// A key in a document: where it is, its full name and its value.
pub(crate) struct Entry<'d, 't> {
    /// The key alone.
    pub(crate) name: &'d str,
    /// The key after the tables it stands in, for messages.
    pub(crate) key: String,
    /// Byte offset of the key, to place it and to keep the file's order.
    pub(crate) offset: usize,
    value: &'d Spanned<DeValue<'t>>,
    document: &'d Document<'t>,
}

/// The text of a file and the name to call it by.
pub(crate) struct Document<'t> {
    file: &'t Path,
    text: &'t str,
}

impl<'t> Document<'t> {
    pub(crate) fn new(file: &'t Path, text: &'t str) -> Self {
        Self { file, text }
    }

    /// Parses the text; on failure every syntax error there is.
    pub(crate) fn parse(&self) -> Result<DeTable<'t>, Vec<TomlProblem>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        if errors.is_empty() {
            return Ok(table.into_inner());
        }
        Err(errors
            .iter()
            .map(|error| TomlProblem::Syntax {
                place: self.place(error.span().map_or(0, |span| span.start)),
                message: error.message().trim().replace('\n', ", "),
            })
            .collect())
    }

    /// The entries of a table in the order of the file.
    pub(crate) fn entries<'d>(
        &'d self,
        prefix: &str,
        table: &'d DeTable<'t>,
    ) -> Vec<Entry<'d, 't>> {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| Entry {
                name: key.get_ref(),
                key: full_key(prefix, key.get_ref()),
                offset: key.span().start,
                value,
                document: self,
            })
            .collect();
        entries.sort_by_key(|entry| entry.offset);
        entries
    }

    pub(crate) fn place(&self, offset: usize) -> Place {
        Place::of_offset(self.file, self.text, offset)
    }
}

/// A key after its tables. A URL that was pasted in the place of a key is masked.
fn full_key(prefix: &str, name: &str) -> String {
    let name = if name.contains('@') || name.contains("://") {
        MASK
    } else {
        name
    };
    match prefix {
        "" => name.to_owned(),
        prefix => format!("{prefix}.{name}"),
    }
}

impl<'d, 't> Entry<'d, 't> {
    /// Where the key stands.
    pub(crate) fn place(&self) -> Place {
        self.document.place(self.offset)
    }

    /// The value as a table's entries.
    pub(crate) fn table(&self) -> Result<Vec<Entry<'d, 't>>, TomlProblem> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(self.document.entries(&self.key, table)),
            _ => Err(self.wrong_type("a table", self.value)),
        }
    }

    /// The value as a string.
    pub(crate) fn string(&self) -> Result<String, TomlProblem> {
        match self.value.get_ref().as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.wrong_type("a string", self.value)),
        }
    }

    /// The value as a string, a date and time accepted in its written form.
    pub(crate) fn string_or_datetime(&self) -> Result<String, TomlProblem> {
        match self.value.get_ref() {
            DeValue::Datetime(datetime) => Ok(datetime.to_string()),
            _ => self.string(),
        }
    }

    /// The value as `true` or `false`.
    pub(crate) fn boolean(&self) -> Result<bool, TomlProblem> {
        self.value
            .get_ref()
            .as_bool()
            .ok_or_else(|| self.wrong_type("true or false", self.value))
    }

    /// The value as strings: a list, or one string alone.
    pub(crate) fn strings(&self) -> Result<Vec<String>, TomlProblem> {
        const EXPECTED: &str = "a string or a list of strings";
        match self.value.get_ref() {
            DeValue::String(text) => Ok(vec![text.to_string()]),
            DeValue::Array(items) => {
                // No larger than it need be: 20,000 revisions have one parent each.
                let mut strings = Vec::with_capacity(items.len());
                for item in items {
                    match item.get_ref().as_str() {
                        Some(text) => strings.push(text.to_owned()),
                        None => return Err(self.wrong_type(EXPECTED, item)),
                    }
                }
                Ok(strings)
            }
            _ => Err(self.wrong_type(EXPECTED, self.value)),
        }
    }

    /// Where the strings of a value stand, a string alone or in a list, quotes included.
    pub(crate) fn string_spans(&self) -> Vec<(&str, Range<usize>)> {
        let items = match self.value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![self.value],
        };
        let text = |item: &'d Spanned<DeValue<'t>>| Some((item.get_ref().as_str()?, item.span()));
        items.into_iter().filter_map(text).collect()
    }

    /// Where the whole value stands.
    pub(crate) fn value_span(&self) -> Range<usize> {
        self.value.span()
    }

    /// The value as a whole number of seconds or a string that `parse` understands.
    pub(crate) fn seconds_or<T>(
        &self,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, TomlProblem> {
        let text = match self.value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => format!("{number}s"),
            _ => return Err(self.wrong_type(expected, self.value)),
        };
        parse(&text).ok_or_else(|| self.invalid(format!("must be {expected}")))
    }

    /// The problem that the value has the right type and means nothing.
    pub(crate) fn invalid(&self, message: String) -> TomlProblem {
        TomlProblem::InvalidValue {
            place: self.document.place(self.value.span().start),
            key: self.key.clone(),
            message,
        }
    }

    fn wrong_type(&self, expected: &'static str, value: &Spanned<DeValue<'_>>) -> TomlProblem {
        TomlProblem::WrongType {
            place: self.document.place(value.span().start),
            key: self.key.clone(),
            expected,
            found: match value.get_ref().type_str() {
                "array" => "a list",
                "integer" => "an integer",
                "string" => "a string",
                "float" => "a number with a fraction",
                "boolean" => "true or false",
                "datetime" => "a date",
                _ => "a table",
            },
        }
    }
}
