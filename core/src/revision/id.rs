//! The id of a revision: Diesel's rule and nothing else, because the ledger holds it.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// Longest id, in characters: the width of Diesel's `version VARCHAR(50)` column.
pub const MAX_CHARS: usize = 50;

/// The identity of a revision, as the ledger holds it.
///
/// It is the directory name up to the first `_` without its hyphens, has 1 to 50 characters and
/// none of `@ + :` or white space. Cloning is cheap.
///
/// ```
/// use aludel::revision::RevisionId;
///
/// let id = RevisionId::of_directory("2026-01-05-101500_create_accounts")?;
/// assert_eq!(id.as_str(), "20260105101500");
/// # Ok::<(), aludel::revision::InvalidRevisionId>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionId(Arc<str>);

/// Why a text is not a revision id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRevisionId {
    /// Nothing is left of the name.
    #[error("`{name}` gives an empty revision id")]
    Empty {
        /// The name it was taken from.
        name: String,
    },
    /// More characters than the ledger's column holds.
    #[error("the revision id `{id}` has {chars} characters; the ledger holds at most {MAX_CHARS}")]
    TooLong {
        /// The id that is too long.
        id: String,
        /// Its length in characters.
        chars: usize,
    },
    /// A character that the target grammar gives a meaning.
    #[error("the revision id `{id}` holds {character:?}, which targets give a meaning")]
    Character {
        /// The id that holds it.
        id: String,
        /// The character.
        character: char,
    },
}

impl RevisionId {
    /// Takes the id from a directory's name.
    ///
    /// # Errors
    ///
    /// If what is left is empty, over 50 characters, or holds a reserved character.
    pub fn of_directory(name: &str) -> Result<Self, InvalidRevisionId> {
        let prefix = name.split('_').next().unwrap_or_default();
        if !prefix.as_bytes().contains(&b'-') {
            return Self::new(prefix);
        }
        let mut id = String::with_capacity(prefix.len());
        id.extend(prefix.chars().filter(|c| *c != '-'));
        Self::new(&id)
    }

    /// Takes an id as it stands in a ledger or in metadata.
    ///
    /// # Errors
    ///
    /// If it is empty, over 50 characters, or holds a reserved character.
    pub fn new(id: &str) -> Result<Self, InvalidRevisionId> {
        if id.is_empty() {
            return Err(InvalidRevisionId::Empty { name: id.into() });
        }
        // Every id but the rare one, which is worth asking for when there are thousands.
        if id.len() <= MAX_CHARS && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Ok(Self(id.into()));
        }
        let chars = id.chars().count();
        if chars > MAX_CHARS {
            return Err(InvalidRevisionId::TooLong {
                id: id.into(),
                chars,
            });
        }
        if let Some(character) = id
            .chars()
            .find(|c| matches!(c, '@' | '+' | ':') || c.is_whitespace())
        {
            return Err(InvalidRevisionId::Character {
                id: id.into(),
                character,
            });
        }
        Ok(Self(id.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RevisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for RevisionId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for RevisionId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for RevisionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_prefix_without_hyphens() {
        for (name, id) in [
            ("2026-01-05-101500_create_accounts", "20260105101500"),
            ("00000000000000_diesel_initial_setup", "00000000000000"),
            ("plain", "plain"),
            ("a-b_c_d", "ab"),
        ] {
            assert_eq!(
                RevisionId::of_directory(name).map(|i| i.to_string()),
                Ok(id.into())
            );
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        assert!(RevisionId::of_directory("_x").is_err());
        assert!(RevisionId::of_directory("---_x").is_err());
        assert!(RevisionId::new("a b").is_err());
        assert!(RevisionId::new("a+1").is_err());
        assert!(RevisionId::new(&"x".repeat(50)).is_ok());
        assert!(RevisionId::new(&"x".repeat(51)).is_err());
    }
}
