//! Names of things in a schema.

use std::fmt;

/// One identifier, as the engine stores it: folded, without quotes.
pub type Ident = String;

/// A name that may be qualified by a schema (MySQL: a database).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The schema, if it was written or has been resolved.
    pub schema: Option<Ident>,
    /// The name itself.
    pub name: Ident,
}

impl Name {
    /// A name without a schema.
    pub fn bare(name: impl Into<Ident>) -> Self {
        Self {
            schema: None,
            name: name.into(),
        }
    }

    /// A name in a schema.
    pub fn qualified(schema: impl Into<Ident>, name: impl Into<Ident>) -> Self {
        Self {
            schema: Some(schema.into()),
            name: name.into(),
        }
    }
}

/// Bytes of an identifier of PostgreSQL: what is longer is cut (NAMEDATALEN less its terminator).
pub(crate) const POSTGRES_IDENT: usize = 63;

/// The first `most` bytes of a text, or fewer: never a part of a character.
pub(crate) fn clip(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}
